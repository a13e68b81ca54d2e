// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "lib/json.h"
#include "os/fs.h"
#include "scanners/finding.h"
#include "scanners/rule.h"
#include "support/check.h"
#include "support/project.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(scan, .timeout = 60);

static struct buf root;

static void make_root(void)
{
	struct err err;

	buf_init(&root);
	check_ok(os_mkdtemp(NULL, "sw-scan-", &root, &err), &err);
}

static void drop_root(void)
{
	struct err err;

	check_ok(os_remove_tree(buf_str(&root), &err), &err);
	buf_fini(&root);
}

static const char *at(const char *relative, struct buf *path)
{
	buf_clear(path);
	os_join(path, buf_str(&root), relative);
	return buf_str(path);
}

static void put(const char *relative, struct span text)
{
	struct buf path = BUF_INIT;
	struct err err;
	char *slash;

	at(relative, &path);
	slash = strrchr(path.ptr, '/');
	*slash = '\0';
	check_ok(os_mkdirs(path.ptr, 0755, &err), &err);
	*slash = '/';
	support_write(path.ptr, text);
	buf_fini(&path);
}

static void put_str(const char *relative, const char *text)
{
	put(relative, span_str(text));
}

static struct scan_result scan_with(struct scan_options o)
{
	struct scan_result r;
	struct err err;

	if (o.path == NULL)
		o.path = buf_str(&root);
	o.count_lines = true;
	check_ok(scan_run(&o, &r, &err), &err);
	return r;
}

static struct scan_result scan(void)
{
	return scan_with((struct scan_options){ .jobs = 2 });
}

/* "path:line path:line .." */
static const char *places(const struct scan_result *r, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < r->count; i++) {
		buf_puts(out, i > 0 ? " " : "");
		buf_put(out, r->findings[i].path);
		buf_printf(out, ":%d", (int)r->findings[i].line);
	}
	return buf_str(out);
}

Test(scan, finds_in_order_whatever_the_threads, .init = make_root, .fini = drop_root)
{
	struct buf first = BUF_INIT;
	struct buf again = BUF_INIT;
	char name[64];

	for (int i = 0; i < 400; i++) {
		(void)snprintf(name, sizeof(name), "d%d/e%d/f%d.c", i % 7, i % 3, i);
		put_str(name, "// TODO a\nx = \"localhost\";\n// TODO a\n");
	}
	for (size_t jobs = 1; jobs <= 8; jobs++) {
		struct scan_result r = scan_with((struct scan_options){ .jobs = jobs });

		buf_clear(&again);
		for (size_t i = 0; i < r.count; i++) {
			scan_finding_json(&again, &r.findings[i]);
			buf_putc(&again, '\n');
		}
		check_size_eq(r.count, 1200, "%zu jobs", jobs);
		check_u64_eq(r.files, 400, "%zu jobs", jobs);
		check_u64_eq(r.code_lines[SCAN_PRODUCTION], 400, "%zu jobs", jobs);
		check_u64_eq(r.scope_files[SCAN_PRODUCTION], 400, "%zu jobs", jobs);
		if (jobs == 1)
			buf_put(&first, buf_span(&again));
		check_true(span_eq(buf_span(&first), buf_span(&again)),
		           "the same lines with %zu jobs", jobs);
		scan_result_fini(&r);
	}
	buf_fini(&first);
	buf_fini(&again);
}

Test(scan, honours_nested_ignore_files, .init = make_root, .fini = drop_root)
{
	struct scan_result r;
	struct buf out = BUF_INIT;

	put_str(".gitignore", "*.gen.c\n/build/\n");
	put_str("a.c", "// TODO");
	put_str("a.gen.c", "// TODO");
	put_str("build/a.c", "// TODO");
	put_str("sub/.gitignore", "!*.gen.c\nb.c\n");
	put_str("sub/a.gen.c", "// TODO");
	put_str("sub/b.c", "// TODO");
	put_str(".git/a.c", "// TODO");
	put_str(".seaworthy/a.c", "// TODO");
	put_str("sub/.git/a.c", "// TODO");
	r = scan();
	check_str_eq(places(&r, &out), "a.c:1 sub/a.gen.c:1", "what is not ignored");
	scan_result_fini(&r);
	r = scan_with((struct scan_options){ .no_ignore = true });
	check_str_eq(places(&r, &out),
	             "a.c:1 a.gen.c:1 build/a.c:1 sub/a.gen.c:1 sub/b.c:1",
	             "all but the folders of git and our own");
	scan_result_fini(&r);
	buf_fini(&out);
}

