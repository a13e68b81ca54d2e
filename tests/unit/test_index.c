// SPDX-License-Identifier: Apache-2.0
#include "backend/faulty.h"
#include "backend/memory.h"
#include "base/mem.h"
#include "os/fs.h"
#include "os/walk.h"
#include "pack/index.h"
#include "pack/object.h"
#include "pack/segment.h"
#include "pack_fixture.h"
#include "support/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(index, .timeout = 60);

/* A store, a cache folder and keys. */
struct world {
	struct lb_memory *disk;
	struct lb_backend *store;
	struct lb_keyring *keys;
	struct buf cache;
};

static struct world world_new(void)
{
	struct world w = { NULL, NULL, NULL, BUF_INIT };
	struct err err = ERR_INIT;

	w.keys = pack_test_keys(1, LB_SUITE_AES256GCM, false);
	check_ok(lb_memory_new(&w.disk, &err), &err);
	check_ok(lb_memory_open(&w.store, w.disk, &err), &err);
	check_ok(os_mkdtemp(NULL, "test-index-", &w.cache, &err), &err);
	return w;
}

static void world_free(struct world *w)
{
	struct err err = ERR_INIT;

	lb_backend_close(w->store);
	lb_memory_free(w->disk);
	lb_keyring_free(w->keys);
	check_ok(os_remove_tree(buf_str(&w->cache), &err), &err);
	buf_fini(&w->cache);
}

static struct lb_index *open_index(const struct world *w)
{
	struct err err = ERR_INIT;
	struct lb_index *ix = NULL;

	check_ok(lb_index_open(&ix, buf_str(&w->cache), w->keys, w->store, &err), &err);
	return ix;
}

/* The id of test chunk `n`; nothing needs to have it as its hash here. */
static struct lb_id chunk_id(uint64_t n)
{
	struct lb_id id;

	pack_test_fill(n * 7 + 1, id.b, LB_ID);
	return id;
}

static struct lb_id pack_name(uint64_t n)
{
	struct lb_id id;

	pack_test_fill(n * 7 + 2, id.b, LB_ID);
	return id;
}

/* Pack `n` with the chunks [first, first + count), two to a group. */
static struct lb_pack_info pack_info(uint64_t n, uint64_t first, size_t count)
{
	struct lb_pack_info info = { .name = pack_name(n),
		                     .size = 1 << 20,
		                     .kind = LB_PACK_DATA };
	struct lb_pack_table *t = &info.table;

	check_true(mem_array(&t->chunks, count, sizeof(*t->chunks)), "chunks");
	check_true(mem_array(&t->groups, (count + 1) / 2, sizeof(*t->groups)), "groups");
	for (size_t i = 0; i < count; i++) {
		struct lb_group *g = &t->groups[i / 2];

		t->chunks[i] =
			(struct lb_chunk){ chunk_id(first + i), 50, LB_CHUNK_DATA };
		if (i % 2 == 0)
			*g = (struct lb_group){ (uint32_t)(i * 20), 20, 0, 0, 1 };
		g->length += 50;
		g->chunks++;
	}
	t->chunk_count = count;
	t->group_count = (count + 1) / 2;
	return info;
}

/* Stores a segment of `packs` packs from number `pack` on, each of `each` chunks. */
static struct lb_id put_segment(const struct world *w, uint64_t pack, size_t packs,
                                uint64_t chunk, size_t each)
{
	struct lb_segment s = LB_SEGMENT_INIT;
	struct buf plain = BUF_INIT;
	struct buf sealed = BUF_INIT;
	struct err err = ERR_INIT;
	char key[LB_STORE_KEY];
	struct lb_id name;
	struct span bytes;

	for (size_t i = 0; i < packs; i++) {
		struct lb_pack_info info = pack_info(pack + i, chunk + i * each, each);

		check_ok(lb_segment_add(&s, &info, &err), &err);
		lb_pack_table_fini(&info.table);
	}
	check_ok(lb_segment_encode(&s, &plain, &err), &err);
	check_ok(lb_object_seal(w->keys, LB_OBJECT_SEGMENT, buf_span(&plain), &sealed,
	                        &name, &err),
	         &err);
	lb_segment_store_key(&name, key);
	bytes = buf_span(&sealed);
	check_ok(lb_backend_put(w->store, key, &bytes, 1, &err), &err);
	lb_segment_fini(&s);
	buf_fini(&plain);
	buf_fini(&sealed);
	return name;
}

