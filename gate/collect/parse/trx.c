// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * Visual Studio's TRX, as `dotnet test --logger trx` and MSTest write it. A result with
 * inner results (a data-driven test) is not counted beside them, unless it failed while
 * they passed. The classes stand behind the results, by the test's id. An outcome that is
 * left out means Error.
 */

enum { INNER_DEPTH = 32 };

struct result {
	char *name;
	char *id;
	enum gate_case_state state;
	uint64_t duration_us;
	size_t inner;
	size_t inner_failed;
	const char *outcome; /* word for what stopped it, as the message; or NULL */
};

struct trx {
	struct gate_cases *c;
	struct gate_xml xml;
	size_t first; /* of our cases */
	struct result open[INNER_DEPTH];
	size_t depth;
	const char **ids; /* of the cases since `first` */
	size_t id_count;
	size_t id_cap;
	struct map classes;     /* id -> class */
	const char *definition; /* the test that is being defined */
	bool no_memory;
	bool seen_root;
	bool in_message; /* ErrorInfo's Message, or a RunInfo's Text */
	bool in_run_info;
	struct buf message;
	uint64_t claimed_failures;
	const char *outcome; /* of the whole run, where it is a bad one; or NULL */
};

static const struct {
	const char *word;
	enum gate_case_state state;
} outcomes[] = {
	{ "Passed", GATE_CASE_PASSED },
	{ "PassedButRunAborted", GATE_CASE_PASSED },
	{ "Warning", GATE_CASE_PASSED },
	{ "Completed", GATE_CASE_PASSED },
	{ "Failed", GATE_CASE_FAILED },
	{ "NotExecuted", GATE_CASE_SKIPPED },
	{ "Inconclusive", GATE_CASE_SKIPPED },
	{ "Pending", GATE_CASE_SKIPPED },
	{ "Timeout", GATE_CASE_ERROR },
	{ "Aborted", GATE_CASE_ERROR },
	{ "NotRunnable", GATE_CASE_ERROR },
	{ "Disconnected", GATE_CASE_ERROR },
	{ "InProgress", GATE_CASE_ERROR },
};

static void judge_outcome(struct result *r, const char *word)
{
	r->state = GATE_CASE_ERROR;
	r->outcome = "Error";
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (str_eq(word, outcomes[i].word)) {
			r->state = outcomes[i].state;
			r->outcome = outcomes[i].state == GATE_CASE_ERROR
			                     ? outcomes[i].word
			                     : NULL;
		}
}

/* "00:00:01.2345678" */
static uint64_t duration_us(const char *text)
{
	struct span rest = span_str(text);
	uint64_t total = 0;
	struct span piece;

	while (span_split(&rest, ':', &piece)) {
		if (total > UINT64_C(1000000000) * 1000000)
			return 0;
		total = total * 60 + gate_text_seconds_us(piece);
	}
	return total;
}

static enum err_code start_result(struct trx *t, const char **attributes, struct err *err)
{
	const char *name = xml_attribute(attributes, "testName");
	const char *id = xml_attribute(attributes, "testId");
	struct result *r;

	if (t->depth == INNER_DEPTH)
		return err_set(err, ERR_LIMIT, "inner results nested deeper than %d",
		               INNER_DEPTH);
	r = &t->open[t->depth++];
	*r = (struct result){ .duration_us = duration_us(
				      xml_attribute(attributes, "duration")) };
	judge_outcome(r, xml_attribute(attributes, "outcome"));
	r->name = arena_str(&t->c->arena, name && *name ? name : "(unnamed)");
	r->id = arena_str(&t->c->arena, id ? id : "");
	buf_clear(&t->message);
	return arena_err(&t->c->arena, err);
}

static void end_result(struct trx *t)
{
	struct result *r = &t->open[--t->depth];
	bool failed = r->state == GATE_CASE_FAILED || r->state == GATE_CASE_ERROR;
	struct span message = buf_span(&t->message);

	if (t->depth > 0) {
		t->open[t->depth - 1].inner++;
		t->open[t->depth - 1].inner_failed += failed;
	}
	if (r->inner > 0 && (!failed || r->inner_failed > 0))
		return;
	if (message.len == 0)
		message = span_str(r->outcome);
	if (!mem_grow(&t->ids, t->id_count, &t->id_cap, sizeof(*t->ids)))
		t->no_memory = true;
	else if (gate_cases_add(t->c, span_str(r->name), r->state, r->duration_us,
	                        r->state == GATE_CASE_PASSED ? SPAN_EMPTY : message))
		t->ids[t->id_count++] = r->id;
	buf_clear(&t->message);
}

/* "Ns.Class, Assembly, Version=.." */
static void define(struct trx *t, const char **attributes)
{
	struct span name = span_str(xml_attribute(attributes, "className"));
	char *class = arena_dup(&t->c->arena,
	                        span_trim(span_sub(name, 0, span_find_byte(name, ','))));

	if (t->definition && class &&
	    !map_set(&t->classes, span_str(t->definition), class))
		t->no_memory = true;
}

static void start_run_info(struct trx *t, const char **attributes)
{
	t->in_run_info = str_eq(xml_attribute(attributes, "outcome"), "Error");
	buf_clear(&t->message);
}

