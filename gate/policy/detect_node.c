// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "lib/json.h"
#include "policy/detect_internal.h"

#include <string.h>

/*
 * JavaScript and TypeScript by package.json. The runner of the test script is started
 * with its own arguments and a report for machines; another script runs as it is and
 * counts as one case. The package manager is the one whose lock file is there.
 */

#define SCRATCH_RESULTS "\"" GATE_SCRATCH "/results\""

struct package {
	struct json_doc *doc;
	const struct json *root;
};

static bool package_load(const struct gate_finder *f, struct package *p)
{
	struct buf text = BUF_INIT;
	bool ok = gate_find_read(f, "package.json", &text);

	p->doc = NULL;
	p->root = NULL;
	if (ok && json_parse(&p->doc, buf_span(&text), "package.json", NULL) == ERR_OK)
		p->root = json_root(p->doc);
	buf_fini(&text);
	return p->root != NULL;
}

static const char *script_of(const struct package *p, const char *name)
{
	const char *script = json_string(json_get(json_get(p->root, "scripts"), name));

	/* What `npm init` writes. */
	if (script != NULL && strstr(script, "no test specified") != NULL)
		return NULL;
	return script;
}

static bool depends_on(const struct package *p, const char *name)
{
	return json_get(json_get(p->root, "dependencies"), name) != NULL ||
	       json_get(json_get(p->root, "devDependencies"), name) != NULL;
}

static bool has_dependencies(const struct package *p)
{
	return json_count(json_get(p->root, "dependencies")) > 0 ||
	       json_count(json_get(p->root, "devDependencies")) > 0;
}

static bool has_playwright(const struct gate_finder *f, const struct package *p)
{
	return depends_on(p, "@playwright/test") &&
	       gate_find_named(f, ".", "playwright.config.*");
}

static enum gate_look look(const struct gate_finder *f)
{
	struct package p;
	enum gate_look found = GATE_LOOK_NOTHING;

	if (!gate_find_has(f, "package.json"))
		return found;
	/* damaged: a suite that is unknown says so */
	if (!package_load(f, &p) || script_of(&p, "test") != NULL ||
	    has_playwright(f, &p))
		found = GATE_LOOK_TESTS;
	else if (script_of(&p, "build") != NULL)
		found = GATE_LOOK_BUILDS;
	json_free(p.doc);
	return found;
}

struct manager {
	const char *name;
	const char *lock;
	const char *install; /* with the lock file */
	const char *fetch;   /* without one */
	const char *package; /* that installs the manager */
};

static const struct manager *manager_of(const struct gate_finder *f)
{
	static const struct manager managers[] = {
		{ "pnpm", "pnpm-lock.yaml", "pnpm install --frozen-lockfile",
		  "pnpm install", "npm install --global pnpm" },
		{ "yarn", "yarn.lock", "yarn install --frozen-lockfile", "yarn install",
		  "npm install --global yarn" },
		{ "npm", "package-lock.json", "npm ci", "npm install",
		  "apt-get install npm" },
	};

	for (size_t i = 0; i < 2; i++)
		if (gate_find_has(f, managers[i].lock))
			return &managers[i];
	return &managers[2];
}

static const char *install_command(const struct gate_finder *f)
{
	const struct manager *m = manager_of(f);

	return gate_find_has(f, m->lock) || gate_find_has(f, "npm-shrinkwrap.json")
	               ? m->install
	               : m->fetch;
}

/* Where the packages are: here, or in a folder above (a workspace), up to the root. */
static bool are_installed(const struct gate_finder *f)
{
	char above[64] = "";
	struct span dir = span_str(f->dir);
	size_t depth = str_eq(f->dir, ".") ? 0 : 1;

	for (size_t i = 0; i < dir.len; i++)
		depth += dir.ptr[i] == '/';
	for (size_t i = 0; i <= depth && strlen(above) + 16 < sizeof(above); i++) {
		char path[96];
		size_t length = strlen(above);

		memcpy(path, above, length);
		memcpy(path + length, "node_modules", sizeof("node_modules"));
		if (gate_find_type(f, path) == OS_DIR)
			return true;
		memcpy(above + length, "../", sizeof("../"));
	}
	return false;
}

/* A package whose main file is missing has to be built before its tests can load it. */
static bool needs_build(const struct gate_finder *f, const struct package *p)
{
	const char *entry = json_string(json_get(p->root, "main"));

	return entry != NULL && script_of(p, "build") != NULL &&
	       gate_find_type(f, entry) == OS_NONE;
}

