// SPDX-License-Identifier: Apache-2.0
#include "collect/parse/stream.h"
#include "support/check.h"

/* What formats allow and a reader may count wrongly: above all a failure taken for a
 * pass, a skip or nothing at all, and a run that broke off taken for a whole one. */

TestSuite(parse_hostile, .timeout = 20);

struct sample {
	const char *what;
	enum gate_format format;
	const char *text;
	const char *want; /* states in order, P F E S f; "!" behind them: they disagree */
};

#define SUITE(inside) "<testsuite>" inside "</testsuite>"
#define TRX(results, summary) \
	"<TestRun><Results>" results "</Results>" summary "</TestRun>"

static const struct sample samples[] = {
	/* ---- JUnit ---- */
	{ "states in any case of letters", GATE_FORMAT_JUNIT,
	  SUITE("<testcase name='a' status='Failed'/><testcase name='b' status='failure'/>"
	        "<testcase name='c' result='failed'/><testcase name='d' result='ERROR'/>"
	        "<testcase name='e' status='Skipped'/><testcase name='f' result='Passed'/>"
	        "<testcase name='g' status='run' result='completed'/>"
	        "<testcase name='h' status='timedOut'/><testcase name='i' status='untested'/>"),
	  "FFFFSPPFS" },
	{ "a rerun that failed again, without more", GATE_FORMAT_JUNIT,
	  SUITE("<testcase name='a'><rerunFailure/></testcase>"
	        "<testcase name='b'><rerunError/></testcase>"
	        "<testcase name='c'><flakyError/></testcase>"),
	  "FEf" },
	{ "an expected failure whose tear-down broke", GATE_FORMAT_JUNIT,
	  SUITE("<testcase name='a'><skipped type='pytest.xfail' message=''/>"
	        "<error message='failed on teardown'/></testcase>"
	        "<testcase name='b'><skipped type='pytest.xfail' message=''/></testcase>"),
	  "ES" },
	{ "totals of the root that nothing below bears out", GATE_FORMAT_JUNIT,
	  "<testsuites failures='2'><testsuite><testcase name='a'/></testsuite></testsuites>",
	  "P!" },
	{ "a mark, carriage returns and lines before it", GATE_FORMAT_JUNIT,
	  "\xEF\xBB\xBF\r\nnpm notice\r\n<?xml version='1.0'?>\r\n"
	  "<testsuite>\r\n<testcase name='a'><failure/></testcase></testsuite>\r\n",
	  "F" },
	{ "numbers that are none", GATE_FORMAT_JUNIT,
	  "<testsuite tests='-1' failures='NaN' errors='99999999999999999999'>"
	  "<testcase name='a' time='NaN'/><testcase name='a' time='-1'/>"
	  "<testcase name='a' time='1e30' line='-2'/></testsuite>",
	  "PPP" },
	/* ---- TAP ---- */
	{ "words that only begin like a directive", GATE_FORMAT_TAP,
	  "1..4\nnot ok 1 - reads # todolist\nnot ok 2 - C#skip x\n"
	  "not ok 3 - the # skips blanks\nnot ok 4 - later # todo: why\n",
	  "FFFS" },
	{ "an escape before the end of a line joins no lines", GATE_FORMAT_TAP,
	  "1..2\nok 1 - a\x1b\nnot ok 2 - b\n", "PF" },
	{ "a point twice, another never", GATE_FORMAT_TAP, "1..3\nok 1\nok 1\nok 3\n",
	  "PPPE" },
	{ "a point that is not in the plan", GATE_FORMAT_TAP, "1..2\nok 1\nok 3\n",
	  "PPE" },
	{ "dots in a block that are no end of it", GATE_FORMAT_TAP,
	  "1..2\nnot ok 1\n  ---\n  got: |\n    ...\n    ok 2\n  ...\nok 2\n", "FP" },
	{ "a mark before the plan", GATE_FORMAT_TAP,
	  "\xEF\xBB\xBF"
	  "1..1\r\nok 1\r\n",
	  "P" },
	{ "a stream that says nothing between two others", GATE_FORMAT_TAP,
	  "TAP version 13\n1..1\nok 1\nTAP version 13\nTAP version 13\n1..1\nok 1\n",
	  "PEP" },
	/* ---- go ---- */
	{ "a package of old go that broke off", GATE_FORMAT_GOTEST,
	  "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"A\"}\n"
	  "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"A\",\"Elapsed\":0}\n",
	  "PE" },
	/* ---- ctest ---- */
	{ "an ending that nobody knows", GATE_FORMAT_CTEST,
	  "1/1 Test #1: a ....***Bewitched  0.1 sec\n0% tests passed, 1 tests failed out of "
	  "1\n",
	  "F" },
	{ "ctest that broke off", GATE_FORMAT_CTEST,
	  "1/2 Test #1: a ....   Passed  0.1 sec\n", "P!" },
	/* ---- pytest ---- */
	{ "an outcome that nobody knows", GATE_FORMAT_PYTEST,
	  "{\"$report_type\":\"TestReport\",\"nodeid\":\"a\",\"when\":\"call\",\"outcome\":"
	  "\"exploded\"}\n{\"$report_type\":\"SessionFinish\",\"exitstatus\":0}\n",
	  "S!" },
	{ "a log without the session's end", GATE_FORMAT_PYTEST,
	  "{\"$report_type\":\"TestReport\",\"nodeid\":\"a\",\"when\":\"call\",\"outcome\":"
	  "\"passed\"}\n",
	  "P!" },
	{ "pytest -q whose last line tells of failures", GATE_FORMAT_PYTEST,
	  "PASSED t.py::a\n2 failed, 1 passed in 0.1s\n", "P!" },
	{ "pytest that broke off between tests", GATE_FORMAT_PYTEST,
	  "t.py::a PASSED [ 50%]\n", "P!" },
	/* ---- libtest ---- */
	{ "a binary that aborts before the next one", GATE_FORMAT_LIBTEST,
	  "Running unittests a.rs (t/a)\nrunning 2 tests\ntest one ... ok\n"
	  "Running unittests b.rs (t/b)\nrunning 1 test\ntest two ... ok\n"
	  "test result: ok. 1 passed; 0 failed; 0 ignored\n",
	  "PEP" },
	{ "a test that aborts before the next one", GATE_FORMAT_LIBTEST,
	  "running 2 tests\ntest one ... \nrunning 1 test\ntest two ... ok\n"
	  "test result: ok. 1 passed; 0 failed; 0 ignored\n",
	  "EP" },
	{ "a suite of events without an end", GATE_FORMAT_LIBTEST,
	  "{\"type\":\"suite\",\"event\":\"started\",\"test_count\":2}\n"
	  "{\"type\":\"test\",\"event\":\"ok\",\"name\":\"a\"}\n",
	  "P!" },
	/* ---- unittest ---- */
	{ "dots in a docstring", GATE_FORMAT_UNITTEST,
	  "test_a (m.T)\nWaits... and waits ... FAIL\ntest_b (m.T) ... ok\n"
	  "Ran 2 tests in 0.1s\n",
	  "FP" },
	{ "unittest that broke off", GATE_FORMAT_UNITTEST, "test_a (m.T) ... ok\n",
	  "P!" },
	/* ---- automake ---- */
	{ "errors only in the summary", GATE_FORMAT_AUTOMAKE,
	  "PASS: a\n# TOTAL: 2\n# FAIL:  0\n# ERROR: 1\n", "P!" },
	{ "make that broke off", GATE_FORMAT_AUTOMAKE, "PASS: a\n", "P!" },
	{ "DejaGnu", GATE_FORMAT_AUTOMAKE,
	  "PASS: a\n\t\t=== x Summary ===\n\n# of expected passes\t\t1\n", "P" },
	{ "the serial harness", GATE_FORMAT_AUTOMAKE, "PASS: a\nAll 1 tests passed\n",
	  "P" },
	/* ---- JSON reports ---- */
	{ "a run of jest that was interrupted", GATE_FORMAT_JEST,
	  "{\"testResults\":[{\"assertionResults\":[{\"title\":\"a\",\"status\":\"passed\"}]}]"
	  ",\"wasInterrupted\":true}",
	  "P!" },
	{ "mocha's own count of failures", GATE_FORMAT_MOCHA,
	  "{\"stats\":{\"failures\":1},\"passes\":[{\"title\":\"a\"}],\"failures\":[]}",
	  "P!" },
	{ "a title like mocha's last line", GATE_FORMAT_MOCHA,
	  "  3 passing cases\n    \u2713 a\n    1) b\n  1 passing (3ms)\n  1 failing\n",
	  "PF" },
	{ "node's list that broke off", GATE_FORMAT_NODE, "\u2714 a (1ms)\n", "P!" },
	/* ---- TRX, xUnit.net ---- */
	{ "a test host that crashed", GATE_FORMAT_TRX,
	  TRX("<UnitTestResult testName='a' outcome='Passed'/>",
	      "<ResultSummary outcome='Failed'><Counters failed='0'/></ResultSummary>"),
	  "P!" },
	{ "tests that could not be run", GATE_FORMAT_TRX,
	  TRX("<UnitTestResult testName='a' outcome='Passed'/>",
	      "<ResultSummary outcome='Completed'><Counters notRunnable='1'/></ResultSummary>"),
	  "P!" },
	{ "a word that nobody knows", GATE_FORMAT_XUNIT,
	  "<assemblies><assembly><collection><test name='a' result='Odd'/></collection>"
	  "</assembly></assemblies>",
	  "F" },
};

