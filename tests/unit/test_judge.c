// SPDX-License-Identifier: Apache-2.0
#include "collect/judge.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(judge, .timeout = 10);

static struct gate_run run_of(const char *id, enum gate_run_state state, uint64_t passed,
                              uint64_t failed, uint64_t skipped, uint64_t flaky)
{
	struct gate_run r = { .id = id,
		              .state = state,
		              .cases = { .passed = passed,
		                         .failed = failed,
		                         .skipped = skipped,
		                         .flaky = flaky },
		              .attempts = 1,
		              .started_ms = 1000,
		              .ended_ms = 4200 };

	(void)snprintf(r.remedy, sizeof(r.remedy), "run %s", id);
	if (state == GATE_RUN_FAIL)
		(void)snprintf(r.reason, sizeof(r.reason), "%llu of 9 tests failed: x",
		               (unsigned long long)failed);
	else if (state == GATE_RUN_UNKNOWN)
		(void)snprintf(r.reason, sizeof(r.reason), "no test cases were reported");
	return r;
}

/* ---- plain suites ---- */

Test(judge, suites_pass_fail_or_are_unknown)
{
	static const struct {
		enum gate_run_state first, second;
		uint64_t flaky;
		enum gate_state want;
		const char *low; /* NULL = no value */
		const char *message;
		const char *remedy;
	} table[] = {
		{ GATE_RUN_PASS, GATE_RUN_PASS, 0, GATE_PASS, "1",
		  "14 tests passed, 2 skipped in 6.4 s", NULL },
		{ GATE_RUN_PASS, GATE_RUN_PASS, 1, GATE_WARN, "0.5", "1 flaky", NULL },
		{ GATE_RUN_PASS, GATE_RUN_FAIL, 0, GATE_FAIL, "0",
		  "b: 3 of 9 tests failed: x",
		  "seaworthy test --rerun-failed --only b; all of it by hand: run b" },
		{ GATE_RUN_UNKNOWN, GATE_RUN_FAIL, 0, GATE_FAIL, "0", "b: 3 of 9",
		  "seaworthy test --rerun-failed --only b; all of it by hand: run b" },
		{ GATE_RUN_UNKNOWN, GATE_RUN_PASS, 0, GATE_UNKNOWN, NULL,
		  "a: no test cases were reported", "run a" },
		{ GATE_RUN_FAIL, GATE_RUN_FAIL, 0, GATE_FAIL, "0",
		  "a: 3 of 9 tests failed: x; b: 3 of 9 tests failed: x",
		  "seaworthy test --rerun-failed; a by hand: run a" },
	};
	struct gate_check check = { .measure = "count" };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_run a = run_of("a", table[i].first, 7,
		                           table[i].first == GATE_RUN_FAIL ? 3 : 0, 1, 0);
		struct gate_run b = run_of("b", table[i].second, 7,
		                           table[i].second == GATE_RUN_FAIL ? 3 : 0, 1,
		                           table[i].flaky);
		const struct gate_run *runs[] = { &a, &b };
		struct gate_judgement j;

		gate_judgement_init(&j);
		gate_judge_runs(&j, &check, "suite", runs, 2);
		check_int_eq(j.state, table[i].want, "state of row %zu", i);
		check_int_eq(j.has_value, table[i].low != NULL, "value of row %zu", i);
		if (j.has_value) {
			check_str_eq(j.value.low, table[i].low, "low of row %zu", i);
			check_str_eq(j.value.high, table[i].low, "high of row %zu", i);
			check_str_eq(j.measured, "14", "measured of row %zu", i);
		}
		check_str_contains(buf_str(&j.message), table[i].message, "row %zu", i);
		check_str_eq(j.remedy.len > 0 ? buf_str(&j.remedy) : NULL,
		             table[i].remedy, "remedy of row %zu", i);
		gate_judgement_fini(&j);
	}
}

