// SPDX-License-Identifier: Apache-2.0
/*
 * Segments that cannot be read, or tell something else than their packs, are replaced by
 * a MERGE: it drops them and adds segments that name every pack of the wrong ones, and
 * every pack of the store that no readable segment names and no record has given up.
 * Among those are packs of the dropped ones (that is what MERGE asks for), packs that a
 * segment should name and does not, and perhaps some that nobody had registered; those
 * are garbage that a prune removes.
 */
#include "backend/backend.h"
#include "base/mem.h"
#include "job/repair_internal.h"
#include "pack/index.h"
#include "pack/object.h"
#include "pack/pack_read.h"
#include "pack/rows_sum.h"
#include "repo/log.h"
#include "repo/segment_put.h"

#include <string.h>

enum { PLACES = 8 };

struct rebuild {
	struct repair_job *r;
	bool look_only;
	bool needed;           /* a pack without a segment has what seems lost */
	struct lb_ids broken;  /* segments to be dropped */
	struct lb_ids lost;    /* those among them that cannot be read */
	bool unasked;          /* the store did not let some pack be read */
	struct lb_ids covered; /* packs of readable segments, sorted */
	struct map renewed;    /* packs that have told anew what is in them */
	struct lb_segment segment;
	struct lb_pack_reader *reader;
};

/* ---- the new segments ---- */

static enum err_code store_segment(struct rebuild *b, struct err *err)
{
	struct lb_repo *repo = b->r->j.repo;

	return lb_segment_put(&b->segment, lb_repo_keyring(repo),
	                      b->r->o->dry_run ? NULL : lb_repo_backend(repo),
	                      &b->r->stored.segments, NULL, err);
}

static bool is_dead(const struct rebuild *b, const struct lb_id *pack)
{
	const struct lb_state *s = lb_repo_state(b->r->j.repo);

	return lb_state_dead(s, lb_state_pack(s, pack));
}

static enum err_code add_pack(struct rebuild *b, const struct lb_pack_info *info,
                              struct err *err)
{
	enum err_code rc = ERR_OK;

	if (!lb_segment_fits(&b->segment, info))
		rc = store_segment(b, err);
	return rc == ERR_OK ? lb_segment_add(&b->segment, info, err) : rc;
}

/* ---- segments that tell something else than their packs ---- */

/* What a segment says of each of its packs; the caller's to free. */
static enum err_code add_up(const struct lb_segment_view *view, struct lb_rows_sum **out,
                            struct err *err)
{
	struct lb_rows_sum *told = mem_new((view->pack_count + 1) * sizeof *told);
	enum err_code rc = told ? ERR_OK : err_nomem(err);

	for (size_t i = 0; i < view->row_count && rc == ERR_OK; i++) {
		struct lb_row row;

		lb_segment_view_row(view, i, &row);
		rc = lb_rows_sum_add(&told[row.pack], &row, err);
	}
	*out = told;
	return rc;
}

static const char mend_unread[] =
	"let the program read it, and repair again; one that can never be read any more has "
	"to be taken out of `packs` by hand";

/* Each damaged pack counts once, however often it is asked. One that the store does not
 * let be read is no damage yet. */
static enum err_code cannot_ask(struct rebuild *b, const char *key,
                                const struct err *fault, const char *mend,
                                struct err *err)
{
	const uint64_t *total = &b->r->j.findings->total[LB_FINDING_DAMAGE];
	uint64_t before = *total;
	enum err_code rc;

	b->unasked = b->unasked || !check_is_damage(fault->code);
	rc = check_fault(&b->r->j, key, fault->code, fault,
	                 check_is_damage(fault->code) ? mend : mend_unread, err);
	if (!b->look_only)
		b->r->result->lost += *total - before;
	return rc;
}

/* What was not told must not count as right for those who give up what is lost. */
static bool may_go_on(const struct rebuild *b, enum err_code rc)
{
	return check_is_damage(rc) || !b->look_only;
}

/* *known is false where the pack cannot be asked: damaged, unreadable, or given up. */
static enum err_code ask_pack(struct rebuild *b, const struct lb_segment_pack *pack,
                              struct lb_pack_info *info, bool *known, struct err *err)
{
	struct err fault = ERR_INIT;
	char key[LB_STORE_KEY];
	enum err_code rc = check_go_on(&b->r->j, err);

	*known = false;
	if (rc != ERR_OK || is_dead(b, &pack->name))
		return rc;
	rc = lb_pack_info_load(b->reader, &pack->name, info, &fault);
	*known = rc == ERR_OK;
	if (rc == ERR_OK)
		return ERR_OK;
	if (!may_go_on(b, rc))
		return err_set(err, rc, "%s", fault.msg);
	lb_pack_store_key(&pack->name, key);
	return cannot_ask(b, key, &fault,
	                  "what the index knows of it is kept; `lifeboat repair packs` "
	                  "saves what can be read of it",
	                  err);
}

