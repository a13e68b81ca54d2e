// SPDX-License-Identifier: Apache-2.0
#include "collect/runner.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <string.h>

TestSuite(runner, .timeout = 60);

static struct gate_runner runner_of(const struct project *p)
{
	return (struct gate_runner){ .root = buf_str(&p->root),
		                     .scratch = buf_str(&p->scratch),
		                     .jobs = 2 };
}

static void run_suite(const struct project *p, const struct gate_suite *s,
                      struct gate_run *r)
{
	struct gate_runner g = runner_of(p);
	struct err err = ERR_INIT;

	gate_run_init(r);
	check_ok(gate_run_suite(&g, s, r, &err), &err);
	check_true(r->ended_ms >= r->started_ms && r->started_ms > 0, "times");
}

/* ---- what one command amounts to ---- */

Test(runner, judges_commands)
{
	static const char *xml[] = { "r.xml" };
	static const struct {
		enum gate_format format;
		bool file;
		const char *command;
		enum gate_run_state state;
		uint64_t passed, failed;
		const char *reason;
	} table[] = {
		{ GATE_FORMAT_EXIT, false, "true", GATE_RUN_PASS, 1, 0, "" },
		{ GATE_FORMAT_EXIT, false, "exit 3", GATE_RUN_FAIL, 0, 1,
		  "exited with code 3" },
		{ GATE_FORMAT_EXIT, false, "kill -9 $$", GATE_RUN_FAIL, 0, 1,
		  "was ended by signal 9 (Killed)" },
		{ GATE_FORMAT_EXIT, false, "no-such-tool-here --x", GATE_RUN_UNKNOWN, 0,
		  0, "no-such-tool-here was not found or may not be run" },
		{ GATE_FORMAT_TAP, false, "printf '1..2\\nok 1\\nok 2\\n'", GATE_RUN_PASS,
		  2, 0, "" },
		{ GATE_FORMAT_TAP, false, "echo noise >&2; printf '1..1\\nok 1\\n'",
		  GATE_RUN_PASS, 1, 0, "" },
		{ GATE_FORMAT_TAP, false,
		  "printf '1..2\\nok 1\\nnot ok 2 - b\\n'; exit 1", GATE_RUN_FAIL, 1, 1,
		  "1 of 2 tests failed: " },
		{ GATE_FORMAT_TAP, false, "printf '1..2\\nok 1\\nnot ok 2 - b\\n'",
		  GATE_RUN_FAIL, 1, 1, "; yet the command exited with code 0" },
		{ GATE_FORMAT_TAP, false, "printf '1..1\\nok 1\\n'; exit 4",
		  GATE_RUN_FAIL, 1, 0,
		  "results say passed, the process exited with code 4" },
		{ GATE_FORMAT_TAP, false, "no-such-tool-here", GATE_RUN_UNKNOWN, 0, 0,
		  "no-such-tool-here was not found" },
		{ GATE_FORMAT_JUNIT, true, "true", GATE_RUN_UNKNOWN, 0, 0,
		  "no fresh result file: there is no r.xml" },
		{ GATE_FORMAT_JUNIT, true, "echo '<testsuite/>' > r.xml",
		  GATE_RUN_UNKNOWN, 0, 0, "no test cases were reported" },
		{ GATE_FORMAT_JUNIT, true, "echo '<testsuite><oops' > r.xml",
		  GATE_RUN_UNKNOWN, 0, 0, "r.xml" },
		{ GATE_FORMAT_JUNIT, true,
		  "echo '<testsuite><testcase name=\"a\"/><testcase name=\"b\">"
		  "<failure/></testcase><testcase name=\"c\">' > r.xml; kill -9 $$",
		  GATE_RUN_UNKNOWN, 1, 1,
		  "before that 1 passed, 0 skipped, 1 failed: b" },
		{ GATE_FORMAT_JUNIT, true,
		  "echo '<testsuite tests=\"9\"><testcase name=\"a\"/></testsuite>' > "
		  "r.xml",
		  GATE_RUN_UNKNOWN, 1, 0,
		  "a suite states 9 tests, and 1 is listed: it is cut" },
		{ GATE_FORMAT_JUNIT, true, "mkfifo r.xml", GATE_RUN_UNKNOWN, 0, 0,
		  "r.xml is not a regular file" },
		{ GATE_FORMAT_JUNIT, true, "truncate -s 5G r.xml", GATE_RUN_UNKNOWN, 0, 0,
		  "4 GiB" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_suite s = { .id = "unit",
			                .dir = ".",
			                .run = { .shell = table[i].command },
			                .format = table[i].format,
			                .timeout_ms = 30000 };
		struct project p;
		struct gate_run r;

		if (table[i].file)
			s.results = (struct gate_strings){ xml, 1 };
		project_init(&p);
		run_suite(&p, &s, &r);
		check_int_eq(r.state, table[i].state, "row %zu: %s", i, r.reason);
		check_u64_eq(r.cases.passed, table[i].passed, "passed of row %zu", i);
		check_u64_eq(r.cases.failed, table[i].failed, "failed of row %zu", i);
		check_str_contains(r.reason, table[i].reason, "row %zu", i);
		check_true((r.state == GATE_RUN_PASS) == (r.reason[0] == '\0'),
		           "a reason exactly where it is no pass, row %zu", i);
		check_true(r.remedy[0] != '\0', "row %zu has a remedy", i);
		gate_run_fini(&r);
		project_fini(&p);
	}
}

/* Our variables are not set in the shell of whoever tries it again. */
Test(runner, remedy_can_be_typed_in)
{
	static const char line[] =
		"cmake -B \"$SEAWORTHY_SCRATCH/b\" -j\"$SEAWORTHY_JOBS\" $HOME; false";
	static const char *const starts[] = {
		"cmake -B \".seaworthy/work/b\" -j2 ", "cd api && cmake -B \"/",
		"cd api && export 'A=b c' D=1 && cmake -B \"/"
	};
	static const char *env[] = { "A=b c", "D=1" };

	for (size_t i = 0; i < 3; i++) {
		struct gate_suite s = { .id = "unit",
			                .run = { .shell = line },
			                .dir = i == 0 ? "." : "api",
			                .env = { env, i == 2 ? 2 : 0 },
			                .timeout_ms = 30000 };
		struct project p;
		struct gate_run r;

		project_init(&p);
		project_put(&p, "api/x", "");
		run_suite(&p, &s, &r);
		check_true(strstr(r.remedy, starts[i]) == r.remedy, "row %zu: %s", i,
		           r.remedy);
		check_str_contains(r.remedy, "/b\" -j2 $HOME; false", "row %zu", i);
		gate_run_fini(&r);
		project_fini(&p);
	}
}

Test(runner, reads_any_form_by_a_pattern)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell =
		                                 "echo a: ok; echo b: fail >&2; exit 1" },
		                .dir = ".",
		                .format = GATE_FORMAT_REGEX,
		                .regex = "^(?<name>\\w): (?<status>\\w+)$" };
	struct project p;
	struct gate_run r;

	project_init(&p);
	run_suite(&p, &s, &r);
	check_int_eq(r.state, GATE_RUN_FAIL, "%s", r.reason);
	check_str_eq(r.reason, "1 of 2 tests failed: b", "both streams are read");
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner, stale_results_are_unknown)
{
	const char *globs[] = { "r.xml" };
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = "true" },
		                .dir = ".",
		                .format = GATE_FORMAT_JUNIT,
		                .results = { globs, 1 } };
	struct project p;
	struct gate_run r;

	project_init(&p);
	project_put(&p, "r.xml", "<testsuite><testcase name='a'/></testsuite>");
	run_suite(&p, &s, &r);
	check_int_eq(r.state, GATE_RUN_UNKNOWN, "not of this run");
	check_str_eq(r.reason, "no fresh result file: r.xml was not written by this run",
	             "reason");
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner, missing_tools_are_unknown_with_the_way_to_get_them)
{
	const char *list[] = { "no-such-tool-here", "test" };
	struct gate_suite suites[] = {
		{ .id = "a",
		  .run = { .shell = "true" },
		  .dir = ".",
		  .format = GATE_FORMAT_EXIT,
		  .tool = "no-such-tool-here",
		  .install = "apt-get install thing" },
		{ .id = "b",
		  .run = { .argv = { list, 2 } },
		  .dir = ".",
		  .format = GATE_FORMAT_EXIT },
		{ .id = "c",
		  .run = { .shell = "true" },
		  .dir = ".",
		  .format = GATE_FORMAT_EXIT,
		  .unknown = "dependencies are not installed",
		  .install = "npm ci" },
	};
	static const char *const reasons[] = { "no-such-tool-here is not installed",
		                               "no-such-tool-here was not found",
		                               "dependencies are not installed" };
	static const char *const remedies[] = { "apt-get install thing",
		                                "install no-such-tool-here", "npm ci" };

	for (size_t i = 0; i < 3; i++) {
		struct project p;
		struct gate_run r;

		project_init(&p);
		run_suite(&p, &suites[i], &r);
		check_int_eq(r.state, GATE_RUN_UNKNOWN, "row %zu", i);
		check_str_contains(r.reason, reasons[i], "row %zu", i);
		check_str_eq(r.remedy, remedies[i], "row %zu", i);
		gate_run_fini(&r);
		project_fini(&p);
	}
}

