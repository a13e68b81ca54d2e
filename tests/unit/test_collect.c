// SPDX-License-Identifier: Apache-2.0
/* A whole collection: from a policy and a project to the records of a run. */
#include "collect/collect.h"

#include "base/str.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>

TestSuite(collect, .timeout = 60);

static const char head[] = "version: 1\n"
			   "categories: [{id: c, title: C, weight: 1}]\n";

/* A project, its policy, and the run that comes of it. */
struct world {
	struct project project;
	struct gate_policy *policy;
	struct gate_detected detected;
	struct gate_store *store;
	struct gate_recorded recorded;
	size_t jobs; /* 1, so that events come in one order */
	char events[2000];
};

static void on_event(const struct gate_unit *u, const struct gate_run *done,
                     void *context)
{
	struct world *w = context;
	size_t used = strlen(w->events);

	(void)snprintf(w->events + used, sizeof(w->events) - used, "%s%s%s ",
	               done != NULL ? "-" : "+", u->id,
	               done != NULL && done->state == GATE_RUN_PASS ? "!" : "");
}

static void world_init(struct world *w, const char *policy)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	*w = (struct world){ .jobs = 1 };
	project_init(&w->project);
	/* Ignore files above a repository do not count: our own TMPDIR may be ignored. */
	project_put(&w->project, ".git/HEAD", "ref: refs/heads/main\n");
	project_put(&w->project, "main.c",
	            "/* TODO: more */\nint main(void)\n{\n\treturn 0;\n}\n");
	buf_puts(&text, head);
	buf_puts(&text, policy);
	check_ok(gate_policy_parse(&w->policy, buf_span(&text), "seaworthy.yml", NULL,
	                           &err),
	         &err);
	buf_fini(&text);
}

static void collect(struct world *w, const struct gate_selection *selection)
{
	struct gate_subject subject = { .path = buf_str(&w->project.root),
		                        .tree = "abc" };
	struct gate_collector_context c = { .policy = w->policy,
		                            .detected = &w->detected,
		                            .selection = selection,
		                            .subject = &subject,
		                            .runner = { .root = buf_str(&w->project.root),
		                                        .scratch = buf_str(
								&w->project.scratch),
		                                        .jobs = w->jobs },
		                            .event = on_event,
		                            .context = w };
	struct err err = ERR_INIT;

	check_ok(gate_store_new(&w->store, buf_str(&w->project.root), 1000, &err), &err);
	c.store = w->store;
	check_ok(gate_store_policy(w->store, w->policy, &err), &err);
	check_ok(gate_store_subject(w->store, &subject, &err), &err);
	check_ok(gate_collect(&c, &err), &err);
	check_ok(gate_recorded_load(&w->recorded, gate_store_dir(w->store), &err), &err);
}

static void world_fini(struct world *w)
{
	gate_recorded_fini(&w->recorded);
	gate_store_free(w->store);
	gate_policy_free(w->policy);
	project_fini(&w->project);
}

static const struct gate_record *record(const struct world *w, const char *check)
{
	const struct gate_evidence *e = &w->recorded.evidence;

	for (size_t i = 0; i < e->record_count; i++)
		if (str_eq(e->records[i].check, check))
			return &e->records[i];
	check_fail("no record of %s", check);
	return NULL;
}

static void expect(const struct world *w, const char *check, enum gate_state state,
                   const char *low, const char *message)
{
	const struct gate_record *r = record(w, check);

	check_int_eq(r->state, state, "%s: %s", check, r->message);
	check_str_eq(r->low, low, "low of %s", check);
	check_str_eq(r->high, low, "high of %s", check);
	check_str_contains(r->message, message, "%s", check);
	check_str_eq(r->tree, "abc", "tree of %s", check);
	check_str_eq(r->producer_tool, "seaworthy", "producer of %s", check);
	check_true(r->has_ended && r->started_ms > 0 && r->ended_ms >= r->started_ms,
	           "times of %s", check);
}

