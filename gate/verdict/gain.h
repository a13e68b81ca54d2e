// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_GAIN_H
#define GATE_GAIN_H

#include "verdict/assess.h"

/* What bettering one check would bring, and how it is done. */

struct gate_gain {
	size_t check;            /* index into the policy's checks */
	struct gate_ratio lower; /* added to L if it passed in full */
	struct gate_ratio final; /* added to S, with the cap that then holds */
};

/* All checks that could add to S or L, the biggest gain of S first, then of L, then in
 * policy order. */
enum err_code gate_gains_find(struct gate_gain **out, size_t *count,
                              const struct gate_assessment *a,
                              struct err *err) ERR_CHECKED;
/* What is added to S in tenths, as its printed values differ; `raw` are those added to L
 * in the same report. */
int64_t gate_gain_score(const struct gate_assessment *a, const struct gate_gain *g,
                        int64_t raw);
void gate_gains_free(struct gate_gain *gains, size_t count);

/* What would better the check or produce its evidence; NULL when nothing is to do. The
 * text lives in `arena` or as long as the assessment. */
const char *gate_remedy(const struct gate_assessment *a, size_t check,
                        struct arena *arena);

#endif
