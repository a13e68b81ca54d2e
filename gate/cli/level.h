// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLI_LEVEL_H
#define GATE_CLI_LEVEL_H

#include "cli/judged.h"

struct output;

/* What badges show: the level of a run after those that the history has of its branch
 * before it (verdict/level.h). */

/* Fills the scorecard of a badge for a row of the project's history, as it stands there:
 * what people signed since does not count. */
void level_of_row(struct rep_scorecard *card, const char *root,
                  const struct gate_history_row *row);

/* output_write of a run, whose badge has its level, with what people signed. Without one
 * where the history does not have the run. */
enum err_code level_output(const struct output *out, const struct program_call *call,
                           struct judged *j, struct err *err) ERR_CHECKED;

#endif
