// SPDX-License-Identifier: Apache-2.0
#include "view.h"

#include "base/str.h"
#include "base/when.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *decimal(int64_t v, int64_t unit, int digits, char out[REP_NUMBER])
{
	int64_t whole = v / unit;
	int64_t rest = v % unit;

	(void)snprintf(out, REP_NUMBER, "%s%" PRId64 ".%0*" PRId64,
	               v < 0 && whole == 0 ? "-" : "", whole, digits,
	               rest < 0 ? -rest : rest);
	return out;
}

const char *rep_tenths(int64_t tenths, char out[REP_NUMBER])
{
	return decimal(tenths, 10, 1, out);
}

const char *rep_tenthousandths(int64_t v, char out[REP_NUMBER])
{
	return decimal(v, 10000, 4, out);
}

/* Milliseconds, with everything a clock cannot have measured clipped. */
static uint64_t milliseconds(double seconds)
{
	const double longest = 1e12;

	if (!(seconds > 0))
		return 0;
	return (uint64_t)((seconds < longest ? seconds : longest) * 1000.0 + 0.5);
}

const char *rep_seconds(double seconds, char out[REP_NUMBER])
{
	uint64_t ms = milliseconds(seconds);

	(void)snprintf(out, REP_NUMBER, "%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
	return out;
}

const char *rep_elapsed(double seconds, char out[REP_NUMBER])
{
	_Static_assert(REP_NUMBER >= WHEN_TEXT, "a duration fits");

	when_duration(milliseconds(seconds), out);
	return out;
}

struct rep_shares rep_coverage_shares(const struct rep_scorecard *s)
{
	struct rep_shares r = { .total = s->coverage / 10,
		                .measured = s->coverage_measured / 10 };

	if (r.measured > r.total)
		r.measured = r.total;
	r.attested = r.total - r.measured;
	r.missing = 1000 - r.total;
	return r;
}

struct span rep_cap_check(const struct rep_scorecard *s)
{
	struct span reason = span_str(s->cap_reason);

	return span_sub(reason, 0, span_find_byte(reason, ':'));
}

/* "71.42" of "71.428571": what stands behind a whole part is for programs. */
static struct span shortened(struct span number)
{
	size_t point = span_find_byte(number, '.');
	size_t digit = 0;

	while (digit < point && (number.ptr[digit] == '0' || number.ptr[digit] == '-'))
		digit++;
	if (digit < point && number.len > point + 3)
		number.len = point + 3;
	return number;
}

/* Of one it is "link", not "links"; units such as "ms" and "fps" stay. */
static void put_unit(struct buf *out, struct span unit, bool one)
{
	enum { WORD = 5 };
	bool many = one && unit.len >= WORD && unit.ptr[unit.len - 1] == 's' &&
	            strchr("su", unit.ptr[unit.len - 2]) == NULL;

	for (size_t i = 0; many && i < unit.len; i++)
		many = unit.ptr[i] >= 'a' && unit.ptr[i] <= 'z';
	if (many && span_ends(unit, SPAN_LIT("ies"))) {
		buf_put(out, span_sub(unit, 0, unit.len - 3));
		buf_putc(out, 'y');
		return;
	}
	buf_put(out, span_sub(unit, 0, unit.len - many));
}

void rep_put_measure(struct buf *out, const char *number, const char *unit)
{
	struct span text = span_str(number);

	if (number == NULL)
		return;
	if (span_find_byte(text, '.') < text.len && strpbrk(number, "eE") == NULL)
		while (text.ptr[text.len - 1] == '0')
			text.len--;
	if (text.len > 0 && text.ptr[text.len - 1] == '.')
		text.len--;
	buf_put(out, strpbrk(number, "eE") == NULL ? shortened(text) : text);
	if (unit == NULL || *unit == '\0')
		return;
	buf_putc(out, ' ');
	if (strcmp(unit, "percent") == 0)
		buf_putc(out, '%');
	else
		put_unit(out, span_str(unit), span_eq_str(text, "1"));
}

struct span rep_date(const char *time)
{
	struct span text = span_str(time);
	struct span midnight = SPAN_LIT("T00:00:00Z");

	if (span_ends(text, midnight))
		text.len -= midnight.len;
	return text;
}

bool rep_is_open(enum rep_state s)
{
	return s != REP_PASS && s != REP_NOT_APPLICABLE;
}

const struct rep_blocker *rep_next_blocker(const struct rep_scorecard *s, size_t *at)
{
	/* Twice through the list: the first time for P0, the second for the others. */
	while (*at < 2 * s->blocker_count) {
		size_t turn = (*at)++;
		bool p0 = turn < s->blocker_count;
		const struct rep_blocker *b =
			&s->blockers[p0 ? turn : turn - s->blocker_count];

		if ((rep_is_open(b->state) || b->waived) &&
		    str_eq(b->priority, "P0") == p0)
			return b;
	}
	return NULL;
}

int64_t rep_loss(const struct rep_check *c)
{
	return c->has_contribution ? c->possible - c->contribution : 0;
}

size_t rep_losses(const struct rep_scorecard *s, const struct rep_check **out, size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *c = &s->checks[i];
		size_t at = count;

		while (at > 0 && rep_loss(out[at - 1]) < rep_loss(c))
			at--;
		if (rep_loss(c) <= 0 || at >= max)
			continue;
		if (count < max)
			count++;
		memmove(&out[at + 1], &out[at], (count - 1 - at) * sizeof *out);
		out[at] = c;
	}
	return count;
}

