// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_VERDICT_INTERNAL_H
#define GATE_BENCH_VERDICT_INTERNAL_H

#include "collect/bench/verdict.h"

/* The parts of the judgement: verdict_stage.c judges one stage, verdict_counts.c
 * instructions, verdict.c both stages over all benchmarks. */

/* Says why, unless `why` is NULL. */
void gate_bench_say(char why[GATE_BENCH_WHY], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Logarithms of the ratios of one arm to the base, above 0 where that is worse; only of
 * pairs that have both. */
size_t gate_bench_differences(const struct gate_bench_row *row, size_t stage,
                              enum gate_bench_arm arm, double out[GATE_BENCH_PAIRS_MAX]);
/* What a process cost, as logarithms that rise with what is worse; of both arms, in pairs
 * that have both. */
size_t gate_bench_costs(const struct gate_bench_row *row, size_t stage,
                        double base[GATE_BENCH_PAIRS_MAX],
                        double head[GATE_BENCH_PAIRS_MAX]);
/* The confidence that the control is judged with is 1 - this. */
extern const double gate_bench_control_alpha;
/* A base that varies by more tells nothing. */
extern const double gate_bench_variation_max;

void gate_bench_judge_counts(const struct gate_bench_command *c,
                             struct gate_bench_counted *out);

#endif
