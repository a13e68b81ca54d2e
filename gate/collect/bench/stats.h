// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_STATS_H
#define GATE_BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Statistics of small samples that need no random numbers and no assumption about how
 * values are spread: order statistics, signs, and proportions. Pure; any thread. Samples
 * are finite numbers; `sorted` ones rise (gate_stats_sort).
 */

/* An end that the sample cannot give is infinite. */
struct gate_interval {
	double low;
	double high;
};

bool gate_interval_is_finite(struct gate_interval i);

void gate_stats_sort(double *x, size_t n);
/* NaN for n = 0. */
double gate_stats_median(const double *sorted, size_t n);
/* The median distance from the median, as a share of it, times 1.4826: what the standard
 * deviation over the mean would be for a normal sample, but few outliers do not move it.
 * 0 where that distance is 0; else infinite for a median that is not above 0, and for
 * n < 2. */
double gate_stats_variation(const double *sorted, size_t n);

/* P(Bin(n, p) <= k), by summing its terms; n at most 10 million. */
double gate_stats_binomial(size_t n, double p, size_t k);

/*
 * The largest k with 2 P(Bin(n, 1/2) <= k - 1) <= alpha: the median lies between the k-th
 * smallest and the k-th largest value with confidence 1 - alpha at least, whatever the
 * distribution. 0: no such k, n is too small.
 */
size_t gate_stats_rank(size_t n, double alpha);
struct gate_interval gate_stats_median_interval(const double *sorted, size_t n,
                                                double alpha);
/* The same for the quantile p, 0 < p < 1; alpha / 2 at each end. */
struct gate_interval gate_stats_quantile_interval(const double *sorted, size_t n,
                                                  double p, double alpha);
/* The value itself, as most programs report it: the smallest with p n values at or below.
 */
double gate_stats_quantile(const double *sorted, size_t n, double p);

/*
 * Pairs whose two values might as well change places: that the s smallest of all values
 * are all first ones has a chance of 2^-s at most, whatever the pairs have in common, and
 * whatever happens to the larger values (a precedence test, Epstein 1954, by the random
 * order within pairs). The smallest s with twice that at most `alpha`; 0: n is too small.
 */
size_t gate_stats_precedence_rank(size_t n, double alpha);
/* One-sided: the chance that as many of `a` lie below all of `b`, from which `than` is
 * taken off; 1 for n = 0. */
double gate_stats_precedence_test(const double *a, const double *b, size_t n,
                                  double than);

/* One-sided sign test: P(Bin(n, 1/2) >= number of values above `than`); 1 for n = 0. */
double gate_stats_sign_test(const double *x, size_t n, double than);

/*
 * Many tests at a time: which of the m p-values are rejected. Holm bounds the chance of
 * even one false rejection by alpha, Benjamini and Hochberg the expected share of false
 * ones among the rejected by q. False where memory ran out, `reject` is all false then.
 */
bool gate_stats_holm(const double *p, size_t m, double alpha, bool *reject);
bool gate_stats_bh(const double *p, size_t m, double q, bool *reject);

/* Lower and upper bound of a proportion by Wilson, one-sided at z (1.645: 95 %); 0 and 1
 * for n = 0. */
double gate_stats_wilson_low(size_t hits, size_t n, double z);
double gate_stats_wilson_high(size_t hits, size_t n, double z);

#endif
