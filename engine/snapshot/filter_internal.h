// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_FILTER_INTERNAL_H
#define SNAPSHOT_FILTER_INTERNAL_H

#include "base/arena.h"
#include "snapshot/filter.h"

/* One pattern, compiled: shared by filter.c and filter_pattern.c only. */

enum segment_kind {
	SEGMENT_ANY,     /* **: names without number */
	SEGMENT_LITERAL, /* `text` is the name */
	SEGMENT_START,   /* text*: quotes are taken off in these */
	SEGMENT_END,     /* *text */
	SEGMENT_WILD,    /* `text` as it was written */
};

struct segment {
	struct span text;
	enum segment_kind kind;
};

struct lb_pattern {
	struct segment *segments;
	size_t count;
	bool negated;
	bool folders_only;
	bool anchored; /* does not start with a SEGMENT_ANY of ours */
	bool fold;     /* ASCII letters are alike in either case */
};

/* What is wrong with the text (static), or NULL; running out of memory is the arena's. */
const char *lb_pattern_compile(struct lb_pattern *out, struct span text, bool fold,
                               struct arena *arena);
/* Exactly this path? It has no slash at its ends. */
bool lb_pattern_match(const struct lb_pattern *p, struct span path);
/* May it match something inside this folder? */
bool lb_pattern_inside(const struct lb_pattern *p, struct span path);

#endif
