/* SPDX-License-Identifier: Apache-2.0 */
#include "base/num.h"
#include "base/str.h"
#include "policy/decimal.h"
#include "support/check.h"

TestSuite(decimal, .timeout = 10);

/* The longest decimals differ in their last digit, on either side of the point. */
Test(decimal, compares_the_longest_exactly)
{
	static const char *const ends[] = { "e30", "e-30", "" };
	char a[NUM_DECIMAL_MAX], b[NUM_DECIMAL_MAX];

	for (size_t i = 0; i < 6; i++) {
		const char *end = ends[i / 2];
		size_t digits = sizeof(a) - strlen(end);

		memset(a, '9', sizeof(a));
		if (i % 2 == 1)
			a[1] = '.';
		memcpy(a + digits, end, strlen(end));
		memcpy(b, a, sizeof(b));
		b[digits - 1] = '8';
		check_true(num_is_decimal(span_of(a, sizeof(a))), "case %zu", i);
		check_true(gate_decimal_cmp(span_of(a, sizeof(a)),
		                            span_of(b, sizeof(b))) > 0,
		           "case %zu", i);
	}
}

Test(decimal, compares_exactly)
{
	static const struct {
		const char *a;
		const char *b;
		int order;
	} cases[] = {
		{ "0", "-0", 0 },
		{ "1", "1.0", 0 },
		{ "1", "1e0", 0 },
		{ "100", "1e2", 0 },
		{ "100", "1E+2", 0 },
		{ "0.001", "1e-3", 0 },
		{ "12.5", "0.125e2", 0 },
		{ "99.999999999999999999999999", "100", -1 },
		{ "100.00000000000000000000001", "100", 1 },
		{ "-1", "0", -1 },
		{ "-2", "-1", -1 },
		{ "-1.5", "-1.25", -1 },
		{ "9", "10", -1 },
		{ "1e30", "1e29", 1 },
		{ "1e-30", "0", 1 },
		{ "-1e-30", "0", -1 },
		{ "0.30000000000000004", "0.3", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int there = gate_decimal_cmp(span_str(cases[i].a), span_str(cases[i].b));
		int back = gate_decimal_cmp(span_str(cases[i].b), span_str(cases[i].a));

		check_int_eq((there > 0) - (there < 0), cases[i].order, "%s and %s",
		             cases[i].a, cases[i].b);
		check_int_eq((back > 0) - (back < 0), -cases[i].order, "%s and %s",
		             cases[i].b, cases[i].a);
	}
}
