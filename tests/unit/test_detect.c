/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "os/fs.h"
#include "policy/detect.h"
#include "support/check.h"
#include "support/project.h"

/* Small trees of each build system, and what detection says of them. */

static struct project project;

static void start(void)
{
	project_init(&project);
}

static void stop(void)
{
	project_fini(&project);
}

TestSuite(detect, .init = start, .fini = stop, .timeout = 30);

static void put(const char *name, const char *text)
{
	project_put(&project, name, text);
}

static void detect(struct gate_detected *d)
{
	struct err err = ERR_INIT;

	check_ok(gate_detect(buf_str(&project.root), d, &err), &err);
}

/* "cmake go-api | ctest go-test-api": ids of builds and suites in order. */
static void check_ids(const char *expected)
{
	struct gate_detected d;
	struct buf ids = BUF_INIT;

	detect(&d);
	for (size_t i = 0; i < d.build_count; i++)
		buf_printf(&ids, "%s ", d.builds[i].id);
	buf_putc(&ids, '|');
	for (size_t i = 0; i < d.suite_count; i++)
		buf_printf(&ids, " %s", d.suites[i].id);
	check_str_eq(buf_str(&ids), expected, "ids");
	buf_fini(&ids);
	gate_detected_fini(&d);
}

/* The only suite, its texts valid until fini of `d`. */
static const struct gate_suite *only_suite(struct gate_detected *d)
{
	detect(d);
	check_size_eq(d->suite_count, 1, "one suite");
	return &d->suites[0];
}

Test(detect, an_empty_project_has_nothing)
{
	check_ids("|");
}

Test(detect, cmake_builds_out_of_tree_and_reports_junit)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("CMakeLists.txt", "project(x C)\nenable_testing()\n");
	put("main.c", "int main(void) { return 0; }\n");
	s = only_suite(&d);
	check_str_eq(s->id, "ctest", "id");
	check_int_eq(s->format, GATE_FORMAT_JUNIT, "format");
	check_str_eq(s->run.shell,
	             "ctest --test-dir \"$SEAWORTHY_SCRATCH/build/cmake\" "
	             "--output-on-failure --no-tests=error --output-junit "
	             "\"$SEAWORTHY_SCRATCH/build/cmake/junit.xml\"",
	             "runs in scratch");
	check_str_eq(s->results.items[0], "$SEAWORTHY_SCRATCH/build/cmake/junit.xml",
	             "result");
	check_str_eq(s->needs.items[0], "cmake", "needs its build");
	check_str_eq(s->tool, "ctest", "tool");
	check_str_contains(s->install, "apt-get install", "how to get it");
	check_true(!s->scratch, "no copy is needed");
	check_str_contains(d.builds[0].run.shell, "-DBUILD_TESTING=ON", "with tests");
	check_str_eq(d.builds[0].detected_from, "CMakeLists.txt", "what gave it away");
	check_str_eq(d.languages.items[0], "c", "language");
	gate_detected_fini(&d);
}

Test(detect, a_cmake_project_that_renames_its_files_is_copied)
{
	struct gate_detected d;

	put("CMakeLists.txt", "project(x)\nadd_test(a b)\nfile(RENAME a b)\n");
	check_true(only_suite(&d)->scratch, "suite in a copy");
	check_true(d.builds[0].scratch, "build in the same copy");
	gate_detected_fini(&d);
}

Test(detect, of_several_native_systems_the_one_with_tests_is_used)
{
	put("CMakeLists.txt", "project(x)\n");
	put("Makefile.am", "TESTS = a\n");
	put("configure.ac", "AC_INIT\n");
	put("Makefile", "test:\n\ttrue\n");
	check_ids("autotools | make-check");
	put("CMakeLists.txt", "project(x)\nenable_testing()\n");
	check_ids("cmake | ctest");
}

/* "cmake-meson-make | ctest-meson-test-make-test": the first build and the first suite,
 * each with its other ways. */
static void check_ways(const char *expected)
{
	struct gate_detected d;
	struct buf ids = BUF_INIT;

	detect(&d);
	for (const struct gate_build *b = &d.builds[0]; b != NULL; b = b->otherwise) {
		buf_printf(&ids, "%s ", b->id);
		check_true(b->otherwise == NULL || b->configure.shell != NULL,
		           "%s tells whether it can be built", b->id);
	}
	buf_putc(&ids, '|');
	for (const struct gate_suite *s = d.suite_count > 0 ? d.suites : NULL; s != NULL;
	     s = s->otherwise)
		buf_printf(&ids, " %s", s->id);
	check_size_eq(d.build_count, 1, "other ways are no builds of their own");
	check_str_eq(buf_str(&ids), expected, "ways");
	buf_fini(&ids);
	gate_detected_fini(&d);
}

