// SPDX-License-Identifier: Apache-2.0
#include "base/cancel.h"
#include "base/mem.h"
#include "os/fs.h"
#include "scan_root.h"
#include "scanners/import/import.h"
#include "scanners/language.h"
#include "scanners/tree.h"
#include "support/check.h"
#include "support/project.h"
#include "support/timed.h"

#include <stdio.h>
#include <string.h>

/* The rules that judge the whole tree: what they cost, and what they say of one another.
 */

TestSuite(scan_tree, .timeout = 20);

Test(scan_tree, ignore_files_are_read_once_for_all_that_is_missing, .init = make_root,
     .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	put(".git/HEAD", SPAN_LIT("ref: refs/heads/main\n"));
	lines(&text, "# a comment of an ignore file, which says nothing: ", "\n", 15000);
	buf_puts(&text, "made-*\n");
	put(".gitignore", buf_span(&text));
	buf_clear(&text);
	lines(&text, "import './missing", "'\nimport './made-it'\n", 10000);
	put("a.ts", buf_span(&text));
	r = scan("import.unresolved");
	check_size_eq(r.count, 10000, "each is told, but for what is made");
	check_size_eq(r.skip_count, 0, "nothing is left out");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, patterns_without_end_are_said, .init = make_root, .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	put(".git/HEAD", SPAN_LIT("ref: refs/heads/main\n"));
	lines(&text, "*made*", "*\n", 10000);
	put(".gitignore", buf_span(&text));
	buf_clear(&text);
	lines(&text, "import './missing", "'\n", 1000);
	put("a.ts", buf_span(&text));
	r = scan("import.unresolved");
	check_true(r.count > 0 && r.count < 1000, "%zu are told", r.count);
	check_size_eq(r.skip_count, 1, "the file is named once");
	check_true(span_eq_str(r.skips[0].path, "a.ts"), "with its name");
	check_str_contains(r.skips[0].reason, "too many ignore patterns", "and why");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, imports_times_places_of_manifests_are_bounded, .init = make_root,
     .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	buf_puts(&text, "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {");
	lines(&text, "\"p", "/*\": [\"q/*\"],", 1900);
	buf_puts(&text, "\"z\": [\"z\"]}}}");
	put("tsconfig.json", buf_span(&text));
	buf_clear(&text);
	lines(&text, "import 'package", "'\n", 50000);
	put("a.ts", buf_span(&text));
	put("b.ts", SPAN_LIT("export const b = 1;\n"));
	r = scan("*import*");
	check_size_eq(r.skip_count, 2, "the file is named for each rule");
	check_true(span_eq_str(r.skips[0].path, "a.ts"), "with its name");
	check_str_eq(r.skips[0].rule, "cycle.import", "for circles");
	check_str_eq(r.skips[1].rule, "import.unresolved", "for what is not there");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, a_header_is_found_among_many_of_its_name, .init = make_root,
     .fini = drop_root)
{
	struct scan_result r;
	char name[32];

	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "d%d/x.h", i);
		put(name, SPAN_LIT("\n"));
	}
	put("z/include/own/x.h", SPAN_LIT("#include \"../../a.h\"\n"));
	put("z/a.h", SPAN_LIT("#include \"own/x.h\"\n"));
	r = scan("cycle.import");
	check_size_eq(r.count, 1, "among many of one name");
	check_size_eq(r.skip_count, 0, "all of them were looked at");
	scan_result_fini(&r);
}

/* So many folders with one header each, which all include it by its bare name. */
static void see_headers(struct scan_sink *sink, int count)
{
	struct buf path = BUF_INIT;
	struct err err;

	for (int i = 0; i < count; i++) {
		struct scan_seen seen = { .language = scan_language_of(SPAN_LIT("x.h"),
			                                               SPAN_EMPTY) };
		struct scan_fact *f;

		buf_clear(&path);
		buf_printf(&path, "d%d/x.h", i);
		seen.path = seen.project = buf_span(&path);
		check_ok(scan_sink_see(sink, &seen, &err), &err);
		f = scan_sink_fact(sink);
		check_true(f != NULL, "memory");
		*f = (struct scan_fact){ .kind = SCAN_FACT_IMPORT,
			                 .flags = SCAN_IMPORT_NEEDS << 16 |
			                          SCAN_IMPORT_ANGLED,
			                 .text = SPAN_LIT("x.h") };
	}
	buf_fini(&path);
}

