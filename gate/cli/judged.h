// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_JUDGED_H
#define GATE_JUDGED_H

#include "cli/cli.h"
#include "record/history_index.h"
#include "record/scorecard.h"
#include "verdict/assess.h"

/*
 * A recorded run, assessed: what `run`, `score`, `report` and `explain` print. Opened
 * from a folder of evidence, whether this process recorded it or another did long ago, so
 * that all of them say the same.
 */
struct judged {
	struct gate_recorded recorded;
	bool has_recorded;
	struct gate_assessment *assessment;
	struct rep_scorecard card;
	struct arena arena;
};

/* now_ms: the time to judge as of; NULL = the recorded end of the run. */
enum err_code judged_open(struct judged *j, const char *dir, const int64_t *now_ms,
                          struct err *err) ERR_CHECKED;
/* The same of a run that anybody may have changed: reads the stored bytes of its evidence
 * once more. What they do not bear out is among its damages, and so is a run that its
 * project's history has another assessment of; it is assessed without the checks that
 * rest on that. */
enum err_code judged_open_again(struct judged *j, const char *dir, const int64_t *now_ms,
                                struct err *err) ERR_CHECKED;
void judged_close(struct judged *j);

/* CLI_OK; CLI_VERIFY, with what is wrong on standard error, where the evidence is not
 * what was recorded. */
int judged_faults(const struct judged *j);
/* The exit code of what was printed of it: that of the decision, unless there are faults.
 */
int judged_exit(const struct judged *j, const struct program_call *call);

/* Is this text of a history (any, after an import) a run whose folder is still there? */
bool judged_is_kept(const char *root, const char *run);
/* Sets the decision of a kept run that people signed to what `report` says it is now, and
 * leaves that of one which nobody signed. False where that is not known, and it is left
 * as it is: also where the folder is not that of the assessment (its SHA-256) which the
 * history has. */
bool judged_standing(const char *root, const char *run, const char *assessment,
                     enum gate_decision *decision);
/* The same of a row of the history, whose entry says which assessment it is. */
bool judged_row(const char *root, const struct gate_history_row *row,
                enum gate_decision *decision);

/* Does the history of the project have this run, with another assessment (its SHA-256)?
 */
bool judged_is_other(const char *root, const char *run, const char *assessment);

/* The folder that a command's optional argument names, with the project found from here.
 * ERR_USAGE for that of a shard. */
enum err_code judged_find(const char *what, struct buf *dir, struct err *err) ERR_CHECKED;
/* The same, also that of a shard. */
enum err_code judged_find_any(const char *what, struct buf *dir, bool *shard,
                              struct err *err) ERR_CHECKED;

#endif
