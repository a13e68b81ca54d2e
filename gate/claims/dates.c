// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "claims/grid.h"

#include <inttypes.h>

/*
 * Dates: that the day exists and bears the name it is given, that nothing ends before it
 * begins, that lengths are those of their dates, that releases of a line follow each
 * other.
 */

enum { WEEK = 7 };

struct date {
	unsigned year, month, day;
	int64_t days;    /* since 0000-03-01; only where the day exists */
	size_t from, to; /* tokens */
	bool valid;
};

static unsigned month_days(unsigned year, unsigned month)
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

/* 0 = Monday: 0000-03-01 was a Wednesday. */
static unsigned weekday_of(const struct date *d)
{
	return (unsigned)((d->days + 2) % 7);
}

static const char *const weekdays[] = { "monday", "tuesday",  "wednesday", "thursday",
	                                "friday", "saturday", "sunday" };

/* 7: it is none. Three letters or all of them, and "tues", "thurs". */
static unsigned weekday_named(const struct claims_token *t)
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

static unsigned month_named(const struct claims_token *t)
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

/* A date that begins at `i`: "2024-05-01", "May 1, 2024", "1 May 2024". */
static bool date_at(const struct claims_tokens *t, size_t i, struct date *d)
{
	const struct claims_token *first = claims_token(t, i);
	size_t k = i + 1;

	*d = (struct date){ .from = i };
	if (first->kind == CLAIMS_DATE) {
		d->year = first->year;
		d->month = first->month;
		d->day = first->day;
	} else if (month_named(first) > 0) {
		d->month = month_named(first);
		k += claims_is_mark(claims_token(t, k), '.');
		d->day = day_of(claims_token(t, k++));
		k += claims_is_mark(claims_token(t, k), ',');
		d->year = small_number(claims_token(t, k++), 2999);
	} else if (day_of(first) > 0) {
		d->day = day_of(first);
		d->month = month_named(claims_token(t, k++));
		k += claims_is_mark(claims_token(t, k), ',') ||
		     claims_is_mark(claims_token(t, k), '.');
		d->year = d->month > 0 ? small_number(claims_token(t, k++), 2999) : 0;
	}
	d->to = k;
	if (d->year < 1000 || d->month == 0 || d->month > 12 || d->day == 0 ||
	    d->day > 31)
		return false;
	d->valid = d->day <= month_days(d->year, d->month);
	if (d->valid)
		d->days = days_of(d->year, d->month, d->day);
	return true;
}

static void put_date(struct buf *out, const struct date *d)
{
	buf_printf(out, "%04u-%02u-%02u", d->year, d->month, d->day);
}

/* ---- one date ---- */

#define NO_DAY                                                                             \
	"invalid|reject|rejects|rejected|error|errors|exist|exists|parse|parses|parsing|"  \
	"test|tests|overflow|example|e.g|bug|fix|fixed|fixes|wrong|handle|handles|accept|" \
	"accepts|validate|validates|validation"

static void check_day(struct claims_work *w, const struct date *d, struct span text)
{
	const struct claims_token *t = &w->tokens.items[d->from];

	if (d->valid)
		return;
	put_date(&w->stated, d);
	buf_printf(&w->computed, "%u days", month_days(d->year, d->month));
	buf_printf(&w->because, "month %u of %u has %u days, not %u", d->month, d->year,
	           month_days(d->year, d->month), d->day);
	claims_say_right(w, GATE_CLAIM_DATE_VALID, false,
	                 claims_says(span_sub(text, 0, 400), NO_DAY)
	                         ? "it may be meant not to exist"
	                         : NULL,
	                 t->text.ptr);
}

/* "Monday, 6 May 2024", "2024-05-06 (Monday)". */
static void check_weekday(struct claims_work *w, const struct date *d, struct span text)
{
	const struct claims_tokens *t = &w->tokens;
	const struct claims_token *name = NULL;
	size_t before = d->from;
	unsigned right;
	unsigned stated;

	if (!d->valid)
		return;
	if (before > 0 && claims_is_mark(claims_token(t, before - 1), ','))
		before--;
	if (before > 0)
		name = claims_token(t, before - 1);
	if (weekday_named(name) == 7 && claims_is_mark(claims_token(t, d->to), '('))
		name = claims_token(t, d->to + 1);
	stated = weekday_named(name);
	if (stated == 7)
		return;
	/* "sat" and "mon" are words, too; "The Sun" is a paper. */
	if (!ascii_is_upper(name->text.ptr[0]) ||
	    (name > t->items && name->text.len == 3 && claims_is_word(name - 1, "the")))
		return;
	right = weekday_of(d);
	buf_put(&w->stated, name->text);
	buf_puts(&w->computed, weekdays[right]);
	put_date(&w->because, d);
	buf_printf(&w->because, " is a %s", weekdays[right]);
	if (right != stated)
		buf_printf(&w->because, ", not a %s", weekdays[stated]);
	claims_say_right(w, GATE_CLAIM_DATE_WEEKDAY, right == stated,
	                 claims_says(span_sub(text, 0, 400),
	                             "example|parse|format|julian|wrong|incorrect")
	                         ? "it may be an example"
	                         : NULL,
	                 name->text.ptr);
}

