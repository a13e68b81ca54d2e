// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_QUARANTINE_H
#define GATE_QUARANTINE_H

#include "collect/runner.h"

/*
 * The policy's list of unreliable tests, applied to runs. A test on it that fails, or
 * passes only when retried, is quarantined: it neither fails the suite nor counts as
 * passed, and the suite warns. An entry ends with its date, or earlier when its tests
 * have passed `release_after` runs in a row; how many they have is kept in
 * ROOT/.seaworthy/quarantine.json, so that a fresh checkout starts at none.
 */
struct gate_quarantine_book;

enum err_code gate_quarantine_open(struct gate_quarantine_book **out,
                                   const struct gate_policy *p, const char *root,
                                   int64_t now_ms, struct err *err) ERR_CHECKED;
void gate_quarantine_free(struct gate_quarantine_book *b);

/* Restates the cases that entries in force name, and says in the run's warning which and
 * whose they are, and which entries are over; `again` after cases changed (retries), so
 * that nothing is said twice. NULL books are empty. Any thread. */
void gate_quarantine_apply(const struct gate_quarantine_book *b, struct gate_run *r,
                           bool again);

/*
 * Warns in the run, which is over, of entries that name none of its tests nor any of all
 * other suites that they mean, and of those that mean no suite. Suites of which not every
 * test is known are not looked at, and then nothing is said. One thread.
 */
void gate_quarantine_look(struct gate_quarantine_book *b, struct gate_run *r);

/* Takes the run into account. One thread. */
void gate_quarantine_note(struct gate_quarantine_book *b, const struct gate_run *r);
/* Writes what was noted, if anything was. */
enum err_code gate_quarantine_store(struct gate_quarantine_book *b,
                                    struct err *err) ERR_CHECKED;

#endif