Test(judge, no_suite_at_all_is_unknown)
{
	struct gate_check check = { .measure = "count" };
	struct gate_judgement j;

	gate_judgement_init(&j);
	gate_judge_runs(&j, &check, "suite", NULL, 0);
	check_int_eq(j.state, GATE_UNKNOWN, "state");
	check_str_eq(buf_str(&j.remedy),
	             "write the command below `suites` of seaworthy.yml, which "
	             "`seaworthy init` makes",
	             "remedy");
	gate_judgement_fini(&j);
	gate_judgement_init(&j);
	gate_judge_runs(&j, &check, "build", NULL, 0);
	check_str_contains(buf_str(&j.remedy), "below `builds`", "remedy of a build");
	gate_judgement_fini(&j);
}

Test(judge, a_pass_at_the_second_attempt_warns)
{
	struct gate_check check = { .measure = "count" };
	struct gate_run r = run_of("a", GATE_RUN_PASS, 7, 0, 0, 0);
	const struct gate_run *runs[] = { &r };
	struct gate_judgement j;

	r.attempts = 2;
	(void)snprintf(r.warning, sizeof(r.warning), "passed only at attempt 2");
	gate_judgement_init(&j);
	gate_judge_runs(&j, &check, "suite", runs, 1);
	check_int_eq(j.state, GATE_WARN, "state");
	check_str_contains(buf_str(&j.message), "; warning: a: passed only at attempt 2",
	                   "the warning is shown");
	gate_judgement_fini(&j);
}

Test(judge, builds_and_commands_speak_of_themselves)
{
	static const struct {
		const char *what;
		enum gate_run_state state;
		const char *message;
		const char *measured, *unit;
	} table[] = {
		{ "build", GATE_RUN_PASS, "the build succeeded in 3.2 s", "1",
		  "of 1 build succeeded" },
		{ "build", GATE_RUN_FAIL, "build x exited with code 2", "0",
		  "of 1 build succeeded" },
		{ "command", GATE_RUN_FAIL, "the command exited with code 2", "0",
		  "of 1 command succeeded" },
		{ "command", GATE_RUN_PASS, "the command succeeded in 3.2 s", "1",
		  "of 1 command succeeded" },
	};
	struct gate_check check = { .measure = "count" };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_run r = run_of("x", table[i].state, 1, 0, 0, 0);
		const struct gate_run *runs[] = { &r };
		struct gate_judgement j;

		if (table[i].state == GATE_RUN_FAIL)
			(void)snprintf(r.reason, sizeof(r.reason), "exited with code 2");
		gate_judgement_init(&j);
		gate_judge_runs(&j, &check, table[i].what, runs, 1);
		check_str_eq(buf_str(&j.message), table[i].message, "row %zu", i);
		check_str_eq(j.measured, table[i].measured, "measured of row %zu", i);
		check_str_eq(j.unit, table[i].unit, "unit of row %zu", i);
		gate_judgement_fini(&j);
	}
}

Test(judge, several_builds_are_counted_and_cases_are_counted_as_cases)
{
	struct gate_check check = { .measure = "count" };
	struct gate_run a = run_of("a", GATE_RUN_PASS, 1, 0, 0, 0);
	struct gate_run b = run_of("b", GATE_RUN_FAIL, 0, 1, 0, 0);
	const struct gate_run *builds[] = { &a, &b };
	struct gate_run c = run_of("c", GATE_RUN_PASS, 7, 0, 1, 0);
	const struct gate_run *command[] = { &c };
	struct gate_judgement j;

	gate_judgement_init(&j);
	gate_judge_runs(&j, &check, "build", builds, 2);
	check_str_eq(j.measured, "1", "builds");
	check_str_eq(j.unit, "of 2 builds succeeded", "builds");
	gate_judgement_fini(&j);
	gate_judgement_init(&j);
	gate_judge_runs(&j, &check, "command", command, 1);
	check_str_eq(j.measured, "7", "a command that runs tests");
	check_str_eq(j.unit, "passed", "a command that runs tests");
	gate_judgement_fini(&j);
}

/* ---- measures ---- */

