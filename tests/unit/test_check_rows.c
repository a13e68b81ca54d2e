// SPDX-License-Identifier: Apache-2.0
/* An index that is whole and tells something else than the packs. */
#include "backend/backend.h"
#include "backend/faulty.h"
#include "base/mem.h"
#include "job/repair.h"
#include "pack/index.h"
#include "pack/object.h"
#include "pack/segment.h"
#include "repo/log.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <string.h>

TestSuite(check_rows, .timeout = 60);

/* ---- a repository with one segment, which a test changes ---- */

struct place {
	struct project tree;
	struct lb_memory *disk;
};

static void place_init(struct place *p)
{
	uint64_t dice = 7;
	struct lb_repo *repo;

	project_init(&p->tree);
	fixture_write(&dice, &p->tree, "a", 19000);
	fixture_write(&dice, &p->tree, "b", 20000);
	p->disk = fixture_disk();
	repo = fixture_open(p->disk);
	(void)fixture_back_up(repo, &p->tree);
	lb_repo_close(repo);
}

static void place_fini(struct place *p)
{
	lb_memory_free(p->disk);
	project_fini(&p->tree);
}

typedef void change_fn(struct lb_segment *s, size_t row);

static void load(struct lb_repo *repo, const struct lb_id *name, struct lb_segment *out)
{
	static const bool all[] = { true, true, true, true };
	struct buf sealed = BUF_INIT;
	struct buf plain = BUF_INIT;
	struct lb_segment_view view;
	char key[LB_STORE_KEY];
	struct err err = ERR_INIT;

	lb_segment_store_key(name, key);
	check_ok(lb_backend_get(lb_repo_backend(repo), key, 1 << 20, &sealed, &err),
	         &err);
	check_ok(lb_object_open(lb_repo_keyring(repo), LB_OBJECT_SEGMENT, name,
	                        buf_span(&sealed), 1 << 20, &plain, &err),
	         &err);
	check_ok(lb_segment_view_init(buf_span(&plain), &view, &err), &err);
	check_true(view.pack_count <= sizeof all, "as many packs as flags");
	check_ok(lb_segment_copy(out, &view, all, &err), &err);
	check_size_eq(out->row_count, view.row_count, "all rows");
	buf_fini(&plain);
	buf_fini(&sealed);
}

static struct lb_id store(struct lb_repo *repo, struct lb_segment *s)
{
	struct buf sealed = BUF_INIT;
	struct buf plain = BUF_INIT;
	char key[LB_STORE_KEY];
	struct span part;
	struct lb_id name;
	struct err err = ERR_INIT;

	check_ok(lb_segment_encode(s, &plain, &err), &err);
	check_ok(lb_object_seal(lb_repo_keyring(repo), LB_OBJECT_SEGMENT,
	                        buf_span(&plain), &sealed, &name, &err),
	         &err);
	lb_segment_store_key(&name, key);
	part = buf_span(&sealed);
	check_ok(lb_backend_put(lb_repo_backend(repo), key, &part, 1, &err), &err);
	buf_fini(&plain);
	buf_fini(&sealed);
	return name;
}

struct swap {
	struct lb_id from;
	struct lb_id to;
	bool keep; /* the old one stays beside it */
};

static enum err_code build_swap(void *context, const struct lb_state *after,
                                struct lb_record *r, enum lb_build *what, struct err *err)
{
	const struct swap *s = context;

	(void)after;
	(void)err;
	r->type = LB_MERGE;
	check_true(s->keep || lb_ids_add(&r->dropped, &s->from), "memory for a name");
	check_true(lb_ids_add(&r->segments, &s->to), "memory for a name");
	*what = LB_BUILD_APPEND;
	return ERR_OK;
}

static struct lb_id only_segment(struct lb_repo *repo)
{
	size_t count;
	const struct lb_id *names = lb_state_segments(lb_repo_state(repo), &count);

	check_size_eq(count, 1, "one segment is in force");
	return names[0];
}

/* The same repository, whose index tells of this row what the change makes of it. */
static struct lb_memory *with(const struct place *p, change_fn *change, size_t row,
                              bool keep)
{
	struct lb_memory *disk = fixture_copy(p->disk);
	struct lb_repo *repo = fixture_open(disk);
	struct lb_segment s = LB_SEGMENT_INIT;
	struct swap swap = { .from = only_segment(repo), .keep = keep };
	uint64_t slot;
	struct err err = ERR_INIT;

	load(repo, &swap.from, &s);
	change(&s, row);
	swap.to = store(repo, &s);
	check_ok(lb_log_append(lb_repo_log(repo), build_swap, &swap, &slot, &err), &err);
	lb_segment_fini(&s);
	lb_repo_close(repo);
	return disk;
}

