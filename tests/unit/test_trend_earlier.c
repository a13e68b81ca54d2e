// SPDX-License-Identifier: Apache-2.0
#include "support/check.h"
#include "support/project.h"
#include "trend_fixture.h"

#include <stdio.h>
#include <string.h>

TestSuite(trend_earlier, .timeout = 20);

/* Nothing to compare with is said, and is no error. */
Test(trend_earlier, without_an_earlier_run)
{
	static const trend_findings now = { "T A a.c" };
	struct buf text = BUF_INIT;
	struct project p;

	project_init(&p);
	trend_compare(&text, NULL,
	              &(struct trend_run){ now, TREND_FILES, NULL, NULL, 2, NULL });
	check_str_contains(buf_str(&text), "\"why_not\":\"there is no earlier run\"",
	                   "the first");
	check_true(strstr(buf_str(&text), "total") == NULL, "no numbers");
	for (size_t i = 0; i < 7; i++) {
		static const char *const trends[] = {
			NULL,
			"{",
			TREND_THEN("[]", "0", "[]"),
			TREND_THEN("[1]", "0", "[]"),
			TREND_THEN("[\"marker.todo\"]", "\"0\"", "[]"),
			TREND_THEN("[\"marker.todo\"]", "0", "{}"),
			TREND_THEN("[\"marker.todo\"]", "0", "[{\"path\":1}]"),
		};

		if (trends[i] != NULL)
			project_put(&p, "trend.json", trends[i]);
		trend_compare(
			&text, buf_str(&p.root),
			&(struct trend_run){ now, TREND_FILES, NULL, NULL, 2, NULL });
		check_str_contains(buf_str(&text),
		                   "\"why_not\":\"it does not say what it scanned\"",
		                   "row %zu", i);
	}
	project_put(&p, "trend.json", TREND_THEN("[\"marker.todo\"]", "0", "[]"));
	trend_compare(&text, buf_str(&p.root),
	              &(struct trend_run){ now, TREND_FILES, NULL, NULL, 2, NULL });
	check_str_contains(buf_str(&text), "its findings cannot be read", "no findings");
	project_fini(&p);
	buf_fini(&text);
}

/* Findings that were lost would all be new ones. */
Test(trend_earlier, damaged_findings_are_not_compared)
{
	static const trend_findings then = { "T A a.c", "T B a.c" };
	static const struct {
		const char *name;
		unsigned keep; /* lines of the list */
		unsigned cut;  /* bytes of the last one that are lost */
		const char *more;
		const char *want; /* NULL: it is compared */
	} cases[] = {
		{ "whole", 2, 0, "", NULL },
		{ "emptied", 0, 0, "", "0 of 2" },
		{ "without its last line", 1, 0, "", "1 of 2" },
		{ "cut in a line", 2, 9, "", "line 2 is none" },
		{ "a line too many", 2, 0, "{\"rule\":1}\n", "line 3 is none" },
		{ "no JSON behind it", 2, 0, "x\n", "line 3 is none" },
		{ "an empty line", 2, 0, "\n", "line 3 is none" },
	};
	struct buf text = BUF_INIT;
	struct buf list = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "trend.json", TREND_THEN(TREND_BOTH, "2", "[]"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		trend_findings kept = { cases[i].keep > 0 ? then[0] : NULL,
			                cases[i].keep > 1 ? then[1] : NULL };

		buf_clear(&list);
		(void)trend_put_then(&list, kept);
		buf_truncate(&list, list.len - cases[i].cut);
		buf_puts(&list, cases[i].more);
		project_put(&p, "findings.jsonl", buf_str(&list));
		trend_compare(
			&text, buf_str(&p.root),
			&(struct trend_run){ then, TREND_FILES, NULL, NULL, 2, NULL });
		check_int_eq(strstr(buf_str(&text), "\"unchanged\":2") != NULL,
		             cases[i].want == NULL, "%s: compared", cases[i].name);
		if (cases[i].want != NULL)
			check_str_contains(buf_str(&text), cases[i].want, "%s",
			                   cases[i].name);
	}
	project_fini(&p);
	buf_fini(&text);
	buf_fini(&list);
}

/* A run of some checks only stands between: what it did not scan has no news. */
Test(trend_earlier, the_one_that_ran_most_is_taken)
{
	static const trend_findings now = { "T A a.c" };
	struct buf text = BUF_INIT;
	char folders[5][200];
	const char *earlier[5];
	struct project p;
	static const struct {
		const char *folder;
		const char *rules; /* NULL: no scan */
		bool ended;
	} runs[] = {
		{ "r5", "[\"marker.fixme\",\"marker.todo\"]", false },
		{ "r4", NULL, true },
		{ "r3", "[\"marker.fixme\"]", true },
		{ "r2", "[\"marker.fixme\",\"marker.todo\"]", true },
		{ "r1", "[\"marker.fixme\",\"marker.todo\"]", true },
	};

	project_init(&p);
	for (size_t i = 0; i < 5; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "%s/run.json", runs[i].folder);
		buf_clear(&text);
		buf_printf(&text, "{\"run\":\"%s\"}", runs[i].folder);
		project_put(&p, runs[i].ended ? name : "no-run.json", buf_str(&text));
		(void)snprintf(name, sizeof(name), "%s/trend.json", runs[i].folder);
		buf_clear(&text);
		buf_printf(&text, TREND_THEN("%s", "%d", "[]"), runs[i].rules, 0);
		if (runs[i].rules != NULL)
			project_put(&p, name, buf_str(&text));
		(void)snprintf(name, sizeof(name), "%s/findings.jsonl", runs[i].folder);
		project_put(&p, name, "");
		(void)snprintf(folders[i], sizeof(folders[i]), "%s/%s", buf_str(&p.root),
		               runs[i].folder);
		earlier[i] = folders[i];
	}
	for (size_t i = 0; i < 3; i++) {
		static const struct {
			size_t count;
			const char *want;
		} cases[] = {
			{ 5, "\"against\":\"r2\"" },
			{ 3, "\"against\":\"r3\"" },
			{ 2, "\"why_not\":\"no earlier run says what it scanned\"" },
		};

		trend_choose(
			&text, earlier, cases[i].count,
			&(struct trend_run){ now, TREND_FILES, NULL, NULL, 2, NULL });
		check_str_contains(buf_str(&text), cases[i].want, "case %zu", i);
	}
	project_fini(&p);
	buf_fini(&text);
}
