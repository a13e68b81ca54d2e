// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "base/mem.h"
#include "job/tree_source.h"
#include "os/clock.h"
#include "os/fs.h"
#include "pack/keyring.h"
#include "pack/reader.h"
#include "repo/repo.h"

/* One walk over the sources, and the threads for it. */

#define QUEUED_BATCHES 8

static enum err_code start_pool(struct lb_backup_job *j, struct err *err)
{
	size_t threads = j->worker_count - 1;

	return pool_new(&j->pool, threads, QUEUED_BATCHES * threads, lb_backup_work,
	                lb_backup_drop, j, &j->cancel, err);
}

enum err_code lb_backup_settle(struct lb_backup_job *j, struct err *err)
{
	enum err_code rc = lb_backup_queue_flush(j, err);

	if (rc == ERR_OK) {
		rc = pool_finish(j->pool, err);
		j->pool = NULL;
	}
	return rc == ERR_OK ? start_pool(j, err) : rc;
}

static enum err_code start_workers(struct lb_backup_job *j, struct err *err)
{
	size_t threads = j->o->threads ? j->o->threads : os_processors();
	enum err_code rc;

	if (!mem_array(&j->workers, threads + 1, sizeof *j->workers))
		return err_nomem(err);
	j->worker_count = threads + 1;
	for (size_t i = 0; i < j->worker_count; i++)
		j->workers[i] = (struct lb_backup_worker){ .putter = NULL };
	/* the others when there is work for them */
	rc = lb_backup_worker_init(&j->workers[threads], j, err);
	return rc == ERR_OK ? start_pool(j, err) : rc;
}

static void stop_workers(struct lb_backup_job *j)
{
	for (size_t i = 0; i < j->worker_count; i++)
		lb_backup_worker_fini(&j->workers[i]);
	j->worker_count = 0;
	mem_free(j->workers);
	j->workers = NULL;
}

/* The walk and the workers' end; the error of whichever failed first counts. */
static enum err_code walk_all(struct lb_backup_job *j, const struct lb_source *root,
                              const struct lb_id *base, struct err *err)
{
	struct err walk_err = ERR_INIT;
	enum err_code walked = lb_backup_walk(j, root, base, &walk_err);
	enum err_code rc;

	if (walked != ERR_OK && walked != ERR_CANCELLED)
		cancel_set(&j->cancel, 0);
	rc = j->pool ? pool_finish(j->pool, err) : ERR_OK;
	j->pool = NULL;
	if (walked == ERR_OK || (rc != ERR_OK && rc != ERR_CANCELLED))
		return rc;
	if (err)
		*err = walk_err;
	return walked;
}

static enum err_code stream_all(struct lb_backup_job *j, struct lb_reader *reader,
                                struct err *err)
{
	enum err_code rc = lb_backup_stream(j, reader, err);

	j->sources_found = 1;
	(void)!pool_finish(j->pool, NULL); /* it had nothing to do */
	j->pool = NULL;
	return rc;
}

enum err_code lb_backup_flush(struct lb_backup_job *j, struct err *err)
{
	return lb_objects_finish(j->objects, &j->stored, err);
}

static enum err_code open_base(struct lb_backup_job *j, struct lb_reader **reader,
                               struct err *err)
{
	struct lb_tree_source source;
	enum err_code rc =
		lb_reader_new(reader, lb_repo_index(j->repo), lb_repo_backend(j->repo),
	                      lb_repo_keyring(j->repo), err);

	if (rc != ERR_OK)
		return rc;
	source = lb_tree_source_of(*reader);
	return lb_tree_iter_new(&j->base, &source, err);
}

static enum err_code open_objects(struct lb_backup_job *j, struct err *err)
{
	const struct lb_config *config = lb_repo_config(j->repo);
	struct lb_objects_options o = {
		.backend = lb_repo_backend(j->repo),
		.keyring = lb_repo_keyring(j->repo),
		.index = lb_repo_index(j->repo),
		.pack_size = config->pack_size,
		.group_size = config->group_size,
		.level = j->o->level,
		.threads = j->o->threads,
		.verify = !j->o->no_verify && !j->o->dry_run,
		.dry_run = j->o->dry_run,
	};

	return lb_objects_new(&j->objects, &o, err);
}

static void free_values(struct map *m)
{
	struct span key;
	size_t at = 0;
	void *value;

	while (map_next(m, &at, &key, &value))
		mem_free(value);
	map_fini(m);
	map_init(m);
}

static void reset_counts(struct lb_backup_job *j)
{
	atomic_store(&j->file_count, 0);
	atomic_store(&j->folder_count, 0);
	atomic_store(&j->other_count, 0);
	atomic_store(&j->bytes, 0);
	atomic_store(&j->errors, 0);
	atomic_store(&j->unchanged, 0);
	atomic_store(&j->changing, 0);
	j->sources_found = 0;
}

/* Walks the sources once; the tree's root is in the job, its packs are stored. */
enum err_code lb_backup_pass(struct lb_backup_job *j, struct err *err)
{
	const struct lb_id *base = j->parent ? &j->parent->snapshot->root : NULL;
	struct lb_reader *reader = NULL;
	enum err_code rc;

	reset_counts(j);
	j->kept_ns = os_ticks_ns();
	cancel_init(&j->cancel);
	rc = open_base(j, &reader, err);
	if (rc == ERR_OK && !j->objects)
		rc = open_objects(j, err);
	if (rc == ERR_OK)
		rc = start_workers(j, err);
	if (rc == ERR_OK)
		rc = j->o->stream ? stream_all(j, reader, err)
		                  : walk_all(j, j->source, base, err);
	if (rc == ERR_OK && j->sources_found == 0)
		rc = err_set(err, ERR_NOT_FOUND,
		             "none of the source paths could be read");
	if (rc == ERR_OK)
		rc = lb_backup_flush(j, err);
	else if (rc == ERR_CANCELLED)
		lb_backup_keep(j);
	mem_free(j->batch);
	j->batch = NULL;
	lb_backup_folders_free(j);
	stop_workers(j);
	lb_tree_iter_free(j->base);
	j->base = NULL;
	lb_reader_free(reader);
	free_values(&j->links);
	free_values(&j->owners);
	return rc;
}
