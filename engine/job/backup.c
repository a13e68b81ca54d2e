// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "job/right.h"
#include "os/clock.h"

#define PROGRESS_NS 100000000u

/* ---- telling ---- */

static void entry_path(struct buf *out, const struct lb_backup_folder *f,
                       const char *name)
{
	if (f && f->path[0] != '\0') {
		buf_puts(out, f->path);
		buf_putc(out, '/');
	}
	buf_puts(out, name);
}

void lb_backup_trouble(struct lb_backup_job *j, const struct lb_backup_folder *f,
                       const char *name, const struct err *err)
{
	const struct lb_events *e = j->o->events;
	struct buf path = BUF_INIT;

	atomic_fetch_add(&j->errors, 1);
	if (!e || !e->trouble)
		return;
	entry_path(&path, f, name);
	pthread_mutex_lock(&j->lock);
	e->trouble(e->context, buf_span(&path), err);
	pthread_mutex_unlock(&j->lock);
	buf_fini(&path);
}

void lb_backup_action(struct lb_backup_job *j, const char *what,
                      const struct lb_backup_item *item)
{
	const struct lb_events *e = j->o->events;
	struct buf path = BUF_INIT;

	if (!e || !e->action)
		return;
	entry_path(&path, item->in, item->name);
	pthread_mutex_lock(&j->lock);
	e->action(e->context, what, buf_span(&path), item->entry.size);
	pthread_mutex_unlock(&j->lock);
	buf_fini(&path);
}

/* What the parent had is a fair guess. */
static const struct lb_snapshot_figures *guess(const struct lb_backup_job *j)
{
	return j->parent && !j->parent->snapshot->partial ? &j->parent->snapshot->figures
	                                                  : NULL;
}

/* Until there is more than was expected. */
static void expect(const struct lb_backup_job *j, struct lb_progress *p)
{
	const struct lb_snapshot_figures *parent = guess(j);
	uint64_t files = parent ? parent->files : 0;
	uint64_t bytes = parent ? parent->bytes : 0;

	if ((!parent &&
	     (!j->forecast || !lb_forecast_total(j->forecast, &files, &bytes))) ||
	    p->bytes_done > bytes || p->files_done > files)
		return;
	p->files_total = files;
	p->bytes_total = bytes;
}

/* Without it only the totals are missing. */
static void start_forecast(struct lb_backup_job *j)
{
	const struct lb_forecast_options o = { .root = j->source,
		                               .filter = j->o->filter,
		                               .one_file_system = j->o->one_file_system };

	if (j->o->forecast && !j->o->stream && !guess(j))
		(void)!lb_forecast_start(&j->forecast, &o, NULL);
}

void lb_backup_progress(struct lb_backup_job *j, const struct lb_backup_item *item)
{
	const struct lb_events *e = j->o->events;
	uint64_t now;

	if (!e || !e->progress)
		return;
	now = os_ticks_ns();
	pthread_mutex_lock(&j->lock);
	if (now - j->told_ns >= PROGRESS_NS) {
		struct lb_progress p = {
			.files_done = atomic_load(&j->file_count),
			.bytes_done = atomic_load(&j->bytes) + atomic_load(&j->reading),
			.errors = atomic_load(&j->errors),
			.current = span_str(item->name),
		};

		expect(j, &p);
		j->told_ns = now;
		e->progress(e->context, &p);
	}
	pthread_mutex_unlock(&j->lock);
}

bool lb_backup_stopped(const struct lb_backup_job *j)
{
	return cancel_is_set(j->o->cancel) || cancel_is_set(&j->cancel);
}

int64_t lb_backup_now(void)
{
	return os_now_ms() * 1000000;
}

static enum err_code run(struct lb_backup_job *j, struct lb_backup_result *result,
                         struct err *err)
{
	enum err_code rc = lb_backup_prepare(j, err);

	if (rc == ERR_OK)
		rc = lb_backup_fits(j, err);
	if (rc == ERR_OK)
		rc = lb_backup_open_cache(j, err);
	if (rc == ERR_OK) {
		start_forecast(j);
		rc = lb_backup_pass(j, err);
	}
	if (rc == ERR_OK && !j->o->dry_run)
		rc = lb_backup_commit(j, &result->snapshot, err);
	if (rc != ERR_OK)
		return rc;
	result->has_parent = j->parent != NULL;
	if (j->parent)
		result->parent = j->parent->id;
	result->unchanged = atomic_load(&j->unchanged);
	result->changing = atomic_load(&j->changing);
	result->start_ns = j->start_ns;
	result->end_ns = lb_backup_now();
	lb_backup_count(j, &result->figures);
	return ERR_OK;
}

/* The snapshot is there already: a cache that cannot be written costs only time. */
static void keep_cache(struct lb_backup_job *j, const struct lb_id16 *snapshot)
{
	const struct lb_events *e = j->o->events;
	struct err err = ERR_INIT;

	if (!j->files || lb_files_writer_commit(j->files, snapshot, &err) == ERR_OK)
		return;
	err_wrap(&err, err.code, "the next backup will read all files again");
	if (e && e->trouble)
		e->trouble(e->context, SPAN_EMPTY, &err);
}

static void fini(struct lb_backup_job *j)
{
	lb_forecast_stop(j->forecast);
	lb_files_writer_free(j->files);
	lb_files_cache_free(j->cache);
	lb_objects_free(j->objects);
	lb_stored_fini(&j->stored);
	lb_snapshots_fini(&j->known);
	buf_fini(&j->host);
	buf_fini(&j->user);
	buf_fini(&j->program);
	arena_fini(&j->arena);
	pthread_mutex_destroy(&j->lock);
}

enum err_code lb_backup(struct lb_repo *repo, const struct lb_backup_options *options,
                        struct lb_backup_result *result, struct err *err)
{
	struct lb_backup_job j = { .o = options,
		                   .repo = repo,
		                   .lock = PTHREAD_MUTEX_INITIALIZER };
	enum err_code rc = lb_right(repo, LB_ROLE_BACKUP, "store snapshots", err);

	*result = (struct lb_backup_result){ .has_parent = false };
	if (rc == ERR_OK)
		rc = run(&j, result, err);
	if (rc == ERR_OK && !options->dry_run)
		keep_cache(&j, &result->snapshot);
	if (rc == ERR_CANCELLED && j.has_partial)
		err_set(err, rc,
		        "stopped; what was stored is kept as a partial snapshot, and the "
		        "same backup goes on from there");
	fini(&j);
	return rc;
}
