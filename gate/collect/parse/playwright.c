// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * Playwright's json reporter: suites in suites, specs in them, a test for each project,
 * and a result for each attempt. The test's status tells what is expected; errors outside
 * of tests (a file that could not be loaded) are failures of their own.
 */

enum { SUITES_DEPTH = 64 };

struct playwright {
	struct gate_cases *c;
	struct buf name; /* "file > suite > ", growing with the depth */
	struct buf whole;
};

static struct span message_of(const struct json *result)
{
	const char *status = json_string(json_get(result, "status"));
	const char *text = json_string(json_get(json_get(result, "error"), "message"));

	return span_str(text ? text : status);
}

static enum gate_case_state state_of_result(const struct json *result)
{
	const char *status = json_string(json_get(result, "status"));

	if (str_eq(status, "passed"))
		return GATE_CASE_PASSED;
	if (str_eq(status, "skipped"))
		return GATE_CASE_SKIPPED;
	return str_eq(status, "failed") ? GATE_CASE_FAILED : GATE_CASE_ERROR;
}

/* A failure that stopped early ("timedOut", "interrupted") is an error. */
static enum gate_case_state state_of(struct gate_cases *c, const struct json *test,
                                     const struct json *last)
{
	const char *status = json_string(json_get(test, "status"));

	if (str_eq(status, "expected"))
		return GATE_CASE_PASSED;
	if (str_eq(status, "skipped"))
		return GATE_CASE_SKIPPED;
	if (str_eq(status, "flaky"))
		return GATE_CASE_FLAKY;
	if (!str_eq(status, "unexpected"))
		return gate_status_strange(c, status);
	return last && state_of_result(last) == GATE_CASE_ERROR ? GATE_CASE_ERROR
	                                                        : GATE_CASE_FAILED;
}

static void name_test(struct playwright *p, const struct json *spec,
                      const struct json *test)
{
	const char *project = json_string(json_get(test, "projectName"));
	const char *title = json_string(json_get(spec, "title"));

	buf_clear(&p->whole);
	if (project && *project)
		buf_printf(&p->whole, "[%s] ", project);
	buf_put(&p->whole, buf_span(&p->name));
	buf_puts(&p->whole, title && *title ? title : "(unnamed)");
}

static void add_test(struct playwright *p, const struct json *spec,
                     const struct json *test)
{
	const struct json *results = json_get(test, "results");
	const struct json *last = NULL;
	enum gate_case_state state;
	struct gate_case *item;
	uint64_t line = 0;

	for (const struct json *r = json_first(results); r; r = json_next(r))
		last = r;
	state = state_of(p->c, test, last);
	name_test(p, spec, test);
	item = gate_cases_add(p->c, buf_span(&p->whole), state,
	                      gate_json_ms_us(json_get(last, "duration")),
	                      state == GATE_CASE_FAILED || state == GATE_CASE_ERROR
	                              ? message_of(last)
	                              : SPAN_EMPTY);
	if (!item)
		return;
	(void)json_u64(json_get(spec, "line"), &line); /* 0 without one */
	gate_cases_place(p->c, item, span_str(json_string(json_get(spec, "file"))), line);
	for (const struct json *r = json_first(results); r && r != last; r = json_next(r))
		gate_cases_attempt(p->c, item, state_of_result(r),
		                   gate_json_ms_us(json_get(r, "duration")),
		                   message_of(r));
}

static void add_suite(struct playwright *p, const struct json *suite, unsigned depth)
{
	const char *title = json_string(json_get(suite, "title"));
	const struct json *specs = json_get(suite, "specs");
	const struct json *inner = json_get(suite, "suites");
	size_t length = p->name.len;

	if (title && *title)
		buf_printf(&p->name, "%s > ", title);
	for (const struct json *s = json_first(specs); s; s = json_next(s)) {
		const struct json *tests = json_get(s, "tests");

		for (const struct json *t = json_first(tests); t; t = json_next(t))
			add_test(p, s, t);
	}
	if (inner && json_count(inner) > 0 && depth == SUITES_DEPTH)
		gate_cases_disagree(p->c, "suites are nested deeper than %d",
		                    SUITES_DEPTH);
	for (const struct json *s = json_first(inner); s && depth < SUITES_DEPTH;
	     s = json_next(s))
		add_suite(p, s, depth + 1);
	if (buf_ok(&p->name))
		buf_truncate(&p->name, length);
}

static void add_errors(struct gate_cases *c, const struct json *errors)
{
	for (const struct json *e = json_first(errors); e; e = json_next(e)) {
		struct span message = span_str(json_string(json_get(e, "message")));

		if (!span_starts(message, SPAN_LIT("Error: No tests found")))
			gate_cases_add(c, SPAN_LIT("(outside of tests)"), GATE_CASE_ERROR,
			               0, message);
	}
}

enum err_code gate_parse_playwright(struct span text, const char *name,
                                    struct gate_cases *c, struct err *err)
{
	struct playwright p = { .c = c };
	struct json_doc *doc = NULL;
	const struct json *root;
	uint64_t failed;
	enum err_code rc;

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	rc = gate_json_report(&doc, text, name, "suites", err);
	root = doc ? json_root(doc) : NULL;
	for (const struct json *s = json_first(json_get(root, "suites")); s;
	     s = json_next(s))
		add_suite(&p, s, 1);
	add_errors(c, json_get(root, "errors"));
	if (json_u64(json_get(json_get(root, "stats"), "unexpected"), &failed) &&
	    failed > 0 && c->failed == 0)
		gate_cases_disagree(c,
		                    "the totals say that %llu failed, and none is listed",
		                    (unsigned long long)failed);
	if (rc == ERR_OK && (!buf_ok(&p.name) || !buf_ok(&p.whole)))
		rc = err_nomem(err);
	json_free(doc);
	buf_fini(&p.name);
	buf_fini(&p.whole);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}
