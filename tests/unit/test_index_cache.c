// SPDX-License-Identifier: Apache-2.0
#include "index_fixture.h"

#include "backend/faulty.h"
#include "os/fs.h"
#include "os/walk.h"
#include "support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(index_cache, .timeout = 60);

/* How many files the cache has; with `spoil`, one byte of each is changed at `at`
 * thousandths of its length, or it is cut there. */
static enum err_code visit_file(const struct os_entry *e, void *context, struct err *err)
{
	(void)err;
	(void)e;
	++*(size_t *)context;
	return ERR_OK;
}

static size_t cache_files(const struct index_world *w)
{
	struct err err = ERR_INIT;
	struct os_dir dir;
	size_t n = 0;

	check_ok(os_dir_open(&dir, NULL, buf_str(&w->cache), &err), &err);
	check_ok(os_dir_each(&dir, visit_file, &n, &err), &err);
	os_dir_close(&dir);
	return n;
}

struct spoil {
	const char *dir;
	unsigned at;
	bool cut;
};

static enum err_code spoil_file(const struct os_entry *e, void *context, struct err *err)
{
	const struct spoil *s = context;
	struct buf path = BUF_INIT;
	char byte = 0;
	off_t size;
	off_t at;
	int fd;

	(void)err;
	os_join(&path, s->dir, e->name);
	fd = open(buf_str(&path), O_RDWR | O_CLOEXEC);
	check_true(fd >= 0, "open %s", buf_str(&path));
	size = lseek(fd, 0, SEEK_END);
	at = size * s->at / 1000;
	if (s->cut) {
		check_int_eq(ftruncate(fd, at), 0, "cut");
	} else {
		check_int_eq(pread(fd, &byte, 1, at), 1, "read");
		byte ^= 0x10;
		check_int_eq(pwrite(fd, &byte, 1, at), 1, "write");
	}
	(void)close(fd);
	buf_fini(&path);
	return ERR_OK;
}

static void spoil_cache(const struct index_world *w, unsigned at, bool cut)
{
	struct spoil s = { buf_str(&w->cache), at, cut };
	struct err err = ERR_INIT;
	struct os_dir dir;

	check_ok(os_dir_open(&dir, NULL, buf_str(&w->cache), &err), &err);
	check_ok(os_dir_each(&dir, spoil_file, &s, &err), &err);
	os_dir_close(&dir);
}

Test(index_cache, the_cache_is_used_again_without_the_store)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[20];
	struct lb_faulty_nth none = { 0, LB_FAULT_NONE };
	struct lb_backend *watched = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 20; i++)
		names[i] = index_test_put_segment(&w, i, 1, i * 10, 10);
	for (size_t i = 0; i < 20; i++)
		index_test_update(ix, &names[i], 1, NULL, 0);
	lb_index_free(ix);
	check_true(cache_files(&w) <= 5, "20 segments make few runs, not %zu",
	           cache_files(&w));
	check_ok(lb_faulty_new(&watched, w.store, lb_faulty_choose_nth, &none, &err),
	         &err);
	check_ok(lb_index_open(&ix, buf_str(&w.cache), w.keys, watched, &err), &err);
	index_test_check_copies(ix, 55, 0, 0);
	index_test_update(ix, names, 20, NULL, 0);
	for (uint64_t i = 0; i < 200; i++)
		index_test_check_copies(ix, i, 1, 1);
	check_u64_eq(lb_faulty_operations(watched), 0, "no request");
	lb_index_free(ix);
	lb_backend_close(watched);
	index_test_world_free(&w);
}

Test(index_cache, a_damaged_cache_is_made_anew_in_silence)
{
	struct index_world w = index_test_world_new();
	struct lb_id names[2] = { index_test_put_segment(&w, 1, 5, 0, 400),
		                  index_test_put_segment(&w, 9, 1, 2000, 9) };

	for (unsigned at = 0; at < 1000; at += 9) {
		struct lb_index *ix = index_test_open_index(&w);

		index_test_update(ix, names, 2, NULL, 0);
		lb_index_free(ix);
		check_true(cache_files(&w) > 0, "a cache");
		spoil_cache(&w, at, at % 2 == 0);
		ix = index_test_open_index(&w);
		index_test_update(ix, names, 2, NULL, 0);
		for (uint64_t i = 0; i < 2009; i++)
			index_test_check_copies(ix, i, 1, 1);
		for (uint64_t i = 2009; i < 2100; i++)
			index_test_check_copies(ix, i, 0, 0);
		lb_index_free(ix);
	}
	index_test_world_free(&w);
}

Test(index_cache, damage_under_an_open_index_is_noticed)
{
	struct index_world w = index_test_world_new();
	struct lb_id name = index_test_put_segment(&w, 1, 5, 0, 400);

	for (unsigned at = 5; at < 1000; at += 51) {
		struct lb_index *ix = index_test_open_index(&w);

		index_test_update(ix, &name, 1, NULL, 0);
		lb_index_free(ix);
		ix = index_test_open_index(&w);
		index_test_update(ix, &name, 1, NULL, 0);
		spoil_cache(&w, at, false);
		for (uint64_t i = 0; i < 2000; i++)
			index_test_check_copies(ix, i, 1, 1);
		lb_index_free(ix);
	}
	index_test_world_free(&w);
}