Test(scan, path_may_be_a_folder_inside_or_one_file, .init = make_root, .fini = drop_root)
{
	struct buf path = BUF_INIT;
	struct buf out = BUF_INIT;
	struct scan_result r;
	char whole[33];

	put_str(".git/HEAD", "");
	put_str(".gitignore", "/lib/x.c\n");
	put_str("tests/lib/a.c", "// TODO");
	put_str("lib/x.c", "// TODO");
	r = scan();
	check_str_eq(places(&r, &out), "tests/lib/a.c:1", "from the top");
	memcpy(whole, r.findings[0].fingerprint, sizeof(whole));
	scan_result_fini(&r);
	r = scan_with((struct scan_options){ .path = at("tests/lib", &path),
	                                     .root = buf_str(&root) });
	check_str_eq(places(&r, &out), "a.c:1", "relative to PATH");
	check_int_eq(r.findings[0].scope, SCAN_TEST, "judged from the root");
	check_str_eq(r.findings[0].fingerprint, whole, "the same finding");
	scan_result_fini(&r);
	r = scan_with((struct scan_options){ .path = at("lib", &path) });
	check_str_eq(places(&r, &out), "", "the rules of the repository hold inside");
	scan_result_fini(&r);
	r = scan_with((struct scan_options){ .path = at("lib/x.c", &path) });
	check_str_eq(places(&r, &out), "x.c:1", "a file that is named is scanned");
	scan_result_fini(&r);
	buf_fini(&path);
	buf_fini(&out);
}

Test(scan, odd_entries_do_no_harm, .init = make_root, .fini = drop_root)
{
	struct buf path = BUF_INIT;
	struct buf out = BUF_INIT;
	struct scan_result r;

	put_str("a\nb.c", "// TODO");
	put_str("\xFF.c", "// TODO");
	check_int_eq(mkfifo(at("fifo.c", &path), 0600), 0, "a FIFO");
	check_int_eq(symlink(".", at("loop", &path)), 0, "a loop");
	check_int_eq(symlink("/dev/zero", at("zero.c", &path)), 0, "a link");
	check_int_eq(symlink("nowhere", at("dangling.c", &path)), 0, "a broken link");
	put("bin.c", SPAN_LIT("// TODO\0"));
	put("wide.c", SPAN_LIT("\xFF\xFE/\0/\0 \0T\0O\0D\0O\0\n\0"));
	put_str("mark.sh", "\xEF\xBB\xBF# TODO\n");
	put_str("crlf.c", "x;\r\n// TODO\r\n");
	put_str("empty.c", "");
	r = scan();
	check_str_eq(places(&r, &out), "a\nb.c:1 crlf.c:2 mark.sh:1 wide.c:1 \xFF.c:1",
	             "what is there");
	check_size_eq(r.skip_count, 0, "nothing was left out");
	check_u64_eq(r.files, 7, "regular files");
	check_true(span_eq_str(r.findings[1].context, "// TODO"), "no carriage return");
	scan_result_fini(&r);
	buf_fini(&path);
	buf_fini(&out);
}

