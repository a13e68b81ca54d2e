// SPDX-License-Identifier: Apache-2.0
#include "collect/judge.h"
#include "scanners/rule.h"
#include "support/check.h"

TestSuite(judge_scan, .timeout = 10);

enum { MOST = 8 };

static struct scan_finding finding(const char *path, const char *rule,
                                   enum scan_scope scope)
{
	return (struct scan_finding){
		.rule = rule, .path = span_str(path), .line = 7, .scope = scope
	};
}

static const struct scan_finding findings[] = {
	{ .rule = "marker.todo",
	  .path = { "a.c", 3 },
	  .line = 7,
	  .scope = SCAN_PRODUCTION },
	{ .rule = "marker.fixme",
	  .path = { "a.c", 3 },
	  .line = 9,
	  .severity = SCAN_WARNING,
	  .scope = SCAN_PRODUCTION },
	{ .rule = "hardcoded.url",
	  .path = { "a.c", 3 },
	  .line = 9,
	  .severity = SCAN_ERROR,
	  .scope = SCAN_PRODUCTION },
	{ .rule = "marker.todo",
	  .path = { "b.c", 3 },
	  .line = 1,
	  .scope = SCAN_PRODUCTION },
	{ .rule = "marker.todo", .path = { "t/c.c", 5 }, .line = 1, .scope = SCAN_TEST },
};

static struct scan_result example(struct scan_finding *copy)
{
	struct scan_result r = { .findings = copy, .count = 5, .files = 12 };

	memcpy(copy, findings, sizeof(findings));
	r.code_lines[SCAN_PRODUCTION] = 2000;
	r.scope_files[SCAN_PRODUCTION] = 8;
	r.code_lines[SCAN_TEST] = 500;
	r.scope_files[SCAN_TEST] = 2;
	return r;
}

Test(judge_scan, counts_what_the_check_asks_for)
{
	static const struct {
		const char *rule;
		const char *scope; /* NULL = the default */
		const char *measure, *fail, *pass;
		const char *measured, *value;
		enum gate_state state;
	} table[] = {
		{ "marker.*", NULL, "count", NULL, NULL, "3", "0", GATE_FAIL },
		{ "marker.todo", NULL, "count", "4", "0", "2", "0.5", GATE_WARN },
		{ "marker.*", "test", "count", "4", "0", "1", "0.75", GATE_WARN },
		{ "marker.*", NULL, "per_kloc", "6", "0", "1.5", "0.75", GATE_WARN },
		{ "marker.*", "test", "per_kloc", "4", "0", "2", "0.5", GATE_WARN },
		{ "marker.*", NULL, "ratio", "1", "0", "0.25", "0.75", GATE_WARN },
		{ "marker.*", NULL, "errors", NULL, NULL, "0", "1", GATE_PASS },
		{ "*", NULL, "errors", "4", "0", "1", "0.75", GATE_WARN },
		{ "*", NULL, "warnings", "4", "0", "2", "0.5", GATE_WARN },
		{ "marker.todo", "test", "warnings", NULL, NULL, "0", "1", GATE_PASS },
		{ "marker.*", NULL, "count", "0", "6", "3", "0.5", GATE_WARN },
		{ "hardcoded.*", "test", "count", NULL, NULL, "0", "1", GATE_PASS },
		{ "hardcoded.*", "test", "per_kloc", "5", "0", "0", "1", GATE_PASS },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *rules[] = { table[i].rule };
		const char *scopes[] = { table[i].scope };
		struct gate_check check = {
			.scan_rules = { rules, 1 },
			.scan_scopes = { scopes, table[i].scope != NULL },
			.measure = table[i].measure,
			.has_scale = table[i].fail != NULL,
			.scale_fail = table[i].fail,
			.scale_pass = table[i].pass,
		};
		struct scan_finding copy[MOST];
		struct scan_result r = example(copy);
		struct gate_judgement j;

		gate_judgement_init(&j);
		gate_judge_scan(&j, &check, &r);
		check_true(j.has_value, "row %zu: %s", i, buf_str(&j.message));
		check_str_eq(j.measured, table[i].measured, "measured of row %zu", i);
		check_str_eq(j.value.low, table[i].value, "low of row %zu", i);
		check_str_eq(j.value.high, table[i].value, "high of row %zu", i);
		check_int_eq(j.state, table[i].state, "state of row %zu", i);
		check_true((j.state == GATE_PASS) == (j.remedy.len == 0),
		           "remedy of row %zu", i);
		if (table[i].fail != NULL && strcmp(table[i].fail, "0") == 0)
			check_str_eq(buf_str(&j.remedy),
			             "add what it looks for; `seaworthy rules explain "
			             "marker.*` says what",
			             "where more is better");
		gate_judgement_fini(&j);
	}
}

