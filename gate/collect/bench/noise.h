// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_NOISE_H
#define GATE_BENCH_NOISE_H

#include "base/buf.h"
#include "collect/bench/samples.h"

/*
 * What a machine can tell apart: of a comparison of a project with itself the logarithms
 * of all ratios and times are kept, for this kind of machine (processor, number of cores,
 * kernel) and this project, in $XDG_STATE_HOME/seaworthy/noise (or below ~/.local/state).
 */

/* Of one benchmark, from arms that are the same program: logarithms, which rise. */
struct gate_bench_noise {
	const double *ratios;
	size_t ratio_count;
	const double *times; /* of single processes */
	size_t time_count;   /* 0: it reports no times */
};

/* The file for these samples' machine. ERR_NOT_FOUND without a home. */
enum err_code gate_bench_noise_path(struct buf *out, const struct gate_bench_samples *s,
                                    const char *root, struct err *err) ERR_CHECKED;
/* Keeps what the samples of a calibration say. */
enum err_code gate_bench_noise_store(const struct gate_bench_samples *s, const char *root,
                                     int64_t now_ms, struct err *err) ERR_CHECKED;

/*
 * The smallest change that so many pairs show to be none, by the better of both ways to
 * judge: what a 99 % interval of the median ratio spans, or that of the fastest
 * processes, as far as the median does not wander further by itself. 0.02 = 2 %; infinite
 * for too few pairs.
 */
double gate_bench_resolves(const struct gate_bench_noise *n, size_t pairs);

/* The smallest usual number of pairs that shows changes above the margin; 0: none does.
 */
size_t gate_bench_pairs_for(const struct gate_bench_noise *n, double margin);

/* Sorts the logarithms of what the row's arms from `first` on and the base took into
 * `out`, in both stages; 0 where the row has no times. */
enum {
	GATE_BENCH_TIMES_MAX = GATE_BENCH_ARMS * GATE_BENCH_STAGES * GATE_BENCH_PAIRS_MAX
};
size_t gate_bench_times(const struct gate_bench_row *r, enum gate_bench_arm first,
                        double out[GATE_BENCH_TIMES_MAX]);

/* For people, a line a check: what its pairs can tell apart here, beside its margin. No
 * lines where the machine was never calibrated. In the arena of the samples. */
enum err_code gate_bench_noise_notes(struct gate_bench_samples *s, const char *root,
                                     const char *const **notes, size_t *count,
                                     struct err *err) ERR_CHECKED;

#endif