Test(scan, what_is_too_large_is_listed, .init = make_root, .fini = drop_root)
{
	struct buf path = BUF_INIT;
	struct scan_result r;
	int fd;

	put_str("a.c", "// TODO");
	fd = open(at("huge.c", &path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	check_true(fd >= 0, "a file");
	check_int_eq(ftruncate(fd, (off_t)5 << 30), 0, "5 GiB, sparse");
	check_int_eq(close(fd), 0, "closed");
	r = scan();
	check_size_eq(r.skip_count, 1, "one skip");
	check_true(span_eq_str(r.skips[0].path, "huge.c"), "its path");
	check_str_eq(r.skips[0].reason, "larger than 64 MiB", "its reason");
	check_u64_eq(r.skips[0].bytes, (uint64_t)5 << 30, "its size");
	check_size_eq(r.count, 1, "the rest was scanned");
	scan_result_fini(&r);
	r = scan_with((struct scan_options){ .path = buf_str(&path), .max_file = 1000 });
	check_size_eq(r.skip_count, 1, "one file alone");
	check_str_eq(r.skips[0].reason, "larger than 1000 bytes", "in bytes");
	scan_result_fini(&r);
	buf_fini(&path);
}

/* Somebody else has to reach it, so it cannot lie in a temporary folder of our own. */
static void make_public_root(void)
{
	check_int_eq(setenv("TMPDIR", "/tmp", 1), 0, "a folder that all may enter");
	make_root();
}

Test(scan, what_cannot_be_read_is_listed, .init = make_public_root, .fini = drop_root)
{
	struct buf path = BUF_INIT;
	struct scan_result r;

	put_str("a.c", "// TODO");
	put_str("secret.c", "// TODO");
	put_str("closed/a.c", "// TODO");
	check_int_eq(chmod(at("secret.c", &path), 0), 0, "no rights");
	check_int_eq(chmod(at("closed", &path), 0), 0, "no rights");
	check_int_eq(chmod(buf_str(&root), 0755), 0, "others may enter");
	/* Root may read everything: become somebody else in this process. */
	if (geteuid() == 0)
		check_int_eq(seteuid(65534), 0, "nobody");
	r = scan();
	if (getuid() == 0)
		check_int_eq(seteuid(0), 0, "root again");
	check_int_eq(chmod(at("closed", &path), 0755), 0, "for cleaning up");
	check_size_eq(r.skip_count, 2, "two skips");
	check_true(span_eq_str(r.skips[0].path, "closed"), "the folder");
	check_true(span_eq_str(r.skips[1].path, "secret.c"), "the file");
	check_str_eq(r.skips[1].reason, "unreadable: Permission denied", "why");
	check_size_eq(r.count, 1, "the rest was scanned");
	scan_result_fini(&r);
	buf_fini(&path);
}

Test(scan, deep_and_wide_trees, .init = make_root, .fini = drop_root)
{
	struct buf path = BUF_INIT;
	struct scan_result r;
	struct err err;
	char name[32];
	size_t depth = 300;

	/* Deeper than the limit, but below what a path may have. */
	at("x", &path);
	for (size_t i = 1; i < depth; i++)
		buf_puts(&path, "/x");
	check_ok(os_mkdirs(buf_str(&path), 0755, &err), &err);
	for (int i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name), "w/f%d.c", i);
		put_str(name, "// TODO");
	}
	r = scan();
	check_size_eq(r.count, 3000, "every file of the wide folder, once");
	check_size_eq(r.skip_count, 1, "the deep one is listed");
	check_str_eq(r.skips[0].reason, "nested deeper than 256 folders", "why");
	scan_result_fini(&r);
	buf_fini(&path);
}

Test(scan, fingerprints_survive_moved_lines, .init = make_root, .fini = drop_root)
{
	struct scan_result before;
	struct scan_result after;

	put_str("a.c", "// TODO one\n// TODO two\n// TODO two\nx = \"localhost\";\n");
	before = scan();
	put_str("a.c",
	        "int new;\n\n  //  TODO   one\nint b; // TODO two\n\n\n// TODO two\n"
	        "  y = \"localhost\";\n");
	put_str("b.c", "// TODO one\n");
	after = scan();
	check_size_eq(before.count, 4, "before");
	check_size_eq(after.count, 5, "after");
	for (size_t i = 0; i < 4; i++) {
		check_str_eq(after.findings[i].fingerprint,
		             before.findings[i].fingerprint, "finding %zu", i);
		check_size_eq(strlen(before.findings[i].fingerprint), 32, "32 digits");
		for (size_t k = 0; k < i; k++)
			check_true(strcmp(before.findings[i].fingerprint,
			                  before.findings[k].fingerprint) != 0,
			           "%zu and %zu differ", i, k);
	}
	check_true(strcmp(after.findings[4].fingerprint, after.findings[0].fingerprint) !=
	                   0,
	           "another path, another finding");
	scan_result_fini(&before);
	scan_result_fini(&after);
}

