/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_SCORECARD_INTERNAL_H
#define SW_TESTS_SCORECARD_INTERNAL_H

#include "support/scorecard.h"

/* Fills what depends on the checks: sums, bands, score, coverage, blockers. */
void sample_sum(struct rep_scorecard *s, struct arena *a);

void sample_no_go(struct rep_scorecard *s, struct arena *a);
void sample_held(struct rep_scorecard *s, struct arena *a);
void sample_many(struct rep_scorecard *s, struct arena *a);
void sample_go(struct rep_scorecard *s, struct arena *a);
/* With every string set to `x`, or to all hostile texts if that is NULL. */
void sample_hostile(struct rep_scorecard *s, struct arena *a, const char *x);

/* Mutable copies of a constant table, in the arena. */
#define SAMPLE_COPY(a, table) sample_copy((a), (table), sizeof(table))
void *sample_copy(struct arena *a, const void *bytes, size_t size);

#endif
