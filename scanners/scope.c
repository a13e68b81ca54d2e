// SPDX-License-Identifier: Apache-2.0
#include "scope.h"

#include "base/ascii.h"

#include <stdlib.h>
#include <string.h>

/* Names are compared without regard to case, except where a capital is the sign. */

enum { HEAD_BYTES = 2048, BISON_BYTES = 256, GO_HEAD_BYTES = 8192, LONG_LINE = 400 };

/* What the name of a folder says; sorted. */
static const struct named {
	const char *name;
	enum scan_scope scope;
} folder_names[] = {
	{ ".pc", SCAN_GENERATED },
	{ ".venv", SCAN_VENDORED },
	{ "3rdparty", SCAN_VENDORED },
	{ "__fixtures__", SCAN_TEST },
	{ "__generated__", SCAN_GENERATED },
	{ "__mocks__", SCAN_TEST },
	{ "__snapshots__", SCAN_TEST },
	{ "__tests__", SCAN_TEST },
	{ "autom4te.cache", SCAN_GENERATED },
	{ "benchmark", SCAN_TEST },
	{ "benchmarks", SCAN_TEST },
	{ "bower_components", SCAN_VENDORED },
	{ "cypress", SCAN_TEST },
	{ "debian", SCAN_CONFIG },
	{ "demo", SCAN_DOCS },
	{ "demos", SCAN_DOCS },
	{ "dist", SCAN_GENERATED },
	{ "doc", SCAN_DOCS },
	{ "docs", SCAN_DOCS },
	{ "documentation", SCAN_DOCS },
	{ "e2e", SCAN_TEST },
	{ "example", SCAN_DOCS },
	{ "examples", SCAN_DOCS },
	{ "fixtures", SCAN_TEST },
	{ "fuzz", SCAN_TEST },
	{ "fuzzing", SCAN_TEST },
	{ "gen-src", SCAN_GENERATED },
	{ "generated", SCAN_GENERATED },
	{ "godeps", SCAN_VENDORED },
	{ "man", SCAN_DOCS },
	/* seaworthy:allow hardcoded.test-value a word */
	{ "mock", SCAN_TEST },
	{ "mocks", SCAN_TEST },
	{ "node_modules", SCAN_VENDORED },
	{ "sample", SCAN_DOCS },
	{ "samples", SCAN_DOCS },
	{ "site-packages", SCAN_VENDORED },
	{ "spec", SCAN_TEST },
	{ "specs", SCAN_TEST },
	{ "test", SCAN_TEST },
	{ "test-data", SCAN_TEST },
	{ "test_data", SCAN_TEST },
	{ "testcases", SCAN_TEST },
	{ "testdata", SCAN_TEST },
	{ "testing", SCAN_TEST },
	{ "tests", SCAN_TEST },
	{ "testsuite", SCAN_TEST },
	{ "third-party", SCAN_VENDORED },
	{ "third_party", SCAN_VENDORED },
	{ "thirdparty", SCAN_VENDORED },
	{ "tutorial", SCAN_DOCS },
	{ "tutorials", SCAN_DOCS },
	{ "unittest", SCAN_TEST },
	{ "unittests", SCAN_TEST },
	{ "vendor", SCAN_VENDORED },
	{ "vendored", SCAN_VENDORED },
	{ "venv", SCAN_VENDORED },
};
static const char *const test_stems[] = {
	"test",      "tests",   "conftest",   "testapp",     "testmain",  "testutil",
	"testutils", "testlib", "testhelper", "testhelpers", "testsuite", NULL,
};
static const char *const generated_names[] = {
	"package-lock.json",
	"npm-shrinkwrap.json",
	"pnpm-lock.yaml",
	"go.sum",
	"aclocal.m4",
	"ltmain.sh",
	"config.guess",
	"config.sub",
	"install-sh",
	"missing",
	"depcomp",
	"test-driver",
	"ylwrap",
	"gradlew",
	"gradlew.bat",
	"mvnw",
	NULL,
};
static const char *const generated_ends[] = {
	".lock",  ".lockb",  ".min.js",  ".min.css", ".map",         ".pb.go", ".pb.h",
	".pb.cc", "_pb2.py", "_pb2.pyi", ".g.dart",  ".designer.cs", NULL,
};
static const char *const docs_names[] = {
	"readme",       "changelog",   "changes",      "license",  "licence",
	"copying",      "authors",     "news",         "install",  "todo",
	"contributing", "hacking",     "history",      "security", "thanks",
	"notice",       "maintainers", "releasenotes", NULL,
};
static const char *const docs_ends[] = {
	".md",      ".markdown", ".rst", ".adoc", ".txt",  ".tex",  ".texi",
	".texinfo", ".org",      ".pod", ".1",    ".2",    ".3",    ".4",
	".5",       ".6",        ".7",   ".8",    ".1.in", ".rdoc", NULL,
};
static const char *const config_names[] = {
	"requirements.txt",
	"robots.txt",
	"meson_options.txt",
	"dockerfile",
	"containerfile",
	"jenkinsfile",
	"pom.xml",
	"codeowners",
	"go.mod",
	"procfile",
	NULL,
};
static const char *const config_ends[] = {
	".yml",    ".yaml",    ".json",   ".jsonc",      ".json5", ".toml",   ".ini",
	".cfg",    ".conf",    ".env",    ".properties", ".plist", ".csproj", ".tf",
	".tfvars", ".service", ".socket", ".desktop",    NULL,
};

