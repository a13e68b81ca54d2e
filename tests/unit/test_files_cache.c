// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "os/fs.h"
#include "snapshot/files_cache.h"
#include "support/check.h"

#include <stdio.h>

static struct buf folder = BUF_INIT;
static struct buf path = BUF_INIT;
static const struct lb_id repository = { { 1, 2, 3 } };
static const struct lb_id16 snapshot = { { 4, 5 } };

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "files", &folder, &err), &err);
	os_join(&path, buf_str(&folder), "cache");
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&folder), &err), &err);
	buf_fini(&folder);
	buf_fini(&path);
}

TestSuite(files_cache, .timeout = 60, .init = set_up, .fini = tear_down);

static struct lb_file_state state_of(size_t i)
{
	return (struct lb_file_state){ i, (int64_t)i * -7, (int64_t)i, i * 3, 1 };
}

/* Folder f has counts[f] files of names 0000000, .. */
static enum err_code write_cache(const size_t *counts, size_t folders, struct err *err)
{
	struct lb_files_writer *w;
	enum err_code rc = lb_files_writer_new(&w, buf_str(&path), &repository, err);
	char name[32];

	if (rc != ERR_OK)
		return rc;
	for (size_t f = 0; rc == ERR_OK && f < folders; f++) {
		(void)snprintf(name, sizeof(name), "/folder-%zu", f);
		rc = lb_files_writer_folder(w, span_str(name), err);
		for (size_t i = 0; rc == ERR_OK && i < counts[f]; i++) {
			const struct lb_file_state s = state_of(i);

			(void)snprintf(name, sizeof(name), "%07zu", i);
			rc = lb_files_writer_add(w, span_str(name), &s, err);
		}
	}
	if (rc == ERR_OK)
		rc = lb_files_writer_commit(w, &snapshot, err);
	lb_files_writer_free(w);
	return rc;
}

static bool found(struct lb_files_cursor *cursor, size_t i)
{
	const struct lb_file_state want = state_of(i);
	struct lb_file_state got;
	char name[32];

	(void)snprintf(name, sizeof(name), "%07zu", i);
	return lb_files_cursor_find(cursor, span_str(name), &got) &&
	       got.ino == want.ino && got.ctime_ns == want.ctime_ns &&
	       got.mtime_ns == want.mtime_ns && got.size == want.size &&
	       got.type == want.type;
}

static struct lb_files_cache *open_cache(void)
{
	struct lb_files_cache *c;
	struct err err = ERR_INIT;

	check_ok(lb_files_cache_open(&c, buf_str(&path), &repository, &err), &err);
	return c;
}

Test(files_cache, every_file_is_found_in_order_and_out_of_it)
{
	static const size_t counts[] = { 3, 0, 100000, 1 };
	struct lb_files_cursor cursor = { 0 }, last = { 0 };
	struct lb_files_cache *c;
	struct err err = ERR_INIT;
	char name[32];

	check_ok(write_cache(counts, 4, &err), &err);
	c = open_cache();
	check_true(!lb_files_cache_is_empty(c), "it has folders");
	check_true(lb_id16_eq(lb_files_cache_snapshot(c), &snapshot), "its snapshot");
	for (size_t f = 0; f < 4; f++) {
		(void)snprintf(name, sizeof(name), "/folder-%zu", f);
		check_true(lb_files_cache_folder(c, span_str(name), &last, &cursor) ==
		                   (counts[f] > 0),
		           "folder %zu", f);
		for (size_t i = 0; i < counts[f]; i += i < 10 ? 1 : 7)
			check_true(found(&cursor, i), "file %zu of %zu", i, f);
		check_true(!found(&cursor, counts[f]), "one too many");
		last = cursor;
	}
	check_true(lb_files_cache_folder(c, SPAN_LIT("/folder-2"), &last, &cursor),
	           "back");
	for (size_t i = 0; i < 20; i++)
		check_true(found(&cursor, (i * 77777) % 100000), "at random, %zu", i);
	check_true(lb_files_cache_folder(c, SPAN_LIT("/folder-2"), NULL, &cursor), "in");
	check_true(lb_files_cache_folder(c, SPAN_LIT("/folder-3"), &cursor, &last),
	           "over the blocks of a large folder");
	check_true(!lb_files_cache_folder(c, SPAN_LIT("/other"), &last, &cursor), "none");
	check_true(!found(&cursor, 0), "an empty cursor");
	lb_files_cache_free(c);
}