Test(scan, writes_lines_as_the_contract_says, .init = make_root, .fini = drop_root)
{
	struct scan_result r;
	struct buf line = BUF_INIT;
	struct json_doc *doc;
	struct buf expected = BUF_INIT;
	struct err err;

	put_str("a.c", "int a; /* TODO(x): \"b\" #1 */\n");
	put_str("\xFF.c", "// TODO");
	r = scan();
	scan_finding_json(&line, &r.findings[0]);
	buf_printf(&expected,
	           "{\"rule\":\"marker.todo\",\"path\":\"a.c\",\"line\":1,\"column\":11,"
	           "\"end_line\":1,\"end_column\":15,\"severity\":\"warning\","
	           "\"message\":\"TODO(x): \\\"b\\\" #1\",\"match\":\"TODO\","
	           "\"context\":\"int a; /* TODO(x): \\\"b\\\" #1 */\","
	           "\"scope\":\"production\",\"language\":\"c\",\"fingerprint\":\"%s\","
	           "\"details\":{\"issue\":\"#1\",\"owner\":\"x\"}}",
	           r.findings[0].fingerprint);
	check_str_eq(buf_str(&line), buf_str(&expected), "one line");
	buf_clear(&line);
	scan_finding_json(&line, &r.findings[1]);
	check_ok(json_parse(&doc, buf_span(&line), "line", &err), &err);
	check_str_eq(json_string(json_get(json_root(doc), "path_b64")), "/y5j",
	             "the bytes of a path that is not UTF-8");
	json_free(doc);
	scan_result_fini(&r);
	buf_fini(&line);
	buf_fini(&expected);
}

Test(scan, long_lines_are_cut_in_what_is_shown, .init = make_root, .fini = drop_root)
{
	struct buf text = BUF_INIT;
	struct scan_result r;

	buf_puts(&text, "// ");
	buf_fill(&text, 'a', 4 << 20);
	for (int i = 0; i < 12000; i++)
		buf_puts(&text, " TODO");
	put("a.c", buf_span(&text));
	r = scan();
	check_size_eq(r.count, 10000, "as many as a file may have");
	check_size_eq(r.skip_count, 1, "and it says so");
	check_str_eq(r.skips[0].reason, "not fully scanned: more than 10000 findings",
	             "why");
	check_true(r.findings[0].context.len <= 240, "the context is short");
	check_u64_eq(r.findings[0].column, (4 << 20) + 5, "the column is not");
	scan_result_fini(&r);
	buf_fini(&text);
}

Test(scan, counts_lines_of_code, .init = make_root, .fini = drop_root)
{
	struct scan_result r;

	put_str("a.c", "/* c\n c */ int a; // c\n\n  \t\n{\n  // c\n}\nchar *s = \"x\";");
	put_str("a.py", "'''doc\ndoc'''\nx = '''\ns\n'''\n# c\n");
	put_str("tests/a.go", "package a\n\n// c\nvar s = `\n\n`\n");
	put_str("README.md", "# t\n```c\nint a;\n```\n");
	put_str("a.unknown", "x\n");
	r = scan();
	check_u64_eq(r.code_lines[SCAN_PRODUCTION], 4 + 3, "C and Python");
	check_u64_eq(r.code_lines[SCAN_TEST], 3, "Go: a line within a string is blank");
	check_u64_eq(r.code_lines[SCAN_DOCS], 0, "prose has no code of its own");
	check_u64_eq(r.scope_files[SCAN_PRODUCTION], 3, "files of any kind");
	scan_result_fini(&r);
}

