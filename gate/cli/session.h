// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SESSION_H
#define GATE_SESSION_H

#include "cli/choose.h"
#include "collect/collect.h"

/*
 * One collection: opens the project, reads the subject, makes the run's folder, and runs
 * the plan with progress on the terminal. What remains is the recorded run.
 */
struct session {
	struct project project;
	struct choice choice;
	struct gate_subject subject;
	struct arena arena; /* the subject's strings */
	struct term terminal;
	struct buf against;   /* folder of the run to compare with; empty: one of these */
	const char **earlier; /* folders of all runs, newest first */
	size_t earlier_count;
	struct gate_store *store;
	struct gate_last *last; /* what failed, as of this run too */
	struct progress *progress;
	bool quiet;
	size_t units; /* to run */
	bool chosen;  /* there are suites, and all of them are left out */
	int64_t started_ms;
};

enum session_kind { SESSION_RUN, SESSION_TEST, SESSION_BENCH };

/* On ERR_OK the run's folder is
 * gate_store_dir(s->store), and complete if `commit`. */
enum err_code session_collect(struct session *s, const struct program_call *call,
                              enum session_kind kind, bool commit,
                              struct err *err) ERR_CHECKED;
void session_close(struct session *s);

#endif
