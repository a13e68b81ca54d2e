// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_FILTER_H
#define SNAPSHOT_FILTER_H

#include "base/buf.h"

#include <stdint.h>

/*
 * What is taken and what is left out, by path: the --exclude and --include of backup,
 * restore, ls and find.
 *
 * Patterns
 *   *        any bytes within a name                ?   one character within a name
 *   [a-z]    one character of a set, [!a-z] or [^a-z] one that is not in it
 *   **       as a whole name: any number of names, also none (at the end: at least one)
 *   \x       x itself
 *   Everything else is itself; braces too. A ** that is not a whole name is like *.
 *   foo      no slash (but at the end): any name foo, wherever it is
 *   a/b      a slash inside: those names one after the other, wherever they are
 *   /a/b     a slash in front: from the root of the snapshot
 *   foo/     a slash at the end: folders only
 *   !foo     the opposite of foo; \!foo is a file named !foo
 * A pattern is about what it matches and about everything inside that.
 *
 * Decision
 *   The last exclude pattern that is about a path decides: it is out, or with ! in. If it
 *   is not out and there are include patterns, the last one about it has to take it in.
 *   A folder that is out is not looked into, so ! brings nothing inside it back, except
 *   by a later pattern !/that/starts/with/a/slash and names something inside.
 *   Patterns that ignore case do so for ASCII letters.
 *
 * Pattern files have one pattern a line; empty lines and lines that start with # (\# is a
 * name) are skipped, spaces at the end go unless quoted with \.
 *
 * A match takes at most length of the pattern times length of the path; no pattern makes
 * it worse. A filter is built, then read-only, and then any number of threads may ask.
 */
struct lb_filter;

#define LB_FILTER_PATTERN_MAX 4096u
#define LB_FILTER_PATTERNS_MAX 100000u
#define LB_FILTER_FILE_MAX (16u << 20)

enum lb_filter_side { LB_FILTER_EXCLUDE, LB_FILTER_INCLUDE };

enum err_code lb_filter_new(struct lb_filter **out, struct err *err) ERR_CHECKED;
void lb_filter_free(struct lb_filter *f);

/* ERR_USAGE with the pattern and what is wrong with it. */
enum err_code lb_filter_add(struct lb_filter *f, enum lb_filter_side side,
                            struct span pattern, bool ignore_case,
                            struct err *err) ERR_CHECKED;
/* All lines of a pattern file; messages start "name:line: ". */
enum err_code lb_filter_add_text(struct lb_filter *f, enum lb_filter_side side,
                                 struct span text, bool ignore_case, const char *name,
                                 struct err *err) ERR_CHECKED;
/* Without patterns: everything is in. */
bool lb_filter_is_empty(const struct lb_filter *f);

enum lb_filter_verdict {
	LB_FILTER_OUT,
	LB_FILTER_IN,
	LB_FILTER_INTO, /* a folder that is out itself, but something inside may be in */
};

/* The patterns that decided, for what is inside a folder: start with LB_FILTER_TOP. */
struct lb_filter_state {
	uint32_t exclude; /* number of the pattern from 1, 0 = none */
	uint32_t include;
};

#define LB_FILTER_TOP ((struct lb_filter_state){ 0, 0 })

/*
 * For walks from the top down, one name at a time. `folder` is what this function gave
 * for the folder the path is in; `inside` (may be NULL) is what it gives for what is in
 * this one. Paths have no slash at their ends, one in front does not matter. Nobody asks
 * about what is inside a folder that is LB_FILTER_OUT.
 */
enum lb_filter_verdict lb_filter_step(const struct lb_filter *f,
                                      struct lb_filter_state folder, struct span path,
                                      bool is_folder, struct lb_filter_state *inside);
/* The same by the whole path at once, for those who do not walk. */
enum lb_filter_verdict lb_filter_path(const struct lb_filter *f, struct span path,
                                      bool is_folder);

/* Does a single pattern, as above and without !, match the path or a folder it is in?
 * ERR_USAGE if it is none. See glob.h for a pattern that is asked often. */
enum err_code lb_filter_glob(struct span pattern, bool ignore_case, struct span path,
                             bool is_folder, bool *match, struct err *err) ERR_CHECKED;

/* ---- by what is in a folder, and by size ---- */

/* --exclude-larger-than: files above `bytes` are out. */
void lb_filter_set_max_size(struct lb_filter *f, uint64_t bytes);
bool lb_filter_too_large(const struct lb_filter *f, uint64_t bytes);

/* --exclude-caches: folders with a CACHEDIR.TAG that has the signature. */
enum err_code lb_filter_add_caches(struct lb_filter *f, struct err *err) ERR_CHECKED;
/* --exclude-if-present NAME or NAME:HEADER: folders that hold such a file (which starts
 * with HEADER). */
enum err_code lb_filter_add_mark(struct lb_filter *f, struct span mark,
                                 struct err *err) ERR_CHECKED;

/* Is there any mark to look for? */
bool lb_filter_has_marks(const struct lb_filter *f);

/* What lb_filter_mark says of a name met in a folder. */
enum lb_filter_mark {
	LB_FILTER_MARK_NO,
	LB_FILTER_MARK_YES,  /* the folder is left out but for this file */
	LB_FILTER_MARK_READ, /* it depends on the start of the file: read `need` bytes and
	                        ask lb_filter_mark_head */
};

enum lb_filter_mark lb_filter_mark(const struct lb_filter *f, struct span name,
                                   size_t *need);
bool lb_filter_mark_head(const struct lb_filter *f, struct span name, struct span head);

#endif
