// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "support/check.h"
#include "verdict/change_points.h"
#include "verdict/welch.h"

#include <math.h>

TestSuite(change_points, .timeout = 10);

struct golden {
	const char *name;
	struct gate_series series;
	struct gate_change_rules rules;
	const struct gate_change *changes;
	size_t count;
};
#include "golden/change_points.inc"

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-8 * (fabs(a) + fabs(b));
}

static void same(const struct golden *g, const struct gate_change *got, size_t i)
{
	const struct gate_change *want = &g->changes[i];

	check_size_eq(got->last, want->last, "%s: %zu", g->name, i);
	check_size_eq(got->at, want->at, "%s: %zu", g->name, i);
	check_size_eq(got->values, want->values, "%s: %zu", g->name, i);
	check_true(near(got->before, want->before), "%s: %zu: %g", g->name, i,
	           got->before);
	check_true(near(got->after, want->after), "%s: %zu: %g", g->name, i, got->after);
	check_true(near(got->p, want->p), "%s: %zu: p %.12g", g->name, i, got->p);
}

/* Another program computed them, tests/golden/change_points.py. */
Test(change_points, agrees_with_another_program)
{
	for (size_t k = 0; k < sizeof(golden) / sizeof(golden[0]); k++) {
		struct gate_change *found;
		size_t count;

		check_true(gate_change_points(&golden[k].series, &golden[k].rules, &found,
		                              &count),
		           "memory");
		check_size_eq(count, golden[k].count, "%s", golden[k].name);
		for (size_t i = 0; i < count && i < golden[k].count; i++)
			same(&golden[k], &found[i], i);
		mem_free(found);
	}
}

/* Tables of Student's distribution; with one and two degrees of freedom it is closed. */
Test(change_points, student)
{
	check_true(near(gate_student_p(1, 1), 0.5), "a quarter at each end");
	check_true(near(gate_student_p(1000, 1), 6.366195601e-4), "2 atan(1/t) / pi");
	check_true(near(gate_student_p(1, 2), 1 - 1 / sqrt(3)), "1 - t / sqrt(t t + 2)");
	check_true(fabs(gate_student_p(2.228, 10) - 0.05) < 1e-4, "the table's 2.228");
	check_true(fabs(gate_student_p(-2.228, 10) - 0.05) < 1e-4, "either sign");
	check_true(fabs(gate_student_p(3.29053, 1e7) - 0.001) < 1e-6, "the normal one");
	check_true(gate_student_p(0, 5) == 1, "no difference");
	check_true(gate_student_p(INFINITY, 5) == 0, "all the difference");
	check_true(gate_student_p(1e300, 5) == 0, "too large to be squared");
}

Test(change_points, welch_at_its_edges)
{
	static const double a[] = { 5, 5, 5 };
	static const double b[] = { 7, 7 };
	static const double wide[] = { -1e308, 1e308 };

	check_true(gate_welch_p(a, 3, b, 1) == 1, "one value tells nothing");
	check_true(gate_welch_p(a, 3, b, 2) == 0, "two levels without any spread");
	check_true(gate_welch_p(a, 3, a, 2) == 1, "one level without any");
	check_true(gate_welch_p(a, 3, wide, 2) == 1, "beyond what can be computed");
}

/* A level that many values have, then five of another. */
static const struct gate_change *warning(bool ratio, double to, size_t release,
                                         bool higher, double least,
                                         struct gate_change **found)
{
	static double x[45];
	const struct gate_series s = { x, 45, ratio };
	const struct gate_change_rules r = GATE_CHANGE_RULES;
	size_t count;

	for (size_t i = 0; i < 45; i++)
		x[i] = (i < 40 ? 100 : to) + (i % 2 == 0 ? 0.1 : -0.1);
	check_true(gate_change_points(&s, &r, found, &count), "memory");
	return gate_change_to_warn_of(&s, *found, count, release, higher, least);
}

Test(change_points, warns_of_what_is_new_and_worse)
{
	static const struct {
		bool ratio;
		double to;
		size_t release;
		bool higher;
		double least;
		bool warns;
		const char *what;
	} table[] = {
		{ true, 110, 40, false, 0.05, true, "slower since the release" },
		{ true, 110, 41, false, 0.05, false, "the release was as slow" },
		{ true, 110, 40, false, 0.15, false, "less than asked for" },
		{ true, 90, 40, false, 0.05, false, "faster" },
		{ true, 90, 40, true, 0.05, true, "fewer a second" },
		{ false, 94, 40, true, 5, true, "a lower score" },
		{ false, 94, 40, true, 7, false, "not by so much" },
		{ false, 106, 40, true, 5, false, "a better one" },
		{ true, 100, 0, false, 0.05, false, "no change at all" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_change *found;
		const struct gate_change *c =
			warning(table[i].ratio, table[i].to, table[i].release,
		                table[i].higher, table[i].least, &found);

		check_true((c != NULL) == table[i].warns, "%s", table[i].what);
		check_true(c == NULL || (c->at == 40 && c->values == 5), "%s",
		           table[i].what);
		mem_free(found);
	}
}

Test(change_points, four_values_are_too_few_to_warn)
{
	static const double x[] = { 1, 1, 1, 1, 1, 1, 2, 2, 2, 2 };
	const struct gate_series s = { x, 10, true };
	const struct gate_change_rules r = GATE_CHANGE_RULES;
	struct gate_change *found;
	size_t count;

	check_true(gate_change_points(&s, &r, &found, &count), "memory");
	check_size_eq(count, 1, "it is seen");
	check_true(gate_change_to_warn_of(&s, found, count, 0, false, 0.05) == NULL,
	           "and not warned of");
	mem_free(found);
}

Test(change_points, the_longest_series)
{
	double *x = NULL;
	struct gate_series s = { .count = GATE_SERIES_MAX };
	const struct gate_change_rules r = { 50, 0.001, 0.05 };
	struct gate_change *found;
	size_t count;

	check_true(mem_array(&x, GATE_SERIES_MAX + 1, sizeof(*x)), "memory");
	for (size_t i = 0; i <= GATE_SERIES_MAX; i++)
		x[i] = i / 20 % 2 == 0 ? 1 : 2;
	s.x = x;
	check_true(gate_change_points(&s, &r, &found, &count), "memory");
	check_size_eq(count, GATE_SERIES_MAX / 20 - 1, "each is found once");
	mem_free(found);
	s.count++;
	check_true(!gate_change_points(&s, &r, &found, &count) && found == NULL,
	           "one value more is too long");
	mem_free(x);
}
