// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"
#include "lib/xml.h"

/*
 * JUnit XML has no standard; this reads what Surefire, pytest, GoogleTest, Catch2, CTest,
 * nextest, Playwright, Jest and Criterion write: a bare <testsuite> root, nested suites,
 * missing or wrong counts, decimal commas, Surefire's rerun elements, and a `status`
 * attribute instead of a child.
 */

#define SUITE_DEPTH 64

/* What a suite's own header claims, to be held against what is counted. */
struct suite {
	uint64_t claimed_failures;
	uint64_t failed_before;
};

struct junit {
	struct gate_cases *c;
	struct suite suites[SUITE_DEPTH];
	size_t depth;
	bool seen_root;
	bool in_case;
	bool in_verdict; /* inside <failure>, <error>, <skipped>, .. */
	bool explained;  /* a verdict's message is already in `message` */
	struct buf name;
	struct buf message;
	enum gate_case_state state;
	bool retried; /* flakyFailure, flakyError */
	uint64_t duration_us;
};

static uint64_t seconds_us(const char *text)
{
	double seconds;

	if (!text || !num_double(span_str(text), &seconds) || !(seconds > 0) ||
	    seconds > 1e9)
		return 0;
	return (uint64_t)(seconds * 1e6);
}

static uint64_t claimed(const char **attributes, const char *name)
{
	const char *text = xml_attribute(attributes, name);
	uint64_t n;

	return text && num_u64(span_str(text), 0, GATE_CASES_MAX, &n) ? n : 0;
}

static enum err_code start_suite(struct junit *j, const char **attributes,
                                 struct err *err)
{
	struct suite *s;

	if (j->depth == SUITE_DEPTH)
		return err_set(err, ERR_LIMIT, "test suites nested deeper than %d",
		               SUITE_DEPTH);
	s = &j->suites[j->depth++];
	s->claimed_failures =
		claimed(attributes, "failures") + claimed(attributes, "errors");
	s->failed_before = j->c->failed;
	return ERR_OK;
}

/* GoogleTest, CTest and Criterion state the result as an attribute. */
static enum gate_case_state stated(const char **attributes)
{
	static const char *const failed[] = { "fail", "failed", "FAILED", "error",
		                              "ERROR" };
	static const char *const skipped[] = { "notrun", "disabled", "skipped", "SKIPPED",
		                               "ignored" };
	const char *status = xml_attribute(attributes, "status");
	const char *result = xml_attribute(attributes, "result");

	if (str_eq(result, "skipped") || str_eq(result, "suppressed"))
		return GATE_CASE_SKIPPED;
	for (size_t i = 0; status && i < sizeof failed / sizeof *failed; i++)
		if (str_eq(status, failed[i]))
			return GATE_CASE_FAILED;
	for (size_t i = 0; status && i < sizeof skipped / sizeof *skipped; i++)
		if (str_eq(status, skipped[i]))
			return GATE_CASE_SKIPPED;
	return GATE_CASE_PASSED;
}

/* CTest and GoogleTest's typed tests repeat the class in the name. */
static bool repeats(const char *group, const char *name)
{
	size_t n = span_str(group).len;

	return str_starts(name, group) && (!name[n] || name[n] == '.' || name[n] == ':');
}

static void start_case(struct junit *j, const char **attributes)
{
	const char *group = xml_attribute(attributes, "classname");
	const char *name = xml_attribute(attributes, "name");

	j->in_case = true;
	j->retried = false;
	j->explained = false;
	j->state = stated(attributes);
	j->duration_us = seconds_us(xml_attribute(attributes, "time"));
	buf_clear(&j->message);
	buf_clear(&j->name);
	if (group && *group && name && !repeats(group, name))
		buf_printf(&j->name, "%s.", group);
	buf_puts(&j->name, name && *name ? name : "(unnamed)");
}

/* Worst verdict wins; a skip never hides a failure. */
static void verdict(struct junit *j, enum gate_case_state state)
{
	if (state == GATE_CASE_SKIPPED && j->state != GATE_CASE_PASSED)
		return;
	if (state == GATE_CASE_ERROR && j->state == GATE_CASE_FAILED)
		return;
	j->state = state;
}

static bool is_verdict(struct junit *j, const char *element)
{
	if (str_eq(element, "failure"))
		verdict(j, GATE_CASE_FAILED);
	else if (str_eq(element, "error"))
		verdict(j, GATE_CASE_ERROR);
	else if (str_eq(element, "skipped"))
		verdict(j, GATE_CASE_SKIPPED);
	else if (str_eq(element, "flakyFailure") || str_eq(element, "flakyError"))
		j->retried = true;
	else
		return false;
	return true;
}

static void start_verdict(struct junit *j, const char **attributes)
{
	const char *message = xml_attribute(attributes, "message");

	j->in_verdict = true;
	if (j->message.len == 0 && message && *message) {
		buf_puts(&j->message, message);
		j->explained = true;
	}
}

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct junit *j = context;

	if (!j->seen_root && !str_eq(name, "testsuites") && !str_eq(name, "testsuite"))
		return err_set(err, ERR_CORRUPT,
		               "the root element is <%s>, not <testsuites>", name);
	j->seen_root = true;
	if (str_eq(name, "testsuite"))
		return start_suite(j, attributes, err);
	if (str_eq(name, "testcase")) {
		if (j->in_case)
			return err_set(err, ERR_CORRUPT,
			               "a <testcase> inside a <testcase>");
		start_case(j, attributes);
		return ERR_OK;
	}
	if (!j->in_case && j->depth > 0 &&
	    (str_eq(name, "failure") || str_eq(name, "error")))
		gate_cases_add(j->c, SPAN_LIT("(suite)"), GATE_CASE_ERROR, 0,
		               span_str(xml_attribute(attributes, "message")));
	else if (j->in_case && is_verdict(j, name))
		start_verdict(j, attributes);
	return ERR_OK;
}

static void end_case(struct junit *j)
{
	enum gate_case_state state = j->state;

	if (j->retried && state == GATE_CASE_PASSED)
		state = GATE_CASE_FLAKY;
	gate_cases_add(j->c, buf_span(&j->name), state, j->duration_us,
	               buf_span(&j->message));
	j->in_case = false;
}

static void end_suite(struct junit *j)
{
	struct suite *s = &j->suites[--j->depth];

	if (s->claimed_failures > 0 && j->c->failed == s->failed_before)
		gate_cases_disagree(
			j->c, "a suite's totals say that %llu failed, and none is listed",
			(unsigned long long)s->claimed_failures);
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct junit *j = context;

	if (str_eq(name, "testsuite"))
		end_suite(j);
	else if (str_eq(name, "testcase"))
		end_case(j);
	else if (j->in_verdict && !str_starts(name, "stackTrace") &&
	         !str_starts(name, "system-"))
		j->in_verdict = false;
	return gate_cases_err(j->c, "results", err);
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct junit *j = context;

	(void)err;
	if (j->in_verdict && !j->explained && j->message.len < GATE_CASE_MESSAGE)
		buf_put(&j->message, span_sub(data, 0, GATE_CASE_MESSAGE));
	return ERR_OK;
}

enum err_code gate_parse_junit(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	struct junit j = { .c = c };
	struct xml_handler handler = { on_start, on_end, on_text, &j };
	enum err_code rc;

	rc = xml_parse(text, name, &handler, err);
	if (rc == ERR_OK && (!buf_ok(&j.name) || !buf_ok(&j.message)))
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = gate_cases_err(c, name, err);
	buf_fini(&j.name);
	buf_fini(&j.message);
	return rc;
}
