/* SPDX-License-Identifier: Apache-2.0 */
/* The two realistic samples: a release that must not sail, and one that may. */
#include "support/scorecard_internal.h"

#include "base/str.h"
#include "reports/coverage.h"

#include <assert.h>

#define SHA(d) d d d d d d d d d d d d d d d d
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct rep_category categories[] = {
	{ .id = "tests", .title = "Tests", .weight = 25 },
	{ .id = "security", .title = "Security", .weight = 20 },
	{ .id = "quality", .title = "Quality", .weight = 15 },
	{ .id = "performance", .title = "Performance", .weight = 10 },
	{ .id = "recovery", .title = "Recovery", .weight = 10 },
	{ .id = "operations", .title = "Operations", .weight = 10 },
	{ .id = "documentation", .title = "Documentation", .weight = 10 },
};

static const struct rep_artefact unit_log[] = {
	{ .sha256 = SHA("3fa1"),
	  .name = "unit/output.log",
	  .bytes = 48213,
	  .tail = "[100%] Built target unit\n"
	          "\033[32m[ RUN      ]\033[0m pack.round_trip\n"
	          "\033[31m[  FAILED  ]\033[0m pack.round_trip (14 ms)\n"
	          "2 FAILED TESTS\n" },
	{ .sha256 = SHA("b07c"), .name = "unit/junit.xml", .bytes = 310277 },
};

static const struct rep_artefact secret_log[] = {
	{ .sha256 = SHA("77de"), .name = "findings.jsonl", .bytes = 1804 },
};

