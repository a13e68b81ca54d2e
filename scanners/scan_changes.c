// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "base/pool.h"
#include "scan_blobs.h"
#include "scan_fresh.h"

/* What is staged, and what differs from a base. */

struct change {
	const char *path;     /* from the top */
	const char *old_path; /* the same, of what it was */
	struct scan_blob blob;
	bool is_new;
	unsigned char old_id[VCS_ID];
};

struct changes {
	struct scan_blob_list list; /* first: the list is what callbacks are given */
	struct arena arena;
	struct change *items;
	size_t cap;
	struct scan_fresh *fresh; /* of a comparison with a base */
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
	if (rc == ERR_OK && scan_blobs_want(&c->list, skip.path))
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
	one->old_path = arena_str(&c->arena, change->old_path);
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

	return rc == ERR_OK ? vcs_staged_each(*repo, c->list.s->o->staged, note, c, err)
	                    : rc;
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

/* ---- what the base does not have ---- */

static enum err_code leave_old(const struct scan_blob_list *l, size_t i, size_t worker,
                               size_t first, struct span data, struct vcs_repo *repo,
                               struct err *err)
{
	const struct changes *c = changes_of(l);
	const struct change *change = &c->items[i];
	struct scan_fresh_file file = { .repo = repo,
		                        .top = buf_span(&l->top),
		                        .path = change->path,
		                        .old_path = change->old_path,
		                        .old_id = change->is_new ? NULL : change->old_id,
		                        .data = data,
		                        .first = first };

	return scan_fresh_keep(c->fresh, &file, worker, err);
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
		rc = scan_fresh_new(&c.fresh, s, err);
	if (rc == ERR_OK)
		rc = scan_blobs_run(&c.list, err);
	scan_fresh_free(c.fresh);
	fini(&c, repo);
	return rc;
}
