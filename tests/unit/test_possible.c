// SPDX-License-Identifier: Apache-2.0
#include "verdict/possible.h"

#include "assess_fixture.h"

TestSuite(possible, .timeout = 20);

#define COLLECT "collect: {command: {run: x, format: exit}}"
#define CHECK(id) "  - {id: " id ", category: g, weight: 1, " COLLECT "}\n"
#define LIMITS "thresholds: {max_not_applicable_share: 100}\n"
#define POLICY                                                \
	LIMITS "categories: [{id: g, title: G, weight: 1}]\n" \
	       "checks:\n" CHECK("a") CHECK("b") CHECK("c")

/* What each of three checks can contribute, in tenths. */
static void expect(const char *records, int64_t a, int64_t b, int64_t c)
{
	const int64_t want[] = { a, b, c };
	int64_t categories[1];
	int64_t checks[3];
	struct err err = ERR_INIT;
	struct fixture f;

	fixture_init(&f, POLICY, records);
	check_ok(gate_possible(f.a, categories, checks, &err), &err);
	check_int_eq(categories[0], a + b + c, "%s: the category", records);
	for (size_t i = 0; i < 3; i++) {
		check_int_eq(checks[i], want[i], "%s: check %zu", records, i);
		check_true(checks[i] >= f.a->checks[i].contribution, "%s: within",
		           records);
	}
	fixture_fini(&f);
}

Test(possible, thirds_add_up_to_a_hundred)
{
	expect("a=pass b=pass c=pass", 334, 333, 333);
	expect("a=fail b=fail c=fail", 334, 333, 333);
	expect("a=pass b=fail c=unknown", 333, 334, 333);
	expect("a=fail b=fail c=pass", 334, 333, 333);
	expect("a=0.5..0.5 b=pass c=pass", 334, 333, 333);
}

Test(possible, what_does_not_apply_can_contribute_nothing)
{
	expect("a=n/a b=pass c=fail", 0, 500, 500);
	expect("a=n/a b=n/a c=n/a", 0, 0, 0);
}
