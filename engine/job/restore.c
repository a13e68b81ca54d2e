// SPDX-License-Identifier: Apache-2.0
#include "job/restore_internal.h"

#include "base/mem.h"
#include "base/str.h"
#include "job/tree_source.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/identity.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "repo/repo.h"

#include <errno.h>

#define QUEUED_BATCHES 8
#define PROGRESS_NS 100000000u

/* ---- telling ---- */

static void entry_path(struct buf *out, const struct lb_restore_folder *f,
                       struct span name)
{
	if (f && f->source[0] != '\0') {
		buf_puts(out, f->source);
		if (name.len > 0)
			buf_putc(out, '/');
	}
	buf_put(out, name);
}

void lb_restore_warn(struct lb_restore_job *j, const struct lb_restore_folder *f,
                     struct span name, const struct err *err)
{
	const struct lb_events *e = j->o->events;
	struct buf path = BUF_INIT;

	if (!e || !e->trouble)
		return;
	entry_path(&path, f, name);
	pthread_mutex_lock(&j->lock);
	e->trouble(e->context, buf_span(&path), err);
	pthread_mutex_unlock(&j->lock);
	buf_fini(&path);
}

void lb_restore_trouble(struct lb_restore_job *j, const struct lb_restore_folder *f,
                        struct span name, const struct err *err)
{
	atomic_fetch_add(&j->errors, 1);
	lb_restore_warn(j, f, name, err);
}

void lb_restore_action(struct lb_restore_job *j, const char *what,
                       const struct lb_restore_folder *f, struct span name,
                       uint64_t bytes)
{
	const struct lb_events *e = j->o->events;
	struct buf path = BUF_INIT;

	if (!e || !e->action)
		return;
	entry_path(&path, f, name);
	pthread_mutex_lock(&j->lock);
	e->action(e->context, what, buf_span(&path), bytes);
	pthread_mutex_unlock(&j->lock);
	buf_fini(&path);
}

void lb_restore_progress(struct lb_restore_job *j, struct span name)
{
	const struct lb_events *e = j->o->events;
	uint64_t now;

	if (!e || !e->progress)
		return;
	now = os_ticks_ns();
	pthread_mutex_lock(&j->lock);
	if (now - j->told_ns >= PROGRESS_NS) {
		struct lb_progress p = {
			.files_done = atomic_load(&j->files),
			.bytes_done = atomic_load(&j->bytes),
			.files_total = j->files_total,
			.bytes_total = j->bytes_total,
			.errors = atomic_load(&j->errors),
			.current = name,
		};

		j->told_ns = now;
		e->progress(e->context, &p);
	}
	pthread_mutex_unlock(&j->lock);
}

bool lb_restore_stopped(const struct lb_restore_job *j)
{
	return cancel_is_set(j->o->cancel) || cancel_is_set(&j->cancel);
}

/* A full disk or one that turned read-only would fail every file that follows, too. */
bool lb_restore_is_fatal(const struct err *err)
{
	return err->code == ERR_NOMEM || err->code == ERR_CANCELLED ||
	       err->os_code == ENOSPC || err->os_code == EDQUOT || err->os_code == EROFS;
}

enum err_code lb_restore_fatal(const struct lb_restore_folder *f, struct span name,
                               const struct err *why, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf shown = BUF_INIT;

	if (!err)
		return why->code;
	*err = *why;
	entry_path(&path, f, name);
	str_display_cut(&shown, buf_span(&path), 200);
	if (why->os_code != 0 && buf_ok(&shown) && shown.len > 0)
		(void)err_wrap(err, why->code, "%s", buf_str(&shown));
	buf_fini(&path);
	buf_fini(&shown);
	return why->code;
}

/* ---- workers ---- */

static enum err_code start_workers(struct lb_restore_job *j, struct err *err)
{
	size_t threads = j->o->threads ? j->o->threads : os_processors();
	enum err_code rc = ERR_OK;

	if (j->o->dry_run)
		threads = 0;
	if (!mem_array(&j->workers, threads + 1, sizeof *j->workers))
		return err_nomem(err);
	j->worker_count = threads + 1;
	for (size_t i = 0; i < j->worker_count; i++)
		j->workers[i] = (struct lb_restore_worker){ .dir = { .fd = -1 } };
	for (size_t i = 0; i < j->worker_count && rc == ERR_OK; i++)
		rc = lb_restore_worker_init(&j->workers[i], j, err);
	if (rc == ERR_OK && threads > 0)
		rc = pool_new(&j->pool, threads, QUEUED_BATCHES * threads,
		              lb_restore_work, lb_restore_drop, j, &j->cancel, err);
	return rc;
}

