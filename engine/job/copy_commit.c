// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/copy_internal.h"
#include "pack/index.h"
#include "repo/commit.h"
#include "repo/log.h"
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

/* All of the snapshot is stored, and its root in the job. */
static enum err_code copy_content(struct lb_copy_job *j, struct err *err)
{
	bool again = true;
	enum err_code rc = ERR_OK;

	for (unsigned i = 1; again; i++)
		rc = copy_once(j, i == TRIES, &again, err);
	if (j->lost)
		return forgotten(j, rc, err);
	return rc == ERR_OK ? lb_objects_finish(j->objects, &j->stored, err) : rc;
}

/* ---- on the way ---- */

static enum err_code build_kept(void *context, const struct lb_state *after,
                                struct lb_record *r, enum lb_build *what, struct err *err)
{
	const struct lb_copy_job *j = context;

	for (size_t i = 0; i < j->stored.own.count; i++) {
		if (!lb_commit_good(after, &j->stored.own.ids[i])) {
			*what = LB_BUILD_GIVE_UP;
			return ERR_OK;
		}
	}
	r->type = LB_COMMIT;
	*what = LB_BUILD_APPEND;
	return lb_stored_name(&j->stored, r, err);
}

/* No snapshot needs it yet, so a prune may take it away again. If one has begun to, its
 * segments may be gone as well, and must not be named: what has to be done then is for
 * the commit of the snapshot to find out, as in any case. */
enum err_code lb_copy_keep(struct lb_copy_job *j, struct err *err)
{
	uint64_t slot;
	enum err_code rc = lb_objects_finish(j->objects, &j->stored, err);

	if (rc != ERR_OK || j->stored.segments.count == 0)
		return rc;
	rc = lb_log_append(lb_repo_log(j->to), build_kept, j, &slot, err);
	/* A segment that a prune took away before it was looked at names its packs no
	 * more, but the records that led to that do. */
	if (rc == ERR_OK)
		rc = lb_log_head(lb_repo_log(j->to), err);
	return rc == ERR_OK && slot != LB_NO_SLOT ? lb_stored_registered(&j->stored, err)
	                                          : rc;
}

/* ---- the commit ---- */

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

	if (rc == ERR_OK)
		rc = lb_stored_give_up(&j->stored, lb_repo_index(j->to), s, suspects,
		                       err);
	j->mended = true;
	if (rc == ERR_OK)
		rc = forget_nodes(j, err);
	if (rc == ERR_OK)
		rc = copy_content(j, err);
	if (rc == ERR_OK)
		rc = lb_stored_tell(&j->stored, c, err);
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
	if (rc == ERR_OK)
		rc = lb_stored_name(&j->stored, r, err);
	return rc == ERR_OK ? encode(j, &r->private_part, err) : rc;
}

static enum err_code commit(struct lb_copy_job *j, struct lb_id16 *id, struct err *err)
{
	struct lb_commit_job job = { .context = j, .mend = mend, .fill = fill };
	struct lb_commit *c = NULL;
	uint64_t slot;
	enum err_code rc = lb_commit_new(&c, lb_repo_log(j->to), err);

	if (rc == ERR_OK)
		rc = lb_stored_tell(&j->stored, c, err);
	if (rc == ERR_OK)
		rc = lb_commit_append(c, &job, &slot, id, err);
	lb_commit_free(c);
	if (rc == ERR_OK)
		rc = lb_stored_registered(&j->stored, err);
	if (rc == ERR_OK)
		rc = note_present(j, original_of(j->now), id, err);
	return rc;
}

enum err_code lb_copy_snapshot(struct lb_copy_job *j, struct lb_id16 *id, struct err *err)
{
	enum err_code rc = copy_content(j, err);

	return rc == ERR_OK ? commit(j, id, err) : rc;
}
