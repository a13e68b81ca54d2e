/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_BENCH_PAIRED_H
#define SW_BENCH_PAIRED_H

#include <stddef.h>

/*
 * Paired measurements of two things, taken in turn (A B, B A, ..) so that a slow spell
 * of the machine falls on both. Times are in milliseconds.
 */

enum { PAIRED_MAX = 401 };

struct paired {
	double a[PAIRED_MAX];
	double b[PAIRED_MAX];
	size_t count;
};

/* Median of the pairs' values with its exact interval: at least 95 % by order
 * statistics, for 6 pairs or more. */
struct paired_estimate {
	double median;
	double low;
	double high;
};

/* a / b of each pair. */
struct paired_estimate paired_ratio(const struct paired *p);
/* a - b of each pair, in milliseconds. */
struct paired_estimate paired_difference(const struct paired *p);

double paired_median_a(const struct paired *p);
double paired_median_b(const struct paired *p);

/* Monotonic clock in milliseconds. */
double paired_now_ms(void);

/* Runs argv to its end, output thrown away, and stores how long it took. argv[0] is
 * looked up in PATH. False, with a message on stderr, unless it exits with `status`. */
int paired_run(char *const argv[], int status, double *ms);

/* Prints one row of the table and returns whether the estimate keeps the limit. */
int paired_print(const char *name, const struct paired *p,
                 const struct paired_estimate *e, double limit, const char *unit);

#endif
