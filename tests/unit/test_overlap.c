// SPDX-License-Identifier: Apache-2.0
#include "collect/overlap.h"

#include "collect/judge.h"
#include "support/check.h"

#include <string.h>

TestSuite(overlap, .timeout = 10);

/* Cases from "a=P b=F": P passed, F failed, E error, S skipped, f flaky, q quarantined.
 */
static void fill(struct gate_run *r, const char *scope, const char *cases)
{
	static const char letters[] = "PFESfq";
	struct span rest = span_str(cases);
	struct span word;

	gate_run_init(r);
	r->id = "s";
	r->scope = scope;
	r->state = GATE_RUN_PASS;
	r->attempts = 1;
	while (span_split(&rest, ' ', &word))
		check_not_null(
			gate_cases_add(&r->cases, span_sub(word, 0, word.len - 2),
		                       (enum gate_case_state)(
					       strchr(letters, word.ptr[word.len - 1]) -
					       letters),
		                       0, SPAN_EMPTY),
			"%s", cases);
}

Test(overlap, a_test_of_two_suites_counts_once_by_its_worst)
{
	static const struct {
		const char *scopes[2];
		const char *cases[2];
		uint64_t passed, failed, skipped, flaky, quarantined;
	} rows[] = {
		{ { "tap .", "tap ." }, { "a=P b=P", "b=P c=P" }, 1, 0, 0, 0, 0 },
		{ { "tap .", "tap x" }, { "a=P b=P", "b=P c=P" }, 0, 0, 0, 0, 0 },
		{ { "tap .", NULL }, { "a=P", "a=P" }, 0, 0, 0, 0, 0 },
		{ { NULL, NULL }, { "a=P", "a=P" }, 0, 0, 0, 0, 0 },
		{ { "tap .", "tap ." }, { "a=P", "a=F" }, 1, 0, 0, 0, 0 },
		{ { "tap .", "tap ." }, { "a=F", "a=P" }, 1, 0, 0, 0, 0 },
		{ { "tap .", "tap ." }, { "a=S b=S", "a=P b=S" }, 1, 0, 1, 0, 0 },
		{ { "tap .", "tap ." }, { "a=f b=q", "a=P b=f" }, 1, 0, 0, 1, 0 },
		{ { "tap .", "tap ." }, { "a=E", "a=F" }, 0, 1, 0, 0, 0 },
		{ { "tap .", "tap ." }, { "a=P a=P", "c=P" }, 0, 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_run a, b;
		const struct gate_run *runs[] = { &a, &b };
		struct gate_overlap o;

		fill(&a, rows[i].scopes[0], rows[i].cases[0]);
		fill(&b, rows[i].scopes[1], rows[i].cases[1]);
		gate_overlap_find(runs, 2, &o);
		check_u64_eq(o.passed, rows[i].passed, "row %zu", i);
		check_u64_eq(o.failed, rows[i].failed, "row %zu", i);
		check_u64_eq(o.skipped, rows[i].skipped, "row %zu", i);
		check_u64_eq(o.flaky, rows[i].flaky, "row %zu", i);
		check_u64_eq(o.quarantined, rows[i].quarantined, "row %zu", i);
		gate_run_fini(&a);
		gate_run_fini(&b);
	}
}

Test(overlap, a_description_identifies_no_test)
{
	struct arena a = ARENA_INIT;

	check_null(gate_overlap_scope(&a, GATE_FORMAT_TAP, "."), "TAP");
	check_null(gate_overlap_scope(&a, GATE_FORMAT_REGEX, "."), "a pattern");
	check_null(gate_overlap_scope(&a, GATE_FORMAT_EXIT, "."), "a command");
	check_str_eq(gate_overlap_scope(&a, GATE_FORMAT_PYTEST, NULL), "pytest .", "ids");
	check_str_eq(gate_overlap_scope(&a, GATE_FORMAT_JUNIT, "x"), "junit x", "names");
	arena_fini(&a);
}

Test(overlap, is_said_where_tests_are_counted)
{
	struct gate_check check = { .measure = "count" };
	struct gate_run a, b;
	const struct gate_run *runs[] = { &a, &b };
	struct gate_judgement j;

	fill(&a, "tap .", "a=P b=P");
	fill(&b, "tap .", "b=P c=P");
	gate_judgement_init(&j);
	gate_judge_runs(&j, &check, "suite", runs, 2);
	check_str_eq(j.measured, "3", "three tests");
	check_str_contains(buf_str(&j.message), "3 tests passed, 1 run by several suites",
	                   "message");
	gate_judgement_fini(&j);
	gate_run_fini(&a);
	gate_run_fini(&b);
}
