// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_TREE_H
#define GATE_COVERAGE_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cancel.h"
#include "base/map.h"
#include "scanners/language.h"
#include "scanners/scanner.h"

/*
 * The sources of the project as they lie on disk before anything is built: what there is
 * to be covered. Ignored files are none of it, nor is what no lexer knows.
 */

/* Lines of a file that the base of the run does not have. */
struct gate_cov_new {
	bool known;      /* the file differs from the base; else it has no new line */
	uint32_t *lines; /* rising, in the tree's arena */
	size_t count;
};

/* Lines of code. */
struct gate_cov_code {
	uint64_t all;
	uint64_t fresh; /* of them, those that are new */
};

struct gate_cov_source {
	const char *path; /* relative to the root */
	const struct scan_language *language;
	enum scan_scope scope;
	struct gate_cov_new fresh;
	struct gate_cov_source *same_name; /* the next one with its last name */
	/* Of a tree without a root (tree_doc.h): what the disk would say. */
	struct gate_cov_code code;
	const char *owners;
};

struct gate_cov_tree {
	struct arena arena;
	struct gate_cov_source *sources; /* sorted by path */
	size_t count;
	struct map by_path;
	struct map by_name;
	const char *root; /* real; NULL: it came from another machine */
	bool has_owners;  /* without a root: somebody owns something */
};

enum err_code gate_cov_tree_load(struct gate_cov_tree **out, const char *root,
                                 size_t jobs, const struct cancel *cancel,
                                 struct err *err) ERR_CHECKED;
/* One without sources. */
enum err_code gate_cov_tree_none(struct gate_cov_tree **out, struct err *err) ERR_CHECKED;
void gate_cov_tree_free(struct gate_cov_tree *t);

/*
 * The source that a report means: of this path; else the one whose path ends with the
 * report's name, or with whose path that ends (of several the longest). NULL if there is
 * none; *several if the name fits more than one.
 */
const struct gate_cov_source *gate_cov_tree_find(const struct gate_cov_tree *t,
                                                 struct span name, bool *several);

/* How many lines hold code: none of a file that cannot be read any more. `scratch` may
 * be used again; out of memory shows there. */
void gate_cov_tree_code(const struct gate_cov_tree *t, const struct gate_cov_source *s,
                        struct buf *scratch, struct gate_cov_code *out);

/* Fills the maps, once the sources are all there. */
enum err_code gate_cov_tree_index(struct gate_cov_tree *t, struct err *err) ERR_CHECKED;

/* Fills in what is new since the merge base of HEAD and `base`. */
enum err_code gate_cov_tree_compare(struct gate_cov_tree *t, const char *base,
                                    struct err *err) ERR_CHECKED;

/* Languages that one tool measures: C and C++, JavaScript and TypeScript. */
bool gate_cov_same_family(const struct scan_language *a, const struct scan_language *b);
/* A file of declarations only, by its name: that no report names it says nothing. */
bool gate_cov_is_declaration(const struct gate_cov_source *s);

#endif
