// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_H
#define GATE_COVERAGE_H

#include "base/arena.h"
#include "base/map.h"

#include <stdint.h>

/*
 * What a set of reports says was run: per file its lines, branches, functions and
 * statements, each with its hits. Every format is read into this one model, and reports
 * are merged by adding hits over the union of what they name. Numbers are bounded, and so
 * is their count, because reports are what a project's own tools wrote.
 */

enum gate_cov_kind {
	GATE_COV_LINES,
	GATE_COV_BRANCHES,
	GATE_COV_FUNCTIONS,
	GATE_COV_STATEMENTS,
};
#define GATE_COV_KINDS 4

extern const char *const gate_cov_kind_names[GATE_COV_KINDS]; /* "lines" .. */

#define GATE_COV_FILES_MAX 1000000               /* of a set */
#define GATE_COV_POINTS_MAX (UINT64_C(32) << 20) /* of a set: half a GiB */
#define GATE_COV_LINE_MAX 10000000               /* number of a line */
#define GATE_COV_PATH_MAX 4096
/* What a tracefile of ours begins with that does not say all. */
#define GATE_COV_CUT "#not all fits"
/* The line of ours before the records: kinds that were told of, as "lines branches". Ids
 * behind it are those of the set. */
#define GATE_COV_OURS "#seaworthy coverage:"

/* One thing that can be run. `id` tells those of one line apart, 0 for lines. */
struct gate_cov_point {
	uint32_t line;
	uint32_t id;
	uint32_t hits;   /* saturated */
	uint32_t weight; /* how many it stands for: 1 but for blocks of statements */
};

/* Sorted by line and id up to `sorted`; what came out of order is behind, until
 * settled. */
struct gate_cov_points {
	struct gate_cov_point *items; /* owned */
	size_t count;
	size_t cap;
	size_t sorted;
	size_t cursor; /* where the next one of a rising series will be */
	bool most;     /* of those of one key the greatest number of hits counts */
};

struct gate_cov_file {
	const char *path; /* as its report spells it, or relative to the root */
	struct gate_cov_points of[GATE_COV_KINDS];
};

struct gate_coverage {
	struct arena arena; /* paths and files */
	struct map by_path;
	struct gate_cov_file **files;
	size_t count;
	size_t cap;
	uint64_t points;
	bool names[GATE_COV_KINDS]; /* some report tells of this kind */
};

enum err_code gate_coverage_new(struct gate_coverage **out, struct err *err) ERR_CHECKED;
void gate_coverage_free(struct gate_coverage *c);

/* The file of this name, which is made if it is new. ERR_LIMIT. */
enum err_code gate_coverage_file(struct gate_coverage *c, struct span path,
                                 struct gate_cov_file **out, struct err *err) ERR_CHECKED;

/* How points of a file and kind are merged with those of the same key; the last one told
 * counts for those that wait. */
enum gate_cov_merge {
	GATE_COV_SUM,
	GATE_COV_MOST, /* the greatest number of hits */
};

/* Line 0 is refused but for functions, whose place a report may not tell. ERR_LIMIT for a
 * line or a set that is too large. */
enum err_code gate_coverage_add(struct gate_coverage *c, struct gate_cov_file *f,
                                enum gate_cov_kind kind,
                                const struct gate_cov_point *point,
                                enum gate_cov_merge how, struct err *err) ERR_CHECKED;
/* `taken` of `total` branches of a line, of which nobody says which ones: merged with
 * others as if they were the same, so that never too many count. */
enum err_code gate_coverage_add_branches(struct gate_coverage *c, struct gate_cov_file *f,
                                         uint32_t line, uint32_t taken, uint32_t total,
                                         struct err *err) ERR_CHECKED;

/* Sorts and joins what is not yet; must be called before points are read. */
void gate_coverage_settle(struct gate_coverage *c);

/* Forgets the points of a file, which may be none of the set. */
void gate_coverage_clear(struct gate_coverage *c, struct gate_cov_file *f);

/* Adds all points of `from`, which is settled, to a file. */
enum err_code gate_coverage_join(struct gate_coverage *c, struct gate_cov_file *to,
                                 const struct gate_cov_file *from,
                                 struct err *err) ERR_CHECKED;

/* Adds all that `from`, which is settled, has under the same names; `to` is to be
 * settled.
 */
enum err_code gate_coverage_union(struct gate_coverage *to,
                                  const struct gate_coverage *from,
                                  struct err *err) ERR_CHECKED;

struct gate_cov_sum {
	uint64_t total; /* weights */
	uint64_t hit;
};

void gate_coverage_count(const struct gate_cov_file *f, enum gate_cov_kind kind,
                         struct gate_cov_sum *sum);

/* Tells names apart; the same in every process. */
uint32_t gate_coverage_id(struct span name);

#endif