/* ---- two dates ---- */

#define MOVED                                                                               \
	"moved|rescheduled|changed|shifted|corrected|postponed|forward|pulled|instead|"     \
	"descending|reverse|backwards|backdated|renamed|bumped|updated|replaced|downgrade|" \
	"downgraded|rolled back|revert|reverted|example|compared|versus|sorted"

/* Do the tokens between two dates make them a range? */
static bool is_range(const struct claims_tokens *t, const struct date *a,
                     const struct date *b)
{
	const struct claims_token *between = claims_token(t, a->to);
	const struct claims_token *before =
		a->from > 0 ? claims_token(t, a->from - 1) : NULL;

	if (b->from != a->to + 1)
		return false;
	if (claims_is_word(between, "to until till through"))
		return true;
	if (claims_is_word(between, "and"))
		return claims_is_word(before, "between");
	return claims_is_mark(between, '-') || claims_is_mark(between, CLAIMS_DASH);
}

static int64_t floor_of(int64_t days, int64_t unit)
{
	return days / unit;
}

/* "(14 days)" behind a range. */
static void check_length(struct claims_work *w, const struct date *a,
                         const struct date *b)
{
	const struct claims_token *n = claims_token(&w->tokens, b->to + 1);
	const struct claims_token *unit = claims_token(&w->tokens, b->to + 2);
	int64_t days = b->days - a->days;
	int64_t stated;
	bool right = false;

	if (!claims_is_mark(claims_token(&w->tokens, b->to), '(') ||
	    !claims_is_count(n) || n->number.mantissa > 100000 ||
	    !claims_is_mark(claims_token(&w->tokens, b->to + 3), ')'))
		return;
	stated = (int64_t)n->number.mantissa;
	if (claims_is_word(unit, "day days"))
		right = stated == days || stated == days + 1;
	else if (claims_is_word(unit, "week weeks"))
		right = stated >= floor_of(days, WEEK) &&
		        stated <= floor_of(days + 1 + 6, WEEK);
	else if (claims_is_word(unit, "month months"))
		right = stated >= floor_of(days, 31) && stated <= floor_of(days, 28) + 1;
	else
		return;
	buf_printf(&w->stated, "%" PRId64 " %.*s", stated, (int)unit->text.len,
	           unit->text.ptr);
	buf_printf(&w->computed, "%" PRId64 " days", days + 1);
	put_date(&w->because, a);
	buf_puts(&w->because, " to ");
	put_date(&w->because, b);
	buf_printf(&w->because, " is %" PRId64 " days, %" PRId64 " with both", days,
	           days + 1);
	if (!right)
		buf_printf(&w->because, ", not %" PRId64 " %.*s", stated,
		           (int)unit->text.len, unit->text.ptr);
	claims_say_right(w, GATE_CLAIM_DATE_SPAN, right, NULL, n->text.ptr);
}

static void check_pair(struct claims_work *w, const struct date *a, const struct date *b,
                       struct span text)
{
	const char *doubt = NULL;

	if (!is_range(&w->tokens, a, b) || !a->valid || !b->valid)
		return;
	if (claims_says(span_sub(text, 0, 1000), MOVED))
		doubt = "it may be a change";
	put_date(&w->stated, a);
	buf_puts(&w->stated, " to ");
	put_date(&w->stated, b);
	buf_printf(&w->computed, "%" PRId64 " days", b->days - a->days);
	put_date(&w->because, b);
	buf_puts(&w->because, a->days <= b->days ? " is not before " : " is before ");
	put_date(&w->because, a);
	claims_say_right(w, GATE_CLAIM_DATE_ORDER, a->days <= b->days, doubt,
	                 w->tokens.items[a->from].text.ptr);
	if (a->days <= b->days)
		check_length(w, a, b);
}

void claims_date_text(struct claims_work *w, struct span text)
{
	struct date last = { .valid = false };
	bool any = false;
	struct date d;

	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct claims_token *t = &w->tokens.items[i];

		if (t->kind != CLAIMS_DATE && month_named(t) == 0 &&
		    month_named(claims_token(&w->tokens, i + 1)) == 0)
			continue;
		if (!date_at(&w->tokens, i, &d))
			continue;
		check_day(w, &d, text);
		check_weekday(w, &d, text);
		if (any)
			check_pair(w, &last, &d, text);
		last = d;
		any = true;
		i = d.to - 1;
	}
}

/* ---- tables with a beginning and an end ---- */

static bool cell_date(struct claims_work *w, struct span cell, struct date *d)
{
	return claims_has_digit(cell) && claims_tokens_read(&w->tokens, cell) &&
	       w->tokens.count > 0 && date_at(&w->tokens, 0, d) &&
	       d->to == w->tokens.count && d->valid;
}

