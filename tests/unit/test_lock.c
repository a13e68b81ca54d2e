// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/mem.h"
#include "scanners/depend/lock.h"
#include "support/check.h"

TestSuite(lock, .timeout = 20);

struct sample {
	const char *path;
	const char *text;
	const char *found;
};

/* "name version line flags path" of each package; D direct, d for development. */
static void describe(const struct scan_lock *l, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < l->count; i++) {
		const struct scan_dependency *d = &l->items[i];
		size_t line = 1;

		for (size_t k = 0; k < d->at; k++)
			line += l->text.ptr[k] == '\n';
		buf_printf(out, "%s %s %zu %s%s", d->name, d->version, line,
		           d->direct ? "D" : "", d->dev ? "d" : "");
		for (size_t k = 0; k < d->path_count; k++)
			buf_printf(out, "%s%s", k > 0 ? ">" : " ", d->path[k]);
		buf_putc(out, '\n');
	}
}

static const struct sample samples[] = {
	{ "package-lock.json",
	  "{\"lockfileVersion\":3,\"packages\":{\n"
	  "\"\":{\"dependencies\":{\"a\":\"^1\"},\"devDependencies\":{\"t\":\"*\"},"
	  "\"workspaces\":[\"w\"]},\n"
	  "\"node_modules/a\":{\"version\":\"1.0.0\",\"dependencies\":{\"@s/b\":\"^1\"}},\n"
	  "\"node_modules/a/node_modules/@s/b\":{\"version\":\"1.5.0\"},\n"
	  "\"node_modules/@s/b\":{\"version\":\"2.0.0\"},\n"
	  "\"node_modules/t\":{\"version\":\"3.0.0\",\"dev\":true,"
	  "\"dependencies\":{\"@s/b\":\"2\"}},\n"
	  "\"w\":{\"version\":\"0.1.0\",\"dependencies\":{\"x\":\"1\"}},\n"
	  "\"node_modules/w\":{\"resolved\":\"w\",\"link\":true},\n"
	  "\"node_modules/x\":{\"name\":\"real\",\"version\":\"1.0.1\"}\n}}",
	  "a 1.0.0 3 D a\n"
	  "@s/b 1.5.0 4  a>@s/b\n"
	  "@s/b 2.0.0 5 d t>@s/b\n"
	  "t 3.0.0 6 Dd t\n"
	  "real 1.0.1 9 D real\n" },
	{ "sub/npm-shrinkwrap.json",
	  "{\"lockfileVersion\":1,\"dependencies\":{\n"
	  "\"a\":{\"version\":\"1.0.0\",\"requires\":{\"b\":\"^1\"},\n"
	  " \"dependencies\":{\n  \"b\":{\"version\":\"1.1.0\"}}},\n"
	  "\"b\":{\"version\":\"2.0.0\",\"dev\":true}}}",
	  "a 1.0.0 2 D a\nb 1.1.0 4  a>b\nb 2.0.0 5 Dd b\n" },
	{ "yarn.lock",
	  "# yarn lockfile v1\n\n\"@s/a@^1.0.0\", \"@s/a@^1.1.0\":\n  version \"1.1.3\"\n"
	  "  resolved \"https://r/x\"\n  dependencies:\n    b \"^2.0.0\"\n\n"
	  "b@^2.0.0:\n  version \"2.0.1\"\n\nc@npm:d@1:\n  version \"1.2.0\"\n",
	  "@s/a 1.1.3 3 D @s/a\nb 2.0.1 9  @s/a>b\nd 1.2.0 12 D d\n" },
	{ "yarn.lock",
	  "__metadata:\n  version: 6\n\n\"p@workspace:.\":\n  version: 0.0.0-use.local\n"
	  "  resolution: \"p@workspace:.\"\n  dependencies:\n    a: ^1.0.0\n"
	  "  linkType: soft\n\n\"a@npm:^1.0.0, a@npm:^1.1.0\":\n  version: 1.1.3\n"
	  "  resolution: \"a@npm:1.1.3\"\n  dependencies:\n    b: \"npm:^2.0.0\"\n\n"
	  "\"b@npm:^2.0.0\":\n  version: 2.0.1\n  resolution: \"b@npm:2.0.1\"\n",
	  "a 1.1.3 11 D a\nb 2.0.1 17  a>b\n" },
	{ "pnpm-lock.yaml",
	  "lockfileVersion: 5.4\nspecifiers:\n  a: ^1.0.0\ndependencies:\n  a: 1.0.0_b@2.0.0\n"
	  "devDependencies:\n  '@s/d': 3.0.0\npackages:\n  /a/1.0.0_b@2.0.0:\n"
	  "    dependencies:\n      b: 2.0.0\n    dev: false\n  /b/2.0.0:\n    dev: false\n"
	  "  /@s/d/3.0.0:\n    dev: true\n",
	  "a 1.0.0 9 D a\nb 2.0.0 13  a>b\n@s/d 3.0.0 15 Dd @s/d\n" },
	{ "pnpm-lock.yaml",
	  "lockfileVersion: '6.0'\ndependencies:\n  a:\n    specifier: ^1.0.0\n"
	  "    version: 1.0.0(b@2.0.0)\npackages:\n  /a@1.0.0(b@2.0.0):\n"
	  "    dependencies:\n      b: 2.0.0\n  /b@2.0.0:\n    dev: false\n",
	  "a 1.0.0 7 D a\nb 2.0.0 10  a>b\n" },
	{ "pnpm-lock.yaml",
	  "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n"
	  "        specifier: ^1.0.0\n        version: 1.0.0\n    devDependencies:\n"
	  "      '@s/d':\n        specifier: 3.0.0\n        version: 3.0.0(a@1.0.0)\n"
	  "packages:\n  a@1.0.0: {}\n  b@2.0.0: {}\n  '@s/d@3.0.0': {}\nsnapshots:\n"
	  "  a@1.0.0: {}\n  b@2.0.0: {}\n  '@s/d@3.0.0(a@1.0.0)':\n    dependencies:\n"
	  "      b: 2.0.0\n",
	  "a 1.0.0 13 D a\nb 2.0.0 14 d @s/d>b\n@s/d 3.0.0 15 Dd @s/d\n" },
	{ "bun.lock",
	  "{\n\"lockfileVersion\": 1,\n\"workspaces\": {\"\": {\"name\": \"p\", "
	  "\"dependencies\": {\"a\": \"^1\",},},},\n\"packages\": {\n"
	  "\"a\": [\"a@1.0.0\", \"\", {\"dependencies\": {\"b\": \"1\"}}, \"sha\"],\n"
	  "\"b\": [\"b@2.0.0\", \"\", {}, \"sha,]\"],\n"
	  "\"a/b\": [\"b@1.0.0\", \"\", {}, \"sha\"],\n}\n}",
	  "a 1.0.0 5 D a\nb 2.0.0 6  b\nb 1.0.0 7  a>b\n" },
	{ "go.mod",
	  "module example.org/m\n\ngo 1.21\ntoolchain go1.21rc2\n"
	  "require golang.org/x/net v0.16.0\nrequire (\n\ta.org/b v1.2.3 // indirect\n"
	  "\tc.org/d v1.0.0 // a remark\n\te.org/f v1.0.0\n)\n"
	  "replace c.org/d => g.org/h v2.0.0\nreplace e.org/f v1.0.0 => ../f\n",
	  "stdlib 1.21.0-rc.2 4 D stdlib\ngolang.org/x/net v0.16.0 5 D golang.org/x/net\n"
	  "a.org/b v1.2.3 7  a.org/b\ng.org/h v2.0.0 8 D g.org/h\ne.org/f  9 D e.org/f\n" },
	{ "requirements.txt",
	  "# comment\n-r other.txt\nFlask[async]==2.0.1 ; python_version > '3' \\\n"
	  "    --hash=sha256:00\nrequests>=2\n./local\nx @ https://e.org/x.zip\n"
	  "six === 1.16 # why\nurllib3==1.26.*\n",
	  "Flask 2.0.1 3 D Flask\nrequests  5 D requests\nsix 1.16 8 D six\n"
	  "urllib3  9 D urllib3\n" },
	{ "requirements/dev.txt", "pytest==7.0", "pytest 7.0 1 D pytest\n" },
	{ "poetry.lock",
	  "[[package]]\nname = \"a\"\nversion = \"1.0\"\n[package.dependencies]\n"
	  "B_c = \">=1\"\n\n[[package]]\nname = \"b-c\"\nversion = \"2.0\"\n"
	  "[[package]]\nname = \"t\"\nversion = \"3\"\ngroups = [\"dev\"]\n",
	  "a 1.0 2 D a\nb-c 2.0 8  a>b-c\nt 3 11 Dd t\n" },
	{ "pdm.lock",
	  "[[package]]\nname = \"a\"\nversion = \"1.0\"\ngroups = [\"default\"]\n"
	  "dependencies = [\"B.c[x]>=1; python_version < '4'\"]\n"
	  "[[package]]\nname = \"b-c\"\nversion = \"2.0\"\ngroups = [\"default\"]\n",
	  "a 1.0 2 D a\nb-c 2.0 7  a>b-c\n" },
	{ "uv.lock",
	  "version = 1\n[[package]]\nname = \"me\"\nversion = \"0.1\"\n"
	  "source = { virtual = \".\" }\ndependencies = [{ name = \"a\" }]\n"
	  "[package.dev-dependencies]\ndev = [{ name = \"t\" }]\n"
	  "[[package]]\nname = \"a\"\nversion = \"1.0\"\n"
	  "source = { registry = \"https://e.org\" }\ndependencies = [{ name = \"b\" }]\n"
	  "[[package]]\nname = \"b\"\nversion = \"2.0\"\n"
	  "[[package]]\nname = \"t\"\nversion = \"3.0\"\n",
	  "a 1.0 10 D a\nb 2.0 15  a>b\nt 3.0 18 Dd t\n" },
	{ "Pipfile.lock",
	  "{\"default\":{\n\"a\":{\"version\":\"==1.0\",\"index\":\"pypi\"},\n"
	  "\"g\":{\"git\":\"https://e.org\"}},\n\"develop\":{\"t\":{\"version\":\"==2\"}}}",
	  "a 1.0 2 D a\nt 2 4 d t\n" },
	{ "Cargo.lock",
	  "version = 3\n[[package]]\nname = \"me\"\nversion = \"0.1.0\"\n"
	  "dependencies = [\"a\", \"b 2.0.0\"]\n"
	  "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n"
	  "dependencies = [\"b 1.0.0 (registry+x)\"]\n"
	  "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n"
	  "[[package]]\nname = \"b\"\nversion = \"2.0.0\"\nsource = \"registry+x\"\n",
	  "a 1.0.0 7 D a\nb 1.0.0 12  a>b\nb 2.0.0 16 D b\n" },
	{ "pom.xml",
	  "<project><properties><v>1.2</v></properties><version>9</version>\n"
	  "<dependencyManagement><dependencies><dependency><groupId>m</groupId>"
	  "<artifactId>n</artifactId><version>${v}.1</version></dependency>"
	  "</dependencies></dependencyManagement>\n<dependencies>\n"
	  "<dependency><groupId>g</groupId><artifactId>a</artifactId>"
	  "<version>${v}</version></dependency>\n"
	  "<dependency><groupId>m</groupId><artifactId>n</artifactId><scope>test</scope>"
	  "</dependency>\n"
	  "<dependency><groupId>g</groupId><artifactId>own</artifactId>"
	  "<version>${project.version}</version></dependency>\n"
	  "<dependency><groupId>g</groupId><artifactId>loop</artifactId>"
	  "<version>${unknown}</version></dependency>\n"
	  "<dependency><groupId>g</groupId><artifactId>range</artifactId>"
	  "<version>[1,2)</version></dependency>\n"
	  "</dependencies></project>",
	  "g:a 1.2 4 D g:a\nm:n 1.2.1 5 Dd m:n\ng:own 9 6 D g:own\ng:loop  7 D g:loop\n"
	  "g:range  8 D g:range\n" },
	{ "gradle.lockfile",
	  "# comment\ng:a:1.0=compileClasspath,testCompileClasspath\n"
	  "g:t:2.0=testCompileClasspath,testRuntimeClasspath\nempty=annotationProcessor\n",
	  "g:a 1.0 2  g:a\ng:t 2.0 3 d g:t\n" },
	{ "gradle/verification-metadata.xml",
	  "<verification-metadata><components>\n<component group=\"g\" name=\"a\" "
	  "version=\"1.0\"/></components></verification-metadata>",
	  "g:a 1.0 2  g:a\n" },
	{ "Gemfile.lock",
	  "GEM\n  remote: https://e.org/\n  specs:\n    rails (7.0.4)\n"
	  "      nokogiri (>= 1.8)\n    nokogiri (1.13.0-x86_64-linux)\n\n"
	  "PLATFORMS\n  ruby\n\nDEPENDENCIES\n  rails (~> 7.0)!\n",
	  "rails 7.0.4 4 D rails\nnokogiri 1.13.0 6  rails>nokogiri\n" },
	{ "composer.lock",
	  "{\"packages\":[{\"name\":\"a/a\",\"version\":\"v1.0.0\","
	  "\"require\":{\"php\":\">=8\",\"b/b\":\"^2\"}},\n"
	  "{\"name\":\"b/b\",\"version\":\"2.0.0\"}],\n"
	  "\"packages-dev\":[{\"name\":\"t/t\",\"version\":\"3.0\"}]}",
	  "a/a v1.0.0 1 D a/a\nb/b 2.0.0 2  a/a>b/b\nt/t 3.0 3 Dd t/t\n" },
	{ "packages.lock.json",
	  "{\"version\":1,\"dependencies\":{\"net6.0\":{\n"
	  "\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0.0\","
	  "\"dependencies\":{\"B\":\"2.0.0\"}},\n"
	  "\"B\":{\"type\":\"Transitive\",\"resolved\":\"2.0.0\"},\n"
	  "\"me\":{\"type\":\"Project\"}},\n"
	  "\"net7.0\":{\"A\":{\"type\":\"Direct\",\"resolved\":\"1.0.0\"}}}}",
	  "A 1.0.0 2 D A\nB 2.0.0 3  A>B\n" },
	{ "mix.lock",
	  "%{\n  \"plug\": {:hex, :plug, \"1.14.0\", \"abc\", [:mix], [], \"hexpm\"},\n"
	  "  \"own\": {:git, \"https://e.org\", \"abc\", []},\n}\n",
	  "plug 1.14.0 2  plug\n" },
	{ "pubspec.lock",
	  "packages:\n  a:\n    dependency: \"direct main\"\n    source: hosted\n"
	  "    version: \"1.0.0\"\n  t:\n    dependency: \"direct dev\"\n"
	  "    source: hosted\n    version: \"2.0.0\"\n  flutter:\n"
	  "    dependency: \"direct main\"\n    source: sdk\n    version: \"0.0.0\"\n",
	  "a 1.0.0 2 D a\nt 2.0.0 6 Dd t\n" },
	{ "conan.lock",
	  "{\"version\":\"0.5\",\"requires\":[\n\"zlib/1.2.11@u/c#r%1\"],\n"
	  "\"build_requires\":[\"cmake/3.22\"]}",
	  "zlib 1.2.11 2  zlib\ncmake 3.22 3 d cmake\n" },
	{ "var/lib/dpkg/status",
	  "Package: libc6\nStatus: install ok installed\nSource: glibc\n"
	  "Version: 2.36-9\n\nPackage: gone\nStatus: deinstall ok config-files\n"
	  "Version: 1\n\nPackage: libx\nStatus: install ok installed\n"
	  "Source: x (1:2.0)\nVersion: 3.0\n",
	  "glibc 2.36-9 1  glibc\nx 1:2.0 10  x\n" },
};

