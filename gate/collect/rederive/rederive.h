// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_REDERIVE_H
#define GATE_REDERIVE_H

#include "record/store.h"

/*
 * Reads a recorded run's own bytes once more, by the parsers and the judges that the run
 * used, and says what comes to something else than the run says: of suites their counts,
 * of checks state, value and measure. So numbers that nothing stored bears out are found
 * even where all digests fit. Read again are the results of suites (and of commands that
 * report tests), the sums of coverage, what scans looked at and found, the samples of
 * benchmarks, the answers of plug-ins, and what the policy attests.
 *
 * The format is that of the recorded policy; of suites that were detected, which stand in
 * no policy, that of suites.json, which may not be another than their command writes. A
 * row of suites.json that no run writes is named, and so is a check that passes by a
 * suite that did not plainly pass, of which nothing is said, or of whose results nothing
 * is stored; a check that does not apply although the policy has no reason for it; and
 * one with a value where nothing of that kind could be measured or nothing is stored.
 *
 * What samples of benchmarks are judged by is the policy's; but the base and the number
 * of pairs may have been given to the run.
 *
 * Left out is what the bytes alone cannot say: suites that are unknown, that were started
 * more than once, or whose output was too large to be kept whole; exit codes, builds, and
 * predicates of the tree. Unknown and error are not looked at: they give nothing.
 */
struct gate_rederived {
	size_t suites;
	size_t benches;
	size_t checks;   /* judged again */
	size_t left_out; /* suites, and outputs of commands */
};

/* Differences are added to `damages` (which may be those of the run itself). An error is
 * that the system refused. */
enum err_code gate_rederive(const struct gate_recorded *r, struct gate_rederived *out,
                            struct gate_damages *damages, struct err *err) ERR_CHECKED;
/* The same for the run's own damages, where it has none yet; evidence that no run made
 * has nothing to hold it against. */
enum err_code gate_rederive_own(struct gate_recorded *r, struct err *err) ERR_CHECKED;

#endif
