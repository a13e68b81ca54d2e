// SPDX-License-Identifier: Apache-2.0
#include "collect/cases.h"
#include "collect/parse/parse.h"
#include "support/check.h"

/* Result formats that are what a runner prints for people. */

TestSuite(parse_console, .timeout = 20);

struct sample {
	const char *what;
	gate_parse *parse;
	const char *text;
	const char *want; /* "state name" lines in order; states P F E S */
};

static char letter(enum gate_case_state s)
{
	switch (s) {
	case GATE_CASE_PASSED:
		return 'P';
	case GATE_CASE_FAILED:
		return 'F';
	case GATE_CASE_ERROR:
		return 'E';
	case GATE_CASE_SKIPPED:
		return 'S';
	case GATE_CASE_FLAKY:
		return 'f';
	case GATE_CASE_QUARANTINED:
		return 'q';
	}
	return '?';
}

static const struct sample samples[] = {
	{ "ctest", gate_parse_ctest,
	  "Test project /b\n      Start  1: unit.a\n 1/4 Test  #1: unit.a ...........   "
	  "Passed    0.01 sec\n"
	  " 2/4 Test  #2: b c ..............***Failed    0.02 sec\n"
	  " 3/4 Test  #3: d ................***Exception: SegFault  0.10 sec\n"
	  "  4/4 Test  #4: e ................***Not Run (Disabled)   0.00 sec\n\n"
	  "50% tests passed, 2 tests failed out of 4\n\nThe following tests FAILED:\n\t  "
	  "2 - b c (Failed)\n",
	  "P unit.a\nF b c\nF d\nS e\n" },
	{ "ctest that could not start one", gate_parse_ctest,
	  "1/1 Test #1: gone ....***Not Run   0.00 sec\n", "E gone\n" },
	{ "ctest xml", gate_parse_ctest,
	  "<Site><Testing><TestList><Test>./a</Test></TestList><Test "
	  "Status=\"passed\"><Name>a</Name>"
	  "<Results><NamedMeasurement type=\"numeric/double\" name=\"Execution "
	  "Time\"><Value>0.5</Value>"
	  "</NamedMeasurement></Results></Test><Test "
	  "Status=\"failed\"><Name>b</Name><Results>"
	  "<Measurement><Value>boom</Value></Measurement></Results></Test>"
	  "<Test Status=\"notrun\"><Name>c</Name><Results><Measurement><Value>Unable to "
	  "find executable"
	  "</Value></Measurement></Results></Test></Testing></Site>",
	  "P a\nF b\nE c\n" },
	{ "pytest -v", gate_parse_pytest,
	  "tests/t.py::test_a PASSED   [ 20%]\ntests/t.py::test_b[x y] FAILED  [ 40%]\n"
	  "tests/t.py::C::test_c SKIPPED (why) [ 60%]\ntests/t.py::test_d XFAIL [ 80%]\n"
	  "tests/t.py::test_e ERROR [100%]\n\n=== 1 failed, 1 passed, 1 skipped, 1 error "
	  "in 0.1s ===\n",
	  "P tests/t.py::test_a\nF tests/t.py::test_b[x y]\nS tests/t.py::C::test_c\n"
	  "S tests/t.py::test_d\nE tests/t.py::test_e\n" },
	{ "pytest -rA", gate_parse_pytest,
	  "..F\n=== short test summary info ===\nPASSED tests/t.py::a\nSKIPPED [1] "
	  "tests/t.py:3: why\n"
	  "FAILED tests/t.py::b - assert 1 == 2\n=== 1 failed, 1 passed in 0.1s ===\n",
	  "P tests/t.py::a\nF tests/t.py::b\n" },
	{ "pytest xdist", gate_parse_pytest,
	  "[gw1] [ 50%] PASSED tests/t.py::a \n"
	  "=== 1 passed in 0.1s ===\n",
	  "P tests/t.py::a\n" },
	{ "pytest -q -rA", gate_parse_pytest,
	  ".F\n=== short test summary info ===\nPASSED tests/t.py::a\n1 passed in 0.1s\n",
	  "P tests/t.py::a\n" },
	{ "unittest -v", gate_parse_unittest,
	  "test_a (m.C.test_a) ... ok\ntest_b (m.C.test_b)\nWhat b does. ... FAIL\n"
	  "test_c (m.C.test_c) ... skipped 'why'\ntest_d (m.C.test_d) ... printed\nok\n"
	  "test_e (m.C.test_e) ... expected failure\nsetUpClass (m.D) ... ERROR\n\n"
	  "======================================================================\nFAIL: "
	  "test_b (m.C)\n"
	  "Ran 5 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=1, expected "
	  "failures=1)\n",
	  "P test_a (m.C.test_a)\nF test_b (m.C.test_b)\nS test_c (m.C.test_c)\n"
	  "P test_d (m.C.test_d)\nS test_e (m.C.test_e)\nE setUpClass (m.D)\n" },
	{ "unittest that died", gate_parse_unittest,
	  "test_a (m.C) ... Segmentation fault\n", "E test_a (m.C)\n" },
	{ "automake", gate_parse_automake,
	  "make[1]: Entering\nPASS: tests/a\nFAIL: tests/b\nSKIP: c\nXFAIL: d\nXPASS: "
	  "e\nERROR: f\n"
	  "PASSED: not a result\n# TOTAL: 6\n# FAIL:  2\n",
	  "P tests/a\nF tests/b\nS c\nS d\nF e\nE f\n" },
	{ "trs files", gate_parse_automake,
	  ":test-result: PASS a 1 - first\n:global-test-result: PASS\n:test-result: FAIL "
	  "a 2\n",
	  "P a 1 - first\nF a 2\n" },
	{ "mocha spec", gate_parse_mocha,
	  "\n  Array\n    #indexOf()\n      \u2713 finds (12ms)\n      1) fails\n      - "
	  "later\n"
	  "    \u2714 top\n\n\n  2 passing (9ms)\n  1 pending\n  1 failing\n\n  1) "
	  "Array\n       #indexOf()\n"
	  "         fails:\n     Error\n",
	  "P Array #indexOf() finds\nF Array #indexOf() fails\nS Array #indexOf() "
	  "later\nP Array top\n" },
	{ "node spec", gate_parse_node,
	  "\u25b6 math\n  \u2714 adds (0.5ms)\n  \u2716 subtracts (1.25ms)\n\u25b6 math "
	  "(2ms)\n\u2714 alone (1ms)\n"
	  "\ufe63 later (0.1ms) # SKIP\n\u2139 tests 4\n\u2139 fail 1\n\n\u2716 failing "
	  "tests:\n\n\u2716 subtracts (1ms)\n",
	  "P math > adds\nF math > subtracts\nP alone\nS later\n" },
	{ "node spec, closing with a mark", gate_parse_node,
	  "\u25b6 math\n  \u2714 adds (0.5ms)\n\u2714 math (2ms)\n\u2139 tests 1\n"
	  "\u2139 fail 0\n",
	  "P math > adds\n" },
	{ "node tap", gate_parse_node,
	  "TAP version 13\n# Subtest: a\nok 1 - a\n  ---\n  duration_ms: 1\n  "
	  "...\n1..1\n",
	  "P a\n" },
};