static char letter(enum gate_case_state s)
{
	return "PFESfq"[s];
}

static void describe(struct buf *out, const struct gate_cases *c)
{
	for (size_t i = 0; i < c->count; i++)
		buf_putc(out, letter(c->items[i].state));
	if (c->disagreement != NULL)
		buf_putc(out, '!');
}

Test(parse_hostile, a_failure_is_never_lost)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		struct buf got = BUF_INIT;
		struct err err = ERR_INIT;
		struct gate_cases c;

		gate_cases_init(&c);
		check_ok(gate_parse_of(s->format)(span_str(s->text), "text", &c, &err),
		         &err);
		describe(&got, &c);
		check_str_eq(buf_str(&got), s->want, "%s", s->what);
		buf_fini(&got);
		gate_cases_fini(&c);
	}
}

/* Feeds pieces of `size`; what came of it as letters. */
static void read_pieces(const struct sample *s, size_t size, struct buf *got)
{
	const struct gate_stream *stream = gate_stream_of(s->format, span_str(s->text));
	struct span rest = span_str(s->text);
	enum err_code rc = ERR_OK;
	struct err err = ERR_INIT;
	struct gate_cases c;
	void *state;

	if (stream == NULL)
		return;
	gate_cases_init(&c);
	state = calloc(1, stream->state_size);
	check_not_null(state, "memory");
	check_ok(stream->begin(state, &c, "text", &err), &err);
	for (; rc == ERR_OK && rest.len > 0; rest = span_from(rest, size))
		rc = stream->feed(state, span_sub(rest, 0, size), &err);
	check_ok(rc, &err);
	check_ok(stream->end(state, &err), &err);
	stream->fini(state);
	free(state);
	describe(got, &c);
	check_str_eq(buf_str(got), s->want, "%s in pieces of %zu", s->what, size);
	gate_cases_fini(&c);
}

