// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "workflow_internal.h"

#include "base/str.h"

#include <string.h>

/*
 * "${{ .. }}" is put into a script as text before anything runs it: what somebody else
 * may write there is run as well. Looked at is each name of a context in the expression,
 * but not one that is only compared.
 */

enum { FUNCTIONS_MAX = 32 };

static bool starts(struct span s, const char *what)
{
	size_t n = strlen(what);

	if (s.len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (ascii_lower(s.ptr[i]) != what[i])
			return false;
	}
	return true;
}

static bool is_one(struct span s, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (s.len == strlen(*list) && starts(s, *list))
			return true;
	}
	return false;
}

static bool is_word(char c)
{
	return ascii_is_alnum(c) || c == '_' || c == '-';
}

/* ---- one expression ---- */

struct reading {
	struct flow *f;
	const struct flow_job *job;
	struct span text;
	size_t at;
	size_t depth;
	unsigned nested;           /* so many env: values lead here */
	bool tests[FUNCTIONS_MAX]; /* is the bracket that of contains() and kin? */
	enum flow_danger worst;
	struct span name; /* that is the worst */
};

static void skip_blanks(struct reading *r)
{
	while (r->at < r->text.len &&
	       (r->text.ptr[r->at] == ' ' || r->text.ptr[r->at] == '\n' ||
	        r->text.ptr[r->at] == '\t'))
		r->at++;
}

/* "a.b['c'].*": as long as it goes on. */
static struct span read_name(struct reading *r)
{
	enum { INDEX_MAX = 256 };
	size_t start = r->at;

	while (r->at < r->text.len) {
		char c = r->text.ptr[r->at];
		struct span rest = span_sub(r->text, r->at, INDEX_MAX);

		if (is_word(c) || c == '.' || (c == '*' && r->at > start))
			r->at++;
		else if (c == '[' && span_find_byte(rest, ']') < rest.len)
			r->at += span_find_byte(rest, ']') + 1;
		else
			break;
	}
	return span_sub(r->text, start, r->at - start);
}

static bool is_compared(const struct reading *r, size_t start)
{
	struct span before = span_trim(span_sub(r->text, 0, start));
	struct span behind = span_trim(span_from(r->text, r->at));

	return span_ends(before, SPAN_LIT("==")) || span_ends(before, SPAN_LIT("!=")) ||
	       span_starts(behind, SPAN_LIT("==")) ||
	       span_starts(behind, SPAN_LIT("!=")) ||
	       span_starts(behind, SPAN_LIT("<")) || span_starts(behind, SPAN_LIT(">")) ||
	       span_ends(before, SPAN_LIT("!")) || span_starts(behind, SPAN_LIT("&&"));
}

static void take_name(struct reading *r)
{
	static const char *const testing[] = { "contains", "startswith", "endswith",
		                               "hashfiles", NULL };
	size_t start = r->at;
	struct span name = read_name(r);
	bool inside = r->depth > 0 && r->depth <= FUNCTIONS_MAX && r->tests[r->depth - 1];
	enum flow_danger d;

	if (name.len == 0) {
		r->at++;
		return;
	}
	skip_blanks(r);
	if (r->at < r->text.len && r->text.ptr[r->at] == '(') {
		if (r->depth < FUNCTIONS_MAX)
			r->tests[r->depth] = inside || is_one(name, testing);
		r->depth++;
		r->at++;
		return;
	}
	if (inside || is_compared(r, start))
		return;
	d = flow_danger_of(r->f, r->job, name, r->nested);
	if (d > r->worst) {
		r->worst = d;
		r->name = name;
	}
}

static void read_expression(struct reading *r)
{
	while (r->at < r->text.len) {
		char c = r->text.ptr[r->at];

		if (c == '\'') {
			r->at++;
			r->at += span_find_byte(span_from(r->text, r->at), '\'') + 1;
		} else if (c == '(') {
			if (r->depth < FUNCTIONS_MAX)
				r->tests[r->depth] =
					r->depth > 0 && r->tests[r->depth - 1];
			r->depth++;
			r->at++;
		} else if (c == ')') {
			r->depth -= r->depth > 0;
			r->at++;
		} else {
			take_name(r);
		}
	}
}

/* ---- a script ---- */

static void judge(struct flow *f, const struct reading *r, size_t start, size_t end)
{
	int len = (int)(r->name.len < 80 ? r->name.len : 80);

	switch (r->worst) {
	case FLOW_SAFE:
		return;
	case FLOW_DOUBTFUL:
		flow_report_at(f, "template-injection", start, end, &flow_note,
		               "%.*s is run as part of the script, whatever it holds; "
		               "hand it over in env",
		               len, r->name.ptr);
		return;
	case FLOW_CALLER:
		flow_report_at(f, "template-injection", start, end, NULL,
		               "%.*s, which who starts the workflow writes, is run as "
		               "part of the script; hand it over in env",
		               len, r->name.ptr);
		return;
	case FLOW_ATTACKER:
		flow_report_at(f, "template-injection", start, end, &flow_error,
		               "%.*s, which anybody may write, is run as part of the "
		               "script; hand it over in env",
		               len, r->name.ptr);
		return;
	}
}

/* The place in the file: what the script holds stands there as it is, unless it is folded
 * or escaped; then it is not far away. */
static size_t find_from(struct flow *f, size_t from, struct span what)
{
	enum { WINDOW = 1 << 16, BYTES_A_STEP = 8 };
	struct span rest = span_sub(f->p->source->text, from, WINDOW + what.len);
	size_t at = span_find(rest, what);

	(void)flow_spend(f, at / BYTES_A_STEP);
	return at == rest.len ? from : from + at;
}

/* The next "${{ .. }}" of the text, read; `rest` goes on behind it. False: there is none.
 */
static bool next_expression(struct reading *r, struct span *rest, struct span *whole)
{
	size_t open = span_find(*rest, SPAN_LIT("${{"));
	struct span inside;
	size_t close;

	if (open == rest->len || !flow_spend(r->f, 1))
		return false;
	inside = span_from(*rest, open + 3);
	close = span_find(inside, SPAN_LIT("}}"));
	*whole = span_sub(*rest, open, close + 5);
	*rest = span_from(inside, close < inside.len ? close + 2 : close);
	r->text = span_sub(inside, 0, close);
	read_expression(r);
	return true;
}

enum flow_danger flow_danger_in(struct flow *f, const struct flow_job *j,
                                struct span text, unsigned nested)
{
	enum flow_danger worst = FLOW_SAFE;
	struct span whole;

	for (;;) {
		struct reading r = { .f = f, .job = j, .nested = nested };

		if (!next_expression(&r, &text, &whole))
			return worst;
		worst = r.worst > worst ? r.worst : worst;
	}
}

void flow_injections(struct flow *f, const struct flow_job *j, const struct yaml *script)
{
	struct span rest = flow_text(f, script);
	size_t from = script != NULL ? yaml_offset(script) : 0;
	struct span whole;

	for (;;) {
		struct reading r = { .f = f, .job = j };
		size_t start;

		if (!next_expression(&r, &rest, &whole))
			return;
		start = find_from(f, from, whole);
		judge(f, &r, start, start + whole.len);
		from = start + 3;
	}
}