Test(scan_tree, folders_times_files_of_one_name_are_bounded)
{
	static const char *const only[] = { "cycle.import" };
	struct scan_sink sink;
	struct scan_sink *const sinks[] = { &sink };
	struct scan_selection rules;
	struct scan_tree tree = { .rules = &rules, .top = "/dev/null/" };
	struct err err;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);

	scan_sink_init(&sink);
	check_ok(scan_select(&rules, all, count, only, 1, &err), &err);
	check_true(scan_sink_rules(&sink, count), "memory");
	see_headers(&sink, 2010);
	check_ok(scan_tree_judge(&tree, sinks, 1, &err), &err);
	check_true(sink.skip_count > 0 && sink.skip_count < 100, "%zu are named",
	           sink.skip_count);
	check_str_contains(sink.skips[0].reason, "too many files of the names",
	                   "and why");
	scan_selection_fini(&rules);
	scan_sink_fini(&sink);
}

/* Each look for one of them costs as much as its name is long. */
Test(scan_tree, long_places_are_looked_at_less_often, .init = make_root,
     .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;
	double start;

	buf_puts(&text, "{\"name\": \"h\", \"imports\": {\"#x*\": [\"./x*\"");
	for (int i = 0; i < 1000; i++) {
		buf_puts(&text, ", \"./");
		buf_fill(&text, 'a', 3900);
		buf_printf(&text, "%d*\"", i);
	}
	buf_puts(&text, "]}}");
	put("package.json", buf_span(&text));
	buf_clear(&text);
	for (int i = 0; i < 400; i++)
		buf_printf(&text, "import a%d from '#x%d';\n", i, i);
	put("a.js", buf_span(&text));
	start = support_seconds();
	r = scan("cycle.import");
	check_true(!SUPPORT_TIMED || support_seconds() - start < 3, "%.1f s",
	           support_seconds() - start);
	check_true(r.skip_count > 0, "it is told");
	check_str_contains(r.skips[0].reason, "too many imports for so many places",
	                   "and why");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, names_passed_on_without_end_are_said, .init = make_root,
     .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;
	char name[32];

	put("Cargo.toml", SPAN_LIT("[package]\nname = \"a\"\nedition = \"2021\"\n"));
	lines(&text, "mod m", ";\n", 100);
	put("src/lib.rs", buf_span(&text));
	for (int i = 0; i < 100; i++) {
		buf_clear(&text);
		if (i < 99)
			buf_printf(&text, "pub use crate::m%d::X;\n", i + 1);
		else
			buf_puts(&text, "use crate::m50::X as Y;\npub struct X;\n");
		(void)snprintf(name, sizeof(name), "src/m%d.rs", i);
		put(name, buf_span(&text));
	}
	r = scan("cycle.import");
	check_true(r.skip_count > 0 && r.skip_count < 99, "%zu are named", r.skip_count);
	check_true(span_eq_str(r.skips[0].path, "src/m0.rs"), "by their names");
	check_str_contains(r.skips[0].reason, "passed on too often", "and why");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, configs_that_go_on_without_end_are_said, .init = make_root,
     .fini = drop_root)
{
	struct scan_result r;

	put("tsconfig.json", SPAN_LIT("{\"extends\": \"./tsconfig.a.json\"}"));
	put("tsconfig.a.json", SPAN_LIT("{\"extends\": \"./tsconfig.json\"}"));
	put("a.ts", SPAN_LIT("import 'b';\nimport './c';\n"));
	r = scan("import.unresolved");
	check_size_eq(r.count, 1, "what is not there");
	check_size_eq(r.skip_count, 1, "the file is named");
	check_true(span_eq_str(r.skips[0].path, "a.ts"), "with its name");
	check_str_contains(r.skips[0].reason, "tsconfig.json", "and why");
	scan_result_fini(&r);
}

