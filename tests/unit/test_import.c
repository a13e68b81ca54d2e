// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "scan_text.h"
#include "scanners/import/graph.h"
#include "scanners/import/import.h"
#include "scanners/tree.h"

#include <string.h>

TestSuite(import, .timeout = 30);

/* ---- the graph ---- */

/* "grade members: from>to .." of each cycle. */
static bool list_cycle(const struct import_cycle *c, void *context)
{
	struct buf *out = context;

	buf_printf(out, "%d", (int)c->grade);
	for (size_t i = 0; i < c->member_count; i++)
		buf_printf(out, " %.*s", (int)c->members[i].len, c->members[i].ptr);
	buf_puts(out, ":");
	for (size_t i = 0; i < c->edge_count; i++)
		buf_printf(out, " %zu>%zu", c->edges[i]->from, c->edges[i]->to);
	buf_putc(out, '\n');
	return true;
}

static struct import_edge edge(size_t from, size_t to, enum import_grade grade)
{
	return (struct import_edge){ .from = from, .to = to, .grade = grade };
}

Test(import, one_shortest_cycle_a_component_the_gravest_first)
{
	static const struct {
		const char *edges; /* pairs of digits, each with a grade: h t s */
		const char *cycles;
	} cases[] = {
		{ "", "" },
		{ "01h 12h 23h", "" },
		{ "00h", "" },
		{ "01h 10h", "0 a b: 0>1 1>0\n" },
		{ "01h 12h 20h 21h", "0 a b c: 1>2 2>1\n" },
		{ "10h 21h 02h", "0 a b c: 0>2 2>1 1>0\n" },
		{ "01h 10s", "2 a b: 0>1 1>0\n" },
		{ "01h 10s 10h", "0 a b: 0>1 1>0\n" },
		{ "01t 10h 23s 32t", "1 a b: 0>1 1>0\n2 c d: 2>3 3>2\n" },
		{ "01h 10h 12s 21h", "0 a b: 0>1 1>0\n" },
		{ "01h 12h 23h 34h 40h 20t", "0 a b c d e: 0>1 1>2 2>3 3>4 4>0\n" },
		{ "01h 10h 12h 23h 32h", "0 c d: 2>3 3>2\n0 a b: 0>1 1>0\n" },
	};
	struct buf found = BUF_INIT;
	struct err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct import_graph g;

		import_graph_init(&g);
		for (int c = 'a'; c <= 'e'; c++)
			import_graph_node(&g, span_of(strchr("abcde", c), 1));
		for (const char *e = cases[i].edges; *e != '\0';
		     e += e[3] != '\0' ? 4 : 3) {
			struct import_edge one =
				edge((size_t)(e[0] - '0'), (size_t)(e[1] - '0'),
			             (enum import_grade)(strchr("hts", e[2]) - "hts"));

			check_true(import_graph_edge(&g, &one), "an edge");
		}
		buf_clear(&found);
		check_ok(import_graph_cycles(&g, list_cycle, &found, &err), &err);
		check_str_eq(buf_str(&found), cases[i].cycles, "%s", cases[i].edges);
		import_graph_fini(&g);
	}
	buf_fini(&found);
}

static bool count_cycle(const struct import_cycle *c, void *context)
{
	size_t *sizes = context;

	sizes[0]++;
	sizes[1] += c->member_count;
	sizes[2] += c->edge_count;
	return true;
}

/* Deep ones, and dense ones, in which the shortest cycle is looked for no longer than
 * bounded. */
