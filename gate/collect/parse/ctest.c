// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

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
	{ "***", GATE_CASE_FAILED }, /* whatever else befell it */
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
	struct gate_lines lines;
	struct map by_name; /* -> 1 + position */
	bool no_memory;
	bool names_failed; /* "The following tests FAILED:" */
	bool ended;        /* "50% tests passed, 1 tests failed out of 2" */
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

static void on_line(void *context, struct span line)
{
	struct console *k = context;

	if (on_console_line(k, line))
		return;
	if (span_find(line, SPAN_LIT("The following tests FAILED:")) < line.len)
		k->names_failed = true;
	if (span_find(line, SPAN_LIT("tests failed out of ")) < line.len)
		k->ended = true;
}

static enum err_code console_begin(void *state, struct gate_cases *c, const char *name,
                                   struct err *err)
{
	struct console *k = state;

	(void)err;
	k->c = c;
	k->lines.name = name;
	map_init(&k->by_name);
	return ERR_OK;
}

static enum err_code console_feed(void *state, struct span piece, struct err *err)
{
	struct console *k = state;

	return gate_lines_feed(&k->lines, piece, on_line, k, err);
}

static enum err_code console_end(void *state, struct err *err)
{
	struct console *k = state;
	enum err_code rc = gate_lines_end(&k->lines, on_line, k, err);

	if (k->c->failed == 0 && k->names_failed)
		gate_cases_disagree(k->c,
		                    "ctest names failed tests, no result line shows one");
	else if (k->c->failed == 0 && k->c->count > 0 && !k->ended)
		gate_cases_disagree(k->c, "ctest's \"tests failed out of\" is missing: "
		                          "the output breaks off");
	return k->no_memory ? err_nomem(err) : rc;
}

static void console_fini(void *state)
{
	struct console *k = state;

	gate_lines_fini(&k->lines);
	map_fini(&k->by_name);
}

const struct gate_stream gate_stream_ctest = { sizeof(struct console), console_begin,
	                                       console_feed, console_end, console_fini };

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
	struct gate_xml xml;
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

static enum err_code xml_begin(void *state, struct gate_cases *c, const char *name,
                               struct err *err)
{
	struct ctest_xml *x = state;
	const struct xml_handler handler = { on_start, on_end, on_text, x };

	x->c = c;
	return gate_xml_begin(&x->xml, name, &handler, err);
}

static enum err_code xml_feed(void *state, struct span piece, struct err *err)
{
	struct ctest_xml *x = state;

	return gate_xml_feed(&x->xml, piece, err);
}

static enum err_code xml_end(void *state, struct err *err)
{
	struct ctest_xml *x = state;
	enum err_code rc = gate_xml_end(&x->xml, err);

	return buf_ok(&x->name) && buf_ok(&x->seconds) && buf_ok(&x->output)
	               ? rc
	               : err_nomem(err);
}

static void xml_fini(void *state)
{
	struct ctest_xml *x = state;

	gate_xml_fini(&x->xml);
	buf_fini(&x->name);
	buf_fini(&x->seconds);
	buf_fini(&x->output);
}

const struct gate_stream gate_stream_ctest_xml = { sizeof(struct ctest_xml), xml_begin,
	                                           xml_feed, xml_end, xml_fini };

enum err_code gate_parse_ctest(struct span text, const char *name, struct gate_cases *c,
                               struct err *err)
{
	return gate_stream_text(GATE_FORMAT_CTEST, text, name, c, err);
}