static const struct rep_check no_go_checks[] = {
	{ .id = "tests.unit",
	  .title = "Every suite passes",
	  .category = "tests",
	  .weight = 4,
	  .state = REP_FAIL,
	  .value = "0.000000",
	  .has_contribution = true,
	  .possible = 100,
	  .measured = "2",
	  .target = "0",
	  .unit = "failed tests",
	  .blocker = "P1",
	  .required = true,
	  .message =
	          "2 of 1306 test cases failed, in unit and integration-with-a-database",
	  .remedy = "ctest --test-dir build --rerun-failed --output-on-failure",
	  .artefacts = unit_log,
	  .artefact_count = COUNT(unit_log) },
	{ .id = "tests.coverage",
	  .title = "Line coverage",
	  .category = "tests",
	  .weight = 3,
	  .state = REP_WARN,
	  .value = "0.823333",
	  .has_contribution = true,
	  .contribution = 62,
	  .possible = 75,
	  .measured = "74.700",
	  .target = "80",
	  .unit = "percent",
	  .message =
	          "5.3 points below the target; 212 lines of gate/collect are never run",
	  .remedy = "seaworthy explain tests.coverage" },
	{ .id = "tests.flaky",
	  .title = "No flaky tests",
	  .category = "tests",
	  .weight = 1,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 25,
	  .possible = 25,
	  .measured = "0",
	  .target = "0",
	  .unit = "flaky tests" },
	{ .id = "tests.slow-tests-of-the-integration-suites",
	  .title = "Slow tests of the integration suites stay within their budgets",
	  .category = "tests",
	  .weight = 2,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 50,
	  .possible = 50,
	  .measured = "4",
	  .target = "10",
	  .unit = "slow tests" },
	{ .id = "security.secrets",
	  .title = "No secrets in the tree",
	  .category = "security",
	  .weight = 3,
	  .state = REP_FAIL,
	  .value = "0.000000",
	  .has_contribution = true,
	  .possible = 60,
	  .measured = "1",
	  .target = "0",
	  .unit = "findings",
	  .blocker = "P0",
	  .required = true,
	  .message = "deploy/values.yaml:41 holds what looks like a live access key",
	  .remedy = "revoke the key, then take it out of the history: "
	            "git filter-repo --path deploy/values.yaml --invert-paths",
	  .artefacts = secret_log,
	  .artefact_count = COUNT(secret_log) },
	{ .id = "security.dependencies",
	  .title = "No known vulnerable dependencies",
	  .category = "security",
	  .weight = 3,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 60,
	  .possible = 60,
	  .measured = "0",
	  .target = "0",
	  .unit = "vulnerable",
	  .blocker = "P0",
	  .required = true },
	{ .id = "security.workflows",
	  .title = "Workflows are hardened",
	  .category = "security",
	  .weight = 4,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 80,
	  .possible = 80 },
	{ .id = "quality.builds",
	  .title = "Every build succeeds",
	  .category = "quality",
	  .weight = 5,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 75,
	  .possible = 75,
	  .measured = "3",
	  .target = "3",
	  .unit = "builds",
	  .blocker = "P0",
	  .required = true },
	{ .id = "quality.markers",
	  .title = "Few open markers",
	  .category = "quality",
	  .weight = 2,
	  .state = REP_WARN,
	  .value = "0.643750",
	  .has_contribution = true,
	  .contribution = 19,
	  .possible = 30,
	  .measured = "1.78",
	  .target = "0",
	  .unit = "per kloc",
	  .message = "178 markers in production code" },
	{ .id = "quality.hardcoded",
	  .title = "No hardcoded values",
	  .category = "quality",
	  .weight = 3,
	  .state = REP_WARN,
	  .value = "0.511111",
	  .has_contribution = true,
	  .contribution = 23,
	  .possible = 45,
	  .measured = "22",
	  .target = "0",
	  .unit = "findings" },
	{ .id = "performance.benchmarks",
	  .title = "No benchmark got slower",
	  .category = "performance",
	  .weight = 1,
	  .state = REP_UNKNOWN,
	  .has_contribution = true,
	  .possible = 100,
	  .message = "no baseline is recorded, so nothing can be compared",
	  .remedy = "seaworthy baseline record" },
	{ .id = "recovery.drill",
	  .title = "A backup was restored within its limits",
	  .category = "recovery",
	  .weight = 1,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 100,
	  .possible = 100,
	  .measured = "41.2",
	  .target = "300",
	  .unit = "s" },
	{ .id = "operations.ci",
	  .title = "Continuous integration runs the tests",
	  .category = "operations",
	  .weight = 2,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 67,
	  .possible = 67 },
	{ .id = "operations.load",
	  .title = "Load tiers",
	  .category = "operations",
	  .weight = 1,
	  .state = REP_NOT_APPLICABLE,
	  .message = "the project declares no service: no Dockerfile, no deploy/" },
	{ .id = "operations.oncall",
	  .title = "The on-call rotation is staffed",
	  .category = "operations",
	  .weight = 1,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 33,
	  .possible = 33,
	  .required = true,
	  .attested = true,
	  .message = "sre-lead, until 2026-12-20" },
	{ .id = "documentation.links",
	  .title = "No dead links",
	  .category = "documentation",
	  .weight = 1,
	  .state = REP_ERROR,
	  .has_contribution = true,
	  .possible = 50,
	  .message = "docs/guide.md: permission denied",
	  .remedy = "chmod a+r docs/guide.md" },
	{ .id = "documentation.guide",
	  .title = "An installation guide",
	  .category = "documentation",
	  .weight = 1,
	  .state = REP_PASS,
	  .value = "1.000000",
	  .has_contribution = true,
	  .contribution = 50,
	  .possible = 50 },
};

static const struct rep_slow_test slowest[] = {
	{ "restore.a_hundred_gigabytes_over_a_slow_link", 41.207 },
	{ "pack.every_length_up_to_four_kilobytes", 12.5 },
	{ "index.rebuild", 3.004 },
};

static const struct rep_failed_test failures[] = {
	{ "pack.round_trip", "\033[31mtests/pack.c:88\033[0m: bytes differ [got is 4095, "
	                     "want 4096]\n  at offset 4095\n  in pack 3" },
	{ "api.login_with_a_very_long_name_that_describes_the_whole_behaviour_of_the_"
	  "test",
	  "AssertionError: expected 200, got 503 Service Unavailable" },
};

