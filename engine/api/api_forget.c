// SPDX-License-Identifier: Apache-2.0
/* Forget and prune for the public library. */
#include "api/api_internal.h"
#include "base/mem.h"
#include "job/forget.h"
#include "job/prune.h"
#include "os/clock.h"

/* What the engine wants in another form. */
struct forgetting {
	struct lb_retention policy;
	struct lb_snapshot_filter filter;
	struct span tags;
	struct lb_id16 *ids;
};

static enum err_code name_snapshots(struct lifeboat_repository *repository,
                                    const struct lifeboat_forget_options *options,
                                    struct forgetting *f, struct lb_forget_options *o,
                                    struct err *err)
{
	if (!mem_array(&f->ids, options->snapshot_count, sizeof *f->ids))
		return err_nomem(err);
	for (size_t i = 0; i < options->snapshot_count; i++) {
		const struct lb_snapshot_ref *ref;
		struct lb_snapshots known;
		enum err_code rc =
			api_find(repository, options->snapshots[i], &known, &ref, err);

		if (rc == ERR_OK)
			f->ids[i] = ref->id;
		lb_snapshots_fini(&known);
		if (rc != ERR_OK)
			return rc;
	}
	o->ids = f->ids;
	o->id_count = options->snapshot_count;
	return ERR_OK;
}

static enum err_code set_rules(struct lifeboat_repository *repository,
                               const struct lifeboat_forget_options *options,
                               struct forgetting *f, struct lb_forget_options *o,
                               struct err *err)
{
	struct lb_retention *p = &f->policy;

	*p = (struct lb_retention){ .now_ns = os_now_ms() * 1000000,
		                    .has_created = true };
	p->created_ns = lb_repo_config(repository->repo)->created;
	p->keep[LB_KEEP_LAST] = options->keep_last;
	p->keep[LB_KEEP_HOURLY] = options->keep_hourly;
	p->keep[LB_KEEP_DAILY] = options->keep_daily;
	p->keep[LB_KEEP_WEEKLY] = options->keep_weekly;
	p->keep[LB_KEEP_MONTHLY] = options->keep_monthly;
	p->keep[LB_KEEP_YEARLY] = options->keep_yearly;
	if (options->keep_within &&
	    !lb_period_parse(span_str(options->keep_within), &p->within[LB_KEEP_LAST]))
		return err_set(err, ERR_USAGE,
		               "%.40s: not a time such as 30d or 1y6m2w3d12h",
		               options->keep_within);
	f->tags = span_str(options->tags);
	f->filter.tags = &f->tags;
	f->filter.tag_count = options->tags != NULL;
	o->policy = p;
	o->filter = &f->filter;
	return ERR_OK;
}

static enum err_code forget(struct lifeboat_repository *repository,
                            const struct lifeboat_forget_options *options,
                            struct lifeboat_forget_result *result, struct err *err)
{
	struct forgetting f = { .ids = NULL };
	struct lb_forget_options o = { .dry_run = options->dry_run != 0 };
	struct lb_forgotten done = { .removed = 0 };
	enum err_code rc = options->snapshot_count > 0
	                           ? name_snapshots(repository, options, &f, &o, err)
	                           : set_rules(repository, options, &f, &o, err);

	if (rc == ERR_OK)
		rc = lb_forget(repository->repo, &o, &done, err);
	if (rc == ERR_OK) {
		result->removed = done.removed;
		result->kept = done.list.count - done.removed;
		lb_forgotten_fini(&done);
	}
	mem_free(f.ids);
	return rc;
}

int lifeboat_forget(struct lifeboat_repository *repository,
                    const struct lifeboat_forget_options *options,
                    struct lifeboat_forget_result *result, struct lifeboat_error *error)
{
	struct err err = ERR_INIT;
	enum err_code rc;

	*result = (struct lifeboat_forget_result){ .removed = 0 };
	rc = forget(repository, options, result, &err);
	return api_end(rc, &err, error);
}

int lifeboat_prune(struct lifeboat_repository *repository,
                   const struct lifeboat_prune_options *options,
                   struct lifeboat_prune_result *result, struct lifeboat_error *error)
{
	struct lb_prune_options o = { .relative = true,
		                      .max_unused = options->max_unused,
		                      .max_repack = UINT64_MAX,
		                      .dry_run = options->dry_run != 0 };
	struct lb_pruned done;
	struct api_events events;
	struct err err = ERR_INIT;
	enum err_code rc;

	api_events_init(&events, options->events, options->cancel);
	o.events = &events.engine;
	o.cancel = events.cancel;
	if (options->seconds > 0)
		o.stop_ns = os_ticks_ns() + options->seconds * UINT64_C(1000000000);
	*result = (struct lifeboat_prune_result){ .stopped = 0 };
	rc = lb_prune(repository->repo, &o, &done, &err);
	if (rc == ERR_OK)
		*result = (struct lifeboat_prune_result){
			.bytes_before = done.before.bytes + done.stray_bytes,
			.bytes_after = done.after.bytes,
			.stopped = done.stopped,
		};
	return api_end(rc, &err, error);
}
