// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "os/fs.h"
#include "policy/detect_internal.h"

/*
 * Python: pytest where the project says so or its tests look so, unittest where they
 * import that, tox where it is all there is. Nothing is written into the project: no
 * byte code, no cache.
 */

static const char *const manifests[] = { "pyproject.toml",   "setup.cfg", "setup.py",
	                                 "pytest.ini",       "tox.ini",   "conftest.py",
	                                 "requirements.txt", NULL };
static const char *const test_folders[] = { "tests", "test", "." };
enum { TEST_FOLDERS = sizeof(test_folders) / sizeof(test_folders[0]) };

/* The folder with test files, or NULL. */
static const char *tests_in(const struct gate_finder *f)
{
	for (size_t i = 0; i < TEST_FOLDERS; i++)
		if (gate_find_named(f, test_folders[i],
		                    "{test_*.py,*_test.py,conftest.py}"))
			return test_folders[i];
	return NULL;
}

static bool says_pytest(const struct gate_finder *f)
{
	return gate_find_has(f, "pytest.ini") || gate_find_has(f, "conftest.py") ||
	       gate_find_type(f, "tests/conftest.py") == OS_FILE ||
	       gate_find_type(f, "test/conftest.py") == OS_FILE ||
	       gate_find_contains(f, "pyproject.toml", "pytest") ||
	       gate_find_contains(f, "setup.cfg", "pytest") ||
	       gate_find_contains(f, "setup.py", "pytest") ||
	       gate_find_contains(f, "tox.ini", "pytest") ||
	       gate_find_contains(f, "requirements.txt", "pytest");
}

/* Looks into a few test files. */
static bool imports_unittest(const struct gate_finder *f, const char *folder)
{
	return gate_find_in_files(f, folder, "{test_*.py,*_test.py}", "unittest");
}

static bool uses_pytest(const struct gate_finder *f)
{
	const char *folder = tests_in(f);

	return says_pytest(f) || (folder != NULL && !imports_unittest(f, folder));
}

static enum gate_look look(const struct gate_finder *f)
{
	if (gate_find_first(f, manifests) == NULL)
		return GATE_LOOK_NOTHING;
	if (tests_in(f) != NULL || says_pytest(f) || gate_find_has(f, "tox.ini"))
		return GATE_LOOK_TESTS;
	return GATE_LOOK_NOTHING;
}

/* The project's own environment, where it has one with its dependencies. */
static const char *python_of(const struct gate_finder *f)
{
	static const char *const own[] = { ".venv/bin/python", "venv/bin/python" };

	for (size_t i = 0; i < 2; i++)
		if (gate_find_type(f, own[i]) == OS_FILE)
			return own[i];
	return "python3";
}

static void add_environment(struct gate_finder *f, struct gate_suite *s)
{
	gate_find_add(f, &s->env, "PYTHONDONTWRITEBYTECODE=1");
	/* Packages below src/ are not found from the project's root. */
	if (gate_find_type(f, "src") == OS_DIR)
		gate_find_add(f, &s->env, "PYTHONPATH=src");
	else if (gate_find_type(f, "lib") == OS_DIR &&
	         gate_find_contains(f, "setup.cfg", "= lib"))
		gate_find_add(f, &s->env, "PYTHONPATH=lib");
}

/* Is it among the options that pytest always gets? */
static bool always_gets(const struct gate_finder *f, const char *option)
{
	static const char *const files[] = { "pytest.ini", "pyproject.toml", "tox.ini",
		                             "setup.cfg", NULL };
	bool found = false;

	for (const char *const *name = files; *name != NULL && !found; name++) {
		struct buf text = BUF_INIT;
		struct span rest;

		if (gate_find_read(f, *name, &text)) {
			rest = buf_span(&text);
			rest = span_from(rest, span_find(rest, SPAN_LIT("\naddopts")));
			/* Up to the next section. */
			rest = span_sub(rest, 0, span_find(rest, SPAN_LIT("\n[")));
			found = span_find(rest, span_str(option)) < rest.len;
		}
		buf_fini(&text);
	}
	return found;
}

/* Has the project it end at the first failure? All are to run: what stands behind the
 * project's own options counts. */
static const char *to_the_end(const struct gate_finder *f)
{
	return always_gets(f, "-x") || always_gets(f, "--exitfirst") ||
	                       always_gets(f, "--maxfail")
	               ? " --maxfail=0"
	               : "";
}

static void add_coverage(struct gate_finder *f, struct gate_suite *s)
{
	const char *report = gate_find_scratch(f, "results", "pytest-coverage", ".xml");

	/* pytest-cov is one of the project's own requirements then. */
	if (!always_gets(f, "--cov"))
		return;
	s->run.shell =
		gate_find_text(f, "%s --cov-report=xml:\"%s\"", s->run.shell, report);
	gate_find_add(f, &s->coverage, report);
}

static void add_pytest(struct gate_finder *f, const char *from)
{
	const char *python = python_of(f);
	const char *results = gate_find_scratch(f, "results", "pytest", ".xml");
	struct gate_suite *s = gate_find_suite(f, "pytest", from);

	if (s == NULL)
		return;
	s->run.shell =
		gate_find_text(f, "%s -m pytest -p no:cacheprovider%s --junitxml=\"%s\"",
	                       python, to_the_end(f), results);
	s->rerun_known = gate_find_text(f, "%s {names}", s->run.shell);
	add_coverage(f, s);
	s->format = GATE_FORMAT_JUNIT;
	gate_find_add(f, &s->results, results);
	add_environment(f, s);
	/* python3 without pytest could only fail; an own environment has what it has. */
	s->tool = str_eq(python, "python3") ? "pytest" : NULL;
	s->install = "apt-get install python3-pytest";
}

static void add_unittest(struct gate_finder *f, const char *from)
{
	const char *folder = tests_in(f);
	const char *python = python_of(f);
	struct gate_suite *s = gate_find_suite(f, "unittest", from);

	if (s == NULL)
		return;
	s->run.shell = gate_find_text(f, "%s -m unittest discover -v -s %s -t .", python,
	                              folder);
	/* Without __init__.py the folder is no package, and is its own top. */
	if (!str_eq(folder, ".") &&
	    gate_find_type(f, gate_find_text(f, "%s/__init__.py", folder)) != OS_FILE)
		s->run.shell = gate_find_text(f, "%s -m unittest discover -v -s %s",
		                              python, folder);
	s->format = GATE_FORMAT_UNITTEST;
	add_environment(f, s);
	s->tool = str_eq(python, "python3") ? "python3" : NULL;
	s->install = "apt-get install python3";
}

static void add_tox(struct gate_finder *f)
{
	struct gate_suite *s = gate_find_suite(f, "tox", "tox.ini");

	if (s == NULL)
		return;
	s->run.shell = gate_find_text(f, "tox --workdir \"%s\"",
	                              gate_find_scratch(f, "build", "tox", ""));
	s->tool = "tox";
	s->install = "apt-get install tox";
}

static void add(struct gate_finder *f)
{
	const char *from = gate_find_first(f, manifests);

	if (uses_pytest(f))
		add_pytest(f, from);
	else if (tests_in(f) != NULL)
		add_unittest(f, from);
	else
		add_tox(f);
}

const struct gate_rule gate_rule_python = { GATE_GROUP_PYTHON, look, add, false };
