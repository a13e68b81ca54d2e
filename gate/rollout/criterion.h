// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ROLLOUT_CRITERION_H
#define GATE_ROLLOUT_CRITERION_H

#include "rollout/samples.h"

/*
 * What samples say of one criterion. Pure. Unknown is never a success: a criterion that
 * asks for seven days holds only with samples of seven days, without a gap.
 */

enum gate_hold {
	GATE_HOLDS,    /* success: all of its window; abort: never triggered */
	GATE_BREACHED, /* success: a sample is outside; abort: triggered */
	GATE_UNTOLD,   /* samples are missing, or the window is not over */
};

struct gate_criterion_state {
	enum gate_hold hold;
	bool waiting;        /* untold because the window is not over, and only that */
	size_t samples;      /* that were looked at, in all series */
	uint64_t covered_ms; /* up to now, without a gap, in every series; at most what
	                      * is wanted */
	uint64_t wanted_ms;
	bool has_worst;
	double worst;  /* the value nearest to or furthest beyond the limit */
	int64_t at_ms; /* of a breach */
	char why[320]; /* for people; "" if it holds */
};

const char *gate_hold_name(enum gate_hold h);

/* `since_ms` is when the stage began, `step_ms` the distance of samples: three of them
 * are a gap. `m` may be NULL: no samples. */
void gate_criterion_success(const struct gate_criterion *c, const struct gate_metric *m,
                            int64_t since_ms, int64_t now_ms, uint64_t step_ms,
                            struct gate_criterion_state *out);
/* Triggered by whatever held for `for_ms` at any time since the stage began. */
void gate_criterion_abort(const struct gate_criterion *c, const struct gate_metric *m,
                          int64_t since_ms, int64_t now_ms, uint64_t step_ms,
                          struct gate_criterion_state *out);

#endif
