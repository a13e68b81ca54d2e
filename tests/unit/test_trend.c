// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "support/check.h"
#include "support/project.h"
#include "trend_fixture.h"

TestSuite(trend, .timeout = 100);

static const struct {
	const char *name;
	trend_findings then, now;
	const char *rules, *skipped; /* then */
	struct scan_skip skip;       /* now; without a reason: none */
	unsigned total[5];           /* new, fixed, unchanged, uncompared, unseen */
	unsigned check[5];           /* of marker.todo in production */
} table[] = {
	{ "come, gone, stayed",
	  { "T A a.c", "T B a.c" },
	  { "T A a.c", "T C a.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 1, 1, 1, 0 },
	  { 1, 1, 1, 0 } },
	{ "of every check what counts for it",
	  { "F A a.c", "T B t/a.c" },
	  { "T A a.c", "T C t/a.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 2, 2, 0, 0 },
	  { 1, 0, 0, 0 } },
	{ "two equal ones, of which one went",
	  { "T A a.c", "T A b.c" },
	  { "T A a.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 1, 1, 0 },
	  { 0, 1, 1, 0 } },
	{ "one, and another equal one",
	  { "T A a.c" },
	  { "T A a.c", "T A b.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 1, 0, 1, 0 },
	  { 1, 0, 1, 0 } },
	{ "accepted since is not fixed",
	  { "T A a.c" },
	  { "T a a.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 0, 0, 0 },
	  { 0, 0, 0, 0 } },
	{ "accepted no more is not new",
	  { "T a a.c" },
	  { "T A a.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 0, 1, 0 },
	  { 0, 0, 1, 0 } },
	{ "accepted and gone is not fixed",
	  { "T a a.c" },
	  { NULL },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 0, 0, 0 },
	  { 0, 0, 0, 0 } },
	{ "of two equal ones the accepted stayed",
	  { "T A a.c", "T a b.c" },
	  { "T a b.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 1, 0, 0 },
	  { 0, 1, 0, 0 } },
	{ "of a rule that did not run",
	  { NULL },
	  { "T A a.c", "F B a.c" },
	  "[\"marker.fixme\"]",
	  "[]",
	  { .folder = false },
	  { 1, 0, 0, 1 },
	  { 0, 0, 0, 1 } },
	{ "a file that is not scanned now",
	  { "T A a.c", "T B b.c" },
	  { NULL },
	  TREND_BOTH,
	  "[]",
	  { .path = { "a.c", 3 }, .reason = "x" },
	  { 0, 1, 0, 0, 1 },
	  { 0, 1, 0, 0, 1 } },
	{ "a folder that is not listed now",
	  { "T A s/a.c", "T B sa.c" },
	  { NULL },
	  TREND_BOTH,
	  "[]",
	  { .path = { "s", 1 }, .reason = "x", .folder = true },
	  { 0, 1, 0, 0, 1 },
	  { 0, 1, 0, 0, 1 } },
	{ "there, though not all of its file is scanned now",
	  { "T A a.c", "T B a.c" },
	  { "T A a.c" },
	  TREND_BOTH,
	  "[]",
	  { .path = { "a.c", 3 }, .reason = "x" },
	  { 0, 0, 1, 0, 1 },
	  { 0, 0, 1, 0, 1 } },
	{ "there, though not all of its file was scanned then",
	  { "T A a.c" },
	  { "T A a.c", "T B a.c" },
	  TREND_BOTH,
	  "[{\"path\":\"a.c\",\"folder\":false}]",
	  { .folder = false },
	  { 0, 0, 1, 1, 0 },
	  { 0, 0, 1, 1, 0 } },
	{ "of which another rule says nothing now",
	  { "T A a.c" },
	  { NULL },
	  TREND_BOTH,
	  "[]",
	  { .path = { "a.c", 3 }, .reason = "x", .rule = "marker.bug" },
	  { 0, 1, 0, 0 },
	  { 0, 1, 0, 0 } },
	{ "a file that was not scanned then",
	  { NULL },
	  { "T A a.c", "T B b.c" },
	  TREND_BOTH,
	  "[{\"path\":\"a.c\",\"folder\":false}]",
	  { .folder = false },
	  { 1, 0, 0, 1 },
	  { 1, 0, 0, 1 } },
	{ "passed over then, but for one",
	  { NULL },
	  { "T A o.c", "T B out/d/a.c", "T C outer.c" },
	  TREND_BOTH,
	  "[]",
	  { .folder = false },
	  { 1, 0, 0, 2, 0 },
	  { 1, 0, 0, 2, 0 } },
	{ "a folder that was not listed then",
	  { NULL },
	  { "T A s/a/b.c", "T a s/c.c" },
	  TREND_BOTH,
	  "[{\"path\":\"s\",\"folder\":true}]",
	  { .folder = false },
	  { 0, 0, 0, 1 },
	  { 0, 0, 0, 1 } },
};

Test(trend, what_is_new_and_what_is_not)
{
	struct buf text = BUF_INIT;
	struct project p;

	project_init(&p);
	project_put(&p, "run.json", "{\"run\":\"r1\",\"tool_version\":\"0.0.1\"}");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct scan_skip *skip =
			table[i].skip.reason != NULL ? &table[i].skip : NULL;
		char want[200];
		unsigned count;

		buf_clear(&text);
		count = trend_put_then(&text, table[i].then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		buf_clear(&text);
		buf_printf(&text, TREND_THEN("%s", "%u", "%s"), table[i].rules, count,
		           table[i].skipped);
		project_put(&p, "trend.json", buf_str(&text));
		trend_compare(&text, buf_str(&p.root),
		              &(struct trend_run){ table[i].now, TREND_FILES, NULL, skip,
		                                   2, NULL });
		trend_sums(want, sizeof(want), "total", table[i].total);
		check_str_contains(buf_str(&text), want, "%s", table[i].name);
		trend_sums(want, sizeof(want), "c.todo", table[i].check);
		check_str_contains(buf_str(&text), want, "%s", table[i].name);
		check_true(strstr(buf_str(&text), "c.left") == NULL, "%s: c.left",
		           table[i].name);
		check_str_contains(buf_str(&text),
		                   "\"against\":\"r1\",\"against_version\":\"0.0.1\"",
		                   "%s", table[i].name);
	}
	project_fini(&p);
	buf_fini(&text);
}

Test(trend, rules_are_named)
{
	static const trend_findings then = { "T A a.c", "F B a.c" };
	static const trend_findings now = { "T A a.c" };
	struct buf text = BUF_INIT;
	struct project p;

	project_init(&p);
	(void)trend_put_then(&text, then);
	project_put(&p, "findings.jsonl", buf_str(&text));
	project_put(&p, "trend.json", TREND_THEN("[\"marker.todo\"]", "2", "[]"));
	trend_compare(&text, buf_str(&p.root),
	              &(struct trend_run){ now, TREND_FILES, NULL, NULL, 2, NULL });
	check_str_contains(buf_str(&text), "\"rules\":[\"marker.fixme\",\"marker.todo\"]",
	                   "for the next run");
	check_str_contains(buf_str(&text), "\"rules_new\":[\"marker.fixme\"]",
	                   "new ones");
	/* What is not asked for now is not fixed. */
	check_str_contains(buf_str(&text), "\"findings\":1,", "and how many there are");
	project_put(&p, "trend.json", buf_str(&text));
	buf_clear(&text);
	(void)trend_put_then(&text, now);
	project_put(&p, "findings.jsonl", buf_str(&text));
	trend_compare(&text, buf_str(&p.root),
	              &(struct trend_run){ now, TREND_FILES, NULL, NULL, 1, NULL });
	check_str_contains(buf_str(&text),
	                   "\"rules_new\":[],\"total\":{\"new\":0,\"fixed\":0,"
	                   "\"unchanged\":1",
	                   "fewer rules");
	project_fini(&p);
	buf_fini(&text);
}

/* What is no finding any more is fixed where it would have been told, and unknown where
 * nobody looked. */
Test(trend, only_what_was_looked_at_is_fixed)
{
	static const struct {
		const char *name;
		const char *files; /* that the scan saw */
		const char *there; /* on disk, or NULL */
		const char *finding;
		unsigned total[5];
	} cases[] = {
		{ "mended", "a.c b.c ", "a.c", "T A a.c", { 0, 1, 0, 0, 0 } },
		{ "deleted", "b.c ", NULL, "T A a.c", { 0, 1, 0, 0, 0 } },
		{ "deleted with its folder",
		  "b.c ",
		  NULL,
		  "T A d/a.c",
		  { 0, 1, 0, 0, 0 } },
		{ "a file where its folder was",
		  "b.c ",
		  "d",
		  "T A d/a.c",
		  { 0, 1, 0, 0, 0 } },
		{ "a folder where it was",
		  "b.c ",
		  "a.c/x",
		  "T A a.c",
		  { 0, 1, 0, 0, 0 } },
		{ "ignored by now", "b.c ", "a.c", "T A a.c", { 0, 0, 0, 0, 1 } },
		{ "ignored with its folder",
		  "",
		  "d/a.c",
		  "T A d/a.c",
		  { 0, 0, 0, 0, 1 } },
		{ "binary by now", "a.c* b.c ", "a.c", "T A a.c", { 0, 0, 0, 0, 1 } },
		{ "accepted and ignored", "b.c ", "a.c", "T a a.c", { 0, 0, 0, 0, 0 } },
		{ "of a rule that is off", "a.c ", "a.c", "F A a.c", { 0, 0, 0, 0, 1 } },
	};
	static const trend_findings none = { NULL };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		trend_findings then = { cases[i].finding };
		struct project p;
		struct project tree;
		char want[200];

		project_init(&p);
		project_init(&tree);
		buf_clear(&text);
		(void)trend_put_then(&text, then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		project_put(&p, "trend.json", TREND_THEN(TREND_BOTH, "1", "[]"));
		if (cases[i].there != NULL)
			project_put(&tree, cases[i].there, "x");
		trend_compare(&text, buf_str(&p.root),
		              &(struct trend_run){ none, cases[i].files,
		                                   buf_str(&tree.root), NULL, 1, NULL });
		trend_sums(want, sizeof(want), "total", cases[i].total);
		check_str_contains(buf_str(&text), want, "%s", cases[i].name);
		project_fini(&tree);
		project_fini(&p);
	}
	buf_fini(&text);
}

/* Of very many files that were not looked at the last ones are forgotten, but not that
 * there were some: what they hold now is not new. */
Test(trend, what_is_forgotten_is_not_new)
{
	static const trend_findings none = { NULL };
	static const trend_findings now = { "T A b000001", "T B b100001", "T C a.c",
		                            "T D c.c" };
	struct buf files = BUF_INIT;
	struct buf text = BUF_INIT;
	struct project p;
	char want[200];

	project_init(&p);
	for (int i = 0; i < GATE_TREND_PASSED_MAX + 2; i++)
		buf_printf(&files, "b%06d* ", i);
	trend_compare(&text, NULL,
	              &(struct trend_run){ none, buf_str(&files), NULL, NULL, 2, NULL });
	check_str_contains(buf_str(&text), "\"passed_over_from\":{\"path\":\"b100000\"}",
	                   "the rest");
	project_put(&p, "trend.json", buf_str(&text));
	project_put(&p, "findings.jsonl", "");
	trend_compare(&text, buf_str(&p.root),
	              &(struct trend_run){ now, "a.c ", NULL, NULL, 2, NULL });
	trend_sums(want, sizeof(want), "total", (const unsigned[]){ 1, 0, 0, 3, 0 });
	check_str_contains(buf_str(&text), want, "%s", buf_str(&text));
	project_fini(&p);
	buf_fini(&files);
	buf_fini(&text);
}

/* A circle may go through a file that is not looked at any more. */
Test(trend, what_joins_files_is_fixed_where_all_are_seen)
{
	const struct scan_skip skip = { .path = SPAN_LIT("b.c"), .reason = "too large" };
	const struct {
		const char *files;
		const struct scan_skip *skip;
		const char *skipped; /* then */
		unsigned total[5];
	} cases[] = {
		{ "a.c b.c ", NULL, "[]", { 0, 1, 0, 0, 0 } },
		{ "a.c b.c* ", NULL, "[]", { 0, 0, 0, 0, 1 } },
		{ "a.c o.c* ", NULL, "[]", { 0, 1, 0, 0, 0 } },
		{ "a.c ", &skip, "[]", { 0, 0, 0, 0, 1 } },
		{ "a.c ", &skip, "[{\"path\":\"b.c\"}]", { 0, 1, 0, 0, 0 } },
	};
	static const trend_findings none = { NULL };
	static const trend_findings then = { "C A a.c" };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct project p;
		char want[200];

		project_init(&p);
		buf_clear(&text);
		(void)trend_put_then(&text, then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		buf_clear(&text);
		buf_printf(&text, TREND_THEN("[\"cycle.import\"]", "1", "%s"),
		           cases[i].skipped);
		project_put(&p, "trend.json", buf_str(&text));
		trend_compare(&text, buf_str(&p.root),
		              &(struct trend_run){ none, cases[i].files, NULL,
		                                   cases[i].skip, 3, NULL });
		trend_sums(want, sizeof(want), "total", cases[i].total);
		check_str_contains(buf_str(&text), want, "case %zu", i);
		project_fini(&p);
	}
	buf_fini(&text);
}

/* The salt of a baseline changes the fingerprints of secrets: they are neither fixed nor
 * new. With the same one another secret is. */
Test(trend, secrets_are_known_again_with_another_salt)
{
	static const struct {
		const char *then_salt, *now_salt;
		trend_findings then, now;
		unsigned total[5];
	} cases[] = {
		{ NULL, "01", { "S A a.c" }, { "S b a.c" }, { 0, 0, 0, 0, 0 } },
		{ NULL, "01", { "S A a.c" }, { "S B a.c" }, { 0, 0, 1, 0, 0 } },
		{ "01", "02", { "S A a.c" }, { "S B a.c" }, { 0, 0, 1, 0, 0 } },
		{ "01", NULL, { "S a a.c" }, { "S B a.c" }, { 0, 0, 1, 0, 0 } },
		{ "01", "02", { "S A a.c" }, { "S B b.c" }, { 1, 1, 0, 0, 0 } },
		{ "01", "01", { "S A a.c" }, { "S B a.c" }, { 1, 1, 0, 0, 0 } },
		{ "01", "02", { "T A a.c" }, { "T B a.c" }, { 1, 1, 0, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct trend_run run = { cases[i].then, TREND_FILES, NULL,
			                 NULL,          4,           cases[i].then_salt };
		struct buf text = BUF_INIT;
		struct project p;
		char want[200];

		project_init(&p);
		trend_compare(&text, buf_str(&p.root), &run);
		project_put(&p, "trend.json", buf_str(&text));
		buf_clear(&text);
		(void)trend_put_then(&text, cases[i].then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		run.findings = cases[i].now;
		run.salt = cases[i].now_salt;
		trend_compare(&text, buf_str(&p.root), &run);
		trend_sums(want, sizeof(want), "total", cases[i].total);
		check_str_contains(buf_str(&text), want, "case %zu", i);
		check_str_contains(buf_str(&text), "\"known\":{}", "case %zu", i);
		project_fini(&p);
		buf_fini(&text);
	}
}

Test(trend, what_the_baseline_accepts_is_counted_without_an_earlier_run)
{
	static const trend_findings now = { "T a a.c", "T B a.c", "T c t/a.c",
		                            "F d a.c" };
	struct buf text = BUF_INIT;

	trend_choose(&text, NULL, 0,
	             &(struct trend_run){ now, TREND_FILES, NULL, NULL, 2, NULL });
	check_str_contains(buf_str(&text), "\"known\":{\"c.todo\":1}", "in production");
	buf_fini(&text);
}

Test(trend, memory_faults_are_clean)
{
	static const trend_findings then = { "T A a.c", "T B d/b.c" };
	static const trend_findings now = { "T A a.c", "T C o.c" };
	static const struct gate_policy policy = { .check_count = 0 };
	struct scan_finding findings[TREND_MOST];
	struct scan_result r = { .findings = findings,
		                 .count = trend_put_now(findings, now) };
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	struct scan_sink sink;
	struct scan_sight sight;
	struct project p;
	enum err_code rc = ERR_NOMEM;

	project_init(&p);
	(void)trend_put_then(&text, then);
	project_put(&p, "findings.jsonl", buf_str(&text));
	project_put(&p, "trend.json", TREND_THEN(TREND_BOTH, "2", "[{\"path\":\"x\"}]"));
	trend_look(&sight, buf_str(&p.root), "a.c b.bin* ", NULL, &sink);
	r.sight = &sight;
	r.rules = scan_rules(&r.rule_count);
	for (uint64_t n = 1; rc == ERR_NOMEM && n < 10000; n++) {
		const struct gate_trend_input in = { .policy = &policy,
			                             .scan = &r,
			                             .rules = trend_rules,
			                             .rule_count = 2,
			                             .against = buf_str(&p.root) };

		buf_fini(&out);
		mem_fail_after(n);
		rc = gate_trend_put(&out, &in, NULL);
		mem_fail_after(0);
	}
	check_int_eq(rc, ERR_OK, "written in the end");
	check_str_contains(buf_str(&out), "\"fixed\":1,\"unchanged\":1,\"uncompared\":1",
	                   "and whole");
	scan_sight_fini(&sight);
	scan_sink_fini(&sink);
	project_fini(&p);
	buf_fini(&text);
	buf_fini(&out);
}
