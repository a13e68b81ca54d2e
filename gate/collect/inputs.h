// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_INPUTS_H
#define GATE_INPUTS_H

#include "policy/policy.h"

/*
 * Which suites a changed file matters to: those that name it among their `inputs`, and
 * those that name no inputs, which may read anything. The policy file and those that it
 * extends matter to all, since they say how they run.
 */

/* Does one of them mean the file? A name without wild characters is that of a file, or of
 * a folder with all below it. */
bool gate_inputs_match(const struct gate_strings *globs, struct span path);

/* May one of the globs mean something below the folder? */
bool gate_inputs_below(const struct gate_strings *globs, struct span folder);

/* `path` is relative to the project's root. `whole`: it stands for all below it. */
bool gate_inputs_have(const struct gate_suite *s, struct span path, bool whole);

/*
 * Of each suite of the policy, in the arena, why it is left out: NULL where one of its
 * inputs differs from the merge base of HEAD and `base`, or where it names none. All that
 * git does not ignore counts: committed, staged, changed and untracked. ERR_USAGE for a
 * `base` that is none, or a root in no repository.
 */
enum err_code gate_inputs_since(const struct gate_policy *p, const char *root,
                                const char *base, struct arena *arena,
                                const char ***left_out, struct err *err) ERR_CHECKED;

#endif
