// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_READING_INTERNAL_H
#define GATE_BENCH_READING_INTERNAL_H

#include "collect/bench/reading.h"
#include "lib/json.h"

/* What the readers of JSON share. */

/* False with `err` set for a document that is JSON, but not of the format. */
typedef bool gate_bench_take(const struct json *root, const char *name,
                             struct gate_bench_readings *r, struct err *err);

/* Parses the text, calls `take`, and sees whether all was kept. */
enum err_code gate_bench_read_json(struct span text, const char *name,
                                   gate_bench_take *take, struct gate_bench_readings *r,
                                   struct err *err) ERR_CHECKED;
/* "NAME: not of format WHAT: WHY"; false, for `return`. */
bool gate_bench_not_of(struct err *err, const char *name, const char *what,
                       const char *why);
/* Appends one number with what it took; NULL as gate_bench_readings_add. */
struct gate_bench_reading *gate_bench_add_number(struct gate_bench_readings *r,
                                                 struct span name, const struct json *v,
                                                 const char *unit, double spent_ns);
/* Nanoseconds as a count, 0 for what is none. */
uint64_t gate_bench_ns(double ns);

#endif