static void update(struct lb_index *ix, const struct lb_id *add, size_t adds,
                   const struct lb_id *drop, size_t drops)
{
	const struct lb_index_change change = { add, adds, drop, drops };
	struct err err = ERR_INIT;

	check_ok(lb_index_update(ix, &change, &err), &err);
}

/* How many copies of the chunk there are, and how many of them usable. */
static size_t copies(struct lb_index *ix, uint64_t chunk, size_t *usable)
{
	struct lb_id id = chunk_id(chunk);
	struct lb_place p[8];
	struct err err = ERR_INIT;
	size_t count;

	check_ok(lb_index_find(ix, &id, LB_CHUNK_DATA, p, 8, &count, &err), &err);
	*usable = 0;
	for (size_t i = 0; i < count; i++) {
		check_true(!p[i].usable || *usable == i, "usable ones first");
		*usable += p[i].usable;
	}
	return count;
}

static void check_copies(struct lb_index *ix, uint64_t chunk, size_t want, size_t usable)
{
	size_t got_usable;
	size_t got = copies(ix, chunk, &got_usable);

	check_size_eq(got, want, "copies of chunk %llu", (unsigned long long)chunk);
	check_size_eq(got_usable, usable, "usable copies of chunk %llu",
	              (unsigned long long)chunk);
}

static enum lb_claim claim(struct lb_index *ix, uint64_t chunk)
{
	struct lb_id id = chunk_id(chunk);
	struct err err = ERR_INIT;
	enum lb_claim got;

	check_ok(lb_index_claim(ix, &id, LB_CHUNK_DATA, &got, &err), &err);
	return got;
}

Test(index, finds_what_segments_tell)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[2] = { put_segment(&w, 1, 3, 0, 40),
		                  put_segment(&w, 4, 1, 120, 41) };
	struct lb_id id = chunk_id(85);
	struct lb_place p;
	struct err err = ERR_INIT;
	size_t count;

	check_copies(ix, 3, 0, 0);
	update(ix, names, 2, NULL, 0);
	for (uint64_t i = 0; i < 161; i++)
		check_copies(ix, i, 1, 1);
	for (uint64_t i = 161; i < 2000; i++)
		check_copies(ix, i, 0, 0);
	check_ok(lb_index_find(ix, &id, LB_CHUNK_DATA, &p, 1, &count, &err), &err);
	id = pack_name(3);
	check_true(lb_id_eq(&p.pack, &id), "pack");
	check_u64_eq(p.pack_size, 1 << 20, "pack size");
	check_u64_eq(p.group_offset, 4 * 20, "group");
	check_u64_eq(p.stored, 20, "stored");
	check_u64_eq(p.group_length, 100, "group length");
	check_u64_eq(p.inner, 50, "inner");
	check_u64_eq(p.length, 50, "length");
	check_int_eq(p.codec, 1, "codec");
	check_int_eq(p.kind, LB_PACK_DATA, "kind");
	id = chunk_id(85);
	check_ok(lb_index_find(ix, &id, LB_CHUNK_TREE, &p, 1, &count, &err), &err);
	check_size_eq(count, 0, "not as a tree");
	check_u64_eq(lb_index_rows(ix), 161, "rows");
	lb_index_free(ix);
	world_free(&w);
}

Test(index, a_dropped_segment_is_forgotten_and_a_merged_one_is_not)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[3] = { put_segment(&w, 1, 1, 0, 10),
		                  put_segment(&w, 2, 1, 10, 10),
		                  put_segment(&w, 2, 1, 10, 10) };

	update(ix, names, 2, NULL, 0);
	update(ix, NULL, 0, names, 1);
	check_copies(ix, 5, 0, 0);
	check_copies(ix, 15, 1, 1);
	/* A merge: the third repeats the second. */
	update(ix, &names[2], 1, &names[1], 1);
	check_copies(ix, 15, 1, 1);
	update(ix, &names[0], 1, NULL, 0);
	check_copies(ix, 5, 1, 1);
	lb_index_free(ix);
	world_free(&w);
}

