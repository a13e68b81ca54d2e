// SPDX-License-Identifier: Apache-2.0
#include "assignment.h"
#include "base/mem.h"
#include "engine_internal.h"
#include "glance.h"
#include "hardcoded_marks.h"
#include "shape.h"

#include <stdlib.h>
#include <string.h>

/*
 * First look: every end (Hyperscan) or literal gives a range of offsets at which a match
 * of the rule may start; ranges that touch are joined, so that the many ends of one match
 * are one range. Since every match has such an end or literal, no match starts outside.
 * Second look: PCRE2 finds the matches that start in the ranges, from left to right.
 */

enum { RANGES_MAX = 1 << 16, NO_RANGE = 0 };

struct range {
	size_t from;
	size_t last;
	uint32_t next; /* of the same rule; NO_RANGE: none */
};

struct of_rule {
	uint32_t first;
	uint32_t last;
};

struct scan_finder {
	struct scan_engine *engine;
	struct hyper_lane *lane;
	struct scan_matcher *matcher;
	struct span text;
	struct of_rule *of; /* by index of the rule */
	size_t *touched;    /* rules that have a range */
	size_t touched_count;
	struct range *ranges; /* the first is not used */
	size_t range_count;
	size_t range_cap;
	struct scan_found *hits;
	size_t hit_count;
	size_t hit_cap;
	struct scan_glance glance;
	struct scan_mark *marks;
	size_t mark_count;
	size_t mark_cap;
	bool marks_known;
	bool allows;
	bool limited;
	bool failed;
};

void scan_finder_free(struct scan_finder *f)
{
	if (f == NULL)
		return;
	hyper_lane_free(f->lane);
	scan_matcher_free(f->matcher);
	mem_free(f->of);
	mem_free(f->touched);
	mem_free(f->ranges);
	mem_free(f->hits);
	mem_free(f->marks);
	scan_glance_fini(&f->glance);
	mem_free(f);
}

enum err_code scan_finder_new(struct scan_finder **out, struct scan_engine *e,
                              struct err *err)
{
	struct scan_finder *f = mem_new(sizeof(*f));
	enum err_code rc = ERR_OK;

	if (f == NULL)
		return err_nomem(err);
	f->engine = e;
	f->of = mem_new(e->rules->count * sizeof(*f->of));
	f->touched = mem_new(e->rules->count * sizeof(*f->touched));
	if (f->of == NULL || f->touched == NULL ||
	    !mem_grow(&f->ranges, 0, &f->range_cap, sizeof(*f->ranges)))
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = scan_matcher_new(&f->matcher, err);
	if (rc == ERR_OK && e->db != NULL)
		rc = hyper_lane_new(&f->lane, e->db, err);
	if (rc == ERR_OK)
		*out = f;
	else
		scan_finder_free(f);
	return rc;
}

/* ---- the first look ---- */

/* Ranges of a rule come with rising `from`. */
static void add_range(struct scan_finder *f, size_t rule, size_t from, size_t last)
{
	struct of_rule *r = &f->of[rule];
	struct range *tail = &f->ranges[r->last];

	if (r->first != NO_RANGE && (from <= tail->last || from - tail->last == 1 ||
	                             f->range_count > RANGES_MAX)) {
		tail->last = last > tail->last ? last : tail->last;
		tail->from = from < tail->from ? from : tail->from;
		return;
	}
	if (!mem_grow(&f->ranges, f->range_count, &f->range_cap, sizeof(*f->ranges))) {
		f->failed = true;
		return;
	}
	if (r->first == NO_RANGE) {
		r->first = (uint32_t)f->range_count;
		f->touched[f->touched_count++] = rule;
	} else {
		f->ranges[r->last].next = (uint32_t)f->range_count;
	}
	r->last = (uint32_t)f->range_count;
	f->ranges[f->range_count++] = (struct range){ from, last, NO_RANGE };
}

/* Ends come rising; if ever they did not, nothing is known. */
static void add_mark(struct scan_finder *f, size_t end, unsigned kinds)
{
	struct scan_mark *last = f->mark_count > 0 ? &f->marks[f->mark_count - 1] : NULL;

	if (!f->marks_known)
		return;
	if (last != NULL && end == last->end)
		last->kinds |= kinds;
	else if ((last != NULL && end < last->end) || f->mark_count == SCAN_MARKS_MAX)
		f->marks_known = false;
	else if (mem_grow(&f->marks, f->mark_count, &f->mark_cap, sizeof(*f->marks)))
		f->marks[f->mark_count++] = (struct scan_mark){ end, kinds };
	else
		f->failed = true;
}

