// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COLLECT_INTERNAL_H
#define GATE_COLLECT_INTERNAL_H

#include "collect/collect.h"
#include "collect/judge.h"

/*
 * The parts of a collection: collect.c leads, collect_units.c runs units and keeps what
 * they left, collect_records.c judges checks and stores their records.
 */

enum { GATE_UNIT_ARTEFACTS = 2 };

/* What became of one unit of the plan. */
struct gate_unit_state {
	bool done;
	bool broken; /* the gate itself failed: `error` says how */
	struct err error;
	struct gate_run run;            /* suites, builds and commands */
	const struct gate_build *build; /* the way to build that was taken, or NULL */
	const struct gate_suite *suite; /* what was run for it: the policy's, or another
	                                   where the build was done another way */
	struct gate_artefact artefacts[GATE_UNIT_ARTEFACTS];
	size_t artefact_count;
};

struct gate_collection {
	const struct gate_collector_context *context;
	struct gate_runner runner;
	struct arena arena;
	bool *wanted; /* a flag a check: asked for and applicable */
	bool *stored; /* a flag a check: its record is written */
	struct gate_plan plan;
	struct gate_unit_state *units;  /* as the plan's */
	struct scan_baseline *baseline; /* findings that are known; NULL: none */
	struct scan_result scan;
	struct scan_baseline *new_baseline;
	struct scan_result scan_new; /* of what differs from the base */
	struct gate_artefact new_artefact;
	struct buf suites; /* suites.json, without its end */
};

/* Runs the unit and stores its artefacts. Errors are those that end the whole run; all
 * else is noted in the unit's state. */
enum err_code gate_collect_unit(struct gate_collection *c, size_t unit,
                                struct err *err) ERR_CHECKED;
/* Adds a suite to suites.json and writes it. */
enum err_code gate_collect_suite_done(struct gate_collection *c,
                                      const struct gate_suite *s,
                                      const struct gate_run *r,
                                      struct err *err) ERR_CHECKED;
/* The scan of all selected scan checks. */
enum err_code gate_collect_scan(struct gate_collection *c, struct gate_unit_state *u,
                                struct err *err) ERR_CHECKED;
/* The same of what differs from the base, for the checks on new code; ERR_USAGE for a
 * base that names no commit. */
enum err_code gate_collect_new_code(struct gate_collection *c,
                                    struct err *err) ERR_CHECKED;
/* True, with the judgement made, where a check on new code cannot be answered. */
bool gate_collect_no_new_code(const struct gate_collection *c, size_t check,
                              struct gate_judgement *j);
/* What was looked at, as an artefact of this name. */
enum err_code gate_collect_keep_scan(struct gate_collection *c,
                                     const struct scan_result *r, const char *name,
                                     struct gate_artefact *out,
                                     struct err *err) ERR_CHECKED;
/* The lines of the findings that count for the check (NULL: of all). */
void gate_collect_findings(struct buf *out, const struct scan_result *r,
                           const struct gate_check *check);

/* Settles all checks that need nothing to be run: n/a, not selected, attested .. */
enum err_code gate_collect_at_once(struct gate_collection *c,
                                   struct err *err) ERR_CHECKED;
/* Judges and stores the checks whose units are all done. */
enum err_code gate_collect_ready(struct gate_collection *c, struct err *err) ERR_CHECKED;

#endif
