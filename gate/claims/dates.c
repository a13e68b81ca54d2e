// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "claims/date.h"
#include "claims/grid.h"

#include <inttypes.h>

/*
 * Dates: that the day exists and bears the name it is given, that nothing ends before it
 * begins, that lengths are those of their dates, that releases of a line follow each
 * other.
 */

/* Until when some country went by another calendar. */
enum { WEEK = 7, JULIAN_UNTIL = 1925 };

/* ---- one date ---- */

#define NO_DAY                                                                             \
	"invalid|reject|rejects|rejected|error|errors|exist|exists|parse|parses|parsing|"  \
	"test|tests|overflow|example|e.g|bug|fix|fixed|fixes|wrong|handle|handles|accept|" \
	"accepts|validate|validates|validation"

static void check_day(struct claims_work *w, const struct claims_date *d,
                      struct span text)
{
	const struct claims_token *t = &w->tokens.items[d->from];

	if (d->valid)
		return;
	claims_date_put(&w->stated, d);
	buf_printf(&w->computed, "%u days", claims_month_days(d->year, d->month));
	buf_printf(&w->because, "month %u of %u has %u days, not %u", d->month, d->year,
	           claims_month_days(d->year, d->month), d->day);
	claims_say_right(w, GATE_CLAIM_DATE_VALID, false,
	                 claims_says(span_sub(text, 0, 400), NO_DAY)
	                         ? "it may be meant not to exist"
	                         : NULL,
	                 t->text.ptr);
}

/* "Monday, 6 May 2024", "2024-05-06 (Monday)". */
static void check_weekday(struct claims_work *w, const struct claims_date *d,
                          struct span text)
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
	if (claims_weekday_named(name) == 7 &&
	    claims_is_mark(claims_token(t, d->to), '('))
		name = claims_token(t, d->to + 1);
	stated = claims_weekday_named(name);
	if (stated == 7)
		return;
	/* "Wed/Thu 28 Feb 2024" */
	if (name > t->items + 1 &&
	    (claims_is_mark(name - 1, '/') || claims_is_mark(name - 1, '-')) &&
	    claims_weekday_named(name - 2) != 7)
		return;
	/* "sat" and "mon" are words, too; "The Sun" is a paper. */
	if (!ascii_is_upper(name->text.ptr[0]) ||
	    (name > t->items && name->text.len == 3 && claims_is_word(name - 1, "the")))
		return;
	right = claims_weekday_of(d);
	buf_put(&w->stated, name->text);
	buf_puts(&w->computed, claims_weekdays[right]);
	claims_date_put(&w->because, d);
	buf_printf(&w->because, " is a %s", claims_weekdays[right]);
	if (right != stated)
		buf_printf(&w->because, ", not a %s", claims_weekdays[stated]);
	claims_say_right(w, GATE_CLAIM_DATE_WEEKDAY, right == stated,
	                 d->year < JULIAN_UNTIL ? "it may be of the Julian calendar"
	                 : claims_says(span_sub(text, 0, 400),
	                               "example|parse|format|julian|wrong|incorrect")
	                         ? "it may be an example"
	                         : NULL,
	                 name->text.ptr);
}

/* ---- two dates ---- */

#define MOVED                                                                               \
	"moved|rescheduled|changed|shifted|corrected|postponed|forward|pulled|instead|"     \
	"newest|latest|most recent|versions|affected|"                                      \
	"descending|reverse|backwards|backdated|renamed|bumped|updated|replaced|downgrade|" \
	"downgraded|rolled back|revert|reverted|example|compared|versus|sorted"

/* Do the tokens between two dates make them a range? */
static bool is_range(const struct claims_tokens *t, const struct claims_date *a,
                     const struct claims_date *b)
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

/* Mondays to Fridays, both ends included. */
static int64_t working_days(const struct claims_date *a, const struct claims_date *b)
{
	int64_t count = 0;
	unsigned day = claims_weekday_of(a);
	int64_t days = b->days - a->days + 1;

	count = days / WEEK * 5;
	for (int64_t i = 0; i < days % WEEK; i++)
		count += (day + (unsigned)i) % 7 < 5;
	return count;
}

/* May the days be those that people work, but for a holiday in ten? */
static bool may_be_worked(int64_t stated, const struct claims_date *a,
                          const struct claims_date *b)
{
	int64_t most = working_days(a, b);

	return stated <= most && stated >= most - 1 - most / 10;
}

