// SPDX-License-Identifier: Apache-2.0
#include "backend/backend.h"
#include "base/mem.h"
#include "job/prune_internal.h"
#include "pack/index.h"
#include "pack/keyring.h"
#include "pack/object.h"
#include "pack/segment.h"
#include "repo/log.h"
#include "repo/repo.h"
#include "repo/segment_put.h"

/*
 * Segments are small after small backups, and name dead packs after a prune. Those are
 * put together anew, without the dead: MERGE registers the new ones and drops the old.
 * A crash before the record leaves segments that nobody names; one after it, old ones.
 */

enum {
	SMALL_ROWS = 16384, /* a segment below is small */
	SMALL_SEGMENTS = 8, /* so many become one */
	ROUND_SEGMENTS = 1024,
};

struct merge {
	struct lb_prune_job *j;
	const struct lb_state *s;
	struct lb_ids small; /* candidates without dead packs */
	struct lb_ids drop;
	struct lb_ids add;
	struct lb_ids packs; /* that `add` names */
	struct lb_segment open;
	struct buf sealed;
	struct buf plain;
};

static bool is_dead(const struct merge *m, const struct lb_id *pack)
{
	uint32_t number = lb_state_pack(m->s, pack);

	return number != LB_NO_PACK && lb_state_dead(m->s, number);
}

static enum err_code load(struct merge *m, const struct lb_id *name,
                          struct lb_segment_view *v, struct err *err)
{
	struct lb_repo *repo = m->j->repo;
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_segment_store_key(name, key);
	rc = lb_backend_get(lb_repo_backend(repo), key,
	                    lb_object_sealed_max(LB_SEGMENT_PLAIN_MAX), &m->sealed, err);
	if (rc == ERR_OK)
		rc = lb_object_open(lb_repo_keyring(repo), LB_OBJECT_SEGMENT, name,
		                    buf_span(&m->sealed), LB_SEGMENT_PLAIN_MAX, &m->plain,
		                    err);
	if (rc == ERR_OK)
		rc = lb_segment_view_init(buf_span(&m->plain), v, err);
	return rc;
}

/* ---- choosing ---- */

static enum err_code look_at(struct merge *m, const struct lb_id *name, struct err *err)
{
	struct lb_segment_view v;
	size_t dead = 0;
	enum err_code rc = load(m, name, &v, err);

	for (size_t i = 0; rc == ERR_OK && i < v.pack_count; i++) {
		struct lb_segment_pack p;

		lb_segment_view_pack(&v, i, &p);
		dead += is_dead(m, &p.name);
	}
	if (rc != ERR_OK || (dead == 0 && v.row_count >= SMALL_ROWS))
		return rc;
	return lb_ids_add(dead > 0 ? &m->drop : &m->small, name) ? ERR_OK
	                                                         : err_nomem(err);
}

static enum err_code choose(struct merge *m, struct err *err)
{
	size_t count;
	const struct lb_id *all = lb_state_segments(m->s, &count);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		if (m->drop.count + m->small.count >= ROUND_SEGMENTS)
			break;
		if (cancel_is_set(m->j->o->cancel))
			return err_set(err, ERR_CANCELLED, "cancelled");
		rc = look_at(m, &all[i], err);
	}
	if (rc != ERR_OK || m->small.count < SMALL_SEGMENTS)
		return rc;
	for (size_t i = 0; i < m->small.count; i++)
		if (!lb_ids_add(&m->drop, &m->small.ids[i]))
			return err_nomem(err);
	return ERR_OK;
}

/* ---- writing ---- */

static enum err_code put_open(struct merge *m, struct err *err)
{
	struct lb_repo *repo = m->j->repo;

	return lb_segment_put(&m->open, lb_repo_keyring(repo), lb_repo_backend(repo),
	                      &m->add, NULL, err);
}

/* The packs that live, at new positions in the table; LB_NO_PACK for the others. */
static enum err_code take_packs(struct merge *m, const struct lb_segment_view *v,
                                uint32_t *position, struct err *err)
{
	struct lb_segment *o = &m->open;

	for (size_t i = 0; i < v->pack_count; i++) {
		struct lb_segment_pack p;

		lb_segment_view_pack(v, i, &p);
		position[i] = LB_NO_PACK;
		if (is_dead(m, &p.name))
			continue;
		if (!mem_grow(&o->packs, o->pack_count, &o->pack_cap, sizeof *o->packs) ||
		    !lb_ids_add(&m->packs, &p.name))
			return err_nomem(err);
		position[i] = (uint32_t)o->pack_count;
		o->packs[o->pack_count++] = p;
	}
	return ERR_OK;
}