Test(judge, measures_of_suites_are_exact)
{
	static const struct {
		const char *measure, *fail, *pass;
		const char *measured, *value;
		const char *message;
	} table[] = {
		{ "passed", "0", "28", "14", "0.5", "14 of 20 tests passed" },
		{ "failed", "4", "0", "2", "0.5", "2 of 20 tests failed" },
		{ "skipped", "6", "0", "3", "0.5", "3 of 20 tests skipped" },
		{ "flaky", "2", "0", "1", "0.5", "1 of 20 tests are flaky" },
		{ "slow", "8", "0", "4", "0.5", "4 of 20 tests are slow" },
		{ "total", "0", "20", "20", "1", "20 of 20 tests" },
		{ "skipped_percent", "30", "0", "15", "0.5",
		  "15 percent of 20 tests skipped" },
		{ "pass_percent", "40", "100", "70", "0.5",
		  "70 percent of 20 tests passed" },
		{ "duration_s", "12.8", "0", "6.4", "0.5", "6.4 s for 20 tests" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_check check = { .measure = table[i].measure,
			                    .has_scale = true,
			                    .scale_fail = table[i].fail,
			                    .scale_pass = table[i].pass };
		struct gate_run a = run_of("a", GATE_RUN_FAIL, 7, 2, 2, 1);
		struct gate_run b = run_of("b", GATE_RUN_PASS, 7, 0, 1, 0);
		const struct gate_run *runs[] = { &a, &b };
		struct gate_judgement j;

		a.slow = 4;
		gate_judgement_init(&j);
		gate_judge_runs(&j, &check, "suite", runs, 2);
		check_true(j.has_value, "row %zu", i);
		check_str_eq(j.measured, table[i].measured, "measured of row %zu", i);
		check_str_eq(j.value.low, table[i].value, "low of row %zu", i);
		check_str_eq(j.value.high, table[i].value, "high of row %zu", i);
		check_str_contains(buf_str(&j.message), table[i].message, "row %zu", i);
		gate_judgement_fini(&j);
	}
}

Test(judge, what_cannot_be_trusted_is_not_measured)
{
	static const struct {
		enum gate_run_state state;
		uint64_t passed, failed;
		const char *measure;
		const char *message;
	} table[] = {
		{ GATE_RUN_UNKNOWN, 5, 0, "skipped", "a: no test cases were reported" },
		{ GATE_RUN_FAIL, 5, 0, "skipped", "a: 0 of 9 tests failed" },
		{ GATE_RUN_PASS, 0, 0, "skipped", "no test cases to measure" },
		{ GATE_RUN_PASS, 5, 0, "speed", "a suite cannot measure speed" },
		{ GATE_RUN_PASS, 5, 0, "count", "a suite cannot measure count" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_check check = { .measure = table[i].measure,
			                    .has_scale = true,
			                    .scale_fail = "5",
			                    .scale_pass = "0" };
		struct gate_run a = run_of("a", table[i].state, table[i].passed,
		                           table[i].failed, 0, 0);
		const struct gate_run *runs[] = { &a };
		struct gate_judgement j;

		gate_judgement_init(&j);
		gate_judge_runs(&j, &check, "suite", runs, 1);
		check_int_eq(j.state, GATE_UNKNOWN, "state of row %zu", i);
		check_true(!j.has_value, "no value in row %zu", i);
		check_str_contains(buf_str(&j.message), table[i].message, "row %zu", i);
		check_true(j.remedy.len > 0, "row %zu has a remedy", i);
		gate_judgement_fini(&j);
	}
}

/* ---- attestation ---- */

Test(judge, attested_values_are_taken_as_they_are)
{
	static const struct {
		const char *value;
		enum gate_state state;
	} table[] = {
		{ "1.0", GATE_PASS },
		{ "0.88", GATE_WARN },
		{ "0", GATE_FAIL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_check check = { .attest_role = "sre-lead",
			                    .attest_statement = "On-call is staffed",
			                    .attest_value = table[i].value };
		struct gate_judgement j;

		gate_judgement_init(&j);
		gate_judge_attest(&j, &check);
		check_int_eq(j.state, table[i].state, "%s", table[i].value);
		check_str_eq(j.value.low, table[i].value, "low");
		check_str_eq(j.value.high, table[i].value, "high");
		check_str_eq(buf_str(&j.message),
		             "attested by sre-lead: On-call is staffed", "message");
		gate_judgement_fini(&j);
	}
}
