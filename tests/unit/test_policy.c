/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include "base/str.h"
#include "os/fs.h"
#include "support/check.h"

TestSuite(policy, .timeout = 30);

#define EXAMPLE TEST_SOURCE_DIR "/unit/data/policy_example.yml"

static struct gate_policy *load_example(void)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_load(&p, EXAMPLE, &err), &err);
	return p;
}

static const struct gate_check *find_check(const struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->check_count; i++)
		if (str_eq(p->checks[i].id, id))
			return &p->checks[i];
	check_fail("no check %s", id);
	return NULL;
}

Test(policy, example_of_the_grammar_is_read_whole)
{
	struct gate_policy *p = load_example();
	const struct gate_check *c = find_check(p, "tests.unit");
	const struct gate_suite *s = gate_policy_suite(p, "unit");

	check_str_eq(p->profile, "default", "what it extends");
	check_size_eq(p->category_count, 7, "two of its own are the default's too");
	check_str_eq(p->categories[c->category].id, "tests", "category by index");
	check_str_eq(p->categories[0].floor, "60", "floor");
	check_str_eq(p->categories[0].hard_floor, "30", "hard floor");
	check_u64_eq(c->weight, 3, "weight");
	check_int_eq(c->blocker, GATE_P0, "blocker");
	check_true(c->has_max_age, "max_age was given");
	check_u64_eq(c->max_age_ms, 24U * 3600 * 1000, "max_age");
	check_true(c->same_tree, "same_tree");
	check_str_eq(c->settings, "{\"suite\":\"unit\"}", "settings");
	check_not_null(s, "suite unit");
	check_str_eq(s->run.shell, "ctest --test-dir build --output-junit junit.xml",
	             "shell line");
	check_int_eq(s->format, GATE_FORMAT_JUNIT, "format");
	check_str_eq(s->env.items[0], "TZ=UTC", "environment");
	check_str_eq(s->resources, "{\"cpu\":1,\"memory\":\"2GiB\",\"port-5432\":1}",
	             "resources");
	check_str_eq(p->builds[0].run.argv.items[2], "build", "list of a build");
	check_size_eq(p->signoff_count, 1, "signoff");
	check_size_eq(p->locked.count, 2, "locked");
	check_not_null(p->rollout, "rollout is kept");
	gate_policy_free(p);
}

Test(policy, collectors_of_the_example)
{
	struct gate_policy *p = load_example();
	const struct gate_check *scan = find_check(p, "quality.markers");
	const struct gate_check *command = find_check(p, "operations.health");
	const struct gate_check *load = find_check(p, "performance.load");
	const struct gate_check *attest = find_check(p, "operations.oncall");

	check_int_eq(scan->collector, GATE_COLLECT_SCAN, "scan");
	check_str_eq(scan->scan_rules.items[0], "marker.*", "rules");
	check_str_eq(scan->measure, "per_kloc", "measure");
	check_str_eq(scan->scale_fail, "5", "scale");
	check_null(scan->scale_unit, "the parent's unit is gone with its scale");
	check_u64_eq(command->command_timeout_ms, 10000, "timeout of a command");
	check_int_eq(command->command_format, GATE_FORMAT_EXIT, "format of a command");
	check_int_eq(command->applies_when->kind, GATE_WHEN_ANY, "predicate");
	check_size_eq(command->applies_when->child_count, 3, "children");
	check_str_eq(command->applies_when->children[2].text, "go", "language");
	check_str_eq(load->not_applicable_approver, "sre-lead", "approver");
	check_str_eq(load->settings, "{\"load\":{\"tiers\":[1000,10000,100000]}}",
	             "load");
	check_str_eq(attest->attest_value, "1.0", "attested value is its own text");
	check_str_eq(attest->attest_role, "sre-lead", "role");
	gate_policy_free(p);
}

/* JSON of a policy, read again and written again. */
static void check_round_trip(const struct gate_policy *p, const char *name)
{
	struct gate_policy *again = NULL;
	struct buf json = BUF_INIT, second = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(gate_policy_json(p, &json, &err), &err);
	check_ok(gate_policy_parse(&again, buf_span(&json), name, NULL, &err), &err);
	check_ok(gate_policy_json(again, &second, &err), &err);
	check_str_eq(buf_str(&second), buf_str(&json), "%s: JSON is stable", name);
	check_str_eq(again->digest, p->digest, "%s: digest is stable", name);
	check_size_eq(strlen(p->digest), 64, "%s: digest is SHA-256", name);
	gate_policy_free(again);
	buf_fini(&json);
	buf_fini(&second);
}

