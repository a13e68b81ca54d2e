// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_REDERIVE_H
#define GATE_REDERIVE_H

#include "record/store.h"

/*
 * Reads a recorded run's own bytes once more: parses the stored results of each suite by
 * the parsers that the run used, and judges the stored samples of benchmarks, and says
 * what comes to something else than the run says. So numbers that nothing stored bears
 * out are found even where all digests fit.
 *
 * The format is that of the recorded policy; only of suites that were detected, which
 * stand in no policy, that of suites.json. A row of suites.json that no run writes is
 * named, and so is a check that passes by a suite that did not plainly pass, of which
 * nothing is said, or of whose results nothing is stored.
 *
 * Left out is what the bytes alone cannot say: suites that are unknown, that were started
 * more than once, or whose output was too large to be kept whole.
 */
struct gate_rederived {
	size_t suites;
	size_t benches;
	size_t left_out; /* suites */
};

/* Differences are added to `damages` (which may be those of the run itself). An error is
 * that the system refused. */
enum err_code gate_rederive(const struct gate_recorded *r, struct gate_rederived *out,
                            struct gate_damages *damages, struct err *err) ERR_CHECKED;

#endif
