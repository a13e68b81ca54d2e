// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_OVERLAP_H
#define GATE_OVERLAP_H

#include "collect/runner.h"

/*
 * Tests that several suites ran count once, by what is worst of them: they are the same
 * where the suites have one scope (the format and the folder that they run in) and the
 * tests have one name. Formats whose names do not identify a test have no scope: TAP's
 * descriptions, titles of JavaScript tests, what a pattern finds. Of cases of one run
 * that share a name, all count.
 */
const char *gate_overlap_scope(struct arena *a, enum gate_format format, const char *dir);

struct gate_overlap {
	/* to be taken off the sums over the runs */
	uint64_t passed, failed, skipped, flaky, quarantined;
	uint64_t total;
};

/* Without memory nothing overlaps: a test counts twice rather than not at all. */
void gate_overlap_find(const struct gate_run *const *runs, size_t count,
                       struct gate_overlap *out);

#endif
