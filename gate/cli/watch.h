// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WATCH_H
#define GATE_WATCH_H

#include "cli/repeat.h"

/*
 * `test --watch`: a pass, then one after each change of a file, of the suites whose
 * inputs changed, until interrupted. A file that changes in three passes in a row while
 * suites run is taken for what they write themselves. A policy that is broken meanwhile
 * is told, and waited for. Gives the exit code.
 */
int watch_test(struct program_call *call, test_pass *pass);

#endif
