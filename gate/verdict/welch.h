// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WELCH_H
#define GATE_WELCH_H

#include <stddef.h>

/* Whether two groups of values have one mean, after Welch. Pure; any thread. */

/* P(|T| >= |t|) of Student's distribution, for `df` > 0 degrees of freedom; they need not
 * be whole. */
double gate_student_p(double t, double df);

/* The same for the difference of the means of both groups, which may vary differently.
 * 1 where a group has fewer than two values; 0 or 1 where neither varies. */
double gate_welch_p(const double *x, size_t m, const double *y, size_t n);

#endif
