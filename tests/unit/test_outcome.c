// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/outcome.h"
#include "support/check.h"

TestSuite(outcome, .timeout = 10);

static void add(struct gate_run *r, const char *name, enum gate_case_state state,
                uint64_t duration_ms)
{
	gate_cases_add(&r->cases, span_str(name), state, duration_ms * 1000, SPAN_EMPTY);
}

/* A run with so many cases of each kind, ended with that code. */
static void fill(struct gate_run *r, int passed, int failed, int skipped, int exit_code)
{
	gate_run_init(r);
	r->exit_code = exit_code;
	for (int i = 0; i < passed; i++)
		add(r, check_note("p%d", i), GATE_CASE_PASSED, 10);
	for (int i = 0; i < failed; i++)
		add(r, check_note("f%d", i), i % 2 ? GATE_CASE_ERROR : GATE_CASE_FAILED,
		    10);
	for (int i = 0; i < skipped; i++)
		add(r, check_note("s%d", i), GATE_CASE_SKIPPED, 0);
}

Test(outcome, process_and_results_must_agree)
{
	static const struct {
		int passed, failed, skipped, exit_code;
		enum gate_run_state want;
		const char *reason;
	} table[] = {
		{ 3, 0, 0, 0, GATE_RUN_PASS, "" },
		{ 3, 0, 2, 0, GATE_RUN_PASS, "" },
		{ 3, 1, 0, 1, GATE_RUN_FAIL, "1 of 4 tests failed: f0" },
		{ 3, 5, 1, 1, GATE_RUN_FAIL,
		  "5 of 9 tests failed: f0, f1, f2 and 2 more" },
		{ 3, 1, 0, 0, GATE_RUN_FAIL,
		  "1 of 4 tests failed: f0; yet the command exited with code 0" },
		{ 3, 0, 0, 7, GATE_RUN_FAIL,
		  "results say passed, the process exited with code 7" },
		{ 0, 0, 0, 0, GATE_RUN_UNKNOWN,
		  "no test cases were reported; the command exited with code 0" },
		{ 0, 0, 0, 9, GATE_RUN_UNKNOWN,
		  "no test cases were reported; the command exited with code 9" },
		{ 0, 0, 4, 0, GATE_RUN_UNKNOWN,
		  "no test ran: all 4 were skipped; the command exited with code 0" },
	};
	struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_JUNIT };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_run r;

		fill(&r, table[i].passed, table[i].failed, table[i].skipped,
		     table[i].exit_code);
		gate_outcome_decide(&r, &s);
		check_int_eq(r.state, table[i].want, "row %zu", i);
		check_str_eq(r.reason, table[i].reason, "row %zu", i);
		gate_run_fini(&r);
	}
}

Test(outcome, a_failure_at_which_it_stopped_leaves_the_rest_unknown)
{
	static const struct {
		const char *command;
		const char *output;
		int failed;
		const char *warning; /* or NULL */
	} table[] = {
		{ "npx mocha --bail test", "", 1,
		  "it stopped at a failure, by --bail: the tests after it are unknown" },
		{ "jest -b", "", 1,
		  "it stopped at a failure, by -b: the tests after it are unknown" },
		{ "pytest", "!!!! stopping after 1 failures !!!!\n", 1,
		  "it stopped at a failure: the tests after it are unknown" },
		{ "vitest --bail=0", "", 1, NULL },
		{ "make -b check", "", 1, NULL },
		{ "npx mocha --bail test", "", 0, NULL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_JUNIT };
		struct gate_run r;

		s.run.shell = table[i].command;
		fill(&r, 3, table[i].failed, 0, table[i].failed);
		buf_puts(&r.output, table[i].output);
		gate_outcome_decide(&r, &s);
		check_int_eq(r.incomplete, table[i].warning != NULL, "row %zu", i);
		check_str_eq(r.warning, table[i].warning != NULL ? table[i].warning : "",
		             "row %zu", i);
		gate_run_fini(&r);
	}
}

Test(outcome, results_that_contradict_themselves_are_unknown)
{
	struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_JUNIT };
	struct gate_run r;

	fill(&r, 2, 0, 0, 0);
	r.cases.disagreement = "the totals name 2 failures, none is listed";
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_UNKNOWN, "no pass");
	check_str_contains(r.reason, "none is listed", "reason");
	gate_run_fini(&r);
	fill(&r, 2, 1, 0, 1);
	r.cases.disagreement = "the totals name 2 failures, 1 is listed";
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_FAIL, "a failure stays one");
	gate_run_fini(&r);
}

