// SPDX-License-Identifier: Apache-2.0
#include "collect/doubt.h"

#include "base/str.h"
#include "collect/judge.h"
#include "collect/summary.h"

#include <stdio.h>
#include <string.h>

/* A share of several suites may be better than that of one of them. */
static bool only_grows(const char *measure)
{
	return str_eq(measure, "flaky") || str_eq(measure, "slow") ||
	       str_eq(measure, "skipped") || str_eq(measure, "quarantined");
}

static bool is_about(const struct gate_check *k, const struct gate_run *r, size_t suites)
{
	if (k->collector != GATE_COLLECT_SUITE || !k->has_scale || k->suite == NULL)
		return false;
	if (str_eq(k->suite, r->id))
		return true;
	return str_eq(k->suite, "*") && (suites == 1 || only_grows(k->measure));
}

void gate_doubt_note(struct gate_run *r, const struct gate_policy *p, size_t suites)
{
	const struct gate_run *const runs[] = { r };

	for (size_t i = 0; i < p->check_count && r->doubt[0] == '\0'; i++) {
		const struct gate_check *k = &p->checks[i];
		struct gate_judgement j;

		if (r->state != GATE_RUN_PASS || !is_about(k, r, suites))
			continue;
		gate_judgement_init(&j);
		gate_judge_runs(&j, k, "suite", runs, 1);
		if (j.state == GATE_WARN || j.state == GATE_FAIL)
			(void)snprintf(r->doubt, sizeof(r->doubt), "%.60s: %.24s%s%.40s",
			               k->id, j.measured, j.unit != NULL ? " " : "",
			               j.unit != NULL ? j.unit : "");
		gate_judgement_fini(&j);
	}
}

const char *gate_doubt_word(const struct gate_run *r)
{
	if (r->state != GATE_RUN_PASS)
		return gate_run_state_name(r->state);
	if (r->leaky)
		return "leaky";
	if (r->cases.flaky > 0)
		return "flaky";
	return r->cases.quarantined > 0 || r->attempts > 1 || r->second_way ||
	                       r->doubt[0] != '\0'
	               ? "warn"
	               : "pass";
}