static enum err_code compare(struct rebuild *b, const struct lb_segment_pack *pack,
                             const struct lb_rows_sum *told, bool *right, struct err *err)
{
	struct lb_pack_info info = { .table = LB_PACK_TABLE_INIT };
	struct lb_rows_sum own;
	bool known;
	enum err_code rc = ask_pack(b, pack, &info, &known, err);

	if (rc == ERR_OK && known) {
		rc = lb_rows_sum_of(&own, &info, err);
		*right = told->rows == own.rows && told->sum == own.sum &&
		         pack->size == info.size && pack->kind == (uint32_t)info.kind;
	}
	lb_pack_table_fini(&info.table);
	return rc;
}

static enum err_code is_right(struct rebuild *b, const struct lb_segment_view *view,
                              bool *right, struct err *err)
{
	struct lb_rows_sum *told = NULL;
	enum err_code rc = add_up(view, &told, err);

	*right = true;
	for (size_t i = 0; i < view->pack_count && rc == ERR_OK && *right; i++) {
		struct lb_segment_pack pack;

		lb_segment_view_pack(view, i, &pack);
		rc = compare(b, &pack, &told[i], right, err);
	}
	mem_free(told);
	return rc;
}

/* Once, however many wrong segments name it and however often: the new ones grow with
 * the packs, not with what somebody wrote about them. */
static enum err_code renew_pack(struct rebuild *b, const struct lb_segment_pack *pack,
                                bool *keep, struct err *err)
{
	struct lb_pack_info info = { .table = LB_PACK_TABLE_INIT };
	char key[LB_STORE_KEY];
	bool known;
	enum err_code rc;

	*keep = false;
	if (map_has(&b->renewed, lb_id_span(&pack->name)))
		return ERR_OK;
	rc = ask_pack(b, pack, &info, &known, err);
	*keep = !known && !is_dead(b, &pack->name);
	if (rc == ERR_OK && known)
		rc = add_pack(b, &info, err);
	if (rc == ERR_OK && known && !map_set(&b->renewed, lb_id_span(&pack->name), b))
		rc = err_nomem(err);
	if (rc == ERR_OK && known) {
		lb_pack_store_key(&pack->name, key);
		repair_done(b->r, "register", span_str(key), info.size);
	}
	lb_pack_table_fini(&info.table);
	return rc;
}

/* Packs tell anew what is in them; what the old segment says of one that cannot be asked
 * is kept, for it may be all that leads to its chunks. */
static enum err_code renew(struct rebuild *b, const struct lb_segment_view *view,
                           struct err *err)
{
	bool *keep = mem_new((view->pack_count + 1) * sizeof *keep);
	enum err_code rc = keep ? ERR_OK : err_nomem(err);
	bool some = false;

	for (size_t i = 0; i < view->pack_count && rc == ERR_OK; i++) {
		struct lb_segment_pack pack;

		lb_segment_view_pack(view, i, &pack);
		rc = renew_pack(b, &pack, &keep[i], err);
		some = some || keep[i];
	}
	if (rc == ERR_OK && some)
		rc = store_segment(b, err);
	if (rc == ERR_OK && some)
		rc = lb_segment_copy(&b->segment, view, keep, err);
	mem_free(keep);
	return rc;
}

/* ---- which segments, which packs ---- */

static enum err_code take_packs(struct rebuild *b, const struct lb_segment_view *view,
                                struct err *err)
{
	for (size_t i = 0; i < view->pack_count; i++) {
		struct lb_segment_pack pack;

		lb_segment_view_pack(view, i, &pack);
		if (!lb_ids_add(&b->covered, &pack.name))
			return err_nomem(err);
	}
	return ERR_OK;
}

static enum err_code take_segment(struct rebuild *b, const struct lb_id *name,
                                  const struct lb_segment_view *view, struct err *err)
{
	bool right = true;
	enum err_code rc = is_right(b, view, &right, err);

	if (rc == ERR_OK && !right && !b->look_only)
		rc = renew(b, view, err);
	if (rc == ERR_OK && !right && !lb_ids_add(&b->broken, name))
		rc = err_nomem(err);
	return rc == ERR_OK ? take_packs(b, view, err) : rc;
}

