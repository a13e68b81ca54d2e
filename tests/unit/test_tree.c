// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "snapshot/node.h"
#include "support/check.h"
#include "support/chunks.h"

#include <stdio.h>

TestSuite(tree, .timeout = 60);

static const char *numbered(char out[32], size_t i)
{
	(void)snprintf(out, 32, "name-%08zu", i);
	return out;
}

/* A folder of every number in [0, count) but `without`; entries are plain files. */
static struct lb_id folder(struct chunks *c, size_t count, size_t without)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id root;
	char name[32];

	check_ok(lb_tree_writer_new(&w, &key, chunks_put, c, &err), &err);
	for (size_t i = 0; i < count; i++) {
		struct lb_entry e = chunks_entry(LB_ENTRY_FILE, numbered(name, i));

		e.uid = (uint32_t)(i % 7);
		e.user = i % 7 < 3 ? SPAN_LIT("user") : SPAN_EMPTY;
		if (i != without)
			check_ok(lb_tree_writer_add(w, &e, &err), &err);
	}
	check_ok(lb_tree_writer_finish(w, &root, &err), &err);
	lb_tree_writer_free(w);
	return root;
}

Test(tree, folders_of_any_size_come_back_in_order)
{
	static const size_t counts[] = { 0, 1, 2, 400, 5000, 100000 };

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct lb_tree_iter *it;
		struct err err = ERR_INIT;
		struct lb_tree_source source;
		struct lb_entry e;
		struct chunks c;
		struct lb_id root;
		char name[32];
		size_t n = 0;
		bool more;

		chunks_init(&c);
		root = folder(&c, counts[k], SIZE_MAX);
		source = chunks_source(&c);
		check_ok(lb_tree_iter_new(&it, &source, &err), &err);
		lb_tree_iter_start(it, &root);
		for (;; n++) {
			check_ok(lb_tree_iter_next(it, &e, &more, &err), &err);
			if (!more)
				break;
			check_true(span_eq_str(e.name, numbered(name, n)), "entry %zu",
			           n);
			check_true(span_eq_str(e.user, n % 7 < 3 ? "user" : ""),
			           "owner of %zu", n);
		}
		check_size_eq(n, counts[k], "entries");
		check_true(c.gets == c.puts || c.gets == c.by_id.count,
		           "every node is read once");
		check_true(c.largest < 300000, "nodes stay small");
		lb_tree_iter_free(it);
		chunks_fini(&c);
	}
}

Test(tree, any_name_is_found_with_few_reads)
{
	const size_t count = 100000;
	struct lb_tree_source source;
	struct lb_tree_iter *it;
	struct err err = ERR_INIT;
	struct lb_entry e;
	struct chunks c;
	struct lb_id root;
	char name[32];
	bool more;

	chunks_init(&c);
	root = folder(&c, count, 777);
	source = chunks_source(&c);
	check_ok(lb_tree_iter_new(&it, &source, &err), &err);
	for (size_t i = 0; i < count; i += 997) {
		c.gets = 0;
		check_ok(lb_tree_find(it, &root, span_str(numbered(name, i)), &e, &err),
		         &err);
		check_true(span_eq_str(e.name, name), "entry %zu", i);
		check_true(c.gets <= 3, "%zu reads", c.gets);
	}
	check_err(lb_tree_find(it, &root, span_str(numbered(name, 777)), &e, &err),
	          ERR_NOT_FOUND, "the one left out");
	check_err(lb_tree_find(it, &root, SPAN_LIT("zzz"), &e, &err), ERR_NOT_FOUND,
	          "after all");
	check_err(lb_tree_find(it, &root, SPAN_LIT("a"), &e, &err), ERR_NOT_FOUND,
	          "before all");
	lb_tree_iter_start(it, &root);
	check_ok(lb_tree_iter_seek(it, span_str(numbered(name, 777)), &err), &err);
	for (size_t i = 778; i < count; i += 1) {
		if (i % 1000 == 0)
			check_ok(lb_tree_iter_park(it, &err), &err);
		check_ok(lb_tree_iter_next(it, &e, &more, &err), &err);
		check_true(more && span_eq_str(e.name, numbered(name, i)), "from %zu", i);
	}
	check_ok(lb_tree_iter_next(it, &e, &more, &err), &err);
	check_true(!more, "the end");
	check_ok(lb_tree_iter_park(it, &err), &err);
	check_ok(lb_tree_iter_next(it, &e, &more, &err), &err);
	check_true(!more, "the end, also after a rest");
	lb_tree_iter_free(it);
	chunks_fini(&c);
}

