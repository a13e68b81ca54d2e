// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PLAN_INTERNAL_H
#define GATE_PLAN_INTERNAL_H

#include "collect/collect.h"

/* The two halves of planning: which checks (plan_select.c), and what these need. */

/* Which checks are asked for, one flag a check of the policy, in the arena: those that
 * are named, and those that rest on a suite that is. ERR_USAGE for a glob that means
 * neither a check nor a suite. */
enum err_code gate_plan_select(const struct gate_policy *p,
                               const struct gate_selection *s, struct arena *arena,
                               bool **wanted, struct err *err) ERR_CHECKED;
/* Why the suite is left out, or NULL: it is not. */
const char *gate_plan_left_out(const struct gate_policy *p,
                               const struct gate_selection *s, size_t suite);
/* Is the suite asked for by itself, whatever checks rest on it? */
bool gate_plan_suite_wanted(const struct gate_policy *p, const struct gate_selection *s,
                            size_t suite);

/* The units for these checks. */
enum err_code gate_plan_for(const struct gate_policy *p, const struct gate_selection *s,
                            const bool *wanted, struct gate_plan *out,
                            struct err *err) ERR_CHECKED;

/* Do the check's `suite` settings mean every suite, every build? */
bool gate_check_all_suites(const struct gate_check *c);
bool gate_check_all_builds(const struct gate_check *c);

#endif