Test(index, a_run_of_mostly_dropped_segments_is_written_anew)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[5];

	for (size_t i = 0; i < 5; i++)
		names[i] = put_segment(&w, i, 1, i * 10, 10);
	update(ix, names, 5, NULL, 0);
	update(ix, NULL, 0, names, 2);
	check_u64_eq(lb_index_rows(ix), 50, "kept so far");
	update(ix, NULL, 0, names, 3);
	check_u64_eq(lb_index_rows(ix), 20, "without the dropped ones");
	for (uint64_t i = 0; i < 50; i++)
		check_copies(ix, i, i >= 30, i >= 30);
	lb_index_free(ix);
	ix = open_index(&w);
	update(ix, &names[3], 2, NULL, 0);
	for (uint64_t i = 0; i < 50; i++)
		check_copies(ix, i, i >= 30, i >= 30);
	lb_index_free(ix);
	world_free(&w);
}

Test(index, claims_once_and_knows_what_was_stored)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_pack_info info = pack_info(9, 100, 10);
	struct lb_id id = chunk_id(100);
	struct lb_id name = put_segment(&w, 1, 1, 0, 10);
	struct err err = ERR_INIT;

	update(ix, &name, 1, NULL, 0);
	check_int_eq(claim(ix, 3), LB_KNOWN, "of a segment");
	check_int_eq(claim(ix, 100), LB_CLAIMED, "new");
	check_int_eq(claim(ix, 100), LB_KNOWN, "claimed by the one before");
	check_copies(ix, 100, 0, 0);
	lb_index_release(ix, &id);
	lb_index_release(ix, &id);
	check_int_eq(claim(ix, 100), LB_CLAIMED, "given up, so new again");
	check_ok(lb_index_store(ix, &info, &err), &err);
	check_copies(ix, 100, 1, 1);
	check_int_eq(claim(ix, 109), LB_KNOWN, "stored");
	check_int_eq(claim(ix, 200), LB_CLAIMED, "another");
	check_ok(lb_index_flush(ix, &err), &err);
	check_copies(ix, 100, 1, 1);
	check_int_eq(claim(ix, 105), LB_KNOWN, "stored, and written out");
	check_int_eq(claim(ix, 200), LB_KNOWN, "claims outlive a flush");
	check_u64_eq(lb_index_rows(ix), 20, "rows");
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	world_free(&w);
}

Test(index, own_packs_are_told_once_when_their_segment_comes_into_force)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_pack_info info = pack_info(9, 100, 10);
	struct lb_id name = put_segment(&w, 9, 1, 100, 10);
	struct err err = ERR_INIT;

	check_ok(lb_index_store(ix, &info, &err), &err);
	update(ix, &name, 1, NULL, 0);
	check_copies(ix, 100, 1, 1);
	check_u64_eq(lb_index_rows(ix), 10, "rows");
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	world_free(&w);
}

Test(index, condemned_packs_are_no_copies)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[2] = { put_segment(&w, 1, 1, 0, 10),
		                  put_segment(&w, 2, 1, 5, 10) };
	struct lb_pack_info info = pack_info(9, 100, 10);
	struct lb_id pack = pack_name(1);
	struct lb_id own = pack_name(9);
	struct err err = ERR_INIT;

	/* Before the segment is known, while it is, and after. */
	check_ok(lb_index_set_usable(ix, &pack, false, &err), &err);
	update(ix, names, 2, NULL, 0);
	check_copies(ix, 3, 1, 0);
	check_copies(ix, 7, 2, 1);
	check_int_eq(claim(ix, 3), LB_CLAIMED, "no usable copy");
	check_int_eq(claim(ix, 7), LB_KNOWN, "another copy");
	check_ok(lb_index_set_usable(ix, &pack, true, &err), &err);
	check_copies(ix, 3, 1, 1);
	check_ok(lb_index_store(ix, &info, &err), &err);
	check_ok(lb_index_set_usable(ix, &own, false, &err), &err);
	check_copies(ix, 100, 1, 0);
	check_ok(lb_index_flush(ix, &err), &err);
	check_copies(ix, 100, 1, 0);
	check_ok(lb_index_set_usable(ix, &own, true, &err), &err);
	check_copies(ix, 100, 1, 1);
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	world_free(&w);
}

