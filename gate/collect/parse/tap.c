// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * TAP 13 and 14 with subtests, also as node --test prints them. A point that closes a
 * subtest is not counted beside its children, unless it failed while they passed. A
 * point marked as skipped or yet to be done never fails; it is counted. A stream without
 * a plan, or with another number of points than planned, has a failed case that says so.
 */

#define LEVELS 32

struct level {
	size_t points;
	size_t children_failed; /* failures among the points one level below, since the
	                           last point */
	size_t children;        /* points one level below, since the last point */
	bool planned;
	uint64_t plan;
	struct span title; /* of the "# Subtest:" comment */
};

struct tap {
	struct gate_cases *c;
	struct level levels[LEVELS];
	size_t depth;           /* deepest level in use */
	struct gate_case *last; /* a diagnostic block belongs to it; NULL if the point was
	                           a parent */
	bool node;   /* a test with parts is a test, unless its block says suite */
	bool parent; /* the last point has parts */
	bool in_block;
	bool bailed;
	bool any; /* something of TAP was seen */
	struct buf name;
	struct buf message;
};

struct point {
	bool ok;
	struct span text;
	enum { PLAIN, SKIP, TODO } directive;
	struct span reason;
};

static size_t indent_of(struct span line)
{
	size_t i = 0;

	while (i < line.len && line.ptr[i] == ' ')
		i++;
	return i;
}

static bool word_at(struct span s, const char *upper)
{
	size_t i = 0;

	for (; upper[i]; i++)
		if (i >= s.len || (s.ptr[i] & ~0x20) != upper[i])
			return false;
	return true;
}

/* The directive after an unescaped '#'; "\#" and "\\" are quoted characters. */
static void split_directive(struct point *p)
{
	for (size_t i = 0; i < p->text.len; i++) {
		struct span after;

		if (p->text.ptr[i] == '\\')
			i++;
		if (i >= p->text.len || p->text.ptr[i] != '#')
			continue;
		after = span_trim(span_from(p->text, i + 1));
		if (word_at(after, "SKIP"))
			p->directive = SKIP;
		else if (word_at(after, "TODO"))
			p->directive = TODO;
		else
			continue;
		p->reason = span_trim(span_from(after, 4));
		p->text = span_trim(span_sub(p->text, 0, i));
		return;
	}
}

/* "ok 3 - text # SKIP reason" */
static bool parse_point(struct span line, struct point *p)
{
	size_t i;

	*p = (struct point){ .ok = span_starts(line, SPAN_LIT("ok")) };
	i = p->ok ? 2 : 6;
	if (!p->ok && !span_starts(line, SPAN_LIT("not ok")))
		return false;
	if (i < line.len && line.ptr[i] != ' ' && line.ptr[i] != '\t')
		return false;
	p->text = span_trim(span_from(line, i));
	for (i = 0; i < p->text.len && p->text.ptr[i] >= '0' && p->text.ptr[i] <= '9';)
		i++;
	if (i == p->text.len || p->text.ptr[i] == ' ')
		p->text = span_trim(span_from(p->text, i));
	if (span_starts(p->text, SPAN_LIT("- ")))
		p->text = span_trim(span_from(p->text, 2));
	split_directive(p);
	return true;
}

static void put_unescaped(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && i + 1 < s.len &&
		    (s.ptr[i + 1] == '#' || s.ptr[i + 1] == '\\'))
			i++;
		buf_putc(out, s.ptr[i]);
	}
}

static struct gate_case *add(struct tap *t, size_t level, struct span text,
                             enum gate_case_state state, struct span message)
{
	buf_clear(&t->name);
	for (size_t i = 0; i < level; i++)
		if (t->levels[i].title.len > 0) {
			put_unescaped(&t->name, t->levels[i].title);
			buf_puts(&t->name, " > ");
		}
	if (text.len > 0)
		put_unescaped(&t->name, text);
	else
		buf_printf(&t->name, "test %zu", t->levels[level].points);
	return gate_cases_add(t->c, buf_span(&t->name), state, 0, message);
}

/* Ends the levels below `level`: their plans must be kept. */
static void close_levels(struct tap *t, size_t level)
{
	for (; t->depth > level; t->depth--) {
		struct level *l = &t->levels[t->depth];

		if (l->planned && l->plan != l->points && !t->bailed) {
			add(t, t->depth, SPAN_LIT("(plan)"), GATE_CASE_ERROR,
			    SPAN_LIT("planned another number of points than came"));
			t->levels[t->depth - 1].children_failed++;
		}
		*l = (struct level){ 0 };
	}
}

static enum gate_case_state point_state(const struct point *p)
{
	if (p->directive != PLAIN)
		return GATE_CASE_SKIPPED;
	return p->ok ? GATE_CASE_PASSED : GATE_CASE_FAILED;
}

static void on_point(struct tap *t, size_t level, const struct point *p)
{
	struct level *l = &t->levels[level];
	enum gate_case_state state = point_state(p);
	bool parent;

	close_levels(t, level);
	t->depth = level;
	parent = l->children > 0 && (state != GATE_CASE_FAILED || l->children_failed > 0);
	l->points++;
	t->last = NULL;
	t->parent = parent;
	if (!parent || t->node) {
		l->title = SPAN_EMPTY;
		t->last = add(t, level, p->text, state, p->reason);
		if (p->directive == TODO)
			t->c->todo++;
		if (p->directive == TODO && p->ok && t->last)
			gate_cases_explain(t->c, t->last,
			                   SPAN_LIT("TODO, but it passes"));
	}
	l->title = SPAN_EMPTY;
	l->children = l->children_failed = 0;
	if (level > 0) {
		t->levels[level - 1].children++;
		t->levels[level - 1].children_failed += state == GATE_CASE_FAILED;
	}
}

