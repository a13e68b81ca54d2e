// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SUBJECT_H
#define GATE_SUBJECT_H

#include "base/arena.h"
#include "verdict/model.h"

/*
 * The code under test: path, commit, tree, and whether the working tree has changes. Load
 * it before any suite runs: what suites leave behind is not the project's doing.
 * `.seaworthy/` does not count. Strings live in `arena`. ERR_AUTH, with the mend, for a
 * repository that belongs to another user.
 */
enum err_code gate_subject_load(struct gate_subject *out, struct arena *arena,
                                const char *root, struct err *err) ERR_CHECKED;

#endif
