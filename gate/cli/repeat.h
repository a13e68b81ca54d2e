// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_REPEAT_H
#define GATE_REPEAT_H

#include "cli/session.h"

/* One pass of the suites of an opened session; gives the exit code. */
typedef int test_pass(struct session *s, struct program_call *call);

/*
 * `test --repeat N`: passes until one does not end with 0, or N times. Says at which one
 * it failed, how long they took, and which tests are flaky: those that both passed and
 * failed, in one pass or in several. Gives the exit code of the last pass.
 */
int repeat_test(struct session *s, struct program_call *call, uint64_t wanted,
                test_pass *pass);
/* The N of --repeat, 1 without it; ERR_USAGE for what is none. */
enum err_code repeat_count(const struct program_call *call, uint64_t *count,
                           struct err *err) ERR_CHECKED;

#endif
