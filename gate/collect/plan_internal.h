// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PLAN_INTERNAL_H
#define GATE_PLAN_INTERNAL_H

#include "collect/collect.h"

/* The two halves of planning: which checks, and what these need. */

/* Which checks are asked for, one flag a check of the policy, in the arena. ERR_USAGE for
 * a glob that means no check. */
enum err_code gate_plan_select(const struct gate_policy *p,
                               const struct gate_selection *s, struct arena *arena,
                               bool **wanted, struct err *err) ERR_CHECKED;

/* The units for these checks. */
enum err_code gate_plan_for(const struct gate_policy *p, const struct gate_selection *s,
                            const bool *wanted, struct gate_plan *out,
                            struct err *err) ERR_CHECKED;

/* Do the check's `suite` settings mean every suite, every build? */
bool gate_check_all_suites(const struct gate_check *c);
bool gate_check_all_builds(const struct gate_check *c);

#endif
