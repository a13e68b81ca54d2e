// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_READING_H
#define GATE_BENCH_READING_H

#include "base/arena.h"
#include "policy/policy.h"

/*
 * What one process of a benchmark reports, in any format. Each repetition is a reading of
 * its own: aggregates that the tool made are not read. Readers bound what they take and
 * trust no count in the file.
 */

struct gate_bench_reading {
	const char *name;
	double value; /* finite and not below 0, a time or rate above it; NaN = `fault` */
	const char *unit;  /* "" = none */
	bool higher;       /* is better */
	bool timed;        /* a time or a rate */
	uint64_t spent_ns; /* what the measurement took itself; 0 = not told */
	const char *fault; /* why the value does not count, or NULL */
};

#define GATE_BENCH_READINGS_MAX 100000 /* of one process */
#define GATE_BENCH_NAME_MAX 500        /* bytes of a name; longer ones are cut */

struct gate_bench_readings {
	struct arena arena;
	struct gate_bench_reading *items;
	size_t count;
	size_t cap;
	bool overflow;    /* GATE_BENCH_READINGS_MAX was reached */
	uint64_t wall_ns; /* what the whole process took; 0 = not told */
};

void gate_bench_readings_init(struct gate_bench_readings *r);
void gate_bench_readings_fini(struct gate_bench_readings *r);
/* Appends; the name is copied and made fit for one line. A value that cannot be
 * gets a fault. Returns the new reading, or NULL (then see gate_bench_readings_err). */
struct gate_bench_reading *gate_bench_readings_add(struct gate_bench_readings *r,
                                                   struct span name, double value,
                                                   const char *unit);
/* ERR_OK, ERR_NOMEM, or ERR_LIMIT above GATE_BENCH_READINGS_MAX. */
enum err_code gate_bench_readings_err(const struct gate_bench_readings *r,
                                      const char *name, struct err *err) ERR_CHECKED;

/*
 * Direction by unit: times, sizes and counts are better when lower, rates ("ops/s",
 * "MB/s", "items_per_second", "rps") when higher.
 */
bool gate_bench_is_rate(struct span unit);
bool gate_bench_is_time(struct span unit);

/* One reader of a format. Appends to `r`; ERR_CORRUPT with place for text that is not of
 * the format. No reading at all is no error here. */
typedef enum err_code gate_bench_read(struct span text, const char *name,
                                      struct gate_bench_readings *r, struct err *err);

gate_bench_read gate_bench_read_google;    /* google-benchmark --benchmark_format=json */
gate_bench_read gate_bench_read_hyperfine; /* hyperfine --export-json */
gate_bench_read gate_bench_read_go;        /* go test -bench */
gate_bench_read gate_bench_read_criterion; /* sample.json or estimates.json */
gate_bench_read gate_bench_read_pytest;    /* pytest --benchmark-json */
gate_bench_read gate_bench_read_jmh;       /* JMH -rf json */
gate_bench_read gate_bench_read_k6;        /* --summary-export, and handleSummary */
gate_bench_read gate_bench_read_wrk;       /* wrk and wrk2, with or without --latency */
gate_bench_read gate_bench_read_lines;     /* NAME VALUE UNIT */

/* By format; NULL for `time`, which has no text. */
gate_bench_read *gate_bench_reader(enum gate_bench_format f);

#endif
