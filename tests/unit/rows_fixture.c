// SPDX-License-Identifier: Apache-2.0
#include "rows_fixture.h"

#include "backend/backend.h"
#include "base/mem.h"
#include "pack/object.h"
#include "repo/log.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <string.h>

/* ---- a repository with one segment, which a test changes ---- */

void rows_place_init(struct rows_place *p)
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

void rows_place_fini(struct rows_place *p)
{
	lb_memory_free(p->disk);
	project_fini(&p->tree);
}

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

void rows_swap(struct lb_repo *repo, rows_change *change, size_t row, bool keep)
{
	struct lb_segment s = LB_SEGMENT_INIT;
	struct swap swap = { .from = only_segment(repo), .keep = keep };
	uint64_t slot;
	struct err err = ERR_INIT;

	load(repo, &swap.from, &s);
	if (change)
		change(&s, row);
	swap.to = store(repo, &s);
	check_ok(lb_log_append(lb_repo_log(repo), build_swap, &swap, &slot, &err), &err);
	lb_segment_fini(&s);
}

struct lb_memory *rows_with(const struct rows_place *p, rows_change *change, size_t row,
                            bool keep)
{
	struct lb_memory *disk = fixture_copy(p->disk);
	struct lb_repo *repo = fixture_open(disk);

	rows_swap(repo, change, row, keep);
	lb_repo_close(repo);
	return disk;
}

/* ---- what a check says ---- */

static void look_at(const struct lb_finding *one, struct rows_seen *seen)
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

struct rows_seen rows_check(struct lb_memory *disk, enum lb_check_data data)
{
	struct lb_repo *repo = fixture_open(disk);
	struct lb_check_options o = { .data = data, .threads = 1 };
	struct lb_check_result r;
	struct rows_seen seen = { .damage = 0 };
	struct err err = ERR_INIT;

	check_ok(lb_check_run(repo, &o, &r, &err), &err);
	for (size_t i = 0; i < r.findings.count; i++)
		look_at(r.findings.items[i], &seen);
	seen.verified = r.bytes_verified;
	lb_check_result_fini(&r);
	lb_repo_close(repo);
	return seen;
}

enum err_code rows_repair_by(struct lb_memory *disk, rows_repair *what, bool read_data,
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

enum err_code rows_repair_all(struct lb_memory *disk, rows_repair *what, uint64_t *mended,
                              struct err *err)
{
	return rows_repair_by(disk, what, true, mended, err);
}

/* ---- the changes ---- */

void rows_prefix(struct lb_segment *s, size_t row)
{
	s->rows[row].prefix[3] ^= 1;
}

void rows_offset(struct lb_segment *s, size_t row)
{
	s->rows[row].group_offset++;
}

void rows_inner(struct lb_segment *s, size_t row)
{
	s->rows[row].group_length++;
	s->rows[row].inner++;
	s->rows[row].codec = 1;
}

void rows_length(struct lb_segment *s, size_t row)
{
	s->rows[row].length--;
}

void rows_stored(struct lb_segment *s, size_t row)
{
	s->rows[row].stored--;
	s->rows[row].codec = 1;
}

/* Of a chunk whose plain group would fit into the pack where it begins. */
void rows_codec(struct lb_segment *s, size_t row)
{
	struct lb_row *r = &s->rows[row];

	while (r->group_offset + (uint64_t)r->group_length > s->packs[r->pack].size)
		r++;
	check_true(r < s->rows + s->row_count && r->codec == 1, "a compressed one");
	r->codec = 0;
	r->stored = r->group_length;
}

void rows_type(struct lb_segment *s, size_t row)
{
	struct lb_segment_pack *p = &s->packs[s->rows[row].pack];

	p->kind = p->kind == LB_PACK_DATA ? LB_PACK_META : LB_PACK_DATA;
	for (size_t i = 0; i < s->row_count; i++)
		if (s->rows[i].pack == s->rows[row].pack)
			s->rows[i].type = p->kind == LB_PACK_DATA ? 1 : 2;
}

void rows_size(struct lb_segment *s, size_t row)
{
	s->packs[s->rows[row].pack].size++;
}

void rows_forget_row(struct lb_segment *s, size_t row)
{
	s->packs[s->rows[row].pack].chunks--;
	s->rows[row] = s->rows[--s->row_count];
}

/* The true pack is one that nobody registered then. */
void rows_name(struct lb_segment *s, size_t row)
{
	s->packs[s->rows[row].pack].name.b[5] ^= 1;
}

void rows_forget_pack(struct lb_segment *s, size_t row)
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
void rows_repeat_pack(struct lb_segment *s, size_t row)
{
	const size_t times = 100;

	check_true(mem_array(&s->packs, s->pack_count + times, sizeof *s->packs),
	           "memory for packs");
	for (size_t i = 0; i < times; i++) {
		s->packs[s->pack_count] = s->packs[s->rows[row].pack];
		s->packs[s->pack_count++].chunks = 0;
	}
}

void rows_nothing(struct lb_segment *s, size_t row)
{
	(void)s;
	(void)row;
}

size_t rows_first(const struct rows_place *p, enum lb_pack_kind kind)
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
