// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "collect/trend.h"
#include "scanners/finding.h"
#include "scanners/sight.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>

TestSuite(trend, .timeout = 20);

enum { MOST = 4 };

#define THEN(rules, findings, skipped)                                        \
	"{\"rules\":" rules ",\"findings\":" findings ",\"skipped\":" skipped \
	",\"passed_over\":[{\"path\":\"o.c\"},{\"path\":\"out\"}]}"

/* A finding: 'T' is marker.todo, 'F' marker.fixme, 'C' cycle.import; a path; the
 * fingerprint's one letter; small if it is known. NULL ends. */
typedef const char *findings_of[MOST];

static const char *rule_of(const char *text)
{
	if (text[0] == 'C')
		return "cycle.import";
	return text[0] == 'T' ? "marker.todo" : "marker.fixme";
}

static const char *scope_of(const char *path)
{
	return path[0] == 't' ? "test" : "production";
}

static unsigned put_then(struct buf *out, const char *const *list)
{
	unsigned n = 0;

	for (size_t i = 0; i < MOST && list[i] != NULL; i++, n++) {
		const char *path = list[i] + 4;
		char letter = list[i][2];
		bool known = letter >= 'a';

		buf_printf(out,
		           "{\"rule\":\"%s\",\"path\":\"%s\",\"scope\":\"%s\","
		           "\"severity\":\"warning\",\"fingerprint\":\"%c\",\"details\":"
		           "{%s}}\n",
		           rule_of(list[i]), path, scope_of(path),
		           known ? letter - 'a' + 'A' : letter,
		           known ? "\"state\":\"known\"" : "");
	}
	return n;
}

static size_t put_now(struct scan_finding *out, const char *const *list)
{
	size_t n = 0;

	for (; n < MOST && list[n] != NULL; n++) {
		const char *path = list[n] + 4;
		bool known = list[n][2] >= 'a';

		out[n] = (struct scan_finding){ .rule = rule_of(list[n]),
			                        .path = span_str(path),
			                        .severity = SCAN_WARNING,
			                        .scope = path[0] == 't' ? SCAN_TEST
			                                                : SCAN_PRODUCTION,
			                        .state = known ? SCAN_KNOWN : SCAN_NEW };
		out[n].fingerprint[0] =
			known ? (char)(list[n][2] - 'a' + 'A') : list[n][2];
	}
	return n;
}

static const char *const all_rules[] = { "marker.todo", "marker.fixme", "cycle.import" };

/* What a scan looked at: paths with a blank behind, '*' at the end of a binary one. */
static void look(struct scan_sight *out, const char *top, const char *files,
                 const struct scan_skip *skip, struct scan_sink *sink)
{
	struct scan_sink *const sinks[] = { sink };
	struct err err = ERR_INIT;

	scan_sink_init(sink);
	for (size_t len; (len = strcspn(files, " ")) > 0; files += len + 1) {
		bool binary = files[len - 1] == '*';
		struct span path = span_of(files, len - (binary ? 1 : 0));

		check_ok(scan_sink_see(sink,
		                       &(struct scan_seen){ .path = path,
		                                            .project = path,
		                                            .binary = binary },
		                       &err),
		         &err);
	}
	if (skip != NULL)
		check_ok(scan_sink_skip(sink, skip, &err), &err);
	check_ok(scan_sight_init(out, top, sinks, 1, &err), &err);
}

#define FILES "a.c b.c s/a.c s/a/b.c s/c.c sa.c t/a.c "

struct run {
	const char *const *findings;
	const char *files;            /* as of look() */
	const char *top;              /* NULL: of the earlier run */
	const struct scan_skip *skip; /* may be NULL */
	size_t rules;
};