static void check_sample(const struct sample *s)
{
	struct gate_cases c;
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(s->parse(span_str(s->text), "output", &c, &err), &err);
	for (size_t i = 0; i < c.count; i++)
		buf_printf(&got, "%c %s\n", letter(c.items[i].state), c.items[i].name);
	check_str_eq(buf_str(&got), s->want, "%s", s->what);
	check_null(c.disagreement, "%s: %s", s->what,
	           c.disagreement ? c.disagreement : "");
	buf_fini(&got);
	gate_cases_fini(&c);
}

Test(parse_console, results_are_read_from_what_runners_print)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		check_sample(&samples[i]);
}

Test(parse_console, every_cut_of_every_sample_is_survived)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
		for (size_t n = 0; n <= strlen(samples[i].text); n++) {
			struct gate_cases c;
			struct err err = ERR_INIT;
			enum err_code rc;

			gate_cases_init(&c);
			rc = samples[i].parse(span_of(samples[i].text, n), "output", &c,
			                      &err);
			check_true(rc == ERR_OK || rc == ERR_CORRUPT, "%s cut at %zu: %s",
			           samples[i].what, n, err.msg);
			gate_cases_fini(&c);
		}
}

Test(parse_console, durations_are_kept)
{
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(gate_parse_ctest(SPAN_LIT("1/1 Test #1: a ....   Passed    1.25 sec\n"),
	                          "output", &c, &err),
	         &err);
	check_u64_eq(c.items[0].duration_us, 1250000, "seconds to microseconds");
	gate_cases_fini(&c);
}

Test(parse_console, messages_are_cut_to_their_first_lines)
{
	struct gate_cases c;
	struct buf text = BUF_INIT;

	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "line %d\n", i);
	gate_cases_init(&c);
	gate_cases_add(&c, SPAN_LIT("a"), GATE_CASE_FAILED, 0, buf_span(&text));
	check_str_contains(c.items[0].message, "line 19", "the twentieth line stays");
	check_null(strstr(c.items[0].message, "line 20"), "the rest goes");
	gate_cases_fini(&c);
	buf_fini(&text);
}

Test(parse_console, plain_text_loses_escapes_and_returns)
{
	struct buf out = BUF_INIT;

	gate_text_plain(SPAN_LIT("a\x1b[1;32mb\x1b[0m\r\nc\x1b]0;title\ad\x1b[12"), &out);
	check_str_eq(buf_str(&out), "ab\ncd", "colours, title and a cut sequence");
	buf_fini(&out);
}

Test(parse_console, json_is_found_between_other_lines)
{
	struct span got = gate_text_json(SPAN_LIT("> x\n{\"a\":\n1}\nbye }{\n"));

	check_true(span_eq_str(got, "{\"a\":\n1}\nbye }"),
	           "from the first to the last bracket");
	check_size_eq(gate_text_json(SPAN_LIT("none\n")).len, 0, "nothing there");
}
