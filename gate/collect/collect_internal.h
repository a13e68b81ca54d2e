// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COLLECT_INTERNAL_H
#define GATE_COLLECT_INTERNAL_H

#include "base/map.h"
#include "collect/areas.h"
#include "collect/bench/bench.h"
#include "collect/collect.h"
#include "collect/coverage/collect.h"
#include "collect/judge.h"
#include "collect/reuse/measured.h"

/*
 * The parts of a collection: collect.c leads, dispatch.c decides when each unit runs,
 * collect_units.c runs units and keeps what they left, collect_records.c judges checks
 * and stores their records. Units run on threads of their own; all else happens on the
 * thread that called gate_collect.
 */

/* What became of one unit of the plan. */
struct gate_unit_state {
	bool done;
	bool broken;         /* the gate itself failed: the run's `fault` says how */
	bool reused;         /* what an earlier run found; its artefacts are stored */
	struct gate_run run; /* suites, builds and commands */
	const struct gate_build *build;  /* the way to build that was taken, or NULL */
	const struct gate_suite *suite;  /* what was run for it: the policy's, or another
	                                    where the build was done another way */
	struct gate_artefact *artefacts; /* in the collection's arena */
	size_t artefact_count;
	size_t artefact_cap;
	const char *summary; /* a suite's element of suites.json */
};

struct gate_collection {
	const struct gate_collector_context *context;
	struct gate_runner runner;
	struct arena arena;
	bool *wanted; /* a flag a check: asked for and applicable */
	bool *stored; /* a flag a check: its record is written */
	struct gate_plan plan;
	struct gate_measured measured; /* for the cache */
	struct gate_unit_state *units; /* as the plan's */
	size_t *basis;                 /* room for the units of one check */
	size_t *missing;               /* of each check: a unit that it waited for */
	struct map by_id;              /* id of a unit to its state */
	struct gate_fixtures *fixtures;
	struct gate_areas areas;
	struct gate_quarantine_book *quarantine;
	struct gate_reuse *reuse;         /* results of earlier runs; NULL: none */
	struct gate_durations *durations; /* of earlier runs; NULL: not known */
	struct scan_redactor *redactor;   /* of what units leave */
	struct gate_coverage_state coverage;
	struct scan_baseline *baseline; /* findings that are known; NULL: none */
	struct scan_result scan;
	struct scan_baseline *new_baseline;
	struct scan_result scan_new; /* of what differs from the base */
	struct gate_artefact new_artefact;
	struct gate_bench_result bench;
	struct shard_run *shard; /* the part that is run here; NULL: all of it */
	int64_t suites_ms;       /* when suites.json was written last */
};

/* Runs all units of the plan, and judges and stores what is ready after each. */
enum err_code gate_collect_dispatch(struct gate_collection *c,
                                    struct err *err) ERR_CHECKED;

/* Runs the unit; what it needs is over. Several threads may run different units. Errors
 * are those that end the whole run; all else is noted in the unit's state. */
enum err_code gate_collect_run_unit(struct gate_collection *c, size_t unit,
                                    struct err *err) ERR_CHECKED;
/* The unit is not run, for this reason. */
void gate_collect_skip_unit(struct gate_collection *c, size_t unit, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The unit is not run, or would not have been, because this one that it needs did not
 * pass. */
void gate_collect_say_needed(struct gate_run *r, enum gate_unit_kind kind,
                             const struct gate_unit_state *need);
/* Room for one more artefact of the unit, or NULL. */
struct gate_artefact *gate_collect_slot(struct gate_collection *c,
                                        struct gate_unit_state *u);
/* Stores the artefacts of a unit that ran or was left out. */
enum err_code gate_collect_keep_unit(struct gate_collection *c, size_t unit,
                                     struct err *err) ERR_CHECKED;
/* Writes suites.json: what is over, in the order of the plan. Unless `now`, not more
 * often than twice a second, since it grows. */
enum err_code gate_collect_write_suites(struct gate_collection *c, bool now,
                                        struct err *err) ERR_CHECKED;
/* All selected benchmarks (collect_bench.c). */
enum err_code gate_collect_bench(struct gate_collection *c, struct gate_unit_state *u,
                                 struct err *err) ERR_CHECKED;
/* The samples of an earlier run, judged again; false, and as before, where they cannot be
 * read. */
bool gate_collect_bench_again(struct gate_collection *c, struct span json);
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
/* Does the check rest on the unit? */
bool gate_collect_is_basis(const struct gate_collection *c, size_t check,
                           const struct gate_unit *u);
/* Stores a judgement that rests on no unit. */
enum err_code gate_collect_store_now(struct gate_collection *c, size_t check,
                                     const struct gate_judgement *j,
                                     struct err *err) ERR_CHECKED;
/* Judges and stores the checks whose units are all done. */
enum err_code gate_collect_ready(struct gate_collection *c, struct err *err) ERR_CHECKED;

#endif