/* trend.json of this run, in `out`. */
static void compare(struct buf *out, const char *against, const struct run *now)
{
	const char *top = now->top != NULL ? now->top : against;
	static const char *const globs[] = { "marker.todo" };
	static const char *const scopes[] = { "production" };
	static const bool wanted[] = { true, false };
	struct gate_check checks[] = {
		{ .id = "c.todo",
		  .collector = GATE_COLLECT_SCAN,
		  .scan_rules = { (const char **)(uintptr_t)globs, 1 },
		  .scan_scopes = { (const char **)(uintptr_t)scopes, 1 } },
		{ .id = "c.left", .collector = GATE_COLLECT_SCAN },
	};
	struct gate_policy policy = { .checks = checks, .check_count = 2 };
	struct scan_finding findings[MOST];
	struct scan_result r = { .findings = findings };
	struct gate_trend_input in = { .policy = &policy,
		                       .wanted = wanted,
		                       .scan = &r,
		                       .rules = all_rules,
		                       .rule_count = now->rules,
		                       .against = against };
	struct scan_sink sink;
	struct scan_sight sight;
	struct scan_skip copy;
	struct err err = ERR_INIT;

	look(&sight, top != NULL ? top : "/nowhere", now->files, now->skip, &sink);
	r.sight = &sight;
	r.rules = scan_rules(&r.rule_count);
	r.count = put_now(findings, now->findings);
	if (now->skip != NULL) {
		copy = *now->skip;
		r.skips = &copy;
		r.skip_count = 1;
	}
	buf_clear(out);
	check_ok(gate_trend_put(out, &in, &err), &err);
	scan_sight_fini(&sight);
	scan_sink_fini(&sink);
}

static void sums(char *out, size_t size, const char *key, const unsigned *n)
{
	(void)snprintf(
		out, size,
		"\"%s\":{\"new\":%u,\"fixed\":%u,\"unchanged\":%u,\"uncompared\":%u,"
		"\"unseen\":%u}",
		key, n[0], n[1], n[2], n[3], n[4]);
}

#define BOTH "[\"marker.fixme\",\"marker.todo\"]"

