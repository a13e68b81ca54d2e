// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RUNNER_H
#define GATE_RUNNER_H

#include "base/cancel.h"
#include "base/term.h"
#include "collect/cases.h"
#include "policy/policy.h"

/*
 * Runs one suite or build and reads its results. A suite is *unknown*, never passed, when
 * it has no test cases, no fresh result file, unreadable results, ran out of time, had
 * too many processes at a time, or its tool is missing; *failed* when a case failed or
 * the process disagreed with clean results.
 */

struct gate_cov_gathered;

enum gate_run_state { GATE_RUN_PASS, GATE_RUN_FAIL, GATE_RUN_UNKNOWN };

/* An attempt that was followed by another. */
struct gate_attempt {
	enum gate_run_state state;
	char reason[400];
	int64_t started_ms;
	int64_t ended_ms;
	struct buf output; /* as in struct gate_run */
	uint64_t output_dropped;
	struct buf results;
	struct buf failures; /* names of the failed cases, one a line */
};

/* `out` of the functions below is initialized with gate_run_init, and ends with
 * gate_run_fini. */
struct gate_run {
	const char *id; /* borrowed from the policy */
	const char
		*scope; /* of the names of its cases: collect/overlap.h; NULL: its own */
	enum gate_run_state state;
	char reason[400];  /* why it is not a pass; "" for a pass */
	char remedy[400];  /* the command that would run it again, or mend it */
	char warning[300]; /* what to know beside the state (leaked processes ..); "" if
	                      nothing */
	char doubt[160]; /* of a suite that passed: a check that will not; collect/doubt.h
	                  */
	struct gate_cases cases;
	struct buf output; /* captured, capped, as it came */
	uint64_t output_dropped;
	struct buf results; /* bytes of the result files, concatenated with headers; empty
	                     * if the results were read from the output */
	struct buf redactions; /* collect/redact.h: what was taken out of all of it */
	int exit_code;         /* -1 if it did not exit by itself */
	int signal;
	bool timed_out;
	size_t leaked;          /* processes that outlived it and were killed */
	char leaked_names[200]; /* of the first of them, a line each */
	bool leaky;             /* which the policy does not ignore; of a suite */
	size_t strays;          /* killed with it; nothing tells whose they were */
	size_t attempts;        /* how often it was started; above 1 only with retries */
	struct gate_attempt *earlier; /* those before the one that is told here */
	size_t earlier_count;
	size_t earlier_cap;
	struct gate_plugin_answer *plugin; /* of a plug-in what it said; owned, or NULL */
	uint64_t slow; /* cases that took longer than the suite's `slow` */
	bool empty; /* exited with 0 and ran no test: unknown, but for a part of the tests
	             * where others ran */
	char reused[48]; /* "reused, 3 h old": of an earlier run; "": of this one */
	struct gate_cov_gathered *coverage; /* owned; NULL: the suite names no reports */
	char *fault;     /* owned: what went wrong in the gate itself; NULL: nothing */
	bool incomplete; /* it has failed, and not all of its cases are known */
	bool second_way; /* ran because another way to build could not be configured; the
	                    warning says which and why */
	int64_t started_ms;
	int64_t ended_ms;
};

void gate_run_init(struct gate_run *r);
void gate_run_fini(struct gate_run *r);

struct gate_board;
struct gate_plugin_answer;
struct gate_quarantine_book;
struct gate_workspace;

struct gate_runner {
	const char *root;    /* project, absolute */
	const char *scratch; /* ROOT/.seaworthy/work: private, ours to write */
	const struct cancel *cancel;
	struct progress *progress; /* may be NULL */
	struct gate_board *board;  /* what runs, on the progress line; may be NULL */
	struct progress *live;     /* where output is shown as it comes; may be NULL */
	const struct gate_quarantine_book *quarantine; /* NULL: none */
	const struct gate_strings *env; /* of fixtures: below the suite's own; or NULL */
	size_t jobs; /* SEAWORTHY_JOBS of suites; builds also get it as make's, CMake's
	              * and Cargo's number of jobs. 0 = one a processor */
	/* Who shares a copy of the project with whom; gate_collect sets it. NULL: every
	 * suite and build with `scratch` gets a copy of its own. */
	struct gate_workspace *workspace;
	const struct gate_shard *shard; /* that the run is; NULL: it is whole */
};

/*
 * ERR_OK with the state in `out`; errors are the gate's own (no memory, no scratch
 * folder, cancelled). The limit that is enforced is the suite's `timeout`; a case that
 * took longer than `test_timeout` by its own account counts as failed.
 */
enum err_code gate_run_suite(const struct gate_runner *g, const struct gate_suite *s,
                             struct gate_run *out, struct err *err) ERR_CHECKED;
enum err_code gate_run_build(const struct gate_runner *g, const struct gate_build *b,
                             struct gate_run *out, struct err *err) ERR_CHECKED;

/*
 * The same, or the first of its other ways to build if it cannot be configured here; a
 * build that is configured and then fails has failed. `used` is the way that was taken,
 * `out` what came of it, with the output of all; in another way it is `second_way`.
 */
enum err_code gate_run_any_build(const struct gate_runner *g, const struct gate_build *b,
                                 const struct gate_build **used, struct gate_run *out,
                                 struct err *err) ERR_CHECKED;

#endif