/* "1..N", "1..0 # SKIP reason" */
static bool on_plan(struct tap *t, size_t level, struct span line)
{
	struct level *l = &t->levels[level];
	struct span number = span_from(line, 3);
	size_t i = 0;
	uint64_t n;

	if (!span_starts(line, SPAN_LIT("1..")))
		return false;
	while (i < number.len && number.ptr[i] >= '0' && number.ptr[i] <= '9')
		i++;
	if (!num_u64(span_sub(number, 0, i), 0, GATE_CASES_MAX, &n))
		return false;
	l->planned = true;
	l->plan = n;
	if (n == 0 && l->points == 0) {
		struct point p = { .text = span_trim(span_from(number, i)) };

		split_directive(&p);
		add(t, level, SPAN_LIT("(all)"), GATE_CASE_SKIPPED, p.reason);
		if (level > 0)
			t->levels[level - 1].children++;
	}
	return true;
}

/* A line of a YAML diagnostic block: only the two things worth keeping are read. */
static void on_diagnostic(struct tap *t, struct span line)
{
	struct span text = span_trim(line);
	double ms;

	if (t->node && t->parent && t->last && span_eq_str(text, "type: 'suite'")) {
		gate_cases_drop_last(t->c);
		t->last = NULL;
	}
	if (span_eq_str(text, "...")) {
		if (t->last)
			gate_cases_explain(t->c, t->last, buf_span(&t->message));
		t->in_block = false;
		return;
	}
	if (t->last && span_starts(text, SPAN_LIT("duration_ms:")) &&
	    num_double(span_trim(span_from(text, 12)), &ms) && ms > 0 && ms < 1e12)
		t->last->duration_us = (uint64_t)(ms * 1e3);
	else if (t->message.len < GATE_CASE_MESSAGE && t->last &&
	         t->last->state == GATE_CASE_FAILED) {
		buf_put(&t->message, span_sub(text, 0, GATE_CASE_MESSAGE));
		buf_putc(&t->message, '\n');
	}
}

static void finish(struct tap *t)
{
	struct level *top = &t->levels[0];

	close_levels(t, 0);
	if (t->bailed)
		return;
	if (!top->planned)
		add(t, 0, SPAN_LIT("(plan)"), GATE_CASE_ERROR,
		    SPAN_LIT("the stream has no plan"));
	else if (top->plan != top->points)
		add(t, 0, SPAN_LIT("(plan)"), GATE_CASE_ERROR,
		    SPAN_LIT("planned another number of points than came"));
}

static void on_version(struct tap *t)
{
	if (t->any && (t->levels[0].planned || t->levels[0].points > 0))
		finish(t); /* a second stream follows the first */
	t->levels[0] = (struct level){ 0 };
	t->bailed = false;
	t->any = true;
}

static void on_line(struct tap *t, struct span raw)
{
	size_t indent = indent_of(raw);
	size_t level = indent / 4;
	struct span line = span_trim(raw);
	struct point p;

	if (t->in_block) {
		on_diagnostic(t, raw);
		return;
	}
	if (level >= LEVELS)
		return;
	if (span_starts(line, SPAN_LIT("TAP version 1")) && indent == 0) {
		on_version(t);
	} else if (span_starts(line, SPAN_LIT("Bail out!"))) {
		add(t, 0, SPAN_LIT("Bail out!"), GATE_CASE_ERROR,
		    span_trim(span_from(line, 9)));
		t->any = t->bailed = true;
	} else if (span_eq_str(line, "---") && indent % 4 == 2) {
		buf_clear(&t->message);
		t->in_block = true;
	} else if (span_starts(line, SPAN_LIT("# Subtest:"))) {
		/* TAP 14 indents the comment with the subtest, node does not */
		t->levels[level].title = span_trim(span_from(line, 10));
	} else if (indent % 4 == 0 && parse_point(line, &p)) {
		t->any = true;
		on_point(t, level, &p);
	} else if (indent % 4 == 0 && on_plan(t, level, line)) {
		t->any = true;
		t->depth = level > t->depth ? level : t->depth;
	}
}

static enum err_code parse(struct tap *t, struct span text, const char *name,
                           struct err *err)
{
	struct buf plain = BUF_INIT;
	struct span rest;
	struct span line;
	enum err_code rc;

	gate_text_plain(text, &plain);
	rest = buf_span(&plain);
	while (span_line(&rest, &line))
		on_line(t, line);
	if (t->any)
		finish(t);
	if (!buf_ok(&plain) || !buf_ok(&t->name) || !buf_ok(&t->message))
		rc = err_nomem(err);
	else if (!t->any)
		rc = err_set(err, ERR_CORRUPT, "%s: no line of TAP in it", name);
	else
		rc = gate_cases_err(t->c, name, err);
	buf_fini(&plain);
	buf_fini(&t->name);
	buf_fini(&t->message);
	return rc;
}

enum err_code gate_parse_node_tap(struct span text, const char *name,
                                  struct gate_cases *c, struct err *err)
{
	struct tap t = { .c = c, .node = true };

	return parse(&t, text, name, err);
}

enum err_code gate_parse_tap(struct span text, const char *name, struct gate_cases *c,
                             struct err *err)
{
	struct tap t = { .c = c };

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	return parse(&t, text, name, err);
}
