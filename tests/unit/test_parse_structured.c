// SPDX-License-Identifier: Apache-2.0
#include "collect/cases.h"
#include "support/check.h"

/* Result formats with a grammar: JUnit, TAP, go test -json, libtest, Jest, Mocha, report
 * logs. */

TestSuite(parse_structured, .timeout = 20);

struct sample {
	const char *what;
	gate_parse *parse;
	const char *text;
	uint64_t passed, failed, skipped, flaky, todo;
	const char *name;    /* that one case must have, or NULL */
	const char *message; /* part of that case's message, or NULL */
};

static const struct gate_case *find(const struct gate_cases *c, const char *name)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].name, name) == 0)
			return &c->items[i];
	return NULL;
}

static void check_sample(const struct sample *s)
{
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(s->parse(span_str(s->text), "results", &c, &err), &err);
	check_u64_eq(c.passed, s->passed, "%s: passed", s->what);
	check_u64_eq(c.failed, s->failed, "%s: failed", s->what);
	check_u64_eq(c.skipped, s->skipped, "%s: skipped", s->what);
	check_u64_eq(c.flaky, s->flaky, "%s: flaky", s->what);
	check_u64_eq(c.todo, s->todo, "%s: todo", s->what);
	check_size_eq(c.count, s->passed + s->failed + s->skipped + s->flaky, "%s: count",
	              s->what);
	if (s->name) {
		const struct gate_case *item = find(&c, s->name);

		check_not_null(item, "%s: a case named %s", s->what, s->name);
		if (s->message)
			check_str_contains(item->message, s->message, "%s: its message",
			                   s->what);
	}
	gate_cases_fini(&c);
}

#define CHECK_ALL(samples)                                               \
	for (size_t i = 0; i < sizeof(samples) / sizeof *(samples); i++) \
	check_sample(&(samples)[i])

static const struct sample junit[] = {
	{ "bare suite, wrong header", gate_parse_junit,
	  "<testsuite tests='99' failures='0'><testcase classname='a.B' name='c' "
	  "time='0,5'/>"
	  "<testcase name='d'><failure message='no "
	  "&lt;luck&gt;'>trace</failure></testcase></testsuite>",
	  1, 1, 0, 0, 0, "d", "no <luck>" },
	{ "nested suites", gate_parse_junit,
	  "<testsuites><testsuite><testsuite><testcase name='x'/></testsuite>"
	  "<testcase name='y'><skipped/></testcase></testsuite></testsuites>",
	  1, 0, 1, 0, 0, "y", NULL },
	{ "surefire reruns", gate_parse_junit,
	  "<testsuite><testcase name='flaky'><flakyFailure "
	  "message='first'>t</flakyFailure></testcase>"
	  "<testcase name='dead'><failure message='f'/><rerunFailure "
	  "message='again'/></testcase>"
	  "</testsuite>",
	  0, 1, 0, 1, 0, "flaky", NULL },
	{ "failure and error in one case", gate_parse_junit,
	  "<testsuite><testcase name='x'><failure message='one'/><error "
	  "message='two'/></testcase>"
	  "</testsuite>",
	  0, 1, 0, 0, 0, "x", "one" },
	{ "ctest's status", gate_parse_junit,
	  "<testsuite><testcase name='a' classname='a' status='run'/>"
	  "<testcase name='b' classname='b' status='fail'><failure "
	  "message=''/></testcase>"
	  "<testcase name='c' classname='c' "
	  "status='disabled'><skipped/></testcase></testsuite>",
	  1, 1, 1, 0, 0, "b", NULL },
	{ "googletest's skips", gate_parse_junit,
	  "<testsuites><testsuite name='S'><testcase name='t' status='notrun' "
	  "result='suppressed' "
	  "classname='S'/></testsuite></testsuites>",
	  0, 0, 1, 0, 0, "S.t", NULL },
	{ "criterion's crash", gate_parse_junit,
	  "<?xml version='1.0'?><testsuites><testsuite name='s'><testcase name='boom' "
	  "status='FAILED'>"
	  "<error type='crash' message='The test "
	  "crashed.'/></testcase></testsuite></testsuites>",
	  0, 1, 0, 0, 0, "boom", "crashed" },
	{ "a suite that could not start", gate_parse_junit,
	  "<testsuite><error message='set-up failed'/></testsuite>", 0, 1, 0, 0, 0,
	  "(suite)", "set-up" },
	{ "skip beside failure", gate_parse_junit,
	  "<testsuite><testcase name='x'><failure "
	  "message='f'/><skipped/></testcase></testsuite>",
	  0, 1, 0, 0, 0, NULL, NULL },
	{ "no cases", gate_parse_junit, "<testsuites/>", 0, 0, 0, 0, 0, NULL, NULL },
};

