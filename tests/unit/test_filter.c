// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "os/clock.h"
#include "snapshot/filter.h"
#include "support/check.h"

TestSuite(filter, .timeout = 60);

Test(filter, patterns_match_as_the_header_says)
{
	static const struct {
		const char *pattern;
		const char *path;
		bool folder;
		bool match;
	} rows[] = {
		{ "foo", "foo", false, true },
		{ "foo", "/a/b/foo", false, true },
		{ "foo", "/a/foo/b", false, true },
		{ "foo", "/a/foobar", false, false },
		{ "*.o", "/a/b.o", false, true },
		{ "*.o", "/a/.o", false, true },
		{ "*.o", "/a/b.os", false, false },
		{ "a*", "x/abc", false, true },
		{ "a*c*e", "abcde", false, true },
		{ "a*c*e", "abcd", false, false },
		{ "a?c", "abc", false, true },
		{ "a?c",
		  "a\xc3\xbc"
		  "c",
		  false, true },
		{ "a?c",
		  "a\xff"
		  "c",
		  false, true },
		{ "a?c", "a/c", false, false },
		{ "[a-c]x", "bx", false, true },
		{ "[!a-c]x", "bx", false, false },
		{ "[^a-c]x", "dx", false, true },
		{ "[]]x", "]x", false, true },
		{ "[a\\]]x", "]x", false, true },
		{ "[\xc3\xa4-\xc3\xbc]", "\xc3\xb6", false, true },
		{ "[a-]", "-", false, true },
		{ "\\*", "*", false, true },
		{ "\\*", "a", false, false },
		{ "\\!foo", "!foo", false, true },
		{ "{a,b}", "a", false, false },
		{ "{a,b}", "{a,b}", false, true },
		{ "a/b", "/x/a/b", false, true },
		{ "a/b", "/x/a/b/c", false, true },
		{ "a/b", "/x/a/c/b", false, false },
		{ "/a/b", "/a/b", false, true },
		{ "/a/b", "a/b", false, true },
		{ "/a/b", "/x/a/b", false, false },
		{ "/a", "/a/b/c", false, true },
		{ "/a/*", "/a", true, false },
		{ "/a/*", "/a/b", false, true },
		{ "/a/**/z", "/a/z", false, true },
		{ "/a/**/z", "/a/b/c/z", false, true },
		{ "/a/**/z", "/b/z", false, false },
		{ "/a/**", "/a", true, false },
		{ "/a/**", "/a/b", false, true },
		{ "/a/**/b/**/c", "/a/b/x/b/y/c", false, true },
		{ "/a/**/b/**/c", "/a/b/x/b/y/d", false, false },
		{ "**", "/x", false, true },
		{ "**/x/y", "/x/y", false, true },
		{ "a**b", "axxb", false, true },
		{ "a**b", "a/b", false, false },
		{ "foo/", "foo", false, false },
		{ "foo/", "foo", true, true },
		{ "foo/", "a/foo/bar", false, true },
		{ "./a//b/", "a/b", true, true },
		{ "\xff*", "\xff\xfe", false, true },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool match = !rows[i].match;

		check_ok(lb_filter_glob(span_str(rows[i].pattern), false,
		                        span_str(rows[i].path), rows[i].folder, &match,
		                        &err),
		         &err);
		check_true(match == rows[i].match, "%s against %s", rows[i].pattern,
		           rows[i].path);
	}
}

Test(filter, broken_patterns_are_refused_by_name)
{
	static const struct {
		const char *pattern;
		const char *text;
	} rows[] = {
		{ "", "names nothing" },    { "/", "names nothing" },
		{ "!", "names nothing" },   { "a[b", "[ without" },
		{ "a\\", "backslash" },     { "a/../b", ".." },
		{ "x/[a/b]", "[ without" },
	};
	struct lb_filter *f;
	struct err err = ERR_INIT;

	check_ok(lb_filter_new(&f, &err), &err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_err(lb_filter_add(f, LB_FILTER_EXCLUDE, span_str(rows[i].pattern),
		                        false, &err),
		          ERR_USAGE, "%s", rows[i].pattern);
		check_str_contains(err.msg, rows[i].text, "%s", rows[i].pattern);
	}
	check_err(lb_filter_add(f, LB_FILTER_EXCLUDE, SPAN_LIT("a\0b"), false, &err),
	          ERR_USAGE, "NUL");
	check_true(lb_filter_is_empty(f), "nothing was added");
	check_err(lb_filter_add_text(f, LB_FILTER_EXCLUDE, SPAN_LIT("# c\nok\n[x\n"),
	                             false, "list", &err),
	          ERR_USAGE, "a file");
	check_str_contains(err.msg, "list:3", "the place");
	lb_filter_free(f);
}