/* No advisories: unknown to whoever asks for them, nothing to all others. */
Test(judge_scan, a_lack_concerns_its_rule_alone)
{
	static const struct {
		const char *rule;
		enum gate_state state;
	} table[] = { { "marker.bug", GATE_PASS },
		      { "dependency.vulnerable", GATE_UNKNOWN } };
	struct scan_skip skip = { .path = { "package-lock.json", 17 },
		                  .reason = "no index of advisories",
		                  .rule = "dependency.vulnerable" };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *rules[] = { table[i].rule };
		const char *scopes[] = { "production", "generated" };
		struct gate_check check = { .scan_rules = { rules, 1 },
			                    .scan_scopes = { scopes, 2 },
			                    .measure = "errors" };
		struct scan_finding copy[MOST];
		struct scan_result r = example(copy);
		struct gate_judgement j;

		r.skips = &skip;
		r.skip_count = 1;
		gate_judgement_init(&j);
		gate_judge_scan(&j, &check, &r);
		check_int_eq(j.state, table[i].state, "state of %s", table[i].rule);
		check_str_eq(buf_str(&j.remedy),
		             i == 0 ? "" : "package-lock.json: no index of advisories",
		             "what makes %s known", table[i].rule);
		gate_judgement_fini(&j);
	}
}

/* A file of which two things are not known is one file, and one that was found does not
 * make the rest known. */
Test(judge_scan, a_lack_leaves_what_was_found)
{
	const char *rules[] = { "dependency.vulnerable" };
	const char *scopes[] = { "production", "config" };
	struct gate_check check = { .scan_rules = { rules, 1 },
		                    .scan_scopes = { scopes, 2 },
		                    .measure = "errors",
		                    .has_scale = true,
		                    .scale_fail = "4",
		                    .scale_pass = "0" };
	struct scan_finding one =
		finding("a.lock", "dependency.vulnerable", SCAN_PRODUCTION);
	struct scan_skip skips[2] = {
		{ .path = { "go.mod", 6 }, .reason = "old", .rule = rules[0] },
		{ .path = { "go.mod", 6 }, .reason = "no lock", .rule = rules[0] },
	};
	struct scan_result r = {
		.findings = &one, .count = 1, .skips = skips, .skip_count = 2
	};
	struct gate_judgement j;

	one.severity = SCAN_ERROR;
	r.scope_files[SCAN_PRODUCTION] = 2;
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_int_eq(j.state, GATE_WARN, "state");
	check_str_eq(j.value.low, "0", "low");
	check_str_eq(j.value.high, "0.75", "high");
	check_str_contains(buf_str(&j.message),
	                   "; of 1 file not all is known: go.mod (old)", "message");
	gate_judgement_fini(&j);
}

Test(judge_scan, says_what_and_where)
{
	const char *rules[] = { "marker.*", "hardcoded.url" };
	struct gate_check check = { .scan_rules = { rules, 2 }, .measure = "count" };
	struct scan_finding copy[MOST];
	struct scan_result r = example(copy);
	struct gate_judgement j;

	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_str_eq(buf_str(&j.message),
	             "4 findings in 8 files, 2000 lines of production code; "
	             "first: a.c:7 marker.todo",
	             "message");
	check_str_eq(buf_str(&j.remedy), "seaworthy scan --rule 'marker.*,hardcoded.url'",
	             "remedy");
	gate_judgement_fini(&j);
	check.measure = "per_kloc";
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_str_contains(
		buf_str(&j.message),
		"2000 lines of production code, 2 per 1,000 lines; first: ", "a density");
	gate_judgement_fini(&j);
}

