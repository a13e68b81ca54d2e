// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/copy_internal.h"
#include "pack/index.h"
#include "repo/commit.h"
#include "repo/repo.h"

/* Times that one snapshot is tried while the source's log moves on. */
#define TRIES 4

/* ---- what the target has ---- */

static const struct lb_id16 *original_of(const struct lb_snapshot_ref *r)
{
	return r->snapshot->has_original ? &r->snapshot->original : &r->id;
}

static enum err_code note_present(struct lb_copy_job *j, const struct lb_id16 *original,
                                  const struct lb_id16 *copy, struct err *err)
{
	struct lb_id16 *id = arena_new(&j->arena, sizeof *id);

	if (!id)
		return err_nomem(err);
	*id = *copy;
	return map_set(&j->present, lb_id16_span(original), id) ? ERR_OK : err_nomem(err);
}

enum err_code lb_copy_look(struct lb_copy_job *j, const struct lb_state *s,
                           struct err *err)
{
	struct lb_snapshots list;
	size_t count;
	enum err_code rc;

	(void)lb_state_snapshots(s, &count);
	if (count == j->present_count)
		return ERR_OK;
	rc = lb_snapshots_load(&list, s, false, err);
	for (size_t i = 0; i < list.count && rc == ERR_OK; i++)
		rc = note_present(j, original_of(&list.refs[i]), &list.refs[i].id, err);
	lb_snapshots_fini(&list);
	j->present_count = count;
	return rc;
}

const struct lb_id16 *lb_copy_present(const struct lb_copy_job *j,
                                      const struct lb_snapshot_ref *r)
{
	return map_get(&j->present, lb_id16_span(original_of(r)));
}

/* ---- content ---- */

/* Has the source's log moved on? Packs may lie elsewhere then, and what was a fault is
 * none. */
static bool has_news(struct lb_copy_job *j)
{
	const struct lb_state *s = lb_repo_state(j->from);
	const uint64_t head = lb_state_head(s);
	struct err err = ERR_INIT;

	return lb_repo_refresh(j->from, &err) == ERR_OK && lb_state_head(s) != head;
}

static enum err_code forgotten(const struct lb_copy_job *j, enum err_code rc,
                               struct err *err)
{
	const struct lb_live *live =
		lb_state_snapshot(lb_repo_state(j->from), &j->now->id);

	if (live && lb_live_at(live, LB_NO_SLOT))
		return rc;
	return err_set(err, ERR_LOCKED, "it was forgotten meanwhile");
}

static enum err_code copy_once(struct lb_copy_job *j, bool last, bool *again,
                               struct err *err)
{
	enum err_code rc;

	*again = false;
	j->lost = false;
	lb_copy_walker(j)->failed = false;
	rc = lb_copy_ahead(j, &j->now->snapshot->root, err);
	if (rc != ERR_OK)
		return rc;
	if (atomic_load(&j->missed) > 0 && !last && has_news(j)) {
		*again = true;
		return ERR_OK;
	}
	rc = lb_copy_tree(j, &j->now->snapshot->root, &j->root, err);
	j->lost = rc != ERR_OK && rc != ERR_CANCELLED && rc != ERR_NOMEM &&
	          !lb_copy_walker(j)->failed;
	*again = j->lost && !last && has_news(j);
	return rc;
}

static enum err_code flush(struct lb_copy_job *j, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < j->worker_count && rc == ERR_OK; i++)
		rc = lb_putter_flush(j->workers[i].putter, err);
	return rc == ERR_OK ? lb_objects_finish(j->objects, &j->segments, &j->own,
	                                        &j->used, err)
	                    : rc;
}

/* All of the snapshot is stored, and its root in the job. */
static enum err_code copy_content(struct lb_copy_job *j, struct err *err)
{
	bool again = true;
	enum err_code rc = ERR_OK;

	for (unsigned i = 1; again; i++)
		rc = copy_once(j, i == TRIES, &again, err);
	if (j->lost)
		return forgotten(j, rc, err);
	return rc == ERR_OK ? flush(j, err) : rc;
}

/* ---- the commit ---- */

static enum err_code tell_packs(struct lb_copy_job *j, struct lb_commit *c,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < j->used.count; i++)
		rc = lb_commit_used(c, &j->used.ids[i], err);
	for (size_t i = 0; rc == ERR_OK && i < j->own.count; i++)
		rc = lb_commit_own(c, &j->own.ids[i], err);
	return rc;
}

/* A segment names good and bad packs alike, so one own pack that no longer counts takes
 * all own packs with it. */
static enum err_code give_up_pack(struct lb_copy_job *j, const struct lb_id *pack,
                                  struct err *err)
{
	struct lb_index *ix = lb_repo_index(j->to);
	enum err_code rc = lb_index_set_usable(ix, pack, false, err);