Test(scan_tree, a_folder_of_python_may_hold_much_else, .init = make_root,
     .fini = drop_root)
{
	struct scan_result r;
	char name[32];

	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "p/a%d.txt", i);
		put(name, SPAN_LIT("x\n"));
	}
	put("p/b.py", SPAN_LIT("import p.c\n"));
	put("p/c.py", SPAN_LIT("import p.b\n"));
	put("q/x.txt", SPAN_LIT("x\n"));
	put("r.py", SPAN_LIT("import q.s\n"));
	r = scan("*import*");
	check_size_eq(r.count, 1, "behind all of it");
	check_str_contains(r.findings[0].message, "p.b -> p.c", "by their names");
	check_size_eq(r.skip_count, 0, "nothing is left out");
	scan_result_fini(&r);
}

/* The last of the lines of a manifest count as the first. */
Test(scan_tree, every_place_of_a_manifest_is_looked_at, .init = make_root,
     .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	buf_puts(&text, "{\"compilerOptions\": {\"baseUrl\": \".\", \"paths\": {");
	lines(&text, "\"p", "/*\": [\"q/*\"],", 1900);
	buf_puts(&text, "\"@/*\": [\"src/*\"]}}}");
	put("tsconfig.json", buf_span(&text));
	put("src/a.ts", SPAN_LIT("import {b} from '@/b'\nexport const a = b;\n"));
	put("src/b.ts", SPAN_LIT("import {a} from '@/a'\nexport const b = a;\n"));
	r = scan("cycle.import");
	check_size_eq(r.count, 1, "by the last of 1901 places");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, judging_stops_where_it_is_cancelled)
{
	struct cancel stop = CANCEL_INIT;
	struct scan_sink sink;
	struct scan_sink *const sinks[] = { &sink };
	struct scan_selection rules;
	struct scan_tree tree = { .rules = &rules, .top = "/", .cancel = &stop };
	struct scan_seen seen = { .path = SPAN_LIT("a.c"), .project = SPAN_LIT("a.c") };
	struct err err;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);

	scan_sink_init(&sink);
	check_ok(scan_select(&rules, all, count, NULL, 0, &err), &err);
	check_true(scan_sink_rules(&sink, count), "memory");
	check_ok(scan_sink_see(&sink, &seen, &err), &err);
	cancel_set(&stop, 15);
	check_int_eq(scan_tree_judge(&tree, sinks, 1, &err), ERR_CANCELLED, "at once");
	scan_selection_fini(&rules);
	scan_sink_fini(&sink);
}

/* Its objects are compressed: they would pass for clean. */
Test(scan_tree, a_bare_repository_has_no_files, .init = make_root, .fini = drop_root)
{
	struct scan_options o = { .path = buf_str(&root) };
	struct scan_result r;
	struct err err;

	put("HEAD", SPAN_LIT("ref: refs/heads/main\n"));
	put("objects/info/x", SPAN_LIT("x"));
	r = scan("marker.*");
	check_size_eq(r.files, 2, "no repository yet");
	scan_result_fini(&r);
	put("refs/heads/x", SPAN_LIT("x"));
	check_err(scan_run(&o, &r, &err), ERR_USAGE, "a repository");
	check_str_contains(err.msg, "--history", "and what to do");
}

/* ---- is there a service? ---- */

/* Beside a Dockerfile that only builds. */
static void check_service(const char *name, const char *text, bool deployed)
{
	struct buf path = BUF_INIT;
	struct scan_result r;

	put("Dockerfile", SPAN_LIT("FROM node:20\nCOPY . /app\nCMD [\"sh\"]\n"));
	put(name, span_str(text));
	r = scan("ops.health-missing");
	check_size_eq(r.count, 0, "%s: nothing is made out", name);
	check_size_eq(r.moot_count, deployed ? 0 : 1, "%s: moot? %s", name, text);
	check_int_eq(r.skip_count > 0, deployed, "%s: unknown? %s", name, text);
	scan_result_fini(&r);
	os_join(&path, buf_str(&root), name);
	check_int_eq(remove(buf_str(&path)), 0, "%s is gone", name);
	buf_fini(&path);
}

