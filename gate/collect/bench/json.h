// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_JSON_H
#define GATE_BENCH_JSON_H

#include "base/buf.h"
#include "collect/bench/verdict.h"

/*
 * bench.json: the samples, and for people what was judged of them. Reading takes the
 * samples alone; whoever wants verdicts judges again. docs/schema/bench.schema.json.
 */

#define GATE_BENCH_JSON_MAX (UINT64_C(64) << 20)

void gate_bench_json(struct buf *out, const struct gate_bench_samples *s,
                     const struct gate_bench_findings *f);
/* Into initialized samples. ERR_CORRUPT, with the place, for what is no bench.json. */
enum err_code gate_bench_json_read(struct gate_bench_samples *s, struct span text,
                                   const char *name, struct err *err) ERR_CHECKED;

#endif
