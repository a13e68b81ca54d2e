// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_HISTORY_H
#define LIB_VCS_HISTORY_H

#include "lib/vcs_repo.h"

/*
 * Every blob that a commit of any ref reaches, each once, with the first commit and path
 * that have it. Commits are read parents first, trees once each; memory is about 40 bytes
 * a tree or blob, and the distinct paths. Constant once loaded.
 */
struct vcs_history;

struct vcs_version {
	unsigned char id[VCS_ID];
	const char *path; /* from the top */
	size_t commit;    /* rising with history */
	size_t ordinal;   /* of the blob, by its first commit and place there */
};

/* More trees and blobs are not looked at: ERR_LIMIT. */
#define VCS_HISTORY_MAX ((size_t)16 << 20)

/* Regular files only. Objects that are not there, as in a shallow or partial clone, are
 * counted. ERR_LIMIT, ERR_CANCELLED. */
enum err_code vcs_history_load(struct vcs_history **out, struct vcs_repo *r,
                               const struct cancel *cancel, struct err *err) ERR_CHECKED;
void vcs_history_free(struct vcs_history *h);

/* In the order in which the object data base holds them, so that packs are read from
 * front to back. */
size_t vcs_history_count(const struct vcs_history *h);
struct vcs_version vcs_history_at(const struct vcs_history *h, size_t i);
/* Commit `i` in hexadecimal. */
void vcs_history_commit(const struct vcs_history *h, size_t i, char out[2 * VCS_ID + 1]);
size_t vcs_history_commits(const struct vcs_history *h);
/* Commits and trees that could not be read. */
size_t vcs_history_missing(const struct vcs_history *h);

#endif