Test(import, a_hostile_graph_takes_bounded_time)
{
	enum { DEEP = 100000, DENSE = 700 };
	struct import_graph g;
	struct import_edge e;
	size_t sizes[3] = { 0 };
	struct err err;

	import_graph_init(&g);
	for (size_t i = 0; i < DEEP; i++) {
		import_graph_node(&g, SPAN_LIT("x"));
		e = edge(i, (i + 1) % DEEP, IMPORT_HARD);
		check_true(import_graph_edge(&g, &e), "an edge");
	}
	check_ok(import_graph_cycles(&g, count_cycle, sizes, &err), &err);
	check_size_eq(sizes[0], 1, "one circle");
	check_size_eq(sizes[1], DEEP, "of all");
	check_size_eq(sizes[2], DEEP, "whose shortest cycle is itself");
	import_graph_fini(&g);

	/* Each leads to all that come behind it, and the last to the first. */
	memset(sizes, 0, sizeof sizes);
	for (size_t i = 0; i < DENSE; i++)
		import_graph_node(&g, SPAN_LIT("x"));
	for (size_t i = 0; i < DENSE; i++)
		for (size_t k = i + 1; k < DENSE; k++) {
			e = edge(i, k, IMPORT_HARD);
			check_true(import_graph_edge(&g, &e), "an edge");
		}
	e = edge(DENSE - 1, 0, IMPORT_HARD);
	check_true(import_graph_edge(&g, &e), "an edge");
	check_ok(import_graph_cycles(&g, count_cycle, sizes, &err), &err);
	check_size_eq(sizes[0], 1, "one component");
	check_size_eq(sizes[2], 2, "with a short cycle");
	import_graph_fini(&g);
}

/* ---- the readers ---- */

/* "why" */
static void list_limit(void *context, const char *why)
{
	buf_printf(context, "(%s)", why);
}

static bool list_import(void *context, const struct scan_import *f)
{
	buf_printf(context, "%d/%u:%.*s", (int)f->kind, f->flags, (int)f->target.len,
	           f->target.ptr);
	if (f->name.len > 0)
		buf_printf(context, "=%.*s", (int)f->name.len, f->name.ptr);
	buf_putc(context, ' ');
	return true;
}

static void read_text(const char *name, const char *text, struct buf *out)
{
	const struct scan_language *language =
		scan_language_of(span_str(name), span_str(text));
	struct scan_import_sink sink = { list_import, list_limit, out };

	buf_clear(out);
	check_int_eq(scan_import_read(scan_import_family_of(span_str(name), language),
	                              span_str(name), language, span_str(text), &sink),
	             ERR_OK, "%s", name);
}

#define N "1/"  /* SCAN_IMPORT_NEEDS */
#define P "2/0" /* SCAN_IMPORT_PACKAGE */
#define M "3/"  /* SCAN_IMPORT_MODULE */

