// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/stats.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return (x > y) - (x < y);
}

bool gate_interval_is_finite(struct gate_interval i)
{
	return isfinite(i.low) && isfinite(i.high);
}

void gate_stats_sort(double *x, size_t n)
{
	if (n > 1)
		qsort(x, n, sizeof(*x), by_value);
}

double gate_stats_median(const double *sorted, size_t n)
{
	if (n == 0)
		return NAN;
	/* Halved first: the sum of two large values may not fit. */
	return n % 2 == 1 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
}

/*
 * The distances of sorted values rise from the middle to both ends: merging the two runs
 * gives them in order, with no copy of the sample.
 */
static double middle_distance(const double *sorted, size_t n, double middle)
{
	size_t left = n / 2; /* behind the next to the left */
	size_t right = left;
	double before = 0;
	double last = 0;

	for (size_t i = 0; i <= n / 2; i++) {
		const double down = left > 0 ? middle - sorted[left - 1] : INFINITY;
		const double up = right < n ? sorted[right] - middle : INFINITY;

		before = last;
		last = down < up ? down : up;
		if (down < up)
			left--;
		else
			right++;
	}
	return n % 2 == 1 ? last : before / 2 + last / 2;
}

double gate_stats_variation(const double *sorted, size_t n)
{
	/* 1 / (the third quartile of the normal distribution) */
	const double normal = 1.4826022185056018;
	const double middle = gate_stats_median(sorted, n);
	double distance;

	if (n < 2)
		return INFINITY;
	distance = middle_distance(sorted, n, middle);
	if (distance == 0)
		return 0; /* counts may be 0 */
	return middle > 0 ? normal * distance / middle : INFINITY;
}

/* ---- binomial ---- */

/* The terms of a binomial one after the other, by their logarithm: a term itself may be
 * too small for a double where later ones are not. */
struct terms {
	size_t n;
	double odds; /* log(p / (1 - p)) */
	double log;  /* of the term k */
	size_t k;
};

static struct terms first_term(size_t n, double p)
{
	return (struct terms){ .n = n,
		               .odds = log(p) - log1p(-p),
		               .log = (double)n * log1p(-p) };
}

static double next_term(struct terms *t)
{
	const double term = exp(t->log);

	t->log += log((double)(t->n - t->k) / (double)(t->k + 1)) + t->odds;
	t->k++;
	return term;
}

/* By halving and adding alone: exact as long as a double is. */
static double fair_binomial(size_t n, size_t k)
{
	double term = ldexp(1, -(int)n);
	double sum = 0;

	for (size_t i = 0; i <= k; i++) {
		sum += term;
		term = term * (double)(n - i) / (double)(i + 1);
	}
	return sum;
}

double gate_stats_binomial(size_t n, double p, size_t k)
{
	const size_t exact_max = 1000; /* 2^-1000 is a normal double */
	struct terms t;
	double sum = 0;

	if (k >= n || p <= 0)
		return 1;
	if (p >= 1)
		return 0;
	if (n <= exact_max && p == 0.5)
		return fair_binomial(n, k);
	t = first_term(n, p);
	for (size_t i = 0; i <= k; i++)
		sum += next_term(&t);
	return sum < 1 ? sum : 1;
}

size_t gate_stats_rank(size_t n, double alpha)
{
	size_t k = 0;

	while (k < n / 2 && 2 * gate_stats_binomial(n, 0.5, k) <= alpha)
		k++;
	return k;
}

struct gate_interval gate_stats_median_interval(const double *sorted, size_t n,
                                                double alpha)
{
	const size_t k = gate_stats_rank(n, alpha);

	if (k == 0)
		return (struct gate_interval){ -INFINITY, INFINITY };
	return (struct gate_interval){ sorted[k - 1], sorted[n - k] };
}

struct gate_interval gate_stats_quantile_interval(const double *sorted, size_t n,
                                                  double p, double alpha)
{
	struct gate_interval i = { -INFINITY, INFINITY };
	struct terms t = first_term(n, p);
	double below = 0; /* P(Bin <= k - 1) */

	for (size_t k = 1; k <= n; k++) {
		below += next_term(&t);
		if (below <= alpha / 2)
			i.low = sorted[k - 1];
		if (1 - below <= alpha / 2) {
			i.high = sorted[k - 1];
			break;
		}
	}
	return i;
}

double gate_stats_quantile(const double *sorted, size_t n, double p)
{
	size_t rank;

	if (n == 0)
		return NAN;
	rank = (size_t)ceil(p * (double)n);
	return sorted[rank < 1 ? 0 : rank > n ? n - 1 : rank - 1];
}

double gate_stats_sign_test(const double *x, size_t n, double than)
{
	size_t rest = n; /* values that are not above */

	for (size_t i = 0; i < n; i++)
		rest -= x[i] > than;
	/* P(X >= n - rest) = P(X <= rest), the coin being fair. */
	return n == 0 ? 1 : gate_stats_binomial(n, 0.5, rest);
}

size_t gate_stats_precedence_rank(size_t n, double alpha)
{
	for (size_t s = 1; s <= n; s++)
		if (2 * ldexp(1, -(int)s) <= alpha)
			return s;
	return 0;
}

double gate_stats_precedence_test(const double *a, const double *b, size_t n, double than)
{
	double least = INFINITY;
	size_t below = 0;

	for (size_t i = 0; i < n; i++)
		least = fmin(least, b[i] - than);
	for (size_t i = 0; i < n; i++)
		below += a[i] < least;
	return ldexp(1, -(int)below);
}

/* ---- many tests ---- */

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;

	if (x->p != y->p)
		return x->p < y->p ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static struct ranked *rank_all(const double *p, size_t m, bool *reject)
{
	struct ranked *list = NULL;

	for (size_t i = 0; i < m; i++)
		reject[i] = false;
	if (m == 0 || !mem_array(&list, m, sizeof(*list)))
		return NULL;
	for (size_t i = 0; i < m; i++)
		list[i] = (struct ranked){ p[i], i };
	qsort(list, m, sizeof(*list), by_p);
	return list;
}

bool gate_stats_holm(const double *p, size_t m, double alpha, bool *reject)
{
	struct ranked *list = rank_all(p, m, reject);

	if (list == NULL)
		return m == 0;
	for (size_t i = 0; i < m && list[i].p <= alpha / (double)(m - i); i++)
		reject[list[i].at] = true;
	mem_free(list);
	return true;
}

bool gate_stats_bh(const double *p, size_t m, double q, bool *reject)
{
	struct ranked *list = rank_all(p, m, reject);
	size_t count = 0;

	if (list == NULL)
		return m == 0;
	for (size_t i = 0; i < m; i++)
		if (list[i].p <= q * (double)(i + 1) / (double)m)
			count = i + 1;
	for (size_t i = 0; i < count; i++)
		reject[list[i].at] = true;
	mem_free(list);
	return true;
}

/* ---- proportions ---- */

static double wilson(size_t hits, size_t n, double z, double side)
{
	const double count = (double)n;
	const double p = (double)hits / count;
	const double square = z * z;
	const double root = sqrt(p * (1 - p) / count + square / (4 * count * count));
	const double bound =
		(p + square / (2 * count) + side * z * root) / (1 + square / count);

	return bound < 0 ? 0 : bound > 1 ? 1 : bound;
}

double gate_stats_wilson_low(size_t hits, size_t n, double z)
{
	return n == 0 ? 0 : wilson(hits, n, z, -1);
}

double gate_stats_wilson_high(size_t hits, size_t n, double z)
{
	return n == 0 ? 1 : wilson(hits, n, z, 1);
}
