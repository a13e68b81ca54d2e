// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_H
#define GATE_BENCH_H

#include "collect/bench/arms.h"
#include "collect/bench/verdict.h"
#include "collect/judge.h"

/*
 * The benchmarks of a run: all checks with `collect: bench` are measured together, so
 * that they are interleaved and judged as the many tests that they are. Nothing else may
 * run meanwhile.
 */

struct gate_bench_result {
	struct gate_bench_samples samples;
	struct gate_bench_findings findings;
	struct buf json; /* bench.json */
	struct buf log;  /* what failed builds printed, and what went wrong beside */
};

void gate_bench_result_init(struct gate_bench_result *r);
void gate_bench_result_fini(struct gate_bench_result *r);

/* Measures the checks that are wanted (a flag a check of the policy). Errors are the
 * gate's own; what cannot be measured is in the findings. */
enum err_code gate_bench_collect(struct gate_bench_result *out,
                                 const struct gate_runner *runner,
                                 const struct gate_policy *policy, const bool *wanted,
                                 const struct gate_bench_options *o, bool dirty,
                                 struct err *err) ERR_CHECKED;

/* What the policy says of a check's command, in `a`. */
enum err_code gate_bench_command_of(struct gate_bench_command *out,
                                    const struct gate_check *check, struct arena *a,
                                    struct err *err) ERR_CHECKED;

/* What they say of a check. Pure. */
void gate_bench_judge_check(struct gate_judgement *j, const struct gate_check *check,
                            const struct gate_bench_samples *s,
                            const struct gate_bench_findings *f);

/* How many of the check's benchmarks (NULL: of all) came out like that. */
size_t gate_bench_count(const struct gate_bench_samples *s,
                        const struct gate_bench_findings *f, const char *check,
                        enum gate_bench_verdict v);

#endif
