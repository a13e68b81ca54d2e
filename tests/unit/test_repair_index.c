// SPDX-License-Identifier: Apache-2.0
/* Mending a wrong index where the store fails, where others work meanwhile, and where the
 * packs are broken, too. */
#include "backend/backend.h"
#include "backend/faulty.h"
#include "pack/index.h"
#include "repo_fixture.h"
#include "rows_fixture.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(repair_index, .timeout = 60);

/* ---- a store that fails now and then ---- */

/* One repair whose n-th operation fails; false once it has none such. */
static bool mend_with_fault(struct lb_memory *disk, uint64_t n)
{
	struct lb_faulty_nth nth = { .fault = LB_FAULT_FAIL };
	struct lb_unlock how = fixture_unlock();
	struct lb_repair_options o = { .threads = 1 };
	struct lb_repair_result r;
	struct lb_backend *inner;
	struct lb_backend *b;
	struct lb_repo *repo;
	struct err err = ERR_INIT;
	bool met;

	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_faulty_new(&b, inner, lb_faulty_choose_nth, &nth, &err), &err);
	check_ok(lb_repo_open(&repo, b, &how, NULL, &err), &err);
	nth.n = lb_faulty_operations(b) + n;
	if (lb_repair_index(repo, &o, &r, &err) == ERR_OK &&
	    r.check.findings.total[LB_FINDING_SKIPPED] == 0)
		check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0,
		             "operation %llu: done, so all is mended",
		             (unsigned long long)n);
	met = lb_faulty_operations(b) >= nth.n;
	lb_repair_fini(&r);
	lb_repo_close(repo);
	lb_backend_close(inner);
	return met;
}

Test(repair_index, what_the_store_failed_to_tell_is_not_mended)
{
	struct rows_place p;
	struct lb_memory *whole;
	bool met = true;

	rows_place_init(&p);
	whole = rows_with(&p, rows_offset, rows_first(&p, LB_PACK_DATA), false);
	for (uint64_t n = 1; met; n++) {
		struct lb_memory *disk = fixture_copy(whole);

		met = mend_with_fault(disk, n);
		lb_memory_free(disk);
	}
	lb_memory_free(whole);
	rows_place_fini(&p);
}

/* ---- a pack that the store never lets be read ---- */

struct unread {
	char key[LB_STORE_KEY];
};

static enum lb_fault fail_on(const struct lb_operation *op, void *context)
{
	const struct unread *u = context;

	return strcmp(op->key, u->key) == 0 ? LB_FAULT_FAIL : LB_FAULT_NONE;
}

static enum err_code note_first(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	struct unread *u = context;

	(void)size;
	(void)err;
	if (!u->key[0])
		(void)snprintf(u->key, sizeof u->key, "%s", key);
	return ERR_OK;
}

/* The first pack of the list; deletes the only segment, too, where `lose` says so. */
static struct unread make_unread(struct lb_memory *disk, bool lose)
{
	struct unread u = { { 0 } };
	struct lb_backend *b;
	struct unread segment = { { 0 } };
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_backend_list(b, "packs", note_first, &u, &err), &err);
	check_ok(lb_backend_list(b, "index", note_first, &segment, &err), &err);
	if (lose)
		check_ok(lb_backend_delete(b, segment.key, &err), &err);
	lb_backend_close(b);
	return u;
}

/* What it skips. */
static uint64_t repair_around(struct lb_memory *disk, struct unread *u, uint64_t *mended)
{
	struct lb_unlock how = fixture_unlock();
	struct lb_repair_options o = { .threads = 1 };
	struct lb_repair_result r;
	struct lb_backend *inner, *b;
	struct lb_repo *repo;
	struct err err = ERR_INIT;
	uint64_t skipped;

	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_faulty_new(&b, inner, fail_on, u, &err), &err);
	check_ok(lb_repo_open(&repo, b, &how, NULL, &err), &err);
	check_ok(lb_repair_index(repo, &o, &r, &err), &err);
	skipped = r.check.findings.total[LB_FINDING_SKIPPED];
	check_true(skipped == 0 || strcmp(r.check.findings.items[0]->object, u->key) == 0,
	           "it is named");
	*mended = r.mended;
	lb_repair_fini(&r);
	lb_repo_close(repo);
	lb_backend_close(inner);
	return skipped;
}

Test(repair_index, a_pack_that_cannot_be_read_does_not_stop_the_others)
{
	struct rows_place p;
	uint64_t mended;

	rows_place_init(&p);
	for (int lose = 0; lose < 2; lose++) {
		struct lb_memory *disk = fixture_copy(p.disk);
		struct unread u = make_unread(disk, lose);

		check_u64_eq(repair_around(disk, &u, &mended), 1, "it is skipped");
		check_u64_eq(mended, (uint64_t)lose, "the other one is registered");
		check_u64_eq(repair_around(disk, &u, &mended), 1, "again");
		check_u64_eq(mended, 0, "nothing is registered twice");
		u.key[0] = '\0';
		check_u64_eq(repair_around(disk, &u, &mended), 0, "the store is well");
		check_u64_eq(mended, (uint64_t)lose, "now it is registered");
		check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "whole again");
		lb_memory_free(disk);
	}
	rows_place_fini(&p);
}

/* ---- a prune at the same time ---- */

/* In the middle of a repair the only segment is replaced by one that tells the same. */
static void merge_meanwhile(void *context, const char *what, struct span path,
                            uint64_t bytes)
{
	struct lb_memory **disk = context;
	struct lb_repo *repo;

	(void)what;
	(void)path;
	(void)bytes;
	if (!*disk)
		return;
	repo = fixture_open(*disk);
	rows_swap(repo, NULL, 0, false);
	lb_repo_close(repo);
	*disk = NULL; /* once */
}

