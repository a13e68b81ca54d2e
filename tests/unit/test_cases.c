// SPDX-License-Identifier: Apache-2.0
#include "collect/cases.h"
#include "support/check.h"

TestSuite(cases, .timeout = 20);

Test(cases, every_name_is_made_unique)
{
	static const char *const names[] = { "a", "a", "a (2)", "b", "a" };
	static const char *const want[] = { "a", "a (2)", "a (2) (2)", "b", "a (3)" };
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	for (size_t i = 0; i < 5; i++)
		gate_cases_add(&c, span_str(names[i]), GATE_CASE_PASSED, 0, SPAN_EMPTY);
	check_ok(gate_cases_unique(&c, &err), &err);
	for (size_t i = 0; i < 5; i++)
		check_str_eq(c.items[i].name, want[i], "case %zu", i);
	gate_cases_fini(&c);
}

Test(cases, surefires_attempts_are_all_kept)
{
	static const char text[] =
		"<testsuite file='a/B.java'>"
		"<testcase name='flaky' classname='B' line='12'>"
		"<flakyFailure message='first' time='0,25'>trace</flakyFailure>"
		"<flakyError><stackTrace>second</stackTrace>"
		"<system-out>noise</system-out></flakyError></testcase>"
		"<testcase name='dead' classname='B' file='c.java'><failure message='f'/>"
		"<rerunFailure message='again'/><rerunError/></testcase></testsuite>";
	const struct gate_case_attempt *a;
	struct gate_cases c;
	struct err err = ERR_INIT;

	gate_cases_init(&c);
	check_ok(gate_parse_junit(span_str(text), "results", &c, &err), &err);
	check_size_eq(c.count, 2, "cases");
	check_int_eq(c.items[0].state, GATE_CASE_FLAKY, "state");
	check_str_eq(c.items[0].file, "a/B.java", "the suite's file");
	check_u64_eq(c.items[0].line, 12, "line");
	a = c.items[0].attempts;
	check_str_eq(a->message, "first", "message");
	check_u64_eq(a->duration_us, 250000, "time");
	check_int_eq(a->state, GATE_CASE_FAILED, "state");
	check_str_eq(a->next->message, "second", "only the trace");
	check_int_eq(a->next->state, GATE_CASE_ERROR, "state");
	check_null(a->next->next, "two attempts");
	check_int_eq(c.items[1].state, GATE_CASE_FAILED, "state");
	check_str_eq(c.items[1].file, "c.java", "its own file");
	check_str_eq(c.items[1].attempts->message, "again", "rerun");
	check_null(c.items[1].attempts->next->message, "no message");
	gate_cases_fini(&c);
}
