// SPDX-License-Identifier: Apache-2.0
#include "collect/quarantine.h"

#include "support/check.h"
#include "support/project.h"

TestSuite(quarantine, .timeout = 10);

enum { NOW = 1000000 };

static struct gate_quarantine entry(void)
{
	return (struct gate_quarantine){ .suite = "*",
		                         .test = "net.*",
		                         .owner = "@web",
		                         .issue = "#12",
		                         .expires_ms = NOW + 1,
		                         .release_after = 3 };
}

/* The policy's one entry on a run with these cases, "net.a=F net.b=P". */
struct world {
	struct project project;
	struct gate_quarantine list[1];
	struct gate_policy policy;
	struct gate_quarantine_book *book;
	struct gate_run run;
};

static void open_book(struct world *w)
{
	struct err err = ERR_INIT;

	check_ok(gate_quarantine_open(&w->book, &w->policy, buf_str(&w->project.root),
	                              NOW, &err),
	         &err);
}

static void world_init(struct world *w, struct gate_quarantine q)
{
	*w = (struct world){ .list = { q } };
	project_init(&w->project);
	project_put(&w->project, ".seaworthy/.gitignore", "*\n");
	w->policy.quarantine = w->list;
	w->policy.quarantine_count = 1;
	open_book(w);
	gate_run_init(&w->run);
	w->run.id = "e2e";
}

static void world_fini(struct world *w)
{
	gate_run_fini(&w->run);
	gate_quarantine_free(w->book);
	project_fini(&w->project);
}

static void set_cases(struct world *w, const char *text)
{
	struct span rest = span_str(text);
	struct span word;

	gate_run_fini(&w->run);
	gate_run_init(&w->run);
	w->run.id = "e2e";
	while (span_split(&rest, ' ', &word)) {
		static const char letters[] = "PFESf";
		size_t state =
			(size_t)(strchr(letters, word.ptr[word.len - 1]) - letters);

		check_not_null(gate_cases_add(&w->run.cases,
		                              span_sub(word, 0, word.len - 2),
		                              (enum gate_case_state)state, 0, SPAN_EMPTY),
		               "%s", text);
	}
}

