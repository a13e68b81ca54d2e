// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "base/mem.h"
#include "base/version.h"
#include "crypto/digest.h"
#include "job/snapshots.h"
#include "job/tree_source.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/identity.h"
#include "pack/index.h"
#include "pack/keyring.h"
#include "pack/reader.h"
#include "repo/commit.h"
#include "repo/repo.h"

#define QUEUED_BATCHES 8
#define PROGRESS_NS 100000000u
/* Clocks of file systems are coarse: a file that changed this shortly before the backup
 * may change again with the same time. */
#define RACY_NS 1000000000

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
			.bytes_done = atomic_load(&j->bytes),
			.errors = atomic_load(&j->errors),
			.current = span_str(item->name),
		};

		j->told_ns = now;
		e->progress(e->context, &p);
	}
	pthread_mutex_unlock(&j->lock);
}

/* ---- one pass over the sources ---- */

static enum err_code start_workers(struct lb_backup_job *j, struct err *err)
{
	size_t threads = j->o->threads ? j->o->threads : os_processors();
	enum err_code rc = ERR_OK;

	j->worker_count = threads + 1;
	if (!mem_array(&j->workers, j->worker_count, sizeof *j->workers))
		return err_nomem(err);
	for (size_t i = 0; i < j->worker_count; i++)
		j->workers[i] = (struct lb_backup_worker){ .putter = NULL };
	for (size_t i = 0; i < j->worker_count && rc == ERR_OK; i++)
		rc = lb_backup_worker_init(&j->workers[i], j, err);
	if (rc == ERR_OK)
		rc = pool_new(&j->pool, threads, QUEUED_BATCHES * threads, lb_backup_work,
		              lb_backup_drop, j, &j->cancel, err);
	return rc;
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
	rc = pool_finish(j->pool, err);
	j->pool = NULL;
	if (walked == ERR_OK || (rc != ERR_OK && rc != ERR_CANCELLED))
		return rc;
	if (err)
		*err = walk_err;
	return walked;
}

struct pass_names {
	struct lb_ids segments;
	struct lb_ids own;
	struct lb_ids used;
};

static void pass_names_fini(struct pass_names *n)
{
	lb_ids_fini(&n->segments);
	lb_ids_fini(&n->own);
	lb_ids_fini(&n->used);
}

static enum err_code flush(struct lb_backup_job *j, struct pass_names *names,
                           struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < j->worker_count && rc == ERR_OK; i++)
		rc = lb_putter_flush(j->workers[i].putter, err);
	if (rc == ERR_OK)
		rc = lb_objects_finish(j->objects, &names->segments, &names->own,
		                       &names->used, err);
	if (rc == ERR_OK && !j->has_root)
		rc = err_set(err, ERR_NOT_FOUND, "none of the source paths exists");
	return rc;
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
	j->has_root = false;
}

/* Walks the sources once; the tree's root is in the job, its packs are stored. */
static enum err_code pass(struct lb_backup_job *j, const struct lb_source *root,
                          const struct lb_id *base, struct pass_names *names,
                          struct err *err)
{
	struct lb_reader *reader = NULL;
	enum err_code rc;

	reset_counts(j);
	cancel_init(&j->cancel);
	rc = open_base(j, &reader, err);
	if (rc == ERR_OK && !j->objects)
		rc = open_objects(j, err);
	if (rc == ERR_OK)
		rc = start_workers(j, err);
	if (rc == ERR_OK)
		rc = walk_all(j, root, base, err);
	if (rc == ERR_OK)
		rc = flush(j, names, err);
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

/* ---- the snapshot ---- */

struct plan {
	struct lb_backup_job *j;
	const struct lb_backup_options *o;
	struct arena arena;
	struct lb_source *root;
	struct lb_snapshots known;
	const struct lb_snapshot_ref *parent; /* NULL: none */
	struct span *paths;
	struct span *excludes;
	struct pass_names names;
	struct buf host;
	struct buf user;
	struct buf program;
	int64_t start_ns;
};

static int64_t now_ns(void)
{
	return os_now_ms() * 1000000;
}

/* The parent asked for, or the newest of this host and these paths. */
static enum err_code choose_parent(struct plan *p, struct err *err)
{
	const struct lb_backup_options *o = p->o;
	struct span host = buf_span(&p->host);
	struct lb_snapshot_filter same = { .hosts = &host,
		                           .host_count = 1,
		                           .paths = p->paths,
		                           .path_count = o->path_count };

