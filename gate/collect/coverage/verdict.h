// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_VERDICT_H
#define GATE_COVERAGE_VERDICT_H

#include "collect/coverage/measure.h"
#include "collect/judge.h"

/* What was measured as the fields of a check's record. Pure but for memory. */
void gate_judge_coverage(struct gate_judgement *j, const struct gate_check *check,
                         const struct gate_cov_measured *m,
                         const struct gate_cov_part *parts, size_t count);

/*
 * Of `total` new lines `hit` ran, and `more` may be there to run that nobody counted.
 * Pass only if hit/(total + more) reaches the threshold; fail only if the upper bound of
 * Wilson's interval (95 %, z = 1.96) of hit/total is below it: that is, exactly, if
 * (T n - h)^2 > z^2 T (1 - T) n for T n > h. Else warn: so few lines say too little.
 * `percent` is a decimal, 0 to 100.
 */
enum gate_state gate_coverage_small_change(uint64_t hit, uint64_t total, uint64_t more,
                                           const char *percent);

/* The two ends of the share, in percent; `total` is above 0. */
void gate_coverage_share(struct gate_ratio *low, struct gate_ratio *high,
                         const struct gate_cov_row *r);

/* Appends the measurement as a JSON object: sums, rows, the files with most that did not
 * run, what no report names; of new code all that did not run. */
void gate_coverage_put(struct buf *out, const struct gate_check *check, const char *base,
                       const struct gate_cov_measured *m,
                       const struct gate_cov_part *parts, size_t count);

/* Appends a set as a tracefile of lcov, which says all that is known; above `max` bytes
 * its lines only, above that no more than the sums of each file, or no file at all. */
void gate_coverage_tracefile(struct buf *out, const struct gate_coverage *set,
                             size_t max);

#endif
