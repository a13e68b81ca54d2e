// SPDX-License-Identifier: Apache-2.0
#include "plan_internal.h"
#include "policy/detect.h"

/* As a run would find it. What a predicate cannot tell is an error of that run; here the
 * check stays. */
static bool applies(const struct gate_policy *p, const struct gate_check *k,
                    const char *root, const struct gate_detected *detected)
{
	struct buf why = BUF_INIT;
	bool holds = true;

	/* Nothing is new without a base, which a plan has not. */
	if (k->not_applicable_reason != NULL || k->scan_new_code)
		return false;
	if (k->applies_when != NULL &&
	    gate_predicate_holds(k->applies_when, root, p, detected, &holds, &why,
	                         NULL) != ERR_OK)
		holds = true;
	buf_fini(&why);
	return holds;
}

enum err_code gate_plan_applying(const struct gate_policy *p,
                                 const struct gate_selection *s, const char *root,
                                 const struct gate_detected *detected,
                                 struct gate_plan *out, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	bool *wanted = NULL;
	enum err_code rc;

	*out = (struct gate_plan){ .units = NULL };
	rc = gate_plan_select(p, s, &scratch, &wanted, err);
	for (size_t i = 0; rc == ERR_OK && i < p->check_count; i++)
		wanted[i] = wanted[i] && applies(p, &p->checks[i], root, detected);
	if (rc == ERR_OK)
		rc = gate_plan_for(p, s, wanted, out, err);
	arena_fini(&scratch);
	return rc;
}