	lb_ids_sort(&j->own);
	if (rc != ERR_OK || !lb_ids_has(&j->own, pack))
		return rc;
	for (size_t i = 0; i < j->own.count && rc == ERR_OK; i++)
		rc = lb_index_set_usable(ix, &j->own.ids[i], false, err);
	j->own.count = 0;
	j->segments.count = 0;
	return rc;
}

/* Suspects are forgotten, here as there: a later copy does not lean on them. */
static void forget_suspects(struct lb_copy_job *j, const struct lb_state *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < j->used.count; i++)
		if (lb_state_usable(s, lb_state_pack(s, &j->used.ids[i])))
			j->used.ids[kept++] = j->used.ids[i];
	j->used.count = kept;
}

static enum err_code forget_nodes(struct lb_copy_job *j, struct err *err)
{
	lb_copy_memo_free(j->nodes);
	j->nodes = NULL;
	return lb_copy_memo_new(&j->nodes, lb_repo_cache_dir(j->from),
	                        lb_index_rows(lb_repo_index(j->from)), err);
}

/*
 * Packs that the copy leans on were condemned meanwhile. With the index told so, a second
 * pass finds which chunks are missing and fetches those again; the trees are written anew
 * as a whole.
 */
static enum err_code mend(void *context, struct lb_commit *c, const struct lb_state *s,
                          const struct lb_suspects *suspects, bool *uploaded,
                          struct err *err)
{
	struct lb_copy_job *j = context;
	enum err_code rc = lb_repo_refresh_index(j->to, err);

	for (size_t i = 0; rc == ERR_OK && i < suspects->count; i++)
		rc = give_up_pack(j, lb_state_pack_name(s, suspects->packs[i]), err);
	forget_suspects(j, s);
	j->mended = true;
	if (rc == ERR_OK)
		rc = forget_nodes(j, err);
	if (rc == ERR_OK)
		rc = copy_content(j, err);
	if (rc == ERR_OK)
		rc = tell_packs(j, c, err);
	*uploaded = true;
	return rc;
}

/* The snapshot as it stands here. */
static enum err_code encode(struct lb_copy_job *j, struct buf *out, struct err *err)
{
	struct lb_snapshot s = *j->now->snapshot;
	const struct lb_id16 *parent =
		map_get(&j->present, s.has_parent ? lb_id16_span(&s.parent) : SPAN_EMPTY);

	s.root = j->root;
	s.has_original = true;
	s.original = *original_of(j->now);
	s.has_parent = parent != NULL;
	if (parent)
		s.parent = *parent;
	s.replaces = NULL;
	s.replace_count = 0;
	return lb_snapshot_encode(&s, out, err);
}

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	struct lb_copy_job *j = context;
	enum err_code rc = lb_copy_look(j, s, err);

	(void)c;
	if (rc == ERR_OK && lb_copy_present(j, j->now))
		rc = err_set(err, ERR_EXISTS, "another copy was quicker");
	for (size_t i = 0; i < j->segments.count && rc == ERR_OK; i++)
		if (!lb_ids_add(&r->segments, &j->segments.ids[i]))
			rc = err_nomem(err);
	return rc == ERR_OK ? encode(j, &r->private_part, err) : rc;
}

/* What the record has registered is others' from now on. */
static enum err_code registered(struct lb_copy_job *j, struct err *err)
{
	for (size_t i = 0; i < j->own.count; i++)
		if (!lb_ids_add(&j->used, &j->own.ids[i]))
			return err_nomem(err);
	j->own.count = 0;
	j->segments.count = 0;
	return ERR_OK;
}

static enum err_code commit(struct lb_copy_job *j, struct lb_id16 *id, struct err *err)
{
	struct lb_commit_job job = { .context = j, .mend = mend, .fill = fill };
	struct lb_commit *c = NULL;
	uint64_t slot;
	enum err_code rc = lb_commit_new(&c, lb_repo_log(j->to), err);

	if (rc == ERR_OK)
		rc = tell_packs(j, c, err);
	if (rc == ERR_OK)
		rc = lb_commit_append(c, &job, &slot, id, err);
	lb_commit_free(c);
	if (rc == ERR_OK)
		rc = registered(j, err);
	if (rc == ERR_OK)
		rc = note_present(j, original_of(j->now), id, err);
	return rc;
}

enum err_code lb_copy_snapshot(struct lb_copy_job *j, struct lb_id16 *id, struct err *err)
{
	enum err_code rc = copy_content(j, err);

	return rc == ERR_OK ? commit(j, id, err) : rc;
}
