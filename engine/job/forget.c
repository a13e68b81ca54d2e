// SPDX-License-Identifier: Apache-2.0
#include "job/forget.h"

#include "base/mem.h"
#include "job/right.h"
#include "repo/log.h"
#include "repo/repo.h"

/* One record names so many; more take several (16 bytes each, 64 KiB a record). */
#define IDS_PER_RECORD 3000u

struct forget {
	const struct lb_forget_options *o;
	struct lb_forgotten *out;
	/* What was decided at the slot of the first record. */
	struct lb_id16 *doomed;
	size_t count;
	size_t done;
	bool decided;
};

/* ---- judging ---- */

static enum err_code by_policy(struct forget *f, struct err *err)
{
	struct lb_forgotten *out = f->out;
	struct lb_retention_item *items;

	out->list.count = lb_select_filter(out->list.refs, out->list.count, f->o->filter);
	items = arena_array(&out->list.arena, out->list.count + 1, sizeof *items);
	if (!items)
		return err_nomem(err);
	/* Records of writers whom the log does not know are void, so the writers of all
	 * snapshots are known. */
	for (size_t i = 0; i < out->list.count; i++)
		items[i] = (struct lb_retention_item){ .ref = out->list.refs[i],
			                               .trusted = true };
	return lb_retention_plan(f->o->policy, items, out->list.count, &out->list.arena,
	                         &out->verdicts, err);
}

static const struct lb_snapshot_ref *find(const struct lb_snapshots *list,
                                          const struct lb_id16 *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (lb_id16_eq(&list->refs[i].id, id))
			return &list->refs[i];
	return NULL;
}

static enum err_code check_named(const struct forget *f, struct err *err)
{
	for (size_t i = 0; i < f->o->id_count; i++) {
		const struct lb_snapshot_ref *r = find(&f->out->list, &f->o->ids[i]);
		char hex[LB_ID16_HEX];

		lb_id16_hex(&f->o->ids[i], hex);
		if (!r)
			return err_set(err, ERR_NOT_FOUND,
			               "snapshot %.8s is not there any more", hex);
		if (r->snapshot->pinned)
			return err_set(err, ERR_USAGE,
			               "snapshot %.8s is pinned; `lifeboat tag --unpin "
			               "%.8s` lets it go",
			               hex, hex);
	}
	return ERR_OK;
}

static bool is_named(const struct forget *f, const struct lb_id16 *id)
{
	for (size_t i = 0; i < f->o->id_count; i++)
		if (lb_id16_eq(&f->o->ids[i], id))
			return true;
	return false;
}

static enum err_code by_name(struct forget *f, struct err *err)
{
	struct lb_snapshots *list = &f->out->list;
	enum err_code rc = check_named(f, err);
	size_t kept = 0;

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < list->count; i++)
		if (is_named(f, &list->refs[i].id))
			list->refs[kept++] = list->refs[i];
	list->count = kept;
	f->out->verdicts = arena_array(&list->arena, kept + 1, sizeof *f->out->verdicts);
	if (!f->out->verdicts)
		return err_nomem(err);
	for (size_t i = 0; i < kept; i++)
		f->out->verdicts[i] =
			(struct lb_retention_verdict){ .reasons = "asked for" };
	return ERR_OK;
}

static enum err_code collect_doomed(struct forget *f, struct err *err)
{
	struct lb_forgotten *out = f->out;

	f->doomed = arena_array(&out->list.arena, out->list.count + 1, sizeof *f->doomed);
	if (!f->doomed)
		return err_nomem(err);
	for (size_t i = 0; i < out->list.count; i++)
		if (!out->verdicts[i].keep)
			f->doomed[f->count++] = out->list.refs[i].id;
	out->removed = f->count;
	return ERR_OK;
}

/* Anew for every state: what an earlier attempt found is thrown away. */
static enum err_code judge(struct forget *f, const struct lb_state *s, struct err *err)
{
	enum err_code rc;

	lb_forgotten_fini(f->out);
	f->count = 0;
	rc = lb_snapshots_load(&f->out->list, s, true, err);
	if (rc == ERR_OK)
		rc = f->o->policy ? by_policy(f, err) : by_name(f, err);
	return rc == ERR_OK ? collect_doomed(f, err) : rc;
}

/* ---- the record ---- */

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	struct forget *f = context;
	size_t count;
	enum err_code rc = ERR_OK;

	if (!f->decided)
		rc = judge(f, after, err);
	if (rc != ERR_OK)
		return rc;
	count = f->count - f->done;
	if (count == 0) {
		*what = LB_BUILD_GIVE_UP;
		return ERR_OK;
	}
	r->type = LB_FORGET;
	r->private_state = LB_PRIVATE_OPEN;
	lb_record_put_forget(&f->doomed[f->done],
	                     count < IDS_PER_RECORD ? count : IDS_PER_RECORD,
	                     &r->private_part);
	return buf_err(&r->private_part, err);
}

static enum err_code append_all(struct forget *f, struct lb_repo *repo, struct err *err)
{
	uint64_t slot;
	enum err_code rc;

	do {
		rc = lb_log_append(lb_repo_log(repo), build, f, &slot, err);
		f->decided = true;
		f->done += IDS_PER_RECORD;
	} while (rc == ERR_OK && slot != LB_NO_SLOT && f->done < f->count);
	return rc;
}

enum err_code lb_forget(struct lb_repo *repo, const struct lb_forget_options *options,
                        struct lb_forgotten *out, struct err *err)
{
	struct forget f = { .o = options, .out = out };
	enum err_code rc =
		lb_right(repo, LB_ROLE_READ | LB_ROLE_PRUNE, "forget snapshots", err);

	*out = (struct lb_forgotten){ .list = { .arena = ARENA_INIT } };
	if (rc == ERR_OK)
		rc = lb_repo_refresh(repo, err);
	if (rc == ERR_OK)
		rc = options->dry_run ? judge(&f, lb_repo_state(repo), err)
		                      : append_all(&f, repo, err);
	if (rc != ERR_OK)
		lb_forgotten_fini(out);
	return rc;
}

void lb_forgotten_fini(struct lb_forgotten *f)
{
	lb_snapshots_fini(&f->list);
	*f = (struct lb_forgotten){ .list = { .arena = ARENA_INIT } };
}
