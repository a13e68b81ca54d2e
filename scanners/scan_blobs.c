// SPDX-License-Identifier: Apache-2.0
#include "scan_blobs.h"

#include "base/mem.h"
#include "base/pool.h"
#include "exclude.h"
#include "repository.h"

#include <stdio.h>
#include <string.h>

/* Blobs go to workers in runs, in the order of the list: neighbours in a pack are made of
 * one another. A worker more is worth its repository for so many. */
enum { RUN_MAX = 16, WORTH = 4 };

struct reader {
	struct vcs_repo *repo; /* opened for its first blob */
	struct buf path;
	struct buf data;
	/* The blob that `data` is, if it is one: it may come again with another path. */
	unsigned char id[VCS_ID];
	bool holds;
};

struct reading {
	const struct scan_blob_list *list;
	struct reader *readers; /* one a worker */
	atomic_size_t next;
	size_t run;
	struct cancel stop;
};

static enum err_code no_repository(struct span path, struct err *err)
{
	size_t top = scan_repository_top(path);

	if (top > 0)
		return err_set(err, ERR_USAGE, "%.*s/.git leads to no git repository",
		               (int)span_sub(path, 0, top < 200 ? top : 200).len,
		               path.ptr);
	return err_set(err, ERR_USAGE, "%.*s is in no git repository",
	               (int)span_sub(path, 0, 200).len, path.ptr);
}

enum err_code scan_blobs_open(struct scan_blob_list *l, struct vcs_repo **repo,
                              struct err *err)
{
	const char *path = buf_str(&l->s->path);
	enum err_code rc = vcs_repo_open(repo, path, err);
	const char *top;

	if (rc == ERR_NOT_FOUND)
		return no_repository(buf_span(&l->s->path), err);
	if (rc != ERR_OK)
		return rc;
	top = vcs_repo_top(*repo);
	if (top != NULL) {
		buf_puts(&l->top, top);
	} else { /* a bare one has no place of its own for files */
		buf_puts(&l->top, path);
		if (l->top.len > 1)
			buf_putc(&l->top, '/');
	}
	return buf_err(&l->top, err);
}

/* ---- one blob ---- */

static bool is_below_path(const struct scan *s, struct span path)
{
	struct span folder = buf_span(&s->path);

	return span_starts(path, folder) &&
	       (path.len == folder.len || folder.len == 1 || path.ptr[folder.len] == '/');
}

/* What a walk never enters. */
static bool is_own(struct span path)
{
	struct span name;

	while (span_split(&path, '/', &name))
		if (span_eq_str(name, ".git") || span_eq_str(name, ".seaworthy"))
			return true;
	return false;
}

bool scan_blobs_want(const struct scan_blob_list *l, struct span path)
{
	return is_below_path(l->s, path) && !is_own(span_from(path, l->top.len)) &&
	       !(l->s->is_folder && scan_exclude_file(l->s->exclude, path, l->s->strip));
}

static enum err_code read_blob(const struct scan *s, struct reader *r,
                               const struct scan_blob *b, uint64_t *size, struct err *why)
{
	struct os_stat st = { .size = 0 };
	enum err_code rc;

	if (b->missing)
		return ERR_NOT_FOUND;
	if (!b->in_tree && r->holds && memcmp(r->id, b->id, VCS_ID) == 0)
		return ERR_OK;
	r->holds = false;
	if (!b->in_tree) {
		rc = vcs_blob_read(r->repo, b->id, scan_max_file(s), &r->data, size, why);
		r->holds = rc == ERR_OK;
		memcpy(r->id, b->id, VCS_ID);
		return rc;
	}
	buf_clear(&r->data);
	rc = os_read_file(buf_str(&r->path), scan_max_file(s), &r->data, why);
	if (rc == ERR_LIMIT && os_lstat(buf_str(&r->path), &st, NULL) == ERR_OK)
		*size = st.size;
	return rc;
}

