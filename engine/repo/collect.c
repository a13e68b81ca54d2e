// SPDX-License-Identifier: Apache-2.0
#include "repo/collect.h"

#include "repo/mutate_internal.h"

#include <string.h>

struct run {
	struct lb_log *log;
	const struct lb_collect_job *job;
	struct lb_collected *figures;
	uint64_t slot;         /* of the CONDEMN in hand */
	struct lb_ids verdict; /* over it: the same for every attempt to say it */
	bool judged;
	uint64_t mark; /* the head when this prune marked */
	struct lb_condemn plan;
};

/* Deleting */

static enum err_code delete_pack(struct run *run, const struct lb_id *pack,
                                 struct err *err)
{
	enum err_code rc = run->job->remove(run->job->context, pack, err);

	if (rc == ERR_OK)
		run->figures->deleted++;
	if (rc == ERR_LOCKED || rc == ERR_AUTH) {
		run->figures->refused++;
		rc = ERR_OK;
	}
	return rc;
}

static enum err_code delete_names(struct run *run, const struct lb_ids *names,
                                  struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < names->count && rc == ERR_OK; i++)
		rc = delete_pack(run, &names->ids[i], err);
	return rc;
}

/* What died before and is still there. */
static enum err_code delete_dead(struct run *run, struct err *err)
{
	const struct lb_collect_job *job = run->job;
	const struct lb_state *s = lb_log_state(run->log);
	enum err_code rc = lb_log_settle(run->log, err);

	for (uint32_t i = 0; i < lb_state_packs(s) && rc == ERR_OK; i++) {
		const struct lb_id *name = lb_state_pack_name(s, i);

		if (lb_state_dead(s, i) &&
		    (!job->listed || job->listed(job->context, name)))
			rc = delete_pack(run, name, err);
	}
	return rc;
}

/* Settling a CONDEMN */

#ifdef LB_MUTATIONS
/* The verdict over what was live at the mark. */
static enum err_code need_at_mark(void *context, const struct lb_state *s, uint64_t slot,
                                  struct lb_verdict *v, struct err *err)
{
	const struct run *run = context;

	(void)slot;
	return run->job->need(run->job->context, s, run->mark + 1, v, err);
}
#endif

static enum err_code judge(struct run *run, const struct lb_state *s, struct lb_ids *dead,
                           struct err *err)
{
#ifdef LB_MUTATIONS
	if (LB_MUTATED(LB_M_LIVE_AT_MARK) && run->mark != LB_NO_SLOT)
		return lb_state_verdict(s, run->slot, need_at_mark, run, dead, err);
#endif
	return lb_state_verdict(s, run->slot, run->job->need, run->job->context, dead,
	                        err);
}

static enum err_code build_sweep(void *context, const struct lb_state *after,
                                 struct lb_record *r, enum lb_build *what,
                                 struct err *err)
{
	struct run *run = context;
	const struct lb_open *c = lb_state_condemn(after, run->slot);

	if (!c)
		return err_set(err, ERR_NOT_FOUND, "no packs were condemned there");
	if (c->closed != LB_NO_SLOT && !LB_MUTATED(LB_M_SWEEP_TWICE)) {
		*what = LB_BUILD_GIVE_UP;
		return ERR_OK;
	}
	if (!run->judged) {
		enum err_code rc = judge(run, after, &run->verdict, err);

		if (rc != ERR_OK)
			return rc;
		run->judged = true;
	}
	r->type = LB_SWEEP;
	r->judged = run->slot;
	return lb_ids_copy(&r->dead, &run->verdict) ? ERR_OK : err_nomem(err);
}

static enum err_code resolve(struct run *run, uint64_t slot, struct err *err)
{
	const struct lb_open *c;
	struct lb_ids dead = { 0 };
	uint64_t swept;
	enum err_code rc;

	run->slot = slot;
	run->judged = false;
	rc = lb_log_append(run->log, build_sweep, run, &swept, err);
	lb_ids_fini(&run->verdict);
	if (rc != ERR_OK)
		return rc;
	c = lb_state_condemn(lb_log_state(run->log), slot);
	/* Only the first SWEEP counts, whoever wrote it: it says what may go. */
	if (!lb_ids_copy(&dead, &c->dead))
		return err_nomem(err);
	if (swept != LB_NO_SLOT)
		run->figures->dead += dead.count;
	rc = lb_log_settle(run->log, err);
	if (rc == ERR_OK)
		rc = delete_names(run, &dead, err);
	lb_ids_fini(&dead);
	return rc;
}