static const struct rep_suite first_suites[] = {
	{ .id = "unit",
	  .command = "ctest --test-dir build --output-junit junit.xml",
	  .state = "fail",
	  .reason = "1 of 1204 test cases failed",
	  .passed = 1200,
	  .failed = 1,
	  .skipped = 3,
	  .duration_s = 12.25,
	  .slowest = slowest,
	  .slowest_count = 3,
	  .failures = failures,
	  .failure_count = 1 },
	{ .id = "integration-with-a-database",
	  .command = "pytest -q tests/integration --junitxml=report.xml",
	  .state = "fail",
	  .reason = "1 of 102 test cases failed",
	  .passed = 100,
	  .failed = 1,
	  .skipped = 0,
	  .flaky = 1,
	  .duration_s = 248.75,
	  .slowest = slowest + 1,
	  .slowest_count = 2,
	  .failures = failures + 1,
	  .failure_count = 1 },
	{ .id = "browser",
	  .command = "npx playwright test",
	  .state = "unknown",
	  .reason = "npx is not installed; apt-get install npm" },
};

static const char *const packages[] = { "archive", "backend", "catalogue",
	                                "chunker", "crypto",  "index",
	                                "parity",  "retry",   "snapshot" };

static const struct rep_rule_count rules[] = {
	{ "hardcoded.address", 22 },
	{ "marker.fixme", 57 },
	{ "marker.todo", 120 },
	{ "secret.access-key", 1 },
};

static const struct rep_gain gains[] = {
	{ "tests.unit",
	  "mend the two failing tests: pack.round_trip and "
	  "api.login_with_a_very_long_name",
	  100, 0 },
	{ "performance.benchmarks", "record a baseline: seaworthy baseline record", 100,
	  0 },
	{ "security.secrets", "revoke the access key in deploy/values.yaml", 60, 160 },
	{ "documentation.links", "make docs/guide.md readable", 50, 50 },
};

static void suites(struct rep_scorecard *s, struct arena *a)
{
	const size_t first = COUNT(first_suites);
	struct rep_suite *list = arena_array(a, first + COUNT(packages), sizeof *list);

	assert(list != NULL);
	for (size_t i = 0; i < first; i++)
		list[i] = first_suites[i];
	for (size_t i = 0; i < COUNT(packages); i++)
		list[first + i] = (struct rep_suite){
			.id = arena_printf(a, "go:%s", packages[i]),
			.command = arena_printf(a, "go test -json ./%s/...", packages[i]),
			.state = "pass",
			.passed = 7 * i + 5,
			.duration_s = 0.125 * (double)(i + 1),
		};
	s->suites = list;
	s->suite_count = first + COUNT(packages);
}

static void findings(struct rep_scorecard *s, struct arena *a)
{
	struct rep_finding *list = arena_array(a, 200, sizeof *list);
	size_t n = 0;

	assert(list != NULL);
	for (size_t r = 0; r < COUNT(rules); r++)
		for (uint64_t i = 0; i < rules[r].count; i++, n++)
			list[n] = (struct rep_finding){
				.rule = rules[r].rule,
				.path = arena_printf(a, "%s/src/part_%u.c",
				                     packages[(n * 7) % COUNT(packages)],
				                     (unsigned)(n % 13)),
				.line = 11 + (n * 37) % 400,
				.column = 1 + n % 9,
				.severity = r == 3 ? "error" : "warning",
				.scope = "production",
				.message = r == 3 ? "access key" : "open marker",
				.context = "\t/* TODO: what if the <index> is gone? */",
			};
	s->findings_by_rule = rules;
	s->findings_by_rule_count = COUNT(rules);
	s->findings = list;
	s->finding_count = n;
	s->findings_total = n;
}

