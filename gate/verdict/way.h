// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WAY_H
#define GATE_WAY_H

#include "verdict/assess.h"

/*
 * The fewest checks whose passing in full brings S to a target. Points of checks add up,
 * so that is: every check whose state caps S below the target, and then the largest gains
 * until the sum is enough. Pure.
 */
struct gate_step {
	size_t check;            /* index into the policy's checks */
	bool cap;                /* it holds S below the target until it passes */
	struct gate_ratio gain;  /* added to L */
	struct gate_ratio lower; /* L with this and the steps before it */
};

struct gate_way {
	struct gate_step *steps; /* those that cap first, then the largest gain */
	size_t count;
	bool reached;  /* S is there already; no steps */
	bool possible; /* false: some waiver of a P0 caps S below the target, `waived` */
	size_t waived; /* index of its check */
};

/* `target` is 0..100. */
enum err_code gate_way_find(struct gate_way *out, const struct gate_assessment *a,
                            const struct gate_ratio *target, struct err *err) ERR_CHECKED;
void gate_way_fini(struct gate_way *w);

#endif