enum err_code lb_collect_resolve(struct lb_log *log, const struct lb_collect_job *job,
                                 uint64_t slot, struct lb_collected *figures,
                                 struct err *err)
{
	struct run run = {
		.log = log,
		.job = job,
		.figures = figures,
		.mark = LB_NO_SLOT,
	};

	return resolve(&run, slot, err);
}

/* The slot of the first open CONDEMN from `from` on, or LB_NO_SLOT. */
static uint64_t next_open(const struct lb_state *s, uint64_t from)
{
	const struct lb_open *c;
	size_t count;

	c = lb_state_condemns(s, &count);
	for (size_t i = 0; i < count; i++) {
		if (c[i].closed == LB_NO_SLOT && c[i].slot >= from)
			return c[i].slot;
	}
	return LB_NO_SLOT;
}

/* What other pruners left half done. */
static enum err_code finish_others(struct run *run, struct err *err)
{
	const struct lb_state *s = lb_log_state(run->log);
	enum err_code rc = ERR_OK;
	uint64_t slot;

	if (LB_MUTATED(LB_M_NO_HELP))
		return ERR_OK;
	for (slot = next_open(s, 0); slot != LB_NO_SLOT && rc == ERR_OK;
	     slot = next_open(s, slot + 1)) {
		rc = resolve(run, slot, err);
		run->figures->finished += rc == ERR_OK;
	}
	return rc;
}

/* Condemning */

static bool any_bad(const struct lb_ids *packs, const struct lb_state *s)
{
	for (size_t i = 0; i < packs->count; i++) {
		uint32_t pack = lb_state_pack(s, &packs->ids[i]);

		if (lb_state_condemned(s, pack) || lb_state_dead(s, pack))
			return true;
	}
	return false;
}

static enum err_code build_condemn(void *context, const struct lb_state *after,
                                   struct lb_record *r, enum lb_build *what,
                                   struct err *err)
{
	struct run *run = context;

	/* Copies that another pruner took for garbage would be worth nothing. */
	if (any_bad(&run->plan.copies, after)) {
		*what = LB_BUILD_GIVE_UP;
		return ERR_OK;
	}
	r->type = LB_CONDEMN;
	if (!lb_ids_copy(&r->condemned, &run->plan.packs) ||
	    !lb_ids_copy(&r->segments, &run->plan.segments))
		return err_nomem(err);
	return ERR_OK;
}

static enum err_code condemn(struct run *run, struct err *err)
{
	struct lb_condemn *plan = &run->plan;
	enum err_code rc;
	uint64_t slot;

	rc = run->job->plan(run->job->context, lb_log_state(run->log), plan, err);
	if (rc != ERR_OK || plan->packs.count == 0)
		return rc;
	if (LB_MUTATED(LB_M_DELETE_FIRST))
		return delete_names(run, &plan->packs, err);
	rc = lb_log_append(run->log, build_condemn, run, &slot, err);
	if (rc != ERR_OK || slot == LB_NO_SLOT)
		return rc;
	run->figures->condemned += plan->packs.count;
	return resolve(run, slot, err);
}

enum err_code lb_collect_run(struct lb_log *log, const struct lb_collect_job *job,
                             struct lb_collected *figures, struct err *err)
{
	struct run run = {
		.log = log,
		.job = job,
		.figures = figures,
		.mark = LB_NO_SLOT,
	};
	enum err_code rc;

	memset(figures, 0, sizeof(*figures));
	rc = lb_log_head(log, err);
	if (rc == ERR_OK)
		rc = finish_others(&run, err);
	if (rc == ERR_OK)
		rc = delete_dead(&run, err);
	if (rc == ERR_OK) {
		run.mark = lb_state_head(lb_log_state(log));
		rc = condemn(&run, err);
	}
	lb_ids_fini(&run.plan.packs);
	lb_ids_fini(&run.plan.segments);
	lb_ids_fini(&run.plan.copies);
	return rc;
}
