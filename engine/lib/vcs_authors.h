// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_AUTHORS_H
#define LIB_VCS_AUTHORS_H

#include "lib/vcs_repo.h"

/* A code other than ERR_OK stops and is returned. */
typedef enum err_code vcs_each_author(struct span name, struct span email, void *context,
                                      struct err *err);

/*
 * Who wrote the commits that HEAD reaches and `base` (a commit's id in hex, or NULL) does
 * not: authors, and those whom "Co-authored-by:" names, as they stand there and, where
 * .mailmap knows them, as that has them. The same ones may be told more than once.
 * ERR_NOT_FOUND where commits are missing, as in a shallow clone.
 */
enum err_code vcs_authors_each(struct vcs_repo *r, const char *base,
                               vcs_each_author *each, void *context,
                               struct err *err) ERR_CHECKED;

/* Calls `each` for the people of "Co-authored-by: NAME <EMAIL>" lines. */
enum err_code vcs_coauthors_each(struct span message, vcs_each_author *each,
                                 void *context, struct err *err) ERR_CHECKED;

#endif