Test(detect, other_ways_to_build_are_known)
{
	put("CMakeLists.txt", "project(x)\nenable_testing()\n");
	check_ways("cmake | ctest");
	put("Makefile", "all:\n\ttrue\n");
	check_ways("cmake | ctest"); /* without tests it promises less */
	put("Makefile", "test:\n\ttrue\n");
	check_ways("cmake make | ctest make-test");
	put("configure", "#!/bin/sh\n");
	put("Makefile.in", "test:\n\ttrue\n");
	check_ways("cmake configure | ctest make-test");
	put("meson.build", "project('x')\n");
	check_ways("cmake meson configure | ctest meson-test make-test");
	put("CMakeLists.txt", "project(x)\n");
	check_ways("meson configure | meson-test make-test");
}

Test(detect, autotools_generates_configure_in_a_copy)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("Makefile.am", "TESTS = a\n");
	put("configure.ac", "AC_INIT\n");
	s = only_suite(&d);
	check_int_eq(s->format, GATE_FORMAT_AUTOMAKE, "format");
	check_str_eq(s->run.argv.items[1], "check", "target");
	check_true(s->scratch && d.builds[0].scratch, "in a copy");
	check_str_contains(d.builds[0].run.shell, "autoreconf -fi", "generates");
	check_str_eq(d.builds[0].tool, "autoreconf", "tool");
	gate_detected_fini(&d);
	put("configure", "#!/bin/sh\n");
	detect(&d);
	check_true(strstr(d.builds[0].run.shell, "autoreconf") == NULL, "is there");
	gate_detected_fini(&d);
}

Test(detect, a_configure_script_by_hand)
{
	struct gate_detected d;

	put("configure", "#!/bin/sh\n");
	put("Makefile.in", "check: test\ntest: all\n\t./t\n");
	check_str_eq(only_suite(&d)->id, "make-test", "target of the template");
	check_str_eq(d.builds[0].id, "configure", "build");
	gate_detected_fini(&d);
}

Test(detect, targets_of_makefiles)
{
	static const struct {
		const char *text;
		const char *ids;
	} cases[] = {
		{ "all:\n\ttrue\n", "make |" },
		{ "test:\n\ttrue\n", "make | make-test" },
		{ "check test: all\n", "make | make-test" },
		{ "check:: all\n", "make | make-check" },
		{ "check : all\n", "make | make-check" },
		{ "test := 1\nall:\n", "make |" },
		{ "test::=1\nall:\n", "make |" },
		{ "test = a:b\nall:\n", "make |" },
		{ "all:\n\ttest: x\n", "make |" },
		{ "# test: x\n", "make |" },
		{ ".PHONY: test\n", "make |" },
		{ "testing: x\ntests: y\n", "make |" },
		{ "", "make |" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put("Makefile", cases[i].text);
		check_ids(cases[i].ids);
	}
}

Test(detect, a_makefile_that_hands_down_to_src)
{
	put("Makefile", ".DEFAULT:\n\tcd src && $(MAKE) $@\n");
	put("src/Makefile", "test: all\n");
	check_ids("make | make-test");
}

Test(detect, a_makefile_in_front_of_something_else_is_no_suite)
{
	put("Makefile", "test:\n\tgo test ./...\n");
	put("go.mod", "module x\n");
	check_ids("go | go-test");
}

Test(detect, go_modules)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("go.mod", "module x\nrequire y v1.0.0\n");
	put("go.sum", "y\n");
	s = only_suite(&d);
	check_str_eq(s->run.shell,
	             "GOCACHE=\"$SEAWORTHY_SCRATCH/cache/go-build\" "
	             "go test -json -count=1 ./...",
	             "command");
	check_int_eq(s->format, GATE_FORMAT_GOTEST, "format");
	check_true(!s->scratch, "go.sum is there, nothing is written");
	gate_detected_fini(&d);
	put("vendor/modules.txt", "# y\n");
	s = only_suite(&d);
	check_str_eq(s->env.items[1], "GOFLAGS=-mod=vendor", "vendored");
	gate_detected_fini(&d);
}