Test(scan, refuses_what_it_cannot_do, .init = make_root, .fini = drop_root)
{
	static const char *const typo[] = { "marker.tod" };
	static const char *const other[] = { "quite-another-thing" };
	static const char *const broken[] = { "marker.[" };
	struct scan_options o = { .path = buf_str(&root),
		                  .rules = typo,
		                  .rule_count = 1 };
	struct cancel cancel = CANCEL_INIT;
	struct scan_result r;
	struct err err;

	check_err(scan_run(&o, &r, &err), ERR_USAGE, "no such rule");
	check_str_contains(err.msg, "did you mean 'marker.todo'",
	                   "and says what it meant");
	o.rules = other;
	check_err(scan_run(&o, &r, &err), ERR_USAGE, "of no family");
	check_str_contains(err.msg, ", secret.*, suppression.*",
	                   "and says which there are");
	o.rules = broken;
	check_err(scan_run(&o, &r, &err), ERR_USAGE, "a broken glob");
	o.rule_count = 0;
	o.path = "/nonexistent/x";
	check_err(scan_run(&o, &r, &err), ERR_NOT_FOUND, "no such path");
	o.path = buf_str(&root);
	put_str("a.c", "// TODO");
	cancel_set(&cancel, 0);
	o.cancel = &cancel;
	check_err(scan_run(&o, &r, &err), ERR_CANCELLED, "cancelled");
	scan_result_fini(&r);
}

Test(scan, too_many_findings_in_all_are_told, .init = make_root, .fini = drop_root)
{
	struct scan_options o = { .path = buf_str(&root), .jobs = 1, .max_findings = 2 };
	struct scan_result r;
	struct err err;

	for (char name[] = "a.c"; name[0] < 'f'; name[0]++)
		put_str(name, "// TODO\n");
	check_ok(scan_run(&o, &r, &err), &err);
	check_size_eq(r.count, 2, "findings");
	check_size_eq(r.skip_count, 3, "files that were left out");
	check_str_contains(r.skips[0].reason, "too many findings", "and why");
	check_u64_eq(r.files, 5, "all were looked at");
	scan_result_fini(&r);
}

/* Scans with less memory than needed, until there is enough. */
static void run_out(const struct scan_options *o, size_t wanted)
{
	enum err_code rc = ERR_NOMEM;
	struct scan_result r;
	struct err err;

	for (uint64_t n = 1; rc != ERR_OK && n < 2000; n++) {
		mem_fail_after(n);
		rc = scan_run(o, &r, &err);
		mem_fail_after(0);
		if (rc == ERR_OK && r.count != wanted)
			check_fail("allocation %d: findings lost without a word", (int)n);
		scan_result_fini(&r);
	}
	check_int_eq(rc, ERR_OK, "in the end there is enough");
}

Test(scan, survives_running_out_of_memory, .init = make_root, .fini = drop_root)
{
	struct scan_options o = { .path = buf_str(&root), .jobs = 1 };
	struct buf cache = BUF_INIT;
	struct err err;

	put_str(".gitignore", "x\n");
	put_str("a/a.c", "// TODO(x) #1 seaworthy:allow marker.bug y\n\"localhost\"");
	put("b.c", SPAN_LIT("\xFF\xFE/\0/\0"));
	run_out(&o, 2);
	/* The same with a cache: while it is empty, and when it knows the files. */
	check_ok(os_mkdtemp(NULL, "sw-cache-", &cache, &err), &err);
	o.cache = buf_str(&cache);
	o.engine = SCAN_ENGINE_LITERALS;
	run_out(&o, 2);
	run_out(&o, 2);
	check_ok(os_remove_tree(buf_str(&cache), &err), &err);
	buf_fini(&cache);
}

