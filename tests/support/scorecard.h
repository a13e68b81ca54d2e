/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_SCORECARD_H
#define SW_TESTS_SCORECARD_H

#include "base/arena.h"
#include "reports/model.h"

/*
 * Scorecards for testing and looking at reports. Sums, score and coverage are computed
 * from the checks here, so every sample's table adds up. All memory is the arena's.
 */

/* "no-go": capped, unknown checks, long names, 12 suites, 200 findings. "go": a clean
 * one. "conditional": waived and attested. "empty": nothing at all. "hostile": strings
 * that try to break out of every format. "seed": seven attested rows that add up to 71.2
 * and were declared to be 78. "many": 100,000 findings, of which 10,000 are kept; "held":
 * "go", but for its badge; these are not among sample_names. NULL for another name. */
struct rep_scorecard *sample_scorecard(const char *name, struct arena *a);

/* All names, ended by NULL. */
extern const char *const sample_names[];

/* Every place that a project can fill holds `text`. */
struct rep_scorecard *sample_filled(const char *text, struct arena *a);

/* The strings of "hostile", ended by NULL. */
extern const char *const sample_hostile_texts[];

#endif
