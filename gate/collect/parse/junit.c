// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

#include <strings.h>

/*
 * JUnit XML has no standard; this reads what Surefire, pytest, GoogleTest, Catch2, CTest,
 * nextest, Playwright, Jest, PHPUnit and Criterion write: a bare <testsuite> root, nested
 * suites, missing or wrong counts, decimal commas, Surefire's rerun elements, and a
 * `status` attribute instead of a child.
 */

enum { SUITE_DEPTH = 64 };

/* What a suite's own header says, to be held against what is counted. */
struct suite {
	uint64_t claimed_failures;
	uint64_t failed_before;
	size_t excused_before;
	uint64_t claimed_tests;
	uint64_t claimed_skips;
	size_t listed_before; /* cases and attempts */
	uint64_t skipped_before;
	bool counts_else; /* its `tests` is no number of cases */
	const char *file; /* of cases that name none themselves */
};

/* One attempt of the case that is being read; its text is in junit.texts. */
struct attempt {
	enum gate_case_state state;
	uint64_t duration_us;
	size_t text;
	size_t text_len;
};

/* What the text of the element inside the case is for. */
enum reading { READ_NOTHING, READ_VERDICT, READ_ATTEMPT };

struct junit {
	struct gate_cases *c;
	const char *input;
	struct gate_xml xml;
	struct suite suites[SUITE_DEPTH];
	size_t depth;
	bool seen_root;
	bool in_case;
	size_t below; /* elements open below the case */
	enum reading reading;
	bool deaf;      /* inside the output that an attempt left */
	bool explained; /* the element's message is there already */
	struct buf name;
	struct buf file;
	uint64_t line;
	struct buf message;
	enum gate_case_state state;
	bool no_memory;
	bool not_run;  /* status="notrun" */
	bool retried;  /* flakyFailure, flakyError */
	bool expected; /* a failure that the project expects, told beside its message */
	bool xfail;    /* the same, told in its place: a failure beside it is another */
	uint64_t duration_us;
	size_t excused; /* cases that the totals may call failed, and we do not */
	size_t tried;   /* attempts before the last; Surefire's `tests` counts them */
	struct attempt *attempts;
	size_t attempt_count;
	size_t attempt_cap;
	struct buf texts;
};

static uint64_t number(const char **attributes, const char *name, uint64_t max)
{
	const char *text = xml_attribute(attributes, name);
	uint64_t n;

	return text && num_u64(span_str(text), 0, max, &n) ? n : 0;
}

/* pytest counts subtests, and errors of the tear-down once more. */
static bool is_pytest(const char **attributes)
{
	const char *name = xml_attribute(attributes, "name");

	return str_eq(name, "pytest") || str_eq(name, "pytest tests");
}

static enum err_code start_suite(struct junit *j, const char **attributes,
                                 struct err *err)
{
	const char *file = xml_attribute(attributes, "file");
	struct suite *s;

	if (j->depth == SUITE_DEPTH)
		return err_set(err, ERR_LIMIT, "test suites nested deeper than %d",
		               SUITE_DEPTH);
	s = &j->suites[j->depth++];
	s->claimed_failures = number(attributes, "failures", GATE_CASES_MAX) +
	                      number(attributes, "errors", GATE_CASES_MAX);
	s->failed_before = j->c->failed;
	s->excused_before = j->excused;
	s->claimed_tests = number(attributes, "tests", GATE_CASES_MAX);
	s->claimed_skips = number(attributes, "skipped", GATE_CASES_MAX) +
	                   number(attributes, "disabled", GATE_CASES_MAX);
	s->listed_before = j->c->count + j->tried;
	s->skipped_before = j->c->skipped;
	s->counts_else = is_pytest(attributes) || (j->depth > 1 && s[-1].counts_else);
	s->file = j->depth > 1 ? s[-1].file : NULL;
	if (file && *file)
		s->file = arena_str(&j->c->arena, file);
	return ERR_OK;
}