static const char everything[] =
	"suites:\n"
	"  - {id: good, run: \"printf '1..2\\nok 1\\nok 2\\n'\", format: tap, needs: "
	"[b]}\n"
	"  - {id: bad, run: 'printf \"1..1\\nnot ok 1 - sum\\n\"; exit 1', format: tap}\n"
	"  - {id: cut, run: 'true', format: exit, needs: [broken]}\n"
	"builds:\n"
	"  - {id: b, run: 'true'}\n"
	"  - {id: broken, run: 'echo oh no; exit 2'}\n"
	"checks:\n"
	"  - {id: c.good, category: c, weight: 1, title: T, collect: {suite: good}}\n"
	"  - {id: c.bad, category: c, weight: 1, title: T, collect: {suite: bad}}\n"
	"  - {id: c.cut, category: c, weight: 1, title: T, collect: {suite: cut}}\n"
	"  - {id: c.all, category: c, weight: 1, title: T, collect: {suite: '*'}}\n"
	"  - {id: c.builds, category: c, weight: 1, title: T, collect: {suite: "
	"'builds:*'}}\n"
	"  - {id: c.percent, category: c, weight: 1, title: T, collect: {suite: bad}, "
	"measure: pass_percent, scale: {fail: 0, pass: 50}}\n"
	"  - {id: c.todo, category: c, weight: 1, title: T, collect: {scan: {rules: "
	"['marker.*'], scope: [production]}}, scale: {fail: 4, pass: 0}}\n"
	"  - {id: c.clean, category: c, weight: 1, title: T, collect: {scan: {rules: "
	"['hardcoded.*'], scope: [production]}}}\n"
	"  - {id: c.command, category: c, weight: 1, title: T, collect: {command: {run: "
	"'test -f main.c', format: exit, timeout: 10s}}}\n"
	"  - {id: c.load, category: c, weight: 1, title: T, collect: {load: {tiers: "
	"[1]}}}\n"
	"  - {id: c.attest, category: c, weight: 1, title: T, collect: {attest: {role: "
	"lead, "
	"statement: done, value: 0.71}}}\n"
	"  - {id: c.never, category: c, weight: 1, title: T, collect: {suite: good}, "
	"applies_when: {file: Dockerfile}}\n"
	"  - {id: c.excused, category: c, weight: 1, title: T, collect: {suite: good}, "
	"not_applicable: {reason: a library, approver: lead}}\n";

/* ---- beside each other ---- */

/* Each waits until the other has come: alone they never pass. */
Test(collect, suites_run_beside_each_other)
{
	struct gate_selection all = { .only_count = 0 };
	struct world w;

	world_init(&w, "suites:\n"
	               "  - {id: a, run: 'touch .seaworthy/a; while ! test -e "
	               ".seaworthy/b; do sleep 0.01; done', timeout: 20s}\n"
	               "  - {id: b, run: 'touch .seaworthy/b; while ! test -e "
	               ".seaworthy/a; do sleep 0.01; done', timeout: 20s}\n"
	               "checks:\n"
	               "  - {id: c.all, category: c, weight: 1, title: T, collect: "
	               "{suite: '*'}}\n");
	w.jobs = 2;
	collect(&w, &all);
	expect(&w, "c.all", GATE_PASS, "1", "2 tests passed in ");
	world_fini(&w);
}

/* Each fails where it finds another at work. */
Test(collect, suites_that_share_a_resource_run_one_after_the_other)
{
	static const char *const shared[] = {
		"resources: {port-5432: 1}",
		"resources: {cpu: 2}",
		"resources: {memory: 1000GiB}",
		"results: ['out/*.tap'], format: tap",
	};
	struct gate_selection all = { .only_count = 0 };

	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		struct buf policy = BUF_INIT;
		struct world w;

		buf_puts(&policy, "suites:\n");
		for (int id = 'a'; id <= 'd'; id++)
			buf_printf(&policy,
			           "  - {id: %c, run: 'mkdir .seaworthy/busy && sleep "
			           "0.02 && rmdir .seaworthy/busy && mkdir -p out && "
			           "(echo 1..1; echo ok 1) >out/r.tap', %s}\n",
			           id, shared[i]);
		buf_puts(&policy, "checks:\n"
		                  "  - {id: c.all, category: c, weight: 1, title: T, "
		                  "collect: {suite: '*'}}\n");
		world_init(&w, buf_str(&policy));
		w.jobs = 2;
		collect(&w, &all);
		expect(&w, "c.all", GATE_PASS, "1", "4 tests passed in ");
		world_fini(&w);
		buf_fini(&policy);
	}
}

