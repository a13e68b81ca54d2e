// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DOUBT_H
#define GATE_DOUBT_H

#include "collect/runner.h"

/* What people are told of a suite while the run goes on: it must not say "pass" of what
 * the scorecard warns of in the end. Pure. */

/*
 * Notes in a suite that passed which check of the policy will not (`doubt`): one that is
 * about this suite alone, or one over several whose count can only grow. `suites` is how
 * many the run has.
 */
void gate_doubt_note(struct gate_run *r, const struct gate_policy *p, size_t suites);

/* "pass" "leaky" "flaky" "warn" "fail" "unknown" */
const char *gate_doubt_word(const struct gate_run *r);

#endif