Test(detect, a_module_below_another_is_its_own)
{
	put("go.mod", "module x\n");
	put("tools/gen/go.mod", "module x/tools/gen\n");
	put("testdata/go.mod", "module no\n");
	put("vendor/v/go.mod", "module no\n");
	check_ids("go go-tools-gen | go-test go-test-tools-gen");
}

Test(detect, cargo_without_a_lock_file_runs_in_a_copy)
{
	struct gate_detected d;

	put("Cargo.toml", "[package]\n");
	put("crates/a/Cargo.toml", "[package]\n");
	check_true(only_suite(&d)->scratch, "would write Cargo.lock");
	gate_detected_fini(&d);
	put("Cargo.lock", "\n");
	check_str_contains(only_suite(&d)->run.shell, "--locked", "locked");
	check_int_eq(d.suites[0].format, GATE_FORMAT_LIBTEST, "format");
	gate_detected_fini(&d);
}

Test(detect, meson)
{
	struct gate_detected d;

	put("meson.build", "project('x', 'c')\n");
	check_str_contains(only_suite(&d)->results.items[0],
	                   "/build/meson/meson-logs/testlog.junit.xml", "result");
	gate_detected_fini(&d);
}

Test(detect, jvm_builds_run_in_a_copy)
{
	struct gate_detected d;

	put("api/pom.xml", "<project/>\n");
	put("web/build.gradle.kts", "\n");
	put("web/gradlew", "#!/bin/sh\n");
	check_ids("maven-api gradle-web | maven-test-api gradle-test-web");
	detect(&d);
	check_true(d.suites[0].scratch && d.suites[1].scratch, "copies");
	check_str_eq(d.suites[0].dir, "api", "folder");
	check_str_contains(d.suites[1].run.shell, "sh ./gradlew", "wrapper");
	check_str_eq(d.suites[0].results.items[0],
	             "**/target/surefire-reports/TEST-*.xml", "results");
	gate_detected_fini(&d);
}

Test(detect, python)
{
	static const struct {
		const char *name;
		const char *text;
		const char *ids;
	} steps[] = {
		{ "app.py", "print()\n", "|" },
		{ "setup.py", "setup()\n", "|" },
		{ "tests/test_a.py", "import unittest\n", "| unittest" },
		{ "tests/test_a.py", "def test_a(): pass\n", "| pytest" },
		{ "tests/test_a.py", "import unittest\n", "| unittest" },
		{ "setup.cfg", "[tool:pytest]\n", "| pytest" },
	};
	struct gate_detected d;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		put(steps[i].name, steps[i].text);
		check_ids(steps[i].ids);
	}
	put("src/app/__init__.py", "");
	check_str_contains(
		only_suite(&d)->run.shell,
		"python3 -m pytest -p no:cacheprovider --junitxml=", "command");
	check_str_eq(d.suites[0].env.items[0], "PYTHONDONTWRITEBYTECODE=1",
	             "no byte code");
	check_str_eq(d.suites[0].env.items[1], "PYTHONPATH=src", "src layout");
	check_str_eq(d.suites[0].tool, "pytest", "tool");
	gate_detected_fini(&d);
}

/* Only where pytest measures whenever it runs: else pytest-cov may not be there. */
Test(detect, coverage_of_pytest)
{
	static const struct {
		const char *text;
		bool measured;
	} cases[] = {
		{ "[tool.pytest.ini_options]\naddopts = \"-q --cov=src\"\n", true },
		{ "[tool.pytest.ini_options]\naddopts = [\n  \"-q\",\n  \"--cov\",\n]\n",
		  true },
		{ "[tool.pytest.ini_options]\naddopts = \"-q\"\n[x]\ny = \"--cov\"\n",
		  false },
		{ "[project.optional-dependencies]\ntest = [\"pytest-cov\"]\n", false },
	};

	put("tests/test_a.py", "def test_a(): pass\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate_detected d;
		const struct gate_suite *s;

		put("pyproject.toml", cases[i].text);
		s = only_suite(&d);
		check_size_eq(s->coverage.count, cases[i].measured, "%s", cases[i].text);
		check_int_eq(strstr(s->run.shell, "--cov-report=xml:") != NULL,
		             cases[i].measured, "%s", cases[i].text);
		if (cases[i].measured)
			check_str_eq(s->coverage.items[0],
			             GATE_SCRATCH "/results/pytest-coverage.xml",
			             "where it is written");
		gate_detected_fini(&d);
	}
}