	if (o->no_parent)
		return ERR_OK;
	for (size_t i = p->known.count; i-- > 0;) {
		const struct lb_snapshot_ref *r = &p->known.refs[i];

		if (o->parent ? lb_id16_eq(&r->id, o->parent)
		              : (r->snapshot->path_count == o->path_count &&
		                 lb_snapshot_matches(r->snapshot, &same))) {
			p->parent = r;
			return ERR_OK;
		}
	}
	if (o->parent)
		return err_set(err, ERR_NOT_FOUND, "the parent snapshot does not exist");
	return ERR_OK;
}

static enum err_code absolute(struct plan *p, const char *path, struct span *out,
                              struct err *err)
{
	struct buf b = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (path[0] != '/') {
		rc = os_cwd(&b, err);
		if (rc == ERR_OK)
			buf_putc(&b, '/');
	}
	buf_puts(&b, path);
	if (rc == ERR_OK && !buf_ok(&b))
		rc = err_nomem(err);
	if (rc == ERR_OK) {
		*out = span_str(arena_str(&p->arena, buf_str(&b)));
		while (out->len > 1 && out->ptr[out->len - 1] == '/')
			out->len--;
		rc = arena_err(&p->arena, err);
	}
	buf_fini(&b);
	return rc;
}

static enum err_code prepare(struct plan *p, struct err *err)
{
	const struct lb_backup_options *o = p->o;
	enum err_code rc =
		lb_source_tree(&p->root, &p->arena, o->paths, o->path_count, err);

	p->paths = arena_array(&p->arena, o->path_count, sizeof *p->paths);
	if (rc == ERR_OK && !p->paths)
		rc = err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < o->path_count; i++)
		rc = absolute(p, o->paths[i], &p->paths[i], err);
	if (rc != ERR_OK)
		return rc;
	if (o->host)
		buf_puts(&p->host, o->host);
	else
		os_host_name(&p->host);
	os_user_name(&p->user);
	buf_printf(&p->program, "lifeboat %s", version_string());
	p->start_ns = now_ns();
	p->j->racy_ns = p->start_ns - RACY_NS;
	rc = lb_repo_refresh(p->j->repo, err);
	if (rc == ERR_OK)
		rc = lb_snapshots_load(&p->known, lb_repo_state(p->j->repo), false, err);
	return rc == ERR_OK ? choose_parent(p, err) : rc;
}

static void count(struct lb_backup_job *j, struct lb_snapshot_figures *f)
{
	struct lb_objects_figures stored;

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

static enum err_code encode(struct plan *p, struct buf *out, struct err *err)
{
	struct lb_snapshot s = {
		.root = p->j->root,
		.start_ns = p->start_ns,
		.end_ns = now_ns(),
		.host = buf_span(&p->host),
		.user = buf_span(&p->user),
		.paths = p->paths,
		.path_count = p->o->path_count,
		.tags = p->o->tags,
		.tag_count = p->o->tag_count,
		.description = p->o->description,
		.has_parent = p->parent != NULL,
		.program = buf_span(&p->program),
		.excludes = p->o->excludes,
		.exclude_count = p->o->exclude_count,
	};

	if (p->parent)
		s.parent = p->parent->id;
	count(p->j, &s.figures);
	return lb_snapshot_encode(&s, out, err);
}

/* ---- the commit ---- */

static enum err_code tell_packs(struct plan *p, struct lb_commit *c, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < p->names.used.count; i++)
		rc = lb_commit_used(c, &p->names.used.ids[i], err);
	for (size_t i = 0; rc == ERR_OK && i < p->names.own.count; i++)
		rc = lb_commit_own(c, &p->names.own.ids[i], err);
	return rc;
}

/* A segment names good and bad packs alike, so one own pack that no longer counts takes
 * all own packs with it. */
static enum err_code give_up_pack(struct plan *p, const struct lb_id *pack,
                                  struct err *err)
{
	struct lb_index *ix = lb_repo_index(p->j->repo);
	struct lb_ids *own = &p->names.own;
	enum err_code rc = lb_index_set_usable(ix, pack, false, err);

	lb_ids_sort(own);
	if (rc != ERR_OK || !lb_ids_has(own, pack))
		return rc;
	for (size_t i = 0; i < own->count && rc == ERR_OK; i++)
		rc = lb_index_set_usable(ix, &own->ids[i], false, err);
	own->count = 0;
	p->names.segments.count = 0;
	return rc;
}

/*
 * Packs that this snapshot leans on were condemned meanwhile. With the index told so, a
 * second pass finds what is missing and stores it again; what is there still is only
 * looked up.
 */
static enum err_code mend(void *context, struct lb_commit *c, const struct lb_state *s,
                          const struct lb_suspects *suspects, bool *uploaded,
                          struct err *err)
{
	struct plan *p = context;
	enum err_code rc = lb_repo_refresh_index(p->j->repo, err);

	for (size_t i = 0; rc == ERR_OK && i < suspects->count; i++)
		rc = give_up_pack(p, lb_state_pack_name(s, suspects->packs[i]), err);
	if (suspects->base_gone)
		p->parent = NULL;
	if (rc == ERR_OK)
		rc = pass(p->j, p->root, p->parent ? &p->parent->snapshot->root : NULL,
		          &p->names, err);
	if (rc == ERR_OK)
		rc = tell_packs(p, c, err);
	*uploaded = true;
	return rc;
}

static enum err_code fill(void *context, struct lb_commit *c, const struct lb_state *s,
                          struct lb_record *r, struct err *err)
{
	struct plan *p = context;

