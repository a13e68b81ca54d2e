/* SPDX-License-Identifier: Apache-2.0 */
#include "os/fs.h"
#include "policy/detect.h"
#include "support/check.h"
#include "support/project.h"

/* What was detected beside a policy, and predicates about it. */

static struct project project;

static void start(void)
{
	project_init(&project);
}

static void stop(void)
{
	project_fini(&project);
}

TestSuite(detect_adopt, .init = start, .fini = stop, .timeout = 30);

static void detect(struct gate_detected *d)
{
	struct err err = ERR_INIT;

	check_ok(gate_detect(buf_str(&project.root), d, &err), &err);
}

Test(detect_adopt, adopted_runs_are_not_part_of_the_policy)
{
	struct gate_detected d;
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;
	struct buf json = BUF_INIT;
	char digest[65];

	project_put(&project, "go.mod", "module x\n");
	detect(&d);
	check_ok(gate_policy_builtin(&p, "default", &err), &err);
	memcpy(digest, p->digest, sizeof(digest));
	check_ok(gate_policy_adopt(p, &d, &err), &err);
	gate_detected_fini(&d);
	check_not_null(gate_policy_suite(p, "go-test"), "suite");
	check_not_null(gate_policy_build(p, "go"), "build");
	check_ok(gate_policy_digest(p, &err), &err);
	check_str_eq(p->digest, digest, "digest");
	check_ok(gate_policy_json(p, &json, &err), &err);
	check_true(strstr(buf_str(&json), "go-test") == NULL, "not written");
	buf_fini(&json);
	gate_policy_free(p);
}

Test(detect_adopt, a_policy_with_suites_keeps_them)
{
	static const struct {
		const char *policy;
		size_t suites;
		size_t builds;
	} cases[] = {
		{ "version: 1", 1, 1 },
		{ "suites: [{id: u, run: x}]", 1, 1 },
		{ "suites: [{id: u, run: x, needs: [go]}]", 1, 1 },
		{ "builds: [{id: b, run: x}]", 1, 2 },
		{ "suites: [{id: u, run: x}]\nbuilds: [{id: b, run: x}]", 1, 1 },
	};

	project_put(&project, "go.mod", "module x\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate_detected d;
		struct gate_policy *p = NULL;
		struct err err = ERR_INIT;

		detect(&d);
		check_ok(
			gate_policy_parse(&p, span_str(cases[i].policy), "p", NULL, &err),
			&err);
		check_ok(gate_policy_adopt(p, &d, &err), &err);
		check_size_eq(p->suite_count, cases[i].suites, "%s", cases[i].policy);
		check_size_eq(p->build_count, cases[i].builds, "%s", cases[i].policy);
		gate_policy_free(p);
		gate_detected_fini(&d);
	}
}

Test(detect_adopt, predicates_hold_and_say_why)
{
	static const struct {
		const char *when;
		bool holds;
		const char *why;
	} cases[] = {
		{ "{file: Dockerfile}", true, "file Dockerfile: present" },
		{ "{file: none}", false, "file none: absent" },
		{ "{glob: \"deploy/**\"}", true, "glob deploy/**: deploy/a/b.sh" },
		{ "{glob: \"*/*/b.sh\"}", true, "glob */*/b.sh: deploy/a/b.sh" },
		{ "{glob: \"{,*/,*/*/}b.sh\"}", true,
		  "glob {,*/,*/*/}b.sh: deploy/a/b.sh" },
		{ "{glob: \"*/b.sh\"}", false, "glob */b.sh: no match" },
		{ "{glob: \"b.sh\"}", false, "glob b.sh: no match" },
		{ "{glob: \"*.tf\"}", false, "glob *.tf: no match" },
		{ "{glob: \"**/config\"}", false, "glob **/config: no match" },
		{ "{language: go}", true, "language go: present" },
		{ "{language: rust}", false, "language rust: absent" },
		{ "{env: SEAWORTHY_NOT_SET}", false, "env SEAWORTHY_NOT_SET: not set" },
		{ "{suite: go-test}", true, "suite go-test: present" },
		{ "{suite: \"builds:*\"}", true, "suite builds:*: present" },
		{ "{suite: x}", false, "suite x: absent" },
		{ "{not: {file: none}}", true, "not (file none: absent)" },
		{ "{any: [{file: none}, {file: Dockerfile}, {file: x}]}", true,
		  "any of (file none: absent; file Dockerfile: present)" },
		{ "{all: [{file: none}, {file: Dockerfile}]}", false,
		  "all of (file none: absent)" },
	};
	struct gate_detected d;

	project_put(&project, "Dockerfile", "FROM x\n");
	project_put(&project, "deploy/a/b.sh", "\n");
	project_put(&project, "go.mod", "module x\n");
	project_put(&project, "main.go", "package main\n");
	project_put(&project, ".git/config", "\n");
	detect(&d);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate_policy *p = NULL;
		struct buf text = BUF_INIT, why = BUF_INIT;
		struct err err = ERR_INIT;
		bool holds = false;

		buf_printf(&text,
		           "categories: [{id: a, weight: 1}]\n"
		           "checks: [{id: b, category: a, collect: {suite: \"*\"}, "
		           "applies_when: %s}]\n",
		           cases[i].when);
		check_ok(gate_policy_parse(&p, buf_span(&text), "p", NULL, &err), &err);
		check_ok(gate_policy_adopt(p, &d, &err), &err);
		check_ok(gate_predicate_holds(p->checks[0].applies_when,
		                              buf_str(&project.root), p, &d, &holds, &why,
		                              &err),
		         &err);
		check_int_eq(err.code, ERR_OK, "%s: %s", cases[i].when, err.msg);
		check_int_eq(holds, cases[i].holds, "%s", cases[i].when);
		check_str_eq(buf_str(&why), cases[i].why, "%s", cases[i].when);
		gate_policy_free(p);
		buf_fini(&text);
		buf_fini(&why);
	}
	gate_detected_fini(&d);
}

/* One state of the project for a plan and its run, whatever happens meanwhile. */
Test(detect_adopt, a_glob_is_answered_once)
{
	static const char policy[] =
		"categories: [{id: a, weight: 1}]\n"
		"checks: [{id: b, category: a, collect: {suite: \"*\"}, "
		"applies_when: {glob: \"**/*.tf\"}}]\n";
	struct gate_policy *p = NULL;
	struct gate_detected d;
	struct err err = ERR_INIT;

	project_put(&project, "go.mod", "module x\n");
	check_ok(gate_policy_parse(&p, span_str(policy), "p", NULL, &err), &err);
	for (int i = 0; i < 2; i++) {
		detect(&d);
		for (int again = 0; again < 2; again++) {
			struct buf why = BUF_INIT;
			bool holds = false;

			check_ok(gate_predicate_holds(p->checks[0].applies_when,
			                              buf_str(&project.root), p, &d,
			                              &holds, &why, &err),
			         &err);
			check_str_eq(buf_str(&why),
			             i == 0 ? "glob **/*.tf: no match"
			                    : "glob **/*.tf: deploy/main.tf",
			             "round %d", i);
			buf_fini(&why);
			project_put(&project, "deploy/main.tf", "\n");
		}
		gate_detected_fini(&d);
	}
	gate_policy_free(p);
}