Test(import, readers_take_what_the_language_means)
{
	static const struct {
		const char *file;
		const char *text;
		const char *found;
	} cases[] = {
		{ "a.c", "#include <a.h>\n # include \"b/c.h\"\n",
		  N "32:a.h " N "0:b/c.h " },
		{ "a.c", "x #include \"a.h\"\n#include\n#include \"a\n#include A\n", "" },
		{ "a.c",
		  "#if X\n#include \"a.h\"\n#else\n#include \"b.h\"\n#endif\n#include \"c.h\"",
		  N "4:a.h " N "4:b.h " N "0:c.h " },
		{ "a.h", "#pragma once\n#include \"a.h\"", N "0:a.h " },
		{ "a.h", "// x\n#ifndef A\n#define A\n#include \"b.h\"\n#endif",
		  N "0:b.h " },
		{ "a.h", "#ifndef A\n#define B\n#include \"b.h\"\n#endif", N "4:b.h " },
		{ "a.cc", "auto s = R\"x(\n#include \"a.h\"\n)x\";\n#include \"b.h\"\n",
		  N "0:b.h " },
		{ "a.py", "import a, b.c as d, e\n", N "0:a " N "0:b.c " N "0:e " },
		{ "a.py", "from . import (a,\n  b as c, # d\n)\n",
		  N "0:.=a " N "0:.=b " },
		{ "a.py", "from .. x import *; import \\\n y\n", N "0:..x=* " N "0:y " },
		{ "a.py", "if TYPE_CHECKING: import a\nelse: import b\nimport c\n",
		  N "1:a " N "0:b " N "0:c " },
		{ "a.py",
		  "async def f(x: int = {1: 2}):\n\timport a\nclass C:\n  import b\n",
		  N "2:a " N "0:b " },
		{ "a.py", "try:\n  import a\nexcept E:\n  import b\nelse:\n  import c\n",
		  N "8:a " N "12:b " N "4:c " },
		{ "a.py",
		  "if __name__ == '__main__':\n  import a\nimportlib = 1\nx = 'import b'\n",
		  N "2:a " },
		{ "a.py", "import\nfrom import x\nfrom a\nfrom a import\n", "" },
		{ "a.go",
		  "// Package a\npackage a; import \"b\"\nimport (c \"d\"; _ `e`)\nvar x = \"f\"",
		  P ":a " N "0:b " N "0:d " N "0:e " },
		{ "a_linux_test.go", "package a_test\nimport \"b\"",
		  "2/20:a_test " N "20:b " },
		{ "a.go", "//go:build ignore\npackage a\nimport \"b\"", "" },
		{ "a.go", "//go:build linux && !ignored\npackage a\nimport \"b\"",
		  "2/4:a " N "4:b " },
		{ "A.java",
		  "@A(b = \"c;\") package a.b; import c.D; import static e.F.*; class X { }",
		  P ":a.b " N "0:c.D " N "64:e.F.* " },
		{ "a.rs", "use a::{self, b::{c, d as e}, f::*};",
		  N "0:a " N "0:a::b::c " N "0:a::b::d=e " N "0:a::f::* " },
		{ "a.rs",
		  "mod a { mod b { use super::super::x; use self::y; use super::z; } }",
		  N "0:self::x " N "0:self::a::b::y " N "0:self::a::z " },
		{ "a.rs",
		  "#[cfg(test)] mod t { use super::x; }\npub use y::Z;\n#[path = \"q.rs\"] mod p;",
		  N "16:self::x " N "128:y::Z " M "0:p=q.rs " },
		{ "a.rs", "fn f(self) -> crate::a::B { super::super::g(); 'a'; }",
		  N "0:crate::a::B " N "0:super::super::g " },
		{ "a.rs", "mod a { use super::super::x; }", N "0:super::x " },
		{ "a.rs",
		  "use ::a::b; mod m { use ::c; } use r#type::r#fn as r#if; mod r#do;",
		  N "0:$::a::b " N "0:$::c " N "0:type::fn=if " M "0:do " },
		{ "a.rs",
		  "#[cfg(not(not(test)))] use a; #[cfg(any(test, not(all(x, y = \"not\"))))] use b; #[cfg(any())] use c; #[cfg_attr(test, x)] use d; #[x::bench(y)] use e; #[cfg] use f;",
		  N "16:a " N "4:b " N "16:c " N "0:d " N "16:e " N "4:f " },
		{ "a.rs", "#[cfg)x(y)] use a; #[cfg(not(] use b; #[cfg())] use c;",
		  N "0:a " N "4:b " N "0:c " },
		{ "a.rs", "#![cfg(test)] use a; fn f() { #![cfg(x)] use b; } use c; #[",
		  N "16:a " N "20:b " N "16:c " },
		{ "a.js", "import a, { b } from './c'\nexport { d }\nimport './e'",
		  N "0:./c " N "0:./e " },
		{ "a.js", "x.require('a'); require(b); require('c' + d); require('e')",
		  N "0:e " },
		{ "a.js",
		  "try { require('a') } catch { } f({ g: require('b') }); if (x) { require('c') }",
		  N "10:a " N "0:b " N "2:c " },
		{ "a.ts",
		  "import type A from 'a'; import { type B } from 'b'; import type from 'c'; import { type } from 'd'",
		  N "1:a " N "1:b " N "0:c " N "0:d=type, " },
		{ "a.ts",
		  "export type * from 'a'; export * as b from 'b'; export type C = 1; import d = require('d')",
		  N "129:a " N "128:b " N "0:d "
		    "12/0:C, " },
		{ "a.ts",
		  "export interface A { x: 1 }\nexport { B, type C } from 'b'; export default class A {}\nexport declare const D; export type D = 1; export abstract class E {} export const enum F {}",
		  N "128:b=B, 12/0:A, " },
		{ "a.vue",
		  "<style>@import 'x';</style><script>import a from './a'</script>",
		  N "0:./a " },
		{ "go.mod",
		  "module \"a/b\" // c\nrequire d v1\nreplace (\n e => ../f\n g v1 => h v2\n)\n",
		  "5/0:a/b 10/0:d 11/0:e=../f 10/0:g=h " },
		{ "package.json",
		  "{\"name\": \"a\", \"exports\": {\"./b\": {\"import\": \"./c.js\"}}, \"main\": \"d\"}",
		  "5/0:a 6/0:./c.js=./b 6/0:d=. " },
		{ "tsconfig.json",
		  "{/**/\"extends\": \"./a\", \"compilerOptions\": {\"paths\": {\"@/*\": [\"b/*\",],}, // c\n}}",
		  "9/0:./a 7/0:@/*=b/* " },
		{ "Cargo.toml",
		  "[package]\nname = \"a-b\"\n[lib]\npath = \"c.rs\"\n[[bin]]\nname = \"d\"\npath = \"e.rs\"\n",
		  "5/0:a-b 13/0:2015 6/0:c.rs=lib 6/0:e.rs " },
		{ "Cargo.toml",
		  "[package]\nname = \"a\"\nbuild = \"b.rs\"\nedition.workspace = true",
		  "5/0:a 6/0:b.rs " },
		{ "Cargo.toml", "[package]\nname = \"a\"\nedition = \"2015\"",
		  "5/0:a 13/0:2015 " },
		{ "package.json", "{\"name\": ", "" },
		{ "Cargo.toml", "[package", "" },
	};
	struct buf found = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		read_text(cases[i].file, cases[i].text, &found);
		check_str_eq(buf_str(&found), cases[i].found, "%s: %s", cases[i].file,
		             check_quote(cases[i].text));
	}
	buf_fini(&found);
}

