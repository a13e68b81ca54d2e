// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "pack/index.h"
#include "repo/commit.h"
#include "repo/repo.h"

/* The snapshot, and its way into the log. */

void lb_backup_count(struct lb_backup_job *j, struct lb_snapshot_figures *f)
{
	struct lb_objects_figures stored;

	lb_objects_count(j->objects, &stored);
	*f = (struct lb_snapshot_figures){
		.files = atomic_load(&j->file_count),
		.folders = atomic_load(&j->folder_count),
		.others = atomic_load(&j->other_count),
		.bytes = atomic_load(&j->bytes),
		.chunks_new = stored.chunks,
		.bytes_new = stored.bytes,
		.bytes_stored = stored.stored,
		.errors = atomic_load(&j->errors),
	};
}

static enum err_code encode(struct lb_backup_job *j, struct buf *out, struct err *err)
{
	struct lb_snapshot s = {
		.root = j->root,
		.start_ns = j->start_ns,
		.end_ns = lb_backup_now(),
		.host = buf_span(&j->host),
		.user = buf_span(&j->user),
		.paths = j->paths,
		.path_count = j->o->path_count,
		.tags = j->o->tags,
		.tag_count = j->o->tag_count,
		.description = j->o->description,
		.has_parent = j->parent != NULL,
		.program = buf_span(&j->program),
		.excludes = j->o->excludes,
		.exclude_count = j->o->exclude_count,
		.partial = j->committing_partial,
		.replaces = j->replaced,
		.replace_count = j->replaced_count,
	};

	if (j->parent)
		s.parent = j->parent->id;
	lb_backup_count(j, &s.figures);
	return lb_snapshot_encode(&s, out, err);
}

/* ---- the commit ---- */

static enum err_code tell_packs(struct lb_backup_job *j, struct lb_commit *c,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < j->names.used.count; i++)
		rc = lb_commit_used(c, &j->names.used.ids[i], err);
	for (size_t i = 0; rc == ERR_OK && i < j->names.own.count; i++)
		rc = lb_commit_own(c, &j->names.own.ids[i], err);
	return rc;
}

/* A segment names good and bad packs alike, so one own pack that no longer counts takes
 * all own packs with it. */
static enum err_code give_up_pack(struct lb_backup_job *j, const struct lb_id *pack,
                                  struct err *err)
{
	struct lb_index *ix = lb_repo_index(j->repo);
	struct lb_ids *own = &j->names.own;
	enum err_code rc = lb_index_set_usable(ix, pack, false, err);

	lb_ids_sort(own);
	if (rc != ERR_OK || !lb_ids_has(own, pack))
		return rc;
	for (size_t i = 0; i < own->count && rc == ERR_OK; i++)
		rc = lb_index_set_usable(ix, &own->ids[i], false, err);
	own->count = 0;
	j->names.segments.count = 0;
	return rc;
}

/* What was found in packs that count still need not be told again, but in all others is
 * looked for anew. */
static void forget_suspects(struct lb_ids *used, const struct lb_state *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < used->count; i++)
		if (lb_state_usable(s, lb_state_pack(s, &used->ids[i])))
			used->ids[kept++] = used->ids[i];
	used->count = kept;
}

/*
 * Packs that this snapshot leans on were condemned meanwhile. With the index told so, a
 * second pass finds what is missing and stores it again; what is there still is only
 * looked up.
 */
static enum err_code mend(void *context, struct lb_commit *c, const struct lb_state *s,
                          const struct lb_suspects *suspects, bool *uploaded,
                          struct err *err)
{
	struct lb_backup_job *j = context;
	enum err_code rc;

	if (j->committing_partial) /* it only saves work: not worth a second walk */
		return err_set(err, ERR_LOCKED, "packs were pruned meanwhile");
	forget_suspects(&j->names.used, s);
	rc = lb_repo_refresh_index(j->repo, err);
	for (size_t i = 0; rc == ERR_OK && i < suspects->count; i++)
		rc = give_up_pack(j, lb_state_pack_name(s, suspects->packs[i]), err);
	if (suspects->base_gone)
		j->parent = NULL;
	if (rc == ERR_OK)
		rc = lb_backup_restart_cache(j, err);
	if (rc == ERR_OK)
		rc = lb_backup_pass(j, err);
	if (rc == ERR_OK)
		rc = tell_packs(j, c, err);
	*uploaded = true;
	return rc;
}

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	struct lb_backup_job *j = context;

	(void)c;
	(void)s;
	for (size_t i = 0; i < j->names.segments.count; i++)
		if (!lb_ids_add(&r->segments, &j->names.segments.ids[i]))
			return err_nomem(err);
	return encode(j, &r->private_part, err);
}

/* What the record has registered is others' from now on: a later record of this session
 * leans on it. */
static enum err_code registered(struct lb_backup_job *j, struct err *err)
{
	struct lb_backup_names *n = &j->names;

	for (size_t i = 0; i < n->own.count; i++)
		if (!lb_ids_add(&n->used, &n->own.ids[i]))
			return err_nomem(err);
	n->own.count = 0;
	n->segments.count = 0;
	return ERR_OK;
}

enum err_code lb_backup_commit(struct lb_backup_job *j, struct lb_id16 *id,
                               struct err *err)
{
	struct lb_commit_job job = { .context = j, .mend = mend, .fill = fill };
	struct lb_commit *c = NULL;
	uint64_t slot;
	enum err_code rc = lb_commit_new(&c, lb_repo_log(j->repo), err);

	if (rc == ERR_OK)
		rc = tell_packs(j, c, err);
	if (rc == ERR_OK && j->parent)
		lb_commit_base(c, &j->parent->id);
	if (rc == ERR_OK)
		rc = lb_commit_append(c, &job, &slot, id, err);
	lb_commit_free(c);
	return rc == ERR_OK ? registered(j, err) : rc;
}
