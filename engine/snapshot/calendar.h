// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_CALENDAR_H
#define SNAPSHOT_CALENDAR_H

#include <stdint.h>

/* Days and dates of the Gregorian calendar, for retention. Pure; any year of an i64 of
 * nanoseconds. */
struct lb_date {
	int64_t year;
	unsigned month; /* 1 .. 12 */
	unsigned day;   /* 1 .. 31 */
};

/* Days are counted from 1970-01-01. */
struct lb_date lb_date_of(int64_t days);
int64_t lb_date_days(const struct lb_date *d);
unsigned lb_date_month_length(int64_t year, unsigned month);
/* Weeks begin on Mondays; counted without a break. */
int64_t lb_date_week(int64_t days);
/* The number of the ISO week, 1 to 53, and the year it belongs to. */
void lb_date_iso_week(int64_t days, int64_t *year, unsigned *week);
/* a / b rounded down, b > 0. */
int64_t lb_floor_div(int64_t a, int64_t b);

#endif