/* How many files the cache has; with `spoil`, one byte of each is changed at `at`
 * thousandths of its length, or it is cut there. */
static enum err_code visit_file(const struct os_entry *e, void *context, struct err *err)
{
	(void)err;
	(void)e;
	++*(size_t *)context;
	return ERR_OK;
}

static size_t cache_files(const struct world *w)
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

static void spoil_cache(const struct world *w, unsigned at, bool cut)
{
	struct spoil s = { buf_str(&w->cache), at, cut };
	struct err err = ERR_INIT;
	struct os_dir dir;

	check_ok(os_dir_open(&dir, NULL, buf_str(&w->cache), &err), &err);
	check_ok(os_dir_each(&dir, spoil_file, &s, &err), &err);
	os_dir_close(&dir);
}

Test(index, the_cache_is_used_again_without_the_store)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[20];
	struct lb_faulty_nth none = { 0, LB_FAULT_NONE };
	struct lb_backend *watched = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 20; i++)
		names[i] = put_segment(&w, i, 1, i * 10, 10);
	for (size_t i = 0; i < 20; i++)
		update(ix, &names[i], 1, NULL, 0);
	lb_index_free(ix);
	check_true(cache_files(&w) <= 5, "20 segments make few runs, not %zu",
	           cache_files(&w));
	check_ok(lb_faulty_new(&watched, w.store, lb_faulty_choose_nth, &none, &err),
	         &err);
	check_ok(lb_index_open(&ix, buf_str(&w.cache), w.keys, watched, &err), &err);
	check_copies(ix, 55, 0, 0);
	update(ix, names, 20, NULL, 0);
	for (uint64_t i = 0; i < 200; i++)
		check_copies(ix, i, 1, 1);
	check_u64_eq(lb_faulty_operations(watched), 0, "no request");
	lb_index_free(ix);
	lb_backend_close(watched);
	world_free(&w);
}

Test(index, a_damaged_cache_is_made_anew_in_silence)
{
	struct world w = world_new();
	struct lb_id names[2] = { put_segment(&w, 1, 5, 0, 400),
		                  put_segment(&w, 9, 1, 2000, 9) };

	for (unsigned at = 0; at < 1000; at += 9) {
		struct lb_index *ix = open_index(&w);

		update(ix, names, 2, NULL, 0);
		lb_index_free(ix);
		check_true(cache_files(&w) > 0, "a cache");
		spoil_cache(&w, at, at % 2 == 0);
		ix = open_index(&w);
		update(ix, names, 2, NULL, 0);
		for (uint64_t i = 0; i < 2009; i++)
			check_copies(ix, i, 1, 1);
		for (uint64_t i = 2009; i < 2100; i++)
			check_copies(ix, i, 0, 0);
		lb_index_free(ix);
	}
	world_free(&w);
}

Test(index, damage_under_an_open_index_is_noticed)
{
	struct world w = world_new();
	struct lb_id name = put_segment(&w, 1, 5, 0, 400);

	for (unsigned at = 5; at < 1000; at += 51) {
		struct lb_index *ix = open_index(&w);

		update(ix, &name, 1, NULL, 0);
		lb_index_free(ix);
		ix = open_index(&w);
		update(ix, &name, 1, NULL, 0);
		spoil_cache(&w, at, false);
		for (uint64_t i = 0; i < 2000; i++)
			check_copies(ix, i, 1, 1);
		lb_index_free(ix);
	}
	world_free(&w);
}

