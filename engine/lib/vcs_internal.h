// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_INTERNAL_H
#define LIB_VCS_INTERNAL_H

#include "lib/vcs_repo.h"

#include <git2.h>

/* Shared by the wrappers of libgit2. */

struct vcs_repo {
	git_repository *git;
	git_odb *odb; /* made when the first object is read */
};

/* ERR_OK with NULL where there is no repository. */
enum err_code vcs_open(git_repository **out, const char *path,
                       struct err *err) ERR_CHECKED;
/* "WHAT: message of the library", for the call that failed just now. */
enum err_code vcs_failed(struct err *err, enum err_code code, const char *what);
/* The database of objects, borrowed from the repository. */
enum err_code vcs_odb(struct vcs_repo *r, git_odb **out, struct err *err) ERR_CHECKED;

#endif
