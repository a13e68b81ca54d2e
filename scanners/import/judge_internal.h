// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_JUDGE_INTERNAL_H
#define SCANNERS_IMPORT_JUDGE_INTERNAL_H

#include "base/buf.h"
#include "base/map.h"
#include "graph.h"
#include "import.h"
#include "scanners/ignore_below.h"
#include "scanners/tree.h"

/* What the resolvers of all languages share. Each family is judged by itself. */

/* A file by the last part of its path. */
struct import_name {
	uint64_t front; /* the first bytes, which order most of them */
	struct span name;
	struct span folder;
	size_t file;
};

struct scan_import_index {
	struct arena memory;
	/* All files, sorted by name, and those of one name by their folder from its end.
	 */
	struct import_name *by_name;
	enum scan_import_family *families; /* of each file */
};

struct import_judge {
	struct scan_tree *tree;
	const struct scan_import_index *index;
	const enum scan_import_family *families; /* of the index */
	struct arena memory; /* names of nodes, what resolvers remember */
	size_t *nodes;       /* of each file, or IMPORT_NO_NODE */
	struct import_graph graph;
	struct buf path;                  /* scratch */
	struct scan_ignore_below ignores; /* asked where something is missing */
	struct map absent;                /* paths that were asked for already */
	size_t asked;                     /* patterns that they were held against */
	size_t unasked; /* the file that had no more of them, plus one */
	size_t cycle_rule;
	size_t unresolved_rule;
	bool cycles; /* rules that run */
	bool unresolved;
	bool failed; /* no memory */
};

/* A fact in its parts. */
struct import_fact {
	enum scan_import_kind kind;
	unsigned flags;
	struct span target;
	struct span name;
};

/* Nothing failed, and nobody cancelled. */
bool import_goes_on(const struct import_judge *j);

struct import_fact import_fact_of(const struct scan_fact *f);

/* ---- paths ---- */

struct span import_folder(struct span path); /* "" at the top */
struct span import_base_name(struct span path);
struct span import_stem(struct span path); /* base name up to its last point */
/* folder/rest without "." and ".." in `out`; false where it leaves the tree. */
bool import_join(struct buf *out, struct span folder, struct span rest);
/* Index of the file, or tree->count. */
size_t import_find(const struct import_judge *j, struct span path);
/* "folder/name" + suffix. */
size_t import_find_in(struct import_judge *j, struct span folder, struct span name,
                      const char *suffix);
bool import_is_folder(const struct import_judge *j, struct span path);
/* The files with this last part of their path: the first of by_name and, up to max, how
 * many. */
size_t import_named(const struct import_judge *j, struct span name, size_t max,
                    size_t *count);
/* The files whose path is `target` or ends in a slash and that: the first of by_name, and
 * how many. */
size_t import_ending(const struct import_judge *j, struct span target, size_t *count);
/* Is there any file whose last part starts with the stem and a point? */
bool import_has_stem(struct import_judge *j, struct span stem);

/* Folders by their last part, then the one in front of it, and so on: those that end
 * alike follow one another. */
int import_order_back(struct span a, struct span b);

/* ---- what is found ---- */

/* The node of a file, made with this name where there is none yet. */
size_t import_file_node(struct import_judge *j, size_t file, struct span name);
void import_edge(struct import_judge *j, size_t from, size_t to, size_t file,
                 const struct scan_fact *at, unsigned flags);
/*
 * What is meant by the fact is not there. `path` is where it would be, from the top, and
 * `suffixes` what may come behind it (NULL ends them): where the disk has it all the
 * same, or it would be ignored, nothing is told.
 */
void import_missing(struct import_judge *j, size_t file, const struct scan_fact *at,
                    struct span path, const char *const *suffixes);

/* What the rules say of imports is not the whole truth of the file. */
void import_skip(struct import_judge *j, size_t file, const char *reason);

void import_resolve_c(struct import_judge *j);
void import_resolve_go(struct import_judge *j);
void import_resolve_java(struct import_judge *j);
void import_resolve_python(struct import_judge *j);
void import_resolve_rust(struct import_judge *j);
void import_resolve_script(struct import_judge *j);

#endif