Test(index, a_segment_that_cannot_be_read_does_not_stop_the_others)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[3] = { put_segment(&w, 1, 1, 0, 10),
		                  { { 1, 2, 3 } },
		                  put_segment(&w, 2, 1, 10, 10) };
	const struct lb_index_change change = { names, 3, NULL, 0 };
	struct err err = ERR_INIT;
	char hex[LB_ID_HEX];

	check_err(lb_index_update(ix, &change, &err), ERR_NOT_FOUND, "one is missing");
	lb_id_hex(&names[1], hex);
	check_str_contains(err.msg, hex, "names it");
	check_size_eq(lb_index_missing(ix), 1, "missing");
	check_copies(ix, 5, 1, 1);
	check_copies(ix, 15, 1, 1);
	update(ix, NULL, 0, &names[1], 1);
	check_size_eq(lb_index_missing(ix), 0, "missing no more");
	lb_index_free(ix);
	world_free(&w);
}

struct seen {
	unsigned char last[16];
	uint64_t rows;
	uint64_t usable;
	uint64_t numbers;
	struct lb_index *ix;
};

static enum err_code visit_row(const unsigned char prefix[16], const struct lb_place *p,
                               void *context, struct err *err)
{
	struct seen *s = context;

	(void)err;
	check_true(memcmp(s->last, prefix, 16) <= 0, "ascending");
	memcpy(s->last, prefix, 16);
	s->rows++;
	s->usable += p->usable;
	s->numbers += p->row;
	check_true(p->row < lb_index_rows(s->ix), "its number");
	return ERR_OK;
}

static enum err_code visit_pack(const struct lb_index_pack *p, void *context,
                                struct err *err)
{
	struct seen *s = context;

	(void)err;
	check_true(memcmp(s->last, p->name.b, 16) < 0, "ascending, once");
	memcpy(s->last, p->name.b, 16);
	s->rows += p->chunks;
	s->usable += p->usable;
	return ERR_OK;
}

static enum err_code stop_at_once(const struct lb_index_pack *p, void *context,
                                  struct err *err)
{
	(void)p;
	(void)context;
	return err_set(err, ERR_CANCELLED, "enough");
}

Test(index, walks_over_all_rows_and_packs)
{
	struct world w = world_new();
	struct lb_index *ix = open_index(&w);
	struct lb_id names[2] = { put_segment(&w, 1, 10, 0, 30),
		                  put_segment(&w, 10, 5, 270, 30) };
	struct lb_pack_info info = pack_info(99, 1000, 7);
	struct lb_id barred = pack_name(3);
	struct seen s = { .ix = ix };
	struct err err = ERR_INIT;

	update(ix, names, 2, NULL, 0);
	check_ok(lb_index_store(ix, &info, &err), &err);
	check_ok(lb_index_set_usable(ix, &barred, false, &err), &err);
	check_ok(lb_index_each(ix, visit_row, &s, &err), &err);
	/* Pack 10 is in both segments, with the same chunks. */
	check_u64_eq(s.rows, 300 + 150 + 7, "rows");
	check_u64_eq(s.usable, 300 + 150 + 7 - 30, "usable rows");
	check_u64_eq(s.numbers, 457 * 456 / 2, "each number once");
	s = (struct seen){ .ix = ix };
	check_ok(lb_index_each_pack(ix, visit_pack, &s, &err), &err);
	check_u64_eq(s.rows, 14 * 30 + 7, "chunks of the packs");
	check_u64_eq(s.usable, 14, "usable packs");
	check_err(lb_index_each_pack(ix, stop_at_once, NULL, &err), ERR_CANCELLED,
	          "stops");
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	world_free(&w);
}

