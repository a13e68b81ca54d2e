// SPDX-License-Identifier: Apache-2.0
#include "verdict/welch.h"

#include <float.h>
#include <math.h>

/* ---- the incomplete beta function ---- */

/* For x > 0, by Stirling's series for x + 10. lgamma() would write a global. */
static double log_gamma(double x)
{
	const double half_log_2pi = 0.91893853320467274178;
	enum { ENOUGH = 10 };
	double below = 0;
	double square;

	for (int i = 0; i < ENOUGH; i++) {
		below += log(x);
		x += 1;
	}
	square = 1 / (x * x);
	return (x - 0.5) * log(x) - x + half_log_2pi - below +
	       (1.0 / 12 -
	        square * (1.0 / 360 -
	                  square * (1.0 / 1260 -
	                            square * (1.0 / 1680 - square * (1.0 / 1188))))) /
	               x;
}

static double away_from_0(double x)
{
	return fabs(x) < DBL_MIN ? DBL_MIN : x;
}

/* The continued fraction of I_x(a, b) by Lentz; converges fast for x < (a+1)/(a+b+2). */
static double beta_fraction(double a, double b, double x)
{
	enum { STEPS_MAX = 10000 };
	double c = 1;
	double d = 1 / away_from_0(1 - (a + b) * x / (a + 1));
	double h = d;

	for (int i = 1; i < STEPS_MAX; i++) {
		const double m = i;
		const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		const double odd =
			-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 / away_from_0(1 + even * d);
		c = away_from_0(1 + even / c);
		h *= d * c;
		d = 1 / away_from_0(1 + odd * d);
		c = away_from_0(1 + odd / c);
		step = d * c;
		h *= step;
		if (fabs(step - 1) < DBL_EPSILON)
			break;
	}
	return h;
}

/* I_x(a, b), given 1 - x as well: where x is near 1 it cannot be told from x. */
static double incomplete_beta(double a, double b, double x, double rest)
{
	double front;

	if (!(x > 0))
		return 0;
	if (!(rest > 0))
		return 1;
	front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) +
	            b * log(rest));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, rest) / b;
}

double gate_student_p(double t, double df)
{
	const double square = t * t;

	if (isinf(square))
		return 0;
	return incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square));
}

/* ---- two groups ---- */

static double mean_of(const double *x, size_t n)
{
	double mean = 0;

	for (size_t i = 0; i < n; i++)
		mean += (x[i] - mean) / (double)(i + 1);
	return mean;
}

/* Of the mean: the variance of the values over their number. */
static double variance_of(const double *x, size_t n, double mean)
{
	double squares = 0;

	for (size_t i = 0; i < n; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	return squares / (double)(n - 1) / (double)n;
}

double gate_welch_p(const double *x, size_t m, const double *y, size_t n)
{
	double a, b, difference, df;

	if (m < 2 || n < 2)
		return 1;
	difference = mean_of(x, m) - mean_of(y, n);
	a = variance_of(x, m, mean_of(x, m));
	b = variance_of(y, n, mean_of(y, n));
	if (!(a + b > 0))
		return difference == 0 ? 1 : 0;
	df = (a + b) * (a + b) / (a * a / (double)(m - 1) + b * b / (double)(n - 1));
	return isfinite(df) ? gate_student_p(difference / sqrt(a + b), df) : 1;
}