Test(scan_tree, what_is_deployed_may_be_a_service, .init = make_root, .fini = drop_root)
{
	static const char composition[] = "services:\n  a:\n    image: node:20\n"
					  "    command: node server.js\n"
					  "    ports: [\"80:80\"]\n"
					  "    restart: always\n";
	static const char workload[] = "apiVersion: apps/v1\nkind: Deployment\n"
				       "metadata: {name: web}\n";
	static const struct {
		const char *name;
		const char *text;
		bool deployed;
	} cases[] = {
		{ "deploy/docker-compose.prod.yml", composition, true },
		{ "deploy/compose.prod.yaml", composition, true },
		{ "deploy/compose.production.yaml", "services: [\n", true },
		{ "compose.yaml", "services: {}\n", true },
		{ "on/web.yaml", workload, true },
		{ "deploy.sh", "docker run -d -p 80:80 img node server.js\n", true },
		{ ".github/workflows/a.yml", "run: kubectl -n web apply -f x\n", true },
		{ "Dockerfile", "FROM node:20\nONBUILD CMD [\"node\", \"a.js\"]\n",
		  true },
		{ "Dockerfile", "FROM node:20\nCOPY . /app\n", false },
		{ "a.yaml", "services: {}\n", false },
		{ "tests/docker-compose.yml", composition, false },
		{ "docs/web.yaml", workload, false },
		{ "deploy.sh", "", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_service(cases[i].name, cases[i].text, cases[i].deployed);
}

/* Whatever a script is called: its commands say what it does. */
Test(scan_tree, what_deploys_is_known_by_its_command, .init = make_root,
     .fini = drop_root)
{
	static const struct {
		const char *text;
		bool deployed;
	} cases[] = {
		{ "docker run -d img", true },
		{ "docker run --name web -p 80:80 -itd img", true },
		{ "ssh host 'docker run --detach img'", true },
		{ "docker run -it img", false },
		{ "docker run img --debug", false },
		{ "docker run -d db && make test; docker stop db", false },
		{ "docker compose -f prod.yml up --build -d", true },
		{ "docker-compose up -d", true },
		{ "sudo /usr/local/bin/docker-compose \\\n      up -d", true },
		{ "docker compose up -d db\n  - run: docker compose down", false },
		{ "docker compose up", false },
		{ "docker compose ps; echo -d", false },
		{ "helm upgrade --install web chart", true },
		{ "helm -n web upgrade web chart", true },
		{ "helm repo update", false },
		{ "kubectl --context=a -n b apply -f x", true },
		{ "kubectl set image deploy/web web=a", true },
		{ "kubectl get pods", false },
		{ "true && $(KUBECTL) apply -f x", true },
		{ "echo kubectl-apply", false },
		{ "make # kubectl apply -f x", false },
		{ "terraform -chdir=infra apply", true },
		{ "terraform plan", false },
		{ "aws --region eu ecs update-service --service web", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf text = BUF_INIT;

		buf_printf(&text, "on: push\njobs:\n a:\n  steps:\n  - run: %s\n",
		           cases[i].text);
		check_service(".github/workflows/release.yml", buf_str(&text),
		              cases[i].deployed);
		buf_fini(&text);
	}
}

/* Tools among the values of tools: each look behind one is as long as all of them. The
 * words of a megabyte took ten seconds of a processor once. */
Test(scan_tree, tools_behind_tools_are_no_trap_for_time, .init = make_root,
     .fini = drop_root)
{
	const clock_t limit_s = 1;
	struct buf text = BUF_INIT;
	clock_t before;

	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "docker -x ");
	buf_puts(&text, "\n");
	before = clock();
	check_service("deploy.sh", buf_str(&text), true);
	check_true(clock() - before < limit_s * CLOCKS_PER_SEC, "%ld ticks",
	           (long)(clock() - before));
	buf_fini(&text);
}

/* ---- what is not looked at to its end ---- */

/* Aliases make a million nodes of a small file, and each of them may be a script. */
static void put_aliases(const char *name)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, "on: push\nenv:\n  x: &s\n    run: \"\\x41 ");
	lines(&text, "${{ github.event.head_", " }} ", 1000);
	buf_puts(&text, "\"\n  l: &l [");
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "*s, ");
	buf_puts(&text, "]\njobs:\n");
	lines(&text, "  j", ": {runs-on: x, steps: *l, needs: [j1, j2]}\n", 2500);
	put(name, buf_span(&text));
	buf_fini(&text);
}