/* So many times. */
static void repeat(struct buf *out, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_puts(out, text);
}

Test(import, what_readers_leave_out_is_said)
{
	static const struct {
		const char *file;
		const char *before;
		const char *again;
		size_t count; /* so many times, which is one too many */
		const char *after;
		const char *why;
	} cases[] = {
		{ "a.py", "import ", "aaa.", 1024, "b", "more than 4096 bytes" },
		{ "a.py", "from .", "aaa.", 1024, "b import c", "more than 4096 bytes" },
		{ "a.go", "package a\nimport \"", "aaa/", 1024, "b\"",
		  "more than 4096 bytes" },
		{ "A.java", "import ", "aaa.", 1024, "B;", "more than 4096 bytes" },
		{ "a.c", "#include <", "aaa/", 1024, "b>", "more than 4096 bytes" },
		{ "a.ts", "import '", "aaa/", 1024, "b'", "more than 4096 bytes" },
		{ "a.rs", "use a", "::aaa", 819, "::bb;", "more than 4096 bytes" },
		{ "a.rs", "use ", "a::{", 65, "b", "too many braces" },
		{ "a.rs", "", "{", 1025, "use a;", "more than 1024 open braces" },
		{ "a.rs", "", "mod aaa { ", 821, "use b;", "nested too deeply" },
		{ "a.rs", "#[cfg(", "not(", 15, "test)] use a;", "nested too deeply" },
		{ "a.js", "", "{", 1025, "import('a')", "more than 1024 open braces" },
		{ "a.js", "import a", " b", 9999, " from 'c'", "too many parts" },
		{ "a.ts", "import {", "a234567,", 8193, "b} from 'c'", "too many names" },
		{ "a.ts", "", "export type a23 = 1;", 16386, "", "too many names" },
		{ "package.json", "{\"exports\": ", "{\".\": ", 10, "\"a\"}}}}}}}}}}}",
		  "nested too deeply" },
	};
	struct buf text = BUF_INIT;
	struct buf found = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t less = 0; less < 2; less++) {
			buf_clear(&text);
			buf_puts(&text, cases[i].before);
			repeat(&text, cases[i].again, cases[i].count - less);
			buf_puts(&text, cases[i].after);
			read_text(cases[i].file, buf_str(&text), &found);
			check_true((strstr(buf_str(&found), cases[i].why) != NULL) ==
			                   (less == 0),
			           "%s, case %zu: %zu are%s too many", cases[i].file, i,
			           cases[i].count - less, less == 0 ? "" : " not");
		}
	}
	buf_clear(&text);
	for (int i = 0; i < 101; i++)
		buf_printf(&text, "%*sif x:\n", i, "");
	buf_printf(&text, "%*simport a\n", 101, "");
	read_text("a.py", buf_str(&text), &found);
	check_str_contains(buf_str(&found), "more than 100 levels", "of blocks");
	buf_fini(&text);
	buf_fini(&found);
}

