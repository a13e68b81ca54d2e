// SPDX-License-Identifier: Apache-2.0
#include "collect/summary.h"
#include "lib/json.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(summary, .timeout = 10);

Test(summary, holds_counts_slowest_and_failures)
{
	struct gate_suite s = { .id = "unit", .run = { .shell = "make check" } };
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	const struct json *root, *slow;
	struct gate_run r;

	gate_run_init(&r);
	r.state = GATE_RUN_FAIL;
	(void)snprintf(r.reason, sizeof(r.reason), "60 of 68 tests failed");
	r.started_ms = 1000;
	r.ended_ms = 4250;
	for (int i = 0; i < 60; i++)
		gate_cases_add(&r.cases, span_str(check_note("f%d", i)), GATE_CASE_FAILED,
		               0, SPAN_LIT("why\xff"));
	for (uint64_t i = 0; i < 8; i++)
		gate_cases_add(&r.cases, span_str(check_note("p%d", (int)i)),
		               GATE_CASE_PASSED, i * 1500, SPAN_EMPTY);
	gate_summary_suite(&text, &s, &r);
	check_ok(json_parse(&doc, buf_span(&text), "suites.json", &err), &err);
	root = json_root(doc);
	check_str_eq(json_string(json_get(root, "id")), "unit", "id");
	check_str_eq(json_string(json_get(root, "command")), "make check", "command");
	check_str_eq(json_string(json_get(root, "state")), "fail", "state");
	check_str_eq(json_number(json_get(root, "failed")), "60", "failed");
	check_str_eq(json_number(json_get(root, "passed")), "8", "passed");
	check_str_eq(json_number(json_get(root, "duration_s")), "3.250000", "duration");
	check_size_eq(json_count(json_get(root, "failures")), 50, "at most 50 failures");
	slow = json_get(root, "slowest");
	check_size_eq(json_count(slow), 5, "five slowest");
	check_str_eq(json_string(json_get(json_first(slow), "name")), "p7",
	             "longest first");
	check_str_eq(json_number(json_get(json_first(slow), "duration_s")), "0.010500",
	             "duration_s");
	json_free(doc);
	gate_run_fini(&r);
	buf_fini(&text);
}

Test(summary, a_pass_has_no_reason)
{
	struct gate_suite s = { .id = "unit", .run = { .shell = "true" } };
	struct buf text = BUF_INIT;
	struct gate_run r;

	gate_run_init(&r);
	r.state = GATE_RUN_PASS;
	gate_summary_suite(&text, &s, &r);
	check_str_eq(
		buf_str(&text),
		"{\"id\":\"unit\",\"command\":\"true\",\"dir\":\".\",\"format\":\"junit\",\"state\":\"pass\","
		"\"reason\":null,\"passed\":0,\"failed\":0,\"skipped\":0,\"flaky\":0,"
		"\"quarantined\":0,\"duration_s\":0.000000,\"reused\":null,\"leaky\":false,\"leaked\":0,"
		"\"leaked_processes\":[],\"slowest\":[],\"failures\":[],\"flaky_tests\":[]}",
		"text");
	gate_run_fini(&r);
	buf_fini(&text);
}

Test(summary, a_flaky_case_keeps_its_attempts_and_place)
{
	struct gate_suite s = { .id = "unit", .run = { .shell = "mvn test" } };
	struct buf text = BUF_INIT;
	struct gate_case *item;
	struct gate_run r;

	gate_run_init(&r);
	item = gate_cases_add(&r.cases, SPAN_LIT("a.B.c"), GATE_CASE_FLAKY, 0,
	                      SPAN_EMPTY);
	gate_cases_place(&r.cases, item, SPAN_LIT("a/B.java"), 7);
	gate_cases_attempt(&r.cases, item, GATE_CASE_FAILED, 1500, SPAN_LIT("one"));
	gate_cases_attempt(&r.cases, item, GATE_CASE_ERROR, 0, SPAN_EMPTY);
	gate_summary_suite(&text, &s, &r);
	check_str_contains(
		buf_str(&text),
		"\"flaky_tests\":[{\"name\":\"a.B.c\",\"state\":\"flaky\","
		"\"file\":\"a/B.java\",\"line\":7,\"message\":\"\",\"attempts\":["
		"{\"state\":\"failed\",\"duration_s\":0.001500,\"message\":\"one\"},"
		"{\"state\":\"error\",\"message\":null}]}]",
		"text");
	gate_run_fini(&r);
	buf_fini(&text);
}