static bool same(struct span s, const char *name)
{
	for (size_t i = 0; i < s.len; i++) {
		if (name[i] == '\0' || ascii_lower(s.ptr[i]) != name[i])
			return false;
	}
	return name[s.len] == '\0';
}

static bool is_in(struct span s, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (same(s, *names))
			return true;
	}
	return false;
}

static bool ends_in(struct span s, const char *const *ends)
{
	for (; *ends != NULL; ends++) {
		size_t n = strlen(*ends);

		if (s.len >= n && same(span_from(s, s.len - n), *ends))
			return true;
	}
	return false;
}

/* Places of tests by the custom of one tool: t/ of Perl, src/it/ of Maven, sql/ with
 * expected/ of an extension of PostgreSQL. `above` is what lies in front of the name. */
static bool is_customary(struct span above, struct span name, struct span path)
{
	static const char *const scripts[] = { ".pl", ".pm", ".sh", ".t", NULL };

	if (same(name, "t"))
		return above.len == 0 || ends_in(path, scripts);
	if (same(name, "it"))
		return span_ends(above, SPAN_LIT("src/"));
	if (same(name, "expected"))
		return span_ends(path, SPAN_LIT(".out"));
	return same(name, "sql") &&
	       (span_starts(above, SPAN_LIT("contrib/")) ||
	        span_find(above, SPAN_LIT("/contrib/")) != above.len);
}

static bool is_test_folder(struct span above, struct span name, struct span path)
{
	return is_customary(above, name, path) || span_starts(name, SPAN_LIT("test-")) ||
	       span_ends(name, SPAN_LIT("-tests")) || span_ends(name, SPAN_LIT("_tests"));
}

/* Order of the name in small letters and a row's; 0: they are equal. */
static int compare_named(const void *key, const void *row)
{
	const struct span *name = key;
	const char *other = ((const struct named *)row)->name;

	for (size_t i = 0; i < name->len; i++) {
		unsigned char x = (unsigned char)ascii_lower(name->ptr[i]);
		unsigned char y = (unsigned char)other[i];

		if (x != y)
			return x < y ? -1 : 1;
	}
	return other[name->len] == '\0' ? 0 : -1;
}

/* What one folder says, as a bit; 0: nothing. */
static unsigned folder_scope(struct span above, struct span name, struct span path)
{
	static const char *const top_vendored[] = { "deps", "external", "extern", NULL };
	const struct named *row = bsearch(&name, folder_names,
	                                  sizeof(folder_names) / sizeof(folder_names[0]),
	                                  sizeof(folder_names[0]), compare_named);

	if (row != NULL && row->scope != SCAN_CONFIG)
		return 1u << row->scope;
	if (above.len == 0 && is_in(name, top_vendored))
		return 1u << SCAN_VENDORED;
	if (is_test_folder(above, name, path))
		return 1u << SCAN_TEST;
	return row != NULL || (name.len > 1 && name.ptr[0] == '.') ? 1u << SCAN_CONFIG
	                                                           : 0;
}

/* What the folders of a path say, one bit a scope. */
static unsigned folder_scopes(struct span path)
{
	struct span rest = path;
	unsigned scopes = 0;

	while (span_find_byte(rest, '/') != rest.len) {
		struct span name = span_sub(rest, 0, span_find_byte(rest, '/'));
		struct span above = span_sub(path, 0, (size_t)(name.ptr - path.ptr));

		rest = span_from(rest, name.len + 1);
		scopes |= folder_scope(above, name, path);
	}
	return scopes;
}

/* The name up to its first dot, or behind its leading one. */
static struct span stem_of(struct span name)
{
	size_t skip = name.len > 0 && name.ptr[0] == '.' ? 1 : 0;

	return span_sub(name, 0, skip + span_find_byte(span_from(name, skip), '.'));
}

static bool is_test_name(struct span name)
{
	struct span stem = stem_of(name);

	if (stem.len == name.len)
		return false; /* a program or a text called test says nothing */
	return is_in(stem, test_stems) || span_starts(name, SPAN_LIT("test_")) ||
	       span_starts(name, SPAN_LIT("test-")) ||
	       span_starts(name, SPAN_LIT("tests_")) ||
	       span_ends(stem, SPAN_LIT("_test")) ||
	       span_ends(stem, SPAN_LIT("_tests")) ||
	       span_ends(stem, SPAN_LIT("-test")) || span_ends(stem, SPAN_LIT("_spec")) ||
	       span_ends(stem, SPAN_LIT("Test")) || span_ends(stem, SPAN_LIT("Tests")) ||
	       span_ends(stem, SPAN_LIT("Spec")) ||
	       span_ends(stem, SPAN_LIT("Benchmark")) ||
	       span_find(name, SPAN_LIT(".test.")) != name.len ||
	       span_find(name, SPAN_LIT(".spec.")) != name.len ||
	       span_find(name, SPAN_LIT(".stories.")) != name.len;
}

