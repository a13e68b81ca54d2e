// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_OUTCOME_H
#define GATE_OUTCOME_H

#include "collect/runner.h"

/* What a run amounts to, once the process has ended and its cases are read. Runs nothing.
 */

/* States that the run says nothing about the project, and why. */
void gate_outcome_unknown(struct gate_run *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for results that cannot be read, with what the failed command said itself. */
void gate_outcome_unreadable(struct gate_run *r, const char *why);

/* Adds to the reason what was read before the run was stopped, if anything was. */
void gate_outcome_seen(struct gate_run *r);

/* "exited with code 3", "was ended by signal 11 (Segmentation fault)". */
void gate_outcome_end(struct buf *out, const struct gate_run *r);

/* The program that the output says was not found ("sh: 1: foo: not found"), or an empty
 * span. */
struct span gate_outcome_missing(struct span output);

/* Appends `before` and what the output says went wrong: the first line that speaks of an
 * error, else the last that says anything; nothing if there is none. */
void gate_outcome_cause(struct buf *out, const char *before, struct span output);

/* Cases over the limit fail. */
void gate_outcome_overlong(struct gate_run *r, uint64_t limit_ms);

/* How many of its cases took longer. */
void gate_outcome_count_slow(struct gate_run *r, uint64_t slow_ms);

/*
 * Decides pass, fail or unknown from the counted cases and the way the process ended;
 * cases over the suite's `test_timeout` fail first. For builds `s` has format exit.
 */
void gate_outcome_decide(struct gate_run *r, const struct gate_suite *s);

/* Says which processes outlived it, and what the suite's `leaks` make of that; NULL: of a
 * build or fixture, which is only warned of it. After all attempts. */
void gate_outcome_leaks(struct gate_run *r, const struct gate_suite *s);

/* Appends to the warning, after "; " where there is one already. */
void gate_outcome_warn(struct gate_run *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Appends at most three names of failed cases, shown safely, and how many more there are.
 */
void gate_outcome_names(struct buf *out, const struct gate_cases *c);

#endif
