// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_CHRONIC_H
#define GATE_BENCH_CHRONIC_H

#include "collect/bench/samples.h"

/*
 * Benchmarks that cry wolf: of the last runs that measured them the first stage called
 * them slower in several, and the second did not. One such nomination is chance; many
 * are noise that a policy can do something about, or a change at the margin.
 */
enum {
	GATE_BENCH_CHRONIC_RUNS = 10, /* that are looked at */
	GATE_BENCH_CHRONIC = 3,       /* cleared nominations among them */
	GATE_BENCH_CHRONIC_LINES = 10,
};

/*
 * A line for each of the samples' benchmarks that does, for people, in the samples'
 * arena; `runs` are folders of recorded runs, newest first. A bench.json that answered
 * several of them counts once, and one that cannot be read not at all.
 */
enum err_code gate_bench_chronic(struct gate_bench_samples *s, const char *const *runs,
                                 size_t run_count, const char *const **lines,
                                 size_t *count, struct err *err) ERR_CHECKED;

#endif