Test(outcome, a_signal_is_no_clean_end)
{
	struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_TAP };
	struct gate_run r;

	fill(&r, 2, 0, 0, -1);
	r.signal = 11;
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_FAIL, "state");
	check_str_eq(r.reason,
	             "results say passed, the process was ended by signal 11 "
	             "(Segmentation fault)",
	             "reason");
	gate_run_fini(&r);
}

Test(outcome, a_quarantined_test_explains_a_code_but_no_crash)
{
	struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_TAP };
	struct gate_run r;

	fill(&r, 2, 0, 0, 1);
	add(&r, "q", GATE_CASE_QUARANTINED, 10);
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_PASS, "%s", r.reason);
	r.exit_code = -1;
	r.signal = 11;
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_FAIL, "what came behind it never ran");
	check_str_contains(r.reason, "signal 11", "reason");
	gate_run_fini(&r);
}

Test(outcome, limits_of_a_case_are_measured)
{
	struct gate_suite s = { .id = "unit",
		                .format = GATE_FORMAT_JUNIT,
		                .test_timeout_ms = 60000,
		                .slow_ms = 5000 };
	struct gate_run r;

	fill(&r, 1, 0, 0, 0);
	add(&r, "slow", GATE_CASE_PASSED, 5001);
	add(&r, "at the limit", GATE_CASE_PASSED, 60000);
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_PASS, "none over the limit");
	check_u64_eq(r.slow, 2, "slow cases");
	add(&r, "endless", GATE_CASE_PASSED, 61000);
	gate_outcome_decide(&r, &s);
	check_int_eq(r.state, GATE_RUN_FAIL, "one over the limit");
	check_str_contains(r.reason, "1 of 4 tests failed: endless", "it is named");
	check_str_contains(r.cases.items[3].message, "test_timeout is", "and told why");
	check_u64_eq(r.cases.passed, 3, "counts follow");
	gate_run_fini(&r);
}

Test(outcome, names_are_shown_safely)
{
	struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_JUNIT };
	struct gate_run r;

	fill(&r, 0, 0, 0, 1);
	add(&r, "evil\x1b[2J\nname", GATE_CASE_FAILED, 0);
	gate_outcome_decide(&r, &s);
	check_null(strchr(r.reason, '\x1b'), "no escape");
	check_null(strchr(r.reason, '\n'), "no line break");
	gate_run_fini(&r);
}