Test(tree, equal_folders_give_equal_nodes_and_a_change_few_new_ones)
{
	struct lb_id one, two, three;
	struct chunks c;
	size_t before;

	chunks_init(&c);
	one = folder(&c, 50000, SIZE_MAX);
	before = c.by_id.count;
	two = folder(&c, 50000, SIZE_MAX);
	check_true(lb_id_eq(&one, &two), "equal roots");
	check_size_eq(c.by_id.count, before, "nothing new");
	three = folder(&c, 50000, 25000);
	check_true(!lb_id_eq(&one, &three), "another root");
	check_true(c.by_id.count - before <= 6, "%zu new nodes", c.by_id.count - before);
	check_true(before > 30, "out of %zu", before);
	chunks_fini(&c);
}

Test(tree, the_writer_refuses_disorder_and_starts_anew)
{
	const struct lb_key key = chunks_key(3);
	struct lb_entry b = chunks_entry(LB_ENTRY_FILE, "b");
	struct lb_entry a = chunks_entry(LB_ENTRY_FILE, "a");
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id once, again;
	struct chunks c;

	chunks_init(&c);
	check_ok(lb_tree_writer_new(&w, &key, chunks_put, &c, &err), &err);
	check_ok(lb_tree_writer_add(w, &b, &err), &err);
	check_err(lb_tree_writer_add(w, &a, &err), ERR_USAGE, "before");
	lb_tree_writer_reset(w);
	check_ok(lb_tree_writer_add(w, &b, &err), &err);
	check_err(lb_tree_writer_add(w, &b, &err), ERR_USAGE, "twice");
	lb_tree_writer_reset(w);
	check_ok(lb_tree_writer_add(w, &a, &err), &err);
	check_ok(lb_tree_writer_finish(w, &once, &err), &err);
	check_ok(lb_tree_writer_add(w, &a, &err), &err);
	check_ok(lb_tree_writer_finish(w, &again, &err), &err);
	check_true(lb_id_eq(&once, &again), "the same folder");
	lb_tree_writer_free(w);
	chunks_fini(&c);
}

Test(tree, many_owners_in_one_leaf_stay_within_the_limit)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id root;
	struct chunks c;
	char user[256];
	char name[32];

	chunks_init(&c);
	memset(user, 'u', 255);
	check_ok(lb_tree_writer_new(&w, &key, chunks_put, &c, &err), &err);
	for (size_t i = 0; i < 20000; i++) {
		struct lb_entry e = chunks_entry(LB_ENTRY_FILE, numbered(name, i));

		e.uid = e.gid = (uint32_t)(i * 2654435761u);
		e.user = e.group = span_of(user, 255);
		check_ok(lb_tree_writer_add(w, &e, &err), &err);
	}
	check_ok(lb_tree_writer_finish(w, &root, &err), &err);
	check_true(c.largest <= 262144 + 1000, "largest node %zu", c.largest);
	lb_tree_writer_free(w);
	chunks_fini(&c);
}

/* A tree `depth` folders deep, two files beside each folder. */
static struct lb_id deep_tree(struct chunks *c, size_t depth)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id id;

	check_ok(lb_tree_writer_new(&w, &key, chunks_put, c, &err), &err);
	check_ok(lb_tree_writer_finish(w, &id, &err), &err);
	for (size_t i = 0; i < depth; i++) {
		struct lb_entry a = chunks_entry(LB_ENTRY_FILE, "a");
		struct lb_entry d = chunks_entry(LB_ENTRY_FOLDER, "d");
		struct lb_entry z = chunks_entry(LB_ENTRY_FILE, "z");

		d.subtree = id;
		d.mtime_s = (int64_t)i;
		check_ok(lb_tree_writer_add(w, &a, &err), &err);
		check_ok(lb_tree_writer_add(w, &d, &err), &err);
		check_ok(lb_tree_writer_add(w, &z, &err), &err);
		check_ok(lb_tree_writer_finish(w, &id, &err), &err);
	}
	lb_tree_writer_free(w);
	return id;
}

