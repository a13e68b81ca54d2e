// SPDX-License-Identifier: Apache-2.0
/* Backup and restore for the public library. */
#include "api/api_internal.h"
#include "base/mem.h"
#include "job/backup.h"
#include "job/restore.h"
#include "job/threads.h"

#include <string.h>

_Static_assert((int)LB_CONFLICT_KEEP_BOTH == LIFEBOAT_KEEP_BOTH &&
                       (int)LB_CONFLICT_SKIP == LIFEBOAT_KEEP,
               "conflicts are the engine's");

/* ---- backup ---- */

/* What the engine wants in another form. */
struct backup_parts {
	struct span *tags;
	size_t tag_count;
	struct span *excludes;
	struct lb_filter *filter;
};

static enum err_code spans_of(const char *const *texts, size_t count, struct span **out,
                              struct err *err)
{
	if (count > 0 && !mem_array(out, count, sizeof **out))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		(*out)[i] = span_str(texts[i]);
	return ERR_OK;
}

static enum err_code check_tags(struct backup_parts *p, struct err *err)
{
	for (size_t i = 0; i < p->tag_count; i++)
		if (lb_tag_fault(p->tags[i]))
			return err_set(err, ERR_USAGE, "tag \"%.*s\": %s",
			               (int)span_sub(p->tags[i], 0, 80).len,
			               p->tags[i].ptr, lb_tag_fault(p->tags[i]));
	p->tag_count = lb_tags_sort(p->tags, p->tag_count);
	return ERR_OK;
}

static enum err_code parts_init(struct backup_parts *p,
                                const struct lifeboat_backup_options *o, struct err *err)
{
	enum err_code rc = spans_of(o->tags, o->tag_count, &p->tags, err);

	p->tag_count = o->tag_count;
	if (rc == ERR_OK)
		rc = check_tags(p, err);
	if (rc == ERR_OK)
		rc = spans_of(o->excludes, o->exclude_count, &p->excludes, err);
	if (rc == ERR_OK)
		rc = lb_filter_new(&p->filter, err);
	for (size_t i = 0; rc == ERR_OK && i < o->exclude_count; i++)
		rc = lb_filter_add(p->filter, LB_FILTER_EXCLUDE, p->excludes[i], false,
		                   err);
	return rc;
}

static void parts_fini(struct backup_parts *p)
{
	mem_free(p->tags);
	mem_free(p->excludes);
	lb_filter_free(p->filter);
}

static void put_result(const struct lb_backup_result *r, bool dry_run,
                       struct lifeboat_backup_result *out)
{
	*out = (struct lifeboat_backup_result){ .files = r->figures.files,
		                                .folders = r->figures.folders,
		                                .bytes = r->figures.bytes,
		                                .bytes_stored = r->figures.bytes_stored,
		                                .errors = r->figures.errors };
	if (!dry_run)
		lb_id16_hex(&r->snapshot, out->snapshot);
}

int lifeboat_backup(struct lifeboat_repository *repository,
                    const struct lifeboat_backup_options *options,
                    struct lifeboat_backup_result *result, struct lifeboat_error *error)
{
	struct backup_parts p = { .filter = NULL };
	struct lb_backup_result r = { .has_parent = false };
	struct api_events events;
	struct err err = ERR_INIT;
	enum err_code rc = lb_threads_check(options->threads, &err);
	struct lb_backup_options o = { .paths = options->paths,
		                       .path_count = options->path_count,
		                       .host = options->host,
		                       .description = span_str(options->description),
		                       .exclude_count = options->exclude_count,
		                       .no_parent = options->read_all != 0,
		                       .dry_run = options->dry_run != 0,
		                       .threads = options->threads };

	api_events_init(&events, options->events, options->cancel);
	o.events = &events.engine;
	o.cancel = events.cancel;
	*result = (struct lifeboat_backup_result){ .files = 0 };
	if (rc == ERR_OK)
		rc = parts_init(&p, options, &err);
	o.filter = p.filter;
	o.tags = p.tags;
	o.tag_count = p.tag_count;
	o.excludes = p.excludes;
	if (rc == ERR_OK)
		rc = lb_backup(repository->repo, &o, &r, &err);
	if (rc == ERR_OK)
		put_result(&r, o.dry_run, result);
	parts_fini(&p);
	return api_end(rc, &err, error);
}

/* ---- restore ---- */

static enum err_code restore(struct lifeboat_repository *repository,
                             const struct lifeboat_restore_options *options,
                             struct lb_restore_result *r, struct err *err)
{
	struct lb_restore_options o = { .path = span_str(options->path),
		                        .target = options->target,
		                        .conflict = (enum lb_conflict)options->conflict,
		                        .delete_extra = options->delete_extra != 0,
		                        .dry_run = options->dry_run != 0,
		                        .no_verify = options->no_verify != 0,
		                        .threads = options->threads };
	const struct lb_snapshot_ref *ref;
	struct lb_snapshots known;
	struct api_events events;
	enum err_code rc;

	if (options->conflict < LIFEBOAT_OVERWRITE ||
	    options->conflict > LIFEBOAT_KEEP_BOTH)
		return err_set(err, ERR_USAGE, "there is no conflict rule %d",
		               options->conflict);
	if (lb_threads_check(options->threads, err) != ERR_OK)
		return ERR_USAGE;
	rc = api_find(repository, options->snapshot, &known, &ref, err);
	api_events_init(&events, options->events, options->cancel);
	o.events = &events.engine;
	o.cancel = events.cancel;
	if (rc == ERR_OK) {
		o.snapshot = ref->snapshot;
		rc = lb_restore(repository->repo, &o, r, err);
	}
	lb_snapshots_fini(&known);
	return rc;
}

int lifeboat_restore(struct lifeboat_repository *repository,
                     const struct lifeboat_restore_options *options,
                     struct lifeboat_restore_result *result, struct lifeboat_error *error)
{
	struct lb_restore_result r = { .files = 0 };
	struct err err = ERR_INIT;
	enum err_code rc = restore(repository, options, &r, &err);

	*result = (struct lifeboat_restore_result){ .files = 0 };
	if (rc == ERR_OK)
		*result = (struct lifeboat_restore_result){ .files = r.files,
			                                    .folders = r.folders,
			                                    .bytes = r.bytes,
			                                    .bytes_written = r.written,
			                                    .skipped = r.skipped,
			                                    .deleted = r.deleted,
			                                    .errors = r.errors };
	return api_end(rc, &err, error);
}
