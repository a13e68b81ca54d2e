// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_BENCH_H
#define REPORTS_BENCH_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Benchmarks beside those of an earlier state, as plain data. Ratios are turned so that
 * above 1 is worse; NaN is "not known", an infinite bound "no bound".
 */

enum rep_bench_verdict {
	REP_BENCH_REGRESSION,
	REP_BENCH_IMPROVED,
	REP_BENCH_EQUIVALENT,
	REP_BENCH_INCONCLUSIVE,
	REP_BENCH_UNKNOWN,
	REP_BENCH_NEW,
};
const char *rep_bench_name(enum rep_bench_verdict v); /* "REGRESSION" .. */

struct rep_bench_row {
	const char *check;
	const char *name;
	const char *unit; /* "" = none */
	enum rep_bench_verdict verdict;
	double ratio;
	double low;
	double high;
	double margin; /* 0.03 = 3 % */
	double base;   /* medians in `unit` */
	double head;
	size_t valid; /* pairs of the stage that decided */
	size_t pairs;
	unsigned stage;   /* that decided: 1 or 2 */
	double variation; /* of the base alone, robust against outliers */
	double control;   /* ratio of the control */
	double control_low;
	double control_high;
	bool advisory; /* worth a look, though it decides nothing */
	bool warns;
	bool cleared;    /* stage 1 said REGRESSION, stage 2 did not */
	const char *why; /* "" = the numbers say all */
};

struct rep_bench {
	const struct rep_bench_row *rows;
	size_t count;
	const char *base;    /* commit, NULL = none or several */
	const char *control; /* why the run is contaminated, or NULL */
	const char *cpu;     /* NULL = not known, as these */
	const char *kernel;
	const char *governor;
	uint64_t cores;
	double load_before;
	double load_after;
	double steal;
	const char *const *troubles; /* of checks that were not measured */
	size_t trouble_count;
	const char *const *advice; /* what to do where noise left benchmarks open */
	size_t advice_count;
	const char *const *notes; /* on what this machine can tell apart */
	size_t note_count;
};

/* The range that a plot needs to show all ratios and margins: low < 1 < high, both
 * finite. */
void rep_bench_range(const struct rep_bench *b, double *low, double *high);

/* A value for people, with a scale that leaves one to three digits before the point:
 * "12.5 ms" of nanoseconds, "1.01M B". "-" for what is not known. */
void rep_bench_value(struct buf *out, double x, const char *unit);

/* A table with a plot in text. */
void rep_bench_text(struct buf *out, const struct rep_bench *b, bool color, bool utf8,
                    size_t columns);
void rep_bench_markdown(struct buf *out, const struct rep_bench *b);
void rep_bench_csv(struct buf *out, const struct rep_bench *b);
void rep_bench_openmetrics(struct buf *out, const struct rep_bench *b);

#endif
