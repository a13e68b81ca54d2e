/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"
#include "collect/coverage/coverage.h"
#include "collect/coverage/tree_doc.h"

#include "support/check.h"

TestSuite(coverage_tree, .timeout = 20);

#define HEAD "seaworthy coverage tree 1\nbase origin/main\nowners yes\n"

static enum err_code read_tree(const char *text, struct gate_cov_tree **out,
                               const char **base, struct err *err)
{
	*out = NULL;
	*base = NULL;
	return gate_cov_tree_read(out, base, span_str(text), err);
}

Test(coverage_tree, what_there_is_to_cover_survives_the_journey)
{
	static const char text[] =
		HEAD "production\tc\t40\t2\t3-5,9\t@ann @bob\tsrc/a.c\n"
		     "test\tpython\t0\t0\t-\t\tsrc/b\\x0ac.py\n"
		     "production\tgo\t7\t0\t\t@eve\tsrc/c.go\n";
	struct gate_cov_tree *t;
	const char *base;
	struct err err = ERR_INIT;

	check_ok(read_tree(text, &t, &base, &err), &err);
	check_str_eq(base, "origin/main", "base");
	check_size_eq(t->count, 3, "sources");
	check_true(t->has_owners && t->root == NULL, "from another machine");
	check_size_eq(t->sources[0].fresh.count, 4, "new lines");
	check_u64_eq(t->sources[0].fresh.lines[2], 5, "new lines");
	check_u64_eq(t->sources[0].fresh.lines[3], 9, "new lines");
	check_u64_eq(t->sources[0].code.all, 40, "code");
	check_u64_eq(t->sources[0].code.fresh, 2, "new code");
	check_str_eq(t->sources[0].owners, "@ann @bob", "owners");
	check_str_eq(t->sources[1].path, "src/b\nc.py", "any name");
	check_int_eq(t->sources[1].scope, SCAN_TEST, "scope");
	check_true(!t->sources[1].fresh.known, "not compared");
	check_true(t->sources[2].fresh.known, "compared, nothing new");
	check_str_eq(t->sources[2].language->name, "go", "language");
	check_not_null(map_get(&t->by_path, SPAN_LIT("src/c.go")), "it can be found");
	gate_cov_tree_free(t);
}

Test(coverage_tree, every_language_has_a_name_that_is_found)
{
	static const char *const names[] = { "a.c",   "a.cpp",  "a.py",    "a.go",
		                             "a.rs",  "a.js",   "a.ts",    "a.vue",
		                             "a.rb",  "a.java", "a.m",     "a.kt",
		                             "a.cs",  "a.php",  "a.sh",    "a.swift",
		                             "a.lua", "a.pl",   "a.scala", "a.sql" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct scan_language *l =
			scan_language_of(span_str(names[i]), SPAN_EMPTY);

		if (l != NULL)
			check_true(scan_language_named(span_str(l->name)) == l, "%s",
			           names[i]);
	}
}

Test(coverage_tree, what_is_damaged_is_told_with_its_line)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{ "", "it is none" },
		{ "seaworthy coverage tree 2\nbase\nowners no\n", "another version" },
		{ "seaworthy coverage tree 1\nbase\n", "owners" },
		{ HEAD "nowhere\tc\t1\t0\t-\t\ta.c\n", "line 4: it has no scope" },
		{ HEAD "production\tklingon\t1\t0\t-\t\ta.c\n", "language" },
		{ HEAD "production\tc\t1\t2\t-\t\ta.c\n", "lines of code" },
		{ HEAD "production\tc\t-1\t0\t-\t\ta.c\n", "lines of code" },
		{ HEAD "production\tc\t1\t0\t5-3\t\ta.c\n", "rising" },
		{ HEAD "production\tc\t1\t0\t5,5\t\ta.c\n", "rising" },
		{ HEAD "production\tc\t1\t0\t1-99999999\t\ta.c\n", "rising" },
		{ HEAD "production\tc\t1\t0\t-\t\ta\\q.c\n", "backslash" },
		{ HEAD "production\tc\t1\t0\t-\t\ta\\x00.c\n", "backslash" },
		{ HEAD "production\tc\t1\t0\t-\t\t\n", "no path" },
		{ HEAD "production\tc\n", "lines of code" },
		{ HEAD "production\tc\t1\t0\t-\t\tb.c\nproduction\tc\t1\t0\t-\t\ta.c\n",
		  "line 5: paths do not rise" },
		{ HEAD "production\tc\t1\t0\t-\t\ta.c\nproduction\tc\t1\t0\t-\t\ta.c\n",
		  "paths do not rise" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gate_cov_tree *t;
		const char *base;
		struct err err = ERR_INIT;

		check_int_eq(read_tree(bad[i].text, &t, &base, &err), ERR_CORRUPT,
		             "row %zu", i);
		check_str_contains(err.msg, bad[i].says, "row %zu", i);
		check_null(t, "row %zu", i);
	}
}

/* Four lines of text may not ask for gigabytes. */
Test(coverage_tree, new_lines_are_bounded_in_sum)
{
	struct gate_cov_tree *t;
	const char *base;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_puts(&text, HEAD);
	for (int i = 0; i < 5; i++)
		buf_printf(&text, "production\tc\t1\t0\t1-%d\t\ta%d.c\n",
		           GATE_COV_LINE_MAX, i);
	check_int_eq(read_tree(buf_str(&text), &t, &base, &err), ERR_CORRUPT, "bounded");
	check_str_contains(err.msg, "line 7: too many new lines", "named");
	buf_fini(&text);
}
