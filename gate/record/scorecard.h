// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCORECARD_H
#define GATE_SCORECARD_H

#include "record/store.h"
#include "reports/model.h"
#include "verdict/assess.h"

/*
 * Fills the reports' model from an assessment and the recorded run it was made of. Texts
 * live in `arena` or are borrowed from the two, which must outlive the scorecard. What
 * only decorates it (a suite's list, findings, ends of artefacts) is left out where it
 * cannot be read; numbers and decision never depend on it.
 */
enum err_code gate_scorecard_fill(struct rep_scorecard *out, struct arena *arena,
                                  const struct gate_assessment *a,
                                  const struct gate_recorded *r,
                                  struct err *err) ERR_CHECKED;

/* The word of the reports for it. */
enum rep_decision gate_scorecard_decision(enum gate_decision d);

#endif