Test(quarantine, unclean_tests_neither_fail_nor_pass)
{
	static const struct {
		const char *cases;
		uint64_t quarantined, failed, passed, skipped;
		const char *warning;
	} rows[] = {
		{ "net.a=F other=P", 1, 0, 1, 0,
		  "1 quarantined until 1970-01-01T00:16:40Z (@web, #12): net.a" },
		{ "net.a=E net.b=f net.c=P", 2, 0, 1, 0, "2 quarantined until" },
		{ "net.a=P other=F", 0, 1, 1, 0, "" },
		{ "net.a=S", 0, 0, 0, 1, "" },
		{ "net=F", 0, 1, 0, 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;

		world_init(&w, entry());
		set_cases(&w, rows[i].cases);
		gate_quarantine_apply(w.book, &w.run, false);
		check_u64_eq(w.run.cases.quarantined, rows[i].quarantined, "row %zu", i);
		check_u64_eq(w.run.cases.failed, rows[i].failed, "row %zu", i);
		check_u64_eq(w.run.cases.passed, rows[i].passed, "row %zu", i);
		check_u64_eq(w.run.cases.skipped, rows[i].skipped, "row %zu", i);
		check_str_contains(w.run.warning, rows[i].warning, "row %zu", i);
		check_true((rows[i].warning[0] == '\0') == (w.run.warning[0] == '\0'),
		           "row %zu: %s", i, w.run.warning);
		world_fini(&w);
	}
}

Test(quarantine, an_entry_that_names_no_test_is_told)
{
	static const struct {
		const char *suite;
		const char *cases; /* of e2e */
		enum gate_run_state state;
		const char *warning; /* after it, and after unit, which has no net.* */
	} rows[] = {
		{ "*", "other=P", GATE_RUN_PASS, "names no test that ran" },
		{ "*", "net.a=P", GATE_RUN_PASS, "" },
		{ "*", "net.a=F", GATE_RUN_FAIL, "" },
		{ "*", "other=P", GATE_RUN_UNKNOWN, "" },
		{ "e2e", "other=F", GATE_RUN_FAIL,
		  "the quarantine of net.* (line 7 of the policy) names no test that ran" },
		{ "e2e", "net.a=S", GATE_RUN_PASS, "" },
		{ "gone", "net.a=P", GATE_RUN_PASS,
		  "is for the suite gone, and there is none" },
	};
	struct gate_suite suites[] = { { .id = "e2e" }, { .id = "unit" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_quarantine q = entry();
		struct buf said = BUF_INIT;
		struct world w;

		q.suite = rows[i].suite;
		q.line = 7;
		world_init(&w, q);
		gate_quarantine_free(w.book);
		w.policy.suites = suites;
		w.policy.suite_count = 2;
		open_book(&w);
		set_cases(&w, rows[i].cases);
		w.run.state = rows[i].state;
		gate_quarantine_look(w.book, &w.run);
		buf_puts(&said, w.run.warning);
		set_cases(&w, "plain=P");
		w.run.id = "unit";
		gate_quarantine_look(w.book, &w.run);
		buf_puts(&said, w.run.warning);
		check_str_contains(buf_str(&said), rows[i].warning, "row %zu", i);
		check_true((rows[i].warning[0] == '\0') == (said.len == 0), "row %zu: %s",
		           i, buf_str(&said));
		buf_fini(&said);
		world_fini(&w);
	}
}

Test(quarantine, names_with_the_signs_of_globs_are_names_too)
{
	struct gate_quarantine q = entry();
	struct world w;

	q.test = "test_it[a-1]";
	world_init(&w, q);
	set_cases(&w, "test_it[a-1]=F test_it[b]=F");
	gate_quarantine_apply(w.book, &w.run, false);
	check_u64_eq(w.run.cases.quarantined, 1, "the one that is named");
	world_fini(&w);
}

Test(quarantine, a_glob_over_names_knows_no_folders)
{
	static const struct {
		const char *glob;
		uint64_t quarantined;
	} rows[] = {
		{ "*login", 1 },
		{ "tests/*::*login", 1 },
		{ "tests/a.py::t_login", 1 },
		{ "login", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gate_quarantine q = entry();
		struct world w;

		q.test = rows[i].glob;
		world_init(&w, q);
		set_cases(&w, "tests/a.py::t_login=F tests/a.py::t_other=F");
		gate_quarantine_apply(w.book, &w.run, false);
		check_u64_eq(w.run.cases.quarantined, rows[i].quarantined, "%s",
		             rows[i].glob);
		world_fini(&w);
	}
}

Test(quarantine, ends_with_its_date)
{
	struct gate_quarantine q = entry();
	struct world w;

	q.expires_ms = NOW;
	world_init(&w, q);
	set_cases(&w, "net.a=F");
	gate_quarantine_apply(w.book, &w.run, false);
	check_u64_eq(w.run.cases.failed, 1, "a failure again");
	check_str_contains(w.run.warning,
	                   "the quarantine of net.* (@web, #12) expired at ",
	                   "it is said");
	world_fini(&w);
}

Test(quarantine, is_for_its_suites_only)
{
	struct gate_quarantine q = entry();
	struct world w;

	q.suite = "unit*";
	world_init(&w, q);
	set_cases(&w, "net.a=F");
	gate_quarantine_apply(w.book, &w.run, false);
	check_u64_eq(w.run.cases.failed, 1, "another suite");
	world_fini(&w);
}

static void run_with(struct world *w, const char *cases)
{
	struct err err = ERR_INIT;

	set_cases(w, cases);
	gate_quarantine_apply(w->book, &w->run, false);
	gate_quarantine_note(w->book, &w->run);
	check_ok(gate_quarantine_store(w->book, &err), &err);
	gate_quarantine_free(w->book);
	open_book(w);
}

/* Three clean runs in a row end it, over the ends of processes, and for good. */
Test(quarantine, is_released_after_clean_runs)
{
	struct world w;

	world_init(&w, entry());
	run_with(&w, "net.a=P");
	run_with(&w, "net.a=P");
	run_with(&w, "net.a=F");
	check_u64_eq(w.run.cases.quarantined, 1, "in force");
	for (int i = 0; i < 3; i++) {
		run_with(&w, "other=P"); /* says nothing of it */
		run_with(&w, "net.a=P net.b=S");
	}
	run_with(&w, "net.a=F");
	check_u64_eq(w.run.cases.failed, 1, "released");
	check_str_contains(w.run.warning, "net.* passed 3 runs in a row", "it is said");
	run_with(&w, "net.a=F");
	check_u64_eq(w.run.cases.failed, 1, "and stays so");
	world_fini(&w);
}

Test(quarantine, a_damaged_file_starts_anew)
{
	static const char *const texts[] = { "", "{", "[]",
		                             "{\"clean\": {\"* net.*\": -1}}",
		                             "{\"clean\": 3}" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct world w;

		world_init(&w, entry());
		project_put(&w.project, ".seaworthy/quarantine.json", texts[i]);
		gate_quarantine_free(w.book);
		open_book(&w);
		run_with(&w, "net.a=F");
		check_u64_eq(w.run.cases.quarantined, 1, "%s", texts[i]);
		world_fini(&w);
	}
}
