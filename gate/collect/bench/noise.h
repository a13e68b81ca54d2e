// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_NOISE_H
#define GATE_BENCH_NOISE_H

#include "base/buf.h"
#include "collect/bench/samples.h"

/*
 * What a machine can tell apart: of a comparison of a project with itself the logarithms
 * of all ratios are kept, for this kind of machine (processor, number of cores, kernel)
 * and this project, in $XDG_STATE_HOME/seaworthy/noise (or below ~/.local/state).
 */

/* The file for these samples' machine. ERR_NOT_FOUND without a home. */
enum err_code gate_bench_noise_path(struct buf *out, const struct gate_bench_samples *s,
                                    const char *root, struct err *err) ERR_CHECKED;
/* Keeps what the samples of a calibration say. */
enum err_code gate_bench_noise_store(const struct gate_bench_samples *s, const char *root,
                                     int64_t now_ms, struct err *err) ERR_CHECKED;

/*
 * The smallest change that so many pairs show to be none: with these differences
 * (sorted), what a 99 % interval of their median spans. 0.02 = 2 %; infinite for too few
 * pairs.
 */
double gate_bench_resolves(const double *sorted, size_t n, size_t pairs);

/* The smallest usual number of pairs that shows changes above the margin; 0: none does.
 */
size_t gate_bench_pairs_for(const double *sorted, size_t n, double margin);

/* For people, a line a check: what its pairs can tell apart here, beside its margin. No
 * lines where the machine was never calibrated. In the arena of the samples. */
enum err_code gate_bench_noise_notes(struct gate_bench_samples *s, const char *root,
                                     const char *const **notes, size_t *count,
                                     struct err *err) ERR_CHECKED;

#endif
