// SPDX-License-Identifier: Apache-2.0
#include "job/copy.h"

#include "job/copy_internal.h"
#include "job/right.h"
#include "pack/damage.h"
#include "pack/keyring.h"
#include "repo/repo.h"

/* ---- which ---- */

static bool is_named(const struct lb_copy_options *o, const struct lb_id16 *id)
{
	for (size_t i = 0; i < o->id_count; i++)
		if (lb_id16_eq(&o->ids[i], id))
			return true;
	return false;
}

static enum err_code check_named(const struct lb_copy_job *j, const struct lb_id16 *id,
                                 struct err *err)
{
	char hex[LB_ID16_HEX];

	lb_id16_hex(id, hex);
	for (size_t i = 0; i < j->source.count; i++) {
		const struct lb_snapshot_ref *r = &j->source.refs[i];

		if (!lb_id16_eq(&r->id, id))
			continue;
		if (!r->snapshot->partial)
			return ERR_OK;
		return err_set(err, ERR_USAGE,
		               "snapshot %.8s is of an unfinished backup, which is not "
		               "copied",
		               hex);
	}
	return err_set(err, ERR_NOT_FOUND, "snapshot %.8s is not there any more", hex);
}

static enum err_code choose(struct lb_copy_job *j, struct err *err)
{
	const struct lb_copy_options *o = j->o;
	struct lb_snapshots *list = &j->source;
	size_t kept = 0;
	enum err_code rc = lb_snapshots_load(list, lb_repo_state(j->from), true, err);

	for (size_t i = 0; rc == ERR_OK && i < o->id_count; i++)
		rc = check_named(j, &o->ids[i], err);
	if (rc != ERR_OK)
		return rc;
	if (o->id_count == 0)
		list->count = lb_select_filter(list->refs, list->count, o->filter);
	for (size_t i = 0; i < list->count; i++)
		if (o->id_count > 0 ? is_named(o, &list->refs[i].id)
		                    : !list->refs[i].snapshot->partial)
			list->refs[kept++] = list->refs[i];
	list->count = kept;
	return ERR_OK;
}

static enum err_code prepare(struct lb_copy_job *j, struct err *err)
{
	const uint32_t target = LB_ROLE_READ | LB_ROLE_BACKUP;
	enum err_code rc = lb_right(j->from, LB_ROLE_READ, "copy from a repository", err);

	if (rc == ERR_OK)
		rc = lb_right(j->to, target, "copy into a repository", err);
	if (rc == ERR_OK &&
	    lb_id_eq(&lb_repo_keyring(j->from)->repo, &lb_repo_keyring(j->to)->repo))
		rc = err_set(err, ERR_USAGE, "source and target are the same repository");
	if (rc == ERR_OK)
		rc = lb_repo_refresh(j->from, err);
	if (rc == ERR_OK)
		rc = lb_repo_refresh(j->to, err);
	if (rc == ERR_OK)
		rc = choose(j, err);
	return rc == ERR_OK ? lb_copy_look(j, lb_repo_state(j->to), err) : rc;
}

/* ---- one after the other ---- */

static void tell(const struct lb_copy_job *j, enum lb_copy_what what,
                 const struct lb_id16 *id, const struct err *why)
{
	struct lb_copied c = { .what = what, .from = j->now, .err = why };

	if (id)
		c.id = *id;
	if (j->o->tell)
		j->o->tell(j->o->context, &c);
}

static enum err_code lose(struct lb_copy_job *j, const struct err *why)
{
	/* what another read would not mend */
	bool damage = lb_is_damage(why->code) || why->code == ERR_USAGE;

	j->result->lost++;
	j->result->damaged = j->result->damaged || damage;
	tell(j, LB_COPY_LOST, NULL, why);
	return ERR_OK;
}

static enum err_code copy_now(struct lb_copy_job *j, struct err *err)
{
	const struct lb_snapshot_figures *f = &j->now->snapshot->figures;
	struct err why = ERR_INIT;
	struct lb_id16 id;
	enum err_code rc = lb_copy_snapshot(j, &id, &why);

	if (rc == ERR_EXISTS && lb_copy_present(j, j->now)) {
		j->result->had++;
		tell(j, LB_COPY_HAD, lb_copy_present(j, j->now), NULL);
		return ERR_OK;
	}
	if (rc != ERR_OK && j->lost)
		return lose(j, &why);
	if (rc != ERR_OK) {
		if (err)
			*err = why;
		return rc;
	}
	j->result->copied++;
	j->result->bytes += f->bytes;
	tell(j, LB_COPY_DONE, &id, NULL);
	return ERR_OK;
}

static enum err_code copy_one(struct lb_copy_job *j, struct err *err)
{
	const struct lb_snapshot_figures *f = &j->now->snapshot->figures;
	const struct lb_id16 *present = lb_copy_present(j, j->now);
	enum err_code rc = ERR_OK;

	if (present) {
		j->result->had++;
		tell(j, LB_COPY_HAD, present, NULL);
		return ERR_OK;
	}
	if (j->o->dry_run) {
		j->result->copied++;
		j->result->bytes += f->bytes;
		tell(j, LB_COPY_WOULD, NULL, NULL);
		return ERR_OK;
	}
	atomic_store(&j->bytes, 0);
	atomic_store(&j->files, 0);
	rc = copy_now(j, err);
	/* folders that were known are passed without a look at what is in them */
	j->bytes_before += f->bytes;
	j->files_before += f->files;
	return rc;
}

static void count_total(struct lb_copy_job *j)
{
	for (size_t i = 0; i < j->source.count; i++) {
		const struct lb_snapshot_ref *r = &j->source.refs[i];

		if (lb_copy_present(j, r))
			continue;
		j->bytes_total += r->snapshot->figures.bytes;
		j->files_total += r->snapshot->figures.files;
	}
}

static enum err_code copy_all(struct lb_copy_job *j, struct err *err)
{
	struct lb_objects_figures stored;
	enum err_code rc = j->o->dry_run ? ERR_OK : lb_copy_open(j, err);

	count_total(j);
	for (size_t i = 0; i < j->source.count && rc == ERR_OK; i++) {
		j->now = &j->source.refs[i];
		rc = copy_one(j, err);
	}
	if (j->objects) {
		lb_objects_count(j->objects, &stored);
		j->result->chunks_new = stored.chunks;
		j->result->bytes_new = stored.bytes;
		j->result->bytes_stored = stored.stored;
	}
	return rc;
}

enum err_code lb_copy(struct lb_repo *from, struct lb_repo *to,
                      const struct lb_copy_options *options,
                      struct lb_copy_result *result, struct err *err)
{
	struct lb_copy_job j = { .o = options,
		                 .from = from,
		                 .to = to,
		                 .result = result,
		                 .lock = PTHREAD_MUTEX_INITIALIZER };
	enum err_code rc;

	*result = (struct lb_copy_result){ .copied = 0 };
	rc = prepare(&j, err);
	if (rc == ERR_OK)
		rc = copy_all(&j, err);
	lb_copy_close(&j);
	lb_stored_fini(&j.stored);
	map_fini(&j.present);
	arena_fini(&j.arena);
	lb_snapshots_fini(&j.source);
	pthread_mutex_destroy(&j.lock);
	return rc;
}
