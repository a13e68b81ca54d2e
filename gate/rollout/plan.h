// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ROLLOUT_PLAN_H
#define GATE_ROLLOUT_PLAN_H

#include "base/arena.h"
#include "crypto/digest.h"
#include "policy/policy.h"

/* The `rollout` section of a policy: stages in their order, and what each asks for. */

struct gate_criterion {
	const char *metric; /* its name for people and in recorded samples */
	const char *query;
	bool below;        /* else above */
	const char *limit; /* decimal text */
	double limit_value;
	uint64_t for_ms; /* how long it must hold; of an abort 0: one sample is enough */
};

struct gate_stage {
	const char *id;
	const char *traffic; /* percent as decimal text, or NULL */
	uint64_t hold_ms;
	uint64_t timeout_ms; /* of either command */
	struct gate_command advance;
	struct gate_command rollback;
	struct gate_criterion *success;
	size_t success_count;
	struct gate_criterion *abort;
	size_t abort_count;
};

struct gate_rollout_plan {
	struct arena arena;
	const char *prometheus; /* address, or NULL */
	const char *samples;    /* file relative to the project, or NULL */
	uint64_t step_ms;
	struct gate_stage *stages;
	size_t stage_count;
	const char *text;        /* the section's canonical JSON */
	char digest[DIGEST_HEX]; /* its SHA-256 */
};

/* ERR_USAGE if the policy has no rollout. End with gate_rollout_plan_fini in any case. */
enum err_code gate_rollout_plan_load(struct gate_rollout_plan *out,
                                     const struct gate_policy *p,
                                     struct err *err) ERR_CHECKED;
/* The same from the section's JSON, as it was kept when a rollout began. */
enum err_code gate_rollout_plan_parse(struct gate_rollout_plan *out, struct span text,
                                      struct err *err) ERR_CHECKED;
void gate_rollout_plan_fini(struct gate_rollout_plan *p);

#endif