Test(files_cache, what_is_damaged_is_empty)
{
	static const size_t counts[] = { 3, 4 };
	struct buf whole = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(write_cache(counts, 2, &err), &err);
	check_ok(os_read_file(buf_str(&path), 1 << 20, &whole, &err), &err);
	for (size_t i = 0; i < whole.len; i++) {
		struct lb_files_cursor cursor = { 0 };
		struct lb_files_cache *c;
		size_t n = 0;

		whole.ptr[i] = (char)(whole.ptr[i] ^ 0x10);
		check_ok(os_write_atomic(buf_str(&path), buf_span(&whole), 0600, &err),
		         &err);
		whole.ptr[i] = (char)(whole.ptr[i] ^ 0x10);
		c = open_cache();
		if (lb_files_cache_folder(c, SPAN_LIT("/folder-0"), NULL, &cursor))
			n += found(&cursor, 0) + found(&cursor, 2);
		if (lb_files_cache_folder(c, SPAN_LIT("/folder-1"), &cursor, &cursor))
			n += found(&cursor, 0) + found(&cursor, 3);
		check_true(n < 5 && n % 2 == 0, "byte %zu", i);
		lb_files_cache_free(c);
		if (i >= 88)
			i += 4;
	}
	check_ok(os_write_atomic(buf_str(&path), span_of(whole.ptr, whole.len - 1), 0600,
	                         &err),
	         &err);
	struct lb_files_cache *c = open_cache();

	check_true(lb_files_cache_is_empty(c), "cut");
	lb_files_cache_free(c);
	buf_fini(&whole);
}

Test(files_cache, another_repository_and_no_file_are_empty)
{
	static const size_t counts[] = { 3 };
	const struct lb_id other = { { 9 } };
	struct lb_files_cache *c;
	struct err err = ERR_INIT;

	c = open_cache();
	check_true(lb_files_cache_is_empty(c), "no file");
	lb_files_cache_free(c);
	check_ok(write_cache(counts, 1, &err), &err);
	check_ok(lb_files_cache_open(&c, buf_str(&path), &other, &err), &err);
	check_true(lb_files_cache_is_empty(c), "another");
	lb_files_cache_free(c);
}

Test(files_cache, a_writer_given_up_leaves_the_old_one)
{
	static const size_t counts[] = { 3 };
	const struct lb_file_state s = state_of(1);
	struct lb_files_writer *w;
	struct lb_files_cache *c;
	struct err err = ERR_INIT;

	check_ok(write_cache(counts, 1, &err), &err);
	check_ok(lb_files_writer_new(&w, buf_str(&path), &repository, &err), &err);
	check_err(lb_files_writer_add(w, SPAN_LIT("a"), &s, &err), ERR_USAGE,
	          "no folder yet");
	check_ok(lb_files_writer_folder(w, SPAN_LIT("/x"), &err), &err);
	check_ok(lb_files_writer_add(w, SPAN_LIT("b"), &s, &err), &err);
	check_err(lb_files_writer_add(w, SPAN_LIT("a"), &s, &err), ERR_USAGE, "order");
	lb_files_writer_free(w);
	c = open_cache();
	check_true(!lb_files_cache_is_empty(c), "the old one");
	lb_files_cache_free(c);
}

Test(files_cache, running_out_of_memory_is_an_error)
{
	static const size_t counts[] = { 2, 3 };
	struct err err = ERR_INIT;
	bool passed = false;

	for (uint64_t n = 1; !passed; n++) {
		enum err_code rc;

		mem_fail_after(n);
		rc = write_cache(counts, 2, &err);
		mem_fail_after(0);
		passed = rc == ERR_OK;
		check_true(passed || rc == ERR_NOMEM, "allocation %u: %s", (unsigned)n,
		           err.msg);
	}
}