/* Which package, and not the line of its lock file; and how much was compared. */
Test(judge_scan, a_vulnerable_package_is_named)
{
	static const char message[] = "lodash 4.17.20: high GHSA-1, fixed in 4.17.21";
	const char *rules[] = { "dependency.vulnerable" };
	const char *scopes[] = { "production", "generated" };
	struct gate_check check = { .scan_rules = { rules, 1 },
		                    .scan_scopes = { scopes, 2 },
		                    .measure = "errors" };
	struct scan_finding one = { .rule = "dependency.vulnerable",
		                    .path = { "yarn.lock", 9 },
		                    .line = 3,
		                    .severity = SCAN_ERROR,
		                    .scope = SCAN_GENERATED,
		                    .message = message };
	struct scan_result r = { .findings = &one,
		                 .count = 1,
		                 .advisories_ms = INT64_C(1767225600000) };
	struct gate_judgement j;

	r.scope_files[SCAN_GENERATED] = 1;
	r.packages[SCAN_GENERATED] = 12;
	r.packages[SCAN_TEST] = 50;
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_str_eq(buf_str(&j.message),
	             "1 error in 12 packages, compared with advisories of 2026-01-01; "
	             "first: yarn.lock:3 lodash 4.17.20: high GHSA-1, fixed in 4.17.21",
	             "message");
	gate_judgement_fini(&j);
	r.count = 0;
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_int_eq(j.state, GATE_PASS, "state");
	check_str_eq(buf_str(&j.message),
	             "0 errors in 12 packages, compared with advisories of 2026-01-01",
	             "a pass");
	gate_judgement_fini(&j);
}

Test(judge_scan, what_was_not_scanned_makes_it_partial)
{
	static const struct {
		const char *path; /* skipped */
		const char *rule;
		bool scale;
		const char *low, *high;
		enum gate_state state;
		bool told;
	} table[] = {
		{ "src/huge.c", "hardcoded.path-home", false, "0", "1", GATE_WARN, true },
		{ "src/huge.c", "marker.*", false, "0", "0", GATE_FAIL, true },
		{ "src/huge.c", "marker.*", true, "0", "0.5", GATE_WARN, true },
		{ "tests/huge.c", "hardcoded.path-home", false, "1", "1", GATE_PASS,
		  false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *rules[] = { table[i].rule };
		struct gate_check check = { .scan_rules = { rules, 1 },
			                    .measure = "count",
			                    .has_scale = table[i].scale,
			                    .scale_fail = "6",
			                    .scale_pass = "0" };
		struct scan_skip skip = { .path = span_str(table[i].path),
			                  .reason = "larger than 64 MiB" };
		struct scan_finding copy[MOST];
		struct scan_result r = example(copy);
		struct gate_judgement j;

		r.skips = &skip;
		r.skip_count = 1;
		gate_judgement_init(&j);
		gate_judge_scan(&j, &check, &r);
		check_str_eq(j.value.low, table[i].low, "low of row %zu", i);
		check_str_eq(j.value.high, table[i].high, "high of row %zu", i);
		check_int_eq(j.state, table[i].state, "state of row %zu", i);
		check_int_eq(strstr(buf_str(&j.message),
		                    "1 file could not be scanned: "
		                    "src/huge.c (larger than 64 MiB)") != NULL,
		             table[i].told, "message of row %zu", i);
		gate_judgement_fini(&j);
	}
}

Test(judge_scan, many_skips_are_counted_and_the_first_named)
{
	const char *rules[] = { "marker.*" };
	struct gate_check check = { .scan_rules = { rules, 1 }, .measure = "count" };
	struct scan_skip skips[5] = { { .path = { "a", 1 }, .reason = "x" },
		                      { .path = { "b", 1 }, .reason = "x" },
		                      { .path = { "c\n", 2 }, .reason = "x" },
		                      { .path = { "d", 1 }, .reason = "x" },
		                      { .path = { "e", 1 }, .reason = "x" } };
	struct scan_finding copy[MOST];
	struct scan_result r = example(copy);
	struct gate_judgement j;

	r.skips = skips;
	r.skip_count = 5;
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_str_contains(
		buf_str(&j.message),
		"5 files could not be scanned: a (x), b (x), c\\n (x) and 2 more",
		"message");
	gate_judgement_fini(&j);
}

/* "tests" might be a program; a folder of that name holds tests, and it might hold all
 * else. */
Test(judge_scan, a_folder_that_was_not_listed_makes_all_scopes_partial)
{
	static const char *const scopes[] = { "production", "test", "docs", "config" };

	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		const char *asked[] = { scopes[i] };
		struct gate_check check = { .scan_scopes = { asked, 1 },
			                    .measure = "count" };
		struct scan_skip skip = { .path = SPAN_LIT("tests"),
			                  .reason = "unreadable: Permission denied",
			                  .folder = true };
		struct scan_finding copy[MOST];
		struct scan_result r = example(copy);
		struct gate_judgement j;

		r.skips = &skip;
		r.skip_count = 1;
		gate_judgement_init(&j);
		gate_judge_scan(&j, &check, &r);
		check_true(j.state != GATE_PASS, "%s: no pass", scopes[i]);
		check_str_contains(buf_str(&j.message), "tests (unreadable", "%s: told",
		                   scopes[i]);
		gate_judgement_fini(&j);
	}
}

