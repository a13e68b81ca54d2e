// SPDX-License-Identifier: Apache-2.0
#include "claims/date.h"

#include "base/ascii.h"

unsigned claims_month_days(unsigned year, unsigned month)
{
	static const unsigned days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Proleptic Gregorian; the year begins in March, so that a leap day is its last. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t m = (int64_t)(month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

/* 0000-03-01 was a Wednesday. */
unsigned claims_weekday_of(const struct claims_date *d)
{
	return (unsigned)((d->days + 2) % 7);
}

const char *const claims_weekdays[7] = { "monday", "tuesday",  "wednesday", "thursday",
	                                 "friday", "saturday", "sunday" };

unsigned claims_weekday_named(const struct claims_token *t)
{
	static const char *const brief[] = {
		"mon mon. monday",    "tue tues tuesday",
		"wed weds wednesday", "thu thur thurs thursday",
		"fri friday",         "sat saturday",
		"sun sunday"
	};

	for (unsigned i = 0; i < 7; i++)
		if (claims_is_word(t, brief[i]))
			return i;
	return 7;
}

unsigned claims_month_named(const struct claims_token *t)
{
	static const char *const months[] = {
		"jan january", "feb february", "mar march",
		"apr april",   "may",          "jun june",
		"jul july",    "aug august",   "sep sept september",
		"oct october", "nov november", "dec december"
	};

	if (t == NULL || t->kind != CLAIMS_WORD || !ascii_is_upper(t->text.ptr[0]))
		return 0;
	for (unsigned i = 0; i < 12; i++)
		if (claims_is_word(t, months[i]))
			return i + 1;
	return 0;
}

static unsigned small_number(const struct claims_token *t, unsigned max)
{
	if (!claims_is_count(t) || t->number.mantissa > max)
		return 0;
	return (unsigned)t->number.mantissa;
}

/* "1st" and "22nd" are words. */
static unsigned day_of(const struct claims_token *t)
{
	unsigned v = small_number(t, 31);
	size_t n = 0;

	if (v > 0 || t == NULL || t->kind != CLAIMS_WORD)
		return v;
	while (n < t->text.len && n < 2 && ascii_is_digit(t->text.ptr[n]))
		v = v * 10 + (unsigned)(t->text.ptr[n++] - '0');
	return n > 0 && claims_word_in(span_from(t->text, n), "st nd rd th") ? v : 0;
}

bool claims_date_at(const struct claims_tokens *t, size_t i, struct claims_date *d)
{
	const struct claims_token *first = claims_token(t, i);
	size_t k = i + 1;

	*d = (struct claims_date){ .from = i };
	if (first->kind == CLAIMS_DATE) {
		d->year = first->year;
		d->month = first->month;
		d->day = first->day;
	} else if (claims_month_named(first) > 0) {
		d->month = claims_month_named(first);
		k += claims_is_mark(claims_token(t, k), '.');
		d->day = day_of(claims_token(t, k++));
		k += claims_is_mark(claims_token(t, k), ',');
		d->year = small_number(claims_token(t, k++), 2999);
	} else if (day_of(first) > 0) {
		d->day = day_of(first);
		d->month = claims_month_named(claims_token(t, k++));
		k += claims_is_mark(claims_token(t, k), ',') ||
		     claims_is_mark(claims_token(t, k), '.');
		d->year = d->month > 0 ? small_number(claims_token(t, k++), 2999) : 0;
	}
	d->to = k;
	if (d->year < 1000 || d->month == 0 || d->month > 12 || d->day == 0 ||
	    d->day > 31)
		return false;
	d->valid = d->day <= claims_month_days(d->year, d->month);
	if (d->valid)
		d->days = days_of(d->year, d->month, d->day);
	return true;
}

void claims_date_put(struct buf *out, const struct claims_date *d)
{
	buf_printf(out, "%04u-%02u-%02u", d->year, d->month, d->day);
}