	(void)c;
	(void)s;
	for (size_t i = 0; i < p->names.segments.count; i++)
		if (!lb_ids_add(&r->segments, &p->names.segments.ids[i]))
			return err_nomem(err);
	return encode(p, &r->private_part, err);
}

static enum err_code commit(struct plan *p, struct lb_id16 *id, struct err *err)
{
	struct lb_commit_job job = { .context = p, .mend = mend, .fill = fill };
	struct lb_commit *c = NULL;
	uint64_t slot;
	enum err_code rc = lb_commit_new(&c, lb_repo_log(p->j->repo), err);

	if (rc == ERR_OK)
		rc = tell_packs(p, c, err);
	if (rc == ERR_OK && p->parent)
		lb_commit_base(c, &p->parent->id);
	if (rc == ERR_OK)
		rc = lb_commit_append(c, &job, &slot, id, err);
	lb_commit_free(c);
	return rc;
}

/* ---- the files cache ---- */

/* One cache for each set of sources: two targets of one machine do not overwrite each
 * other's. NULL without a cache folder. */
static char *cache_path(const struct plan *p)
{
	const char *dir = lb_repo_cache_dir(p->j->repo);
	struct buf all = BUF_INIT;
	struct buf path = BUF_INIT;
	char hex[DIGEST_HEX];

	if (!dir)
		return NULL;
	buf_put(&all, buf_span(&p->host));
	for (size_t i = 0; i < p->o->path_count; i++) {
		buf_putc(&all, '\0');
		buf_put(&all, p->paths[i]);
	}
	if (digest_hex(buf_span(&all), hex, NULL) == ERR_OK)
		buf_printf(&path, "%s/files-%.16s", dir, hex);
	buf_fini(&all);
	return buf_take(&path);
}

static enum err_code open_cache(struct plan *p, struct err *err)
{
	struct lb_backup_job *j = p->j;
	const struct lb_id *repo = &lb_repo_keyring(j->repo)->repo;
	char *path = cache_path(p);
	enum err_code rc = lb_files_cache_open(&j->cache, path, repo, err);

	/* without the parent's tree there is nothing to compare with */
	if (rc == ERR_OK && p->parent &&
	    !lb_id16_eq(lb_files_cache_snapshot(j->cache), &p->parent->id)) {
		lb_files_cache_free(j->cache);
		j->cache = NULL;
		rc = lb_files_cache_open(&j->cache, NULL, repo, err);
	}
	if (rc == ERR_OK && path && !p->o->dry_run)
		rc = lb_files_writer_new(&j->files, path, repo, err);
	mem_free(path);
	return rc;
}

static enum err_code run(struct plan *p, struct lb_backup_result *result, struct err *err)
{
	struct lb_backup_job *j = p->j;
	enum err_code rc = prepare(p, err);

	if (rc == ERR_OK)
		rc = open_cache(p, err);
	if (rc == ERR_OK)
		rc = pass(j, p->root, p->parent ? &p->parent->snapshot->root : NULL,
		          &p->names, err);
	if (rc == ERR_OK && !j->o->dry_run)
		rc = commit(p, &result->snapshot, err);
	if (rc != ERR_OK)
		return rc;
	result->has_parent = p->parent != NULL;
	if (p->parent)
		result->parent = p->parent->id;
	result->unchanged = atomic_load(&j->unchanged);
	result->changing = atomic_load(&j->changing);
	result->start_ns = p->start_ns;
	result->end_ns = now_ns();
	count(j, &result->figures);
	return ERR_OK;
}

/* The snapshot is there already: a cache that cannot be written costs only time. */
static void keep_cache(struct lb_backup_job *j, const struct lb_id16 *snapshot)
{
	struct err err = ERR_INIT;

	if (!j->files)
		return;
	if (lb_files_writer_commit(j->files, snapshot, &err) != ERR_OK) {
		err_wrap(&err, err.code, "the next backup will read all files again");
		if (j->o->events && j->o->events->trouble)
			j->o->events->trouble(j->o->events->context, SPAN_EMPTY, &err);
	}
}

enum err_code lb_backup(struct lb_repo *repo, const struct lb_backup_options *options,
                        struct lb_backup_result *result, struct err *err)
{
	struct lb_backup_job j = { .o = options,
		                   .repo = repo,
		                   .lock = PTHREAD_MUTEX_INITIALIZER };
	struct plan p = { .j = &j, .o = options };
	enum err_code rc;

	*result = (struct lb_backup_result){ .has_parent = false };
	rc = run(&p, result, err);
	if (rc == ERR_OK && !options->dry_run)
		keep_cache(&j, &result->snapshot);
	lb_files_writer_free(j.files);
	lb_files_cache_free(j.cache);
	lb_objects_free(j.objects);
	pass_names_fini(&p.names);
	lb_snapshots_fini(&p.known);
	buf_fini(&p.host);
	buf_fini(&p.user);
	buf_fini(&p.program);
	arena_fini(&p.arena);
	pthread_mutex_destroy(&j.lock);
	return rc;
}
