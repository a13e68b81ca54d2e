// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CHANGE_POINTS_H
#define GATE_CHANGE_POINTS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a series of measurements, one a commit on one class of machine, went to another
 * level and stayed there. Candidates are the splits of greatest energy distance within
 * windows; then the weakest goes until each that is left parts its neighbours by Welch's
 * test and by enough. No random numbers: the same series gives the same changes. Pure;
 * any thread. Good for trends and slow creep, not for judging one commit, because it
 * needs values after the change.
 */

struct gate_series {
	/* One a commit, oldest first. NaN, and of ratios what is not above 0, is a gap:
	 * nothing is put in its place, and its neighbours are neighbours. */
	const double *x;
	size_t count; /* at most GATE_SERIES_MAX */
	bool ratio;   /* times and sizes change by a factor, scores by a difference */
};

#define GATE_SERIES_MAX 10000

struct gate_change_rules {
	size_t window; /* values, 4 at least; each begins half a one after the last */
	double p_max;  /* of Welch's test, both sides */
	double least;  /* smallest change: of ratios 0.05 = 5 %, else in the series' unit
	                */
};

/* 5 % of times, or 5 points of a score with `least` set to 5. */
#define GATE_CHANGE_RULES ((struct gate_change_rules){ 50, 0.001, 0.05 })

struct gate_change {
	size_t last; /* index of the last value of the old level */
	size_t at;   /* index of the first one of the new; between them are gaps alone */
	double before; /* the levels: mean of the values, of ratios the geometric one */
	double after;
	size_t values; /* that the new level has, up to the next change or the end */
	double p;
};

/* Finds the changes, oldest first, into a new array (mem_free) that is NULL if there are
 * none. False without memory or where the series is too long. */
bool gate_change_points(const struct gate_series *s, const struct gate_change_rules *r,
                        struct gate_change **out, size_t *count);

/*
 * The newest change, if it is one to warn of: the level began with the value `release` or
 * later (the first that the last release did not have), has five values at least, and is
 * worse by `least` (as in the rules). Anything else is for reading only. NULL: none.
 */
const struct gate_change *gate_change_to_warn_of(const struct gate_series *s,
                                                 const struct gate_change *changes,
                                                 size_t count, size_t release,
                                                 bool higher_is_better, double least);

#endif
