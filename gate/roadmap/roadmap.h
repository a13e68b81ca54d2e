// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ROADMAP_H
#define GATE_ROADMAP_H

#include "base/arena.h"
#include "verdict/way.h"

/*
 * The roadmap of a policy (`phases`, `risks`) as an assessment sees it. Nothing here is
 * ticked off by hand: a task is done when every check that it names in `accept` passes,
 * and a phase is reached when the score is at its target and all its tasks are done. A
 * task without `accept` cannot be measured, and is never done.
 *
 * Borrows from the assessment, which must outlive it.
 */

enum gate_task_state {
	GATE_TASK_DONE,
	GATE_TASK_READY,   /* all that it needs is done */
	GATE_TASK_BLOCKED, /* something that it needs is not */
	GATE_TASK_UNMEASURED,
};
const char *gate_task_state_name(enum gate_task_state s);

struct gate_task {
	const char *id;
	const char *title;    /* the id if none was given */
	const char *owner;    /* or NULL */
	unsigned priority;    /* 0 (the most urgent) to 4; 2 if none was given */
	size_t phase;         /* index */
	const size_t *accept; /* indices of the policy's checks */
	size_t accept_count;
	const size_t *needs; /* indices of tasks */
	size_t need_count;
	enum gate_task_state state;
};

struct gate_phase {
	const char *id;
	const char *title;
	const char *target; /* decimal, or NULL: only its tasks count */
	size_t first;       /* of its tasks, which lie together */
	size_t task_count;
	size_t done;
	bool score_reached; /* S is at the target, or there is none */
	bool reached;
};

enum gate_risk_state {
	GATE_RISK_HELD,      /* its check passes */
	GATE_RISK_OPEN,      /* it warns or fails */
	GATE_RISK_UNKNOWN,   /* it tells nothing */
	GATE_RISK_UNWATCHED, /* no check, or one that does not apply */
};
const char *gate_risk_state_name(enum gate_risk_state s);

/* Words of `likelihood` and `impact`: "low", "medium" or "high". */
struct gate_risk {
	const char *id;
	const char *risk;
	const char *likelihood;
	const char *impact;
	const char *mitigation;  /* or NULL */
	const char *contingency; /* or NULL */
	const char *owner;       /* or NULL */
	const char *check;       /* or NULL */
	enum gate_risk_state state;
};

struct gate_roadmap {
	struct arena arena;
	const struct gate_assessment *assessment;
	struct gate_phase *phases;
	size_t phase_count;
	struct gate_task *tasks;
	size_t task_count;
	size_t current; /* the first phase that is not reached; phase_count: all are */
	struct gate_risk *risks; /* the gravest first: likelihood times impact */
	size_t risk_count;
	struct gate_way way; /* to the target of the current phase; empty if none */
};

enum err_code gate_roadmap_load(struct gate_roadmap *out, const struct gate_assessment *a,
                                struct err *err) ERR_CHECKED;
void gate_roadmap_fini(struct gate_roadmap *r);

/* The first task, in the roadmap's order, that names the check in `accept` and is not
 * done; NULL if none does. */
const struct gate_task *gate_roadmap_task_of(const struct gate_roadmap *r, size_t check);

/* For people, and as JSON {schema_version, score{}, phases[], risks[], way{}}. */
enum err_code gate_roadmap_text(const struct gate_roadmap *r, bool color, struct buf *out,
                                struct err *err) ERR_CHECKED;
enum err_code gate_roadmap_json(const struct gate_roadmap *r, struct buf *out,
                                struct err *err) ERR_CHECKED;

#endif
