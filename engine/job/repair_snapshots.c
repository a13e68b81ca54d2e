// SPDX-License-Identifier: Apache-2.0
/* Each snapshot with damage gets a COMMIT that replaces it. */
#include "job/repair_tree.h"
#include "job/snapshots.h"
#include "repo/commit.h"

#include <stdio.h>

struct replacing {
	struct repair_job *r;
	const struct lb_snapshot_ref *old;
	struct lb_id root;
	uint64_t marked;
};

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *record, struct err *err)
{
	struct replacing *p = context;
	struct lb_snapshot mended = *p->old->snapshot;
	enum err_code rc;

	(void)c;
	(void)s;
	mended.root = p->root;
	mended.figures.errors += p->marked;
	mended.has_original = false; /* so that a whole copy may be made again */
	mended.replaces = &p->old->id;
	mended.replace_count = 1;
	rc = lb_stored_name(&p->r->stored, record, err);
	return rc == ERR_OK ? lb_snapshot_encode(&mended, &record->private_part, err)
	                    : rc;
}

/* A prune has condemned packs that the new trees lean on. */
static enum err_code mend(void *context, struct lb_commit *c, const struct lb_state *s,
                          const struct lb_suspects *suspects, bool *uploaded,
                          struct err *err)
{
	(void)context;
	(void)c;
	(void)s;
	(void)suspects;
	(void)uploaded;
	return err_set(err, ERR_LOCKED,
	               "a prune ran at the same time: run the repair again");
}

static enum err_code commit(struct replacing *p, struct err *err)
{
	struct lb_commit_job job = { .context = p, .mend = mend, .fill = fill };
	struct repair_job *r = p->r;
	struct lb_commit *c = NULL;
	struct lb_id16 id;
	uint64_t slot;
	enum err_code rc = lb_commit_new(&c, lb_repo_log(r->j.repo), err);

	if (rc == ERR_OK)
		rc = lb_stored_tell(&r->stored, c, err);
	if (rc == ERR_OK) {
		lb_commit_base(c, &p->old->id);
		rc = lb_commit_append(c, &job, &slot, &id, err);
	}
	lb_commit_free(c);
	return rc == ERR_OK ? lb_stored_registered(&r->stored, err) : rc;
}

static void tell(struct replacing *p)
{
	char text[LB_ID16_HEX];

	lb_id16_hex(&p->old->id, text);
	repair_done(p->r, "replace", span_str(text), 0);
	p->r->result->lost += p->marked;
}

/* Nothing is left of it: to replace it would only hide that. */
static void give_up(struct replacing *p)
{
	char object[9 + LB_ID16_HEX];
	char hex[LB_ID16_HEX];

	lb_id16_hex(&p->old->id, hex);
	(void)snprintf(object, sizeof object, "snapshot %s", hex);
	(void)lb_findings_add(p->r->j.findings, LB_FINDING_DAMAGE, object,
	                      "nothing of its first folder can be read",
	                      "`lifeboat forget` removes the snapshot");
	p->r->result->lost += p->marked;
}

static enum err_code replace(struct repair_job *r, const struct lb_snapshot_ref *old,
                             struct err *err)
{
	struct replacing p = { .r = r, .old = old };
	struct repair_tree t;
	bool damaged = false;
	enum err_code rc = repair_tree_init(&t, r, err);

	if (rc == ERR_OK)
		rc = repair_tree(&t, &old->snapshot->root, &p.root, &damaged, err);
	p.marked = t.marked;
	if (rc == ERR_OK && damaged && t.entries == 0) {
		give_up(&p);
	} else if (rc == ERR_OK && !lb_id_eq(&p.root, &old->snapshot->root)) {
		rc = repair_flush(r, err);
		if (rc == ERR_OK && !r->o->dry_run)
			rc = commit(&p, err);
		if (rc == ERR_OK)
			tell(&p);
	}
	repair_tree_fini(&t);
	return rc;
}

static enum err_code replace_all(struct repair_job *r, struct err *err)
{
	struct lb_snapshots all = { .refs = NULL };
	enum err_code rc = lb_snapshots_load(&all, lb_repo_state(r->j.repo), true, err);

	if (rc == ERR_OK)
		rc = repair_open_objects(r, err);
	for (size_t i = 0; i < all.count && rc == ERR_OK; i++)
		if (map_has(&r->j.damaged, lb_id_span(&all.refs[i].snapshot->root)))
			rc = replace(r, &all.refs[i], err);
	lb_snapshots_fini(&all);
	return rc;
}

enum err_code lb_repair_snapshots(struct lb_repo *repo, const struct lb_repair_options *o,
                                  struct lb_repair_result *result, struct err *err)
{
	struct repair_job r;
	enum err_code rc;

	repair_init(&r, repo, o, result);
	r.j.keep_damaged = true;
	/* To replace what others stored takes the role prune. */
	rc = repair_right(&r, LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE, err);
	if (rc == ERR_OK && lb_repo_missing(repo) > 0)
		rc = repair_index_first(err);
	if (rc == ERR_OK)
		rc = repair_look_at_packs(&r, err);
	if (rc == ERR_OK)
		rc = check_trees(&r.j, err);
	if (rc == ERR_OK && r.j.damaged.count > 0)
		rc = repair_index_is_right(&r, err);
	if (rc == ERR_OK && r.j.damaged.count > 0)
		rc = replace_all(&r, err);
	repair_fini(&r);
	return rc;
}