Test(outcome, the_missing_program_is_found_in_the_output)
{
	static const struct {
		const char *output;
		const char *want;
	} table[] = {
		{ "sh: 1: pytest: not found\n", "pytest" },
		{ "/bin/sh: 3: go: not found", "go" },
		{ "bash: line 1: cargo: command not found\n", "cargo" },
		{ "hello\nsh: 1: first: not found\nsh: 2: last: not found\n", "last" },
		{ "file not found\n", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct span got = gate_outcome_missing(span_str(table[i].output));

		check_true(span_eq_str(got, table[i].want), "row %zu: %.*s", i,
		           (int)got.len, got.len > 0 ? got.ptr : "");
	}
}

Test(outcome, warnings_add_up_within_their_room)
{
	struct gate_run r;

	gate_run_init(&r);
	gate_outcome_warn(&r, "first %d", 1);
	gate_outcome_warn(&r, "second");
	check_str_eq(r.warning, "first 1; second", "joined");
	for (int i = 0; i < 100; i++)
		gate_outcome_warn(&r, "and again");
	check_true(strlen(r.warning) < sizeof(r.warning), "cut, not overflown");
	gate_run_fini(&r);
}

Test(outcome, the_cause_is_the_tools_own_line)
{
	static const struct {
		const char *output;
		const char *cause;
	} table[] = {
		{ "", "" },
		{ "\n \n", "" },
		{ "one\ntwo\n\n", ": two" },
		{ "cc -Werror x.c\nx.c:1:2: error: no\nmake: *** [all] Error 1\n",
		  ": x.c:1:2: error: no" },
		{ "a\nmake: *** [Makefile:2: all] Error 1\nb\n",
		  ": make: *** [Makefile:2: all] Error 1" },
		{ "-- ok\nCMake Error at CMakeLists.txt:1 (x):\n  Cannot find:\n\n  y.c\n"
		  "  more\n",
		  ": CMake Error at CMakeLists.txt:1 (x): Cannot find: y.c" },
		{ "# p\n./x.go:3:2: undefined: y\nlast\n", ": ./x.go:3:2: undefined: y" },
		{ "{\"Output\":\"error: not for people\"}\nend\n", ": end" },
		{ "bad \x1b[31m\n", ": bad \\x1b[31m" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf out = BUF_INIT;

		gate_outcome_cause(&out, ": ", span_str(table[i].output));
		check_str_eq(buf_str(&out), table[i].cause, "row %zu", i);
		buf_fini(&out);
	}
}

Test(outcome, what_could_not_run_says_why)
{
	struct gate_suite s = { .id = "unit", .format = GATE_FORMAT_GOTEST };
	struct gate_run r;

	fill(&r, 1, 1, 0, 1);
	gate_cases_add(&r.cases, SPAN_LIT("p"), GATE_CASE_ERROR, 0,
	               SPAN_LIT("./x_test.go:3:2: undefined: y"));
	gate_outcome_decide(&r, &s);
	check_str_eq(r.reason,
	             "2 of 3 tests failed: f0, p; ./x_test.go:3:2: undefined: y",
	             "reason");
	gate_run_fini(&r);
	fill(&r, 0, 0, 0, 1);
	buf_puts(&r.output, "go: cannot find main module\n");
	gate_outcome_decide(&r, &s);
	check_str_contains(r.reason, "exited with code 1: go: cannot find main module",
	                   "no tests");
	gate_outcome_unreadable(&r, "output: no events");
	check_str_eq(r.reason,
	             "output: no events; the command said: go: cannot find main module",
	             "no results");
	check_str_eq(r.remedy, "", "nothing to install");
	gate_run_fini(&r);
}

Test(outcome, a_python_module_that_is_missing_is_named)
{
	static const struct {
		const char *output;
		int exit_code;
		const char *command;
		const char *remedy;
	} table[] = {
		{ "python3: No module named pytest\n", 1,
		  "export PYTHONPATH=src python_x=1 && python3 -m pytest",
		  "install pytest for python3, which its command runs, or have the "
		  "command run a Python that has it, as .venv/bin/python" },
		{ "E  ModuleNotFoundError: No module named 'ruamel.yaml_x'\nmore", 2,
		  ".venv/bin/python -m pytest",
		  "install ruamel.yaml_x for .venv/bin/python, which its command runs" },
		{ "No module named a\n", 1, "tox",
		  "install a for the Python that its command runs, or have the command "
		  "run a Python that has it, as .venv/bin/python" },
		{ "No module named pytest\n", 0, "", "" },
		{ "No module named '\033[1m'\n", 1, "", "" },
		{ "No module named ", 1, "", "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_run r;

		gate_run_init(&r);
		r.exit_code = table[i].exit_code;
		(void)strcpy(r.remedy, table[i].command);
		buf_puts(&r.output, table[i].output);
		gate_outcome_unreadable(&r, "no result file");
		check_str_eq(r.remedy, table[i].remedy, "row %zu", i);
		gate_run_fini(&r);
	}
}

Test(outcome, a_long_reason_is_cut_between_characters)
{
	struct gate_run r;

	for (size_t lead = 0; lead < 3; lead++) {
		struct buf text = BUF_INIT;

		gate_run_init(&r);
		buf_fill(&text, 'x', lead);
		while (text.len < 2 * sizeof(r.reason))
			buf_puts(&text, "\xe2\x82\xac");
		gate_outcome_unknown(&r, "%s", buf_str(&text));
		gate_outcome_warn(&r, "%s", buf_str(&text));
		check_true(str_is_utf8(span_str(r.reason)), "reason after %zu", lead);
		check_true(str_is_utf8(span_str(r.warning)), "warning after %zu", lead);
		check_true(str_ends(r.reason, "\xe2\x80\xa6"), "it is seen to be cut");
		buf_fini(&text);
		gate_run_fini(&r);
	}
}