Test(runner, retries_find_the_flaky)
{
	static const char flaky[] =
		"n=$(cat n 2>/dev/null || echo 0); echo $((n+1)) > n; "
		"echo 1..3; echo ok 1 - a; echo ok 3 - c; "
		"if [ $n -lt 1 ]; then echo not ok 2 - b; exit 1; fi; "
		"echo ok 2 - b";
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = flaky },
		                .dir = ".",
		                .format = GATE_FORMAT_TAP,
		                .retries = 3 };
	struct project p;
	struct gate_run r;

	project_init(&p);
	run_suite(&p, &s, &r);
	check_int_eq(r.state, GATE_RUN_PASS, "passed at last: %s", r.reason);
	check_size_eq(r.attempts, 2, "no more than needed");
	check_u64_eq(r.cases.flaky, 1, "b is flaky");
	check_u64_eq(r.cases.passed, 2, "the others passed");
	check_str_contains(r.warning, "passed only at attempt 2", "it is said");
	check_size_eq(r.earlier_count, 1, "the first attempt is kept");
	check_str_contains(buf_str(&r.earlier[0].output), "not ok 2 - b", "its output");
	check_str_eq(buf_str(&r.earlier[0].failures), "b\n", "what failed");
	check_str_contains(r.earlier[0].reason, "1 of 3 tests failed: b", "why");
	check_null(strstr(buf_str(&r.output), "not ok"), "not mixed");
	gate_run_fini(&r);
	project_fini(&p);
}

