// SPDX-License-Identifier: Apache-2.0
#include "verdict/way.h"

#include "assess_fixture.h"

#include <stdio.h>
#include <string.h>

TestSuite(way, .timeout = 30);

#define COLLECT "collect: {command: {run: x, format: exit}}"
#define CHECK(id, weight, more) \
	"  - {id: " id ", category: g, weight: " weight ", " COLLECT more "}\n"
#define POLICY                                                                        \
	"categories: [{id: g, title: G, weight: 1}]\n"                                \
	"checks:\n" CHECK("a", "1", ", blocker: P0") CHECK("b", "2", ", blocker: P1") \
		CHECK("c", "3", "") CHECK("d", "4", "")

/* "a! d: 70" are the checks of the way, ! where one caps, and raw L at its end. */
static void expect(const char *policy, const char *records, const char *target,
                   const char *want)
{
	struct gate_ratio t = GATE_RATIO_INIT;
	struct gate_way w;
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct fixture f;
	char raw[64];

	fixture_init(&f, policy, records);
	check_true(gate_ratio_set_decimal(&t, span_str(target)), "%s", target);
	check_ok(gate_way_find(&w, f.a, &t, &err), &err);
	for (size_t i = 0; i < w.count; i++) {
		buf_printf(&got, "%s%s ", f.policy->checks[w.steps[i].check].id,
		           w.steps[i].cap ? "!" : "");
		gate_ratio_text(&w.steps[i].lower, 1, raw);
	}
	if (w.count > 0)
		buf_puts(&got, raw);
	if (w.reached)
		buf_puts(&got, "there");
	if (!w.possible)
		buf_printf(&got, " but %s", f.policy->checks[w.waived].id);
	check_str_eq(buf_str(&got), want, "%s to %s", records, target);
	buf_fini(&got);
	gate_way_fini(&w);
	gate_ratio_fini(&t);
	fixture_fini(&f);
}

Test(way, takes_the_largest_gains)
{
	expect(POLICY, "a=pass b=pass c=fail d=fail", "30", "there");
	expect(POLICY, "a=pass b=pass c=fail d=fail", "31", "d 70.0");
	expect(POLICY, "a=pass b=pass c=fail d=fail", "70", "d 70.0");
	expect(POLICY, "a=pass b=pass c=fail d=fail", "70.1", "d c 100.0");
	expect(POLICY, "a=pass b=pass c=fail d=0.5..0.5", "60", "c 80.0");
	expect(POLICY, "a=pass b=pass c=0.5..1 d=pass", "100", "c 100.0");
}

Test(way, what_caps_comes_first)
{
	/* Below the cap it can wait. */
	expect(POLICY, "a=fail b=fail c=fail d=fail", "40", "d 40.0");
	expect(POLICY, "a=fail b=fail c=fail d=fail", "59", "d c 70.0");
	expect(POLICY, "a=fail b=fail c=fail d=fail", "60", "a! d c 80.0");
	expect(POLICY, "a=fail b=fail c=fail d=fail", "84", "a! d c b 100.0");
	expect(POLICY, "a=fail b=fail c=fail d=fail", "85", "b! a! d c 100.0");
	expect(POLICY, "a=unknown b=pass c=pass d=pass", "85", "a! 100.0");
	/* A warning caps nothing. */
	expect(POLICY, "a=0.5..0.5 b=pass c=pass d=pass", "95", "there");
}

Test(way, what_does_not_apply_is_no_step)
{
	expect("thresholds: {max_not_applicable_share: 100}\n" POLICY,
	       "a=n/a b=pass c=fail d=fail", "50", "d 66.6");
	expect("thresholds: {max_not_applicable_share: 100}\n" POLICY,
	       "a=n/a b=n/a c=n/a d=n/a", "50", "");
}

Test(way, a_waiver_of_a_p0_is_to_be_withdrawn)
{
#define WAIVED                                                                     \
	POLICY "waivers: [{check: a, owner: o, approver: p, reason: r, issue: i, " \
	       "expires: 2027-02-01}]\n"
	expect(WAIVED, "a=fail b=pass c=pass d=pass", "84", "there");
	expect(WAIVED, "a=fail b=pass c=pass d=fail", "85", "d 90.0 but a");
}

/* No set of fewer checks does it: every subset is tried. */
Test(way, is_the_shortest)
{
	static const char *const states[] = { "pass", "fail", "unknown", "0.5..0.5" };
	enum { CHECKS = 4, ALL = 256 };
	struct gate_ratio target = GATE_RATIO_INIT;

	gate_ratio_set_u64(&target, 85, 1);
	for (unsigned n = 0; n < ALL; n++) {
		size_t best = CHECKS + 1;
		size_t found = 0;

		for (unsigned set = 0; set < 1U << CHECKS; set++) {
			char records[128] = "";
			struct fixture f;
			size_t size = 0;

			for (unsigned i = 0; i < CHECKS; i++) {
				const bool passes = set >> i & 1;
				const size_t at = strlen(records);

				size += passes;
				(void)snprintf(records + at, sizeof(records) - at,
				               "%c=%s ", (char)('a' + i),
				               passes ? "pass"
				                      : states[n >> (2 * i) & 3]);
			}
			fixture_init(&f, POLICY, records);
			if (set == 0) {
				struct gate_way w;
				struct err err = ERR_INIT;

				check_ok(gate_way_find(&w, f.a, &target, &err), &err);
				found = w.count;
				gate_way_fini(&w);
			}
			if (gate_ratio_cmp(&f.a->final, &target) >= 0 && size < best)
				best = size;
			fixture_fini(&f);
		}
		check_size_eq(found, best, "states %u", n);
	}
	gate_ratio_fini(&target);
}
