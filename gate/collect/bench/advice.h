// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_ADVICE_H
#define GATE_BENCH_ADVICE_H

#include "collect/bench/verdict.h"

/*
 * What can be done where noise left benchmarks open, for people: what disturbed the
 * machine, and of the worst benchmarks how many pairs or what margin it would take. From
 * the samples alone; the control, which has no change, says how noisy a benchmark is.
 */

/* Lines, in the arena; none where nothing is open. False without memory. */
bool gate_bench_advice(struct arena *arena, const struct gate_bench_samples *s,
                       const struct gate_bench_findings *f, const char *const **lines,
                       size_t *count);

#endif
