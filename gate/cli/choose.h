// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CHOOSE_H
#define GATE_CHOOSE_H

#include "cli/project.h"
#include "collect/collect.h"
#include "collect/last.h"

/* What the options of `run`, `test` and `plan` select. Strings live in the arena given or
 * in the call. */
struct choice {
	struct gate_selection selection;
	/* With --rerun-failed, of each suite of the policy which tests run again: `tests`
	 * NULL where all do. NULL without it. */
	struct gate_last_suite *again;
};

/*
 * Fills in the choice, and notes for people which suites are left out, or run whatever
 * was asked for, and which tests run again: for these the suites' commands are replaced.
 * `suites_only` as in `seaworthy test`. ERR_USAGE for a revision that is none, and for
 * --rerun-failed where nothing was run before. Writes nothing.
 */
enum err_code choose(struct choice *out, const struct program_call *call,
                     struct project *p, bool suites_only, struct arena *arena,
                     struct err *err) ERR_CHECKED;

/* Of suites that are left out by their `inputs`: those whose globs mean no file run,
 * which is noted; `option` is what left them out. */
enum err_code choose_mistaken(const struct project *p, const char *option,
                              const char **left_out, bool quiet,
                              struct err *err) ERR_CHECKED;

/* Appends a line on suites that no check collects, with their place and the mend, or
 * nothing. */
enum err_code choose_put_unused(struct buf *out, const struct project *p,
                                struct err *err) ERR_CHECKED;
/* Notes the same for people, unless they chose what runs. */
enum err_code choose_note_unused(const struct project *p, const struct gate_selection *s,
                                 bool quiet, struct err *err) ERR_CHECKED;

/* "a, b, c and 4 more" for people; starts empty, and the text is the caller's. */
struct names {
	struct buf text;
	size_t count;
};
void names_add(struct names *n, const char *name);
const char *names_end(struct names *n);

#endif