Test(collect, fail_fast_starts_nothing_more_and_says_so)
{
	struct gate_selection all = { .fail_fast = true };
	struct world w;

	world_init(&w, "suites:\n"
	               "  - {id: first, run: 'false', priority: 1}\n"
	               "  - {id: second, run: 'touch .seaworthy/second'}\n"
	               "checks:\n"
	               "  - {id: c.first, category: c, weight: 1, title: T, collect: "
	               "{suite: first}}\n"
	               "  - {id: c.second, category: c, weight: 1, title: T, collect: "
	               "{suite: second}}\n");
	collect(&w, &all);
	expect(&w, "c.first", GATE_FAIL, "0", "exited with code 1");
	expect(&w, "c.second", GATE_UNKNOWN, NULL,
	       "not run: suite:first failed, and --fail-fast");
	check_null(project_get(&w.project, ".seaworthy/second"), "it ran");
	world_fini(&w);
}

/* ---- what comes of it ---- */

Test(collect, every_check_gets_a_record)
{
	struct gate_selection all = { .only_count = 0 };
	struct world w;

	world_init(&w, everything);
	collect(&w, &all);
	check_size_eq(w.recorded.evidence.record_count, 13, "one a check");
	expect(&w, "c.good", GATE_PASS, "1", "2 tests passed in ");
	expect(&w, "c.bad", GATE_FAIL, "0", "bad: 1 of 1 test failed: ");
	expect(&w, "c.cut", GATE_UNKNOWN, NULL,
	       "build broken failed: exited with code 2: oh no");
	expect(&w, "c.all", GATE_FAIL, "0", "bad: 1 of 1");
	expect(&w, "c.builds", GATE_FAIL, "0", "build broken exited with code 2");
	expect(&w, "c.percent", GATE_FAIL, "0", "0 percent of 1 tests passed");
	expect(&w, "c.todo", GATE_WARN, "0.75", "1 finding in 1 file");
	expect(&w, "c.clean", GATE_PASS, "1", "0 findings in 1 file");
	expect(&w, "c.command", GATE_PASS, "1", "the command succeeded");
	expect(&w, "c.load", GATE_UNKNOWN, NULL, "has no collector `load`");
	expect(&w, "c.attest", GATE_WARN, "0.71", "attested by lead: done");
	expect(&w, "c.never", GATE_NOT_APPLICABLE, NULL, "file Dockerfile: absent");
	expect(&w, "c.excused", GATE_NOT_APPLICABLE, NULL,
	       "a library (approved by lead)");
	check_str_eq(
		w.events,
		"+scan -scan! +build:b -build:b! +build:broken -build:broken "
		"+suite:good -suite:good! +suite:bad -suite:bad +suite:cut -suite:cut "
		"+command:c.command -command:c.command! ",
		"events");
	world_fini(&w);
}

static const struct gate_artefact *artefact(const struct gate_record *r, const char *name)
{
	for (size_t i = 0; i < r->artefact_count; i++)
		if (str_eq(r->artefacts[i].name, name))
			return &r->artefacts[i];
	check_fail("%s has no artefact %s", r->check, name);
	return NULL;
}

Test(collect, evidence_is_kept)
{
	struct gate_selection all = { .only_count = 0 };
	char path[4096];
	struct world w;

	world_init(&w, everything);
	collect(&w, &all);
	(void)snprintf(path, sizeof(path), ".seaworthy/runs/%s/artefacts/%s",
	               strrchr(gate_store_dir(w.store), '/') + 1,
	               artefact(record(&w, "c.bad"), "suite-bad.output.txt")->sha256);
	check_str_eq(project_get(&w.project, path), "1..1\nnot ok 1 - sum\n",
	             "the output");
	(void)artefact(record(&w, "c.builds"), "build-broken.output.txt");
	(void)artefact(record(&w, "c.todo"), "scan.json");
	(void)artefact(record(&w, "c.todo"), "c.todo.findings.jsonl");
	check_str_contains(buf_str(&w.recorded.findings), "\"rule\":\"marker.todo\"",
	                   "findings.jsonl");
	check_str_contains(buf_str(&w.recorded.suites), "\"id\":\"good\"", "suites.json");
	check_str_contains(buf_str(&w.recorded.suites),
	                   "\"reason\":\"1 of 1 test failed: ", "reasons");
	check_str_contains(buf_str(&w.recorded.suites), "\"state\":\"unknown\"",
	                   "states");
	world_fini(&w);
}