/* Patterns one a line: + include, - exclude, as a file would have them. */
static struct lb_filter *filter_of(const char *text)
{
	struct span rest = span_str(text);
	struct err err = ERR_INIT;
	struct lb_filter *f;
	struct span line;

	check_ok(lb_filter_new(&f, &err), &err);
	while (span_line(&rest, &line))
		check_ok(lb_filter_add_text(f,
		                            line.ptr[0] == '+' ? LB_FILTER_INCLUDE
		                                               : LB_FILTER_EXCLUDE,
		                            span_from(line, 1), false, "test", &err),
		         &err);
	return f;
}

Test(filter, the_last_pattern_decides)
{
	static const struct {
		const char *patterns;
		const char *path;
		bool folder;
		enum lb_filter_verdict verdict;
	} rows[] = {
		{ "", "/a", false, LB_FILTER_IN },
		{ "-*.o", "/a.o", false, LB_FILTER_OUT },
		{ "-*.o\n-!keep.o", "/x/keep.o", false, LB_FILTER_IN },
		{ "-!keep.o\n-*.o", "/x/keep.o", false, LB_FILTER_OUT },
		{ "-*.o\n-!src/", "/src/deep/a.o", false, LB_FILTER_IN },
		{ "-cache", "/cache/x", false, LB_FILTER_OUT },
		{ "-cache\n-!x", "/cache", true, LB_FILTER_OUT },
		{ "-cache\n-!x", "/cache/x", false, LB_FILTER_OUT },
		{ "-/home/u\n-!/home/u/keep", "/home", true, LB_FILTER_IN },
		{ "-/home/u\n-!/home/u/keep", "/home/u", true, LB_FILTER_INTO },
		{ "-/home/u\n-!/home/u/keep", "/home/u/keep/x", false, LB_FILTER_IN },
		{ "-/home/u\n-!/home/u/keep", "/home/u/other", true, LB_FILTER_OUT },
		{ "-/home/u\n-!/home/u/keep", "/home/u", false, LB_FILTER_OUT },
		{ "+*.c", "/a.c", false, LB_FILTER_IN },
		{ "+*.c", "/a.h", false, LB_FILTER_OUT },
		{ "+*.c", "/dir", true, LB_FILTER_INTO },
		{ "+*.c", "/dir/a.c", false, LB_FILTER_IN },
		{ "+/a/b", "/a", true, LB_FILTER_INTO },
		{ "+/a/b", "/c", true, LB_FILTER_OUT },
		{ "+/a/b", "/a/b/c/d", false, LB_FILTER_IN },
		{ "+/a\n+!*.o", "/a/x.o", false, LB_FILTER_OUT },
		{ "+/a\n-*.o", "/a/x.o", false, LB_FILTER_OUT },
		{ "+/a/**/z", "/a/b", true, LB_FILTER_INTO },
		{ "-\\#x \n-# comment\n-  ", "/#x", false, LB_FILTER_OUT },
		{ "-x\\ ", "/x ", false, LB_FILTER_OUT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lb_filter *f = filter_of(rows[i].patterns);

		check_int_eq(lb_filter_path(f, span_str(rows[i].path), rows[i].folder),
		             rows[i].verdict, "row %zu: %s", i, rows[i].path);
		lb_filter_free(f);
	}
}

Test(filter, case_may_be_ignored_by_pattern)
{
	struct err err = ERR_INIT;
	struct lb_filter *f;

	check_ok(lb_filter_new(&f, &err), &err);
	check_ok(lb_filter_add(f, LB_FILTER_EXCLUDE, SPAN_LIT("*.TMP"), true, &err),
	         &err);
	check_ok(lb_filter_add(f, LB_FILTER_EXCLUDE, SPAN_LIT("[a-c]?Z"), true, &err),
	         &err);
	check_ok(lb_filter_add(f, LB_FILTER_EXCLUDE, SPAN_LIT("Exact"), false, &err),
	         &err);
	check_int_eq(lb_filter_path(f, SPAN_LIT("a.tMp"), false), LB_FILTER_OUT, "end");
	check_int_eq(lb_filter_path(f, SPAN_LIT("Bxz"), false), LB_FILTER_OUT, "set");
	check_int_eq(lb_filter_path(f, SPAN_LIT("exact"), false), LB_FILTER_IN, "exact");
	lb_filter_free(f);
}

Test(filter, hostile_patterns_take_no_longer)
{
	struct buf pattern = BUF_INIT, path = BUF_INIT;
	const uint64_t start = os_ticks_ns();
	struct err err = ERR_INIT;
	bool match = true;

	for (int i = 0; i < 500; i++)
		buf_puts(&pattern, "a*");
	buf_putc(&pattern, 'b');
	buf_fill(&path, 'a', 4000);
	check_ok(lb_filter_glob(buf_span(&pattern), false, buf_span(&path), false, &match,
	                        &err),
	         &err);
	check_true(!match, "no b");
	buf_clear(&pattern);
	buf_clear(&path);
	for (int i = 0; i < 500; i++)
		buf_puts(&pattern, "**/a/");
	buf_puts(&pattern, "b");
	for (int i = 0; i < 2000; i++)
		buf_puts(&path, "a/");
	buf_putc(&path, 'c');
	check_ok(lb_filter_glob(buf_span(&pattern), false, buf_span(&path), false, &match,
	                        &err),
	         &err);
	check_true(!match, "no b");
	check_true(os_ticks_ns() - start < 20000000000u, "in seconds, not for ever");
	buf_fini(&pattern);
	buf_fini(&path);
}

Test(filter, folders_are_marked_by_files_in_them)
{
	struct err err = ERR_INIT;
	struct lb_filter *f;
	size_t need;

	check_ok(lb_filter_new(&f, &err), &err);
	check_int_eq(lb_filter_mark(f, SPAN_LIT("CACHEDIR.TAG"), &need),
	             LB_FILTER_MARK_NO, "not asked for");
	check_ok(lb_filter_add_caches(f, &err), &err);
	check_ok(lb_filter_add_mark(f, SPAN_LIT(".nobackup"), &err), &err);
	check_ok(lb_filter_add_mark(f, SPAN_LIT(".tag:a:b"), &err), &err);
	check_err(lb_filter_add_mark(f, SPAN_LIT("a/b"), &err), ERR_USAGE, "a path");
	check_err(lb_filter_add_mark(f, SPAN_LIT(":x"), &err), ERR_USAGE, "no name");
	check_int_eq(lb_filter_mark(f, SPAN_LIT(".nobackup"), &need), LB_FILTER_MARK_YES,
	             "by name");
	check_int_eq(lb_filter_mark(f, SPAN_LIT("other"), &need), LB_FILTER_MARK_NO,
	             "another");
	check_int_eq(lb_filter_mark(f, SPAN_LIT("CACHEDIR.TAG"), &need),
	             LB_FILTER_MARK_READ, "by content");
	check_size_eq(need, 43, "bytes of the signature");
	check_true(lb_filter_mark_head(
			   f, SPAN_LIT("CACHEDIR.TAG"),
			   SPAN_LIT("Signature: 8a477f597d28d172789f06886806bc55\n# x")),
	           "a cache");
	check_true(!lb_filter_mark_head(f, SPAN_LIT("CACHEDIR.TAG"), SPAN_LIT("Sig")),
	           "none");
	check_true(lb_filter_mark_head(f, SPAN_LIT(".tag"), SPAN_LIT("a:bc")), "a tag");
	lb_filter_set_max_size(f, 100);
	check_true(lb_filter_too_large(f, 101) && !lb_filter_too_large(f, 100), "size");
	lb_filter_free(f);
}

Test(filter, running_out_of_memory_is_an_error)
{
	struct err err = ERR_INIT;
	bool passed = false;

	for (uint64_t n = 1; !passed; n++) {
		struct lb_filter *f = NULL;
		enum err_code rc;

		mem_fail_after(n);
		rc = lb_filter_new(&f, &err);
		if (rc == ERR_OK)
			rc = lb_filter_add(f, LB_FILTER_EXCLUDE, SPAN_LIT("/a/*b/c?d"),
			                   false, &err);
		if (rc == ERR_OK)
			rc = lb_filter_add_caches(f, &err);
		mem_fail_after(0);
		passed = rc == ERR_OK;
		check_true(passed || rc == ERR_NOMEM, "allocation %u", (unsigned)n);
		lb_filter_free(f);
	}
}
