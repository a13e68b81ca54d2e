// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_BLAME_H
#define LIB_VCS_BLAME_H

#include "base/arena.h"
#include "base/cancel.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/*
 * Which commit a line comes from, as `git blame` says: renames of whole files are
 * followed, .mailmap is honoured, what differs in white space differs. All lines of all
 * files take one walk through the history together: a commit costs a look at the trees
 * that it changed, and a file costs a comparison where it changed, so that many files in
 * a long history cost little more than one.
 */

enum vcs_origin {
	VCS_UNKNOWN,     /* beyond the end of a shallow clone, or not readable */
	VCS_UNCOMMITTED, /* not in HEAD, or not as it is there */
	VCS_COMMITTED,
};

struct vcs_line {
	struct span path; /* from the top of the working tree; borrowed */
	uint32_t line;    /* from 1 */
	/* The answer. */
	enum vcs_origin origin;
	char commit[41];    /* hex; "" unless committed */
	int64_t author_s;   /* seconds since 1970: when it was written */
	const char *author; /* the name; "" unless committed */
};

struct vcs_blame {
	const struct cancel *cancel; /* may be NULL */
	struct arena *arena;         /* for the names */
	uint64_t max_file;           /* a longer one is VCS_UNKNOWN */
	/* The answer for all. */
	bool present;   /* false: no repository, or no commit yet; no line is answered */
	int64_t head_s; /* seconds since 1970: when HEAD was committed */
	uint64_t commits; /* looked at */
};

/*
 * Answers for the lines of files in the working tree that `top` lies in. Lines have to be
 * sorted by path. ERR_AUTH for a repository that may not be read, ERR_CORRUPT if HEAD
 * leads to no commit that can be read, ERR_CANCELLED. Any other object that cannot be
 * read leaves the lines it concerns VCS_UNKNOWN.
 */
enum err_code vcs_blame_lines(struct vcs_blame *b, const char *top,
                              struct vcs_line *lines, size_t count,
                              struct err *err) ERR_CHECKED;

#endif