static const struct {
	const char *name;
	findings_of then, now;
	const char *rules, *skipped; /* then */
	struct scan_skip skip;       /* now; without a reason: none */
	unsigned total[5];           /* new, fixed, unchanged, uncompared, unseen */
	unsigned check[5];           /* of marker.todo in production */
} table[] = {
	{ "come, gone, stayed",
	  { "T A a.c", "T B a.c" },
	  { "T A a.c", "T C a.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 1, 1, 1, 0 },
	  { 1, 1, 1, 0 } },
	{ "of every check what counts for it",
	  { "F A a.c", "T B t/a.c" },
	  { "T A a.c", "T C t/a.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 2, 2, 0, 0 },
	  { 1, 0, 0, 0 } },
	{ "two equal ones, of which one went",
	  { "T A a.c", "T A b.c" },
	  { "T A a.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 1, 1, 0 },
	  { 0, 1, 1, 0 } },
	{ "one, and another equal one",
	  { "T A a.c" },
	  { "T A a.c", "T A b.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 1, 0, 1, 0 },
	  { 1, 0, 1, 0 } },
	{ "accepted since is not fixed",
	  { "T A a.c" },
	  { "T a a.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 0, 0, 0 },
	  { 0, 0, 0, 0 } },
	{ "accepted no more is not new",
	  { "T a a.c" },
	  { "T A a.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 0, 1, 0 },
	  { 0, 0, 1, 0 } },
	{ "accepted and gone is not fixed",
	  { "T a a.c" },
	  { NULL },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 0, 0, 0, 0 },
	  { 0, 0, 0, 0 } },
	{ "of two equal ones the accepted stayed",
	  { "T A a.c", "T a b.c" },
	  { "T a b.c" },
	  BOTH,
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
	  BOTH,
	  "[]",
	  { .path = { "a.c", 3 }, .reason = "x" },
	  { 0, 1, 0, 0, 1 },
	  { 0, 1, 0, 0, 1 } },
	{ "a folder that is not listed now",
	  { "T A s/a.c", "T B sa.c" },
	  { NULL },
	  BOTH,
	  "[]",
	  { .path = { "s", 1 }, .reason = "x", .folder = true },
	  { 0, 1, 0, 0, 1 },
	  { 0, 1, 0, 0, 1 } },
	{ "there, though not all of its file is scanned now",
	  { "T A a.c", "T B a.c" },
	  { "T A a.c" },
	  BOTH,
	  "[]",
	  { .path = { "a.c", 3 }, .reason = "x" },
	  { 0, 0, 1, 0, 1 },
	  { 0, 0, 1, 0, 1 } },
	{ "there, though not all of its file was scanned then",
	  { "T A a.c" },
	  { "T A a.c", "T B a.c" },
	  BOTH,
	  "[{\"path\":\"a.c\",\"folder\":false}]",
	  { .folder = false },
	  { 0, 0, 1, 1, 0 },
	  { 0, 0, 1, 1, 0 } },
	{ "of which another rule says nothing now",
	  { "T A a.c" },
	  { NULL },
	  BOTH,
	  "[]",
	  { .path = { "a.c", 3 }, .reason = "x", .rule = "marker.bug" },
	  { 0, 1, 0, 0 },
	  { 0, 1, 0, 0 } },
	{ "a file that was not scanned then",
	  { NULL },
	  { "T A a.c", "T B b.c" },
	  BOTH,
	  "[{\"path\":\"a.c\",\"folder\":false}]",
	  { .folder = false },
	  { 1, 0, 0, 1 },
	  { 1, 0, 0, 1 } },
	{ "passed over then, but for one",
	  { NULL },
	  { "T A o.c", "T B out/d/a.c", "T C outer.c" },
	  BOTH,
	  "[]",
	  { .folder = false },
	  { 1, 0, 0, 2, 0 },
	  { 1, 0, 0, 2, 0 } },
	{ "a folder that was not listed then",
	  { NULL },
	  { "T A s/a/b.c", "T a s/c.c" },
	  BOTH,
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
		count = put_then(&text, table[i].then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		buf_clear(&text);
		buf_printf(&text, THEN("%s", "%u", "%s"), table[i].rules, count,
		           table[i].skipped);
		project_put(&p, "trend.json", buf_str(&text));
		compare(&text, buf_str(&p.root),
		        &(struct run){ table[i].now, FILES, NULL, skip, 2 });
		sums(want, sizeof(want), "total", table[i].total);
		check_str_contains(buf_str(&text), want, "%s", table[i].name);
		sums(want, sizeof(want), "c.todo", table[i].check);
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
	static const findings_of then = { "T A a.c", "F B a.c" };
	static const findings_of now = { "T A a.c" };
	struct buf text = BUF_INIT;
	struct project p;

	project_init(&p);
	(void)put_then(&text, then);
	project_put(&p, "findings.jsonl", buf_str(&text));
	project_put(&p, "trend.json", THEN("[\"marker.todo\"]", "2", "[]"));
	compare(&text, buf_str(&p.root), &(struct run){ now, FILES, NULL, NULL, 2 });
	check_str_contains(buf_str(&text), "\"rules\":[\"marker.fixme\",\"marker.todo\"]",
	                   "for the next run");
	check_str_contains(buf_str(&text), "\"rules_new\":[\"marker.fixme\"]",
	                   "new ones");
	/* What is not asked for now is not fixed. */
	check_str_contains(buf_str(&text), "\"findings\":1,", "and how many there are");
	project_put(&p, "trend.json", buf_str(&text));
	buf_clear(&text);
	(void)put_then(&text, now);
	project_put(&p, "findings.jsonl", buf_str(&text));
	compare(&text, buf_str(&p.root), &(struct run){ now, FILES, NULL, NULL, 1 });
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
	static const findings_of none = { NULL };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		findings_of then = { cases[i].finding };
		struct project p;
		struct project tree;
		char want[200];

		project_init(&p);
		project_init(&tree);
		buf_clear(&text);
		(void)put_then(&text, then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		project_put(&p, "trend.json", THEN(BOTH, "1", "[]"));
		if (cases[i].there != NULL)
			project_put(&tree, cases[i].there, "x");
		compare(&text, buf_str(&p.root),
		        &(struct run){ none, cases[i].files, buf_str(&tree.root), NULL,
		                       1 });
		sums(want, sizeof(want), "total", cases[i].total);
		check_str_contains(buf_str(&text), want, "%s", cases[i].name);
		project_fini(&tree);
		project_fini(&p);
	}
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
	static const findings_of none = { NULL };
	static const findings_of then = { "C A a.c" };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct project p;
		char want[200];

		project_init(&p);
		buf_clear(&text);
		(void)put_then(&text, then);
		project_put(&p, "findings.jsonl", buf_str(&text));
		buf_clear(&text);
		buf_printf(&text, THEN("[\"cycle.import\"]", "1", "%s"),
		           cases[i].skipped);
		project_put(&p, "trend.json", buf_str(&text));
		compare(&text, buf_str(&p.root),
		        &(struct run){ none, cases[i].files, NULL, cases[i].skip, 3 });
		sums(want, sizeof(want), "total", cases[i].total);
		check_str_contains(buf_str(&text), want, "case %zu", i);
		project_fini(&p);
	}
	buf_fini(&text);
}

/* Nothing to compare with is said, and is no error. */
Test(trend, without_an_earlier_run)
{
	static const findings_of now = { "T A a.c" };
	struct buf text = BUF_INIT;
	struct project p;

	project_init(&p);
	compare(&text, NULL, &(struct run){ now, FILES, NULL, NULL, 2 });
	check_str_contains(buf_str(&text), "\"why_not\":\"there is no earlier run\"",
	                   "the first");
	check_true(strstr(buf_str(&text), "total") == NULL, "no numbers");
	for (size_t i = 0; i < 7; i++) {
		static const char *const trends[] = {
			NULL,
			"{",
			THEN("[]", "0", "[]"),
			THEN("[1]", "0", "[]"),
			THEN("[\"marker.todo\"]", "\"0\"", "[]"),
			THEN("[\"marker.todo\"]", "0", "{}"),
			THEN("[\"marker.todo\"]", "0", "[{\"path\":1}]"),
		};

		if (trends[i] != NULL)
			project_put(&p, "trend.json", trends[i]);
		compare(&text, buf_str(&p.root),
		        &(struct run){ now, FILES, NULL, NULL, 2 });
		check_str_contains(buf_str(&text),
		                   "\"why_not\":\"it does not say what it scanned\"",
		                   "row %zu", i);
	}
	project_put(&p, "trend.json", THEN("[\"marker.todo\"]", "0", "[]"));
	compare(&text, buf_str(&p.root), &(struct run){ now, FILES, NULL, NULL, 2 });
	check_str_contains(buf_str(&text), "its findings cannot be read", "no findings");
	project_fini(&p);
	buf_fini(&text);
}

/* Findings that were lost would all be new ones. */
Test(trend, damaged_findings_are_not_compared)
{
	static const findings_of then = { "T A a.c", "T B a.c" };
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
	project_put(&p, "trend.json", THEN(BOTH, "2", "[]"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		findings_of kept = { cases[i].keep > 0 ? then[0] : NULL,
			             cases[i].keep > 1 ? then[1] : NULL };

		buf_clear(&list);
		(void)put_then(&list, kept);
		buf_truncate(&list, list.len - cases[i].cut);
		buf_puts(&list, cases[i].more);
		project_put(&p, "findings.jsonl", buf_str(&list));
		compare(&text, buf_str(&p.root),
		        &(struct run){ then, FILES, NULL, NULL, 2 });
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

Test(trend, memory_faults_are_clean)
{
	static const findings_of then = { "T A a.c", "T B d/b.c" };
	static const findings_of now = { "T A a.c", "T C o.c" };
	static const struct gate_policy policy = { .check_count = 0 };
	struct scan_finding findings[MOST];
	struct scan_result r = { .findings = findings, .count = put_now(findings, now) };
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	struct scan_sink sink;
	struct scan_sight sight;
	struct project p;
	enum err_code rc = ERR_NOMEM;

	project_init(&p);
	(void)put_then(&text, then);
	project_put(&p, "findings.jsonl", buf_str(&text));
	project_put(&p, "trend.json", THEN(BOTH, "2", "[{\"path\":\"x\"}]"));
	look(&sight, buf_str(&p.root), "a.c b.bin* ", NULL, &sink);
	r.sight = &sight;
	r.rules = scan_rules(&r.rule_count);
	for (uint64_t n = 1; rc == ERR_NOMEM && n < 10000; n++) {
		const struct gate_trend_input in = { .policy = &policy,
			                             .scan = &r,
			                             .rules = all_rules,
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