static bool is_config_name(struct span name)
{
	if (is_in(name, config_names) || ends_in(name, config_ends) ||
	    (name.len > 0 && name.ptr[0] == '.'))
		return true;
	return span_starts(name, SPAN_LIT("requirements")) &&
	       span_ends(name, SPAN_LIT(".txt"));
}

static bool is_docs_name(struct span name)
{
	struct span stem = stem_of(name);

	if (same(name, "cmakelists.txt"))
		return false;
	return ends_in(name, docs_ends) ||
	       (is_in(stem, docs_names) && stem.len == name.len);
}

/* The line around an offset. */
static struct span line_around(struct span text, size_t at)
{
	size_t start = at;

	while (start > 0 && text.ptr[start - 1] != '\n')
		start--;
	return span_sub(text, start,
	                at - start + span_find_byte(span_from(text, at), '\n'));
}

static bool has(struct span s, const char *what)
{
	return span_find(s, span_str(what)) != s.len;
}

/* Does a comment say that a program wrote this? Code that only speaks of it does not. */
static bool says_generated(struct span head, size_t at)
{
	struct span line = span_trim(line_around(head, at));
	char first = line.len > 0 ? line.ptr[0] : 'x';

	if (strchr("/#*;-<%!.", first) == NULL)
		return false;
	return has(line, "@generated") || has(head, "DO NOT EDIT") ||
	       has(head, "do not edit") || has(head, "Do not edit") ||
	       has(line, "by GNU Autoconf") || has(line, "by automake") ||
	       has(line, "by flex") || has(line, "utomatically generated") ||
	       has(line, "uto-generated") || has(line, "utogenerated");
}

static bool is_generated_text(struct span text)
{
	struct span head = span_sub(text, 0, HEAD_BYTES);
	size_t at = span_find(head, SPAN_LIT("enerated"));

	while (at < head.len) {
		if (says_generated(head, at))
			return true;
		at += 8 + span_find(span_from(head, at + 8), SPAN_LIT("enerated"));
	}
	return has(span_sub(head, 0, BISON_BYTES), "Bison parser, made by");
}

/* Scripts and style sheets whose first lines no person would write. */
static bool is_minified(struct span name, struct span text)
{
	static const char *const ends[] = { ".js", ".css", ".mjs", NULL };
	struct span head = span_sub(text, 0, HEAD_BYTES);
	size_t lines = 1;

	if (text.len < HEAD_BYTES || !ends_in(name, ends))
		return false;
	for (size_t at = 0; at < head.len; at++)
		lines += head.ptr[at] == '\n';
	return head.len / lines > LONG_LINE;
}

/* .github/workflows/tests.yml runs tests, and is none. */
static bool is_pipeline(unsigned folders, struct span name)
{
	static const char *const ends[] = { ".yml", ".yaml", NULL };

	return (folders & 1u << SCAN_CONFIG) != 0 && ends_in(name, ends);
}

/* Go links what imports "testing" into tests; the rest of a program does not. */
static bool is_go_test(struct span name, struct span text)
{
	struct span head = span_sub(text, 0, GO_HEAD_BYTES);

	return span_ends(name, SPAN_LIT(".go")) &&
	       (has(head, "\n\t\"testing\"\n") || has(head, "\nimport \"testing\"\n"));
}

enum scan_scope scan_scope_of(struct span path, struct span text)
{
	unsigned folders = folder_scopes(path);
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash == path.len ? path : span_from(path, slash + 1);

	if ((folders & 1u << SCAN_VENDORED) != 0)
		return SCAN_VENDORED;
	if ((folders & 1u << SCAN_GENERATED) != 0 || is_in(name, generated_names) ||
	    ends_in(name, generated_ends) || is_generated_text(text) ||
	    is_minified(name, text))
		return SCAN_GENERATED;
	if ((folders & 1u << SCAN_TEST) != 0 ||
	    (is_test_name(name) && !is_pipeline(folders, name)) || is_go_test(name, text))
		return SCAN_TEST;
	if ((folders & 1u << SCAN_DOCS) != 0)
		return SCAN_DOCS;
	if ((folders & 1u << SCAN_CONFIG) != 0 || is_config_name(name))
		return SCAN_CONFIG;
	return is_docs_name(name) ? SCAN_DOCS : SCAN_PRODUCTION;
}

int scan_scope_weight(enum scan_scope scope)
{
	static const int weights[SCAN_SCOPES] = {
		[SCAN_VENDORED] = 0, [SCAN_GENERATED] = 1, [SCAN_DOCS] = 2,
		[SCAN_TEST] = 3,     [SCAN_CONFIG] = 4,    [SCAN_PRODUCTION] = 5,
	};

	return weights[scope];
}
