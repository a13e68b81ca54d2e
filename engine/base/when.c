// SPDX-License-Identifier: Apache-2.0
#include "base/when.h"

#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>

#define MS_DAY INT64_C(86400000)
/* 0000-01-01 and 9999-12-31, counted in days from 1970-01-01. */
#define DAY_MIN INT64_C(-719528)
#define DAY_MAX INT64_C(2932896)

struct date {
	unsigned year;
	unsigned month;
	unsigned day;
};

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30,
		                              31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/*
 * Both conversions count from 0000-03-01, so that the leap day ends the year, in eras of
 * 400 years (146097 days); 60 is the distance from 0000-01-01 to 0000-03-01. Era 0 starts
 * there, so January and February of year 0 belong to era -1.
 */
static int64_t days_of_date(struct date date)
{
	int64_t year = (int64_t)date.year - (date.month <= 2);
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t month = (date.month + 9) % 12;
	int64_t day_of_year = (153 * month + 2) / 5 + (int64_t)date.day - 1;
	int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * 146097 + day_of_era + DAY_MIN + 60;
}

static struct date date_of_days(int64_t days)
{
	int64_t since = days - DAY_MIN - 60;
	int64_t era = (since >= 0 ? since : since - 146096) / 146097;
	int64_t day_of_era = since - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	                       day_of_era / 146096) /
	                      365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct date date;

	date.day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
	date.month = (unsigned)(month < 10 ? month + 3 : month - 9);
	date.year = (unsigned)(year_of_era + era * 400 + (date.month <= 2));
	return date;
}

static int64_t clip(int64_t value, int64_t min, int64_t max)
{
	if (value < min)
		return min;
	return value > max ? max : value;
}

void when_format(int64_t ms, bool millis, char out[WHEN_TEXT])
{
	struct date date;
	int64_t days;
	unsigned rest;
	int len;

	ms = clip(ms, DAY_MIN * MS_DAY, (DAY_MAX + 1) * MS_DAY - 1);
	days = (ms >= 0 ? ms : ms - (MS_DAY - 1)) / MS_DAY;
	rest = (unsigned)(ms - days * MS_DAY);
	date = date_of_days(days);
	len = snprintf(out, WHEN_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u", date.year % 10000,
	               date.month, date.day, rest / 3600000, rest / 60000 % 60,
	               rest / 1000 % 60);
	if (millis)
		len += snprintf(out + len, WHEN_TEXT - (size_t)len, ".%03u", rest % 1000);
	(void)snprintf(out + len, WHEN_TEXT - (size_t)len, "Z");
}

/* Takes `count` digits that make a number in [min, max]. */
static bool take_number(struct span *s, size_t count, unsigned min, unsigned max,
                        unsigned *out)
{
	uint64_t value;

	if (s->len < count || !num_u64(span_sub(*s, 0, count), min, max, &value))
		return false;
	*s = span_from(*s, count);
	*out = (unsigned)value;
	return true;
}

static bool take_one_of(struct span *s, const char *wanted)
{
	if (s->len == 0 ||
	    span_find_byte(span_str(wanted), s->ptr[0]) == span_str(wanted).len)
		return false;
	*s = span_from(*s, 1);
	return true;
}

static bool take_date(struct span *s, struct date *date)
{
	return take_number(s, 4, 0, 9999, &date->year) && take_one_of(s, "-") &&
	       take_number(s, 2, 1, 12, &date->month) && take_one_of(s, "-") &&
	       take_number(s, 2, 1, month_days(date->year, date->month), &date->day);
}

/* ".d+", of which the first three digits count. */
static bool take_fraction(struct span *s, int64_t *ms)
{
	unsigned digit;
	int64_t worth = 100;

	if (!take_one_of(s, "."))
		return true;
	if (!take_number(s, 1, 0, 9, &digit))
		return false;
	do {
		*ms += digit * worth;
		worth /= 10;
	} while (take_number(s, 1, 0, 9, &digit));
	return true;
}

static bool take_time(struct span *s, int64_t *ms)
{
	unsigned hour;
	unsigned minute;
	unsigned second;

	if (!take_number(s, 2, 0, 23, &hour) || !take_one_of(s, ":") ||
	    !take_number(s, 2, 0, 59, &minute) || !take_one_of(s, ":"))
		return false;
	/* A leap second reads as the second after it. */
	if (!take_number(s, 2, 0, minute == 59 ? 60 : 59, &second))
		return false;
	*ms += ((int64_t)hour * 60 + minute) * 60000 + (int64_t)second * 1000;
	return take_fraction(s, ms);
}

static bool take_offset(struct span *s, int64_t *ms)
{
	unsigned hour;
	unsigned minute;
	int64_t sign;

	if (take_one_of(s, "Zz"))
		return true;
	/* Local time ahead of UTC: the instant is earlier. */
	sign = span_starts(*s, SPAN_LIT("+")) ? -1 : 1;
	if (!take_one_of(s, "+-") || !take_number(s, 2, 0, 23, &hour) ||
	    !take_one_of(s, ":") || !take_number(s, 2, 0, 59, &minute))
		return false;
	*ms += sign * ((int64_t)hour * 60 + minute) * 60000;
	return true;
}

bool when_parse(struct span text, int64_t *ms)
{
	struct date date;
	int64_t value;

	if (!take_date(&text, &date))
		return false;
	value = days_of_date(date) * MS_DAY;
	if (text.len > 0 && (!take_one_of(&text, "Tt ") || !take_time(&text, &value) ||
	                     !take_offset(&text, &value)))
		return false;
	if (text.len > 0)
		return false;
	*ms = value;
	return true;
}

/* "3 min 5 s", the smaller part only if it is not zero. */
static void two_parts(char out[WHEN_TEXT], uint64_t major, const char *major_unit,
                      uint64_t minor, const char *minor_unit)
{
	if (minor == 0)
		(void)snprintf(out, WHEN_TEXT, "%" PRIu64 " %s", major, major_unit);
	else
		(void)snprintf(out, WHEN_TEXT, "%" PRIu64 " %s %" PRIu64 " %s", major,
		               major_unit, minor, minor_unit);
}

void when_duration(uint64_t ms, char out[WHEN_TEXT])
{
	uint64_t seconds = ms / 1000;

	if (ms < 1000)
		(void)snprintf(out, WHEN_TEXT, "%" PRIu64 " ms", ms);
	else if (seconds < 60)
		(void)snprintf(out, WHEN_TEXT, "%" PRIu64 ".%" PRIu64 " s", seconds,
		               ms / 100 % 10);
	else if (seconds < 3600)
		two_parts(out, seconds / 60, "min", seconds % 60, "s");
	else if (seconds < 86400)
		two_parts(out, seconds / 3600, "h", seconds / 60 % 60, "min");
	else
		two_parts(out, seconds / 86400, "d", seconds / 3600 % 24, "h");
}