Test(scan, rules_are_sorted_and_explained)
{
	const struct scan_rule *rules;
	size_t count;

	rules = scan_rules(&count);
	for (size_t i = 0; i < count; i++) {
		check_true(i == 0 || strcmp(rules[i - 1].id, rules[i].id) < 0,
		           "%s is in order", rules[i].id);
		check_true(strlen(rules[i].title) > 5 && strlen(rules[i].why) > 20,
		           "%s is explained", rules[i].id);
	}
}

/* ---- copies ---- */

/* A file of many lines, the first of which is given. */
static void put_long(const char *path, const char *first)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, first);
	for (int i = 0; i < 400; i++)
		buf_printf(&text, "int a%d;\n", i);
	put(path, buf_span(&text));
	buf_fini(&text);
}

static void put_folder(const char *folder, const char *first)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%s/x.c", folder);
	put_long(name, first);
	(void)snprintf(name, sizeof(name), "%s/sub/y.c", folder);
	put_long(name, "int y;\n");
	(void)snprintf(name, sizeof(name), "%s/sub/z.c", folder);
	put_long(name, "int z;\n");
}

Test(scan, a_copied_folder_is_told_once, .init = make_root, .fini = drop_root)
{
	static const char *const rules[] = { "marker.todo", "duplicate.*" };
	struct scan_options o = { .rules = rules, .rule_count = 2 };
	struct scan_result r;
	struct buf out = BUF_INIT;
	const char *copied = NULL;
	size_t copies = 0;

	put_folder("lib/one", "// TODO it\n");
	put_folder("lib/two", "// TODO it\n");
	put_folder("lib/two/b/one", "// TODO it\n");
	put_folder("lib/z", "// TODO it\n");
	put_folder("other", "// another\n");
	put_str("lib/one/small.c", "int a;\n");
	put_str("lib/z/small.c", "int a;\n");
	put_folder("near/p", "// p\n");
	put_folder("near/q", "// p\n");
	put_str("near/p/small.c", "int a;\n");
	put_str("near/q/small.c", "int b;\n");
	put_long("k/main.c", "int k;\n");
	put_long("main.c", "int k;\n");
	put_str("k/small.c", "int s;\n");
	put_str("small.c", "int s;\n");
	put_long("k/LICENSE", "x");
	put_long("LICENSE", "x");
	r = scan_with(o);
	for (size_t i = 0; i < r.count; i++) {
		const struct scan_finding *f = &r.findings[i];

		if (strncmp(f->rule, "duplicate.", 10) == 0)
			buf_printf(&out, "%s %s, ", f->rule + 10, f->message);
		copies += f->is_copy;
		if (f->is_copy && span_eq_str(f->path, "lib/z/x.c"))
			copied = f->details;
	}
	check_str_eq(buf_str(&out),
	             "file k/main.c is a copy of main.c, "
	             "tree lib/one/sub is a copy of other/sub, "
	             "tree lib/two/b/one/sub is a copy of other/sub, "
	             "file lib/two/b/one/x.c is a copy of lib/one/x.c, "
	             "tree lib/two/sub is a copy of other/sub, "
	             "file lib/two/x.c is a copy of lib/one/x.c, "
	             "tree lib/z is a copy of lib/one, "
	             "tree near/p/sub is a copy of other/sub, "
	             "tree near/q/sub is a copy of other/sub, "
	             "file near/q/x.c is a copy of near/p/x.c, ",
	             "each once");
	check_size_eq(copies, 1, "%zu markers in copies", copies);
	check_str_eq(copied, "{\"duplicate_of\":\"lib/one/x.c\"}", "of which");
	scan_result_fini(&r);
	buf_fini(&out);
}

Test(scan, copies_are_told_or_memory_is_missed, .init = make_root, .fini = drop_root)
{
	static const char *const rules[] = { "duplicate.*", "marker.todo" };
	struct scan_options o = {
		.path = buf_str(&root), .jobs = 1, .rules = rules, .rule_count = 2
	};

	put_folder("one", "// TODO it\n");
	put_folder("two", "// TODO it\n");
	put_long("k.c", "int k;\n");
	put_long("other/k.c", "int k;\n");
	run_out(&o, 4);
}
