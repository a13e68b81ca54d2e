// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_HISTORY_INTERNAL_H
#define LIB_VCS_HISTORY_INTERNAL_H

#include "base/arena.h"
#include "base/map.h"
#include "lib/vcs_history.h"
#include "lib/vcs_internal.h"

/* Shared by what follows refs and commits (vcs_history_refs.c) and what walks trees. */

/* An object at a path. The first two members are the key. */
struct vcs_seen {
	git_oid id;
	uint32_t path;
	uint32_t commit;   /* 1 more; 0: an empty slot */
	uint32_t ordinal;  /* of a blob; of a tree with no path: how many it has */
	uint32_t position; /* of a blob in the data base, from 1 */
};

/* A set of them, by open addressing. */
struct vcs_seen_set {
	struct vcs_seen *slots; /* owned */
	size_t count;
	size_t cap; /* a power of two, or 0 */
};

/* Where a walk through trees begins. */
struct vcs_origin_of {
	git_oid id;
	const char *ref; /* that names a tree or blob; NULL: a commit */
	bool is_blob;
};

struct vcs_history {
	struct arena arena;  /* paths, and what is said */
	struct map path_ids; /* from a path to its place in `paths`, in the arena */
	const char **paths;
	size_t path_count;
	size_t path_cap;
	struct vcs_seen_set blobs; /* in the end an array without gaps */
	struct vcs_seen_set trees;
	struct vcs_seen_set commits;
	struct vcs_origin_of *origins; /* owned; commits, parents first */
	size_t origin_count;
	size_t origin_cap;
	bool listed; /* the data base told all that it has */
	uint32_t positions;
	const char *troubles[VCS_HISTORY_NAMED];
	size_t missing;
	const struct cancel *cancel;
	git_repository *git;
	git_mailmap *mailmap; /* owned; NULL: none */
	struct buf path;      /* of the entry in hand */
};

/* The slot of an object at a path, and whether it was added just now. NULL without
 * memory. */
struct vcs_seen *vcs_seen_add(struct vcs_seen_set *t, const git_oid *id, uint32_t path,
                              bool *added);

/* Counts what a call of the library could not read just now: "WHAT is not in this
 * clone". */
enum err_code vcs_history_miss(struct vcs_history *h, int code, const char *what,
                               struct err *err) ERR_CHECKED;
enum err_code vcs_history_miss_object(struct vcs_history *h, int code, const char *kind,
                                      const git_oid *id, struct err *err) ERR_CHECKED;

/* Fills `origins` from HEAD and all refs. */
enum err_code vcs_history_follow(struct vcs_history *h, struct err *err) ERR_CHECKED;

#endif
