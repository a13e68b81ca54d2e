// SPDX-License-Identifier: Apache-2.0
#include "property/properties.h"
#include "support/check.h"

TestSuite(score_properties, .timeout = 60);

/* The long run is tests/property/score_properties; this one is for every build. */
Test(score_properties, hold_on_a_thousand_random_cases)
{
	for (uint64_t seed = 0; seed < 1000; seed++)
		check_true(properties_hold(seed * 1000, stderr), "case %llu",
		           (unsigned long long)seed * 1000);
}

/* The generator must reach what the rules are about, or the properties say nothing. */
Test(score_properties, random_cases_meet_every_rule)
{
	size_t states[GATE_NOT_APPLICABLE + 1] = { 0 };
	size_t decisions[GATE_NO_GO + 1] = { 0 };
	size_t capped = 0;
	size_t over = 0;
	size_t expired = 0;
	size_t waived = 0;
	size_t empty = 0;

	for (uint64_t seed = 0; seed < 2000; seed++) {
		struct dice d = { seed };
		struct random_case c;
		struct gate_assessment *a = NULL;
		struct err err = ERR_INIT;

		case_random(&c, &d);
		check_ok(gate_assess(&a, &c.policy, &c.evidence, &err), &err);
		decisions[a->decision]++;
		capped += a->cap != NULL;
		empty += a->empty;
		for (size_t i = 0; i < c.policy.check_count; i++) {
			states[a->checks[i].state]++;
			over += a->checks[i].over_limit;
			expired += a->checks[i].expired;
			waived += a->checks[i].waived;
		}
		gate_assessment_free(a);
	}
	for (size_t i = 0; i <= GATE_NOT_APPLICABLE; i++)
		check_true(states[i] > 50, "state %zu came %zu times", i, states[i]);
	for (size_t i = 0; i <= GATE_NO_GO; i++)
		check_true(decisions[i] > 20, "decision %zu came %zu times", i,
		           decisions[i]);
	check_true(capped > 50 && over > 50 && expired > 50 && waived > 50 && empty > 20,
	           "capped %zu over %zu expired %zu waived %zu empty %zu", capped, over,
	           expired, waived, empty);
}