static void read_counters(struct trx *t, const char **attributes)
{
	static const char *const names[] = { "failed",  "error",       "timeout",
		                             "aborted", "notRunnable", "disconnected" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		uint64_t n = 0;

		if (num_u64(span_str(xml_attribute(attributes, names[i])), 0,
		            GATE_CASES_MAX, &n))
			t->claimed_failures += n;
	}
}

/* Of the run: bad ones are those that no test may have; "Completed" says nothing. */
static void read_outcome(struct trx *t, const char *word)
{
	for (size_t i = 0; word && i < sizeof outcomes / sizeof *outcomes; i++)
		if (str_eq(word, outcomes[i].word) &&
		    (outcomes[i].state == GATE_CASE_FAILED ||
		     outcomes[i].state == GATE_CASE_ERROR))
			t->outcome = outcomes[i].word;
	if (str_eq(word, "Error") || str_eq(word, "PassedButRunAborted"))
		t->outcome = "Error";
}

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct trx *t = context;

	if (!t->seen_root && !str_eq(name, "TestRun"))
		return err_set(err, ERR_CORRUPT,
		               "the root element is <%s>, not <TestRun>", name);
	t->seen_root = true;
	if (str_eq(name, "UnitTestResult") || str_eq(name, "ManualTestResult") ||
	    str_eq(name, "GenericTestResult"))
		return start_result(t, attributes, err);
	if (str_eq(name, "UnitTest"))
		t->definition = arena_str(&t->c->arena, xml_attribute(attributes, "id"));
	else if (str_eq(name, "TestMethod"))
		define(t, attributes);
	else if (str_eq(name, "RunInfo"))
		start_run_info(t, attributes);
	else if (str_eq(name, "Counters"))
		read_counters(t, attributes);
	else if (str_eq(name, "ResultSummary"))
		read_outcome(t, xml_attribute(attributes, "outcome"));
	else if (str_eq(name, t->in_run_info ? "Text" : "Message"))
		t->in_message = t->in_run_info || t->depth > 0;
	return ERR_OK;
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct trx *t = context;

	if (str_eq(name, "UnitTestResult") || str_eq(name, "ManualTestResult") ||
	    str_eq(name, "GenericTestResult")) {
		end_result(t);
	} else if (str_eq(name, "RunInfo") && t->in_run_info) {
		gate_cases_add(t->c, SPAN_LIT("(run)"), GATE_CASE_ERROR, 0,
		               buf_span(&t->message));
		t->in_run_info = false;
	}
	t->in_message = false;
	return gate_cases_err(t->c, "results", err);
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct trx *t = context;

	(void)err;
	if (t->in_message && t->message.len < GATE_CASE_MESSAGE)
		buf_put(&t->message, span_sub(data, 0, GATE_CASE_MESSAGE));
	return ERR_OK;
}

/* Names as "class.test", where the test's own name does not begin so. */
static void name_classes(struct trx *t)
{
	for (size_t i = 0; i < t->id_count; i++) {
		struct gate_case *item = &t->c->items[t->first + i];
		const char *class = map_get(&t->classes, span_str(t->ids[i]));
		const char *name;

		if (!class || !*class || str_starts(item->name, class))
			continue;
		name = arena_printf(&t->c->arena, "%s.%s", class, item->name);
		if (name)
			item->name = name;
	}
}

static enum err_code trx_begin(void *state, struct gate_cases *c, const char *name,
                               struct err *err)
{
	struct trx *t = state;
	const struct xml_handler handler = { on_start, on_end, on_text, t };

	t->c = c;
	t->first = c->count;
	map_init(&t->classes);
	return gate_xml_begin(&t->xml, name, &handler, err);
}

static enum err_code trx_feed(void *state, struct span piece, struct err *err)
{
	struct trx *t = state;

	return gate_xml_feed(&t->xml, piece, err);
}

static enum err_code trx_end(void *state, struct err *err)
{
	struct trx *t = state;
	enum err_code rc = gate_xml_end(&t->xml, err);

	name_classes(t);
	if (t->c->failed == 0 && t->claimed_failures > 0)
		gate_cases_disagree(
			t->c, "the counters say that %llu failed, and none is listed",
			(unsigned long long)t->claimed_failures);
	else if (t->c->failed == 0 && t->outcome)
		gate_cases_disagree(t->c, "the run's outcome is %s, and no test failed",
		                    t->outcome);
	return t->no_memory || !buf_ok(&t->message) ? err_nomem(err) : rc;
}

static void trx_fini(void *state)
{
	struct trx *t = state;

	gate_xml_fini(&t->xml);
	map_fini(&t->classes);
	mem_free(t->ids);
	buf_fini(&t->message);
}

const struct gate_stream gate_stream_trx = { sizeof(struct trx), trx_begin, trx_feed,
	                                     trx_end, trx_fini };

enum err_code gate_parse_trx(struct span text, const char *name, struct gate_cases *c,
                             struct err *err)
{
	return gate_stream_text(GATE_FORMAT_TRX, text, name, c, err);
}