const char *rep_check_title(const struct rep_check *c)
{
	return c->title != NULL ? c->title : c->id;
}

const struct rep_check *rep_check_find(const struct rep_scorecard *s, const char *id,
                                       size_t *at)
{
	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *c = &s->checks[(*at + i) % s->check_count];

		if (!str_eq(c->id, id))
			continue;
		*at = (size_t)(c - s->checks) + 1;
		return c;
	}
	return NULL;
}

bool rep_has_checks(const struct rep_scorecard *s, const struct rep_category *c)
{
	for (size_t i = 0; i < s->check_count; i++)
		if (str_eq(s->checks[i].category, c->id))
			return true;
	return false;
}

int64_t rep_category_open(const struct rep_scorecard *s, const struct rep_category *c)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *k = &s->checks[i];

		if (str_eq(k->category, c->id) &&
		    (k->state == REP_UNKNOWN || k->state == REP_ERROR))
			sum += rep_loss(k);
	}
	return sum;
}

size_t rep_portion(int64_t part, int64_t of, size_t width)
{
	if (part <= 0 || of <= 0 || width == 0)
		return 0;
	if (part >= of)
		return width;
	if (part > INT64_MAX / (int64_t)width)
		return width; /* no share of 100 is that large */
	return (size_t)(part * (int64_t)width / of);
}

int64_t rep_possible_total(const struct rep_scorecard *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->category_count; i++)
		sum += s->categories[i].possible;
	return sum;
}

const struct rep_part *rep_least_critical(const struct rep_scorecard *s)
{
	const struct rep_part *least = NULL;

	for (size_t i = 0; i < s->component_count; i++) {
		const struct rep_part *p = &s->components[i];

		if (!p->critical)
			continue;
		if (!p->has_score)
			return p;
		if (least == NULL || p->score < least->score)
			least = p;
	}
	return least;
}

const struct rep_finding *rep_next_finding(const struct rep_scorecard *s,
                                           const char *rule, size_t *at)
{
	while (*at < s->finding_count) {
		const struct rep_finding *f = &s->findings[(*at)++];

		if (str_eq(f->rule, rule))
			return f;
	}
	return NULL;
}

void rep_put_delta(struct buf *out, int64_t tenths)
{
	char text[REP_NUMBER];

	buf_printf(out, "%s%s", tenths > 0 ? "+" : "", rep_tenths(tenths, text));
}

void rep_put_since(struct buf *out, const struct rep_scorecard *s)
{
	const struct rep_past *last;
	char time[WHEN_TEXT];
	char text[REP_NUMBER];

	if (s->past_count == 0)
		return;
	last = &s->past[s->past_count - 1];
	when_format(last->started_ms, false, time);
	buf_printf(out, "%.10s %.5s UTC: %s %s, now ", time, time + 11,
	           rep_decision_name(last->decision), rep_tenths(last->final, text));
	buf_printf(out, "%s (", rep_tenths(s->final, text));
	rep_put_delta(out, s->final - last->final);
	buf_putc(out, ')');
	if (s->policy_changed)
		buf_puts(out, "; the policy is another one, so part of it may be no "
		              "change of the project");
	if (s->checks_gone > 0)
		buf_printf(out, "; %zu of its checks %s gone", s->checks_gone,
		           s->checks_gone == 1 ? "is" : "are");
	if (s->change_count == 0)
		buf_puts(out, "; every check is as it was");
}

