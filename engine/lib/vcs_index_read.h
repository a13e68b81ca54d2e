// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_INDEX_READ_H
#define LIB_VCS_INDEX_READ_H

#include "base/arena.h"
#include "lib/vcs.h"

/*
 * What a file in the format of git's index says (gitformat-index(5), versions 2 to 4, ids
 * of 20 bytes). libgit2 takes fifteen times as long for it, and does not tell which
 * folders are as in a tree.
 */

/* What an index says of a path. */
struct vcs_entry {
	const char *path; /* from the top of the working tree */
	unsigned char id[VCS_ID];
	uint32_t mode;  /* 0100644, .. */
	unsigned stage; /* 0, or one of the sides of a conflict */
	bool meant;     /* to be added later: it has no content yet */
	/* A regular file of one version only, whose state in the working tree git did
	 * look at: then what follows holds. */
	bool looked_at;
	int64_t mtime_ns;
	int64_t ctime_ns;
	uint32_t ino; /* the lower half */
	uint32_t size;
};

/* A folder as git last saw it as a tree. Those in it follow it, each with what is in it.
 */
struct vcs_folder {
	struct span name;        /* "" of the top */
	const unsigned char *id; /* of the tree; NULL if something in it changed since */
	size_t behind;           /* index of what follows all that is in it */
};

struct vcs_index_data {
	struct arena arena;
	struct vcs_entry *entries; /* in the order of the file */
	size_t count;
	bool sparse; /* some entries are whole folders: mode 040000, a slash at the end */
	struct vcs_folder *folders; /* the top first; none: not known */
	size_t folder_count;
	size_t folder_cap;
};

/* All borrows from `file` and the arena, which is the caller's to end. ERR_CORRUPT, and
 * ERR_UNSUPPORTED for an index that is split, or of another version. */
enum err_code vcs_index_read(struct vcs_index_data *out, struct span file,
                             struct err *err) ERR_CHECKED;

#endif
