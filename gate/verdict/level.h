// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_LEVEL_H
#define GATE_LEVEL_H

#include "verdict/assess.h"

/*
 * The level that a badge shows: a decision with a memory, so that a score which moves to
 * and fro over a threshold does not change the badge each time. It goes down at once. It
 * goes up after two runs in a row, of different subjects, that decide so with a score of
 * at least a point above the threshold. The decision itself has no memory. Pure.
 */

struct gate_level_run {
	enum gate_decision decision;
	enum gate_decision
		reach;       /* as gate_level_reach says; nothing without has_reach */
	bool has_reach;      /* false: it is not known what it was judged by */
	const char *subject; /* NULL: not known, and so like any other */
};

/* The best decision whose threshold a score is at least a point above, or 100. */
enum gate_decision gate_level_reach(const struct gate_ratio *score,
                                    const struct gate_ratio *go,
                                    const struct gate_ratio *conditional);

/* Of runs, newest first: does the level not depend on any before the last of these? */
bool gate_level_is_settled(const struct gate_level_run *runs, size_t count);

/* After the first of `count` (> 0) runs, newest first. The last of them has the level of
 * its decision, as if none were before it; so has one without reach. */
enum gate_decision gate_level(const struct gate_level_run *runs, size_t count);

#endif
