// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "base/mem.h"
#include "base/pool.h"
#include "scan_blobs.h"

/* What is staged, and what differs from a base. */

struct change {
	const char *path; /* from the top */
	struct scan_blob blob;
	bool is_new;
	unsigned char old_id[VCS_ID];
};

struct changes {
	struct scan_blob_list list; /* first: the list is what callbacks are given */
	struct arena arena;
	struct change *items;
	size_t cap;
};

static const struct changes *changes_of(const struct scan_blob_list *l)
{
	return (const struct changes *)l;
}

static void get(const struct scan_blob_list *l, size_t i, struct scan_blob *out,
                struct buf *path)
{
	*out = changes_of(l)->items[i].blob;
	buf_puts(path, changes_of(l)->items[i].path);
}

static enum err_code skip_conflict(struct changes *c, const char *path, struct err *err)
{
	struct buf whole = BUF_INIT;
	struct scan_skip skip = { .reason = "in conflict: there is nothing to scan yet" };
	enum err_code rc;

	buf_put(&whole, buf_span(&c->list.top));
	buf_puts(&whole, path);
	skip.path = buf_span(&whole);
	rc = buf_err(&whole, err);
	if (rc == ERR_OK)
		rc = scan_file_skip(&skip, 0, c->list.s, err);
	buf_fini(&whole);
	return rc;
}

static enum err_code note(const struct vcs_change *change, void *context, struct err *err)
{
	struct changes *c = context;
	struct change *one;

	if (change->in_conflict && !change->in_tree)
		return skip_conflict(c, change->path, err);
	one = arena_push(&c->arena, &c->items, &c->list.count, &c->cap, sizeof(*one));
	if (one == NULL)
		return err_nomem(err);
	one->path = arena_str(&c->arena, change->path);
	one->blob.in_tree = change->in_tree;
	one->is_new = change->is_new || change->in_conflict;
	for (size_t i = 0; i < VCS_ID; i++) {
		one->blob.id[i] = change->id[i];
		one->old_id[i] = change->old_id[i];
	}
	return arena_err(&c->arena, err);
}

static void fini(struct changes *c, struct vcs_repo *repo)
{
	vcs_repo_close(repo);
	arena_fini(&c->arena);
	buf_fini(&c->list.top);
}

static enum err_code find_staged(struct changes *c, struct vcs_repo **repo,
                                 struct err *err)
{
	enum err_code rc = scan_blobs_open(&c->list, repo, err);

	return rc == ERR_OK ? vcs_staged_each(*repo, note, c, err) : rc;
}

static enum err_code make_ahead(void *item, size_t worker, void *context, struct err *err)
{
	(void)item;
	(void)worker;
	return scan_make_engine(context, err);
}

/* Getting ready and finding out what is staged take about as long as one another, and
 * scanning it far less: so the first two go side by side. */
enum err_code scan_staged(struct scan *s, struct err *err)
{
	struct changes c = { .list = { .s = s, .get = get }, .arena = ARENA_INIT };
	struct cancel stop = CANCEL_INIT;
	struct err other = ERR_INIT;
	struct vcs_repo *repo = NULL;
	struct pool *ahead = NULL;
	enum err_code made;
	enum err_code rc = pool_new(&ahead, 1, 1, make_ahead, NULL, s, &stop, err);

	if (rc != ERR_OK)
		return rc;
	made = pool_push(ahead, s);
	rc = find_staged(&c, &repo, err);
	if (made == ERR_OK)
		made = pool_finish(ahead, &other);
	else
		(void)!pool_finish(ahead, NULL);
	if (rc == ERR_OK && made != ERR_OK)
		rc = err_set(err, made, "%s", other.msg);
	if (rc == ERR_OK)
		rc = scan_blobs_run(&c.list, err);
	fini(&c, repo);
	return rc;
}

/* ---- new lines only ---- */

struct lines {
	uint64_t *items; /* owned; rising */
	size_t count;
	size_t cap;
};

static bool add_line(uint64_t line, void *context)
{
	struct lines *l = context;

	if (!mem_grow(&l->items, l->count, &l->cap, sizeof(*l->items)))
		return false;
	l->items[l->count++] = line;
	return true;
}

/* Is one of the lines from `first` to `last` new? */
static bool has_new(const struct lines *l, uint64_t first, uint64_t last)
{
	size_t low = 0;
	size_t high = l->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->items[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->count && l->items[low] <= last;
}

static void keep_new(struct scan_sink *sink, size_t first, const struct lines *l)
{
	size_t kept = first;

	for (size_t i = first; i < sink->count; i++) {
		const struct scan_finding *f = &sink->findings[i];
		bool ends_before = f->end_line > f->line && f->end_column <= 1;

		if (has_new(l, f->line, f->end_line - (ends_before ? 1 : 0)))
			sink->findings[kept++] = *f;
	}
	sink->count = kept;
}

static enum err_code leave_old(const struct scan_blob_list *l, size_t i, size_t worker,
                               size_t first, struct span text, struct vcs_repo *repo,
                               struct err *err)
{
	const struct change *change = &changes_of(l)->items[i];
	struct scan_sink *sink = &l->s->workers[worker].pass.sink;
	struct lines lines = { .count = 0 };
	bool binary = false;
	enum err_code rc;

	if (change->is_new || sink->count == first)
		return ERR_OK;
	rc = vcs_new_lines(repo, change->old_id, text, add_line, &lines, &binary, err);
	/* Of binary data, as UTF-16 is to git, lines are not known: all of it counts. */
	if (rc == ERR_OK && !binary)
		keep_new(sink, first, &lines);
	mem_free(lines.items);
	return rc;
}

enum err_code scan_changed(struct scan *s, struct err *err)
{
	struct changes c = { .list = { .s = s, .get = get, .after = leave_old },
		             .arena = ARENA_INIT };
	struct vcs_repo *repo = NULL;
	enum err_code rc = scan_blobs_open(&c.list, &repo, err);

	if (rc == ERR_OK)
		rc = vcs_diff_each(repo, s->o->base, note, &c, err);
	if (rc == ERR_OK)
		rc = scan_blobs_run(&c.list, err);
	fini(&c, repo);
	return rc;
}
