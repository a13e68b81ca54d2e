// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_BLAME_INTERNAL_H
#define LIB_VCS_BLAME_INTERNAL_H

#include "base/map.h"
#include "lib/vcs_blame.h"
#include "vcs_internal.h"

/*
 * The walk of vcs_blame.h. A set is what one commit still has to answer for: files, each
 * with the lines asked for. The newest set is taken, its files are compared with those of
 * the parents, and what is the same there is handed on to them; the rest comes from this
 * commit. Sets that reach the same commit on two ways become one.
 */

struct blame_line {
	uint32_t number; /* in the file as the commit has it */
	struct vcs_line *asked;
};

struct blame_file {
	const char *path;
	git_oid blob;
	struct blame_line *lines; /* ascending */
	size_t count;
};

struct blame_set {
	git_oid commit;
	int64_t time;
	struct blame_file **files; /* owned; by path once sorted; none twice then */
	size_t count;
	size_t cap;
	bool sorted;
};

/* A file that the first parent has not, or has with other bytes. */
struct blame_change {
	size_t file; /* index into the set */
	bool found;
	bool broken; /* an object could not be read */
	git_oid blob;
};

/* Lines [new_from, new_to) came instead of [old_from, old_to), from 1. */
struct blame_hunk {
	uint64_t new_from;
	uint64_t new_to;
	uint64_t old_to;
};

struct blame {
	struct vcs_blame *out;
	git_repository *repo;
	git_mailmap *mailmap; /* NULL: none */
	struct arena arena;   /* files and their lines */
	struct map shallow;   /* commits whose parents are not here */
	struct map sets;      /* those in the heap, by commit */
	struct blame_set **heap;
	size_t heap_count;
	size_t heap_cap;
	struct blame_change *changes;
	size_t change_count;
	size_t change_cap;
	struct blame_hunk *hunks;
	size_t hunk_count;
	size_t hunk_cap;
	char name[4096]; /* of a path's part in hand */
	bool nomem;
};

/* ---- sets ---- */

/* The newest set, in order, or NULL; the caller frees it or moves it on. */
struct blame_set *blame_take(struct blame *b);
void blame_set_free(struct blame_set *s);
/* Hands a file to a commit. */
void blame_give(struct blame *b, const git_oid *commit, int64_t time,
                struct blame_file *file);
/* Hands a whole set, which is not in the heap, to a commit. */
void blame_move(struct blame *b, struct blame_set *s, const git_oid *commit,
                int64_t time);
struct blame_file *blame_file_new(struct blame *b, const char *path, const git_oid *blob,
                                  const struct blame_line *lines, size_t count);

/* ---- trees ---- */

/* Fills `changes` with the files of the set that differ between its own tree and that of
 * a parent, in order. */
void blame_compare(struct blame *b, const struct blame_set *s, const git_tree *own,
                   const git_tree *parent);
enum blame_found {
	BLAME_ABSENT,
	BLAME_THERE,  /* a regular file */
	BLAME_OTHER,  /* a link, or something of a submodule */
	BLAME_BROKEN, /* an object could not be read */
};
enum blame_found blame_look_up(struct blame *b, const git_tree *tree, const char *path,
                               git_oid *out);
/* All that differs between two trees, with renames; NULL if it cannot be told. */
git_diff *blame_renames(struct blame *b, git_tree *from, git_tree *to);
/* Where the file came from by a rename; NULL if it did not. */
const git_diff_delta *blame_renamed(const git_diff *d, const char *path);

/* ---- lines ---- */

/* Compares two texts into `hunks`; false if they cannot be compared. */
bool blame_diff(struct blame *b, struct span before, struct span after);
/* Splits the lines by the hunks: those that were there before are numbered as there and
 * moved to the front; gives how many. */
size_t blame_split(const struct blame *b, struct blame_line *lines, size_t count);
/* The same for two blobs; false if one cannot be read. */
bool blame_split_blobs(struct blame *b, const git_oid *before, const git_oid *after,
                       struct blame_line *lines, size_t count, size_t *kept);

#endif