static enum err_code count_key(const char *key, uint64_t size, void *context,
                               struct err *err)
{
	(void)key;
	(void)size;
	(void)err;
	++*(size_t *)context;
	return ERR_OK;
}

Test(repair_index, a_merge_meanwhile_is_no_mend)
{
	struct rows_place p;
	struct lb_memory *disk;
	struct lb_memory *once;
	struct lb_events events = { .context = &once, .action = merge_meanwhile };
	struct lb_repair_options o = { .threads = 1, .events = &events };
	struct lb_repair_result r;
	struct lb_repo *repo;
	size_t count = 0;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	rows_place_init(&p);
	disk = rows_with(&p, rows_offset, rows_first(&p, LB_PACK_DATA), false);
	once = disk;
	repo = fixture_open(disk);
	check_int_eq(lb_repair_index(repo, &o, &r, &err), ERR_LOCKED, "says: %s",
	             err.msg);
	check_u64_eq(r.mended, 0, "nothing was registered");
	check_ok(lb_backend_list(lb_repo_backend(repo), "index", count_key, &count, &err),
	         &err);
	check_size_eq(count, 3, "the first, the wrong, the merged one");
	lb_repair_fini(&r);
	lb_repo_close(repo);
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).damage, 0, "whole at the second go");
	lb_memory_free(disk);
	rows_place_fini(&p);
}

/* ---- a pack that cannot be asked ---- */

enum { KIND_AT = 6 }; /* in the header of a pack */

struct breaking {
	struct lb_backend *b;
	bool trailer; /* or else a chunk */
};

static enum err_code break_pack(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	const struct breaking *how = context;
	struct lb_backend *b = how->b;
	struct buf bytes = BUF_INIT;
	struct span span;

	check_ok(lb_backend_get(b, key, UINT32_MAX, &bytes, err), err);
	if (bytes.ptr[KIND_AT] == LB_PACK_DATA) {
		bytes.ptr[how->trailer ? size - 40 : 200] ^= 1;
		span = buf_span(&bytes);
		check_ok(lb_backend_delete(b, key, err), err);
		check_ok(lb_backend_put(b, key, &span, 1, err), err);
	}
	buf_fini(&bytes);
	return ERR_OK;
}

/* All packs of data. */
static void break_packs(struct lb_memory *disk, bool trailer)
{
	struct breaking how = { .trailer = trailer };
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&how.b, disk, &err), &err);
	check_ok(lb_backend_list(how.b, "packs", break_pack, &how, &err), &err);
	lb_backend_close(how.b);
}

static enum err_code count_rows(const unsigned char prefix[16],
                                const struct lb_place *place, void *context,
                                struct err *err)
{
	(void)prefix;
	(void)err;
	*(size_t *)context += place->kind == LB_PACK_DATA;
	return ERR_OK;
}

static size_t data_rows(struct lb_memory *disk)
{
	struct lb_repo *repo = fixture_open(disk);
	size_t count = 0;
	struct err err = ERR_INIT;

	check_ok(lb_index_each(lb_repo_index(repo), count_rows, &count, &err), &err);
	lb_repo_close(repo);
	return count;
}

/* What a repair of the index tells of packs that cannot be read. */
static uint64_t lost_of_index(struct lb_memory *disk)
{
	struct lb_repo *repo = fixture_open(disk);
	struct lb_repair_options o = { .threads = 1 };
	struct lb_repair_result r;
	struct err err = ERR_INIT;
	uint64_t lost;

	check_ok(lb_repair_index(repo, &o, &r, &err), &err);
	lost = r.lost;
	check_u64_eq(r.check.findings.total[LB_FINDING_DAMAGE], lost, "each is named");
	lb_repair_fini(&r);
	lb_repo_close(repo);
	return lost;
}

Test(repair_index, what_is_told_of_a_pack_without_its_own_table_is_kept)
{
	struct rows_place p;
	struct lb_memory *disk;
	size_t before;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	rows_place_init(&p);
	before = data_rows(p.disk);
	disk = rows_with(&p, rows_length, rows_first(&p, LB_PACK_META), false);
	break_packs(disk, true);
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).mistold, 1, "the other pack");
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_true(mended > 0, "the other pack is registered anew");
	check_u64_eq(lost_of_index(disk), 1, "the pack that cannot be asked");
	check_size_eq(data_rows(disk), before, "rows of the pack that cannot be asked");
	check_u64_eq(rows_check(disk, LB_CHECK_ALL).mistold, 0, "and the index is right");
	lb_memory_free(disk);
	rows_place_fini(&p);
}

Test(repair_index, of_a_broken_pack_nothing_is_lost_to_the_index)
{
	struct rows_place p;
	struct lb_memory *disk;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	rows_place_init(&p);
	disk = rows_with(&p, rows_size, rows_first(&p, LB_PACK_DATA), false);
	break_packs(disk, false);
	check_int_eq(rows_repair_all(disk, lb_repair_packs, &mended, &err), ERR_CORRUPT,
	             "chunks are saved by their places");
	check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
	check_ok(rows_repair_all(disk, lb_repair_index, &mended, &err), &err);
	check_ok(rows_repair_all(disk, lb_repair_packs, &mended, &err), &err);
	check_true(mended > 0, "what is broken is condemned after that");
	lb_memory_free(disk);
	rows_place_fini(&p);
}
