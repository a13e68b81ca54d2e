// SPDX-License-Identifier: Apache-2.0
/*
 * Broken packs are condemned, which is the format's quarantine: no backup leans on them,
 * so what is lost is stored anew as soon as a backup meets it. What can still be read of
 * them is stored again first. The next prune lets go of them once no snapshot needs
 * anything that only they have.
 */
#include "job/repair_internal.h"
#include "pack/index.h"
#include "pack/pack_read.h"
#include "pack/reader.h"
#include "repo/log.h"

struct quarantine {
	struct repair_job r;
	struct lb_ids packs; /* to condemn */
	struct lb_pack_reader *packs_reader;
};

/* A chunk of a broken pack: stored again if it can be read. lb_putter_put knows whether
 * another pack has it. */
static enum err_code save_chunk(struct quarantine *q, const struct lb_chunk *c,
                                struct err *err)
{
	struct lb_place place;
	struct err fault = ERR_INIT;
	struct span plain;
	struct lb_id id;
	size_t count;
	enum err_code rc = lb_index_find(lb_repo_index(q->r.j.repo), &c->id, c->type,
	                                 &place, 1, &count, err);

	if (rc != ERR_OK || (count > 0 && place.usable))
		return rc;
	rc = lb_reader_borrow(q->r.j.reader, &c->id, c->type, &plain, &fault);
	if (rc == ERR_OK)
		return lb_putter_put(q->r.putter, (enum lb_chunk_type)c->type, plain, &id,
		                     err);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	q->r.result->lost++;
	return ERR_OK;
}

/* Whole ids stand in the trailer; where that is lost, nothing is saved here, but groups
 * that snapshots need stay readable through the index. */
static enum err_code save_pack(struct quarantine *q, const struct check_pack *p,
                               struct err *err)
{
	struct lb_pack_info info = { .table = LB_PACK_TABLE_INIT };
	struct err fault = ERR_INIT;
	enum err_code rc = lb_pack_info_load(q->packs_reader, &p->name, &info, &fault);

	if (rc == ERR_NOMEM)
		return err_nomem(err);
	for (size_t i = 0; i < info.table.chunk_count && rc == ERR_OK; i++) {
		rc = save_chunk(q, &info.table.chunks[i], err);
		if (rc == ERR_OK)
			rc = check_go_on(&q->r.j, err);
		if (rc != ERR_OK)
			goto out;
	}
	rc = lb_ids_add(&q->packs, &p->name) ? ERR_OK : err_nomem(err);
out:
	lb_pack_table_fini(&info.table);
	return rc;
}

static enum err_code build_condemn(void *context, const struct lb_state *after,
                                   struct lb_record *r, enum lb_build *what,
                                   struct err *err)
{
	const struct quarantine *q = context;

	r->type = LB_CONDEMN;
	for (size_t i = 0; i < q->packs.count; i++) {
		uint32_t pack = lb_state_pack(after, &q->packs.ids[i]);

		if (!lb_state_condemned(after, pack) && !lb_state_dead(after, pack) &&
		    !lb_ids_add(&r->condemned, &q->packs.ids[i]))
			return err_nomem(err);
	}
	if (r->condemned.count == 0 && q->r.stored.segments.count == 0)
		*what = LB_BUILD_GIVE_UP;
	return lb_ids_copy(&r->segments, &q->r.stored.segments) ? ERR_OK : err_nomem(err);
}

static enum err_code condemn(struct quarantine *q, struct err *err)
{
	uint64_t slot;
	enum err_code rc;

	if (!q->r.o->dry_run) {
		rc = lb_log_append(lb_repo_log(q->r.j.repo), build_condemn, q, &slot,
		                   err);
		if (rc != ERR_OK)
			return rc;
	}
	for (size_t i = 0; i < q->packs.count; i++) {
		char key[LB_STORE_KEY];

		lb_pack_store_key(&q->packs.ids[i], key);
		repair_done(&q->r, "condemn", span_str(key), 0);
	}
	return q->r.o->dry_run ? ERR_OK : lb_repo_refresh(q->r.j.repo, err);
}

static bool any_bad(const struct check_job *j)
{
	for (size_t i = 0; i < j->pack_count; i++)
		if (j->packs[i].bad)
			return true;
	return false;
}

static enum err_code quarantine(struct quarantine *q, struct err *err)
{
	struct check_job *j = &q->r.j;
	enum err_code rc = repair_look_at_packs(&q->r, err);

	if (rc == ERR_OK && any_bad(j)) /* what can be saved is found by the index */
		rc = repair_index_is_right(&q->r, err);
	if (rc == ERR_OK)
		rc = check_chunks_open(j, err);
	if (rc == ERR_OK)
		rc = lb_pack_reader_new(&q->packs_reader, lb_repo_backend(j->repo),
		                        lb_repo_keyring(j->repo), err);
	if (rc == ERR_OK)
		rc = repair_open_objects(&q->r, err);
	for (size_t i = 0; i < j->pack_count && rc == ERR_OK; i++)
		if (j->packs[i].bad)
			rc = save_pack(q, &j->packs[i], err);
	if (rc == ERR_OK)
		rc = repair_flush(&q->r, err);
	return rc == ERR_OK && q->packs.count > 0 ? condemn(q, err) : rc;
}

enum err_code lb_repair_packs(struct lb_repo *repo, const struct lb_repair_options *o,
                              struct lb_repair_result *result, struct err *err)
{
	struct quarantine q = { .packs_reader = NULL };
	struct lb_repair_options all = *o;
	enum err_code rc;

	all.read_data = true; /* what is broken shows only in the bytes */
	repair_init(&q.r, repo, &all, result);
	rc = repair_right(&q.r, LB_ROLE_READ | LB_ROLE_PRUNE, err);
	if (rc == ERR_OK)
		rc = quarantine(&q, err);
	lb_pack_reader_free(q.packs_reader);
	lb_ids_fini(&q.packs);
	repair_fini(&q.r);
	return rc;
}