Test(parse_structured, a_status_that_is_not_known_is_neither_passed_nor_failed)
{
	static const struct {
		gate_parse *parse;
		const char *text;
		const char *said;
	} table[] = {
		{ gate_parse_jest,
		  "{\"testResults\": [{\"assertionResults\": [{\"title\": \"a\", "
		  "\"status\": \"passed\"}, {\"title\": \"b\", \"status\": "
		  "\"blessed\"}]}]}",
		  "the status 'blessed', which is not known" },
		{ gate_parse_jest,
		  "{\"testResults\": [{\"assertionResults\": [{\"title\": \"a\", "
		  "\"status\": \"passed\"}, {\"title\": \"b\"}]}]}",
		  "a test has no status" },
		{ gate_parse_rspec,
		  "{\"examples\": [{\"full_description\": \"a\", \"status\": "
		  "\"passed\"}, {\"full_description\": \"b\", \"status\": "
		  "\"blessed\"}]}",
		  "the status 'blessed', which is not known" },
		{ gate_parse_playwright,
		  "{\"suites\": [{\"specs\": [{\"title\": \"a\", \"tests\": "
		  "[{\"status\": \"expected\"}]}, {\"title\": \"b\", \"tests\": "
		  "[{\"status\": \"blessed\"}]}]}]}",
		  "the status 'blessed', which is not known" },
		{ gate_parse_libtest,
		  "{\"type\": \"test\", \"event\": \"ok\", \"name\": \"a\"}\n"
		  "{\"type\": \"test\", \"event\": \"blessed\", \"name\": \"b\"}\n",
		  "the status 'blessed', which is not known" },
		{ gate_parse_pytest,
		  "{\"$report_type\": \"SessionStart\"}\n"
		  "{\"$report_type\": \"TestReport\", \"nodeid\": \"a\", \"when\": "
		  "\"call\", \"outcome\": \"passed\"}\n"
		  "{\"$report_type\": \"TestReport\", \"nodeid\": \"b\", \"when\": "
		  "\"call\", \"outcome\": \"blessed\"}\n"
		  "{\"$report_type\": \"SessionFinish\"}\n",
		  "the status 'blessed', which is not known" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_cases c;
		struct err err = ERR_INIT;

		gate_cases_init(&c);
		check_ok(table[i].parse(span_str(table[i].text), "r", &c, &err), &err);
		check_u64_eq(c.passed, 1, "row %zu: passed", i);
		check_u64_eq(c.failed, 0, "row %zu: failed", i);
		check_u64_eq(c.skipped, 1, "row %zu: skipped", i);
		check_not_null(c.disagreement, "row %zu", i);
		check_str_contains(c.disagreement, table[i].said, "row %zu", i);
		gate_cases_fini(&c);
	}
}

/* What a suite's header says of its tests, and what is in it. */
Test(parse_structured, a_junit_suite_that_states_more_tests_than_it_lists_is_cut)
{
	static const struct {
		const char *text;
		const char *disagreement; /* NULL: none */
	} table[] = {
		{ "<testsuite tests='2'><testcase name='a'/></testsuite>",
		  "a suite states 2 tests, and 1 is listed: it is cut" },
		{ "<testsuites tests='3'><testsuite tests='2'><testcase name='a'/>"
		  "<testcase name='b'/></testsuite></testsuites>",
		  "a suite states 3 tests, and 2 are listed: it is cut" },
		{ "<testsuites><testsuite tests='1'/><testsuite tests='1'><testcase "
		  "name='a'/></testsuite></testsuites>",
		  "a suite states 1 test, and 0 are listed: it is cut" },
		{ "<testsuite tests='2' skipped='1'><testcase name='a'/><testcase "
		  "name='b'><skipped/></testcase></testsuite>",
		  NULL },
		/* libtest lists no test that it ignored */
		{ "<testsuite tests='2' skipped='1'><testcase name='a'/></testsuite>",
		  NULL },
		{ "<testsuite tests='3' skipped='1'><testcase name='a'/></testsuite>",
		  "a suite states 3 tests, and 1 is listed: it is cut" },
		{ "<testsuite tests='3' skipped='1'><testcase name='a'/><testcase "
		  "name='b'><skipped/></testcase></testsuite>",
		  "a suite states 3 tests, and 2 are listed: it is cut" },
		{ "<testsuite tests='1'><testcase name='a'/><testcase name='b'/>"
		  "</testsuite>",
		  NULL },
		{ "<testsuite tests='2'><testcase name='a'><flakyFailure/></testcase>"
		  "</testsuite>",
		  NULL },
		{ "<testsuites><testsuite name='pytest' tests='4'><testcase name='a'/>"
		  "</testsuite></testsuites>",
		  NULL },
		{ "<testsuites tests='9'><testsuite name='catch' tests='9'><testcase "
		  "name='a' status='run'/></testsuite></testsuites>",
		  NULL },
		{ "<testsuites tests='9'><testsuite name='google' tests='9'><testcase "
		  "name='a' status='run' result='completed'/></testsuite></testsuites>",
		  "a suite states 9 tests, and 1 is listed: it is cut" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_cases c;
		struct err err = ERR_INIT;

		gate_cases_init(&c);
		check_ok(gate_parse_junit(span_str(table[i].text), "r", &c, &err), &err);
		check_str_eq(c.disagreement != NULL ? c.disagreement : "none",
		             table[i].disagreement != NULL ? table[i].disagreement
		                                           : "none",
		             "%s", table[i].text);
		gate_cases_fini(&c);
	}
}

Test(parse_structured, junit_dialects_are_counted_case_by_case)
{
	CHECK_ALL(junit);
}

static const struct sample tap[] = {
	{ "plan first", gate_parse_tap,
	  "TAP version 13\n1..3\nok 1 - a\nnot ok 2 - b\nok 3 # skip c\n", 1, 1, 1, 0, 0,
	  "b", NULL },
	{ "plan last, no numbers", gate_parse_tap, "ok - a\nok - b\n1..2\n", 2, 0, 0, 0,
	  0, "a", NULL },
	{ "no plan", gate_parse_tap, "ok 1 - a\n", 1, 1, 0, 0, 0, "(plan)", "no plan" },
	{ "too few", gate_parse_tap, "1..3\nok 1\n", 1, 1, 0, 0, 0, "(plan)",
	  "another number" },
	{ "a second plan for what came", gate_parse_tap, "1..3\nok 1\nok 2\n1..2\n", 2, 1,
	  0, 0, 0, "(plan)", "more than one plan" },
	{ "skip all", gate_parse_tap, "1..0 # SKIP no network\n", 0, 0, 1, 0, 0, "(all)",
	  "no network" },
	{ "todo", gate_parse_tap,
	  "1..2\nnot ok 1 - a # TODO later\nok 2 - b # todo done\n", 0, 0, 2, 0, 2, "b",
	  "passes" },
	{ "failing skip does not fail", gate_parse_tap, "1..1\nnot ok 1 - a # SKIP x\n",
	  0, 0, 1, 0, 0, "a", "x" },
	{ "bail out", gate_parse_tap, "1..9\nok 1 - a\nBail out! no disk\n", 1, 1, 0, 0,
	  0, "Bail out!", "no disk" },
	{ "escaped hash", gate_parse_tap, "1..1\nok 1 - C\\# # not a directive\n", 1, 0,
	  0, 0, 0, "C# # not a directive", NULL },
	{ "subtests count, not their parent", gate_parse_tap,
	  "TAP version 14\n# Subtest: math\n    # Subtest: add\n    ok 1 - add\n    not "
	  "ok 2 - sub\n"
	  "    1..2\nnot ok 1 - math\n1..1\n",
	  1, 1, 0, 0, 0, "math > sub", NULL },
	{ "parent fails, children pass", gate_parse_tap,
	  "# Subtest: m\n    ok 1 - a\n    1..1\nnot ok 1 - m\n1..1\n", 1, 1, 0, 0, 0,
	  "m", NULL },
	{ "subtest with a broken plan", gate_parse_tap,
	  "# Subtest: m\n    1..3\n    ok 1 - a\nnot ok 1 - m\n1..1\n", 1, 1, 0, 0, 0,
	  "m > (plan)", NULL },
	{ "diagnostics", gate_parse_tap,
	  "1..1\nnot ok 1 - a\n  ---\n  duration_ms: 12.5\n  error: 'wrong'\n  ...\n", 0,
	  1, 0, 0, 0, "a", "wrong" },
	{ "other output and colours", gate_parse_tap,
	  "hello\n\x1b[32mok 1 - a\x1b[0m\r\n1..1\nokay\n", 1, 0, 0, 0, 0, "a", NULL },
	{ "two streams", gate_parse_tap,
	  "TAP version 13\n1..1\nok 1 - a\nTAP version 13\n1..2\nok 1 - b\n", 2, 1, 0, 0,
	  0, "(plan)", NULL },
};

Test(parse_structured, tap_streams_keep_their_plan)
{
	CHECK_ALL(tap);
}

#define GO(action, rest) "{\"Action\":\"" action "\",\"Package\":\"p\"" rest "}\n"
static const struct sample gotest[] = {
	{ "pass, fail, skip", gate_parse_gotest,
	  GO("run", ",\"Test\":\"A\"") GO("pass", ",\"Test\":\"A\",\"Elapsed\":0.5")
	          GO("run", ",\"Test\":\"B\"") GO(
			  "output", ",\"Test\":\"B\",\"Output\":\"b_test.go:3: bad\\n\"")
	                  GO("fail", ",\"Test\":\"B\"") GO("run", ",\"Test\":\"C\"") GO(
				  "skip", ",\"Test\":\"C\"") GO("fail", ",\"Elapsed\":1"),
	  1, 1, 1, 0, 0, "p.B", "b_test.go:3" },
	{ "package that does not build", gate_parse_gotest,
	  GO("output", ",\"Output\":\"FAIL\\tp [build failed]\\n\"") GO("fail", ""), 0, 1,
	  0, 0, 0, "p", "build failed" },
	{ "build output by its own path", gate_parse_gotest,
	  "{\"ImportPath\":\"p "
	  "[p.test]\",\"Action\":\"build-output\",\"Output\":\"p.go:1: "
	  "x\\n\"}\n" GO("fail", ""),
	  0, 1, 0, 0, 0, "p", "p.go:1: x" },
	{ "plain build failure", gate_parse_gotest,
	  "# p\np.go:1: x\nFAIL\tp [build failed]\n", 0, 1, 0, 0, 0, "p",
	  "[build failed]" },
	{ "panic: a test never ends", gate_parse_gotest,
	  GO("run", ",\"Test\":\"A\"") GO(
		  "output", ",\"Test\":\"A\",\"Output\":\"panic: x\\n\"") GO("fail", ""),
	  0, 1, 0, 0, 0, "p.A", "panic: x" },
	{ "an end behind text without a line end", gate_parse_gotest,
	  GO("run", ",\"Test\":\"A\"") GO("output", ",\"Test\":\"A\",\"Output\":"
	                                            "\"x--- PASS: A (0s)\\n\"")
	          GO("pass", ""),
	  1, 0, 0, 0, 0, "p.A", NULL },
	{ "a package that breaks off", gate_parse_gotest,
	  GO("start", "") GO("run", ",\"Test\":\"A\""), 0, 1, 0, 0, 0, "p.A",
	  "never ended" },
	{ "a build that failed elsewhere", gate_parse_gotest,
	  "{\"ImportPath\":\"d\",\"Action\":\"build-output\",\"Output\":\"d.go:1: x\\n\"}\n"
	  "{\"ImportPath\":\"d\",\"Action\":\"build-fail\"}\n" GO("start", "")
	          GO("output", ",\"Output\":\"FAIL p [build failed]\\n\"")
	                  GO("fail", ",\"Elapsed\":0,\"FailedBuild\":\"d\""),
	  0, 1, 0, 0, 0, "p", "d.go:1: x" },
	{ "no test files", gate_parse_gotest,
	  GO("output", ",\"Output\":\"?   \\tp\\t[no test files]\\n\"") GO("skip", ""), 0,
	  0, 0, 0, 0, NULL, NULL },
};

Test(parse_structured, go_events_end_in_one_state)
{
	CHECK_ALL(gotest);
}

Test(parse_structured, go_itself_says_why_a_package_did_not_build)
{
	static const char said[] = "# ex.org/a\na_test.go:6:2: bad verb\n"
				   "a_test.go:7:2: again\n"
				   "# ex.org/b [ex.org/b.test]\nb.go:1:1: undefined: x\n"
				   "# ex.org/none\n";
	static const char text[] = "FAIL\tex.org/b [build failed]\n"
				   "FAIL\tex.org/a [build failed]\n"
				   "FAIL\tex.org/none [build failed]\n"
				   "FAIL\tex.org/other [build failed]\n";
	static const char *const messages[] = {
		"b.go:1:1: undefined: x", "a_test.go:6:2: bad verb\na_test.go:7:2: again",
		"[build failed]", "[build failed]"
	};
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(gate_parse_gotest(span_str(text), "output", &c, &err), &err);
	gate_gotest_explain(&c, span_str(said));
	check_size_eq(c.count, 4, "packages");
	for (size_t i = 0; i < c.count; i++)
		check_str_eq(c.items[i].message, messages[i], "%s", c.items[i].name);
	gate_cases_fini(&c);
}

static const struct sample libtest[] = {
	{ "text", gate_parse_libtest,
	  "     Running unittests src/lib.rs (target/debug/deps/a-1)\n\nrunning 3 tests\n"
	  "test a::b ... ok\ntest c ... FAILED\ntest d ... ignored, slow\n\nfailures:\n  "
	  "  c\n\n"
	  "test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered "
	  "out\n",
	  1, 1, 1, 0, 0, "src/lib.rs::c", NULL },
	{ "output between name and result", gate_parse_libtest, "test a ... hello\nok\n",
	  1, 0, 0, 0, 0, "a", NULL },
	{ "aborted", gate_parse_libtest, "test a ... thread panicked\n", 0, 1, 0, 0, 0,
	  "a", "never came" },
	{ "json", gate_parse_libtest,
	  "{ \"type\": \"suite\", \"event\": \"started\" }\n"
	  "{ \"type\": \"test\", \"event\": \"started\", \"name\": \"a\" }\n"
	  "{ \"type\": \"test\", \"name\": \"a\", \"event\": \"failed\", \"stdout\": "
	  "\"boom\" }\n"
	  "{ \"type\": \"test\", \"name\": \"b\", \"event\": \"ok\", \"exec_time\": 0.25 "
	  "}\n",
	  1, 1, 0, 0, 0, "a", "boom" },
};

Test(parse_structured, libtest_text_and_events)
{
	CHECK_ALL(libtest);
}

static const struct sample script[] = {
	{ "jest", gate_parse_jest,
	  "noise\n{\"numFailedTests\":1,\"testResults\":[{\"name\":\"/"
	  "a.js\",\"status\":\"failed\","
	  "\"assertionResults\":[{\"fullName\":\"x "
	  "y\",\"status\":\"passed\",\"duration\":3},"
	  "{\"fullName\":\"x z\",\"status\":\"failed\",\"failureMessages\":[\"Error: "
	  "1\"]},"
	  "{\"fullName\":\"p\",\"status\":\"pending\"},{\"fullName\":\"t\",\"status\":"
	  "\"todo\"},"
	  "{\"fullName\":\"r\",\"status\":\"passed\",\"invocations\":2}]},"
	  "{\"name\":\"/b.js\",\"status\":\"failed\",\"message\":\"cannot load\","
	  "\"assertionResults\":[]}]}\n",
	  1, 2, 2, 1, 1, "/b.js", "cannot load" },
	{ "mocha json", gate_parse_mocha,
	  "> test\n{\"stats\":{},\"passes\":[{\"fullTitle\":\"a "
	  "b\",\"duration\":5,\"currentRetry\":0},"
	  "{\"fullTitle\":\"a r\",\"currentRetry\":1}],\"pending\":[{\"fullTitle\":\"a "
	  "p\"}],"
	  "\"failures\":[{\"fullTitle\":\"a c\",\"err\":{\"message\":\"boo\"}}]}\n",
	  1, 1, 1, 1, 0, "a c", "boo" },
	{ "an error of playwright that says nothing", gate_parse_playwright,
	  "{\"suites\":[],\"errors\":[{}]}", 0, 1, 0, 0, 0, "(outside of tests)", NULL },
	{ "pytest report log", gate_parse_pytest,
	  "{\"pytest_version\":\"7\",\"$report_type\":\"SessionStart\"}\n"
	  "{\"$report_type\":\"TestReport\",\"nodeid\":\"t.py::a\",\"outcome\":"
	  "\"passed\","
	  "\"when\":\"setup\"}\n"
	  "{\"$report_type\":\"TestReport\",\"nodeid\":\"t.py::a\",\"outcome\":"
	  "\"failed\","
	  "\"when\":\"call\",\"longrepr\":{\"reprcrash\":{\"message\":\"assert 0\"}}}\n"
	  "{\"$report_type\":\"TestReport\",\"nodeid\":\"t.py::a\",\"outcome\":"
	  "\"passed\","
	  "\"when\":\"teardown\"}\n"
	  "{\"$report_type\":\"TestReport\",\"nodeid\":\"t.py::s\",\"outcome\":"
	  "\"skipped\","
	  "\"when\":\"setup\"}\n"
	  "{\"$report_type\":\"CollectReport\",\"nodeid\":\"u.py\",\"outcome\":"
	  "\"failed\"}\n",
	  0, 2, 1, 0, 0, "t.py::a", "assert 0" },
};

Test(parse_structured, json_reports)
{
	CHECK_ALL(script);
}

static const struct {
	gate_parse *parse;
	const char *text;
	const char *part;
} broken[] = {
	{ gate_parse_junit, "<testsuite><testcase name='a'></testsuite>", "results:1:" },
	{ gate_parse_junit, "<html/>", "<html>" },
	{ gate_parse_junit, "", "results" },
	{ gate_parse_junit,
	  "<!DOCTYPE t [<!ENTITY a 'x'>]><testsuite><testcase name='&a;'/></testsuite>",
	  "results" },
	{ gate_parse_junit, "<testsuite><testcase><testcase/></testcase></testsuite>",
	  "inside" },
	{ gate_parse_tap, "hello\n", "TAP" },
	{ gate_parse_gotest, "{\"Action\":\n", "line 1" },
	{ gate_parse_gotest, "ok  p 0.1s\n", "go test -json" },
	{ gate_parse_jest, "{}", "testResults" },
	{ gate_parse_jest, "none", "results" },
	{ gate_parse_mocha, "{\"x\":1}", "stats" },
};

Test(parse_structured, text_of_another_kind_is_an_error_with_its_place)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct gate_cases c;
		struct err err = ERR_INIT;

		gate_cases_init(&c);
		check_true(broken[i].parse(span_str(broken[i].text), "results", &c,
		                           &err) != ERR_OK,
		           "sample %zu must not parse: %s", i, broken[i].text);
		check_str_contains(err.msg, broken[i].part, "sample %zu", i);
		gate_cases_fini(&c);
	}
}