static enum err_code look_at_segment(struct rebuild *b, const struct lb_id *name,
                                     struct err *err)
{
	struct lb_repo *repo = b->r->j.repo;
	struct buf sealed = BUF_INIT;
	struct buf plain = BUF_INIT;
	struct err fault = ERR_INIT;
	struct lb_segment_view view;
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_segment_store_key(name, key);
	rc = lb_backend_get(lb_repo_backend(repo), key,
	                    lb_object_sealed_max(LB_SEGMENT_PLAIN_MAX), &sealed, &fault);
	if (rc == ERR_OK)
		rc = lb_object_open(lb_repo_keyring(repo), LB_OBJECT_SEGMENT, name,
		                    buf_span(&sealed), LB_SEGMENT_PLAIN_MAX, &plain,
		                    &fault);
	if (rc == ERR_OK)
		rc = lb_segment_view_init(buf_span(&plain), &view, &fault);
	if (rc == ERR_OK)
		rc = take_segment(b, name, &view, err);
	else if (check_is_damage(rc))
		rc = lb_ids_add(&b->lost, name) ? ERR_OK : err_nomem(err);
	else
		rc = err_set(err, rc, "%s", fault.msg);
	buf_fini(&plain);
	buf_fini(&sealed);
	return rc;
}

static enum err_code look_at_segments(struct rebuild *b, struct err *err)
{
	size_t count;
	const struct lb_id *names =
		lb_state_segments(lb_repo_state(b->r->j.repo), &count);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = look_at_segment(b, &names[i], err);
	lb_ids_sort(&b->covered);
	return rc;
}

/* ---- packs that no segment names ---- */

/* Do snapshots need this chunk, or does the index know no whole copy of it any more? */
static enum err_code seems_lost(struct rebuild *b, const struct lb_chunk *c, bool *lost,
                                struct err *err)
{
	struct lb_place places[PLACES];
	size_t count = 0;
	enum err_code rc;

	*lost = map_has(&b->r->j.damaged, lb_id_span(&c->id));
	if (*lost)
		return ERR_OK;
	rc = lb_index_find(lb_repo_index(b->r->j.repo), &c->id, c->type, places, PLACES,
	                   &count, err);
	*lost = rc == ERR_OK && count > 0;
	for (size_t i = 0; i < count && *lost; i++)
		*lost = !check_whole_pack(&b->r->j, &places[i].pack);
	return rc;
}

static enum err_code weigh(struct rebuild *b, const struct lb_pack_info *info,
                           struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < info->table.chunk_count && rc == ERR_OK && !b->needed; i++)
		rc = seems_lost(b, &info->table.chunks[i], &b->needed, err);
	return rc;
}

static enum err_code take_stray(struct rebuild *b, const char *key,
                                const struct lb_pack_info *info, struct err *err)
{
	enum err_code rc;

	if (b->look_only)
		return weigh(b, info, err);
	rc = add_pack(b, info, err);
	if (rc == ERR_OK)
		repair_done(b->r, "register", span_str(key), info->size);
	return rc;
}

static enum err_code look_at_pack(const char *key, uint64_t size, void *context,
                                  struct err *err)
{
	struct rebuild *b = context;
	struct lb_pack_info info = { .table = LB_PACK_TABLE_INIT };
	struct err fault = ERR_INIT;
	struct lb_id name;
	enum err_code rc;

	(void)size;
	if (!lb_id_parse(span_from(span_str(key), strlen("packs/xx/")), &name) ||
	    lb_ids_has(&b->covered, &name) || is_dead(b, &name))
		return ERR_OK;
	rc = check_go_on(&b->r->j, err);
	if (rc != ERR_OK)
		return rc;
	rc = lb_pack_info_load(b->reader, &name, &info, &fault);
	if (rc == ERR_OK)
		rc = take_stray(b, key, &info, err);
	else if (!may_go_on(b, rc))
		rc = err_set(err, rc, "%s", fault.msg);
	else if (check_is_damage(rc) && b->broken.count == 0 && b->lost.count == 0)
		rc = ERR_OK; /* of a backup that was interrupted: nobody misses it */
	else
		rc = cannot_ask(b, key, &fault,
		                "what it holds is lost unless another pack has it: a "
		                "backup of the same files stores it again",
		                err);
	lb_pack_table_fini(&info.table);
	return rc;
}

static enum err_code look_at_packs(struct rebuild *b, struct err *err)
{
	return lb_backend_list(lb_repo_backend(b->r->j.repo), "packs", look_at_pack, b,
	                       err);
}

/* ---- the record ---- */

static enum err_code build_merge(void *context, const struct lb_state *after,
                                 struct lb_record *r, enum lb_build *what,
                                 struct err *err)
{
	const struct rebuild *b = context;