/* What the project sets for pytest stands before what the command says. */
Test(detect, pytest_runs_to_the_end)
{
	static const struct {
		const char *text;
		bool told;
	} cases[] = {
		{ "[pytest]\naddopts = -q -x\n", true },
		{ "[pytest]\naddopts = --exitfirst\n", true },
		{ "[pytest]\naddopts =\n  -q\n  --maxfail=2\n", true },
		{ "[pytest]\naddopts = -q\n[other]\na = -x\n", false },
	};

	put("tests/test_a.py", "def test_a(): pass\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate_detected d;

		put("pytest.ini", cases[i].text);
		check_int_eq(strstr(only_suite(&d)->run.shell, " --maxfail=0 ") != NULL,
		             cases[i].told, "%s", cases[i].text);
		gate_detected_fini(&d);
	}
}

Test(detect, coverage_of_jest)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("package.json", "{\"scripts\": {\"test\": \"jest --coverage\"}}");
	s = only_suite(&d);
	check_str_contains(s->run.shell, "--coverageReporters=json", "is asked for");
	check_size_eq(s->coverage.count, 1, "and named");
	check_str_eq(s->coverage.items[0],
	             GATE_SCRATCH "/results/jest-coverage/coverage-final.json", "there");
	gate_detected_fini(&d);
	put("package.json", "{\"scripts\": {\"test\": \"jest --coverageReporters x\"}}");
	s = only_suite(&d);
	check_size_eq(s->coverage.count, 0, "another option");
	gate_detected_fini(&d);
}

Test(detect, tox_alone)
{
	put("tox.ini", "[testenv]\ncommands = ./check\n");
	check_ids("| tox");
}

Test(detect, node_without_its_packages_is_unknown)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("package.json", "{\"scripts\": {\"test\": \"mocha -R spec --bail test/\"},"
	                    " \"devDependencies\": {\"mocha\": \"10\"}}");
	s = only_suite(&d);
	check_str_eq(s->unknown, "dependencies are not installed", "why");
	check_str_eq(s->install, "npm install", "remedy without a lock file");
	check_int_eq(s->format, GATE_FORMAT_MOCHA, "format");
	check_str_contains(s->run.shell, "npx --no-install mocha test/ --reporter json",
	                   "command");
	gate_detected_fini(&d);
	put("package-lock.json", "{}");
	check_str_eq(only_suite(&d)->install, "npm ci", "remedy with one");
	gate_detected_fini(&d);
	put("node_modules/mocha/package.json", "{\"version\": \"9.1.0\"}");
	s = only_suite(&d);
	check_null(s->unknown, "installed");
	check_size_eq(s->results.count, 0, "an old mocha writes to its output");
	gate_detected_fini(&d);
}