Test(scan_tree, limits_that_bite_are_said, .init = make_root, .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	put("docker-compose.yml",
	    SPAN_LIT("services:\n  a: {build: ., ports: [\"1:1\"]\n"));
	r = scan("ops.health-missing");
	check_true(r.skip_count > 0, "a composition that is no YAML is not clean");
	check_true(span_eq_str(r.skips[r.skip_count - 1].path, "docker-compose.yml"),
	           "with its name");
	scan_result_fini(&r);
	put("docker-compose.yml", SPAN_LIT("services: {}\n"));

	put("rules.yaml", SPAN_LIT("{{- if .Values.x }}\ngroups:\n  - rules:\n"
	                           "      - alert: A\n{{- end }}\n"));
	r = scan("ops.alert-no-severity");
	check_size_eq(r.skip_count, 1, "nor are rules in a template");
	check_str_contains(r.skips[0].reason, "template", "and why");
	scan_result_fini(&r);

	put_aliases(".github/workflows/a.yml");
	r = scan("workflow.template-injection");
	check_size_eq(r.skip_count, 1, "the file is named");
	check_str_contains(r.skips[0].reason, "refer to one another", "and why");
	scan_result_fini(&r);

	buf_puts(&text, "on: push\njobs:\n");
	lines(&text, "  j", ": {runs-on: x, steps: []}\n", 2500);
	buf_puts(&text, "  a: {runs-on: x, steps: [], needs: b}\n"
	                "  b: {runs-on: x, steps: [], needs: a}\n");
	put(".github/workflows/a.yml", buf_span(&text));
	r = scan("workflow.need-cycle");
	check_size_eq(r.count, 1, "a circle among many jobs");
	check_size_eq(r.skip_count, 0, "all of them are looked at");
	scan_result_fini(&r);

	buf_clear(&text);
	buf_puts(&text, "{\"name\": \"a\"");
	lines(&text, ", \"a long key which nobody wrote by hand", "\": 0", 90000);
	buf_puts(&text, "}");
	put("package.json", buf_span(&text));
	r = scan("cycle.import");
	check_size_eq(r.skip_count, 1, "the manifest is named");
	check_str_contains(r.skips[0].reason, "above 4 MiB", "and why");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, workflows_of_many_calls_are_bounded, .init = make_root, .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	buf_puts(&text, "run: ./a.sh\n# ");
	for (int i = 0; i < 100000; i++)
		buf_puts(&text, "a.sh");
	put(".github/workflows/a.yml", buf_span(&text));
	r = scan("ops.script-missing");
	check_size_eq(r.count, 0, "what else names it may make it");
	check_size_eq(r.skip_count, 0, "and all of it was looked at");
	scan_result_fini(&r);

	buf_clear(&text);
	buf_puts(&text, "run:");
	for (int i = 0; i < 30000; i++)
		buf_puts(&text, " ./a.sh");
	put(".github/workflows/a.yml", buf_span(&text));
	r = scan("ops.script-missing");
	check_true(r.count > 500 && r.count < 30000, "%zu are told", r.count);
	check_size_eq(r.skip_count, 1, "the file is named");
	check_str_contains(r.skips[0].reason, "too many scripts", "and why");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan_tree, many_alerts_are_told_in_time, .init = make_root, .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	buf_puts(&text, "groups:\n- rules:\n");
	lines(&text, "  - alert: x", "\n    expr: y\n    for: 1m\n", 40000);
	put("a.rules.yml", buf_span(&text));
	r = scan("ops.alert-no-severity");
	check_size_eq(r.count, 40000, "each of them");
	check_size_eq(r.skip_count, 0, "nothing is left out");
	scan_result_fini(&r);

	buf_clear(&text);
	buf_puts(&text, "name: &n x\n# ");
	for (int i = 0; i < 50000; i++)
		buf_puts(&text, "far ");
	lines(&text, "\ngroups:\n- rules:\n  # ", "", 1);
	lines(&text, "\n  - alert: *n\n    expr: y", "", 20000);
	put("a.rules.yml", buf_span(&text));
	r = scan("ops.alert-no-severity");
	check_true(r.count < 20000, "%zu are told", r.count);
	check_size_eq(r.skip_count, 1, "the file is named");
	check_str_contains(r.skips[0].reason, "aliases", "and why");
	scan_result_fini(&r);
	buf_fini(&text);
}