/* What detection would have found: a second way for build b and suite good. */
Test(collect, a_build_done_another_way_takes_its_suite_along)
{
	static const char *needs[] = { "second" };
	struct gate_build second = { .id = "second",
		                     .dir = ".",
		                     .run = { .shell = "true" },
		                     .timeout_ms = 30000 };
	struct gate_suite instead = { .id = "instead",
		                      .dir = ".",
		                      .run = { .shell = "true" },
		                      .format = GATE_FORMAT_EXIT,
		                      .timeout_ms = 30000,
		                      .needs = { needs, 1 } };
	struct gate_selection all = { .only_count = 0 };

	for (int has_suite = 0; has_suite < 2; has_suite++) {
		struct world w;

		world_init(&w, everything);
		w.policy->builds[0].configure.shell = "echo 'error: old'; exit 1";
		w.policy->builds[0].otherwise = &second;
		w.policy->suites[0].otherwise = has_suite ? &instead : NULL;
		collect(&w, &all);
		if (has_suite)
			expect(&w, "c.good", GATE_PASS, "1", "instead: it stands in for");
		else
			expect(&w, "c.good", GATE_UNKNOWN, NULL, "has no such suite");
		check_true((strstr(buf_str(&w.recorded.suites), "\"id\":\"instead\"") !=
		            NULL) == has_suite,
		           "suites.json names what was run");
		check_str_contains(record(&w, "c.builds")->message, "second was used",
		                   "says so");
		world_fini(&w);
	}
}

Test(collect, what_was_not_asked_for_says_so)
{
	static const char *const only[] = { "c.good", "c.attest" };
	struct gate_selection some = { .only = only, .only_count = 2 };
	struct world w;

	world_init(&w, everything);
	collect(&w, &some);
	check_size_eq(w.recorded.evidence.record_count, 13, "still one a check");
	expect(&w, "c.good", GATE_PASS, "1", "2 tests passed");
	expect(&w, "c.attest", GATE_WARN, "0.71", "attested");
	expect(&w, "c.bad", GATE_UNKNOWN, NULL, "not selected in this run");
	expect(&w, "c.todo", GATE_UNKNOWN, NULL, "not selected in this run");
	expect(&w, "c.excused", GATE_NOT_APPLICABLE, NULL, "a library");
	check_str_eq(w.events, "+build:b -build:b! +suite:good -suite:good! ", "events");
	world_fini(&w);
}

Test(collect, no_exec_runs_nothing_of_the_project)
{
	struct gate_selection none = { .no_exec = true };
	struct world w;

	world_init(&w, everything);
	collect(&w, &none);
	expect(&w, "c.good", GATE_UNKNOWN, NULL, "not run: --no-exec");
	expect(&w, "c.all", GATE_UNKNOWN, NULL, "not run: --no-exec");
	expect(&w, "c.command", GATE_UNKNOWN, NULL, "not run: --no-exec");
	expect(&w, "c.todo", GATE_WARN, "0.75", "1 finding");
	check_str_eq(record(&w, "c.all")->remedy, "seaworthy run", "every suite");
	check_str_eq(record(&w, "c.command")->remedy, "seaworthy run",
	             "one run makes all of them known");
	check_str_contains(buf_str(&w.recorded.suites), "not run: --no-exec",
	                   "suites.json");
	check_str_eq(w.events, "+scan -scan! ", "events");
	world_fini(&w);
}

Test(collect, a_rule_of_a_later_version_is_unknown_and_spares_the_others)
{
	static const char policy[] = "checks:\n"
				     "  - {id: c.later, category: c, weight: 1, title: "
				     "T, collect: {scan: {rules: "
				     "['no-such-rule.*'], scope: [production]}}}\n"
				     "  - {id: c.todo, category: c, weight: 1, title: T, "
				     "collect: {scan: {rules: "
				     "['marker.*'], scope: [production]}}}\n"
				     "  - {id: c.none, category: c, weight: 1, title: T, "
				     "collect: {suite: '*'}}\n";
	struct gate_selection all = { .only_count = 0 };
	struct world w;

	world_init(&w, policy);
	collect(&w, &all);
	expect(&w, "c.later", GATE_UNKNOWN, NULL, "has no rule no-such-rule.*");
	expect(&w, "c.todo", GATE_FAIL, "0", "1 finding");
	expect(&w, "c.none", GATE_UNKNOWN, NULL, "there is no suite to run");
	check_str_eq(
		record(&w, "c.none")->remedy,
		"write the command below `suites` of seaworthy.yml, which `seaworthy init` "
		"makes",
		"remedy");
	check_str_eq(buf_str(&w.recorded.suites), "[]\n", "no suites");
	world_fini(&w);
}
