// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_REPORT_H
#define GATE_BENCH_REPORT_H

#include "collect/bench/verdict.h"
#include "reports/bench.h"

/* Fills the reports' model from samples and what was judged of them. Texts live in
 * `arena` or are borrowed from the samples; running out of memory stays in the arena. */
void gate_bench_report(struct rep_bench *out, struct arena *arena,
                       const struct gate_bench_samples *s,
                       const struct gate_bench_findings *f);

#endif
