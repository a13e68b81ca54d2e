// SPDX-License-Identifier: Apache-2.0
#include "collect/doubt.h"
#include "collect/outcome.h"
#include "support/check.h"

#include <string.h>

TestSuite(doubt, .timeout = 20);

static void add(struct gate_run *r, enum gate_case_state state)
{
	gate_cases_add(&r->cases, SPAN_LIT("t"), state, 0, SPAN_EMPTY);
}

/* What is said of the run under one check, whose fail point is 2. */
static const char *doubt_of(struct gate_run *r, const char *suite, const char *measure,
                            size_t suites)
{
	struct gate_check check = { .id = "tests.x",
		                    .collector = GATE_COLLECT_SUITE,
		                    .suite = suite,
		                    .measure = measure,
		                    .has_scale = true,
		                    .scale_fail = "2",
		                    .scale_pass = "0" };
	struct gate_policy p = { .checks = &check, .check_count = 1 };

	r->doubt[0] = '\0';
	r->id = "unit";
	gate_doubt_note(r, &p, suites);
	return r->doubt;
}

Test(doubt, a_check_that_will_warn_is_named)
{
	struct gate_run r;

	gate_run_init(&r);
	add(&r, GATE_CASE_PASSED);
	check_str_eq(doubt_of(&r, "unit", "skipped", 1), "", "nothing is skipped");
	check_str_eq(gate_doubt_word(&r), "pass", "word");
	add(&r, GATE_CASE_SKIPPED);
	check_str_eq(doubt_of(&r, "unit", "skipped", 3), "tests.x: 1 tests", "its own");
	check_str_eq(gate_doubt_word(&r), "warn", "word");
	check_str_eq(doubt_of(&r, "*", "skipped", 3), "tests.x: 1 tests",
	             "it can only grow");
	check_str_eq(doubt_of(&r, "*", "skipped_percent", 1), "tests.x: 50 percent",
	             "all there is");
	check_str_eq(doubt_of(&r, "*", "skipped_percent", 2), "",
	             "the other may have none");
	check_str_eq(doubt_of(&r, "other", "skipped", 1), "", "of another");
	gate_run_fini(&r);
}

Test(doubt, a_word_for_each)
{
	struct gate_run r;

	gate_run_init(&r);
	r.attempts = 2;
	check_str_eq(gate_doubt_word(&r), "warn", "passed at the second attempt");
	add(&r, GATE_CASE_FLAKY);
	check_str_eq(gate_doubt_word(&r), "flaky", "by a test");
	r.leaky = true;
	check_str_eq(gate_doubt_word(&r), "leaky", "and worse");
	r.state = GATE_RUN_FAIL;
	check_str_eq(gate_doubt_word(&r), "fail", "worst");
	r.state = GATE_RUN_UNKNOWN;
	check_str_eq(doubt_of(&r, "unit", "flaky", 1), "", "of what passed only");
	gate_run_fini(&r);
}

/* What the policy makes of it. */
Test(doubt, leaks_are_judged_by_the_policy)
{
	static const struct {
		enum gate_leaks leaks;
		bool leaky;
		enum gate_run_state state;
		const char *reason;
		const char *warning;
	} rows[] = {
		{ GATE_LEAKS_WARN, true, GATE_RUN_PASS, "",
		  "4 processes outlived it and were killed: a, b, c and 1 more" },
		{ GATE_LEAKS_FAIL, true, GATE_RUN_FAIL,
		  "4 processes outlived it and were killed: a, b, c and 1 more, and "
		  "`leaks` is fail",
		  "" },
		{ GATE_LEAKS_IGNORE, false, GATE_RUN_PASS, "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct gate_suite s = { .id = "unit", .leaks = rows[i].leaks };
		struct gate_run r;

		gate_run_init(&r);
		r.leaked = 4;
		memcpy(r.leaked_names, "a\nb\nc\nd\n", sizeof("a\nb\nc\nd\n"));
		gate_outcome_leaks(&r, &s);
		check_int_eq(r.leaky, rows[i].leaky, "row %zu: leaky", i);
		check_int_eq(r.state, rows[i].state, "row %zu: state", i);
		check_str_eq(r.reason, rows[i].reason, "row %zu: reason", i);
		check_str_eq(r.warning, rows[i].warning, "row %zu: warning", i);
		gate_run_fini(&r);
	}
}

Test(doubt, strays_are_told_and_blamed_on_nobody)
{
	const struct gate_suite s = { .id = "unit", .leaks = GATE_LEAKS_FAIL };
	struct gate_run r;

	gate_run_init(&r);
	r.strays = 1;
	gate_outcome_leaks(&r, &s);
	check_int_eq(r.state, GATE_RUN_PASS, "it passes");
	check_true(!r.leaky, "it is not leaky");
	check_str_contains(r.warning, "nothing tells whose it was", "told");
	gate_run_fini(&r);
}