static void on_end(unsigned id, size_t end, void *context)
{
	struct scan_finder *f = context;
	size_t rules = f->engine->rules->count;
	const struct engine_rule *r = &f->engine->of[id < rules ? id : 0];

	if (id == rules)
		f->allows = true;
	else if (id >= rules + ENGINE_MARK)
		add_mark(f, end, scan_hardcoded_mark(id - rules - ENGINE_MARK)->kinds);
	else if (!f->engine->rules->rules[id].assigned ||
	         scan_assignment_follows(f->text, end))
		add_range(f, id, end > r->max ? end - r->max : 0, end - r->min);
}

static void on_literal(unsigned tag, size_t len, size_t end, void *context)
{
	struct scan_finder *f = context;
	const struct engine_rule *r = &f->engine->of[tag];

	/* The automaton ignores case, the mark does not. */
	if (tag == f->engine->rules->count)
		f->allows = f->allows ||
		            span_eq_str(span_sub(f->text, end - len, len), ENGINE_ALLOW);
	else
		add_range(f, tag, end > r->max ? end - r->max : 0, end - len);
}

/* Those of both looks at a text, by rising ends. */
static void join_marks(struct scan_finder *f)
{
	const struct scan_mark *others = f->glance.marks;
	size_t more = f->glance.mark_count;
	size_t own = f->mark_count;

	f->marks_known = f->marks_known && f->glance.marks_known;
	if (!f->marks_known || more == 0)
		return;
	while (f->mark_cap < own + more) {
		if (!mem_grow(&f->marks, f->mark_cap, &f->mark_cap, sizeof(*f->marks))) {
			f->failed = true;
			return;
		}
	}
	f->mark_count += more;
	/* From the back, where there is room. */
	for (size_t i = f->mark_count; more > 0; i--) {
		if (own > 0 && f->marks[own - 1].end > others[more - 1].end)
			f->marks[i - 1] = f->marks[--own];
		else
			f->marks[i - 1] = others[--more];
	}
}

/* May a match of the rule begin here, in the run that starts there? */
static bool may_begin(const struct engine_rule *r, const char *text, size_t at,
                      size_t start)
{
	const unsigned char c = (unsigned char)text[at];
	const char before = at > start ? text[at - 1] : '-';

	return (r->first[c / 64] >> (c % 64) & 1) != 0 &&
	       (!r->border || before == '-' || before == '+' || before == '/');
}

/* A match starts in a run, and its head fits in what is left of it. */
static void add_runs(struct scan_finder *f, size_t rule)
{
	const struct engine_rule *r = &f->engine->of[rule];

	for (size_t i = 0; i < f->glance.run_count; i++) {
		const struct scan_group *run = &f->glance.runs[i];

		for (size_t at = run->start; at + r->head <= run->end; at++) {
			if (may_begin(r, f->text.ptr, at, run->start))
				add_range(f, rule, at, at);
		}
	}
}

/* Of a rule that PCRE2 alone finds: is it to look everywhere in a file of this name? */
static bool is_sought(const struct scan_engine *e, size_t rule, struct span path)
{
	return !e->of[rule].apart || scan_rule_takes(&e->rules->rules[rule], path);
}

static void forget(struct scan_finder *f)
{
	f->range_count = 1;
	f->hit_count = 0;
	f->mark_count = 0;
	f->allows = f->limited = f->failed = false;
	while (f->touched_count > 0)
		f->of[f->touched[--f->touched_count]] = (struct of_rule){ 0, 0 };
}

static enum err_code first_look(struct scan_finder *f, const struct scan_look *look,
                                struct err *err)
{
	const struct scan_engine *e = f->engine;
	const struct span text = look->text;
	enum err_code rc = ERR_OK;

	forget(f);
	f->text = text;
	f->marks_known = look->marks && e->db != NULL && !e->blind;
	if (f->marks_known || e->rules->decode || e->by_run_count > 0)
		f->failed = !scan_glance_look(&f->glance, text, f->marks_known);
	if (e->db != NULL)
		rc = hyper_scan(e->db, f->lane, text, on_end, f, err);
	else
		scan_literal_set_find(e->literals, text, on_literal, f);
	join_marks(f);
	for (size_t i = 0; i < e->by_run_count; i++)
		add_runs(f, e->by_run[i]);
	for (size_t i = 0; i < e->always_count; i++) {
		size_t rule = e->always[i];

		if (text.len >= e->of[rule].min && is_sought(e, rule, look->path))
			add_range(f, rule, 0, text.len - e->of[rule].min);
	}
	return rc == ERR_OK && f->failed ? err_nomem(err) : rc;
}

/* ---- the second look ---- */

static bool add_hit(struct scan_finder *f, const struct scan_found *hit)
{
	if (f->hit_count == SCAN_HITS_MAX) {
		f->limited = true;
		return false;
	}
	if (!mem_grow(&f->hits, f->hit_count, &f->hit_cap, sizeof(*f->hits))) {
		f->failed = true;
		return false;
	}
	f->hits[f->hit_count++] = *hit;
	return true;
}