/* Against a plain model, through many packs, spills and merges. */
Test(index, many_own_packs_spill_and_are_found)
{
	struct world w = world_new();
	struct lb_index *ix = NULL;
	struct err err = ERR_INIT;
	enum { PACKS = 80, EACH = 5000 };

	check_ok(lb_index_open(&ix, NULL, w.keys, w.store, &err), &err);
	for (uint64_t p = 0; p < PACKS; p++) {
		struct lb_pack_info info = pack_info(p, p * EACH, EACH);

		check_ok(lb_index_store(ix, &info, &err), &err);
		lb_pack_table_fini(&info.table);
	}
	check_true(lb_index_rows(ix) > 0, "some were written out");
	for (uint64_t i = 0; i < PACKS * EACH; i += 37)
		check_copies(ix, i, 1, 1);
	for (uint64_t i = PACKS * EACH; i < PACKS * EACH + 5000; i++)
		check_copies(ix, i, 0, 0);
	lb_index_free(ix);
	world_free(&w);
}

/* One update of which the n-th request fails, and one more; false when there was no n-th.
 */
static bool update_twice(uint64_t n)
{
	struct world w = world_new();
	struct lb_id names[3] = { put_segment(&w, 1, 1, 0, 10),
		                  put_segment(&w, 2, 2, 10, 10),
		                  put_segment(&w, 4, 1, 30, 10) };
	const struct lb_index_change change = { names, 3, NULL, 0 };
	struct lb_faulty_nth nth = { n, LB_FAULT_FAIL };
	struct lb_backend *faulty;
	struct lb_index *ix;
	struct err err = ERR_INIT;
	bool met;

	check_ok(lb_faulty_new(&faulty, w.store, lb_faulty_choose_nth, &nth, &err), &err);
	check_ok(lb_index_open(&ix, buf_str(&w.cache), w.keys, faulty, &err), &err);
	met = lb_index_update(ix, &change, &err) != ERR_OK;
	check_true(met == (lb_faulty_operations(faulty) >= n), "request %llu",
	           (unsigned long long)n);
	if (met) {
		check_int_eq(err.code, ERR_IO, "request %llu: %s", (unsigned long long)n,
		             err.msg);
		check_size_eq(lb_index_missing(ix), 1, "request %llu: missing",
		              (unsigned long long)n);
		update(ix, names, 3, NULL, 0);
	}
	check_size_eq(lb_index_missing(ix), 0, "all are there");
	for (uint64_t i = 0; i < 40; i++)
		check_copies(ix, i, 1, 1);
	lb_index_free(ix);
	lb_backend_close(faulty);
	world_free(&w);
	return met;
}

Test(index, any_request_of_an_update_may_fail)
{
	unsigned n = 1;

	while (update_twice(n))
		n++;
	printf("index: %u requests failed\n", n - 1);
	check_true(n > 3, "each segment is read");
}

Test(index, running_out_of_memory_is_an_error)
{
	struct world w = world_new();
	struct lb_id names[2] = { put_segment(&w, 1, 3, 0, 10),
		                  put_segment(&w, 9, 1, 30, 10) };
	const struct lb_index_change first = { names, 1, NULL, 0 };
	const struct lb_index_change second = { &names[1], 1, names, 1 };
	struct lb_pack_info info = pack_info(50, 100, 10);
	struct lb_id id = chunk_id(200);
	struct lb_id barred = pack_name(1);
	bool done = false;

	for (uint64_t n = 1; !done; n++) {
		struct lb_index *ix = NULL;
		struct err err = ERR_INIT;
		enum lb_claim got;

		mem_fail_after(n);
		done = lb_index_open(&ix, buf_str(&w.cache), w.keys, w.store, &err) ==
		               ERR_OK &&
		       lb_index_update(ix, &first, &err) == ERR_OK &&
		       lb_index_claim(ix, &id, LB_CHUNK_DATA, &got, &err) == ERR_OK &&
		       lb_index_store(ix, &info, &err) == ERR_OK &&
		       lb_index_set_usable(ix, &barred, false, &err) == ERR_OK &&
		       lb_index_update(ix, &second, &err) == ERR_OK;
		mem_fail_after(0);
		check_true(done || err.code == ERR_NOMEM, "allocation %llu: %d %s",
		           (unsigned long long)n, (int)err.code, err.msg);
		check_true(n < 2000, "an end");
		lb_index_free(ix);
	}
	lb_pack_table_fini(&info.table);
	world_free(&w);
}