static const struct rep_coverage_row coverage_rows[] = {
	{ .name = "gate",
	  .owner = "@team-gate",
	  .critical = true,
	  .files = 120,
	  .hit = 9000,
	  .total = 12000,
	  .percent = "75",
	  .at_least = "74.5",
	  .unnamed_files = 2,
	  .unnamed_code = 80 },
	{ .name = "reports",
	  .files = 21,
	  .hit = 1710,
	  .total = 2337,
	  .percent = "73.17",
	  .at_least = "73.17" },
};
static const struct rep_coverage_file coverage_files[] = {
	{ "gate/collect/runner.c", 200, 312, "17-40 77 90-112" },
	{ "gate/cli/main.c", 2, 102, "8-107" },
};
static const struct rep_coverage coverage = {
	.measure = "lines",
	.all = { .name = "",
	         .files = 141,
	         .hit = 10710,
	         .total = 14337,
	         .percent = "74.7",
	         .at_least = "74.28",
	         .unnamed_files = 2,
	         .unnamed_code = 80 },
	.rows = coverage_rows,
	.row_count = COUNT(coverage_rows),
	.worst = coverage_files,
	.worst_count = COUNT(coverage_files),
	.files_not_run = 93,
	.other_scope = 40,
	.lost = 1,
};

static void trend(struct rep_scorecard *s, struct arena *a)
{
	static const char *const fresh[] = { "marker.bug", "placeholder.always-true" };
	static const struct rep_trend all = { 12, 3, 180, 8, 2 };
	static const struct rep_trend markers = { 2, 1, 60, 0, 0 };
	struct rep_check *checks = SAMPLE_COPY(a, no_go_checks);

	for (size_t i = 0; i < COUNT(no_go_checks); i++)
		if (str_eq(checks[i].id, "quality.markers"))
			checks[i].trend = &markers;
		else if (str_eq(checks[i].id, "tests.coverage"))
			checks[i].coverage = &coverage;
	s->checks = checks;
	s->trend = &all;
	s->trend_against = "20261101T080000.000Z-0badcafe";
	s->trend_version = "0.0.9";
	s->trend_rules = fresh;
	s->trend_rule_count = COUNT(fresh);
}

static const struct rep_past past[] = {
	{ "20261101T080000.000Z-0badcafe", INT64_C(1793520000000), 712, REP_NO_GO },
	{ "20261105T080000.000Z-1badcafe", INT64_C(1793865600000), 740, REP_NO_GO },
	{ "20261109T080000.000Z-2badcafe", INT64_C(1794211200000), 801,
	  REP_CONDITIONAL_GO },
	{ "20261112T080000.000Z-3badcafe", INT64_C(1794470400000), 967, REP_GO },
	{ "20261115T080000.000Z-4badcafe", INT64_C(1794729600000), 838,
	  REP_CONDITIONAL_GO },
	{ "20261119T080000.000Z-5badcafe", INT64_C(1795075200000), 838,
	  REP_CONDITIONAL_GO },
};
static const struct rep_change changes[] = {
	{ "tests.unit", false, REP_PASS, REP_FAIL, -100 },
	{ "security.secrets", false, REP_PASS, REP_FAIL, -60 },
	{ "operations.oncall", true, REP_PASS, REP_PASS, 33 },
	{ "quality.markers", false, REP_WARN, REP_WARN, 4 },
};
static const struct rep_role roles[] = { { "release-manager", 1, 1 },
	                                 { "security", 0, 2 } };
static const struct rep_signoff signoffs[] = {
	{ .file = "release-manager-1.json",
	  .role = "release-manager",
	  .who = "alice",
	  .when = "2026-11-22T10:00:00Z",
	  .comment = "seen the drill",
	  .counts = true },
	{ .file = "notes.txt", .why = "it is no sign-off" },
};
static const char *const said[] = {
	"release-manager: 1 of 1 person signed",
	"security: 0 of 2 people signed",
	"alice approved as release-manager at 2026-11-22T10:00:00Z: seen the drill",
	"notes.txt does not count: it is no sign-off",
};
static const struct rep_risk risks[] = {
	{ "A backup cannot be restored", "low", "high", "a drill restores one each week",
	  "restore from the second site", "@team-core", "recovery.drill", "held" },
	{ "A key is in the history", "medium", "high", "the scan of each commit", NULL,
	  NULL, "security.secrets", "open" },
	{ "The only person who knows the importer leaves", "medium", "medium", NULL, NULL,
	  NULL, NULL, "unwatched" },
};

