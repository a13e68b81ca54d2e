// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/parse.h"
#include "lib/xml.h"

/*
 * CTest: the console's result lines, its own Test.xml, or --output-junit. "Not Run"
 * means that the test could not be started and is a failure, unless the project disabled
 * it.
 */

/* ---- console ---- */

static const struct {
	const char *text;
	enum gate_case_state state;
} endings[] = {
	{ "Passed", GATE_CASE_PASSED },
	{ "***Skipped", GATE_CASE_SKIPPED },
	{ "***Not Run (Disabled)", GATE_CASE_SKIPPED },
	{ "***Not Run", GATE_CASE_ERROR },
	{ "***Failed", GATE_CASE_FAILED },
	{ "***Timeout", GATE_CASE_FAILED },
	{ "***Exception", GATE_CASE_FAILED },
};

/* Offset where `ending` stands in a result's tail (after dots and spaces), or the length.
 */
static size_t find_ending(struct span tail, size_t *which)
{
	size_t best = tail.len;

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		size_t at = span_find(tail, span_str(endings[i].text));

		if (at < best) {
			best = at;
			*which = i;
		}
	}
	return best;
}

static uint64_t console_us(struct span after)
{
	struct span rest = span_trim(after);
	struct span number;
	size_t space;

	if (!span_ends(rest, SPAN_LIT(" sec")))
		return 0;
	rest = span_trim(span_sub(rest, 0, rest.len - 4));
	space = span_rfind_byte(rest, ' ');
	number = space < rest.len ? span_from(rest, space + 1) : rest;
	return gate_text_seconds_us(number);
}

struct console {
	struct gate_cases *c;
	struct map by_name; /* -> 1 + position */
	bool no_memory;
};

/* The state after one more attempt: what came last counts, but a pass is flaky then. */
static void run_again(struct gate_cases *c, struct gate_case *item,
                      enum gate_case_state state, uint64_t us, struct span message)
{
	enum gate_case_state before = item->state;
	bool failed = before == GATE_CASE_FAILED || before == GATE_CASE_ERROR ||
	              before == GATE_CASE_FLAKY;

	gate_cases_attempt(c, item, before == GATE_CASE_FLAKY ? GATE_CASE_PASSED : before,
	                   item->duration_us, span_str(item->message));
	gate_cases_restate(c, item,
	                   state == GATE_CASE_PASSED && failed ? GATE_CASE_FLAKY : state);
	gate_cases_explain(c, item, message);
	item->duration_us = us;
}

/* A line without "3/12" tells of a test once more (--repeat). */
static void note_result(struct console *k, struct span name, bool again,
                        enum gate_case_state state, uint64_t us, struct span message)
{
	uintptr_t at = (uintptr_t)map_get(&k->by_name, name);

	if (again && at > 0)
		run_again(k->c, &k->c->items[at - 1], state, us, message);
	else if (gate_cases_add(k->c, name, state, us, message) &&
	         !map_set(&k->by_name, name, (void *)(uintptr_t)k->c->count))
		k->no_memory = true;
}

/* " 3/12 Test  #3: name .......***Failed    0.02 sec" */
static bool on_console_line(struct console *k, struct span line)
{
	size_t hash = span_find(line, SPAN_LIT("Test "));
	bool again = span_trim(span_sub(line, 0, hash)).len == 0 && hash > 0;
	struct span tail;
	struct span name;
	size_t colon;
	size_t which = 0;
	size_t at;

	if (hash == line.len || hash > 24 || (!again && span_find_byte(line, '/') > hash))
		return false;
	tail = span_trim(span_from(line, hash + 5));
	colon = span_find(tail, SPAN_LIT(": "));
	if (tail.len == 0 || tail.ptr[0] != '#' || colon == tail.len)
		return false;
	tail = span_from(tail, colon + 2);
	at = span_find(tail, SPAN_LIT(" .."));
	name = span_trim(span_sub(tail, 0, at));
	tail = span_from(tail, at);
	at = find_ending(tail, &which);
	if (at == tail.len)
		return false;
	note_result(k, name, again, endings[which].state, console_us(span_from(tail, at)),
	            endings[which].state == GATE_CASE_PASSED ? SPAN_EMPTY
	                                                     : span_from(tail, at));
	return true;
}

static enum err_code parse_console(struct span text, const char *name,
                                   struct gate_cases *c, struct err *err)
{
	struct console k = { .c = c };
	struct buf plain = BUF_INIT;
	struct span rest;
	struct span line;
	enum err_code rc;

