// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "snapshot/diff.h"
#include "support/check.h"
#include "support/chunks.h"

#include <stdio.h>
#include <stdlib.h>

TestSuite(tree_diff, .timeout = 60);

/* A tree is written as sorted lines "path value"; a path that ends in / is a folder. */
static struct lb_id build(struct chunks *c, const char *const *lines, size_t count,
                          size_t prefix)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id root;

	check_ok(lb_tree_writer_new(&w, &key, chunks_put, c, &err), &err);
	for (size_t i = 0; i < count;) {
		const struct span line = span_str(lines[i] + prefix);
		const size_t space = span_find_byte(line, ' ');
		const size_t slash = span_find_byte(line, '/');
		size_t below = i + 1;
		struct lb_entry e =
			chunks_entry(slash < space ? LB_ENTRY_FOLDER : LB_ENTRY_FILE, "");

		e.name = span_sub(line, 0, slash < space ? slash : space);
		e.mtime_s = strtol(line.ptr + space, NULL, 10);
		while (e.type == LB_ENTRY_FOLDER && below < count &&
		       strncmp(lines[below] + prefix, line.ptr, slash + 1) == 0)
			below++;
		if (e.type == LB_ENTRY_FOLDER)
			e.subtree = build(c, lines + i + 1, below - i - 1,
			                  prefix + slash + 1);
		check_ok(lb_tree_writer_add(w, &e, &err), &err);
		i = below;
	}
	check_ok(lb_tree_writer_finish(w, &root, &err), &err);
	lb_tree_writer_free(w);
	return root;
}

/* "+path -path ~path ..", in order. */
static void run(struct chunks *c, const struct lb_id *before, const struct lb_id *after,
                struct buf *out)
{
	struct lb_tree_source source = chunks_source(c);
	struct lb_diff_step step;
	struct err err = ERR_INIT;
	struct lb_diff *d;
	bool more = true;

	check_ok(lb_diff_new(&d, &source, &err), &err);
	lb_diff_start(d, before, after);
	for (;;) {
		check_ok(lb_diff_next(d, &step, &more, &err), &err);
		if (!more)
			break;
		buf_printf(out, "%s%c", out->len > 0 ? " " : "", "+-~"[step.kind]);
		buf_put(out, step.path);
		if ((step.changes & LB_DIFF_TYPE) != 0)
			buf_putc(out, '!');
	}
	lb_diff_free(d);
}

Test(tree_diff, what_changed_is_told_in_order)
{
	static const char *const one[] = {
		"a 1",   "b/ 1", "b/x 1", "b/y 1",  "c/ 1",
		"c/z 1", "d 1",  "e/ 1",  "e/f/ 1", "e/f/g 1"
	};
	static const char *const two[] = { "a 2",  "b/ 1",  "b/w 1",  "b/x 1",
		                           "c/ 2", "c/z 1", "d/ 1",   "d/q 1",
		                           "e 1",  "h/ 1",  "h/i/ 1", "h/i/j 1" };
	struct buf text = BUF_INIT;
	struct lb_id before, after;
	struct chunks c;

	chunks_init(&c);
	before = build(&c, one, sizeof(one) / sizeof(one[0]), 0);
	after = build(&c, two, sizeof(two) / sizeof(two[0]), 0);
	run(&c, &before, &after, &text);
	check_str_eq(buf_str(&text),
	             "~a +b/w -b/y ~c ~d! +d/q ~e! -e/f -e/f/g +h +h/i +h/i/j",
	             "forwards");
	buf_clear(&text);
	run(&c, &after, &before, &text);
	check_str_eq(buf_str(&text),
	             "~a -b/w +b/y ~c ~d! -d/q ~e! +e/f +e/f/g -h -h/i -h/i/j",
	             "backwards");
	buf_clear(&text);
	c.gets = 0;
	run(&c, &after, &after, &text);
	check_str_eq(buf_str(&text), "", "nothing");
	check_size_eq(c.gets, 0, "nothing was read");
	buf_fini(&text);
	chunks_fini(&c);
}

static struct lb_id wide(struct chunks *c, size_t count, size_t without, size_t touched)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id root;
	char name[32];

	check_ok(lb_tree_writer_new(&w, &key, chunks_put, c, &err), &err);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "name-%08zu", i);
		struct lb_entry e = chunks_entry(LB_ENTRY_FILE, name);

		e.perm = i == touched ? 0600 : 0644;
		if (i != without)
			check_ok(lb_tree_writer_add(w, &e, &err), &err);
	}
	check_ok(lb_tree_writer_finish(w, &root, &err), &err);
	lb_tree_writer_free(w);
	return root;
}

