// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/stats.h"
#include "support/check.h"

#include <math.h>

TestSuite(bench_stats, .timeout = 10);

#define HOLDS(cond) check_true(cond, "line %d", __LINE__)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * (fabs(a) + fabs(b) + 1e-12);
}

/* Expected values: exact fractions, by summing comb(n, i) p^i (1 - p)^(n - i). */

Test(bench_stats, ranks_of_the_median)
{
	static const struct {
		size_t n, at_95, at_99;
	} table[] = {
		{ 0, 0, 0 },    { 1, 0, 0 },     { 5, 0, 0 },        { 6, 1, 0 },
		{ 7, 1, 0 },    { 8, 1, 1 },     { 10, 2, 1 },       { 12, 3, 2 },
		{ 15, 4, 3 },   { 20, 6, 4 },    { 25, 8, 6 },       { 30, 10, 8 },
		{ 40, 14, 12 }, { 200, 86, 82 }, { 1000, 469, 459 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		check_u64_eq(gate_stats_rank(table[i].n, 0.05), table[i].at_95, "row %zu",
		             i);
		check_u64_eq(gate_stats_rank(table[i].n, 0.01), table[i].at_99, "row %zu",
		             i);
	}
}

Test(bench_stats, binomial_is_exact)
{
	HOLDS(gate_stats_binomial(8, 0.5, 2) == 0.14453125);
	HOLDS(gate_stats_binomial(20, 0.5, 3) == 0.0012884140014648438);
	HOLDS(gate_stats_binomial(20, 0.5, 5) == 0.020694732666015625);
	HOLDS(near(gate_stats_binomial(100, 0.95, 90), 0.028188294163416106));
	HOLDS(near(gate_stats_binomial(1000, 0.5, 470), 0.03101159754918159));
	HOLDS(gate_stats_binomial(5, 0.5, 5) == 1);
	HOLDS(gate_stats_binomial(5, 0, 0) == 1);
	HOLDS(gate_stats_binomial(5, 1, 4) == 0);
	HOLDS(gate_stats_binomial(5, 1, 5) == 1);
	check_true(fabs(gate_stats_binomial(100000, 0.5, 50000) - 0.5012615631071647) <
	                   1e-9,
	           "terms of many throws do not vanish");
}

Test(bench_stats, interval_of_the_median)
{
	double x[20];
	struct gate_interval i;

	for (size_t k = 0; k < COUNT(x); k++)
		x[k] = (double)(k + 1);
	i = gate_stats_median_interval(x, COUNT(x), 0.05);
	check_true(i.low == 6 && i.high == 15, "%g %g", i.low, i.high);
	i = gate_stats_median_interval(x, COUNT(x), 0.01);
	check_true(i.low == 4 && i.high == 17, "%g %g", i.low, i.high);
	i = gate_stats_median_interval(x, 5, 0.05);
	check_true(!(gate_interval_is_finite(i)),
	           "five values bound nothing at 95 percent");
	HOLDS(gate_stats_median(x, 20) == 10.5);
	HOLDS(gate_stats_median(x, 19) == 10);
	HOLDS(isnan(gate_stats_median(x, 0)));
}

Test(bench_stats, interval_of_a_quantile)
{
	static const struct {
		size_t n;
		double p;
		double low, high; /* 0 = infinite */
	} table[] = {
		{ 100, 0.95, 90, 100 }, { 100, 0.99, 97, 0 },   { 1000, 0.99, 983, 997 },
		{ 20, 0.5, 6, 15 },     { 400, 0.9, 348, 372 }, { 3, 0.5, 0, 0 },
	};
	static double x[1000];

	for (size_t k = 0; k < COUNT(x); k++)
		x[k] = (double)(k + 1);
	for (size_t i = 0; i < COUNT(table); i++) {
		struct gate_interval got =
			gate_stats_quantile_interval(x, table[i].n, table[i].p, 0.05);

		check_true(table[i].low == 0 ? isinf(got.low) : got.low == table[i].low,
		           "row %zu: %g", i, got.low);
		check_true(table[i].high == 0 ? isinf(got.high)
		                              : got.high == table[i].high,
		           "row %zu: %g", i, got.high);
	}
	HOLDS(gate_stats_quantile(x, 100, 0.95) == 95);
	HOLDS(gate_stats_quantile(x, 1, 0.99) == 1);
	HOLDS(gate_stats_quantile(x, 10, 1) == 10);
	HOLDS(isnan(gate_stats_quantile(x, 0, 0.5)));
}

Test(bench_stats, signs)
{
	const double x[] = { 1, 2, 3, 4, -1 };

	check_true(gate_stats_sign_test(x, 4, 0) == 0.0625, "four of four");
	check_true(gate_stats_sign_test(x, 5, 0) == 0.1875, "four of five");
	check_true(gate_stats_sign_test(x, 5, 9) == 1, "none of five");
	check_true(gate_stats_sign_test(x, 0, 0) == 1, "nothing");
	check_true(gate_stats_sign_test(x, 1, 1) == 1, "equal is not above");
}

/* The example of Benjamini and Hochberg (1995): 15 p-values, Holm rejects three at 0.05,
 * theirs four. */
Test(bench_stats, ranks_of_precedence)
{
	static const struct {
		size_t n, at_95, at_99;
	} table[] = {
		{ 0, 0, 0 }, { 5, 0, 0 }, { 6, 6, 0 },
		{ 7, 6, 0 }, { 8, 6, 8 }, { 200, 6, 8 },
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		check_u64_eq(gate_stats_precedence_rank(table[i].n, 0.05), table[i].at_95,
		             "row %zu", i);
		check_u64_eq(gate_stats_precedence_rank(table[i].n, 0.01), table[i].at_99,
		             "row %zu", i);
	}
}

/* All 2^6 ways to swap the values of six pairs, which lie apart as much as pairs can, or
 * not at all: the tail never has more than its due. */
Test(bench_stats, precedence_is_exact_within_pairs)
{
	enum { PAIRS = 6, WAYS = 1 << PAIRS };

	for (size_t apart = 0; apart < 3; apart++) {
		size_t hits[PAIRS + 1] = { 0 };

		for (size_t way = 0; way < WAYS; way++) {
			double a[PAIRS], b[PAIRS];

			for (size_t i = 0; i < PAIRS; i++) {
				const double at = (double)(i * i * apart);
				const bool swapped = way >> i & 1;

				a[i] = at +
				       (swapped ? 10.0 + (double)i : 0.1 * (double)i);
				b[i] = at +
				       (swapped ? 0.1 * (double)i : 10.0 + (double)i);
			}
			for (size_t s = 1; s <= PAIRS; s++)
				hits[s] += gate_stats_precedence_test(a, b, PAIRS, 0) <=
				           1.0 / (double)(1 << s);
		}
		for (size_t s = 1; s <= PAIRS; s++)
			check_true(hits[s] * (size_t)(1 << s) <= WAYS,
			           "apart %zu: %zu of %d at s = %zu", apart, hits[s],
			           (int)WAYS, s);
	}
}

Test(bench_stats, precedence)
{
	const double a[] = { 1, 2, 3, 40 };
	const double b[] = { 10, 4, 50, 20 };

	check_true(gate_stats_precedence_test(a, b, 4, 0) == 0.125, "three of four");
	check_true(gate_stats_precedence_test(a, b, 4, 2) == 0.5, "2 is not below 2");
	check_true(gate_stats_precedence_test(b, a, 4, 0) == 1, "none");
	check_true(gate_stats_precedence_test(a, b, 0, 0) == 1, "nothing");
}

Test(bench_stats, many_tests)
{
	static const double p[] = { 0.0201, 0.0001, 0.0004, 0.0019, 0.0095,
		                    0.0278, 0.0298, 0.0344, 0.0459, 0.3240,
		                    0.4262, 0.5719, 0.6528, 0.7590, 1.0000 };
	bool holm[15];
	bool bh[15];

	HOLDS(gate_stats_holm(p, 15, 0.05, holm));
	HOLDS(gate_stats_bh(p, 15, 0.05, bh));
	for (size_t i = 0; i < 15; i++) {
		check_u64_eq(holm[i], i >= 1 && i <= 3, "row %zu", i);
		check_u64_eq(bh[i], i >= 1 && i <= 4, "row %zu", i);
	}
	check_true(gate_stats_holm(p, 0, 0.05, holm), "none is no error");
	/* A later small p-value carries earlier ones for BH, not for Holm. */
	HOLDS(gate_stats_bh((const double[]){ 0.04, 0.045 }, 2, 0.05, bh));
	HOLDS(bh[0] && bh[1]);
	HOLDS(gate_stats_holm((const double[]){ 0.04, 0.045 }, 2, 0.05, holm));
	HOLDS(!(holm[0] || holm[1]));
}

Test(bench_stats, proportions)
{
	HOLDS(fabs(gate_stats_wilson_low(1, 1, 1.645) - 0.27) < 0.005);
	HOLDS(fabs(gate_stats_wilson_low(10, 10, 1.645) - 0.79) < 0.005);
	HOLDS(fabs(gate_stats_wilson_low(60, 60, 1.645) - 0.96) < 0.005);
	HOLDS(gate_stats_wilson_low(0, 0, 1.645) == 0);
	HOLDS(gate_stats_wilson_high(0, 0, 1.645) == 1);
	HOLDS(gate_stats_wilson_low(0, 5, 1.645) == 0);
	HOLDS(near(gate_stats_wilson_high(5, 5, 1.645), 1));
	HOLDS(near(gate_stats_wilson_low(3, 10, 1.645),
	           1 - gate_stats_wilson_high(7, 10, 1.645)));
}

Test(bench_stats, variation)
{
	/* Median 10: the distances 0 1 1 2 5 have the median 1. */
	HOLDS(near(gate_stats_variation((const double[]){ 5, 9, 10, 11, 12 }, 5),
	           0.14826022185056018));
	/* Median 5: 1 2 3 4. */
	HOLDS(near(gate_stats_variation((const double[]){ 1, 3, 7, 8 }, 4),
	           1.4826022185056018 * 2.5 / 5));
	HOLDS(near(gate_stats_variation((const double[]){ 2, 4 }, 2),
	           1.4826022185056018 / 3));
	HOLDS(gate_stats_variation((const double[]){ 5, 5, 5 }, 3) == 0);
	HOLDS(gate_stats_variation((const double[]){ 0, 0, 0, 7 }, 4) == 0);
	HOLDS(isinf(gate_stats_variation((const double[]){ 5 }, 1)));
	HOLDS(isinf(gate_stats_variation((const double[]){ -1, 1 }, 2)));
}

Test(bench_stats, a_few_outliers_are_no_variation)
{
	double x[20];

	for (size_t i = 0; i < 20; i++)
		x[i] = 100 + (double)i / 10;
	HOLDS(gate_stats_variation(x, 20) < 0.01);
	x[18] = 200;
	x[19] = 1000;
	HOLDS(gate_stats_variation(x, 20) < 0.01);
}

/* Of normal samples it is the standard deviation over the mean. */
Test(bench_stats, variation_of_a_normal_sample)
{
	const size_t n = 999;
	double x[999];

	for (size_t i = 0; i < n; i++) {
		const double p = (double)(i + 1) / (double)(n + 1);
		/* The logistic curve of the same quartiles, close enough in the middle.
		 */
		x[i] = 100 + 5 * 0.6744897502 / log(3) * log(p / (1 - p));
	}
	HOLDS(fabs(gate_stats_variation(x, n) - 0.05) < 0.0005);
}