Test(lock, every_format)
{
	struct buf found = BUF_INIT;

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		const struct scan_lock_kind *kind = scan_lock_kind_of(span_str(s->path));
		struct scan_lock l;
		struct err err = ERR_INIT;

		check_not_null(kind, "%s", s->path);
		check_ok(scan_lock_read(&l, kind, span_str(s->text), s->path, &err),
		         &err);
		describe(&l, &found);
		check_str_eq(buf_str(&found), s->found, "%zu: %s", i, s->path);
		scan_lock_fini(&l);
	}
	buf_fini(&found);
}

Test(lock, other_files_are_none)
{
	static const char *const names[] = {
		"package.json", "yarn.lock.bak",
		"myyarn.lock",  "status",
		"notes.txt",    "go.sum",
		"x/README",     "",
		"reqs.txt",     "verification-metadata.xml",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		check_null(scan_lock_kind_of(span_str(names[i])), "%s", names[i]);
}

/* Whatever is cut off, and whatever fails: an error or a shorter list, nothing worse. */
Test(lock, cut_texts_and_failing_memory)
{
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		const struct sample *s = &samples[i];
		const struct scan_lock_kind *kind = scan_lock_kind_of(span_str(s->path));
		struct span text = span_str(s->text);
		enum err_code rc = ERR_NOMEM;
		struct scan_lock l;
		struct err err = ERR_INIT;

		for (size_t len = 0; len < text.len; len += 1 + len / 8)
			if (scan_lock_read(&l, kind, span_sub(text, 0, len), s->path,
			                   &err) == ERR_OK)
				scan_lock_fini(&l);
		for (uint64_t n = 1; rc != ERR_OK; n++) {
			mem_fail_after(n);
			rc = scan_lock_read(&l, kind, text, s->path, &err);
			mem_fail_after(0);
			check_true(rc == ERR_OK || rc == ERR_NOMEM,
			           "%s, allocation %llu: %s", s->path,
			           (unsigned long long)n, err.msg);
		}
		scan_lock_fini(&l);
	}
}
