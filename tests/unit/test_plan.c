// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "collect/collect.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(plan, .timeout = 10);

static const char *needs_deps[] = { "deps" };
static const char *needs_build[] = { "build" };
static const char *needs_unit[] = { "unit", "build" };

static struct gate_build builds[] = {
	{ .id = "build", .run = { .shell = "make" }, .needs = { needs_deps, 1 } },
	{ .id = "docs", .run = { .shell = "make docs" } },
	{ .id = "deps", .run = { .shell = "fetch" } },
};

static struct gate_suite suites[] = {
	{ .id = "e2e", .run = { .shell = "e2e" }, .needs = { needs_unit, 2 } },
	{ .id = "unit", .run = { .shell = "make check" }, .needs = { needs_build, 1 } },
	{ .id = "lint", .run = { .shell = "lint" } },
};

static struct gate_check checks[] = {
	{ .id = "tests.unit", .collector = GATE_COLLECT_SUITE, .suite = "unit" },
	{ .id = "tests.all", .collector = GATE_COLLECT_SUITE, .suite = "*" },
	{ .id = "quality.builds", .collector = GATE_COLLECT_SUITE, .suite = "builds:*" },
	{ .id = "quality.markers", .collector = GATE_COLLECT_SCAN },
	{ .id = "security.secrets", .collector = GATE_COLLECT_SCAN },
	{ .id = "ops.health",
	  .collector = GATE_COLLECT_COMMAND,
	  .command = { .shell = "curl -f x" } },
	{ .id = "ops.oncall", .collector = GATE_COLLECT_ATTEST },
	{ .id = "ops.none",
	  .collector = GATE_COLLECT_COMMAND,
	  .command = { .shell = "x" },
	  .not_applicable_reason = "a library" },
	{ .id = "quality.docs", .collector = GATE_COLLECT_SUITE, .suite = "docs" },
};

static struct gate_policy example(void)
{
	return (struct gate_policy){ .builds = builds,
		                     .build_count = 3,
		                     .suites = suites,
		                     .suite_count = 3,
		                     .checks = checks,
		                     .check_count = 9 };
}

/* "id id .." of the units, in the order they run. */
static const char *units_of(const struct gate_policy *p, const struct gate_selection *s)
{
	static char text[1024];
	struct gate_plan plan;
	struct err err = ERR_INIT;
	size_t used = 0;

	check_ok(gate_plan_make(p, s, &plan, &err), &err);
	text[0] = '\0';
	for (size_t i = 0; i < plan.count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
		                         i > 0 ? " " : "", plan.units[i].id);
	gate_plan_fini(&plan);
	return text;
}

Test(plan, runs_only_what_the_checks_need_in_order)
{
	static const struct {
		const char *only[2];
		const char *skip[2];
		bool no_exec, suites_only;
		const char *want;
	} table[] = {
		{ { NULL },
		  { NULL },
		  false,
		  false,
		  "scan build:deps build:build build:docs suite:unit suite:e2e "
		  "suite:lint "
		  "command:ops.health" },
		{ { "tests.unit" },
		  { NULL },
		  false,
		  false,
		  "build:deps build:build suite:unit" },
		{ { "quality.*" }, { "*.builds" }, false, false, "scan build:docs" },
		{ { "security.secrets", "quality.markers" },
		  { NULL },
		  false,
		  false,
		  "scan" },
		{ { "ops.*" }, { NULL }, false, false, "command:ops.health" },
		{ { "ops.oncall" }, { NULL }, false, false, "" },
		{ { NULL }, { NULL }, true, false, "scan" },
		{ { NULL }, { "tests.*", "quality.*" }, false, true, "" },
		{ { NULL },
		  { "tests.unit" },
		  false,
		  true,
		  "build:deps build:build build:docs suite:unit suite:e2e suite:lint" },
		{ { "tests.unit" },
		  { NULL },
		  false,
		  true,
		  "build:deps build:build suite:unit" },
		/* suites by their own ids */
		{ { "lint" }, { NULL }, false, true, "suite:lint" },
		{ { "l*", "u*" },
		  { NULL },
		  false,
		  true,
		  "build:deps build:build suite:unit suite:lint" },
		{ { NULL }, { "e2e", "unit" }, false, true, "suite:lint" },
		{ { "e2e" },
		  { NULL },
		  false,
		  true,
		  "build:deps build:build suite:unit suite:e2e" },
		{ { "lint", "security.*" },
		  { NULL },
		  false,
		  false,
		  "scan suite:lint suite:e2e suite:unit" },
	};
	struct gate_policy p = example();

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_selection s = { .only = table[i].only,
			                    .skip = table[i].skip,
			                    .no_exec = table[i].no_exec,
			                    .suites_only = table[i].suites_only };

		while (s.only_count < 2 && table[i].only[s.only_count] != NULL)
			s.only_count++;
		while (s.skip_count < 2 && table[i].skip[s.skip_count] != NULL)
			s.skip_count++;
		check_str_eq(units_of(&p, &s), table[i].want, "row %zu", i);
	}
}

