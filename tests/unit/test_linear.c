// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "scan_text.h"
#include "support/timed.h"

#include <string.h>

/*
 * No text takes more than linear time: every reader of a file gets texts made of one
 * piece again and again, with all rules on. Where four times the text takes much more
 * than four times the time, somebody looks again and again at what he has seen.
 */

TestSuite(linear, .timeout = 120);

enum {
	SHORT = 8 << 10,
	TIMES = 4,
	/* Linear gives 4, quadratic 16. */
	RATIO_MAX = 9,
	TRIES = 4,
};

/* Seconds that nobody minds for SHORT * TIMES bytes. */
static const double FAST = 0.01;

struct row {
	const char *path;
	const char *before;     /* once, in front */
	const char *pieces[26]; /* "%d" is a number that grows */
};

#define STEPS "on: push\njobs:\n a:\n  runs-on: x\n  steps:\n"

static const struct row rows[] = {
	{ "a.c",
	  "",
	  { "/*", "\"", "'", "\\\n", "{", "(", "#define a \\\n", "if (a) {", "// TODO x ",
	    "TODO ", "\"http://", "return 0;", "#include \"a%d.h\"\n", "#if 1\n",
	    "int f%d(void) { return 0; }\n", "f(\"localhost\", \"", "//", "TODO(a) " } },
	{ "a.cpp", "", { "R\"(", "R\"a(", "<", "import a;", "a::", "[[" } },
	{ "a.py",
	  "",
	  { "\"\"\"", "import a%d\n", "from . import (", "from .a%d import b\n", "f\"{",
	    "def f(", "    ", "[", "\\\n", "def f%d(): return True\n", "except: pass\n",
	    "try:\n" } },
	{ "a.js",
	  "",
	  { "`${", "import {a} from './a%d'\n", "import {", "/", "<a>", "require('a%d')",
	    "require(", "export * from ", "(()=>{", "catch (e) {}", "<a b={", "import(",
	    "/*", "//", "a=b(c,\"d\")/e;", "var a%d=function(){return true};",
	    "if(false){" } },
	{ "a.ts",
	  "",
	  { "import type {A} from './a%d';\n", "/// <reference path=\"a\"/>\n",
	    "import a,{" } },
	{ "a.go",
	  "",
	  { "import (\n", "import \"a%d\"\n", "import (\n\"a%d\"\n", "`",
	    "func a() bool { return true }\n", "package a\n" } },
	{ "a.rs",
	  "",
	  { "mod a%d;\n", "use a::{", "use a%d::b;\n", "mod a {", "r#\"", "/*", "#[cfg(",
	    "#[path = \"a\"] mod b;" } },
	{ "a.java",
	  "",
	  { "import a.b%d;\n", "package a;", "catch (Exception e) {}\n", "@Ignore ",
	    "import static a.", "class A {" } },
	{ "a.sh",
	  "",
	  { "<<A ", "$(", "${", "|| true\n", "\"$(", "<<A\n", "`", "#",
	    "if false; then " } },
	{ "a.html",
	  "",
	  { "<script>", "<a href=\"x%d\">", "<!--", "<a ", "<style>", "<?php ", "&" } },
	{ "a.php", "", { "<?php ", "?><?php ", "<<<A\n", "/*", "\"{$" } },
	{ "a.pl", "", { "q{", "<<A;", "=pod\n", "s{", "m/", "$_[0]__x=\"a\";" } },
	{ "a.rb", "", { "%q(", "<<~A ", "=begin\n", "\"#{", "rescue\nend\n" } },
	{ "README.md", "", { "[",           "![",      "[a](b%d.md)\n",
	                     "[a](#b%d)\n", "> ",      "- ",
	                     "```",         "```\n",   "`",
	                     "*",           "_",       "<a ",
	                     "| ",          "# h%d\n", "# h\n",
	                     "[a]: b%d\n",  "&",       "http://a.b/%d ",
	                     "[a][",        "](",      "`src/a%d.c` ",
	                     "    - ",      "|-",      "<!--" } },
	{ "README.rst",
	  "",
	  { "`a <b%d>`_\n", ".. _a%d: b\n", "``", "`", "a\n=\n", ".. include:: a%d\n" } },
	{ "README.adoc",
	  "",
	  { "link:a%d[x]\n", "xref:", "<<a,", "= a\n", "include::a%d[]\n", "[[a%d]]" } },
	{ "package.json", "", { "[", "{\"a\":", "\"", "[{" } },
	{ "package.json", "{\"dependencies\":{", { "\"a%d\":\"^1\"," } },
	{ "tsconfig.json", "", { "/*", "//\n", "[", "{\"a\":", "," } },
	{ "package-lock.json",
	  "{\"lockfileVersion\":1,\"dependencies\":{",
	  { "\"a%d\":{\"version\":\"1.0.0\",\"requires\":{\"a0\":\"1\"}},",
	    "\"a\":{\"dependencies\":{" } },
	{ "yarn.lock",
	  "",
	  { "a%d@^1:\n  version \"1.0.0\"\n", "a%d, ", "\"",
	    "a@^1:\n  dependencies:\n    a%d \"^1\"\n" } },
	{ "pnpm-lock.yaml",
	  "lockfileVersion: '9.0'\npackages:\n",
	  { "  a%d@1.0.0: {}\n" } },
	{ "Cargo.lock",
	  "",
	  { "[[package]]\nname = \"a%d\"\nversion = \"1.0.0\"\n", "[[a", "a.", "[" } },
	{ "Cargo.toml", "[dependencies]\n", { "a%d = \"1\"\n", "a = [", "a = {b = " } },
	{ "go.mod",
	  "",
	  { "require a.b/c%d v1.0.0\n", "require (\n", "replace a => b\n" } },
	{ "requirements.txt", "", { "a%d>=1\n", "\\\n", "a[", "-r a%d.txt\n", "a;" } },
	{ "pom.xml", "", { "<a>", "<!--", "<dependency>" } },
	{ "pom.xml",
	  "<project><dependencies>",
	  { "<dependency><groupId>a</groupId><artifactId>b%d</artifactId><version>1</version></dependency>" } },
	{ "Gemfile.lock", "GEM\n  specs:\n", { "    a%d (1.0)\n      a0\n" } },
	{ "poetry.lock", "", { "[[package]]\nname = \"a%d\"\nversion = \"1.0.0\"\n" } },
	{ ".github/workflows/a.yml",
	  "",
	  { "[", "{", "- ", "a%d: ", "&a ", "? ", "*a ", "!!", "a: |\n" } },
	{ ".github/workflows/a.yml",
	  "on: push\njobs:\n",
	  { " a%d: {needs: [a0], runs-on: x, steps: [{run: x}]}\n" } },
	{ ".github/workflows/a.yml",
	  STEPS,
	  { "   - run: echo ${{ github.head_ref }}\n", "   - uses: a/b%d@v1\n" } },
	{ ".github/workflows/a.yml",
	  STEPS "   - run: ",
	  { "${{ github.head_ref }}", "${{ env.A }}", "${{ (", "${{ a['", "${{ '", "${{",
	    "a.b[", "${{ contains(" } },
	{ "action.yml",
	  "runs:\n using: composite\n steps:\n",
	  { "  - run: ${{ inputs.a%d }}\n" } },
	{ ".gitlab-ci.yml",
	  "",
	  { "a%d:\n  script: x\n  needs: [a0]\n", "---\n", "spec:\n",
	    "a: &a%d [*a0]\n" } },
	{ "azure-pipelines.yml", "steps:\n", { "- script: $(Build.SourceBranch)\n" } },
	{ "azure-pipelines.yml",
	  "steps:\n- script: ",
	  { "$(", "$(Build.", "$(Build.SourceBranch)" } },
	{ "Jenkinsfile",
	  "",
	  { "image 'a:%d'\n", "docker.image(", "image ", "/*\n", "image: a\n",
	    "catchError(" } },
	{ "Dockerfile",
	  "",
	  { "RUN a && \\\n", "FROM a%d\n", "HEALTHCHECK ", "EXPOSE %d\n",
	    "VOLUME a\n" } },
	{ "docker-compose.yml",
	  "services:\n",
	  { " a%d: {image: x, depends_on: [a0]}\n" } },
	{ "alerts.yml",
	  "groups:\n- name: a\n  rules:\n",
	  { "  - alert: A%d\n    expr: up == 0\n" } },
	{ "dashboard.json",
	  "{\"panels\":[",
	  { "{\"targets\":[{\"expr\":\"up\"}]},", "{\"panels\":[" } },
	{ "a.txt",
	  "",
	  { "AKIA", "ghp_", "password=", "-----BEGIN RSA PRIVATE KEY-----\n", "QUtJQUlP",
	    "41", "%41", "eyJ", "xoxb-", "://a:b@", "key = \"abcd1234\" ", "a@b.",
	    "127.0.0.1:80 ", "secret:", "\\u0041", "token token ", "0123456789abcdef",
	    "A", " " } },
	{ "config.yml",
	  "",
	  { "password: abc%d\n", "a:\n", "- - ", "url: http://localhost:%d\n" } },
	{ "a.ini", "", { "password = abc%d\n", "[", "; TODO\n" } },
};

