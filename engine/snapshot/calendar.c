// SPDX-License-Identifier: Apache-2.0
#include "snapshot/calendar.h"

#include <stdbool.h>

/* 400 years, and days from 0000-03-01 to 1970-01-01. Years begin in March here, so that
 * a leap day is the last of its year. */
enum { ERA_DAYS = 146097, EPOCH_SHIFT = 719468, DAYS_OF_WEEK = 7, MONDAY_SHIFT = 3 };

int64_t lb_floor_div(int64_t a, int64_t b)
{
	const int64_t q = a / b;

	return a % b < 0 ? q - 1 : q;
}

struct lb_date lb_date_of(int64_t days)
{
	const int64_t shifted = days + EPOCH_SHIFT;
	const int64_t era = lb_floor_div(shifted, ERA_DAYS);
	const int64_t doe = shifted - era * ERA_DAYS;
	const int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const int64_t mp = (5 * doy + 2) / 153;
	struct lb_date d;

	d.day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	d.year = yoe + era * 400 + (d.month <= 2 ? 1 : 0);
	return d;
}

int64_t lb_date_days(const struct lb_date *d)
{
	const int64_t year = d->year - (d->month <= 2 ? 1 : 0);
	const int64_t era = lb_floor_div(year, 400);
	const int64_t yoe = year - era * 400;
	const int64_t mp = d->month > 2 ? d->month - 3 : d->month + 9;
	const int64_t doy = (153 * mp + 2) / 5 + d->day - 1;

	return era * ERA_DAYS + yoe * 365 + yoe / 4 - yoe / 100 + doy - EPOCH_SHIFT;
}

unsigned lb_date_month_length(int64_t year, unsigned month)
{
	static const unsigned char lengths[] = { 31, 28, 31, 30, 31, 30,
		                                 31, 31, 30, 31, 30, 31 };
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return lengths[month - 1] + (month == 2 && leap ? 1u : 0u);
}

int64_t lb_date_week(int64_t days)
{
	return lb_floor_div(days + MONDAY_SHIFT, DAYS_OF_WEEK);
}

void lb_date_iso_week(int64_t days, int64_t *year, unsigned *week)
{
	/* A week belongs to the year that its Thursday is in. */
	const int64_t thursday = lb_date_week(days) * DAYS_OF_WEEK;
	const struct lb_date d = lb_date_of(thursday);
	const struct lb_date first = { d.year, 1, 1 };

	*year = d.year;
	*week = (unsigned)((thursday - lb_date_days(&first)) / DAYS_OF_WEEK) + 1;
}