Test(detect, test_scripts_of_node)
{
	static const struct {
		const char *script;
		const char *id;
		const char *command; /* part of it */
	} cases[] = {
		{ "mocha", "mocha", "mocha  --reporter json" },
		{ "eslint . && mocha test", "mocha", "mocha test --reporter json" },
		{ "cross-env A=b NODE_ENV=test npx mocha x", "mocha",
		  "mocha x --reporter" },
		{ "nyc --reporter=text mocha x", "mocha", "mocha x --reporter json" },
		{ "jest --coverage", "jest",
		  "jest --coverage --ci --json --outputFile=" },
		{ "vitest", "vitest", "vitest run  --reporter=json --outputFile=" },
		{ "vitest run src", "vitest", "vitest run src --reporter=json" },
		{ "node --test test/", "node-test",
		  "node --test-reporter=tap --test test/" },
		{ "playwright test e2e", "playwright",
		  "playwright test e2e --reporter=json" },
		{ "tape test/*.js", "tape", "npx --no-install tape test/*.js" },
		{ "ava", "ava", "npx --no-install ava --tap" },
		/* all of the tests are to run */
		{ "mocha -b --bail --bailout test", "mocha",
		  "mocha --bailout test --reporter json" },
		{ "jest --bail 3 7 src", "jest", "jest 7 src --ci --json" },
		{ "vitest run --bail=1 src", "vitest", "vitest run src --reporter=json" },
		{ "playwright test -x --max-failures=2 e2e", "playwright",
		  "playwright test e2e --reporter=json" },
		{ "ava --fail-fast 5", "ava", "ava --tap " },
		{ "tape -x test/*.js", "tape", "tape -x test/*.js" },
		{ "node test.js", "npm-test", "npm test" },
		{ "mocha a && mocha b", "npm-test", "npm test" },
		{ "mocha a | tee log", "npm-test", "npm test" },
		{ "mocha $(cat list)", "npm-test", "npm test" },
		{ "tap test/*.js", "npm-test", "npm test" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gate_detected d;
		struct buf text = BUF_INIT;
		const struct gate_suite *s;

		buf_printf(&text, "{\"scripts\": {\"test\": \"%s\"}}", cases[i].script);
		put("package.json", buf_str(&text));
		s = only_suite(&d);
		check_str_eq(s->id, cases[i].id, "%s", cases[i].script);
		check_str_contains(s->run.shell, cases[i].command, "%s", cases[i].script);
		gate_detected_fini(&d);
		buf_fini(&text);
	}
}

Test(detect, package_managers_by_their_lock_files)
{
	struct gate_detected d;

	put("package.json",
	    "{\"scripts\": {\"build\": \"tsc\", \"test\": \"./t\"},"
	    " \"dependencies\": {\"a\": \"1\"}, \"main\": \"dist/a.js\"}");
	put("yarn.lock", "\n");
	detect(&d);
	check_str_eq(d.builds[0].run.shell, "yarn run build", "build");
	check_str_eq(d.builds[0].install, "yarn install --frozen-lockfile", "remedy");
	check_str_eq(d.suites[0].run.shell, "yarn test", "test");
	check_str_eq(d.suites[0].needs.items[0], "npm", "main has to be built");
	check_true(d.suites[0].scratch, "in the build's copy");
	gate_detected_fini(&d);
}

Test(detect, npm_inits_test_script_is_none)
{
	put("package.json", "{\"scripts\": {\"test\": \"echo \\\"Error: no test "
	                    "specified\\\" && exit 1\"}}");
	check_ids("|");
}

Test(detect, hostile_package_json)
{
	static const char *const texts[] = {
		"",
		"{",
		"[]",
		"null",
		"{\"scripts\": 5}",
		"{\"scripts\": {\"test\": {\"a\": 1}}}",
		"{\"scripts\": {\"test\": \"\\u0000mocha\"}}",
		"{\"main\": [1], \"scripts\": {\"build\": \"x\"}}",
		"{\"dependencies\": [], \"scripts\": {\"test\": \"\"}}",
	};
	struct buf deep = BUF_INIT;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct gate_detected d;

		put("package.json", texts[i]);
		detect(&d);
		check_true(d.suite_count <= 1, "%s", texts[i]);
		gate_detected_fini(&d);
	}
	buf_fill(&deep, '[', 100000);
	put("package.json", buf_str(&deep));
	check_ids("| npm-test");
	buf_fini(&deep);
}

Test(detect, folders_of_others_are_left_out)
{
	static const char *const folders[] = {
		"node_modules/a", "vendor/a", "debian/a",   ".git/a",
		"third_party/a",  "build/a",  "examples/a", "tests/a",
		".seaworthy/a",   "a/b/c/d",  ".pc/a"
	};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct buf name = BUF_INIT;

		buf_printf(&name, "%s/go.mod", folders[i]);
		put(buf_str(&name), "module x\n");
		buf_fini(&name);
	}
	put("made/CMakeCache.txt", "\n");
	put("made/go.mod", "module x\n");
	check_ids("|");
	put("a/b/c/go.mod", "module x\n");
	check_ids("go-a-b-c | go-test-a-b-c");
}

Test(detect, a_monorepo_has_a_suite_for_each_part)
{
	put("api/go.mod", "module x\n");
	put("web/package.json", "{\"scripts\": {\"test\": \"jest\"}}");
	put("ml/pyproject.toml", "[tool.pytest.ini_options]\n");
	put("ml/main.py", "\n");
	put("lib/CMakeLists.txt", "project(x)\nenable_testing()\n");
	put("lib/sub/CMakeLists.txt", "project(y)\nenable_testing()\n");
	check_ids("go-api cmake-lib | go-test-api ctest-lib pytest-ml jest-web");
}

Test(detect, ids_of_folders_with_odd_names)
{
	put("a b'$(x)/go.mod", "module x\n");
	check_ids("go-a-b---x- | go-test-a-b---x-");
}

Test(detect, ids_stay_unlike)
{
	put("a/b/go.mod", "module x\n");
	put("a-b/go.mod", "module x\n");
	put("a b/go.mod", "module x\n");
	check_ids(
		"go-a-b go-a-b-2 go-a-b-2-3 | go-test-a-b go-test-a-b-2 go-test-a-b-2-3");
}