static bool is_word(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

/* GoogleTest, CTest, Criterion, Behave and others state the result as an attribute, which
 * counts more than that no child tells of a failure. */
static enum gate_case_state stated(const char **attributes)
{
	static const char *const failed[] = { "fail",    "failed",   "failure",
		                              "error",   "errored",  "broken",
		                              "timeout", "timedout", "timed out",
		                              "crashed", "aborted",  NULL };
	static const char *const skipped[] = {
		"notrun",    "not run",    "not_run",  "disabled", "skip", "skipped",
		"ignored",   "suppressed", "pending",  "untested", "todo", "inconclusive",
		"undefined", "cancelled",  "canceled", NULL
	};
	static const char *const names[] = { "status", "result" };
	enum gate_case_state state = GATE_CASE_PASSED;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *word = xml_attribute(attributes, names[i]);

		if (word != NULL && is_word(word, failed))
			return GATE_CASE_FAILED;
		if (word != NULL && is_word(word, skipped))
			state = GATE_CASE_SKIPPED;
	}
	return state;
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
	const char *file = xml_attribute(attributes, "file");

	if (!file && j->depth > 0)
		file = j->suites[j->depth - 1].file;
	j->in_case = true;
	j->below = 0;
	j->retried = j->expected = j->xfail = false;
	j->attempt_count = 0;
	j->state = stated(attributes);
	j->not_run = str_eq(xml_attribute(attributes, "status"), "notrun");
	/* Catch2 and doctest say so, and count assertions; GoogleTest has a result too.
	 */
	if (j->depth > 0 && str_eq(xml_attribute(attributes, "status"), "run") &&
	    xml_attribute(attributes, "result") == NULL)
		j->suites[j->depth - 1].counts_else = true;
	j->duration_us =
		gate_text_seconds_us(span_str(xml_attribute(attributes, "time")));
	j->line = number(attributes, "line", UINT32_MAX);
	buf_clear(&j->message);
	buf_clear(&j->texts);
	buf_clear(&j->file);
	buf_puts(&j->file, file ? file : "");
	buf_clear(&j->name);
	if (group && *group && name && !repeats(group, name))
		buf_printf(&j->name, "%s.", group);
	buf_puts(&j->name, name && *name ? name : "(unnamed)");
}

/* Worst verdict wins; a skip never hides a failure. */
static void verdict(struct junit *j, enum gate_case_state state)
{
	if (j->not_run && j->state == GATE_CASE_SKIPPED)
		j->state = state;
	if (state == GATE_CASE_SKIPPED && j->state != GATE_CASE_PASSED)
		return;
	if (state == GATE_CASE_ERROR && j->state == GATE_CASE_FAILED)
		return;
	j->state = state;
}

/* Says that the test's failure, beside it, is expected: node's todo, Catch2's tags. */
static bool is_expected(const char **attributes)
{
	const char *type = xml_attribute(attributes, "type");
	const char *message = xml_attribute(attributes, "message");

	return str_eq(type, "todo") ||
	       (message && str_starts(message, "TEST_CASE tagged with !"));
}

static void skip(struct junit *j, const char **attributes)
{
	const char *message = xml_attribute(attributes, "message");

	j->expected = j->expected || is_expected(attributes);
	j->xfail = j->xfail || str_eq(xml_attribute(attributes, "type"), "pytest.xfail");
	verdict(j, j->not_run && gate_ctest_could_not_run(span_str(message))
	                   ? GATE_CASE_ERROR
	                   : GATE_CASE_SKIPPED);
}

/* PHPUnit's warnings, and its tests that assert nothing, have neither passed nor failed.
 */
static bool shows_nothing(const char *element, const char **attributes)
{
	return str_eq(element, "warning") || str_eq(xml_attribute(attributes, "type"),
	                                            "PHPUnit\\Framework\\RiskyTestError");
}

static bool is_verdict(struct junit *j, const char *element, const char **attributes)
{
	if (str_eq(element, "skipped") || shows_nothing(element, attributes)) {
		skip(j, attributes);
		j->excused += j->expected || j->xfail || !str_eq(element, "skipped");
	} else if (str_eq(element, "failure"))
		verdict(j, GATE_CASE_FAILED);
	else if (str_eq(element, "error"))
		verdict(j, GATE_CASE_ERROR);
	else
		return false;
	return true;
}