static enum err_code skip_blob(struct scan *s, size_t worker, struct span path,
                               const struct scan_blob *b, enum err_code code,
                               uint64_t size, const struct err *why, struct err *err)
{
	struct scan_skip skip = { .path = path, .bytes = size };
	char reason[200];

	if (code == ERR_NOMEM)
		return err_nomem(err);
	if (code == ERR_LIMIT) {
		scan_walk_too_large(scan_max_file(s), reason);
		skip.lack = SCAN_TOO_LARGE;
	} else if (code == ERR_NOT_FOUND) {
		(void)snprintf(reason, sizeof(reason), "%s",
		               b->in_tree ? "removed while the scan was running"
		                          : "not in this clone");
	} else {
		(void)snprintf(reason, sizeof(reason), "unreadable: %.160s", why->msg);
	}
	skip.reason = reason;
	return scan_file_skip(&skip, worker, s, err);
}

static enum err_code scan_one_blob(struct reading *all, size_t i, size_t worker,
                                   struct err *err)
{
	const struct scan_blob_list *l = all->list;
	struct scan_sink *sink = &l->s->workers[worker].pass.sink;
	struct reader *r = &all->readers[worker];
	struct scan_walk_file file = { .st = { .size = 0 } };
	size_t first = sink->count;
	struct err why = ERR_INIT;
	struct scan_blob blob;
	uint64_t size = 0;
	enum err_code rc;

	buf_clear(&r->path);
	buf_put(&r->path, buf_span(&l->top));
	l->get(l, i, &blob, &r->path);
	file.path = buf_span(&r->path);
	if (!buf_ok(&r->path))
		return err_nomem(err);
	if (!scan_blobs_want(l, file.path))
		return ERR_OK;
	rc = read_blob(l->s, r, &blob, &size, &why);
	if (rc != ERR_OK)
		return skip_blob(l->s, worker, file.path, &blob, rc, size, &why, err);
	file.data = buf_span(&r->data);
	rc = scan_file_read(&file, worker, l->s, err);
	return rc == ERR_OK && l->after != NULL
	               ? l->after(l, i, worker, first, file.data, r->repo, err)
	               : rc;
}

/* ---- all of them ---- */

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct reading *all = context;
	struct reader *r = &all->readers[worker];
	enum err_code rc = ERR_OK;

	(void)item;
	if (r->repo == NULL)
		rc = vcs_repo_open(&r->repo, buf_str(&all->list->s->path), err);
	while (rc == ERR_OK && !cancel_is_set(&all->stop)) {
		size_t from = atomic_fetch_add(&all->next, all->run);
		size_t to = from + all->run;

		if (from >= all->list->count)
			break;
		to = to < all->list->count ? to : all->list->count;
		for (size_t i = from; rc == ERR_OK && i < to; i++)
			rc = cancel_is_set(all->list->s->o->cancel)
			             ? err_set(err, ERR_CANCELLED, "scan cancelled")
			             : scan_one_blob(all, i, worker, err);
	}
	return rc;
}

static void reading_fini(struct reading *all)
{
	for (size_t i = 0; all->readers != NULL && i < all->list->s->worker_count; i++) {
		vcs_repo_close(all->readers[i].repo);
		buf_fini(&all->readers[i].path);
		buf_fini(&all->readers[i].data);
	}
	mem_free(all->readers);
}

enum err_code scan_blobs_run(const struct scan_blob_list *l, struct err *err)
{
	struct reading all = { .list = l, .stop = CANCEL_INIT };
	size_t threads = l->s->worker_count;
	struct pool *pool = NULL;
	enum err_code pushed = ERR_OK;
	enum err_code rc;

	if (l->count == 0)
		return ERR_OK;
	if (threads > (l->count + WORTH - 1) / WORTH)
		threads = (l->count + WORTH - 1) / WORTH;
	all.run = l->count / (2 * threads) + 1;
	if (all.run > RUN_MAX)
		all.run = RUN_MAX;
	all.readers = mem_new(l->s->worker_count * sizeof(*all.readers));
	if (all.readers == NULL)
		return err_nomem(err);
	rc = pool_new(&pool, threads, threads, work, NULL, &all, &all.stop, err);
	if (rc == ERR_OK) {
		for (size_t i = 0; pushed == ERR_OK && i < threads; i++)
			pushed = pool_push(pool, &all.readers[i]);
		rc = pool_finish(pool, err);
		if (rc == ERR_OK)
			rc = pushed;
	}
	reading_fini(&all);
	return rc;
}
