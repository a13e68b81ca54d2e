// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_WORKFLOW_INTERNAL_H
#define SCANNERS_WORKFLOW_INTERNAL_H

#include "lib/yaml.h"
#include "workflow.h"

#include <stdarg.h>

/* One file on its way through the rules of its system. All borrowed. */
struct flow {
	struct scan_pass *p;
	const struct yaml *root;
	size_t spent; /* of FLOW_WORK_MAX */
	/* Of a pipeline of GitLab: looked up once, for there may be many jobs. */
	const struct yaml *stages;
	bool whole; /* no other file adds to it */
};

enum { FLOW_WORK_MAX = 50000000 };

/* Counts what may be looked at again and again (aliases make much of little): steps of a
 * few nanoseconds. False, and the file is not fully scanned, once it is too much. */
bool flow_spend(struct flow *f, size_t steps);
/* Text of a node, whose length counts; empty if there is none, or no more to spend. */
struct span flow_text(struct flow *f, const struct yaml *n);

/* ---- workflow.c: findings ---- */

/* `id` without its family ("unpinned-uses"). The message is formatted. */
void flow_report(struct flow *f, const char *id, const struct yaml *at,
                 const enum scan_severity *severity, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* The same of a part of the file. */
void flow_report_at(struct flow *f, const char *id, size_t start, size_t end,
                    const enum scan_severity *severity, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));

/* Does the rule run? */
bool flow_runs(const struct flow *f, const char *id);
/* A note of the first `end` bytes, with the details of the rule. */
void flow_report_details(struct flow *f, const char *id, size_t end, const char *details,
                         const char *message);

/* ---- inventory.c ---- */

/* `run` is the reader of the system; a file that is not readable is listed, too. */
void flow_inventory(struct flow *f, const char *system, void (*run)(struct flow *f),
                    bool readable);

extern const enum scan_severity flow_note;
extern const enum scan_severity flow_error;

/* ---- github.c, github_steps.c, github_keys.c ---- */

void flow_github(struct flow *f);
void flow_action(struct flow *f);

/* A job, or the steps of a composite action. */
struct flow_job {
	const struct yaml *workflow; /* the root; NULL: an action */
	const struct yaml *job;      /* NULL: an action */
	const struct yaml *steps;
	const struct yaml *step; /* in hand */
};
/* "false", "${{ false }}" */
bool flow_is_never(const struct yaml *condition);
/* "true", "${{ true }}", "${{ always() }}" */
bool flow_is_always(const struct yaml *condition);
void flow_steps(struct flow *f, const struct flow_job *j);
/* "env:" of a workflow, a job or a step. */
void flow_env(struct flow *f, const struct yaml *env);

/* What actionlint says of keys, values and names. */
void flow_github_syntax(struct flow *f);

/* Keys of a map that are in no list are findings. `keys` ends at NULL. */
void flow_keys(struct flow *f, const struct yaml *map, const char *const *keys,
               const char *what);
bool flow_is_in(const char *text, const char *const *list);

/* ---- images.c ---- */

/* An image without a digest. */
void flow_image(struct flow *f, const struct yaml *image);

/* ---- needs.c: who waits for whom ---- */

/* `key` of each job names others, as a text or a list; an entry of the list may be a map
 * with the name as `member`. Unknown names and circles are findings. */
void flow_needs(struct flow *f, const struct yaml *jobs, const char *key,
                const char *member);

/* ---- context.c: who writes what a name of an expression holds ---- */

enum flow_danger { FLOW_SAFE, FLOW_DOUBTFUL, FLOW_CALLER, FLOW_ATTACKER };

/* `nested`: so many values of "env:" lead to the name. */
enum flow_danger flow_danger_of(struct flow *f, const struct flow_job *j,
                                struct span name, unsigned nested);

/* ---- expression.c: ${{ .. }} in what a shell or a script engine runs ---- */

/* The worst of all expressions in a text. */
enum flow_danger flow_danger_in(struct flow *f, const struct flow_job *j,
                                struct span text, unsigned nested);
void flow_injections(struct flow *f, const struct flow_job *j, const struct yaml *script);

/* ---- the others ---- */

void flow_gitlab(struct flow *f);
void flow_azure(struct flow *f);
void flow_jenkins(struct flow *f);

#endif
