// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RUNNER_H
#define GATE_RUNNER_H

#include "base/cancel.h"
#include "base/term.h"
#include "collect/cases.h"
#include "policy/policy.h"

/*
 * Runs one suite or build and reads its results. A suite is *unknown*, never passed, when
 * it has no test cases, no fresh result file, unreadable results, ran out of time, or its
 * tool is missing; *failed* when a case failed or the process disagreed with clean
 * results.
 */

enum gate_run_state { GATE_RUN_PASS, GATE_RUN_FAIL, GATE_RUN_UNKNOWN };

struct gate_run {
	const char *id; /* borrowed from the policy */
	enum gate_run_state state;
	char reason[400]; /* why it is not a pass; "" for a pass */
	char remedy[200]; /* what would mend it; "" if unknown */
	struct gate_cases cases;
	struct buf output; /* captured, capped, as it came */
	uint64_t output_dropped;
	struct buf results; /* bytes of the result files, concatenated with headers; empty
	                     * if the results were read from the output */
	int exit_code;      /* -1 if it did not exit by itself */
	int signal;
	bool timed_out;
	size_t leaked; /* processes that outlived it */
	int64_t started_ms;
	int64_t ended_ms;
};

void gate_run_init(struct gate_run *r);
void gate_run_fini(struct gate_run *r);

struct gate_runner {
	const char *root;    /* project */
	const char *scratch; /* ROOT/.seaworthy/work: private, ours to write */
	const struct cancel *cancel;
	struct progress *progress; /* may be NULL */
	size_t jobs; /* given to suites as SEAWORTHY_JOBS and to build tools as -j */
};

/* ERR_OK with the state in `out`; errors are the gate's own (no memory, no scratch
 * folder). */
enum err_code gate_run_suite(const struct gate_runner *g, const struct gate_suite *s,
                             struct gate_run *out, struct err *err) ERR_CHECKED;
enum err_code gate_run_build(const struct gate_runner *g, const struct gate_build *b,
                             struct gate_run *out, struct err *err) ERR_CHECKED;

#endif
