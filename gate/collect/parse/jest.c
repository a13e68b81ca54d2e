// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * The JSON of jest --json, which Vitest's json reporter writes too. A file that failed
 * without a failed test (it could not be loaded) is a failure of its own; a test that
 * passed on a later invocation is flaky.
 */

static enum gate_case_state state_of(const struct json *test, struct gate_cases *c)
{
	const char *status = json_string(json_get(test, "status"));
	uint64_t invocations = 1;

	if (str_eq(status, "passed")) {
		(void)json_u64(json_get(test, "invocations"),
		               &invocations); /* absent means once */
		return invocations > 1 ? GATE_CASE_FLAKY : GATE_CASE_PASSED;
	}
	if (str_eq(status, "todo"))
		c->todo++;
	if (str_eq(status, "todo") || str_eq(status, "pending") ||
	    str_eq(status, "skipped") || str_eq(status, "disabled"))
		return GATE_CASE_SKIPPED;
	return str_eq(status, "failed") ? GATE_CASE_FAILED
	                                : gate_status_strange(c, status);
}

static void add_test(struct gate_cases *c, const struct json *test)
{
	const char *full = json_string(json_get(test, "fullName"));
	const char *title = json_string(json_get(test, "title"));
	const char *message = json_string(json_first(json_get(test, "failureMessages")));
	const char *name = full && *full ? full : title;

	gate_cases_add(c, name ? span_trim(span_str(name)) : SPAN_LIT("(unnamed)"),
	               state_of(test, c), gate_json_ms_us(json_get(test, "duration")),
	               span_str(message));
}

static void add_file(struct gate_cases *c, const struct json *file)
{
	uint64_t failed_before = c->failed;
	const struct json *tests = json_get(file, "assertionResults");
	const char *path = json_string(json_get(file, "name"));

	for (const struct json *t = json_first(tests); t; t = json_next(t))
		add_test(c, t);
	if (str_eq(json_string(json_get(file, "status")), "failed") &&
	    c->failed == failed_before)
		gate_cases_add(c, path ? span_str(path) : SPAN_LIT("(file)"),
		               GATE_CASE_ERROR, 0,
		               span_str(json_string(json_get(file, "message"))));
}

enum err_code gate_parse_jest(struct span text, const char *name, struct gate_cases *c,
                              struct err *err)
{
	struct json_doc *doc = NULL;
	const struct json *root;
	uint64_t failed;
	bool cut;
	enum err_code rc;

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	rc = gate_json_report(&doc, text, name, "testResults", err);
	root = doc ? json_root(doc) : NULL;
	for (const struct json *f = json_first(json_get(root, "testResults")); f;
	     f = json_next(f))
		add_file(c, f);
	if (json_u64(json_get(root, "numFailedTests"), &failed) && failed > 0 &&
	    c->failed == 0)
		gate_cases_disagree(c,
		                    "the totals say that %llu failed, and none is listed",
		                    (unsigned long long)failed);
	if (json_bool(json_get(root, "wasInterrupted"), &cut) && cut && c->failed == 0)
		gate_cases_disagree(c, "the run was interrupted");
	json_free(doc);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}