/* The wrong segment once more, under another name. */
static void add_wrong_copy(struct lb_memory *disk)
{
	struct lb_repo *repo = fixture_open(disk);
	struct lb_segment s = LB_SEGMENT_INIT;
	struct swap swap = { .from = only_segment(repo), .keep = true };
	uint64_t slot;
	struct err err = ERR_INIT;

	load(repo, &swap.from, &s);
	swap.to = store(repo, &s);
	check_ok(lb_log_append(lb_repo_log(repo), build_swap, &swap, &slot, &err), &err);
	lb_segment_fini(&s);
	lb_repo_close(repo);
}

/* ---- what a check says ---- */

struct seen {
	uint64_t mistold;  /* packs that the index is wrong about */
	uint64_t damage;   /* everything */
	uint64_t packs;    /* of that, packs */
	uint64_t affected; /* by them */
	uint64_t lost;     /* files, by whatever damage */
	uint64_t verified;
};

static void look_at(const struct lb_finding *one, struct seen *seen)
{
	if (one->level != LB_FINDING_DAMAGE)
		return;
	seen->damage++;
	seen->packs += strncmp(one->object, "packs/", 6) == 0;
	seen->lost += one->affected_count;
	if (strncmp(one->object, "index of packs/", 15) != 0)
		return;
	seen->mistold++;
	seen->affected += one->affected_count;
	check_true(strstr(one->mend, "lifeboat repair index") != NULL, "mend: %s",
	           one->mend);
}

static struct seen check(struct lb_memory *disk, enum lb_check_data data)
{
	struct lb_repo *repo = fixture_open(disk);
	struct lb_check_options o = { .data = data, .threads = 1 };
	struct lb_check_result r;
	struct seen seen = { .damage = 0 };
	struct err err = ERR_INIT;

	check_ok(lb_check_run(repo, &o, &r, &err), &err);
	for (size_t i = 0; i < r.findings.count; i++)
		look_at(r.findings.items[i], &seen);
	seen.verified = r.bytes_verified;
	lb_check_result_fini(&r);
	lb_repo_close(repo);
	return seen;
}

typedef enum err_code repair_fn(struct lb_repo *repo, const struct lb_repair_options *o,
                                struct lb_repair_result *result, struct err *err);

static enum err_code repair_by(struct lb_memory *disk, repair_fn *what, bool read_data,
                               uint64_t *mended, struct err *err)
{
	struct lb_repo *repo = fixture_open(disk);
	struct lb_repair_options o = { .read_data = read_data, .threads = 1 };
	struct lb_repair_result r;
	enum err_code rc = what(repo, &o, &r, err);

	*mended = r.mended;
	lb_repair_fini(&r);
	lb_repo_close(repo);
	return rc;
}

static enum err_code repair(struct lb_memory *disk, repair_fn *what, uint64_t *mended,
                            struct err *err)
{
	return repair_by(disk, what, true, mended, err);
}

/* ---- the changes ---- */

static void change_prefix(struct lb_segment *s, size_t row)
{
	s->rows[row].prefix[3] ^= 1;
}

static void change_offset(struct lb_segment *s, size_t row)
{
	s->rows[row].group_offset++;
}

static void change_inner(struct lb_segment *s, size_t row)
{
	s->rows[row].group_length++;
	s->rows[row].inner++;
	s->rows[row].codec = 1;
}

static void change_length(struct lb_segment *s, size_t row)
{
	s->rows[row].length--;
}

static void change_stored(struct lb_segment *s, size_t row)
{
	s->rows[row].stored--;
	s->rows[row].codec = 1;
}

/* Of a chunk whose plain group would fit into the pack where it begins. */
static void change_codec(struct lb_segment *s, size_t row)
{
	struct lb_row *r = &s->rows[row];

	while (r->group_offset + (uint64_t)r->group_length > s->packs[r->pack].size)
		r++;
	check_true(r < s->rows + s->row_count && r->codec == 1, "a compressed one");
	r->codec = 0;
	r->stored = r->group_length;
}

static void change_type(struct lb_segment *s, size_t row)
{
	struct lb_segment_pack *p = &s->packs[s->rows[row].pack];

	p->kind = p->kind == LB_PACK_DATA ? LB_PACK_META : LB_PACK_DATA;
	for (size_t i = 0; i < s->row_count; i++)
		if (s->rows[i].pack == s->rows[row].pack)
			s->rows[i].type = p->kind == LB_PACK_DATA ? 1 : 2;
}