Test(plan, units_say_what_they_are)
{
	struct gate_policy p = example();
	struct gate_selection s = { .only_count = 0 };
	struct gate_plan plan;
	struct err err = ERR_INIT;

	check_ok(gate_plan_make(&p, &s, &plan, &err), &err);
	check_int_eq(plan.units[0].kind, GATE_UNIT_SCAN, "scan");
	check_str_eq(plan.units[2].command, "make", "command");
	check_size_eq(plan.units[2].need_count, 1, "needs");
	check_str_eq(plan.units[2].needs[0], "build:deps", "a unit's id");
	check_int_eq(plan.units[5].kind, GATE_UNIT_SUITE, "suite");
	check_size_eq(plan.units[5].index, 0, "index into the policy's suites");
	check_size_eq(plan.units[5].need_count, 2, "needs");
	check_str_eq(plan.units[5].needs[0], "suite:unit", "needs a suite");
	check_size_eq(plan.units[7].index, 5, "index into the policy's checks");
	check_str_eq(plan.units[7].command, "curl -f x", "command");
	gate_plan_fini(&plan);
}

static void expect_refusal(const struct gate_policy *p, const struct gate_selection *s,
                           const char *part)
{
	struct gate_plan plan;
	struct err err = ERR_INIT;

	check_err(gate_plan_make(p, s, &plan, &err), ERR_USAGE, "%s", part);
	check_str_contains(err.msg, part, "the message");
	check_size_eq(plan.count, 0, "nothing is planned");
	gate_plan_fini(&plan);
}

Test(plan, refuses_names_that_mean_nothing)
{
	static const char *const typo[] = { "tests.unti" };
	static const char *const both[] = { "uni" };
	static const char *const part[] = { "x.unit" };
	static const char *const suite[] = { "lint" };
	static const char *const glob[] = { "nothing.*" };
	static const char *odd_needs[] = { "biuld" };
	struct gate_policy p = example();
	struct gate_suite bad = { .id = "unit", .needs = { odd_needs, 1 } };
	static const char *from[] = { "unit", "lnt" };
	struct gate_check lost = { .id = "a.b", .suite = "unot" };
	struct gate_check covered = { .id = "a.c",
		                      .collector = GATE_COLLECT_COVERAGE,
		                      .coverage_from = { from, 2 } };

	expect_refusal(&p, &(struct gate_selection){ .only = typo, .only_count = 1 },
	               "--only: no check or suite tests.unti; did you mean check "
	               "tests.unit?");
	expect_refusal(&p, &(struct gate_selection){ .only = both, .only_count = 1 },
	               "--only: no check or suite uni; did you mean suite unit?");
	expect_refusal(&p, &(struct gate_selection){ .only = part, .only_count = 1 },
	               "--only: no check or suite x.unit; did you mean check "
	               "tests.unit or suite unit?");
	expect_refusal(&p,
	               &(struct gate_selection){
			       .only = suite, .only_count = 1, .bench_only = true },
	               "--only: no check lint; the policy lists its checks");
	expect_refusal(&p, &(struct gate_selection){ .skip = glob, .skip_count = 1 },
	               "--skip: no check or suite nothing.*; the suites are: e2e, unit, "
	               "lint;");
	p.suites = &bad;
	p.suite_count = 1;
	expect_refusal(
		&p, &(struct gate_selection){ .only_count = 0 },
		"unit: there is no suite, build or fixture biuld; did you mean build?");
	p = example();
	p.checks = &lost;
	p.check_count = 1;
	expect_refusal(&p, &(struct gate_selection){ .only_count = 0 },
	               "a.b: there is no suite or build unot; did you mean unit?");
	p.checks = &covered;
	expect_refusal(&p, &(struct gate_selection){ .only_count = 0 },
	               "a.c: there is no suite lnt; did you mean lint?");
}

Test(plan, refuses_circles_and_names_them)
{
	static const char *needs_a[] = { "a" };
	static const char *needs_b[] = { "b" };
	static const char *needs_c[] = { "c" };
	struct gate_suite ring[] = {
		{ .id = "a", .needs = { needs_b, 1 } },
		{ .id = "b", .needs = { needs_c, 1 } },
		{ .id = "c", .needs = { needs_b, 1 } },
		{ .id = "self", .needs = { needs_a, 1 } },
	};
	struct gate_policy p = { .suites = ring, .suite_count = 4 };
	struct gate_selection s = { .only_count = 0 };
	static const char *needs_self[] = { "self" };

	expect_refusal(&p, &s, "in a circle: b -> c -> b");
	ring[0].needs = (struct gate_strings){ needs_self, 1 };
	p.suites = &ring[3];
	p.suite_count = 1;
	ring[3].needs = (struct gate_strings){ needs_self, 1 };
	expect_refusal(&p, &s, "in a circle: self -> self");
}

Test(plan, a_chain_without_end_is_bounded)
{
	enum { LINKS = 5000 };
	static struct gate_suite chain[LINKS];
	static char names[LINKS][16];
	static const char *needs[LINKS];
	struct gate_policy p = { .suites = chain, .suite_count = LINKS };
	struct gate_selection s = { .only_count = 0 };
	struct gate_plan plan;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < LINKS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "s%zu", i);
		needs[i] = names[i + 1 < LINKS ? i + 1 : i];
		chain[i] = (struct gate_suite){ .id = names[i],
			                        .needs = { &needs[i], i + 1 < LINKS } };
	}
	check_err(gate_plan_make(&p, &s, &plan, &err), ERR_LIMIT, "too deep");
	check_str_contains(err.msg, "more than 1000", "names the limit");
	gate_plan_fini(&plan);
}
