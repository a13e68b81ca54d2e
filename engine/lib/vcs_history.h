// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_HISTORY_H
#define LIB_VCS_HISTORY_H

#include "lib/vcs_repo.h"

/*
 * Every blob that a ref reaches, once with each path that it ever had, and the first
 * commit that has it there. Commits are read parents first, trees once at each path;
 * memory is about 40 bytes for each of these, and the distinct paths. Constant once
 * loaded.
 */
struct vcs_history;

struct vcs_version {
	unsigned char id[VCS_ID];
	const char *path; /* from the top; of what only a tag names: the name of that */
	size_t commit;    /* rising with history */
	size_t ordinal;   /* of the version, by its first commit and place there */
	bool missing;     /* no such object in this clone */
};

/* More trees and blobs, counted at each path, are not looked at: ERR_LIMIT. */
#define VCS_HISTORY_MAX ((size_t)16 << 20)

/* Regular files only. What cannot be read, as in a shallow or partial clone, is counted
 * and named. ERR_LIMIT, ERR_CANCELLED. */
enum err_code vcs_history_load(struct vcs_history **out, struct vcs_repo *r,
                               const struct cancel *cancel, struct err *err) ERR_CHECKED;
void vcs_history_free(struct vcs_history *h);

/* Those of one blob side by side, blobs in the order in which the object data base holds
 * them, so that packs are read from front to back. */
size_t vcs_history_count(const struct vcs_history *h);
struct vcs_version vcs_history_at(const struct vcs_history *h, size_t i);
/* Commit `i` of a version in hexadecimal; or the ref that names what is in no commit,
 * NULL for a commit. */
void vcs_history_commit(const struct vcs_history *h, size_t i, char out[2 * VCS_ID + 1]);
const char *vcs_history_ref(const struct vcs_history *h, size_t i);
/* Who wrote commit `i`, as .mailmap names them (appended), and when, in seconds since
 * 1970. False for what only a ref names, and where the commit cannot be read. Asks the
 * repository, so one thread at a time. */
bool vcs_history_author(const struct vcs_history *h, size_t i, struct buf *name,
                        int64_t *seconds);
/* Refs, commits and trees that could not be read, and what is said of the first
 * VCS_HISTORY_NAMED of them. */
enum { VCS_HISTORY_NAMED = 20 };
size_t vcs_history_missing(const struct vcs_history *h);
const char *vcs_history_trouble(const struct vcs_history *h, size_t i);

#endif