struct span rep_project_name(const struct rep_scorecard *s)
{
	struct span path = span_str(s->subject.path);
	size_t slash;

	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	slash = span_rfind_byte(path, '/');
	return slash + 1 < path.len ? span_from(path, slash + 1) : path;
}

struct span rep_policy_name(const struct rep_scorecard *s)
{
	const struct span root = span_str(s->subject.path);
	const struct span path = span_str(s->policy.path);

	return root.len > 0 && path.len > root.len + 1 && span_starts(path, root) &&
	                       path.ptr[root.len] == '/'
	               ? span_from(path, root.len + 1)
	               : path;
}

struct span rep_first_line(const char *text)
{
	struct span rest = span_str(text);
	struct span line;

	while (span_line(&rest, &line))
		if (span_trim(line).len > 0)
			return span_trim(line);
	return SPAN_EMPTY;
}

/* Length of a colour or erase sequence at the start, 0 if there is none. */
static size_t color_sequence(struct span s)
{
	size_t n = 2;

	if (s.len < 3 || s.ptr[0] != '\033' || s.ptr[1] != '[')
		return 0;
	while (n < s.len && (s.ptr[n] == ';' || (s.ptr[n] >= '0' && s.ptr[n] <= '9')))
		n++;
	return n < s.len && (s.ptr[n] == 'm' || s.ptr[n] == 'K') ? n + 1 : 0;
}

void rep_put_uncolored(struct buf *out, struct span line)
{
	while (line.len > 0) {
		size_t skip = color_sequence(line);
		size_t plain = 0;

		line = span_from(line, skip);
		if (skip > 0)
			continue;
		plain = 1 + span_find_byte(span_from(line, 1), '\033');
		buf_put(out, span_sub(line, 0, plain));
		line = span_from(line, plain);
	}
}

static void put_count(struct buf *out, size_t start, uint64_t n, const char *what)
{
	if (n > 0)
		buf_printf(out, "%s%" PRIu64 " %s", out->len > start ? ", " : "", n,
		           what);
}

void rep_put_trend(struct buf *out, const struct rep_trend *t)
{
	size_t start = out->len;

	put_count(out, start, t->fresh, "new");
	put_count(out, start, t->fixed, "fixed");
	put_count(out, start, t->unchanged, "unchanged");
	put_count(out, start, t->uncompared, "not compared");
	put_count(out, start, t->unseen, "not looked at any more");
	if (out->len == start)
		buf_puts(out, "none");
}

void rep_put_rise(struct buf *out, const struct rep_gain *g)
{
	char text[REP_NUMBER];

	if (g->score != g->gain)
		buf_printf(out, " (score +%s)", rep_tenths(g->score, text));
}

static void put_trend_rules(struct buf *out, const struct rep_scorecard *s)
{
	enum { SHOWN = 5 };

	if (s->trend_rule_count == 0)
		return;
	buf_puts(out, "; not compared, because that run did not have them: ");
	for (size_t i = 0; i < s->trend_rule_count && i < SHOWN; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", s->trend_rules[i]);
	if (s->trend_rule_count > SHOWN)
		buf_printf(out, " and %zu more", s->trend_rule_count - SHOWN);
}

void rep_put_trend_line(struct buf *out, const struct rep_scorecard *s)
{
	if (s->trend == NULL) {
		if (s->trend_why_not != NULL)
			buf_printf(out, "not compared with %s: %s",
			           s->trend_against != NULL ? s->trend_against
			                                    : "an earlier run",
			           s->trend_why_not);
		return;
	}
	rep_put_trend(out, s->trend);
	buf_printf(out, " since run %s",
	           s->trend_against != NULL ? s->trend_against : "without a name");
	if (s->trend_version != NULL && s->tool_version != NULL &&
	    !str_eq(s->trend_version, s->tool_version))
		buf_printf(out, ", which version %s made", s->trend_version);
	put_trend_rules(out, s);
}

bool rep_has_findings(const struct rep_scorecard *s)
{
	return s->findings_total > 0 || s->findings_known > 0 ||
	       (s->trend != NULL && s->trend->fixed + s->trend->unseen > 0);
}
