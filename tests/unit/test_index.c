// SPDX-License-Identifier: Apache-2.0
#include "index_fixture.h"

#include "backend/faulty.h"
#include "base/mem.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(index, .timeout = 60);

Test(index, finds_what_segments_tell)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[2] = { index_test_put_segment(&w, 1, 3, 0, 40),
		                  index_test_put_segment(&w, 4, 1, 120, 41) };
	struct lb_id id = index_test_chunk_id(85);
	struct lb_place p;
	struct err err = ERR_INIT;
	size_t count;

	index_test_check_copies(ix, 3, 0, 0);
	index_test_update(ix, names, 2, NULL, 0);
	for (uint64_t i = 0; i < 161; i++)
		index_test_check_copies(ix, i, 1, 1);
	for (uint64_t i = 161; i < 2000; i++)
		index_test_check_copies(ix, i, 0, 0);
	check_ok(lb_index_find(ix, &id, LB_CHUNK_DATA, &p, 1, &count, &err), &err);
	id = index_test_pack_name(3);
	check_true(lb_id_eq(&p.pack, &id), "pack");
	check_u64_eq(p.pack_size, 1 << 20, "pack size");
	check_u64_eq(p.group_offset, 4 * 20, "group");
	check_u64_eq(p.stored, 20, "stored");
	check_u64_eq(p.group_length, 100, "group length");
	check_u64_eq(p.inner, 50, "inner");
	check_u64_eq(p.length, 50, "length");
	check_int_eq(p.codec, 1, "codec");
	check_int_eq(p.kind, LB_PACK_DATA, "kind");
	id = index_test_chunk_id(85);
	check_ok(lb_index_find(ix, &id, LB_CHUNK_TREE, &p, 1, &count, &err), &err);
	check_size_eq(count, 0, "not as a tree");
	check_u64_eq(lb_index_rows(ix), 161, "rows");
	lb_index_free(ix);
	index_test_world_free(&w);
}

Test(index, a_dropped_segment_is_forgotten_and_a_merged_one_is_not)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[3] = { index_test_put_segment(&w, 1, 1, 0, 10),
		                  index_test_put_segment(&w, 2, 1, 10, 10),
		                  index_test_put_segment(&w, 2, 1, 10, 10) };

	index_test_update(ix, names, 2, NULL, 0);
	index_test_update(ix, NULL, 0, names, 1);
	index_test_check_copies(ix, 5, 0, 0);
	index_test_check_copies(ix, 15, 1, 1);
	/* A merge: the third repeats the second. */
	index_test_update(ix, &names[2], 1, &names[1], 1);
	index_test_check_copies(ix, 15, 1, 1);
	index_test_update(ix, &names[0], 1, NULL, 0);
	index_test_check_copies(ix, 5, 1, 1);
	lb_index_free(ix);
	index_test_world_free(&w);
}

Test(index, a_run_of_mostly_dropped_segments_is_written_anew)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[5];

	for (size_t i = 0; i < 5; i++)
		names[i] = index_test_put_segment(&w, i, 1, i * 10, 10);
	index_test_update(ix, names, 5, NULL, 0);
	index_test_update(ix, NULL, 0, names, 2);
	check_u64_eq(lb_index_rows(ix), 50, "kept so far");
	index_test_update(ix, NULL, 0, names, 3);
	check_u64_eq(lb_index_rows(ix), 20, "without the dropped ones");
	for (uint64_t i = 0; i < 50; i++)
		index_test_check_copies(ix, i, i >= 30, i >= 30);
	lb_index_free(ix);
	ix = index_test_open_index(&w);
	index_test_update(ix, &names[3], 2, NULL, 0);
	for (uint64_t i = 0; i < 50; i++)
		index_test_check_copies(ix, i, i >= 30, i >= 30);
	lb_index_free(ix);
	index_test_world_free(&w);
}