/* The second attempt leaves out the test that failed, or skips it. */
Test(runner, a_retry_that_forgets_a_failure_is_unknown)
{
	static const char *const second[] = { "printf '1..1\\nok 1 - a\\n'",
		                              "printf '1..2\\nok 1 - a\\nok 2 - b # "
		                              "SKIP later\\n'" };

	for (size_t i = 0; i < 2; i++) {
		const char *command =
			check_note("test -e again && { %s; exit 0; }; touch again; "
		                   "printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'; exit 1",
		                   second[i]);
		struct gate_suite s = { .id = "unit",
			                .dir = ".",
			                .run = { .shell = command },
			                .format = GATE_FORMAT_TAP,
			                .timeout_ms = 30000,
			                .retries = 3 };
		struct project p;
		struct gate_run r;

		project_init(&p);
		run_suite(&p, &s, &r);
		check_int_eq(r.state, GATE_RUN_UNKNOWN, "%s: %s", second[i], r.reason);
		check_str_contains(r.reason, ": b is not among", "names the test");
		gate_run_fini(&r);
		project_fini(&p);
	}
}

/* Half of it might remove the wrong folder. */
Test(runner, a_remedy_is_never_half_a_command)
{
	char command[600] = "true ";
	struct gate_suite s = { .id = "unit",
		                .dir = ".",
		                .run = { .shell = command },
		                .format = GATE_FORMAT_EXIT,
		                .timeout_ms = 30000 };
	struct project p;
	struct gate_run r;

	memset(command + 5, 'x', sizeof(command) - 6);
	project_init(&p);
	run_suite(&p, &s, &r);
	check_null(strstr(r.remedy, "xx"), "%s", r.remedy);
	check_str_contains(r.remedy, "seaworthy plan", "where the whole is");
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner, retries_do_not_mend_what_always_fails)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = "echo x >> runs; exit 1" },
		                .dir = ".",
		                .format = GATE_FORMAT_EXIT,
		                .retries = 2 };
	struct project p;
	struct gate_run r;

	project_init(&p);
	run_suite(&p, &s, &r);
	check_int_eq(r.state, GATE_RUN_FAIL, "state");
	check_size_eq(r.attempts, 3, "all of them");
	check_str_eq(project_get(&p, "runs"), "x\nx\nx\n", "three runs");
	gate_run_fini(&r);
	project_fini(&p);
}

/* ---- where it runs ---- */