static void stop_workers(struct lb_restore_job *j)
{
	for (size_t i = 0; i < j->worker_count; i++)
		lb_restore_worker_fini(&j->workers[i]);
	mem_free(j->workers);
}

/* The walk and the workers' end; the error of whichever failed first counts. */
static enum err_code walk_all(struct lb_restore_job *j, struct lb_restore_folder *root,
                              struct err *err)
{
	struct err walk_err = ERR_INIT;
	enum err_code walked = lb_restore_walk(j, root, &walk_err);
	enum err_code rc = ERR_OK;

	if (walked != ERR_OK && walked != ERR_CANCELLED)
		cancel_set(&j->cancel, 0);
	if (j->pool)
		rc = pool_finish(j->pool, err);
	j->pool = NULL;
	if (walked == ERR_OK || (rc != ERR_OK && rc != ERR_CANCELLED))
		return rc;
	if (err)
		*err = walk_err;
	return walked;
}

/* ---- the job ---- */

static enum err_code open_target(struct lb_restore_job *j, struct err *err)
{
	const char *target = j->o->target;
	struct os_meta m;
	enum err_code rc = os_open_folder_path(target, &j->root, err);

	if (rc == ERR_NOT_FOUND && j->o->dry_run) {
		j->root_made = true;
		return ERR_OK;
	}
	if (rc == ERR_NOT_FOUND) {
		rc = os_mkdirs(target, 0777, err);
		j->root_made = rc == ERR_OK;
		if (rc == ERR_OK)
			rc = os_open_folder_path(target, &j->root, err);
	}
	if (rc == ERR_OK)
		rc = os_meta_of(j->root, target, &m, err);
	if (rc == ERR_OK)
		j->device = m.dev;
	return rc;
}

/* What an unfinished backup has not come to would look like something extra. */
static enum err_code may_delete(const struct lb_restore_job *j, struct err *err)
{
	if (!j->o->delete_extra || !j->o->snapshot->partial)
		return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "this snapshot is of a backup that was not finished: what it does "
	               "not have may not be extra; restore it without --delete");
}

static enum err_code run(struct lb_restore_job *j, struct err *err)
{
	struct lb_restore_folder *root = NULL;
	struct lb_tree_source source;
	enum err_code rc = may_delete(j, err);

	if (rc == ERR_OK)
		rc = start_workers(j, err);
	if (rc != ERR_OK)
		return rc;
	source = lb_tree_source_of(lb_restore_walker(j)->reader);
	rc = lb_tree_iter_new(&j->tree, &source, err);
	if (rc == ERR_OK)
		rc = lb_restore_seek(j, err);
	if (rc == ERR_OK)
		rc = open_target(j, err);
	if (rc == ERR_OK)
		rc = lb_restore_plan(j, &root, err);
	if (rc == ERR_OK)
		rc = walk_all(j, root, err);
	if (rc == ERR_OK)
		lb_restore_links_finish(j);
	return rc;
}

static void end(struct lb_restore_job *j)
{
	struct err ignored; /* the error that led here is the one to tell */

	cancel_set(&j->cancel, 0);
	if (j->pool)
		(void)!pool_finish(j->pool, &ignored);
	lb_restore_batches_free(j);
	lb_restore_links_free(j);
	lb_restore_folders_free(j);
	lb_tree_iter_free(j->tree);
	stop_workers(j);
	lb_restore_owners_free(j);
	mem_free(j->sources);
	os_close(&j->root);
	pthread_mutex_destroy(&j->lock);
}

static void count(struct lb_restore_job *j, struct lb_restore_result *r)
{
	*r = (struct lb_restore_result){
		.files = atomic_load(&j->files),
		.folders = atomic_load(&j->folder_count),
		.others = atomic_load(&j->others),
		.bytes = atomic_load(&j->bytes),
		.written = atomic_load(&j->written),
		.unchanged = atomic_load(&j->unchanged),
		.skipped = atomic_load(&j->skipped),
		.deleted = atomic_load(&j->deleted),
		.incomplete = atomic_load(&j->incomplete),
		.errors = atomic_load(&j->errors),
	};
}

enum err_code lb_restore(struct lb_repo *repo, const struct lb_restore_options *options,
                         struct lb_restore_result *result, struct err *err)
{
	struct lb_restore_job j = {
		.o = options, .repo = repo, .root = -1, .lock = PTHREAD_MUTEX_INITIALIZER
	};
	enum err_code rc;

	map_init(&j.links);
	map_init(&j.owners);
	j.user = os_user_id();
	j.privileged = j.user == 0;
	rc = run(&j, err);
	count(&j, result);
	end(&j);
	return rc;
}
