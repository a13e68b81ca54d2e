// SPDX-License-Identifier: Apache-2.0
#include "claims/check_internal.h"

#include <inttypes.h>

/*
 * Plans in numbered days, weeks or months: that phases fit the time of the whole, and
 * what is below a phase the time of the phase.
 */

enum { DAY = 1, WEEK = 7, MONTH = 30 };

struct phase {
	unsigned unit; /* DAY, WEEK or MONTH */
	uint64_t from, to;
	const struct claims_token *at;
};

static unsigned unit_of(const struct claims_token *t)
{
	if (claims_is_word(t, "day days"))
		return DAY;
	if (claims_is_word(t, "week weeks"))
		return WEEK;
	return claims_is_word(t, "month months") ? MONTH : 0;
}

static const char *unit_name(unsigned unit)
{
	return unit == DAY ? "day" : unit == WEEK ? "week" : "month";
}

/* "Weeks 1-3", "Day 4": numbered, so a place in time and no length. */
static bool read_phase(const struct claims_tokens *t, struct phase *p)
{
	for (size_t i = 0; i + 1 < t->count; i++) {
		const struct claims_token *end = claims_token(t, i + 3);

		p->unit = unit_of(&t->items[i]);
		if (p->unit == 0 || !claims_is_count(&t->items[i + 1]))
			continue;
		p->at = &t->items[i + 1];
		p->from = p->to = p->at->number.mantissa;
		if ((claims_is_mark(claims_token(t, i + 2), '-') ||
		     claims_is_word(claims_token(t, i + 2), "to")) &&
		    claims_is_count(end))
			p->to = end->number.mantissa;
		return p->from < 10000 && p->to < 10000;
	}
	return false;
}

/* "Timeline: 8-12 weeks": how long all of it takes at most. */
static const struct claims_token *read_timeline(const struct claims_tokens *t,
                                                unsigned *unit)
{
	for (size_t i = 0; i + 2 < t->count; i++) {
		if (!claims_is_word(&t->items[i],
		                    "timeline duration timeframe schedule length") ||
		    !claims_is_mark(&t->items[i + 1], ':'))
			continue;
		for (size_t k = i + 2; k < i + 6 && k + 1 < t->count; k++)
			if (claims_is_count(&t->items[k]) &&
			    unit_of(&t->items[k + 1]) > 0) {
				*unit = unit_of(&t->items[k + 1]);
				return &t->items[k];
			}
	}
	return NULL;
}

struct plan {
	struct phase parent; /* of the headings above */
	unsigned level;
	uint64_t longest;
	unsigned unit;
	size_t phases;
	const char *timeline; /* in the plain text */
	uint64_t weeks;
	bool many;
};

/* "Day 5" below "Phase 1 (Days 1-3)". */
static void check_inside(struct claims_work *w, const struct plan *p,
                         const struct phase *in)
{
	bool right = in->from >= p->parent.from && in->to <= p->parent.to;

	buf_printf(&w->stated, "%s %" PRIu64, unit_name(in->unit), in->from);
	buf_printf(&w->computed, "%ss %" PRIu64 "-%" PRIu64, unit_name(in->unit),
	           p->parent.from, p->parent.to);
	if (in->to != in->from)
		buf_printf(&w->stated, "-%" PRIu64, in->to);
	buf_printf(&w->because, "the heading above is of %ss %" PRIu64 "-%" PRIu64,
	           unit_name(in->unit), p->parent.from, p->parent.to);
	claims_say_right(w, GATE_CLAIM_DATE_SPAN, right,
	                 in->to <= p->parent.to - p->parent.from + 1
	                         ? "they may be counted from the start of the phase"
	                         : NULL,
	                 in->at->text.ptr);
}

static void take_phase(struct claims_work *w, struct plan *p,
                       const struct claims_block *b)
{
	struct phase in;

	if (b->level <= p->level)
		p->parent.unit = 0;
	if (!claims_has_digit(b->text) || !claims_tokens_read(&w->tokens, b->text) ||
	    !read_phase(&w->tokens, &in))
		return;
	if (in.to < in.from) {
		buf_printf(&w->stated, "%ss %" PRIu64 "-%" PRIu64, unit_name(in.unit),
		           in.from, in.to);
		buf_printf(&w->computed, "%ss %" PRIu64 "-%" PRIu64, unit_name(in.unit),
		           in.to, in.from);
		buf_printf(&w->because, "%s %" PRIu64 " is before %s %" PRIu64,
		           unit_name(in.unit), in.to, unit_name(in.unit), in.from);
		claims_say_right(w, GATE_CLAIM_DATE_ORDER, false, NULL, in.at->text.ptr);
		return;
	}
	if (p->parent.unit == in.unit && b->level > p->level) {
		check_inside(w, p, &in);
		return;
	}
	if (in.to == in.from)
		return;
	p->parent = in;
	p->level = b->level;
	p->many = p->many || (p->unit != 0 && p->unit != in.unit);
	p->unit = in.unit;
	p->longest = in.to > p->longest ? in.to : p->longest;
	p->phases++;
}

static void take_timeline(struct claims_work *w, struct plan *p, struct span text)
{
	const struct claims_token *t;
	unsigned unit = 0;

	/* Below a phase it is that of the phase. */
	if (p->parent.unit != 0 || text.len > 1000 || !claims_has_digit(text) ||
	    !claims_tokens_read(&w->tokens, text))
		return;
	t = read_timeline(&w->tokens, &unit);
	if (t == NULL)
		return;
	p->many = p->many || p->timeline != NULL || (p->unit != 0 && unit != p->unit);
	if (p->unit == 0)
		p->unit = unit;
	p->timeline = t->text.ptr;
	p->weeks = t->number.mantissa;
}

static void check_plan(struct claims_work *w, const struct plan *p)
{
	if (p->timeline == NULL || p->many || p->phases < 2)
		return;
	buf_printf(&w->stated, "%" PRIu64 " %ss", p->weeks, unit_name(p->unit));
	buf_printf(&w->computed, "%" PRIu64 " %ss", p->longest, unit_name(p->unit));
	buf_printf(&w->because, "the last phase ends with %s %" PRIu64,
	           unit_name(p->unit), p->longest);
	if (p->longest > p->weeks)
		buf_printf(&w->because, ", not within %" PRIu64, p->weeks);
	claims_say_right(w, GATE_CLAIM_DATE_SPAN, p->longest == p->weeks,
	                 p->longest < p->weeks ? "the rest may be spare" : NULL,
	                 p->timeline);
}

void claims_phases(struct claims_work *w)
{
	struct plan plan = { .level = 0 };

	for (size_t i = 0; i < w->d->block_count; i++) {
		const struct claims_block *b = &w->d->blocks[i];

		if (b->kind == CLAIMS_HEADING)
			take_phase(w, &plan, b);
		if (b->kind == CLAIMS_HEADING || b->kind == CLAIMS_PARAGRAPH ||
		    b->kind == CLAIMS_ITEM)
			take_timeline(w, &plan, b->text);
	}
	check_plan(w, &plan);
}
