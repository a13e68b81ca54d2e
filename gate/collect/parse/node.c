// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * node --test: TAP, or the text of the spec reporter, where a line with a tick or a cross
 * is a result and one with a triangle opens a suite whose closing line repeats its name.
 * A suite's own result is not counted beside its children, unless it failed while they
 * passed.
 */

#define LEVELS 32

struct level {
	struct span title;
	size_t children;
	size_t failed;
};

struct spec {
	struct gate_cases *c;
	struct level levels[LEVELS];
	struct buf name;
	uint64_t claimed_failed;
	bool totals; /* the line with claimed_failed came */
	bool ended;  /* "failing tests:" repeats what was shown */
};

static const struct {
	const char *mark;
	enum gate_case_state state;
} marks[] = {
	{ "\u2714", GATE_CASE_PASSED },  /* heavy check mark */
	{ "\u2716", GATE_CASE_FAILED },  /* heavy multiplication x */
	{ "\ufe63", GATE_CASE_SKIPPED }, /* small hyphen-minus */
	{ "\u26a0", GATE_CASE_SKIPPED }, /* warning sign: todo */
};

struct result {
	struct span title;
	uint64_t us;
	bool directive; /* something stands behind the duration */
	bool skip;      /* and begins with SKIP */
};

/* "name (1.25ms) # reason": the reason of a skip or todo, whose word may be left out. */
static struct result split(struct span s)
{
	size_t hash = span_find(s, SPAN_LIT("ms) # "));
	struct result r = { .title = s };
	size_t open;
	double ms;

	if (hash < s.len) {
		r.directive = true;
		r.skip = span_starts(span_from(s, hash + 6), SPAN_LIT("SKIP"));
		r.title = span_sub(s, 0, hash + 3);
	}
	open = span_rfind_byte(r.title, '(');
	if (open == r.title.len || !span_ends(r.title, SPAN_LIT("ms)")) ||
	    !num_double(span_sub(r.title, open + 1, r.title.len - open - 4), &ms))
		return r;
	if (ms > 0 && ms < 1e12)
		r.us = (uint64_t)(ms * 1e3);
	r.title = span_trim(span_sub(r.title, 0, open));
	return r;
}

static void add(struct spec *s, size_t level, struct span title,
                enum gate_case_state state, uint64_t us)
{
	buf_clear(&s->name);
	for (size_t i = 0; i < level; i++)
		if (s->levels[i].title.len > 0) {
			buf_put(&s->name, s->levels[i].title);
			buf_puts(&s->name, " > ");
		}
	buf_put(&s->name, title);
	gate_cases_add(s->c, buf_span(&s->name), state, us, SPAN_EMPTY);
}

static void on_result(struct spec *s, size_t level, struct span text,
                      enum gate_case_state state)
{
	struct level *l = &s->levels[level];
	struct result r = split(text);
	bool parent = l->children > 0 && span_eq(l->title, r.title);
	bool todo = r.directive && !r.skip && state != GATE_CASE_SKIPPED;

	if (r.directive)
		state = GATE_CASE_SKIPPED;
	if (parent && (state != GATE_CASE_FAILED || l->failed > 0)) {
		*l = (struct level){ 0 };
		return;
	}
	if (parent)
		*l = (struct level){ 0 };
	s->c->todo += todo;
	add(s, level, r.title, state, r.us);
	for (size_t i = 0; i < level; i++) {
		s->levels[i].children++;
		s->levels[i].failed += state == GATE_CASE_FAILED;
	}
}

static void on_line(void *context, struct span raw)
{
	struct spec *s = context;
	struct span line = span_trim(raw);
	size_t indent = 0;
	size_t level;

	while (indent < raw.len && raw.ptr[indent] == ' ')
		indent++;
	level = indent / 2;
	if (span_ends(line, SPAN_LIT("failing tests:")))
		s->ended = true;
	if (span_starts(line, SPAN_LIT("\u2139 fail ")))
		s->totals = num_u64(span_from(line, 9), 0, GATE_CASES_MAX,
		                    &s->claimed_failed);
	if (s->ended || level >= LEVELS)
		return;
	if (span_starts(line, SPAN_LIT("\u25b6 ")) && !span_ends(line, SPAN_LIT("ms)"))) {
		s->levels[level] =
			(struct level){ .title = span_trim(span_from(line, 4)) };
		return;
	}
	if (span_starts(line,
	                SPAN_LIT("\u25b6 "))) { /* closes a suite in older versions */
		s->levels[level] = (struct level){ 0 };
		return;
	}
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (span_starts(line, span_str(marks[i].mark))) {
			on_result(s, level, span_trim(span_from(line, 3)),
			          marks[i].state);
			return;
		}
}

static enum err_code parse_spec(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	struct spec s = { .c = c };
	enum err_code rc = gate_text_lines(text, on_line, &s, err);

	if (s.claimed_failed > 0 && c->failed == 0)
		gate_cases_disagree(c,
		                    "the totals say that %llu failed, and none is listed",
		                    (unsigned long long)s.claimed_failed);
	else if (!s.totals && c->count > 0 && c->failed == 0)
		gate_cases_disagree(c, "node's totals are missing: the output breaks "
		                       "off");
	if (rc == ERR_OK)
		rc = buf_err(&s.name, err);
	if (rc == ERR_OK)
		rc = gate_cases_err(c, name, err);
	buf_fini(&s.name);
	return rc;
}

enum err_code gate_parse_node(struct span text, const char *name, struct gate_cases *c,
                              struct err *err)
{
	const struct gate_stream *s = gate_stream_of(GATE_FORMAT_NODE, text);

	return s != NULL ? gate_stream_all(s, text, name, c, err)
	                 : parse_spec(text, name, c, err);
}