Test(tree_diff, equal_parts_of_a_large_folder_are_not_read)
{
	struct buf text = BUF_INIT;
	struct lb_id before, after;
	struct chunks c;

	chunks_init(&c);
	before = wide(&c, 200000, 5, SIZE_MAX);
	after = wide(&c, 200000, 100000, 150000);
	c.gets = 0;
	run(&c, &before, &after, &text);
	check_str_eq(buf_str(&text), "+name-00000005 -name-00100000 ~name-00150000",
	             "three changes");
	check_true(c.gets < 24, "%zu of %zu nodes were read", c.gets, c.by_id.count);
	check_true(c.by_id.count > 150, "%zu nodes", c.by_id.count);
	buf_fini(&text);
	chunks_fini(&c);
}

/* Deeper than what is held in memory, with entries before, at and after the folder. */
Test(tree_diff, deep_trees_come_back)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_id ids[2];
	struct chunks c;
	size_t plus = 0, minus = 0;

	chunks_init(&c);
	check_ok(lb_tree_writer_new(&w, &key, chunks_put, &c, &err), &err);
	for (int side = 0; side < 2; side++) {
		check_ok(lb_tree_writer_finish(w, &ids[side], &err), &err);
		for (int i = 0; i < 100; i++) {
			struct lb_entry e = chunks_entry(LB_ENTRY_FILE,
			                                 side == 0 ? "a-gone" : "a-new");
			struct lb_entry d = chunks_entry(LB_ENTRY_FOLDER, "d");
			struct lb_entry z = chunks_entry(LB_ENTRY_FILE,
			                                 side == 0 ? "y-gone" : "z-new");

			d.subtree = ids[side];
			check_ok(lb_tree_writer_add(w, &e, &err), &err);
			check_ok(lb_tree_writer_add(w, &d, &err), &err);
			check_ok(lb_tree_writer_add(w, &z, &err), &err);
			check_ok(lb_tree_writer_finish(w, &ids[side], &err), &err);
		}
	}
	run(&c, &ids[0], &ids[1], &text);
	for (size_t i = 0; i < text.len; i++) {
		plus += text.ptr[i] == '+';
		minus += text.ptr[i] == '-' && (i == 0 || text.ptr[i - 1] == ' ');
	}
	check_size_eq(plus, 200, "added");
	check_size_eq(minus, 200, "removed");
	check_true(strchr(buf_str(&text), '~') == NULL, "no folder changed itself");
	lb_tree_writer_free(w);
	buf_fini(&text);
	chunks_fini(&c);
}

Test(tree_diff, each_kind_of_change_has_its_bit)
{
	const struct lb_entry file = chunks_entry(LB_ENTRY_FILE, "f");
	struct lb_entry other = file;

	check_int_eq(lb_diff_entries(&file, &other), 0, "equal");
	other.perm = 0;
	check_int_eq(lb_diff_entries(&file, &other), LB_DIFF_MODE, "mode");
	other = file;
	other.group = SPAN_LIT("g");
	check_int_eq(lb_diff_entries(&file, &other), LB_DIFF_OWNER, "owner");
	other = file;
	other.mtime_ns = 1;
	check_int_eq(lb_diff_entries(&file, &other), LB_DIFF_MTIME, "mtime");
	other = file;
	other.size = 1;
	other.content = SPAN_LIT("x");
	check_int_eq(lb_diff_entries(&file, &other), LB_DIFF_SIZE | LB_DIFF_CONTENT,
	             "content");
	other = file;
	other.xattrs = SPAN_LIT("x");
	other.project = 1;
	other.has_btime = true;
	other.linked = true;
	other.damaged = true;
	other.sparse = true;
	check_int_eq(lb_diff_entries(&file, &other),
	             LB_DIFF_XATTRS | LB_DIFF_FLAGS | LB_DIFF_BTIME | LB_DIFF_LINKS |
	                     LB_DIFF_DAMAGE | LB_DIFF_HOLES,
	             "the rest");
	other = chunks_entry(LB_ENTRY_LINK, "f");
	check_int_eq(lb_diff_entries(&file, &other), LB_DIFF_TYPE, "type");
}