static void change_size(struct lb_segment *s, size_t row)
{
	s->packs[s->rows[row].pack].size++;
}

static void forget_row(struct lb_segment *s, size_t row)
{
	s->packs[s->rows[row].pack].chunks--;
	s->rows[row] = s->rows[--s->row_count];
}

/* The true pack is one that nobody registered then. */
static void change_name(struct lb_segment *s, size_t row)
{
	s->packs[s->rows[row].pack].name.b[5] ^= 1;
}

static void forget_pack(struct lb_segment *s, size_t row)
{
	uint32_t pack = s->rows[row].pack;
	size_t kept = 0;

	for (size_t i = 0; i < s->row_count; i++) {
		struct lb_row r = s->rows[i];

		if (r.pack == pack)
			continue;
		r.pack -= r.pack > pack;
		s->rows[kept++] = r;
	}
	s->row_count = kept;
	for (size_t i = pack; i + 1 < s->pack_count; i++)
		s->packs[i] = s->packs[i + 1];
	s->pack_count--;
}

/* The pack's name stands there many times. */
static void repeat_pack(struct lb_segment *s, size_t row)
{
	const size_t times = 100;

	check_true(mem_array(&s->packs, s->pack_count + times, sizeof *s->packs),
	           "memory for packs");
	for (size_t i = 0; i < times; i++) {
		s->packs[s->pack_count] = s->packs[s->rows[row].pack];
		s->packs[s->pack_count++].chunks = 0;
	}
}

static void change_nothing(struct lb_segment *s, size_t row)
{
	(void)s;
	(void)row;
}

/* The first row of such a pack. What leads to files no check of the structure reads. */
static size_t row_of(const struct place *p, enum lb_pack_kind kind)
{
	struct lb_repo *repo = fixture_open(p->disk);
	struct lb_segment s = LB_SEGMENT_INIT;
	struct lb_id name = only_segment(repo);
	size_t row = 0;

	load(repo, &name, &s);
	while (row < s.row_count && s.packs[s.rows[row].pack].kind != (uint32_t)kind)
		row++;
	check_true(row < s.row_count, "there is such a chunk");
	lb_segment_fini(&s);
	lb_repo_close(repo);
	return row;
}

/* ---- tests ---- */

Test(check_rows, an_index_that_is_right_is_no_damage)
{
	struct place p;
	struct lb_memory *disk;

	place_init(&p);
	disk = with(&p, change_nothing, 0, false);
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "the same rows once more");
	lb_memory_free(disk);
	disk = with(&p, change_nothing, 0, true);
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "the same rows twice");
	lb_memory_free(disk);
	place_fini(&p);
}

Test(check_rows, every_wrong_field_is_damage_of_the_index_and_mended)
{
	static change_fn *const changes[] = {
		change_prefix, change_offset, change_inner, change_length, change_stored,
		change_codec,  change_type,   change_size,  forget_row,
	};
	struct place p;
	size_t row;

	place_init(&p);
	row = row_of(&p, LB_PACK_DATA);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
		struct lb_memory *disk = with(&p, changes[i], row, false);
		struct seen seen = check(disk, LB_CHECK_ALL);
		uint64_t mended = 0;
		struct err err = ERR_INIT;

		check_u64_eq(seen.mistold, 1, "change %zu: the pack is named", i);
		check_u64_eq(seen.packs, 0, "change %zu: no pack is called damaged", i);
		check_int_eq(repair(disk, lb_repair_packs, &mended, &err), ERR_CORRUPT,
		             "change %zu: nothing is condemned for it", i);
		check_int_eq(repair(disk, lb_repair_snapshots, &mended, &err),
		             ERR_CORRUPT, "change %zu: nothing is given up for it", i);
		check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
		check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
		check_true(mended > 0, "change %zu: mended", i);
		check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "change %zu: whole", i);
		check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
		check_u64_eq(mended, 0, "change %zu: nothing is left to mend", i);
		lb_memory_free(disk);
	}
	place_fini(&p);
}