static bool is_word(struct span text, size_t at)
{
	unsigned char c = at < text.len ? (unsigned char)text.ptr[at] : ' ';

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* The longest of the words that starts here and stands alone; 0: none. */
static size_t word_at(struct span text, size_t at, const struct scan_texts *words)
{
	size_t longest = 0;

	if (at > 0 && is_word(text, at - 1))
		return 0;
	for (size_t i = 0; i < words->count; i++) {
		struct span word = span_str(words->items[i]);

		if (word.len > longest && span_starts(span_from(text, at), word) &&
		    !is_word(text, at + word.len))
			longest = word.len;
	}
	return longest;
}

/* Matches of words that start in the range; `at` is behind the last match. */
static void find_words(struct scan_finder *f, size_t rule, struct span text,
                       const struct range *range, size_t *at)
{
	const struct scan_texts *words = &f->engine->rules->rules[rule].words;

	for (; *at <= range->last; (*at)++) {
		size_t len = word_at(text, *at, words);
		struct scan_found hit = { .rule = rule,
			                  .match = { *at, *at + len },
			                  .value = { *at, *at + len } };

		if (len == 0)
			continue;
		if (!add_hit(f, &hit))
			return;
		*at += len - 1;
	}
}

static void find_pattern(struct scan_finder *f, size_t rule, struct span text,
                         const struct range *range, size_t *at,
                         const struct scan_regex *re)
{
	const struct scan_rule *r = &f->engine->rules->rules[rule];
	size_t count = 1 + (r->group > r->key_group ? r->group : r->key_group);
	struct scan_group groups[SCAN_GROUPS_MAX];

	while (*at <= range->last) {
		enum scan_match m = scan_regex_find_until(re, f->matcher, text, *at,
		                                          range->last, groups, count);
		struct scan_found hit = { .rule = rule,
			                  .match = groups[0],
			                  .value = groups[r->group] };

		if (m == SCAN_MATCH_LIMIT)
			f->limited = true;
		if (m != SCAN_MATCH) {
			*at = range->last + 1;
			return;
		}
		if (r->key_group > 0)
			hit.key = groups[r->key_group];
		/* A group that took no part: the match is all there is to show. */
		if (hit.value.end == hit.value.start)
			hit.value = hit.match;
		if (!add_hit(f, &hit))
			return;
		*at = hit.match.end;
	}
}

static enum err_code find_rule(struct scan_finder *f, size_t rule, struct span text,
                               struct err *err)
{
	const struct scan_compiled *compiled = NULL;
	enum err_code rc = scan_engine_compiled(f->engine, rule, &compiled, err);
	uint32_t next = f->of[rule].first;
	size_t at = 0;

	while (rc == ERR_OK && next != NO_RANGE && f->hit_count < SCAN_HITS_MAX) {
		const struct range *range = &f->ranges[next];

		at = range->from > at ? range->from : at;
		if (compiled->pattern != NULL)
			find_pattern(f, rule, text, range, &at, compiled->pattern);
		else
			find_words(f, rule, text, range, &at);
		next = range->next;
	}
	if (next != NO_RANGE)
		f->limited = true; /* the rest was not looked at */
	return rc == ERR_OK && f->failed ? err_nomem(err) : rc;
}

static int compare_hits(const void *a, const void *b)
{
	const struct scan_found *x = a;
	const struct scan_found *y = b;

	if (x->value.start != y->value.start)
		return x->value.start < y->value.start ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static int compare_rules(const void *a, const void *b)
{
	const size_t *x = a;
	const size_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

enum err_code scan_finder_look(struct scan_finder *f, const struct scan_look *look,
                               struct scan_hits *out, struct err *err)
{
	enum err_code rc = first_look(f, look, err);

	/* In the same order whatever found them, because the number of hits is bounded.
	 */
	if (f->touched_count > 1)
		qsort(f->touched, f->touched_count, sizeof(*f->touched), compare_rules);
	for (size_t i = 0; rc == ERR_OK && i < f->touched_count; i++)
		rc = find_rule(f, f->touched[i], look->text, err);
	if (f->hit_count > 1)
		qsort(f->hits, f->hit_count, sizeof(*f->hits), compare_hits);
	*out = (struct scan_hits){ .items = f->hits,
		                   .count = f->hit_count,
		                   .limited = f->limited,
		                   .allows = f->allows,
		                   .marks = f->marks,
		                   .mark_count = f->mark_count,
		                   .marks_known = f->marks_known,
		                   .runs = f->glance.runs,
		                   .run_count = f->glance.run_count };
	return rc;
}