/* The installed major version of a package, 0 if it cannot be told. */
static uint64_t major_of(const struct gate_finder *f, const char *package)
{
	struct buf path = BUF_INIT, text = BUF_INIT;
	struct json_doc *doc = NULL;
	const char *version = NULL;
	uint64_t major = 0;

	buf_printf(&path, "node_modules/%s/package.json", package);
	if (gate_find_read(f, buf_str(&path), &text) &&
	    json_parse(&doc, buf_span(&text), package, NULL) == ERR_OK)
		version = json_string(json_get(json_root(doc), "version"));
	if (version != NULL) {
		struct span s = span_str(version);

		if (!num_u64(span_sub(s, 0, span_find_byte(s, '.')), 0, 1000, &major))
			major = 0;
	}
	json_free(doc);
	buf_fini(&path);
	buf_fini(&text);
	return major;
}

static const char *report(struct gate_finder *f, struct gate_suite *s, const char *name)
{
	const char *path = gate_find_scratch(f, "results", name, ".json");

	gate_find_add(f, &s->results, path);
	return path;
}

static void run_mocha(struct gate_finder *f, struct gate_suite *s, const char *arguments)
{
	const char *rest = gate_script_without(f, arguments, "--reporter");
	uint64_t major = major_of(f, "mocha");

	rest = gate_script_without(f, rest, "-R");
	s->format = GATE_FORMAT_MOCHA;
	/* Before version 10 the report can only go where the tests print. */
	if (major != 0 && major < 10)
		s->run.shell = gate_find_text(
			f, "npx --no-install mocha %s --reporter json", rest);
	else
		s->run.shell = gate_find_text(f,
		                              "npx --no-install mocha %s --reporter json "
		                              "--reporter-option output=\"%s\"",
		                              rest, report(f, s, "mocha"));
	s->rerun_known = gate_find_text(f, "%s --grep {regex}", s->run.shell);
}

/* The script or the package says that coverage is measured. */
static bool jest_measures(const struct gate_finder *f, const char *arguments)
{
	static const char option[] = "--coverage";
	const char *at = strstr(arguments, option);

	return (at != NULL && strchr(" =", at[sizeof(option) - 1]) != NULL) ||
	       gate_find_contains(f, "package.json", "\"collectCoverage\": true");
}

static const char *jest_coverage(struct gate_finder *f, struct gate_suite *s,
                                 const char *arguments)
{
	const char *folder;

	if (!jest_measures(f, arguments))
		return "";
	folder = gate_find_scratch(f, "results", "jest-coverage", "");
	gate_find_add(f, &s->coverage,
	              gate_find_text(f, "%s/coverage-final.json", folder));
	return gate_find_text(f, " --coverageReporters=json --coverageDirectory=\"%s\"",
	                      folder);
}

static void run_jest(struct gate_finder *f, struct gate_suite *s, const char *arguments)
{
	const char *coverage = jest_coverage(f, s, arguments);

	s->format = GATE_FORMAT_JEST;
	s->run.shell =
		gate_find_text(f,
	                       "mkdir -p " SCRATCH_RESULTS " && "
	                       "npx --no-install jest %s --ci --json --outputFile=\"%s\"",
	                       arguments, report(f, s, "jest"));
	s->rerun_known = gate_find_text(f, "%s -t {regex}", s->run.shell);
	s->run.shell = gate_find_text(f, "%s%s", s->run.shell, coverage);
}

static void run_vitest(struct gate_finder *f, struct gate_suite *s, const char *arguments)
{
	/* "vitest" alone watches; "run" may be in the script already. */
	if (str_starts(arguments, "run"))
		arguments += strlen("run");
	s->format = GATE_FORMAT_JEST;
	s->run.shell = gate_find_text(
		f, "npx --no-install vitest run %s --reporter=json --outputFile=\"%s\"",
		gate_script_without(f, arguments, "--reporter"), report(f, s, "vitest"));
	s->rerun_known = gate_find_text(f, "%s -t {regex}", s->run.shell);
}

static void run_node(struct gate_finder *f, struct gate_suite *s, const char *arguments)
{
	s->format = GATE_FORMAT_NODE;
	s->run.shell = gate_find_text(f, "node --test-reporter=tap %s", arguments);
	s->rerun_known = gate_find_text(
		f, "node --test-name-pattern={regex} --test-reporter=tap %s", arguments);
}

static void run_playwright(struct gate_finder *f, struct gate_suite *s,
                           const char *arguments)
{
	const char *path = gate_find_scratch(f, "results", "playwright", ".json");

	/* its JUnit does not tell that a test passed only at last */
	s->format = GATE_FORMAT_PLAYWRIGHT;
	gate_find_add(f, &s->results, path);
	if (str_starts(arguments, "test"))
		arguments += strlen("test");
	s->run.shell =
		gate_find_text(f,
	                       "PLAYWRIGHT_JSON_OUTPUT_NAME=\"%s\" "
	                       "npx --no-install playwright test %s --reporter=json",
	                       path, gate_script_without(f, arguments, "--reporter"));
}

