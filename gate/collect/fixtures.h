// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_FIXTURES_H
#define GATE_FIXTURES_H

#include "collect/collect.h"

/*
 * The fixtures of a collection while it lasts. One is set up as its unit of the plan, and
 * its server runs on a thread of its own with a cancel token of its own, so that Ctrl-C
 * ends those that need it first. It is torn down once, after the last of them: `stop`,
 * then the end of the server's whole tree.
 *
 * Set-up and tear-down of different fixtures may run on different threads; all else is
 * the leading thread's, but for gate_fixtures_check and _env, which ask about fixtures
 * that are up.
 */
struct gate_collection;
struct gate_fixtures;

enum err_code gate_fixtures_new(struct gate_fixtures **out,
                                const struct gate_collection *c,
                                struct err *err) ERR_CHECKED;
/* None may be up. */
void gate_fixtures_free(struct gate_fixtures *f);

/* Sets the unit's fixture up: a pass, or unknown with what it said. What was begun is
 * undone at once where it fails. Errors as of gate_run_suite. */
enum err_code gate_fixture_set_up(struct gate_fixtures *f, size_t unit,
                                  struct gate_run *out, struct err *err) ERR_CHECKED;
/* The leading thread's knowledge that it is, or was torn down. */
void gate_fixture_note_up(struct gate_fixtures *f, size_t unit, bool up);
/* True if there is something that people should know; `out` says it then. */
bool gate_fixture_tear_down(struct gate_fixtures *f, size_t unit, struct gate_run *out);

/* Before a unit starts, when all that it needs is over. */
enum err_code gate_fixtures_prepare(struct gate_fixtures *f, size_t unit,
                                    struct err *err) ERR_CHECKED;
/* What the fixtures that the unit needs wrote to $SEAWORTHY_ENV. Borrowed. */
const struct gate_strings *gate_fixtures_env(const struct gate_fixtures *f, size_t unit);
/* True, with the run unknown, where a server that the unit needs has ended. */
bool gate_fixtures_check(const struct gate_fixtures *f, size_t unit,
                         struct gate_run *out);

/* The unit is over and done with: of a fixture, torn down or never up. */
void gate_fixtures_release(struct gate_fixtures *f, size_t unit);
/* One that is up and that nothing needs any more, of those not taken yet; with `all` it
 * is enough that no other fixture that is up needs it. */
bool gate_fixtures_take_idle(struct gate_fixtures *f, bool all, size_t *unit);

#endif
