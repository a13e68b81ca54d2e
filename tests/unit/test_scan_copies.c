// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "scan_root.h"
#include "scanners/tree.h"

#include <stdio.h>

/* Copies of files and folders: which is the original, and what counts once. */

TestSuite(scan_copies, .timeout = 20);

static void put_copy(const char *folder)
{
	struct buf text = BUF_INIT;
	char name[64];

	lines(&text, "int line_", "(void);\n", 200);
	(void)snprintf(name, sizeof(name), "%s/x.c", folder);
	put(name, buf_span(&text));
	buf_puts(&text, "/* TODO it */\n");
	(void)snprintf(name, sizeof(name), "%s/y.c", folder);
	put(name, buf_span(&text));
	buf_fini(&text);
}

Test(scan_copies, what_counts_is_the_original, .init = make_root, .fini = drop_root)
{
	static const char *const rules[] = { "marker.todo", "duplicate.*" };
	struct scan_options o = { .rules = rules, .rule_count = 2 };
	struct scan_result r;
	struct err err;
	size_t counted = 0;

	put_copy("tests/one");
	put_copy("product/main/server/one");
	o.path = buf_str(&root);
	check_ok(scan_run(&o, &r, &err), &err);
	for (size_t i = 0; i < r.count; i++) {
		const struct scan_finding *f = &r.findings[i];

		if (strcmp(f->rule, "marker.todo") == 0 && !f->is_copy) {
			counted++;
			check_int_eq(f->scope, SCAN_PRODUCTION, "what is delivered");
		}
		if (strncmp(f->rule, "duplicate.", 10) == 0)
			check_str_contains(f->message,
			                   "tests is a copy of "
			                   "product/main/server",
			                   "the test has the copy");
	}
	check_size_eq(counted, 1, "once");
	scan_result_fini(&r);
}

/* Six files of 1000 bytes, which differ from those of another folder in one byte. */
static void put_small(int folder, char which)
{
	char text[1000];
	char name[32];

	memset(text, 'x', sizeof(text));
	text[500] = which;
	for (int i = 0; i < 6; i++) {
		(void)snprintf(name, sizeof(name), "d%02d/%d.c", folder, i);
		put(name, span_of(text, sizeof(text)));
	}
}

Test(scan_copies, folders_of_equal_sizes_are_told_apart, .init = make_root,
     .fini = drop_root)
{
	struct scan_result r;

	for (int i = 0; i < 40; i++)
		put_small(i, (char)('A' + i));
	put_small(40, 'A' + 39);
	put("one/logo.png", span_of("\0\1\2", 3));
	put("two/logo.png", span_of("\0\1\3", 3));
	r = scan("duplicate.*");
	check_size_eq(r.count, 1, "one is a copy");
	check_str_eq(r.findings[0].message, "d40 is a copy of d39",
	             "of the last of many");
	check_size_eq(r.skip_count, 0, "all of them were looked at");
	scan_result_fini(&r);
}

/* A folder whose files hold what no line of text does. */
static void put_binary(const char *folder, char which)
{
	char bytes[4000] = { 0, 1, 2 };
	char name[64];

	bytes[3999] = which;
	(void)snprintf(name, sizeof(name), "%s/one.bin", folder);
	put(name, span_of(bytes, sizeof(bytes)));
	bytes[3999] = 'x';
	(void)snprintf(name, sizeof(name), "%s/two.bin", folder);
	put(name, span_of(bytes, sizeof(bytes)));
	/* Its text has fewer bytes than the file. */
	(void)snprintf(name, sizeof(name), "%s/wide.c", folder);
	put(name, SPAN_LIT("\xFF\xFEi\0n\0t\0 \0a\0;\0\n\0"));
}

Test(scan_copies, folders_of_binaries_are_compared, .init = make_root, .fini = drop_root)
{
	struct scan_result r;

	put_binary("one", 'a');
	put_binary("two", 'b');
	put_binary("zwei", 'b');
	r = scan("duplicate.*");
	check_size_eq(r.count, 1, "the last byte counts");
	check_str_eq(r.findings[0].message, "zwei is a copy of two", "where it is equal");
	check_size_eq(r.skip_count, 0, "all of them were looked at");
	scan_result_fini(&r);
}

Test(scan_copies, what_cannot_be_read_again_is_said, .init = make_root, .fini = drop_root)
{
	struct scan_sink sink;
	struct scan_sink *const sinks[] = { &sink };
	struct scan_selection rules;
	struct scan_tree tree = { .rules = &rules };
	struct err err;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);
	static const char *const only[] = { "duplicate.tree" };
	static const char *const files[] = { "a/x.c", "a/y.c", "b/x.c", "b/y.c" };

	buf_putc(&root, '/');
	tree.top = buf_str(&root);
	scan_sink_init(&sink);
	check_ok(scan_select(&rules, all, count, only, 1, &err), &err);
	check_true(scan_sink_rules(&sink, count), "memory");
	for (size_t i = 0; i < 4; i++) {
		struct scan_seen seen = { .path = span_str(files[i]),
			                  .project = span_str(files[i]),
			                  .bytes = 5000 };

		check_ok(scan_sink_see(&sink, &seen, &err), &err);
	}
	check_ok(scan_tree_judge(&tree, sinks, 1, &err), &err);
	check_size_eq(sink.count, 0, "nothing is known of them");
	check_size_eq(sink.skip_count, 4, "each of them is named");
	check_str_contains(sink.skips[0].reason, "could not be read again", "and why");
	check_str_eq(sink.skips[0].rule, "duplicate.tree", "for the rule");
	mem_free(tree.copies);
	scan_selection_fini(&rules);
	scan_sink_fini(&sink);
}