/* Surefire's elements: flaky.. passed at last, rerun.. failed again. */
static bool is_attempt(struct junit *j, const char *element, const char **attributes)
{
	static const struct {
		const char *element;
		enum gate_case_state state;
		bool flaky;
	} kinds[] = {
		{ "flakyFailure", GATE_CASE_FAILED, true },
		{ "flakyError", GATE_CASE_ERROR, true },
		{ "rerunFailure", GATE_CASE_FAILED, false },
		{ "rerunError", GATE_CASE_ERROR, false },
	};
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) && !str_eq(element, kinds[i].element))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return false;
	if (!mem_grow(&j->attempts, j->attempt_count, &j->attempt_cap,
	              sizeof(*j->attempts))) {
		j->no_memory = true;
		return false;
	}
	j->attempts[j->attempt_count++] = (struct attempt){
		.state = kinds[i].state,
		.duration_us =
			gate_text_seconds_us(span_str(xml_attribute(attributes, "time"))),
		.text = j->texts.len,
	};
	j->retried = j->retried || kinds[i].flaky;
	return true;
}

static struct buf *text_of(struct junit *j)
{
	return j->reading == READ_ATTEMPT ? &j->texts : &j->message;
}

/* An element right below the case. */
static void start_element(struct junit *j, const char *element, const char **attributes)
{
	const char *message = xml_attribute(attributes, "message");

	j->reading = READ_NOTHING;
	j->deaf = false;
	if (is_verdict(j, element, attributes))
		j->reading = READ_VERDICT;
	else if (is_attempt(j, element, attributes))
		j->reading = READ_ATTEMPT;
	else
		return;
	j->explained = j->reading == READ_VERDICT && j->message.len > 0;
	if (!j->explained && message && *message) {
		buf_put(text_of(j), span_sub(span_str(message), 0, GATE_CASE_MESSAGE));
		j->explained = true;
	}
}

/* Outside a case: what kept a suite from starting is a failure of its own. */
static enum err_code start_outside(struct junit *j, const char *element,
                                   const char **attributes, struct err *err)
{
	if (str_eq(element, "testsuite") || str_eq(element, "testsuites"))
		return start_suite(j, attributes, err);
	if (str_eq(element, "testcase"))
		start_case(j, attributes);
	else if (j->depth > 0 && (str_eq(element, "failure") || str_eq(element, "error")))
		gate_cases_add(j->c, SPAN_LIT("(suite)"), GATE_CASE_ERROR, 0,
		               span_str(xml_attribute(attributes, "message")));
	return ERR_OK;
}

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct junit *j = context;

	if (!j->seen_root && !str_eq(name, "testsuites") && !str_eq(name, "testsuite"))
		return err_set(err, ERR_CORRUPT,
		               "the root element is <%s>, not <testsuites>", name);
	j->seen_root = true;
	if (!j->in_case)
		return start_outside(j, name, attributes, err);
	if (str_eq(name, "testcase") || str_eq(name, "testsuite"))
		return err_set(err, ERR_CORRUPT, "a <%s> inside a <testcase>", name);
	if (j->below++ == 0)
		start_element(j, name, attributes);
	else if (str_starts(name, "system-"))
		j->deaf = true;
	return ERR_OK;
}

static void end_case(struct junit *j)
{
	enum gate_case_state state = j->state;
	struct gate_case *item;

	j->in_case = false;
	if (j->retried && state == GATE_CASE_PASSED)
		state = GATE_CASE_FLAKY;
	else if (j->attempt_count > 0 && !j->retried &&
	         (state == GATE_CASE_PASSED || state == GATE_CASE_SKIPPED))
		state = j->attempts[j->attempt_count - 1].state;
	if (j->expected && state != GATE_CASE_PASSED)
		state = GATE_CASE_SKIPPED;
	item = gate_cases_add(j->c, buf_span(&j->name), state, j->duration_us,
	                      buf_span(&j->message));
	if (!item)
		return;
	if ((j->expected || j->xfail) && state == GATE_CASE_SKIPPED)
		j->c->todo++;
	gate_cases_place(j->c, item, buf_span(&j->file), j->line);
	j->tried += j->attempt_count;
	for (size_t i = 0; i < j->attempt_count; i++) {
		const struct attempt *a = &j->attempts[i];

		gate_cases_attempt(j->c, item, a->state, a->duration_us,
		                   span_sub(buf_span(&j->texts), a->text, a->text_len));
	}
}