	r->type = LB_MERGE;
	for (size_t i = 0; i < b->broken.count; i++)
		if (lb_state_in_force(after, &b->broken.ids[i]) &&
		    !lb_ids_add(&r->dropped, &b->broken.ids[i]))
			return err_nomem(err);
	if (r->dropped.count < b->broken.count) {
		*what = LB_BUILD_GIVE_UP;
		return ERR_OK;
	}
	return lb_ids_copy(&r->segments, &b->r->stored.segments) ? ERR_OK
	                                                         : err_nomem(err);
}

static enum err_code delete_all(struct rebuild *b, const struct lb_ids *names,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < names->count && rc == ERR_OK; i++) {
		char key[LB_STORE_KEY];

		lb_segment_store_key(&names->ids[i], key);
		rc = lb_backend_delete(lb_repo_backend(b->r->j.repo), key, err);
	}
	return rc;
}

/* What took the wrong segments away may have copied what they tell into others. */
static enum err_code start_over(struct rebuild *b, struct err *err)
{
	enum err_code rc = delete_all(b, &b->r->stored.segments, err);

	b->r->result->mended = 0;
	return rc == ERR_OK ? err_set(err, ERR_LOCKED,
	                              "a prune or another repair ran at the same time: "
	                              "run the repair again")
	                    : rc;
}

static enum err_code replace(struct rebuild *b, struct err *err)
{
	struct lb_repo *repo = b->r->j.repo;
	uint64_t slot;
	enum err_code rc;

	if (b->r->o->dry_run)
		return ERR_OK;
	rc = lb_log_append(lb_repo_log(repo), build_merge, b, &slot, err);
	if (rc == ERR_OK && slot == LB_NO_SLOT)
		return start_over(b, err);
	if (rc == ERR_OK)
		rc = lb_log_settle(lb_repo_log(repo), err);
	if (rc == ERR_OK)
		rc = delete_all(b, &b->broken, err);
	return rc == ERR_OK ? lb_repo_refresh(repo, err) : rc;
}

/* A segment that is lost goes only once every pack of the store could be asked: it may be
 * about one that could not, and as long as it is in force nobody takes that for stray. */
static enum err_code drop_lost(struct rebuild *b, struct err *err)
{
	for (size_t i = 0; i < b->lost.count && !b->unasked; i++)
		if (!lb_ids_add(&b->broken, &b->lost.ids[i]))
			return err_nomem(err);
	return ERR_OK;
}

static enum err_code rebuild(struct rebuild *b, struct err *err)
{
	enum err_code rc = look_at_packs(b, err);

	if (rc == ERR_OK)
		rc = drop_lost(b, err);
	if (rc == ERR_OK)
		rc = store_segment(b, err);
	if (rc != ERR_OK || (b->broken.count == 0 && b->r->stored.segments.count == 0))
		return rc;
	return replace(b, err);
}

static enum err_code look(struct rebuild *b, struct err *err)
{
	struct lb_repo *repo = b->r->j.repo;
	enum err_code rc = lb_pack_reader_new(&b->reader, lb_repo_backend(repo),
	                                      lb_repo_keyring(repo), err);

	return rc == ERR_OK ? look_at_segments(b, err) : rc;
}

static void rebuild_fini(struct rebuild *b)
{
	lb_pack_reader_free(b->reader);
	lb_segment_fini(&b->segment);
	lb_ids_fini(&b->broken);
	lb_ids_fini(&b->lost);
	lb_ids_fini(&b->covered);
	map_fini(&b->renewed);
}

enum err_code repair_index_is_right(struct repair_job *r, struct err *err)
{
	struct rebuild b = { .r = r, .look_only = true, .segment = LB_SEGMENT_INIT };
	enum err_code rc = look(&b, err);

	if (rc == ERR_OK && b.broken.count == 0 && b.lost.count == 0)
		rc = look_at_packs(&b, err);
	if (rc == ERR_OK && (b.broken.count > 0 || b.lost.count > 0 || b.needed))
		rc = repair_index_first(err);
	rebuild_fini(&b);
	return rc;
}

enum err_code lb_repair_index(struct lb_repo *repo, const struct lb_repair_options *o,
                              struct lb_repair_result *result, struct err *err)
{
	struct repair_job r;
	struct rebuild b = { .r = &r, .segment = LB_SEGMENT_INIT };
	enum err_code rc;

	repair_init(&r, repo, o, result);
	rc = repair_right(&r, LB_ROLE_READ | LB_ROLE_PRUNE, err);
	if (rc == ERR_OK)
		rc = look(&b, err);
	if (rc == ERR_OK)
		rc = rebuild(&b, err);
	rebuild_fini(&b);
	repair_fini(&r);
	return rc;
}