static enum err_code take_rows(struct merge *m, const struct lb_segment_view *v,
                               const uint32_t *position, struct err *err)
{
	struct lb_segment *o = &m->open;

	for (size_t i = 0; i < v->row_count; i++) {
		struct lb_row row;

		lb_segment_view_row(v, i, &row);
		row.pack = position[row.pack];
		if (row.pack == LB_NO_PACK)
			continue;
		if (!mem_grow(&o->rows, o->row_count, &o->row_cap, sizeof *o->rows))
			return err_nomem(err);
		o->rows[o->row_count++] = row;
	}
	return ERR_OK;
}

/* Half of what may be, so that later merges have room; a larger one stays alone. */
static bool fits(const struct lb_segment *open, const struct lb_segment_view *v)
{
	const size_t most = LB_SEGMENT_ROWS_MAX / 2;

	return open->row_count <= most && v->row_count <= most - open->row_count &&
	       v->pack_count <= LB_SEGMENT_PACKS_MAX - open->pack_count;
}

static enum err_code take(struct merge *m, const struct lb_id *name, struct err *err)
{
	struct lb_segment_view v;
	uint32_t *position = NULL;
	enum err_code rc;

	/* what is open is written before the next one could be too much for it */
	rc = load(m, name, &v, err);
	if (rc != ERR_OK)
		return rc;
	if (!fits(&m->open, &v)) {
		rc = put_open(m, err);
		if (rc == ERR_OK)
			rc = load(m, name, &v, err);
	}
	if (rc == ERR_OK && !mem_array(&position, v.pack_count + 1, sizeof *position))
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = take_packs(m, &v, position, err);
	if (rc == ERR_OK)
		rc = take_rows(m, &v, position, err);
	mem_free(position);
	return rc;
}

static enum err_code write_all(struct merge *m, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < m->drop.count && rc == ERR_OK; i++)
		rc = take(m, &m->drop.ids[i], err);
	return rc == ERR_OK ? put_open(m, err) : rc;
}

/* ---- the record ---- */

/* Another prune may have dropped a segment meanwhile, or a named pack may have died: what
 * names dead packs is never registered, so anyone may delete it. */
static bool is_stale(const struct merge *m, const struct lb_state *after)
{
	for (size_t i = 0; i < m->drop.count; i++)
		if (!lb_state_in_force(after, &m->drop.ids[i]))
			return true;
	for (size_t i = 0; i < m->packs.count; i++)
		if (lb_state_dead(after, lb_state_pack(after, &m->packs.ids[i])))
			return true;
	return false;
}

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	struct merge *m = context;

	if (is_stale(m, after)) {
		*what = LB_BUILD_GIVE_UP;
		return ERR_OK;
	}
	r->type = LB_MERGE;
	if (!lb_ids_copy(&r->segments, &m->add) || !lb_ids_copy(&r->dropped, &m->drop))
		return err_nomem(err);
	return ERR_OK;
}

static enum err_code delete_all(struct merge *m, const struct lb_ids *names,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < names->count && rc == ERR_OK; i++) {
		char key[LB_STORE_KEY];

		lb_segment_store_key(&names->ids[i], key);
		rc = lb_backend_delete(lb_repo_backend(m->j->repo), key, err);
	}
	return rc;
}

static enum err_code merge(struct merge *m, struct err *err)
{
	struct lb_log *log = lb_repo_log(m->j->repo);
	uint64_t slot;
	enum err_code rc = choose(m, err);

	if (rc != ERR_OK || m->drop.count == 0)
		return rc;
	rc = write_all(m, err);
	if (rc == ERR_OK)
		rc = lb_log_append(log, build, m, &slot, err);
	if (rc != ERR_OK)
		return rc;
	if (slot == LB_NO_SLOT)
		return delete_all(m, &m->add, err);
	m->j->out->merged += m->drop.count;
	rc = lb_log_settle(log, err);
	return rc == ERR_OK ? delete_all(m, &m->drop, err) : rc;
}

/* It is tidying only: what another prune took away meanwhile is its business. */
enum err_code lb_prune_merge(struct lb_prune_job *j, struct err *err)
{
	struct merge m = { .j = j,
		           .s = lb_repo_state(j->repo),
		           .open = LB_SEGMENT_INIT,
		           .sealed = BUF_INIT,
		           .plain = BUF_INIT };
	enum err_code rc = merge(&m, err);

	lb_ids_fini(&m.small);
	lb_ids_fini(&m.drop);
	lb_ids_fini(&m.add);
	lb_ids_fini(&m.packs);
	lb_segment_fini(&m.open);
	buf_fini(&m.sealed);
	buf_fini(&m.plain);
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}