Test(index, claims_once_and_knows_what_was_stored)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_pack_info info = index_test_pack_info(9, 100, 10);
	struct lb_id id = index_test_chunk_id(100);
	struct lb_id name = index_test_put_segment(&w, 1, 1, 0, 10);
	struct err err = ERR_INIT;

	index_test_update(ix, &name, 1, NULL, 0);
	check_int_eq(index_test_claim(ix, 3), LB_KNOWN, "of a segment");
	check_int_eq(index_test_claim(ix, 100), LB_CLAIMED, "new");
	check_int_eq(index_test_claim(ix, 100), LB_KNOWN, "claimed by the one before");
	index_test_check_copies(ix, 100, 0, 0);
	lb_index_release(ix, &id);
	lb_index_release(ix, &id);
	check_int_eq(index_test_claim(ix, 100), LB_CLAIMED, "given up, so new again");
	check_ok(lb_index_store(ix, &info, &err), &err);
	index_test_check_copies(ix, 100, 1, 1);
	check_int_eq(index_test_claim(ix, 109), LB_KNOWN, "stored");
	check_int_eq(index_test_claim(ix, 200), LB_CLAIMED, "another");
	check_ok(lb_index_flush(ix, &err), &err);
	index_test_check_copies(ix, 100, 1, 1);
	check_int_eq(index_test_claim(ix, 105), LB_KNOWN, "stored, and written out");
	check_int_eq(index_test_claim(ix, 200), LB_KNOWN, "claims outlive a flush");
	check_u64_eq(lb_index_rows(ix), 20, "rows");
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	index_test_world_free(&w);
}

Test(index, own_packs_are_told_once_when_their_segment_comes_into_force)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_pack_info info = index_test_pack_info(9, 100, 10);
	struct lb_id name = index_test_put_segment(&w, 9, 1, 100, 10);
	struct err err = ERR_INIT;

	check_ok(lb_index_store(ix, &info, &err), &err);
	index_test_update(ix, &name, 1, NULL, 0);
	index_test_check_copies(ix, 100, 1, 1);
	check_u64_eq(lb_index_rows(ix), 10, "rows");
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	index_test_world_free(&w);
}

Test(index, condemned_packs_are_no_copies)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[2] = { index_test_put_segment(&w, 1, 1, 0, 10),
		                  index_test_put_segment(&w, 2, 1, 5, 10) };
	struct lb_pack_info info = index_test_pack_info(9, 100, 10);
	struct lb_id pack = index_test_pack_name(1);
	struct lb_id own = index_test_pack_name(9);
	struct err err = ERR_INIT;

	/* Before the segment is known, while it is, and after. */
	check_ok(lb_index_set_usable(ix, &pack, false, &err), &err);
	index_test_update(ix, names, 2, NULL, 0);
	index_test_check_copies(ix, 3, 1, 0);
	index_test_check_copies(ix, 7, 2, 1);
	check_int_eq(index_test_claim(ix, 3), LB_CLAIMED, "no usable copy");
	check_int_eq(index_test_claim(ix, 7), LB_KNOWN, "another copy");
	check_ok(lb_index_set_usable(ix, &pack, true, &err), &err);
	index_test_check_copies(ix, 3, 1, 1);
	check_ok(lb_index_store(ix, &info, &err), &err);
	check_ok(lb_index_set_usable(ix, &own, false, &err), &err);
	index_test_check_copies(ix, 100, 1, 0);
	check_ok(lb_index_flush(ix, &err), &err);
	index_test_check_copies(ix, 100, 1, 0);
	check_ok(lb_index_set_usable(ix, &own, true, &err), &err);
	index_test_check_copies(ix, 100, 1, 1);
	lb_pack_table_fini(&info.table);
	lb_index_free(ix);
	index_test_world_free(&w);
}