Test(judge_scan, nothing_to_look_at_is_unknown)
{
	static const struct {
		const char *scope, *measure, *rule;
		const char *message;
	} table[] = {
		{ "docs", "count", "marker.*", "nothing to scan: no file" },
		{ "config", "per_kloc", "marker.*", "nothing to scan: no line of code" },
		{ "production", "speed", "marker.*", "a scan cannot measure speed" },
		{ "production", "count", "no-such-rule.*", "has no rule no-such-rule.*" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *rules[] = { table[i].rule };
		const char *scopes[] = { table[i].scope };
		struct gate_check check = { .scan_rules = { rules, 1 },
			                    .scan_scopes = { scopes, 1 },
			                    .measure = table[i].measure };
		struct scan_finding copy[MOST];
		struct scan_result r = example(copy);
		struct gate_judgement j;

		r.scope_files[SCAN_CONFIG] = 3;
		gate_judgement_init(&j);
		gate_judge_scan(&j, &check, &r);
		check_int_eq(j.state, GATE_UNKNOWN, "row %zu", i);
		check_true(!j.has_value, "no value in row %zu", i);
		check_str_contains(buf_str(&j.message), table[i].message, "row %zu", i);
		gate_judgement_fini(&j);
	}
}

/* A comment may hide a finding, but not that it did. */
Test(judge_scan, what_comments_allow_is_said)
{
	static uint64_t allowed[512][SCAN_SCOPES];
	const char *rules[] = { "marker.*" };
	struct gate_check check = { .scan_rules = { rules, 1 }, .measure = "count" };
	struct scan_finding copy[MOST];
	struct scan_result r = example(copy);
	struct gate_judgement j;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);

	check_true(count <= 512, "room for %zu rules", count);
	for (size_t i = 0; i < count; i++) {
		allowed[i][SCAN_TEST] = 100;
		if (strcmp(all[i].id, "marker.todo") == 0)
			allowed[i][SCAN_PRODUCTION] = 3;
		else if (strcmp(all[i].id, "hardcoded.url") == 0)
			allowed[i][SCAN_PRODUCTION] = 50;
	}
	r.allowed = allowed;
	r.rules = all;
	r.rule_count = count;
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_str_contains(buf_str(&j.message), ", 3 more allowed by comments",
	                   "of its rules and scopes");
	gate_judgement_fini(&j);
}

Test(judge_scan, findings_without_a_line_of_code_are_the_worst)
{
	const char *rules[] = { "marker.*" };
	const char *scopes[] = { "docs" };
	struct gate_check check = { .scan_rules = { rules, 1 },
		                    .scan_scopes = { scopes, 1 },
		                    .measure = "per_kloc",
		                    .has_scale = true,
		                    .scale_fail = "5",
		                    .scale_pass = "0" };
	struct scan_finding one = finding("README.md", "marker.todo", SCAN_DOCS);
	struct scan_result r = { .findings = &one, .count = 1 };
	struct gate_judgement j;

	r.scope_files[SCAN_DOCS] = 1;
	gate_judgement_init(&j);
	gate_judge_scan(&j, &check, &r);
	check_int_eq(j.state, GATE_FAIL, "state");
	check_str_eq(j.measured, "1000", "as if it were one line");
	gate_judgement_fini(&j);
}