static void make(struct buf *out, const struct row *r, const char *piece, size_t len)
{
	const char *number = strstr(piece, "%d");

	buf_clear(out);
	buf_puts(out, r->before);
	for (int i = 0; out->len < len; i++) {
		if (number == NULL) {
			buf_puts(out, piece);
			continue;
		}
		buf_put(out, span_of(piece, (size_t)(number - piece)));
		buf_printf(out, "%d", i);
		buf_puts(out, number + 2);
	}
}

static double seconds(struct scan_text *t, const char *path, struct span text)
{
	double start = support_seconds();
	size_t count;

	(void)scan_text_run(t, path, text, &count);
	return support_seconds() - start;
}

static void judge(struct scan_text *t, const struct row *r, const char *piece,
                  const struct buf *few, const struct buf *many)
{
	double best = seconds(t, r->path, buf_span(many));
	double ratio = 0;

	/* Other programs take time away, caches help: the best of some. */
	for (int i = 0; SUPPORT_TIMED && best > FAST && i < TRIES; i++) {
		double small = seconds(t, r->path, buf_span(few));
		double large = seconds(t, r->path, buf_span(many));

		best = large < best ? large : best;
		ratio = i == 0 || large / small < ratio ? large / small : ratio;
		if (ratio <= RATIO_MAX)
			return;
	}
	check_true(!SUPPORT_TIMED || best <= FAST || ratio <= RATIO_MAX,
	           "%s of %s%s: %d bytes take %.3f s, %.1f times as long as a fourth",
	           r->path, r->before, check_quote(piece), SHORT * TIMES, best, ratio);
}

Test(linear, every_reader_of_a_file)
{
	struct buf few = BUF_INIT;
	struct buf many = BUF_INIT;
	struct scan_text t;

	scan_text_open(&t, NULL, 0, SCAN_ENGINE_LITERALS);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (const char *const *p = rows[i].pieces; *p != NULL; p++) {
			make(&few, &rows[i], *p, SHORT);
			make(&many, &rows[i], *p,
			     SUPPORT_TIMED ? SHORT * TIMES : SHORT / TIMES);
			judge(&t, &rows[i], *p, &few, &many);
		}
	}
	scan_text_fini(&t);
	buf_fini(&few);
	buf_fini(&many);
}
