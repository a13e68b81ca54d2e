// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * Mocha: the json reporter (also with other output around it), or the text of the spec
 * reporter: a tick passes, "1)" fails, "-" is pending. The text ends at "N passing"; what
 * comes after repeats the failures.
 */

/* ---- json ---- */

struct json_part {
	const char *key;
	enum gate_case_state state;
};

static void add_test(struct gate_cases *c, const struct json *test,
                     enum gate_case_state state)
{
	const char *title = json_string(json_get(test, "fullTitle"));
	uint64_t retries = 0;

	if (!title)
		title = json_string(json_get(test, "title"));
	if (state == GATE_CASE_PASSED &&
	    json_u64(json_get(test, "currentRetry"), &retries) && retries > 0)
		state = GATE_CASE_FLAKY;
	gate_cases_add(c, title && *title ? span_str(title) : SPAN_LIT("(unnamed)"),
	               state, gate_json_ms_us(json_get(test, "duration")),
	               span_str(json_string(json_get(json_get(test, "err"), "message"))));
}

static enum err_code parse_json(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	static const struct json_part parts[] = {
		{ "passes", GATE_CASE_PASSED },
		{ "failures", GATE_CASE_FAILED },
		{ "pending", GATE_CASE_SKIPPED },
	};
	struct json_doc *doc = NULL;
	enum err_code rc = gate_json_report(&doc, text, name, "stats", err);
	const struct json *root = doc ? json_root(doc) : NULL;
	uint64_t failed;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const struct json *list = json_get(root, parts[i].key);

		for (const struct json *t = json_first(list); t; t = json_next(t))
			add_test(c, t, parts[i].state);
	}
	if (json_u64(json_get(json_get(root, "stats"), "failures"), &failed) &&
	    failed > 0 && c->failed == 0)
		gate_cases_disagree(c, "mocha counts %llu failing, none is listed",
		                    (unsigned long long)failed);
	json_free(doc);
	return rc;
}

/* ---- spec ---- */

/* "  12 passing (30ms)" -> 12 with word "passing (", which no title is likely to have */
static bool count_line(struct span line, const char *word, uint64_t *n)
{
	size_t space = span_find_byte(line, ' ');

	return num_u64(span_sub(line, 0, space), 0, GATE_CASES_MAX, n) &&
	       span_starts(span_trim(span_from(line, space)), span_str(word));
}

/* A trailing "(12ms)" is no part of the name. */
static struct span without_time(struct span s, uint64_t *us)
{
	size_t open = span_rfind_byte(s, '(');
	uint64_t ms;

	*us = 0;
	if (open == s.len || !span_ends(s, SPAN_LIT("ms)")) ||
	    !num_u64(span_sub(s, open + 1, s.len - open - 4), 0, UINT64_MAX / 1000, &ms))
		return s;
	*us = ms * 1000;
	return span_trim(span_sub(s, 0, open));
}

static bool tick(struct span s, struct span *rest)
{
	static const char *const ticks[] = { "\u2713", "\u2714", "\u221a" };

	for (size_t i = 0; i < sizeof ticks / sizeof *ticks; i++)
		if (span_starts(s, span_str(ticks[i]))) {
			*rest = span_trim(span_from(s, 3));
			return true;
		}
	return false;
}

static bool number_paren(struct span s, struct span *rest)
{
	size_t paren = span_find(s, SPAN_LIT(") "));
	uint64_t n;

	if (paren == s.len || !num_u64(span_sub(s, 0, paren), 1, GATE_CASES_MAX, &n))
		return false;
	*rest = span_trim(span_from(s, paren + 2));
	return true;
}

/* Mocha indents suites and tests; the open suites' titles make the names unique. */
struct spec {
	struct span titles[32];
	struct gate_cases *c;
	struct buf name;
	bool ended;
	uint64_t failing;
};

static void add_line(struct spec *s, size_t depth, struct span title,
                     enum gate_case_state state)
{
	uint64_t us;
	struct span bare = without_time(title, &us);

	buf_clear(&s->name);
	for (size_t i = 0; i < depth && i < 32; i++)
		if (s->titles[i].len > 0) {
			buf_put(&s->name, s->titles[i]);
			buf_putc(&s->name, ' ');
		}
	buf_put(&s->name, bare);
	gate_cases_add(s->c, buf_span(&s->name), state, us, SPAN_EMPTY);
}

static void on_line(void *context, struct span raw)
{
	struct spec *s = context;
	struct span line = span_trim(raw);
	size_t indent = 0;
	struct span rest;
	uint64_t n;

	while (indent < raw.len && raw.ptr[indent] == ' ')
		indent++;
	if (count_line(line, "passing (", &n))
		s->ended = true;
	else if (count_line(line, "failing", &n))
		s->failing = n;
	if (s->ended || line.len == 0 || indent == 0)
		return;
	if (tick(line, &rest))
		add_line(s, indent / 2, rest, GATE_CASE_PASSED);
	else if (number_paren(line, &rest))
		add_line(s, indent / 2, rest, GATE_CASE_FAILED);
	else if (span_starts(line, SPAN_LIT("- ")))
		add_line(s, indent / 2, span_from(line, 2), GATE_CASE_SKIPPED);
	else if (indent / 2 < 32)
		for (size_t i = indent / 2; i < 32; i++)
			s->titles[i] = i == indent / 2 ? line : SPAN_EMPTY;
}

static enum err_code parse_spec(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	struct spec s = { .c = c };
	enum err_code rc = gate_text_lines(text, on_line, &s, err);

	if (s.failing > 0 && c->failed == 0)
		gate_cases_disagree(c, "mocha counts %llu failing, none is listed",
		                    (unsigned long long)s.failing);
	else if (!s.ended && c->count > 0 && c->failed == 0)
		gate_cases_disagree(c, "mocha's \"N passing\" is missing: the output "
		                       "breaks off");
	if (rc == ERR_OK)
		rc = buf_err(&s.name, err);
	if (rc == ERR_OK)
		rc = gate_cases_err(c, name, err);
	buf_fini(&s.name);
	return rc;
}

enum err_code gate_parse_mocha(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	struct span json = gate_text_json(text);
	enum err_code rc;

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	if (json.len == 0 || json.ptr[0] != '{')
		return parse_spec(text, name, c, err);
	rc = parse_json(text, name, c, err);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}
