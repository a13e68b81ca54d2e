// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_PROCESS_FIXTURE_H
#define TESTS_PROCESS_FIXTURE_H

#include "os/process.h"

/*
 * Programs that are run for a test. Each carries a mark in its environment, by which
 * those that survive their run are found. A failure ends the test case.
 */

/* No case may depend on how soon a program gets its turn: what has to come first is
 * waited for (run_until), and limits that must not strike are long. */
enum { SHORT_MS = 300, LONG_MS = 100000, GRACE_MS = 300, CAPTURE = 65536 };

/* Draws the mark; spec_of does it where it was not done. Before threads are started. */
void draw_marker(void);
/* No process that carries the mark is left. */
void check_no_orphan(void);

struct os_spawn spec_of(const char *const *argv);
/* These run it to its end and look for orphans; `r` is the caller's to end. */
void run_spec(const struct os_spawn *spec, struct os_result *r);
void run_shell(const char *script, struct os_result *r);
void run_limited(const char *const *argv, uint64_t timeout_ms, struct os_result *r);
/* Cancels the program once it has written so much. */
void run_until(const char *const *argv, uint64_t bytes, uint64_t grace_ms,
               struct os_result *r);

#endif
