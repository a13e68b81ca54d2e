// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ROLLOUT_H
#define GATE_ROLLOUT_H

#include "rollout/criterion.h"
#include "rollout/log.h"

/*
 * A staged rollout: where it is, what the samples say of its stage, and the steps from
 * there. Nothing goes forward on what is not known; what was begun and not ended (the
 * program was killed while a command ran) goes nowhere but back, or again where a person
 * says so.
 */

enum gate_rollout_state {
	GATE_ROLLOUT_NONE,     /* not begun, or begun anew after a rollback */
	GATE_ROLLOUT_AT,       /* in a stage */
	GATE_ROLLOUT_ENTERING, /* was entering a stage; nobody knows how that ended */
	GATE_ROLLOUT_STUCK,    /* the command that enters a stage failed */
	GATE_ROLLOUT_LEAVING,  /* was rolling back; nobody knows how that ended */
	GATE_ROLLOUT_UNROLLED, /* rolling back failed */
	GATE_ROLLOUT_BACK,     /* rolled back */
	GATE_ROLLOUT_DONE,     /* all stages have held */
};

enum gate_rollout_advice {
	GATE_ROLLOUT_GO_ON,     /* all criteria hold, and the time is over */
	GATE_ROLLOUT_WAIT,      /* nothing is against it, and the time is not over */
	GATE_ROLLOUT_UNKNOWN,   /* samples are missing */
	GATE_ROLLOUT_TURN_BACK, /* an abort criterion was met */
	GATE_ROLLOUT_STAY,      /* a success criterion is breached */
	GATE_ROLLOUT_NOTHING,   /* in no stage */
};

struct gate_rollout {
	struct arena arena;
	struct gate_rollout_plan plan;
	struct gate_rollout_log log;
	const char *root;
	enum gate_rollout_state state;
	size_t stage; /* index; of NONE and BACK the first */
	int64_t since_ms;
	const char *commit;
	bool plan_changed; /* the policy has another one than it began with */
	/* By gate_rollout_look. */
	struct gate_samples samples;
	int64_t now_ms;
	struct gate_criterion_state *success;
	struct gate_criterion_state *abort;
	enum gate_rollout_advice advice;
	uint64_t left_ms; /* of the stage's `hold` */
};

const char *gate_rollout_state_name(enum gate_rollout_state s);
const char *gate_rollout_advice_name(enum gate_rollout_advice a);

/* Reads policy and log. End with gate_rollout_close in any case. */
enum err_code gate_rollout_open(struct gate_rollout *r, const struct gate_policy *p,
                                const char *root, bool lock, struct err *err) ERR_CHECKED;
void gate_rollout_close(struct gate_rollout *r);

bool gate_rollout_stage(const struct gate_rollout *r, const char *id, size_t *out);

/* Gets the samples since the stage began, and judges them. `file` (may be NULL) stands in
 * for the policy's source. */
enum err_code gate_rollout_look(struct gate_rollout *r, const char *file, int64_t now_ms,
                                const struct cancel *cancel, struct err *err) ERR_CHECKED;

struct gate_rollout_step {
	const char *commit;
	const char *run; /* whose decision lets a rollout begin */
	int64_t now_ms;
	bool again; /* also a stage whose command failed, or was not seen to end */
	const struct cancel *cancel;
	/* Output of the policy's command as it comes; may be NULL. */
	void (*output)(int stream, struct span data, void *context);
	void *context;
};

/*
 * The stage that `advance` would enter, or the number of stages where the last has held;
 * `commit` is that of the project. ERR_NOT_FOUND where evidence or time is missing,
 * ERR_LIMIT where a criterion is against it, ERR_USAGE where a person has to decide.
 */
enum err_code gate_rollout_next(const struct gate_rollout *r, const char *commit,
                                bool again, size_t *next, struct err *err) ERR_CHECKED;
/* Enters the stage, or finishes: what was judged is kept, then the command runs, and the
 * log has both. ERR_IO if the command failed, which is recorded. */
enum err_code gate_rollout_advance(struct gate_rollout *r, size_t next,
                                   const struct gate_rollout_step *step,
                                   struct err *err) ERR_CHECKED;
/* Runs the stage's `rollback`. ERR_USAGE where there is nothing to take back. */
enum err_code gate_rollout_back(struct gate_rollout *r, const char *why,
                                const struct gate_rollout_step *step,
                                struct err *err) ERR_CHECKED;

/* For people, and as JSON (docs/schema/rollout.schema.json). */
void gate_rollout_text(const struct gate_rollout *r, bool color, struct buf *out);
void gate_rollout_json(const struct gate_rollout *r, struct buf *out);

#endif
