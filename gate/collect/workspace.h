// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WORKSPACE_H
#define GATE_WORKSPACE_H

#include "policy/policy.h"

/*
 * Copies of the project for suites and builds that would dirty it. Those that need one
 * another share a copy: SCRATCH/copy/<id of the first of them>. A copy has the project's
 * files, but not .git, .seaworthy and build trees (folders with CMakeCache.txt,
 * CACHEDIR.TAG, pyvenv.cfg or meson-private, caches of Python; node_modules at the top,
 * which is found from inside). It is made anew in each run, at the first ask. Any thread.
 */
struct gate_workspace;

/* `policy` may be NULL: nobody shares then. All are borrowed for the workspace's life. */
enum err_code gate_workspace_new(struct gate_workspace **out, const char *root,
                                 const char *scratch, const struct gate_policy *policy,
                                 struct err *err) ERR_CHECKED;
void gate_workspace_free(struct gate_workspace *w);

/* The copy that the suite or build works in; the path lives as long as the workspace. */
enum err_code gate_workspace_copy(struct gate_workspace *w, bool build, const char *id,
                                  const char **dir, struct err *err) ERR_CHECKED;

/* The id of the first of those that share its copy; borrowed. */
const char *gate_workspace_name(struct gate_workspace *w, bool build, const char *id);

#endif