Test(index, a_segment_that_cannot_be_read_does_not_stop_the_others)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[3] = { index_test_put_segment(&w, 1, 1, 0, 10),
		                  { { 1, 2, 3 } },
		                  index_test_put_segment(&w, 2, 1, 10, 10) };
	const struct lb_index_change change = { names, 3, NULL, 0 };
	struct err err = ERR_INIT;
	char hex[LB_ID_HEX];

	check_err(lb_index_update(ix, &change, &err), ERR_NOT_FOUND, "one is missing");
	lb_id_hex(&names[1], hex);
	check_str_contains(err.msg, hex, "names it");
	check_size_eq(lb_index_missing(ix), 1, "missing");
	index_test_check_copies(ix, 5, 1, 1);
	index_test_check_copies(ix, 15, 1, 1);
	index_test_update(ix, NULL, 0, &names[1], 1);
	check_size_eq(lb_index_missing(ix), 0, "missing no more");
	lb_index_free(ix);
	index_test_world_free(&w);
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
	struct index_world w = index_test_world_new();
	struct lb_index *ix = index_test_open_index(&w);
	struct lb_id names[2] = { index_test_put_segment(&w, 1, 10, 0, 30),
		                  index_test_put_segment(&w, 10, 5, 270, 30) };
	struct lb_pack_info info = index_test_pack_info(99, 1000, 7);
	struct lb_id barred = index_test_pack_name(3);
	struct seen s = { .ix = ix };
	struct err err = ERR_INIT;

	index_test_update(ix, names, 2, NULL, 0);
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
	index_test_world_free(&w);
}

/* Against a plain model, through many packs, spills and merges. */
Test(index, many_own_packs_spill_and_are_found)
{
	struct index_world w = index_test_world_new();
	struct lb_index *ix = NULL;
	struct err err = ERR_INIT;
	enum { PACKS = 80, EACH = 5000 };

	check_ok(lb_index_open(&ix, NULL, w.keys, w.store, &err), &err);
	for (uint64_t p = 0; p < PACKS; p++) {
		struct lb_pack_info info = index_test_pack_info(p, p * EACH, EACH);

		check_ok(lb_index_store(ix, &info, &err), &err);
		lb_pack_table_fini(&info.table);
	}
	check_true(lb_index_rows(ix) > 0, "some were written out");
	for (uint64_t i = 0; i < PACKS * EACH; i += 37)
		index_test_check_copies(ix, i, 1, 1);
	for (uint64_t i = PACKS * EACH; i < PACKS * EACH + 5000; i++)
		index_test_check_copies(ix, i, 0, 0);
	lb_index_free(ix);
	index_test_world_free(&w);
}

/* One update of which the n-th request fails, and one more; false when there was no n-th.
 */
static bool update_twice(uint64_t n)
{
	struct index_world w = index_test_world_new();
	struct lb_id names[3] = { index_test_put_segment(&w, 1, 1, 0, 10),
		                  index_test_put_segment(&w, 2, 2, 10, 10),
		                  index_test_put_segment(&w, 4, 1, 30, 10) };
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
		index_test_update(ix, names, 3, NULL, 0);
	}
	check_size_eq(lb_index_missing(ix), 0, "all are there");
	for (uint64_t i = 0; i < 40; i++)
		index_test_check_copies(ix, i, 1, 1);
	lb_index_free(ix);
	lb_backend_close(faulty);
	index_test_world_free(&w);
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
	struct index_world w = index_test_world_new();
	struct lb_id names[2] = { index_test_put_segment(&w, 1, 3, 0, 10),
		                  index_test_put_segment(&w, 9, 1, 30, 10) };
	const struct lb_index_change first = { names, 1, NULL, 0 };
	const struct lb_index_change second = { &names[1], 1, names, 1 };
	struct lb_pack_info info = index_test_pack_info(50, 100, 10);
	struct lb_id id = index_test_chunk_id(200);
	struct lb_id barred = index_test_pack_name(1);
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
	index_test_world_free(&w);
}