/* Some leave out what they skipped, and count it. */
static void check_count(struct junit *j, const struct suite *s)
{
	const uint64_t listed = j->c->count + j->tried - s->listed_before;
	const uint64_t skipped = j->c->skipped - s->skipped_before;
	const uint64_t left_out =
		s->claimed_skips > skipped ? s->claimed_skips - skipped : 0;

	if (s->counts_else || s->claimed_tests <= listed + left_out)
		return;
	gate_cases_disagree(j->c,
	                    "a suite states %llu test%s, and %llu %s listed: it is cut",
	                    (unsigned long long)s->claimed_tests, str_s(s->claimed_tests),
	                    (unsigned long long)listed, listed == 1 ? "is" : "are");
}

static void end_suite(struct junit *j)
{
	struct suite *s = &j->suites[--j->depth];

	/* What holds them counts their numbers together. */
	if (s->counts_else && j->depth > 0)
		s[-1].counts_else = true;
	check_count(j, s);
	if (s->claimed_failures > 0 && j->c->failed == s->failed_before &&
	    j->excused == s->excused_before)
		gate_cases_disagree(
			j->c, "a suite's totals say that %llu failed, and none is listed",
			(unsigned long long)s->claimed_failures);
}

static void end_element(struct junit *j)
{
	j->deaf = false;
	if (--j->below > 0)
		return;
	if (j->reading == READ_ATTEMPT) {
		struct attempt *a = &j->attempts[j->attempt_count - 1];

		a->text_len = j->texts.len - a->text;
	}
	j->reading = READ_NOTHING;
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct junit *j = context;

	if (j->in_case && j->below > 0)
		end_element(j);
	else if (str_eq(name, "testcase"))
		end_case(j);
	else if (str_eq(name, "testsuite") || str_eq(name, "testsuites"))
		end_suite(j);
	return gate_cases_err(j->c, "results", err);
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct junit *j = context;
	struct buf *text = text_of(j);
	size_t from = 0;

	(void)err;
	if (j->reading == READ_NOTHING || j->deaf || j->explained)
		return ERR_OK;
	if (j->reading == READ_ATTEMPT)
		from = j->attempts[j->attempt_count - 1].text;
	if (text->len - from < GATE_CASE_MESSAGE)
		buf_put(text, span_sub(data, 0, GATE_CASE_MESSAGE));
	return ERR_OK;
}

static enum err_code junit_begin(void *state, struct gate_cases *c, const char *name,
                                 struct err *err)
{
	struct junit *j = state;
	const struct xml_handler handler = { on_start, on_end, on_text, j };

	j->c = c;
	j->input = name;
	return gate_xml_begin(&j->xml, name, &handler, err);
}

static enum err_code junit_feed(void *state, struct span piece, struct err *err)
{
	struct junit *j = state;

	return gate_xml_feed(&j->xml, piece, err);
}

static enum err_code junit_end(void *state, struct err *err)
{
	struct junit *j = state;
	enum err_code rc = gate_xml_end(&j->xml, err);

	if (j->no_memory || !buf_ok(&j->name) || !buf_ok(&j->message) ||
	    !buf_ok(&j->file) || !buf_ok(&j->texts))
		rc = err_nomem(err);
	return rc;
}

static void junit_fini(void *state)
{
	struct junit *j = state;

	gate_xml_fini(&j->xml);
	buf_fini(&j->name);
	buf_fini(&j->message);
	buf_fini(&j->file);
	buf_fini(&j->texts);
	mem_free(j->attempts);
}

const struct gate_stream gate_stream_junit = { sizeof(struct junit), junit_begin,
	                                       junit_feed, junit_end, junit_fini };

enum err_code gate_parse_junit(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	return gate_stream_text(GATE_FORMAT_JUNIT, text, name, c, err);
}
