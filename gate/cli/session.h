// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SESSION_H
#define GATE_SESSION_H

#include "cli/choose.h"
#include "collect/collect.h"
#include "record/host.h"

enum session_kind { SESSION_RUN, SESSION_TEST, SESSION_BENCH };

/*
 * Collections of a project: opens it, reads the subject, makes the run's folder, and runs
 * the plan with progress on the terminal. What remains is the recorded run.
 */
struct session {
	enum session_kind kind;
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
	struct buf events; /* what was shown, for replay */
	bool quiet;
	bool live;  /* output is shown as it comes */
	bool brief; /* only what did not pass is shown */
	/* Called at the end of each unit that ran; NULL: not. */
	void (*ended)(const struct gate_unit *u, const struct gate_run *r, void *context);
	void *context;
	size_t units; /* to run */
	bool chosen;  /* there are suites, and all of them are left out */
	int64_t started_ms;
	struct err unreleased;        /* why the run vouches for no file that it was to */
	struct gate_host_sample host; /* as it started */
};

/* Reads the project and the options, and writes nothing: what somebody has to mend is
 * told here. The session is to be closed in any
 * case. */
enum err_code session_open(struct session *s, const struct program_call *call,
                           enum session_kind kind, struct err *err) ERR_CHECKED;
/* Counts what is to be run anew, after the choice was changed. */
enum err_code session_count(struct session *s, struct err *err) ERR_CHECKED;
/* Runs the plan. On ERR_OK the run's folder is gate_store_dir(s->store), and complete if
 * `commit`. Once, or again after session_forget. */
enum err_code session_collect(struct session *s, const struct program_call *call,
                              bool commit, struct err *err) ERR_CHECKED;
/* Removes the folder of a run that was not to be recorded; none is no error. */
enum err_code session_forget(struct session *s, struct err *err) ERR_CHECKED;
void session_close(struct session *s);

#endif