Test(policy, json_reads_back_equal)
{
	static const char *const profiles[] = { "default", "novacron", "timelocker" };
	struct gate_policy *p = load_example();
	struct err err = ERR_INIT;

	check_round_trip(p, "example");
	gate_policy_free(p);
	for (size_t i = 0; i < 3; i++) {
		check_ok(gate_policy_builtin(&p, profiles[i], &err), &err);
		check_round_trip(p, profiles[i]);
		gate_policy_free(p);
	}
}

/* Every optional key spelt out as null, and a collector beside the others' nulls. */
#define WITH_NULLS                                                                       \
	"{\"version\": null, \"extends\": null, \"thresholds\": {\"go\": null, "         \
	"\"caps\": null}, \"categories\": [{\"id\": \"t\", \"weight\": 1, \"title\": "   \
	"null, \"floor\": null, \"hard_floor\": null}], \"checks\": [{\"id\": \"a\", "   \
	"\"category\": \"t\", \"weight\": 1, \"title\": null, \"collect\": {\"suite\": " \
	"null, \"load\": {\"tiers\": [1]}}, \"blocker\": null, \"required\": null, "     \
	"\"max_age\": null, \"same_tree\": null, \"scale\": null, \"measure\": null, "   \
	"\"applies_when\": null, \"not_applicable\": null}], \"suites\": null, "         \
	"\"phases\": null, \"waivers\": null, \"locked\": null}"

Test(policy, null_means_absent_in_recorded_policies_alone)
{
	static const char plain[] =
		"{categories: [{id: t, weight: 1}], checks: [{id: a, "
		"category: t, weight: 1, collect: {load: {tiers: [1]}}}]}";
	struct gate_policy *p = NULL, *want = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_recorded(&p, span_str(WITH_NULLS), "policy.json", &err),
	         &err);
	check_ok(gate_policy_parse(&want, span_str(plain), "plain", NULL, &err), &err);
	check_str_eq(p->digest, want->digest, "the same as without these keys");
	gate_policy_free(p);
	gate_policy_free(want);
	p = NULL;
	check_err(gate_policy_parse(&p, span_str(WITH_NULLS), "p.yml", ".", &err),
	          ERR_USAGE, "what people write");
	check_str_contains(err.msg, "not nothing", "what stands there");
	check_err(gate_policy_recorded(&p,
	                               SPAN_LIT("{\"categories\": [{\"id\": \"t\", "
	                                        "\"weight\": null}]}"),
	                               "policy.json", &err),
	          ERR_USAGE, "a needed key is not optional");
	check_str_contains(err.msg, "weight", "the needed key");
	check_err(gate_policy_recorded(&p, SPAN_LIT("{\"locked\": [null]}"),
	                               "policy.json", &err),
	          ERR_USAGE, "an element is no key");
}

Test(policy, unknown_profile_names_the_nearest)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_err(gate_policy_builtin(&p, "defualt", &err), ERR_USAGE, "no such profile");
	check_str_contains(err.msg, "did you mean 'default'?", "nearest");
}

Test(policy, empty_files_are_empty_policies)
{
	static const char *const texts[] = { "", "# nothing\n", "{}", "version: 1\n",
		                             "checks: []\ncategories: []\n" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct gate_policy *p = NULL;
		struct err err = ERR_INIT;

		check_ok(gate_policy_parse(&p, span_str(texts[i]), "p.yml", NULL, &err),
		         &err);
		check_size_eq(p->check_count, 0, "no check in %s", texts[i]);
		check_str_eq(p->thresholds.go, "95", "default threshold");
		check_str_eq(p->thresholds.min_coverage_conditional, "0.85", "coverage");
		check_str_eq(p->thresholds.cap_p1, "84", "cap");
		check_null(p->profile, "no profile");
		check_round_trip(p, "empty");
		gate_policy_free(p);
	}
}

Test(policy, quarantines_know_their_lines)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_ok(
		gate_policy_parse(
			&p,
			SPAN_LIT(
				"version: 1\nquarantine:\n"
				"  - {test: a, owner: o, issue: i, expires: 2027-01-31}\n"
				"  - test: b\n    owner: o\n    issue: i\n"
				"    expires: 2027-01-31\n"),
			"p.yml", NULL, &err),
		&err);
	check_size_eq(p->quarantine_count, 2, "entries");
	check_size_eq(p->quarantine[0].line, 3, "the first");
	check_size_eq(p->quarantine[1].line, 4, "the second");
	gate_policy_free(p);
}
