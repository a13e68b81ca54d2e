// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "pack/index.h"
#include "repo/commit.h"
#include "repo/repo.h"

/* The snapshot, and its way into the log. */

void lb_backup_count(struct lb_backup_job *j, struct lb_snapshot_figures *f)
{
	struct lb_objects_figures stored = { 0 };

	if (j->objects)
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

static enum err_code encode(struct lb_backup_job *j,
                            const struct lb_snapshot_figures *figures, struct buf *out,
                            struct err *err)
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
		.figures = *figures,
	};

	if (j->parent)
		s.parent = j->parent->id;
	return lb_snapshot_encode(&s, out, err);
}

/* With figures as long as they can become, and as the longer one of what it may turn out
 * to be: partial, replacing one more. */
enum err_code lb_backup_fits(struct lb_backup_job *j, struct err *err)
{
	static const struct lb_snapshot_figures most = {
		.files = UINT64_MAX,
		.folders = UINT64_MAX,
		.others = UINT64_MAX,
		.bytes = UINT64_MAX,
		.chunks_new = UINT64_MAX,
		.bytes_new = UINT64_MAX,
		.bytes_stored = UINT64_MAX,
		.errors = UINT64_MAX,
	};
	struct buf out = BUF_INIT;
	enum err_code rc;

	j->committing_partial = true;
	j->replaced_count++;
	rc = encode(j, &most, &out, err);
	j->replaced_count--;
	j->committing_partial = false;
	buf_fini(&out);
	return rc;
}

/* ---- the commit ---- */

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
	rc = lb_repo_refresh_index(j->repo, err);
	if (rc == ERR_OK)
		rc = lb_stored_give_up(&j->stored, lb_repo_index(j->repo), s, suspects,
		                       err);
	if (suspects->base_gone)
		j->parent = NULL;
	if (rc == ERR_OK)
		rc = lb_backup_restart_cache(j, err);
	if (rc == ERR_OK)
		rc = lb_backup_pass(j, err);
	if (rc == ERR_OK)
		rc = lb_stored_tell(&j->stored, c, err);
	*uploaded = true;
	return rc;
}

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	struct lb_backup_job *j = context;
	struct lb_snapshot_figures figures;
	enum err_code rc = lb_stored_name(&j->stored, r, err);

	(void)c;
	(void)s;
	lb_backup_count(j, &figures);
	return rc == ERR_OK ? encode(j, &figures, &r->private_part, err) : rc;
}

enum err_code lb_backup_commit(struct lb_backup_job *j, struct lb_id16 *id,
                               struct err *err)
{
	struct lb_commit_job job = { .context = j, .mend = mend, .fill = fill };
	struct lb_commit *c = NULL;
	uint64_t slot;
	enum err_code rc = lb_commit_new(&c, lb_repo_log(j->repo), err);

	if (rc == ERR_OK)
		rc = lb_stored_tell(&j->stored, c, err);
	if (rc == ERR_OK && j->parent)
		lb_commit_base(c, &j->parent->id);
	if (rc == ERR_OK)
		rc = lb_commit_append(c, &job, &slot, id, err);
	lb_commit_free(c);
	return rc == ERR_OK ? lb_stored_registered(&j->stored, err) : rc;
}