static void run_tape(struct gate_finder *f, struct gate_suite *s, const char *arguments)
{
	s->format = GATE_FORMAT_TAP;
	s->run.shell = gate_find_text(f, "npx --no-install tape %s", arguments);
}

static void run_ava(struct gate_finder *f, struct gate_suite *s, const char *arguments)
{
	s->format = GATE_FORMAT_TAP;
	s->run.shell = gate_find_text(f, "npx --no-install ava --tap %s", arguments);
}

struct runner {
	const char *name;
	const char *id;
	void (*run)(struct gate_finder *f, struct gate_suite *s, const char *arguments);
	bool bails; /* has options to end at the first failure */
};

static const struct runner runners[] = {
	{ "mocha", "mocha", run_mocha, true },
	{ "jest", "jest", run_jest, true },
	{ "vitest", "vitest", run_vitest, true },
	{ "node", "node-test", run_node, false },
	{ "playwright", "playwright", run_playwright, true },
	{ "tape", "tape", run_tape, false },
	{ "ava", "ava", run_ava, true },
};

/* What all suites of a package have in common. */
static void finish_suite(struct gate_finder *f, struct gate_suite *s,
                         const struct package *p, const struct gate_build *build)
{
	gate_find_add(f, &s->env, "CI=true");
	s->tool = "node";
	s->install = "apt-get install nodejs npm";
	if (has_dependencies(p) && !are_installed(f)) {
		s->unknown = "dependencies are not installed";
		s->install = install_command(f);
	}
	if (build != NULL && needs_build(f, p)) {
		gate_find_add(f, &s->needs, build->id);
		s->scratch = true;
	}
}

static void add_test(struct gate_finder *f, const struct package *p,
                     const struct gate_build *build)
{
	struct gate_script script = gate_script_read(f, script_of(p, "test"));
	const struct runner *r = NULL;
	struct gate_suite *s;

	for (size_t i = 0; i < sizeof(runners) / sizeof(runners[0]); i++)
		if (str_eq(runners[i].name, script.runner))
			r = &runners[i];
	s = gate_find_suite(f, r != NULL ? r->id : "npm-test", "package.json");
	if (s == NULL)
		return;
	if (r != NULL)
		r->run(f, s,
		       r->bails ? gate_script_to_the_end(f, script.arguments)
		                : script.arguments);
	else
		s->run.shell = gate_find_text(f, "%s test", manager_of(f)->name);
	finish_suite(f, s, p, build);
	if (r == NULL && !str_eq(manager_of(f)->name, "npm") && s->unknown == NULL) {
		s->tool = manager_of(f)->name;
		s->install = manager_of(f)->package;
	}
}

static struct gate_build *add_build(struct gate_finder *f, const struct package *p)
{
	struct gate_build *b;

	if (script_of(p, "build") == NULL)
		return NULL;
	b = gate_find_build(f, "npm", "package.json");
	if (b == NULL)
		return NULL;
	b->run.shell = gate_find_text(f, "%s run build", manager_of(f)->name);
	b->scratch = true; /* it writes beside its sources */
	b->tool = manager_of(f)->name;
	b->install = manager_of(f)->package;
	if (has_dependencies(p) && !are_installed(f)) {
		b->unknown = "dependencies are not installed";
		b->install = install_command(f);
	}
	return b;
}

static void add_damaged(struct gate_finder *f)
{
	struct gate_suite *s = gate_find_suite(f, "npm-test", "package.json");

	if (s == NULL)
		return;
	s->run.shell = "npm test";
	s->unknown = "package.json cannot be read";
	s->tool = "npm";
	s->install = "npm pkg fix";
}

static void add(struct gate_finder *f)
{
	struct package p;
	const struct gate_build *build;

	if (!package_load(f, &p)) {
		add_damaged(f);
		return;
	}
	build = add_build(f, &p);
	if (script_of(&p, "test") != NULL)
		add_test(f, &p, build);
	/* End-to-end tests are often not part of `npm test`. */
	if (has_playwright(f, &p) &&
	    !str_eq(gate_script_read(f, script_of(&p, "test")).runner, "playwright")) {
		struct gate_suite *s = gate_find_suite(f, "playwright", "package.json");

		if (s != NULL) {
			run_playwright(f, s, "");
			finish_suite(f, s, &p, build);
		}
	}
	json_free(p.doc);
}

const struct gate_rule gate_rule_node = { GATE_GROUP_NODE, look, add, false };