/* Only those that a look at the structure notices come to harm by a repair without it. */
Test(check_rows, without_reading_data_nothing_is_given_up_either)
{
	static const struct {
		change_fn *change;
		enum lb_pack_kind kind;
	} rows[] = {
		{ change_prefix, LB_PACK_DATA }, { change_length, LB_PACK_DATA },
		{ forget_row, LB_PACK_DATA },    { change_type, LB_PACK_DATA },
		{ change_prefix, LB_PACK_META }, { change_offset, LB_PACK_META },
		{ forget_row, LB_PACK_META },    { change_type, LB_PACK_META },
		{ change_size, LB_PACK_DATA },   { change_size, LB_PACK_META },
	};
	struct place p;

	place_init(&p);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct lb_memory *disk =
			with(&p, rows[i].change, row_of(&p, rows[i].kind), false);
		uint64_t mended = 0;
		struct err err = ERR_INIT;

		check_true(check(disk, LB_CHECK_STRUCTURE).damage > 0,
		           "row %zu: the structure shows it", i);
		check_int_eq(repair_by(disk, lb_repair_snapshots, false, &mended, &err),
		             ERR_CORRUPT, "row %zu: nothing is given up", i);
		check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
		check_u64_eq(mended, 0, "row %zu: no snapshot was replaced", i);
		check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
		check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "row %zu: whole", i);
		lb_memory_free(disk);
	}
	place_fini(&p);
}

/* No repair may take for lost what a pack has that the index does not name. */
static void try_unnamed(const struct place *p, change_fn *change, enum lb_pack_kind kind)
{
	static repair_fn *const others[] = { lb_repair_packs, lb_repair_snapshots };
	struct lb_memory *disk = with(p, change, row_of(p, kind), false);
	bool missing = change == change_name;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	check_true(check(disk, LB_CHECK_STRUCTURE).damage > 0, "the structure shows it");
	for (size_t i = missing ? 0 : 1; i < 2; i++) {
		check_int_eq(repair_by(disk, others[i], false, &mended, &err),
		             ERR_CORRUPT, "repair %zu gives nothing up", i);
		check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
	}
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(mended, 1, "the pack is registered");
	check_ok(repair_by(disk, lb_repair_snapshots, false, &mended, &err), &err);
	check_u64_eq(mended, 0, "no snapshot has lost anything");
	check_ok(repair(disk, lb_repair_packs, &mended, &err), &err);
	check_u64_eq(mended, missing, "only what does not exist is condemned");
	check_u64_eq(check(disk, LB_CHECK_ALL).lost, 0, "all files are whole");
	lb_memory_free(disk);
}

Test(check_rows, a_pack_that_the_index_does_not_name_is_found)
{
	struct place p;

	place_init(&p);
	try_unnamed(&p, change_name, LB_PACK_DATA);
	try_unnamed(&p, change_name, LB_PACK_META);
	try_unnamed(&p, forget_pack, LB_PACK_DATA);
	try_unnamed(&p, forget_pack, LB_PACK_META);
	place_fini(&p);
}

Test(check_rows, one_of_two_segments_may_be_wrong)
{
	struct place p;
	struct lb_memory *disk;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	place_init(&p);
	disk = with(&p, change_offset, row_of(&p, LB_PACK_DATA), true);
	check_u64_eq(check(disk, LB_CHECK_STRUCTURE).damage, 0, "nothing is read");
	check_u64_eq(check(disk, LB_CHECK_ALL).mistold, 1, "the pack is named");
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "whole again");
	lb_memory_free(disk);
	disk = with(&p, change_size, row_of(&p, LB_PACK_DATA), true);
	check_u64_eq(check(disk, LB_CHECK_ALL).mistold, 1, "another size");
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "and that is mended");
	lb_memory_free(disk);
	place_fini(&p);
}

Test(check_rows, a_pack_that_is_named_many_times_is_registered_once)
{
	struct place p;
	struct lb_memory *disk;
	uint64_t once = 0;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	place_init(&p);
	disk = with(&p, change_offset, row_of(&p, LB_PACK_DATA), false);
	check_ok(repair(disk, lb_repair_index, &once, &err), &err);
	lb_memory_free(disk);
	disk = with(&p, repeat_pack, row_of(&p, LB_PACK_DATA), false);
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(mended, once, "as if it were named once");
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "whole again");
	lb_memory_free(disk);
	disk = with(&p, change_offset, row_of(&p, LB_PACK_DATA), false);
	add_wrong_copy(disk);
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(mended, once, "nor because two segments are wrong");
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "whole again");
	lb_memory_free(disk);
	place_fini(&p);
}

