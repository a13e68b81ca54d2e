// SPDX-License-Identifier: Apache-2.0
#include "plan_internal.h"

/* Suites that the policy has for nothing. */

enum err_code gate_plan_unused(const struct gate_policy *p, bool *unused, struct err *err)
{
	static const struct gate_selection all = { .only = NULL };
	struct gate_plan plan = { .count = 0 };
	struct arena scratch = ARENA_INIT;
	bool *wanted = arena_array(&scratch, p->check_count + 1, sizeof(*wanted));
	enum err_code rc = arena_err(&scratch, err);

	/* Also checks that do not apply today, or are excused: they collect it. */
	for (size_t i = 0; rc == ERR_OK && i < p->check_count; i++)
		wanted[i] = true;
	if (rc == ERR_OK)
		rc = gate_plan_for(p, &all, wanted, &plan, err);
	for (size_t i = 0; i < p->suite_count; i++)
		unused[i] = rc == ERR_OK && p->suites[i].detected_from == NULL;
	for (size_t i = 0; i < plan.count; i++)
		if (plan.units[i].kind == GATE_UNIT_SUITE)
			unused[plan.units[i].index] = false;
	gate_plan_fini(&plan);
	arena_fini(&scratch);
	return rc;
}
