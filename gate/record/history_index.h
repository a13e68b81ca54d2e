// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_HISTORY_INDEX_H
#define GATE_HISTORY_INDEX_H

#include "record/history.h"
#include "verdict/assess.h"

/*
 * ROOT/.seaworthy/history.db: what lists ask of the history, in SQLite. It says nothing
 * that the log does not, is brought up to date before each question, and made anew when
 * anything is wrong with it; where no file can be used, it is made in memory.
 */

/* One run of the history, as people see it. */
struct gate_history_row {
	uint64_t index;
	uint64_t offset; /* of its line in the log */
	const char *run;
	int64_t started_ms;
	int64_t ended_ms;
	const char *branch; /* or NULL, as commit, tree, cap_reason */
	const char *commit;
	const char *tree;
	const char *selection; /* of a run of a part, what chose it; or NULL */
	const char *policy;
	const char *denominator;
	enum gate_decision decision;
	int64_t final_tenths, lower_tenths, upper_tenths; /* floored */
	int64_t coverage_tenthousandths;
	const char *cap_reason;
	bool has_reach;           /* its entry says what it was judged by */
	enum gate_decision reach; /* as gate_level_reach of verdict/level.h */
	bool is_signed;
	const char *head; /* hex */
};

struct gate_history_query {
	const char *branch; /* NULL: any */
	const char *run;    /* NULL: any; else those whose id begins so */
	uint64_t limit;     /* the newest; 0: all */
	bool whole;         /* none of a part (--only, --skip), unless there are no
	                     * others */
};

struct gate_history_rows {
	struct arena arena;
	struct gate_history_row *items; /* newest first */
	size_t count;
	uint64_t matching; /* that the limit left out included */
	struct gate_history_state state;
};

/* `out` is finished in every case. What is wrong with the log is in its state; an error
 * is that it cannot be read. */
enum err_code gate_history_list(struct gate_history_rows *out, const char *root,
                                const struct gate_history_query *query,
                                struct err *err) ERR_CHECKED;
void gate_history_rows_fini(struct gate_history_rows *r);

/* Brings the index up to date, for whoever asks next; nothing depends on it. */
void gate_history_refresh(const char *root);
/* Makes it anew from the log: whatever somebody wrote into it is gone. */
void gate_history_rebuild(const char *root);

#endif
