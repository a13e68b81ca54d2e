// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RUNNER_INTERNAL_H
#define GATE_RUNNER_INTERNAL_H

#include "collect/limits.h"
#include "collect/live.h"
#include "collect/results.h"
#include "collect/runner.h"
#include "os/process.h"

/* The parts of the runner: runner.c starts processes, runner_start.c sees whether that
 * makes sense, runner_settle.c reads what they left. */

/* One suite or build on its way; builds are suites with format exit. */
struct gate_job {
	const struct gate_runner *runner;
	const struct gate_suite *suite;
	bool build;
	struct gate_run *run;
	struct arena arena;
	const char *scratch; /* absolute */
	const char *root;    /* where it sees the project: the root or a copy */
	const char *dir;
	struct buf tmp;
	struct gate_limits limits;
	struct os_result process;
	struct gate_live live;
	struct gate_gotest *stream; /* takes the output as it comes; NULL where it is
	                               read when all of it is there */
};

/* Puts the command into the run's remedy. */
void gate_job_suggest(struct gate_job *j);
/* False, with the run unknown, where it makes no sense to start. */
bool gate_job_can_start(struct gate_job *j);
/* States that the program is not there and how to get it. */
void gate_job_not_started(struct gate_job *j, struct span program);

/* Reads output and results of the ended process and decides the run's state. */
enum err_code gate_job_settle(struct gate_job *j, struct gate_results *files,
                              struct err *err) ERR_CHECKED;

#endif