static size_t column_of(struct claims_work *w, const struct claims_table *t,
                        const char *phrases)
{
	size_t found = CLAIMS_NONE;

	for (size_t i = 0; i < t->columns; i++) {
		if (!claims_says(claims_cell(w->d, t, 0, i), phrases))
			continue;
		if (found != CLAIMS_NONE)
			return CLAIMS_NONE;
		found = i;
	}
	return found;
}

static void check_schedule(struct claims_work *w, const struct claims_table *t)
{
	size_t start =
		column_of(w, t, "start|starts|started|begin|begins|from|start date");
	size_t end =
		column_of(w, t, "end|ends|ended|finish|finishes|finished|until|end date");

	if (start == CLAIMS_NONE || end == CLAIMS_NONE || start == end)
		return;
	for (size_t row = 1; row <= t->rows; row++) {
		struct date a;
		struct date b;

		if (!cell_date(w, claims_cell(w->d, t, row, start), &a) ||
		    !cell_date(w, claims_cell(w->d, t, row, end), &b))
			continue;
		put_date(&w->stated, &a);
		buf_puts(&w->stated, " to ");
		put_date(&w->stated, &b);
		buf_printf(&w->computed, "%" PRId64 " days", b.days - a.days);
		put_date(&w->because, &b);
		buf_puts(&w->because,
		         a.days <= b.days ? " is not before " : " is before ");
		put_date(&w->because, &a);
		claims_say_right(w, GATE_CLAIM_DATE_ORDER, a.days <= b.days, NULL,
		                 claims_cell(w->d, t, row, end).ptr);
	}
}

/* ---- releases ---- */

struct release {
	uint64_t version[3];
	struct date date;
	const char *at;
	bool found;
};

/* "1.2.3" or "v1.2.3" and nothing behind it. */
static bool read_version(struct span s, uint64_t version[3])
{
	size_t at = s.len > 0 && ascii_lower(s.ptr[0]) == 'v';

	for (size_t i = 0; i < 3; i++) {
		size_t digits = 0;

		version[i] = 0;
		for (; at < s.len && ascii_is_digit(s.ptr[at]) && digits < 9; digits++)
			version[i] = version[i] * 10 + (uint64_t)(s.ptr[at++] - '0');
		if (digits == 0 || (i < 2 && (at >= s.len || s.ptr[at++] != '.')))
			return false;
	}
	return at == s.len;
}

static bool read_release(struct claims_work *w, struct span heading, struct release *r)
{
	bool version = false;
	bool date = false;
	struct date d;

	*r = (struct release){ .found = false };
	if (heading.len > 200 || !claims_has_digit(heading) ||
	    !claims_tokens_read(&w->tokens, heading))
		return false;
	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct claims_token *t = &w->tokens.items[i];

		if (t->kind == CLAIMS_WORD && !version)
			version = read_version(t->text, r->version);
		if (!date && date_at(&w->tokens, i, &d)) {
			date = d.valid;
			r->date = d;
			r->at = t->text.ptr;
		}
	}
	r->found = version && date;
	return r->found;
}

/* Of two of a line, one after the other, the later has to have the later date. */
static void check_release(struct claims_work *w, const struct release *a,
                          const struct release *b)
{
	const struct release *later = a->version[2] > b->version[2] ? a : b;
	const struct release *earlier = later == a ? b : a;
	bool right;

	if (a->version[0] != b->version[0] || a->version[1] != b->version[1] ||
	    later->version[2] != earlier->version[2] + 1)
		return;
	right = later->date.days + 1 >= earlier->date.days;
	put_date(&w->stated, &later->date);
	buf_puts(&w->computed, ">= ");
	put_date(&w->computed, &earlier->date);
	buf_printf(&w->because, "%" PRIu64 ".%" PRIu64 ".%" PRIu64 " of ",
	           later->version[0], later->version[1], later->version[2]);
	put_date(&w->because, &later->date);
	buf_printf(&w->because, " follows %" PRIu64 ".%" PRIu64 ".%" PRIu64 " of ",
	           earlier->version[0], earlier->version[1], earlier->version[2]);
	put_date(&w->because, &earlier->date);
	claims_say_right(w, GATE_CLAIM_DATE_RELEASE, right, NULL, later->at);
}

static void check_releases(struct claims_work *w)
{
	struct release last = { .found = false };
	struct release r;

	for (size_t i = 0; i < w->d->block_count; i++) {
		if (w->d->blocks[i].kind != CLAIMS_HEADING ||
		    !read_release(w, w->d->blocks[i].text, &r))
			continue;
		if (last.found)
			check_release(w, &last, &r);
		last = r;
	}
}

void claims_dates(struct claims_work *w)
{
	for (size_t i = 0; i < w->d->table_count && !w->failed; i++)
		check_schedule(w, &w->d->tables[i]);
	check_releases(w);
}