/* ---- without memory ---- */

static const struct scan_sample tree[] = {
	{ "a.h", "#include \"b.h\"\n#include \"./gone.h\"\n", 0, 0 },
	{ "b.h", "#include \"a.h\"\n", 0, 0 },
	{ "p/__init__.py", "", 0, 0 },
	{ "p/a.py", "from .b import x\nfrom .gone import y\nimport p.b\n", 0, 0 },
	{ "p/b.py", "from p import a\n", 0, 0 },
	{ "go/go.mod", "module m\nrequire n v1\n", 0, 0 },
	{ "go/a/a.go", "package a\nimport (\n\"m/b\"\n\"m/gone\"\n)\n", 0, 0 },
	{ "go/b/b.go", "package b\nimport \"m/a\"\n", 0, 0 },
	{ "j/a/A.java", "package a;\nimport b.B;\nimport b.Gone;\n", 0, 0 },
	{ "j/b/B.java", "package b;\nimport a.A;\n", 0, 0 },
	{ "r/Cargo.toml", "[package]\nname = \"r\"\n", 0, 0 },
	{ "r/src/lib.rs", "mod a;\nmod b;\nmod gone;\npub use a::A;\n", 0, 0 },
	{ "r/src/a.rs", "use crate::b::B;\n", 0, 0 },
	{ "r/src/b.rs", "use crate::A;\n", 0, 0 },
	{ "s/package.json", "{\"name\": \"s\", \"workspaces\": []}", 0, 0 },
	{ "s/tsconfig.json", "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"./*\"]}}}",
	  0, 0 },
	{ "s/a.ts", "import '@/b';\nimport './gone';\nimport 's/a';\n", 0, 0 },
	{ "s/b.ts", "import './a';\n", 0, 0 },
};

static enum err_code judge(struct scan_text *t, struct err *err)
{
	struct scan_sink *sink = &t->pass.sink;
	struct scan_tree all = { .rules = &t->rules, .top = "/dev/null/" };
	enum err_code rc = ERR_OK;

	sink->count = 0;
	sink->seen_count = 0;
	sink->fact_count = 0;
	for (size_t i = 0; rc == ERR_OK && i < sizeof(tree) / sizeof(tree[0]); i++) {
		struct span path = span_str(tree[i].path);
		size_t slash = span_rfind_byte(path, '/');
		struct scan_source source = {
			.path = path,
			.project = path,
			.text = span_str(tree[i].text),
			.language = scan_language_of(
				span_from(path, slash == path.len ? 0 : slash + 1),
				span_str(tree[i].text)),
		};

		rc = scan_pass_file(&t->pass, &source, err);
	}
	return rc == ERR_OK ? scan_tree_judge(&all, &sink, 1, err) : rc;
}

Test(import, without_memory_at_any_place_it_says_so)
{
	static const char *const rules[] = { "cycle.import", "import.unresolved" };
	enum { CYCLES = 6, MISSING = 6 };
	struct scan_text t;
	struct err err = ERR_INIT;
	enum err_code rc = ERR_NOMEM;
	uint64_t n;

	scan_text_open(&t, rules, 2, SCAN_ENGINE_LITERALS);
	check_ok(judge(&t, &err), &err);
	check_size_eq(t.pass.sink.count, CYCLES + MISSING,
	              "one of each in each language");
	for (n = 1; rc == ERR_NOMEM && n < 100000; n++) {
		scan_text_fini(&t);
		scan_text_open(&t, rules, 2, SCAN_ENGINE_LITERALS);
		mem_fail_after(n);
		rc = judge(&t, &err);
		mem_fail_after(0);
	}
	check_ok(rc, &err);
	check_true(n > 100, "it asks for memory, and so often that it matters");
	check_size_eq(t.pass.sink.count, CYCLES + MISSING, "with enough memory the same");
	scan_text_fini(&t);
}