/* "(14 days)" behind a range. */
static void check_length(struct claims_work *w, const struct claims_date *a,
                         const struct claims_date *b)
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
	claims_date_put(&w->because, a);
	buf_puts(&w->because, " to ");
	claims_date_put(&w->because, b);
	buf_printf(&w->because, " is %" PRId64 " days, %" PRId64 " with both", days,
	           days + 1);
	if (!right)
		buf_printf(&w->because, ", not %" PRId64 " %.*s", stated,
		           (int)unit->text.len, unit->text.ptr);
	claims_say_right(w, GATE_CLAIM_DATE_SPAN, right,
	                 claims_is_word(unit, "day days") && may_be_worked(stated, a, b)
	                         ? "they may be working days"
	                         : NULL,
	                 n->text.ptr);
}

static void check_pair(struct claims_work *w, const struct claims_date *a,
                       const struct claims_date *b, struct span text)
{
	const char *doubt = NULL;

	if (!is_range(&w->tokens, a, b) || !a->valid || !b->valid)
		return;
	if (claims_says(span_sub(text, 0, 1000), MOVED))
		doubt = "it may be a change";
	claims_date_put(&w->stated, a);
	buf_puts(&w->stated, " to ");
	claims_date_put(&w->stated, b);
	buf_printf(&w->computed, "%" PRId64 " days", b->days - a->days);
	claims_date_put(&w->because, b);
	buf_puts(&w->because, a->days <= b->days ? " is not before " : " is before ");
	claims_date_put(&w->because, a);
	claims_say_right(w, GATE_CLAIM_DATE_ORDER, a->days <= b->days, doubt,
	                 w->tokens.items[a->from].text.ptr);
	if (a->days <= b->days)
		check_length(w, a, b);
}

void claims_date_text(struct claims_work *w, struct span text)
{
	struct claims_date last = { .valid = false };
	bool any = false;
	struct claims_date d;

	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct claims_token *t = &w->tokens.items[i];

		if (t->kind != CLAIMS_DATE && claims_month_named(t) == 0 &&
		    claims_month_named(claims_token(&w->tokens, i + 1)) == 0)
			continue;
		if (!claims_date_at(&w->tokens, i, &d))
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

static bool cell_date(struct claims_work *w, struct span cell, struct claims_date *d)
{
	return claims_has_digit(cell) && claims_tokens_read(&w->tokens, cell) &&
	       w->tokens.count > 0 && claims_date_at(&w->tokens, 0, d) &&
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
		struct claims_date a;
		struct claims_date b;

		if (!cell_date(w, claims_cell(w->d, t, row, start), &a) ||
		    !cell_date(w, claims_cell(w->d, t, row, end), &b))
			continue;
		claims_date_put(&w->stated, &a);
		buf_puts(&w->stated, " to ");
		claims_date_put(&w->stated, &b);
		buf_printf(&w->computed, "%" PRId64 " days", b.days - a.days);
		claims_date_put(&w->because, &b);
		buf_puts(&w->because,
		         a.days <= b.days ? " is not before " : " is before ");
		claims_date_put(&w->because, &a);
		claims_say_right(w, GATE_CLAIM_DATE_ORDER, a.days <= b.days, NULL,
		                 claims_cell(w->d, t, row, end).ptr);
	}
}

/* ---- releases ---- */

struct release {
	uint64_t version[3];
	struct claims_date date;
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
	size_t versions = 0;
	struct claims_date d;

	*r = (struct release){ .found = false };
	if (heading.len > 200 || !claims_has_digit(heading) ||
	    !claims_tokens_read(&w->tokens, heading))
		return false;
	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct claims_token *t = &w->tokens.items[i];

		/* "Changes between 0.9.5 and 0.9.5a" are of neither alone. */
		versions += t->kind == CLAIMS_WORD && claims_has_digit(t->text) &&
		            span_find_byte(t->text, '.') < t->text.len;
		if (t->kind == CLAIMS_WORD && !version)
			version = read_version(t->text, r->version);
		if (!date && claims_date_at(&w->tokens, i, &d)) {
			date = d.valid;
			r->date = d;
			r->at = t->text.ptr;
		}
	}
	r->found = version && date && versions == 1;
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
	claims_date_put(&w->stated, &later->date);
	buf_puts(&w->computed, ">= ");
	claims_date_put(&w->computed, &earlier->date);
	buf_printf(&w->because, "%" PRIu64 ".%" PRIu64 ".%" PRIu64 " of ",
	           later->version[0], later->version[1], later->version[2]);
	claims_date_put(&w->because, &later->date);
	buf_printf(&w->because, " follows %" PRIu64 ".%" PRIu64 ".%" PRIu64 " of ",
	           earlier->version[0], earlier->version[1], earlier->version[2]);
	claims_date_put(&w->because, &earlier->date);
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