Test(tree, a_walk_comes_back_from_any_depth)
{
	static const size_t depths[] = { 1, 3, 31, 32, 33, 34, 100, 1000 };

	for (size_t k = 0; k < sizeof(depths) / sizeof(depths[0]); k++) {
		struct lb_tree_source source;
		struct lb_walk_step step;
		struct lb_tree_walk *w;
		struct err err = ERR_INIT;
		struct chunks c;
		struct lb_id root;
		size_t entries = 0, leaves = 0, longest = 0;

		chunks_init(&c);
		root = deep_tree(&c, depths[k]);
		source = chunks_source(&c);
		check_ok(lb_tree_walk_new(&w, &source, &err), &err);
		lb_tree_walk_start(w, &root);
		for (;;) {
			check_ok(lb_tree_walk_next(w, &step, &err), &err);
			if (step.event == LB_WALK_END)
				break;
			entries += step.event == LB_WALK_ENTRY;
			if (step.path.len > longest)
				longest = step.path.len;
			check_size_eq(step.path.len, 2 * (size_t)step.depth + 1, "path");
			if (step.event != LB_WALK_LEAVE)
				continue;
			leaves++;
			check_true(span_eq_str(step.entry.name, "d"), "left");
			check_int_eq(step.entry.mtime_s, depths[k] - 1 - step.depth,
			             "its entry at depth %u", step.depth);
		}
		check_size_eq(entries, 3 * depths[k], "entries at %zu", depths[k]);
		check_size_eq(leaves, depths[k], "folders");
		check_size_eq(longest, 2 * depths[k] - 1, "longest path");
		lb_tree_walk_free(w);
		chunks_fini(&c);
	}
}

Test(tree, a_walk_skips_folders_and_goes_on_after_lost_ones)
{
	struct lb_tree_source source;
	struct lb_walk_step step;
	struct lb_tree_walk *w;
	struct err err = ERR_INIT;
	struct chunks c;
	struct lb_id root, lost;
	size_t n = 0, errors = 0;

	chunks_init(&c);
	lost = deep_tree(&c, 3);
	root = deep_tree(&c, 5);
	source = chunks_source(&c);
	check_ok(lb_tree_walk_new(&w, &source, &err), &err);
	lb_tree_walk_start(w, &root);
	for (;; n++) {
		check_ok(lb_tree_walk_next(w, &step, &err), &err);
		if (step.event == LB_WALK_END)
			break;
		check_true(step.event == LB_WALK_ENTRY, "never left");
		if (step.entry.type == LB_ENTRY_FOLDER)
			lb_tree_walk_skip(w);
	}
	check_size_eq(n, 3, "the top alone");
	chunks_drop(&c, &lost);
	lb_tree_walk_start(w, &root);
	for (n = 0;;) {
		const enum err_code rc = lb_tree_walk_next(w, &step, &err);

		if (rc != ERR_OK) {
			check_int_eq(rc, ERR_NOT_FOUND, "%s", err.msg);
			check_true(span_eq_str(step.path, "d/d"), "named");
			check_true(errors++ == 0, "once");
			continue;
		}
		if (step.event == LB_WALK_END)
			break;
		n++;
	}
	check_size_eq(errors, 1, "the loss was told");
	check_size_eq(n, 8, "the rest was read");
	lb_tree_walk_free(w);
	chunks_fini(&c);
}

Test(tree, paths_are_looked_up)
{
	static const struct {
		const char *path;
		enum err_code rc;
		enum lb_entry_type type;
	} rows[] = {
		{ "", ERR_OK, LB_ENTRY_FOLDER },
		{ "/", ERR_OK, LB_ENTRY_FOLDER },
		{ "/d/d/a", ERR_OK, LB_ENTRY_FILE },
		{ "d//d/", ERR_OK, LB_ENTRY_FOLDER },
		{ "d/x", ERR_NOT_FOUND, LB_ENTRY_FILE },
		{ "a/x", ERR_NOT_FOUND, LB_ENTRY_FILE },
		{ "d/..", ERR_NOT_FOUND, LB_ENTRY_FILE },
	};
	struct lb_tree_source source;
	struct lb_tree_iter *it;
	struct err err = ERR_INIT;
	struct lb_entry e;
	struct chunks c;
	struct lb_id root;

	chunks_init(&c);
	root = deep_tree(&c, 3);
	source = chunks_source(&c);
	check_ok(lb_tree_iter_new(&it, &source, &err), &err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_int_eq(lb_tree_lookup(it, &root, span_str(rows[i].path), &e, &err),
		             rows[i].rc, "%s", rows[i].path);
		if (rows[i].rc == ERR_OK)
			check_int_eq(e.type, rows[i].type, "%s", rows[i].path);
	}
	lb_tree_iter_free(it);
	chunks_fini(&c);
}

