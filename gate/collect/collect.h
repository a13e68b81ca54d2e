// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COLLECT_H
#define GATE_COLLECT_H

#include "collect/bench/arms.h"
#include "collect/runner.h"
#include "policy/detect.h"
#include "record/store.h"
#include "scanners/scanner.h"

/*
 * From a policy to evidence: plans the units (builds, suites, scans, commands) in the
 * order their `needs` ask, runs them, judges each check and stores record and artefacts
 * as it goes, so that a crash loses nothing that was reported as done.
 */

enum gate_unit_kind {
	GATE_UNIT_BUILD,
	GATE_UNIT_SUITE,
	GATE_UNIT_SCAN,
	GATE_UNIT_COMMAND,
	GATE_UNIT_FIXTURE, /* its set-up; what it holds is held until it is torn down */
	GATE_UNIT_BENCH    /* all benchmarks: they are measured together, and alone */
};

/* "build" "suite" "scan" "command" */
const char *gate_unit_kind_name(enum gate_unit_kind k);
bool gate_unit_kind_find(const char *name, enum gate_unit_kind *out);

struct gate_unit {
	const char *id; /* "build:cmake" "suite:unit" "scan" "command:ops.health"
	                 * "fixture:db" */
	enum gate_unit_kind kind;
	const char *command;      /* for people */
	const char *const *needs; /* ids of units */
	size_t need_count;
	size_t index;         /* into the policy's builds, suites or checks */
	uint64_t estimate_ms; /* by earlier runs; 0: it never ran here */
	bool cached;          /* an earlier run answers it; gate_reuse_plan */
	const char *left_out; /* why it is not run, and unknown; NULL: it is run */
};

struct gate_plan {
	struct arena arena;
	struct gate_unit *units; /* in the order they run */
	size_t count;
	const bool *measured; /* a flag a check of the policy: of the unit `bench`; NULL
	                         without it */
};

struct gate_selection {
	const char *const *only; /* globs over ids of checks and suites; none = all */
	size_t only_count;
	const char *const *skip;
	size_t skip_count;
	bool no_exec;     /* run no project code */
	bool suites_only; /* `seaworthy test` */
	bool no_cache;    /* run what an earlier run has answered, too */
	bool bench_only;  /* `seaworthy bench` */
	bool some_tests;  /* suites may run some of their tests only */
	bool fail_fast;   /* start nothing more once a unit has failed */
	/* Of each suite of the policy why it is left out, or NULL: it is not. NULL: none
	 * is. What another needs runs all the same. */
	const char *const *left_out;
	const struct gate_shard *shard; /* the part to run; NULL: all of it */
};

/*
 * ERR_USAGE for a cycle in `needs` or an unknown id in only, skip or needs. A suite that
 * is named runs, with the checks that rest on it. The order is
 * one that `needs` allow; units that do not wait for each other run beside each other.
 * Suites that are left out, and builds that only these need, stand at the end and wait
 * for nothing; with `suites_only` they are no units at all.
 */
enum err_code gate_plan_make(const struct gate_policy *p, const struct gate_selection *s,
                             struct gate_plan *out, struct err *err) ERR_CHECKED;
/* The same without checks that do not apply to the project, which the whole run does not
 * plan for either. */
enum err_code gate_plan_applying(const struct gate_policy *p,
                                 const struct gate_selection *s, const char *root,
                                 const struct gate_detected *detected,
                                 struct gate_plan *out, struct err *err) ERR_CHECKED;
/* A flag a suite: the policy declares it, and no check rests on it, nor does anything
 * that runs need it, so that a run leaves it out without a word. */
enum err_code gate_plan_unused(const struct gate_policy *p, bool *unused,
                               struct err *err) ERR_CHECKED;
void gate_plan_fini(struct gate_plan *p);
/* Fills in what earlier runs took. */
struct gate_durations;
void gate_plan_estimate(struct gate_plan *p, const struct gate_durations *d);

struct gate_collector_context {
	const struct gate_policy *policy;
	const struct gate_detected *detected;
	const struct gate_selection *selection;
	const struct gate_subject *subject;
	struct gate_runner runner;
	struct gate_bench_options bench;
	struct gate_store *store; /* takes records and artefacts */
	const char *base;         /* revision that checks on new code compare with; NULL:
	                             there is none */
	const char *against;      /* folder of the run that findings are compared with;
	                             NULL: one of `earlier`, as trend.h has it */
	const char *const *earlier;
	size_t earlier_count;
	/* Called when a unit starts and ends, for people; may be NULL. */
	void (*event)(const struct gate_unit *u, const struct gate_run *done,
	              void *context);
	void *context;
};

/* Every check of the policy gets a record: those not selected are unknown and say so. */
enum err_code gate_collect(const struct gate_collector_context *c,
                           struct err *err) ERR_CHECKED;

#endif