Test(runner, runs_in_its_folder_with_its_environment)
{
	const char *env[] = { "COLOUR=blue", "TZ=Asia/Tokyo" };
	struct gate_suite s = {
		.id = "unit",
		.run = { .shell = "pwd > seen; echo $SEAWORTHY_ROOT >> seen; echo "
		                  "$COLOUR $TZ "
		                  "$LC_ALL $SEAWORTHY_SUITE $SEAWORTHY_JOBS >> seen; "
		                  "echo $TMPDIR > tmp; touch $TMPDIR/left-behind" },
		.dir = "sub",
		.format = GATE_FORMAT_EXIT,
		.env = { env, 2 },
	};
	struct project p;
	struct gate_run r;
	char want[8192];
	struct err err = ERR_INIT;
	struct buf tmp = BUF_INIT;

	project_init(&p);
	project_put(&p, "sub/keep", "");
	run_suite(&p, &s, &r);
	check_int_eq(r.state, GATE_RUN_PASS, "%s", r.reason);
	(void)snprintf(want, sizeof(want), "%s/sub\n%s\nblue Asia/Tokyo C.UTF-8 unit 2\n",
	               buf_str(&p.root), buf_str(&p.root));
	check_str_eq(project_get(&p, "sub/seen"), want, "folder and environment");
	check_ok(os_read_file(project_path(&p, "sub/tmp"), 4096, &tmp, &err), &err);
	buf_truncate(&tmp, tmp.len - 1);
	check_true(strncmp(buf_str(&tmp), buf_str(&p.root), p.root.len) != 0,
	           "%s is outside the project", buf_str(&tmp));
	check_int_eq(os_type_of(buf_str(&tmp)), OS_NONE, "and removed");
	buf_fini(&tmp);
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner, a_folder_that_is_not_there_is_unknown)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = "true" },
		                .dir = "gone",
		                .format = GATE_FORMAT_EXIT };
	struct project p;
	struct gate_run r;

	project_init(&p);
	run_suite(&p, &s, &r);
	check_int_eq(r.state, GATE_RUN_UNKNOWN, "state");
	check_str_eq(r.reason, "there is no folder gone", "reason");
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner, scratch_keeps_the_project_clean)
{
	const char *globs[] = { "out/*.tap" };
	struct gate_suite s = {
		.id = "unit",
		.run = { .shell =
		                 "mkdir -p out && printf '1..1\\nok 1\\n' > out/a.tap && "
		                 "echo changed > source && echo $SEAWORTHY_ROOT" },
		.dir = ".",
		.format = GATE_FORMAT_TAP,
		.results = { globs, 1 },
		.scratch = true,
	};
	struct project p;
	struct gate_run r;

	project_init(&p);
	project_put(&p, "source", "as it was");
	for (int i = 0; i < 2; i++) {
		run_suite(&p, &s, &r);
		check_int_eq(r.state, GATE_RUN_PASS, "%s", r.reason);
		check_str_contains(buf_str(&r.output), "/.seaworthy/work/copy/unit\n",
		                   "it sees the copy as the project");
		gate_run_fini(&r);
	}
	check_str_eq(project_get(&p, "source"), "as it was", "untouched");
	check_int_eq(os_type_of(project_path(&p, "out")), OS_NONE, "nothing new");
	project_fini(&p);
}

Test(runner, builds_pass_by_their_exit)
{
	struct gate_build good = { .id = "b",
		                   .run = { .shell = "echo $MAKEFLAGS" },
		                   .dir = "." };
	struct gate_build bad = { .id = "b",
		                  .run = { .shell = "echo no >&2; exit 2" },
		                  .dir = "." };
	struct err err = ERR_INIT;
	struct gate_runner g;
	struct project p;
	struct gate_run r;

	project_init(&p);
	g = runner_of(&p);
	gate_run_init(&r);
	check_ok(gate_run_build(&g, &good, &r, &err), &err);
	check_int_eq(r.state, GATE_RUN_PASS, "%s", r.reason);
	check_str_eq(buf_str(&r.output), "-j2\n", "told the number of jobs");
	gate_run_fini(&r);
	gate_run_init(&r);
	check_ok(gate_run_build(&g, &bad, &r, &err), &err);
	check_int_eq(r.state, GATE_RUN_FAIL, "state");
	check_str_eq(r.reason, "exited with code 2: no", "reason");
	check_str_eq(buf_str(&r.output), "no\n", "stderr is kept");
	gate_run_fini(&r);
	project_fini(&p);
}

Test(runner, cancelling_is_an_error_of_the_run)
{
	struct gate_suite s = { .id = "unit",
		                .run = { .shell = "sleep 100" },
		                .dir = ".",
		                .format = GATE_FORMAT_EXIT };
	struct cancel cancel = CANCEL_INIT;
	struct err err = ERR_INIT;
	struct gate_runner g;
	struct project p;
	struct gate_run r;

	project_init(&p);
	g = runner_of(&p);
	g.cancel = &cancel;
	cancel_set(&cancel, 2);
	gate_run_init(&r);
	check_err(gate_run_suite(&g, &s, &r, &err), ERR_CANCELLED, "cancelled");
	gate_run_fini(&r);
	project_fini(&p);
}
