// SPDX-License-Identifier: Apache-2.0
#include "verdict/level.h"

#include "base/str.h"

/* Decisions are numbered from the best to the worst. */
static enum gate_decision worse(enum gate_decision a, enum gate_decision b)
{
	return a > b ? a : b;
}

/* Is it a point above? No score is above 100, which is enough for every threshold. */
static bool clears(const struct gate_ratio *score, const struct gate_ratio *threshold)
{
	struct gate_ratio least = GATE_RATIO_INIT;
	struct gate_ratio part = GATE_RATIO_INIT;
	bool yes;

	gate_ratio_set_u64(&part, 1, 1);
	gate_ratio_add(&least, threshold, &part);
	gate_ratio_set_u64(&part, 100, 1);
	if (gate_ratio_cmp(&least, &part) > 0)
		gate_ratio_set(&least, &part);
	yes = gate_ratio_cmp(score, &least) >= 0;
	gate_ratio_fini(&least);
	gate_ratio_fini(&part);
	return yes;
}

enum gate_decision gate_level_reach(const struct gate_ratio *score,
                                    const struct gate_ratio *go,
                                    const struct gate_ratio *conditional)
{
	return clears(score, go)            ? GATE_GO
	       : clears(score, conditional) ? GATE_CONDITIONAL_GO
	                                    : GATE_NO_GO;
}

/* The best level that a run and the one before it can bring up to. */
static enum gate_decision borne_out(const struct gate_level_run *run,
                                    const struct gate_level_run *before)
{
	if (!run->has_reach || !before->has_reach || run->subject == NULL ||
	    before->subject == NULL || str_eq(run->subject, before->subject))
		return GATE_NO_GO;
	return worse(worse(run->decision, run->reach),
	             worse(before->decision, before->reach));
}

bool gate_level_is_settled(const struct gate_level_run *runs, size_t count)
{
	const struct gate_level_run *last = &runs[count - 1];

	return last->decision == GATE_NO_GO || !last->has_reach ||
	       (count > 1 && borne_out(&runs[count - 2], last) == GATE_GO);
}

enum gate_decision gate_level(const struct gate_level_run *runs, size_t count)
{
	enum gate_decision level = runs[count - 1].decision;

	for (size_t i = count - 1; i-- > 0;) {
		const struct gate_level_run *run = &runs[i];
		const enum gate_decision up = borne_out(run, &runs[i + 1]);

		if (run->decision >= level || !run->has_reach)
			level = run->decision;
		else if (up < level)
			level = up;
	}
	return level;
}