Test(parse_structured, totals_that_name_hidden_failures_are_a_disagreement)
{
	static const struct {
		gate_parse *parse;
		const char *text;
	} samples[] = {
		{ gate_parse_junit,
		  "<testsuite failures='2'><testcase name='a'/></testsuite>" },
		{ gate_parse_jest, "{\"numFailedTests\":1,\"testResults\":[]}" },
		{ gate_parse_libtest,
		  "test a ... ok\ntest result: FAILED. 1 passed; 3 failed; 0\n" },
		{ gate_parse_automake, "PASS: a\n# FAIL:  1\n" },
		{ gate_parse_unittest,
		  "test_a (m.C) ... ok\n\nRan 1 test in 0s\n\nFAILED (failures=1)\n" },
		{ gate_parse_pytest,
		  "t.py::a PASSED [100%]\n=== 1 failed, 1 passed in 0.1s ===\n" },
		{ gate_parse_ctest, "1/1 Test #1: a ......   Passed    0.00 sec\nThe "
		                    "following tests FAILED:\n" },
		{ gate_parse_mocha,
		  "  s\n    \u2713 a\n\n  1 passing (3ms)\n  1 failing\n" },
		{ gate_parse_node, "\u2714 a (1ms)\n\u2139 fail 1\n" },
	};

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct gate_cases c;
		struct err err = ERR_INIT;

		gate_cases_init(&c);
		check_ok(samples[i].parse(span_str(samples[i].text), "results", &c, &err),
		         &err);
		check_not_null(c.disagreement, "sample %zu", i);
		gate_cases_fini(&c);
	}
}
