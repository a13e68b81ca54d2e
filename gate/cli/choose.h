// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CHOOSE_H
#define GATE_CHOOSE_H

#include "cli/project.h"
#include "collect/collect.h"

/* Fills in what the options of `run`, `test` and `plan` select, and which suites they
 * leave out; notes for people what that comes to. Strings live in the arena or the call.
 * ERR_USAGE for a revision that is none. Writes nothing. */
enum err_code choose(struct gate_selection *s, const struct program_call *call,
                     const struct project *p, struct arena *arena,
                     struct err *err) ERR_CHECKED;

#endif