Test(detect, phpunit_is_asked_for_by_composer_and_configured)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("composer.json", "{\"require-dev\": {\"phpunit/phpunit\": \"^9\"}}");
	check_ids("|");
	put("phpunit.xml.dist", "<phpunit/>");
	s = only_suite(&d);
	check_str_eq(s->id, "phpunit", "id");
	check_str_contains(s->run.shell, "--log-junit \"$SEAWORTHY_SCRATCH", "report");
	check_str_eq(s->unknown, "dependencies are not installed", "no vendor folder");
	check_str_eq(s->install, "composer install", "how to get them");
	gate_detected_fini(&d);
}

Test(detect, rspec_needs_a_gemfile_and_specs)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("Gemfile", "gem 'rspec'\n");
	put(".rspec", "--color\n");
	check_ids("|");
	put("spec/a_spec.rb", "");
	s = only_suite(&d);
	check_str_eq(s->id, "rspec", "id");
	check_int_eq(s->format, GATE_FORMAT_RSPEC, "format");
	check_str_contains(s->run.shell, "bundle exec rspec", "command");
	gate_detected_fini(&d);
}

Test(detect, dotnet_tests_write_trx)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("Tool.csproj", "<Project><PackageReference Include='Other'/></Project>");
	check_ids("|");
	put("Tool.Tests.csproj",
	    "<Project><PackageReference Include='Microsoft.NET.Test.Sdk'/></Project>");
	s = only_suite(&d);
	check_str_eq(s->id, "dotnet-test", "id");
	check_int_eq(s->format, GATE_FORMAT_TRX, "format");
	check_str_contains(s->results.items[0], "*.trx", "reports");
	check_true(s->scratch, "builds beside its sources");
	gate_detected_fini(&d);
}

Test(detect, a_solution_of_c_projects_is_none_for_dotnet)
{
	struct gate_detected d;

	put("curl.sln", "Project(\"{8BC9CEB8}\") = \"curl\", \"src\\curl.vcxproj\"\n");
	check_ids("|");
	put("tool.sln", "Project(\"{FAE04EC0}\") = \"tool\", \"tool\\tool.csproj\"\n");
	check_str_eq(only_suite(&d)->id, "dotnet-test", "a .NET project in it");
	gate_detected_fini(&d);
}

Test(detect, bats_runs_the_folders_that_have_tests)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("test/a.bats", "@test \"a\" { true; }\n");
	put("test/unit/b.bats", "@test \"b\" { true; }\n");
	put("test/bats-support/test/c.bats", "@test \"c\" { true; }\n");
	s = only_suite(&d);
	check_str_eq(s->id, "bats", "id");
	check_int_eq(s->format, GATE_FORMAT_TAP, "format");
	check_str_eq(s->run.shell, "bats --formatter tap test test/unit",
	             "no copy of a library");
	check_str_eq(s->rerun_known,
	             "bats --formatter tap test test/unit --filter {regex}",
	             "some of them");
	gate_detected_fini(&d);
}

Test(detect, bats_needs_what_a_makefile_builds)
{
	struct gate_detected d;

	put("Makefile", "all:\n\tcc -o x x.c\n");
	put("x.c", "int main(void) { return 0; }\n");
	put("test/a.bats", "@test \"a\" { ./x; }\n");
	check_ids("make | bats");
	detect(&d);
	check_str_eq(d.suites[0].needs.items[0], "make", "what it needs");
	check_true(d.suites[0].scratch, "in the same copy");
	gate_detected_fini(&d);
}

Test(detect, bats_that_something_else_starts_is_no_suite_of_its_own)
{
	put("Makefile", "test:\n\tbats test\n");
	put("test/a.bats", "@test \"a\" { true; }\n");
	check_ids("make | make-test");
}

Test(detect, perl_starts_each_file_of_a_distribution)
{
	struct gate_detected d;
	const struct gate_suite *s;

	put("Makefile.PL", "use ExtUtils::MakeMaker;\n");
	put("t/a.t", "print \"1..1\\nok 1\\n\";\n");
	s = only_suite(&d);
	check_str_eq(s->id, "perl", "id");
	check_int_eq(s->format, GATE_FORMAT_TAP, "format");
	check_str_contains(s->run.shell, "perl -Ilib \"$t\"", "without C");
	gate_detected_fini(&d);
	put("x.xs", "MODULE = x PACKAGE = x\n");
	check_ids("perl | perl");
	s = only_suite(&d);
	check_str_contains(s->run.shell, "perl -Mblib \"$t\"", "with C");
	gate_detected_fini(&d);
}
