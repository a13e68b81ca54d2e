// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * RSpec's json formatter. "pending" stands for what is skipped and for what is expected
 * to fail, and the format does not say which. An error outside of the examples (a file
 * that could not be loaded) is a failure of its own.
 */

static enum gate_case_state state_of(const struct json *example, struct gate_cases *c)
{
	const char *status = json_string(json_get(example, "status"));

	if (str_eq(status, "passed"))
		return GATE_CASE_PASSED;
	if (str_eq(status, "pending"))
		return GATE_CASE_SKIPPED;
	return str_eq(status, "failed") ? GATE_CASE_FAILED
	                                : gate_status_strange(c, status);
}

static void add_example(struct gate_cases *c, const struct json *example)
{
	const char *name = json_string(json_get(example, "full_description"));
	const char *file = json_string(json_get(example, "file_path"));
	const char *message = json_string(json_get(example, "pending_message"));
	const struct json *exception = json_get(example, "exception");
	struct gate_case *item;
	uint64_t line = 0;

	if (exception && !message)
		message = json_string(json_get(exception, "message"));
	item = gate_cases_add(c, name && *name ? span_str(name) : SPAN_LIT("(unnamed)"),
	                      state_of(example, c),
	                      gate_json_seconds_us(json_get(example, "run_time")),
	                      span_str(message));
	(void)json_u64(json_get(example, "line_number"), &line); /* 0 without one */
	if (item)
		gate_cases_place(c, item, span_str(file), line);
}

static void add_outside(struct gate_cases *c, const struct json *root)
{
	enum { OUTSIDE_MAX = 1000 };
	const struct json *summary = json_get(root, "summary");
	const struct json *message = json_first(json_get(root, "messages"));
	uint64_t count = 0;

	(void)json_u64(json_get(summary, "errors_outside_of_examples_count"), &count);
	for (uint64_t i = 0; i < count && i < OUTSIDE_MAX; i++) {
		gate_cases_add(c, SPAN_LIT("(outside of examples)"), GATE_CASE_ERROR, 0,
		               span_str(json_string(message)));
		message = message ? json_next(message) : NULL;
	}
}

enum err_code gate_parse_rspec(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	struct json_doc *doc = NULL;
	const struct json *examples;
	uint64_t failed;
	enum err_code rc;

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	rc = gate_json_report(&doc, text, name, "examples", err);
	examples = doc ? json_get(json_root(doc), "examples") : NULL;
	for (const struct json *e = json_first(examples); e; e = json_next(e))
		add_example(c, e);
	if (rc == ERR_OK)
		add_outside(c, json_root(doc));
	if (rc == ERR_OK &&
	    json_u64(json_get(json_get(json_root(doc), "summary"), "failure_count"),
	             &failed) &&
	    failed > 0 && c->failed == 0)
		gate_cases_disagree(
			c, "the summary says that %llu failed, and none is listed",
			(unsigned long long)failed);
	json_free(doc);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}
