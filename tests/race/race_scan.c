// SPDX-License-Identifier: Apache-2.0
/* A scan and the rules of the tree by many threads, for ThreadSanitizer: each finds what
 * one thread alone finds. */
#include "os/fs.h"
#include "scanners/finding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDERS = 24, ROUNDS = 3, THREADS = 4 };

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "race_scan: %s\n", what);
	exit(1);
}

/* One folder of each family: circles, what is not there, and copies of one another. */
static const struct {
	const char *path;
	const char *text;
} files[] = {
	{ "a.h", "#include \"b.h\"\n#include \"./gone.h\"\n" },
	{ "b.h", "#include \"a.h\"\n" },
	{ "go.mod", "module m\n" },
	{ "go/a.go", "package a\nimport \"m/p\"\nimport \"m/gone\"\n" },
	{ "p/p.go", "package p\nimport \"m/go\"\n" },
	{ "j/A.java", "package j;\nimport k.B;\nimport k.Gone;\n" },
	{ "k/B.java", "package k;\nimport j.A;\n" },
	{ "py/__init__.py", "" },
	{ "py/a.py", "from .b import x\nfrom .gone import y\n" },
	{ "py/b.py", "from py import a\n" },
	{ "Cargo.toml", "[package]\nname = \"r\"\n" },
	{ "src/lib.rs", "mod a;\nmod b;\nmod gone;\n" },
	{ "src/a.rs", "use crate::b::B;\n" },
	{ "src/b.rs", "use crate::a::A;\n" },
	{ "s/a.ts", "import './b';\nimport './gone';\n" },
	{ "s/b.ts", "import './a';\n" },
	{ "README.md", "[one](gone.md) and [two](#nowhere)\n" },
	{ "compose.yml", "services:\n  web: {image: x, ports: ['80:80']}\n" },
};

static void write_file(const char *path, const char *text)
{
	struct buf folder = BUF_INIT;
	FILE *f;

	buf_put(&folder,
	        span_sub(span_str(path), 0, span_rfind_byte(span_str(path), '/')));
	need(buf_ok(&folder), "memory");
	need(os_mkdirs(buf_str(&folder), 0700, NULL) == ERR_OK, "make a folder");
	f = fopen(path, "w");
	need(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0, "write a file");
	buf_fini(&folder);
}

static void make_tree(const struct buf *root)
{
	struct buf path = BUF_INIT;

	for (int folder = 0; folder < FOLDERS; folder++)
		for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
			buf_clear(&path);
			buf_printf(&path, "%s/%d/%s", buf_str(root), folder,
			           files[i].path);
			need(buf_ok(&path), "memory");
			write_file(buf_str(&path), files[i].text);
		}
	buf_fini(&path);
}

static void scan(const struct buf *root, size_t jobs, struct buf *out)
{
	static const char *const rules[] = { "cycle.*", "import.*", "docs.*", "ops.*",
		                             "duplicate.*" };
	struct scan_options o = { .path = buf_str(root),
		                  .root = buf_str(root),
		                  .jobs = jobs,
		                  .rules = rules,
		                  .rule_count = sizeof(rules) / sizeof(rules[0]) };
	struct scan_result r;
	struct err err = ERR_INIT;

	need(scan_run(&o, &r, &err) == ERR_OK, err.msg);
	for (size_t i = 0; i < r.count; i++) {
		scan_finding_json(out, &r.findings[i]);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < r.skip_count; i++) {
		buf_put(out, r.skips[i].path);
		buf_printf(out, ": %s\n", r.skips[i].reason);
	}
	need(buf_ok(out), "memory");
	scan_result_fini(&r);
}

int main(void)
{
	struct buf root = BUF_INIT;
	struct buf alone = BUF_INIT;
	struct buf found = BUF_INIT;

	need(os_mkdtemp(NULL, "sw-race-", &root, NULL) == ERR_OK, "make a folder");
	make_tree(&root);
	scan(&root, 1, &alone);
	need(alone.len > 0, "nothing is found");
	for (int i = 0; i < ROUNDS; i++) {
		buf_clear(&found);
		scan(&root, THREADS, &found);
		need(span_eq(buf_span(&found), buf_span(&alone)),
		     "many threads find what one does not");
	}
	need(os_remove_tree(buf_str(&root), NULL) == ERR_OK, "clean up");
	buf_fini(&root);
	buf_fini(&alone);
	buf_fini(&found);
	return 0;
}