/* A leaf of one file. */
static struct lb_id leaf(struct chunks *c, const char *name)
{
	const struct lb_entry e = chunks_entry(LB_ENTRY_FILE, name);
	struct buf rows = BUF_INIT, node = BUF_INIT, scratch = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_id id;

	check_ok(lb_entry_encode(&rows, &e, &scratch, &err), &err);
	lb_leaf_put(&node, (struct lb_rows){ SPAN_EMPTY, 0 },
	            (struct lb_rows){ SPAN_EMPTY, 0 },
	            (struct lb_rows){ buf_span(&rows), 1 });
	id = chunks_add(c, buf_span(&node));
	buf_fini(&rows);
	buf_fini(&node);
	buf_fini(&scratch);
	return id;
}

static struct lb_id inner(struct chunks *c, unsigned level, const char *const *names,
                          const struct lb_id *ids, size_t count)
{
	struct buf rows = BUF_INIT, node = BUF_INIT;
	struct lb_id id;

	for (size_t i = 0; i < count; i++)
		lb_child_put(&rows, &(struct lb_child){ span_str(names[i]), ids[i] });
	lb_inner_put(&node, level, buf_span(&rows), count);
	id = chunks_add(c, buf_span(&node));
	buf_fini(&rows);
	buf_fini(&node);
	return id;
}

Test(tree, forged_nodes_are_refused)
{
	static const char *const ab[] = { "a", "b" };
	static const char *const bb[] = { "a", "c" };
	struct lb_tree_source source;
	struct lb_tree_iter *it;
	struct err err = ERR_INIT;
	struct lb_id roots[5];
	struct lb_id kids[2];
	struct lb_entry e;
	struct chunks c;
	bool more = true;

	chunks_init(&c);
	source = chunks_source(&c);
	kids[0] = leaf(&c, "a");
	kids[1] = leaf(&c, "b");
	roots[0] = inner(&c, 1, ab, kids, 2); /* as it should be */
	roots[1] = inner(&c, 1, ab, kids, 1); /* one child */
	roots[2] = inner(&c, 2, ab, kids, 2); /* a level left out */
	roots[3] = inner(&c, 1, bb, kids, 2); /* another first name */
	kids[1] = kids[0];
	roots[4] = inner(&c, 1, ab, kids, 2); /* the same leaf twice */
	check_ok(lb_tree_iter_new(&it, &source, &err), &err);
	for (size_t i = 0; i < 5; i++) {
		enum err_code rc = ERR_OK;

		lb_tree_iter_start(it, &roots[i]);
		do
			rc = lb_tree_iter_next(it, &e, &more, &err);
		while (rc == ERR_OK && more);
		check_int_eq(rc, i == 0 ? ERR_OK : ERR_CORRUPT, "root %zu", i);
	}
	lb_tree_iter_free(it);
	chunks_fini(&c);
}

Test(tree, running_out_of_memory_is_an_error)
{
	struct lb_tree_source source;
	struct err err = ERR_INIT;
	struct chunks c;
	struct lb_id root;
	bool passed = false;

	chunks_init(&c);
	root = deep_tree(&c, 40);
	source = chunks_source(&c);
	for (uint64_t n = 1; !passed; n++) {
		struct lb_walk_step step = { .event = LB_WALK_ENTRY };
		struct lb_tree_walk *w;
		enum err_code rc;

		mem_fail_after(n);
		rc = lb_tree_walk_new(&w, &source, &err);
		if (rc == ERR_OK)
			lb_tree_walk_start(w, &root);
		while (rc == ERR_OK && step.event != LB_WALK_END)
			rc = lb_tree_walk_next(w, &step, &err);
		mem_fail_after(0);
		passed = rc == ERR_OK;
		check_true(passed || rc == ERR_NOMEM, "allocation %u: %s", (unsigned)n,
		           err.msg);
		lb_tree_walk_free(w);
	}
	chunks_fini(&c);
}