static void people(struct rep_scorecard *s)
{
	s->past = past;
	s->past_count = COUNT(past);
	s->changes = changes;
	s->change_count = COUNT(changes);
	s->checks_gone = 1;
	s->policy_changed = true;
	s->roles = roles;
	s->role_count = COUNT(roles);
	s->signoffs = signoffs;
	s->signoff_count = COUNT(signoffs);
	s->signoff_lines = said;
	s->signoff_line_count = COUNT(said);
	s->risks = risks;
	s->risk_count = COUNT(risks);
}

void sample_no_go(struct rep_scorecard *s, struct arena *a)
{
	static const char *const reasons[] = {
		"security.secrets: P0 failed",
		"score 59.0 is below 75",
		"tests.unit: P1 failed",
	};
	static const struct rep_condition conditions[] = {
		{ "tests.unit", "P1 not passed", "@team-core", "2026-12-01T00:00:00Z",
		  false },
		{ "operations.oncall", "rests on an attestation of sre-lead", NULL,
		  "2026-12-20T00:00:00Z", false },
	};

	s->categories = categories;
	s->category_count = COUNT(categories);
	s->checks = no_go_checks;
	s->check_count = COUNT(no_go_checks);
	s->has_cap = true;
	s->cap = 590;
	s->cap_reason = "security.secrets: P0 failed";
	s->decision = REP_NO_GO;
	s->reasons = reasons;
	s->reason_count = COUNT(reasons);
	s->conditions = conditions;
	s->condition_count = COUNT(conditions);
	s->gains = gains;
	s->gain_count = COUNT(gains);
	s->subject.dirty = true;
	suites(s, a);
	findings(s, a);
	trend(s, a);
	people(s);
	sample_sum(s, a);
}

void sample_many(struct rep_scorecard *s, struct arena *a)
{
	static const struct rep_rule_count many[] = { { "hardcoded.address", 30000 },
		                                      { "marker.todo", 70000 } };
	enum { KEPT = 10000 };
	struct rep_finding *list = arena_array(a, KEPT, sizeof *list);

	sample_no_go(s, a);
	assert(list != NULL);
	for (unsigned i = 0; i < KEPT; i++)
		list[i] = (struct rep_finding){
			.rule = many[i % 10 < 3 ? 0 : 1].rule,
			.path = arena_printf(a, "src/part_%u/file_%u.c", i % 97, i),
			.line = 1 + i % 4000,
			.column = 5,
			.severity = i % 50 == 0 ? "error" : "warning",
			.scope = "production",
			.message = "open marker of unfinished work",
			.context = arena_printf(a, "int x; /* TODO: number %u */", i),
		};
	s->findings_by_rule = many;
	s->findings_by_rule_count = COUNT(many);
	s->findings = list;
	s->finding_count = KEPT;
	s->findings_total = 100000;
}

void sample_go(struct rep_scorecard *s, struct arena *a)
{
	struct rep_check *checks = SAMPLE_COPY(a, no_go_checks);

	for (size_t i = 0; i < COUNT(no_go_checks); i++) {
		struct rep_check *c = &checks[i];

		if (c->state == REP_NOT_APPLICABLE)
			continue;
		c->state = REP_PASS;
		c->value = "1.000000";
		c->contribution = c->possible;
		c->measured = c->target;
		c->message = c->remedy = NULL;
		c->artefacts = NULL;
		c->artefact_count = 0;
		c->attested = false;
	}
	s->categories = categories;
	s->category_count = COUNT(categories);
	s->checks = checks;
	s->check_count = COUNT(no_go_checks);
	s->decision = REP_GO;
	suites(s, a);
	s->suites += COUNT(first_suites);
	s->suite_count -= COUNT(first_suites);
	sample_sum(s, a);
}

void sample_held(struct rep_scorecard *s, struct arena *a)
{
	sample_go(s, a);
	s->has_level = true;
	s->level = REP_CONDITIONAL_GO;
}
