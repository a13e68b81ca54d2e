// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * TAP 13 and 14 with subtests, also as node --test prints them. A point that closes a
 * subtest is not counted beside its children, unless it failed while they passed. A
 * point marked as skipped or yet to be done never fails; it is counted. A stream without
 * a plan or with several, or with another number of points than planned, has a failed
 * case that says so. What a failed point is followed by, comments and a diagnostic block,
 * is its message.
 */

#define LEVELS 32

struct level {
	size_t points;
	size_t children_failed; /* failures among the points one level below, since the
	                           last point */
	size_t children;        /* points one level below, since the last point */
	bool planned;
	bool planned_again; /* the second may hide what the first promised */
	uint64_t plan;
	uint64_t number;  /* that the last point had, 0 = none */
	uint64_t highest; /* of those numbers */
	bool twice;       /* two points one after the other have the same */
};

struct tap {
	struct gate_cases *c;
	const char *input;
	struct gate_lines lines;
	struct level levels[LEVELS];
	struct buf titles[LEVELS]; /* of the "# Subtest:" comments */
	size_t depth;              /* deepest level in use */
	size_t last_level;
	size_t block_indent;
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
	uint64_t number; /* 0 = none */
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

/* The length of the word, in capitals, that `s` begins with in any case; 0 if it does
 * not, or goes on with other letters. */
static size_t word_at(struct span s, struct span upper)
{
	char after;

	if (s.len < upper.len)
		return 0;
	for (size_t i = 0; i < upper.len; i++)
		if ((s.ptr[i] & ~0x20) != upper.ptr[i])
			return 0;
	after = s.len > upper.len ? (char)(s.ptr[upper.len] | 0x20) : ' ';
	return (after >= 'a' && after <= 'z') || (after >= '0' && after <= '9') ||
	                       after == '_'
	               ? 0
	               : upper.len;
}

/* What a "#" that has nothing or a blank before it says; "issue#todo" says nothing. */
static bool is_directive(struct point *p, struct span after)
{
	size_t skip = word_at(after, SPAN_LIT("SKIP"));
	size_t todo = word_at(after, SPAN_LIT("TODO"));

	if (skip == 0)
		skip = word_at(after, SPAN_LIT("SKIPPED"));
	if (skip + todo == 0)
		return false;
	p->directive = skip > 0 ? SKIP : TODO;
	p->reason = span_trim(span_from(after, skip + todo));
	return true;
}

/* The directive after an unescaped '#'; "\#" and "\\" are quoted characters. */
static void split_directive(struct point *p)
{
	for (size_t i = 0; i < p->text.len; i++) {
		if (p->text.ptr[i] == '\\') {
			i++;
			continue;
		}
		if (p->text.ptr[i] != '#' ||
		    (i > 0 && p->text.ptr[i - 1] != ' ' && p->text.ptr[i - 1] != '\t'))
			continue;
		if (!is_directive(p, span_trim(span_from(p->text, i + 1))))
			continue;
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
	if (i == p->text.len || p->text.ptr[i] == ' ' || p->text.ptr[i] == '\t') {
		if (i > 0 && !num_u64(span_sub(p->text, 0, i), 1, UINT64_MAX, &p->number))
			p->number = UINT64_MAX; /* 0 is in no plan either */
		p->text = span_trim(span_from(p->text, i));
	}
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
		if (t->titles[i].len > 0) {
			put_unescaped(&t->name, buf_span(&t->titles[i]));
			buf_puts(&t->name, " > ");
		}
	if (text.len > 0)
		put_unescaped(&t->name, text);
	else
		buf_printf(&t->name, "test %zu", t->levels[level].points);
	return gate_cases_add(t->c, buf_span(&t->name), state, 0, message);
}

/* What came behind the last point is its message. */
static void settle_last(struct tap *t)
{
	if (t->last)
		gate_cases_explain(t->c, t->last, buf_span(&t->message));
	buf_clear(&t->message);
	t->last = NULL;
}

/* Why the points of a level are not those of its plan; empty if they are. */
static struct span broken_plan(const struct level *l)
{
	if (l->planned_again)
		return SPAN_LIT("there is more than one plan");
	if (l->planned && l->plan != l->points)
		return SPAN_LIT("planned another number of points than came");
	if (l->planned && l->highest > l->plan)
		return SPAN_LIT("a point has a number that is not in the plan");
	if (l->twice)
		return SPAN_LIT("two points have the same number");
	return SPAN_EMPTY;
}

/* Ends the levels below `level`: their plans must be kept. */
static void close_levels(struct tap *t, size_t level)
{
	for (; t->depth > level; t->depth--) {
		struct level *l = &t->levels[t->depth];
		struct span why = broken_plan(l);

		if (why.len > 0 && !t->bailed) {
			add(t, t->depth, SPAN_LIT("(plan)"), GATE_CASE_ERROR, why);
			t->levels[t->depth - 1].children_failed++;
		}
		*l = (struct level){ 0 };
		buf_clear(&t->titles[t->depth]);
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

	settle_last(t);
	close_levels(t, level);
	t->depth = level;
	l->twice = l->twice || (p->number > 0 && p->number == l->number);
	l->number = p->number;
	l->highest = p->number > l->highest ? p->number : l->highest;
	parent = l->children > 0 && (state != GATE_CASE_FAILED || l->children_failed > 0);
	l->points++;
	t->parent = parent;
	if (!parent || t->node) {
		buf_clear(&t->titles[level]);
		t->last_level = level;
		t->last = add(t, level, p->text, state, p->reason);
		if (p->directive == TODO)
			t->c->todo++;
		if (p->directive == TODO && p->ok && t->last)
			gate_cases_explain(t->c, t->last,
			                   SPAN_LIT("TODO, but it passes"));
	}
	buf_clear(&t->titles[level]);
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
	settle_last(t);
	l->planned_again = l->planned;
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

static void put_message(struct tap *t, struct span line)
{
	if (!t->last || t->last->state != GATE_CASE_FAILED ||
	    t->message.len >= GATE_CASE_MESSAGE)
		return;
	buf_put(&t->message, span_sub(line, 0, GATE_CASE_MESSAGE));
	buf_putc(&t->message, '\n');
}

/* "# text" behind a point. */
static void on_comment(struct tap *t, size_t level, struct span line)
{
	line = span_from(line, 1);
	if (span_starts(line, SPAN_LIT(" ")))
		line = span_from(line, 1);
	if (level == t->last_level)
		put_message(t, line);
}

/* A line of a YAML diagnostic block: only the two things worth keeping are read. */
static void on_diagnostic(struct tap *t, struct span line)
{
	struct span text = span_trim(line);
	double ms;

	if (span_eq_str(text, "...") && indent_of(line) <= t->block_indent) {
		t->in_block = false;
		return;
	}
	if (t->node && t->parent && t->last && span_eq_str(text, "type: 'suite'")) {
		gate_cases_drop_last(t->c);
		t->last = NULL;
	}
	if (t->last && span_starts(text, SPAN_LIT("duration_ms:")) &&
	    num_double(span_trim(span_from(text, 12)), &ms) && ms > 0 && ms < 1e12)
		t->last->duration_us = (uint64_t)(ms * 1e3);
	else
		put_message(t, text);
}

static void finish(struct tap *t)
{
	struct level *top = &t->levels[0];
	struct span why = broken_plan(top);

	settle_last(t);
	close_levels(t, 0);
	if (t->bailed)
		return;
	if (!top->planned)
		add(t, 0, SPAN_LIT("(plan)"), GATE_CASE_ERROR,
		    SPAN_LIT("the stream has no plan"));
	else if (why.len > 0)
		add(t, 0, SPAN_LIT("(plan)"), GATE_CASE_ERROR, why);
}

static void on_version(struct tap *t)
{
	if (t->any)
		finish(t); /* a second stream follows the first, even if that said nothing
		            */
	t->levels[0] = (struct level){ 0 };
	t->bailed = false;
	t->any = true;
}

/* TAP 14 indents the comment with the subtest, node does not. */
static void on_title(struct tap *t, size_t level, struct span title)
{
	buf_clear(&t->titles[level]);
	buf_put(&t->titles[level], span_trim(title));
}

static void on_line(void *context, struct span raw)
{
	struct tap *t = context;
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
		settle_last(t);
		add(t, 0, SPAN_LIT("Bail out!"), GATE_CASE_ERROR,
		    span_trim(span_from(line, 9)));
		t->any = t->bailed = true;
	} else if (span_eq_str(line, "---") && indent % 4 == 2) {
		t->block_indent = indent;
		t->in_block = true;
	} else if (span_starts(line, SPAN_LIT("# Subtest:"))) {
		on_title(t, level, span_from(line, 10));
	} else if (span_starts(line, SPAN_LIT("#"))) {
		on_comment(t, level, line);
	} else if (indent % 4 == 0 && parse_point(line, &p)) {
		t->any = true;
		on_point(t, level, &p);
	} else if (indent % 4 == 0 && on_plan(t, level, line)) {
		t->any = true;
		t->depth = level > t->depth ? level : t->depth;
	}
}

static enum err_code tap_begin(void *state, struct gate_cases *c, const char *name,
                               struct err *err)
{
	struct tap *t = state;

	(void)err;
	t->c = c;
	t->input = t->lines.name = name;
	return ERR_OK;
}

static enum err_code node_begin(void *state, struct gate_cases *c, const char *name,
                                struct err *err)
{
	struct tap *t = state;

	t->node = true;
	return tap_begin(state, c, name, err);
}

static enum err_code tap_feed(void *state, struct span piece, struct err *err)
{
	struct tap *t = state;

	return gate_lines_feed(&t->lines, piece, on_line, t, err);
}

static bool all_ok(const struct tap *t)
{
	for (size_t i = 0; i < LEVELS; i++)
		if (!buf_ok(&t->titles[i]))
			return false;
	return buf_ok(&t->name) && buf_ok(&t->message);
}

static enum err_code tap_end(void *state, struct err *err)
{
	struct tap *t = state;
	enum err_code rc = gate_lines_end(&t->lines, on_line, t, err);

	if (t->any)
		finish(t);
	if (!all_ok(t))
		return err_nomem(err);
	if (rc == ERR_OK && !t->any)
		rc = err_set(err, ERR_CORRUPT, "%s: no line of TAP in it", t->input);
	return rc;
}

static void tap_fini(void *state)
{
	struct tap *t = state;

	gate_lines_fini(&t->lines);
	for (size_t i = 0; i < LEVELS; i++)
		buf_fini(&t->titles[i]);
	buf_fini(&t->name);
	buf_fini(&t->message);
}

const struct gate_stream gate_stream_tap = { sizeof(struct tap), tap_begin, tap_feed,
	                                     tap_end, tap_fini };
const struct gate_stream gate_stream_node_tap = { sizeof(struct tap), node_begin,
	                                          tap_feed, tap_end, tap_fini };

enum err_code gate_parse_tap(struct span text, const char *name, struct gate_cases *c,
                             struct err *err)
{
	return gate_stream_text(GATE_FORMAT_TAP, text, name, c, err);
}
