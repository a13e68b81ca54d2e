// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RERUN_H
#define GATE_RERUN_H

#include "policy/policy.h"

/*
 * The command that runs some tests of a suite again: its `rerun`, else what detection
 * knows of its runner, with the tests in place of
 *
 *   {names}  words, quoted for the shell; in a list as words of their own
 *   {regex}  ^(a|b)$ with all else escaped, quoted for the shell; one word of a list
 *
 * What stands for a test there is its name as the results have it, but what runners
 * select by something else: functions without package (gotest) and without binary
 * (libtest), node ids (pytest), titles of nested tests alone and in full (node).
 */

/* False, with `out` as it was, where these tests cannot be told to a command: there is
 * none, a test has no such name, or they are too many for a command line. `root` is the
 * project's. All in the arena, whose failure is sticky. */
bool gate_rerun_command(const struct gate_suite *s, const char *root,
                        const char *const *tests, size_t count, struct arena *arena,
                        struct gate_command *out);

#endif