Test(check_rows, files_that_the_wrong_row_would_cost_are_named)
{
	struct place p;
	struct lb_memory *disk;
	struct seen seen;

	place_init(&p);
	disk = with(&p, change_offset, row_of(&p, LB_PACK_DATA), false);
	seen = check(disk, LB_CHECK_ALL);
	check_true(seen.affected > 0, "a file cannot be read by that row");
	check_true(seen.verified < check(p.disk, LB_CHECK_ALL).verified,
	           "the pack does not count as verified");
	lb_memory_free(disk);
	place_fini(&p);
}

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
	if (lb_repair_index(repo, &o, &r, &err) == ERR_OK)
		check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0,
		             "operation %llu: done, so all is mended",
		             (unsigned long long)n);
	met = lb_faulty_operations(b) >= nth.n;
	lb_repair_fini(&r);
	lb_repo_close(repo);
	lb_backend_close(inner);
	return met;
}

Test(check_rows, what_the_store_failed_to_tell_is_not_mended)
{
	struct place p;
	struct lb_memory *whole;
	bool met = true;

	place_init(&p);
	whole = with(&p, change_offset, row_of(&p, LB_PACK_DATA), false);
	for (uint64_t n = 1; met; n++) {
		struct lb_memory *disk = fixture_copy(whole);

		met = mend_with_fault(disk, n);
		lb_memory_free(disk);
	}
	lb_memory_free(whole);
	place_fini(&p);
}

/* ---- a prune at the same time ---- */

/* In the middle of a repair the only segment is replaced by one that tells the same. */
static void merge_meanwhile(void *context, const char *what, struct span path,
                            uint64_t bytes)
{
	struct lb_memory **disk = context;
	struct lb_repo *repo;
	struct lb_segment s = LB_SEGMENT_INIT;
	struct swap swap = { .keep = false };
	uint64_t slot;
	struct err err = ERR_INIT;

	(void)what;
	(void)path;
	(void)bytes;
	if (!*disk)
		return;
	repo = fixture_open(*disk);
	swap.from = only_segment(repo);
	load(repo, &swap.from, &s);
	swap.to = store(repo, &s);
	check_ok(lb_log_append(lb_repo_log(repo), build_swap, &swap, &slot, &err), &err);
	lb_segment_fini(&s);
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

Test(check_rows, a_merge_meanwhile_is_no_mend)
{
	struct place p;
	struct lb_memory *disk;
	struct lb_memory *once;
	struct lb_events events = { .context = &once, .action = merge_meanwhile };
	struct lb_repair_options o = { .threads = 1, .events = &events };
	struct lb_repair_result r;
	struct lb_repo *repo;
	size_t count = 0;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	place_init(&p);
	disk = with(&p, change_offset, row_of(&p, LB_PACK_DATA), false);
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
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_u64_eq(check(disk, LB_CHECK_ALL).damage, 0, "whole at the second go");
	lb_memory_free(disk);
	place_fini(&p);
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

Test(check_rows, what_is_told_of_a_pack_without_its_own_table_is_kept)
{
	struct place p;
	struct lb_memory *disk;
	size_t before;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	place_init(&p);
	before = data_rows(p.disk);
	disk = with(&p, change_length, row_of(&p, LB_PACK_META), false);
	break_packs(disk, true);
	check_u64_eq(check(disk, LB_CHECK_ALL).mistold, 1, "the other pack");
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_true(mended > 0, "the other pack is registered anew");
	check_u64_eq(lost_of_index(disk), 1, "the pack that cannot be asked");
	check_size_eq(data_rows(disk), before, "rows of the pack that cannot be asked");
	check_u64_eq(check(disk, LB_CHECK_ALL).mistold, 0, "and the index is right");
	lb_memory_free(disk);
	place_fini(&p);
}

Test(check_rows, of_a_broken_pack_nothing_is_lost_to_the_index)
{
	struct place p;
	struct lb_memory *disk;
	uint64_t mended = 0;
	struct err err = ERR_INIT;

	place_init(&p);
	disk = with(&p, change_size, row_of(&p, LB_PACK_DATA), false);
	break_packs(disk, false);
	check_int_eq(repair(disk, lb_repair_packs, &mended, &err), ERR_CORRUPT,
	             "chunks are saved by their places");
	check_true(strstr(err.msg, "repair index") != NULL, "says: %s", err.msg);
	check_ok(repair(disk, lb_repair_index, &mended, &err), &err);
	check_ok(repair(disk, lb_repair_packs, &mended, &err), &err);
	check_true(mended > 0, "what is broken is condemned after that");
	lb_memory_free(disk);
	place_fini(&p);
}