	map_init(&k.by_name);
	gate_text_plain(text, &plain);
	rest = buf_span(&plain);
	while (span_line(&rest, &line))
		on_console_line(&k, line);
	map_fini(&k.by_name);
	if (c->failed == 0 &&
	    span_find(buf_span(&plain), SPAN_LIT("The following tests FAILED:")) <
	            plain.len)
		gate_cases_disagree(c,
		                    "ctest names failed tests, no result line shows one");
	rc = k.no_memory ? err_nomem(err) : buf_err(&plain, err);
	buf_fini(&plain);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}

bool gate_ctest_could_not_run(struct span why)
{
	static const char *const reasons[] = {
		"Unable to find executable",  "Fixture dependency failed",
		"Required Files Missing",     "Missing Configuration",
		"Failed to change working",   "Insufficient resources",
		"Invalid resource spec file",
	};

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (span_find(why, span_str(reasons[i])) < why.len)
			return true;
	return false;
}

/* ---- Test.xml ---- */

struct ctest_xml {
	struct gate_cases *c;
	bool in_test;
	bool in_name;
	bool in_time; /* NamedMeasurement "Execution Time" */
	bool in_output;
	enum gate_case_state state;
	struct buf name;
	struct buf seconds;
	struct buf output;
};

static void start_test(struct ctest_xml *x, const char **attributes)
{
	const char *status = xml_attribute(attributes, "Status");

	if (!status)
		return; /* the list of names at the top */
	x->in_test = true;
	buf_clear(&x->name);
	buf_clear(&x->seconds);
	buf_clear(&x->output);
	x->state = GATE_CASE_FAILED;
	if (str_eq(status, "passed"))
		x->state = GATE_CASE_PASSED;
	else if (str_eq(status, "notrun"))
		x->state = GATE_CASE_SKIPPED; /* end_test looks why */
}

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct ctest_xml *x = context;

	(void)err;
	if (str_eq(name, "Test"))
		start_test(x, attributes);
	else if (x->in_test && str_eq(name, "Name"))
		x->in_name = true;
	else if (x->in_test && str_eq(name, "NamedMeasurement"))
		x->in_time = str_eq(xml_attribute(attributes, "name"), "Execution Time");
	else if (x->in_test && str_eq(name, "Measurement"))
		x->in_output = true;
	return ERR_OK;
}

static void end_test(struct ctest_xml *x)
{
	if (x->state == GATE_CASE_SKIPPED &&
	    gate_ctest_could_not_run(buf_span(&x->output)))
		x->state = GATE_CASE_ERROR;
	gate_cases_add(x->c, span_trim(buf_span(&x->name)), x->state,
	               gate_text_seconds_us(buf_span(&x->seconds)),
	               x->state == GATE_CASE_PASSED ? SPAN_EMPTY : buf_span(&x->output));
	x->in_test = false;
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct ctest_xml *x = context;

	if (str_eq(name, "Test") && x->in_test)
		end_test(x);
	else if (str_eq(name, "Name"))
		x->in_name = false;
	else if (str_eq(name, "NamedMeasurement"))
		x->in_time = false;
	else if (str_eq(name, "Measurement"))
		x->in_output = false;
	return gate_cases_err(x->c, "results", err);
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct ctest_xml *x = context;
	struct span some = span_sub(data, 0, GATE_CASE_MESSAGE);

	(void)err;
	if (x->in_name && x->name.len < GATE_CASE_MESSAGE)
		buf_put(&x->name, some);
	else if (x->in_time && x->seconds.len < 64)
		buf_put(&x->seconds, span_sub(data, 0, 64));
	else if (x->in_output && x->output.len < GATE_CASE_MESSAGE)
		buf_put(&x->output, some);
	return ERR_OK;
}

static enum err_code parse_test_xml(struct span text, const char *name,
                                    struct gate_cases *c, struct err *err)
{
	struct ctest_xml x = { .c = c };
	struct xml_handler handler = { on_start, on_end, on_text, &x };
	enum err_code rc = xml_parse(text, name, &handler, err);

	buf_fini(&x.name);
	buf_fini(&x.seconds);
	buf_fini(&x.output);
	return rc == ERR_OK ? gate_cases_err(c, name, err) : rc;
}

enum err_code gate_parse_ctest(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	if (!gate_text_begins(text, '<'))
		return parse_console(text, name, c, err);
	if (span_find(span_sub(text, 0, 4096), SPAN_LIT("<testsuite")) < 4096 &&
	    span_find(span_sub(text, 0, 4096), SPAN_LIT("<testsuite")) < text.len)
		return gate_parse_junit(text, name, c, err);
	return parse_test_xml(text, name, c, err);
}