Test(parse_hostile, pieces_of_any_size_are_read_alike)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		for (size_t size = 1; size < 40; size += size < 4 ? 1 : 11) {
			struct buf got = BUF_INIT;

			read_pieces(&samples[i], size, &got);
			buf_fini(&got);
		}
}

Test(parse_hostile, comments_behind_a_failed_point_are_its_message)
{
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(gate_parse_tap(SPAN_LIT("1..4\nok 1 good\n# not of anybody\n"
	                                 "not ok 2 bad\n# (in test file a.bats, line 7)\n"
	                                 "#   `false' failed\nnot ok 3 worse\n# first\n"
	                                 "  ---\n  got: 1\n  ...\nnot ok 4 # TODO why\n"
	                                 "# later\n"),
	                        "text", &c, &err),
	         &err);
	check_size_eq(c.count, 4, "points");
	check_null(c.items[0].message, "a pass has none");
	check_str_eq(c.items[1].message,
	             "(in test file a.bats, line 7)\n  `false' failed", "comments");
	check_str_eq(c.items[2].message, "first\ngot: 1", "a comment and a block");
	check_str_eq(c.items[3].message, "why", "the reason stays");
	gate_cases_fini(&c);
}

Test(parse_hostile, utf_16_is_named_where_it_is_not_read)
{
	static const char text[] = "\xFF\xFE"
				   "1\0.\0.\0001\0\n\0";
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_err(gate_parse_tap(span_of(text, sizeof(text) - 1), "text", &c, &err),
	          ERR_UNSUPPORTED, "UTF-16");
	check_str_eq(err.msg, "text: it is UTF-16; have it written as UTF-8", "message");
	gate_cases_fini(&c);
}

Test(parse_hostile, junit_in_utf_16_is_read)
{
	static const char ascii[] = "<testsuite><testcase name='a'><failure/></testcase>"
				    "</testsuite>";
	struct buf wide = BUF_INIT;
	struct err err = ERR_INIT;
	struct gate_cases c;

	buf_put(&wide, SPAN_LIT("\xFF\xFE"));
	for (const char *p = ascii; *p != '\0'; p++) {
		buf_putc(&wide, *p);
		buf_putc(&wide, '\0');
	}
	gate_cases_init(&c);
	check_ok(gate_parse_junit(buf_span(&wide), "text", &c, &err), &err);
	check_u64_eq(c.failed, 1, "failed");
	gate_cases_fini(&c);
	buf_fini(&wide);
}

Test(parse_hostile, deep_suites_of_playwright_are_not_left_out)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct gate_cases c;

	buf_puts(&text, "{\"suites\":[");
	for (int i = 0; i < 66; i++)
		buf_puts(&text, "{\"suites\":[");
	buf_puts(
		&text,
		"{\"specs\":[{\"title\":\"a\",\"tests\":[{\"status\":\"unexpected\"}]}]}");
	for (int i = 0; i < 66; i++)
		buf_puts(&text, "]}");
	buf_puts(&text, "]}");
	gate_cases_init(&c);
	check_ok(gate_parse_playwright(buf_span(&text), "text", &c, &err), &err);
	check_not_null(c.disagreement, "says that some were left out");
	gate_cases_fini(&c);
	buf_fini(&text);
}
