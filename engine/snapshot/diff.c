// SPDX-License-Identifier: Apache-2.0
#include "snapshot/diff.h"

#include "base/mem.h"

#include <string.h>

/* As in tree_walk.c. */
#define LIVE_DEPTH ((size_t)32)

/* One side of a folder; not there where the folder was added or removed. */
struct side {
	struct lb_tree_iter *it;
	struct lb_entry entry; /* looked at, and not told yet */
	bool has_entry;
	bool there;
};

struct room {
	struct side before;
	struct side after;
	size_t path_len;
};

struct lb_diff {
	struct lb_tree_source source;
	struct room *rooms;
	size_t depth;
	size_t cap;
	struct buf path;
	/* The folder to go into next, on either side or both. */
	struct lb_id before;
	struct lb_id after;
	bool enter_before;
	bool enter_after;
};

enum err_code lb_diff_new(struct lb_diff **out, const struct lb_tree_source *source,
                          struct err *err)
{
	struct lb_diff *d = mem_new(sizeof(*d));

	*out = d;
	if (d == NULL)
		return err_nomem(err);
	d->source = *source;
	return ERR_OK;
}

void lb_diff_free(struct lb_diff *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < d->cap; i++) {
		lb_tree_iter_free(d->rooms[i].before.it);
		lb_tree_iter_free(d->rooms[i].after.it);
	}
	mem_free(d->rooms);
	buf_fini(&d->path);
	mem_free(d);
}

void lb_diff_start(struct lb_diff *d, const struct lb_id *before,
                   const struct lb_id *after)
{
	d->depth = 0;
	buf_clear(&d->path);
	d->before = *before;
	d->after = *after;
	d->enter_before = d->enter_after = !lb_id_eq(before, after);
}

static unsigned content_changes(const struct lb_entry *a, const struct lb_entry *b)
{
	unsigned changes = 0;

	if (!span_eq(a->content, b->content) || a->mapped != b->mapped ||
	    (a->mapped && !lb_id_eq(&a->map, &b->map)) ||
	    !span_eq(a->target, b->target) || a->rdev_major != b->rdev_major ||
	    a->rdev_minor != b->rdev_minor)
		changes |= LB_DIFF_CONTENT;
	if (a->size != b->size)
		changes |= LB_DIFF_SIZE;
	if (a->sparse != b->sparse || !span_eq(a->extents, b->extents))
		changes |= LB_DIFF_HOLES;
	return changes;
}

static unsigned attribute_changes(const struct lb_entry *a, const struct lb_entry *b)
{
	unsigned changes = 0;

	if (a->perm != b->perm)
		changes |= LB_DIFF_MODE;
	if (a->uid != b->uid || a->gid != b->gid || !span_eq(a->user, b->user) ||
	    !span_eq(a->group, b->group))
		changes |= LB_DIFF_OWNER;
	if (a->mtime_s != b->mtime_s || a->mtime_ns != b->mtime_ns)
		changes |= LB_DIFF_MTIME;
	if (!span_eq(a->xattrs, b->xattrs))
		changes |= LB_DIFF_XATTRS;
	if (a->flags != b->flags || a->project != b->project)
		changes |= LB_DIFF_FLAGS;
	if (a->has_btime != b->has_btime || a->btime_s != b->btime_s ||
	    a->btime_ns != b->btime_ns)
		changes |= LB_DIFF_BTIME;
	if (a->linked != b->linked ||
	    memcmp(a->link_group, b->link_group, LB_LINK_GROUP) != 0)
		changes |= LB_DIFF_LINKS;
	if (a->damaged != b->damaged)
		changes |= LB_DIFF_DAMAGE;
	return changes;
}

unsigned lb_diff_entries(const struct lb_entry *before, const struct lb_entry *after)
{
	const unsigned changes = attribute_changes(before, after);

	if (before->type != after->type)
		return changes | LB_DIFF_TYPE;
	return changes | content_changes(before, after);
}

static enum err_code open_side(struct lb_diff *d, struct side *s, bool there,
                               const struct lb_id *root, struct err *err)
{
	enum err_code rc;

	s->there = there;
	s->has_entry = false;
	if (!there)
		return ERR_OK;
	if (s->it == NULL && (rc = lb_tree_iter_new(&s->it, &d->source, err)) != ERR_OK)
		return rc;
	lb_tree_iter_start(s->it, root);
	return ERR_OK;
}

/* An entry looked at is looked at again later. */
static enum err_code park_side(struct side *s, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (!s->there)
		return ERR_OK;
	if (s->has_entry)
		rc = lb_tree_iter_seek(s->it, s->entry.name, err);
	s->has_entry = false;
	return rc == ERR_OK ? lb_tree_iter_park(s->it, err) : rc;
}

static enum err_code grow(struct lb_diff *d, struct err *err)
{
	const size_t before = d->cap;

	if (d->depth == LB_TREE_DEPTH)
		return err_set(err, ERR_LIMIT, "more than %u folders inside one another",
		               LB_TREE_DEPTH);
	if (d->depth < d->cap)
		return ERR_OK;
	if (!mem_grow(&d->rooms, d->depth, &d->cap, sizeof(*d->rooms)))
		return err_nomem(err);
	memset(&d->rooms[before], 0, (d->cap - before) * sizeof(*d->rooms));
	return ERR_OK;
}

static enum err_code go_in(struct lb_diff *d, struct err *err)
{
	enum err_code rc = grow(d, err);
	struct room *r;

	if (rc != ERR_OK)
		return rc;
	r = &d->rooms[d->depth++];
	r->path_len = d->path.len;
	rc = open_side(d, &r->before, d->enter_before, &d->before, err);
	if (rc == ERR_OK)
		rc = open_side(d, &r->after, d->enter_after, &d->after, err);
	d->enter_before = d->enter_after = false;
	if (rc != ERR_OK || d->depth <= LIVE_DEPTH)
		return rc;
	r = &d->rooms[d->depth - 1 - LIVE_DEPTH];
	if ((rc = park_side(&r->before, err)) != ERR_OK)
		return rc;
	return park_side(&r->after, err);
}

static void go_out(struct lb_diff *d)
{
	struct room *r = &d->rooms[--d->depth];

	if (d->depth < LIVE_DEPTH)
		return;
	lb_tree_iter_free(r->before.it);
	lb_tree_iter_free(r->after.it);
	r->before.it = r->after.it = NULL;
}

static enum err_code look(struct side *s, struct err *err)
{
	if (!s->there || s->has_entry)
		return ERR_OK;
	return lb_tree_iter_next(s->it, &s->entry, &s->has_entry, err);
}

static enum err_code look_both(struct room *r, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (r->before.there && r->after.there && !r->before.has_entry &&
	    !r->after.has_entry)
		rc = lb_tree_iter_skip_equal(r->before.it, r->after.it, err);
	if (rc == ERR_OK)
		rc = look(&r->before, err);
	return rc == ERR_OK ? look(&r->after, err) : rc;
}

/* Which of the two comes first, 0 = they have one name. */
static int order(const struct room *r)
{
	if (!r->before.has_entry || !r->after.has_entry)
		return r->before.has_entry ? -1 : 1;
	return span_cmp(r->before.entry.name, r->after.entry.name);
}

/* What is in the folders of this step comes next. */
static void plan_entry(struct lb_diff *d, const struct lb_entry *before,
                       const struct lb_entry *after)
{
	d->enter_before = before != NULL && before->type == LB_ENTRY_FOLDER;
	d->enter_after = after != NULL && after->type == LB_ENTRY_FOLDER;
	if (d->enter_before)
		d->before = before->subtree;
	if (d->enter_after)
		d->after = after->subtree;
	if (d->enter_before && d->enter_after && lb_id_eq(&d->before, &d->after))
		d->enter_before = d->enter_after = false;
}

/* Takes the entries that come first; true if they are something to tell. */
static bool take(struct lb_diff *d, struct room *r, struct lb_diff_step *step)
{
	const int which = order(r);
	const struct lb_entry *before = which <= 0 ? &r->before.entry : NULL;
	const struct lb_entry *after = which >= 0 ? &r->after.entry : NULL;

	step->changes = 0;
	buf_truncate(&d->path, r->path_len);
	if (d->path.len > 0)
		buf_putc(&d->path, '/');
	buf_put(&d->path, which <= 0 ? r->before.entry.name : r->after.entry.name);
	step->path = buf_span(&d->path);
	step->kind = which < 0   ? LB_DIFF_REMOVED
	             : which > 0 ? LB_DIFF_ADDED
	                         : LB_DIFF_CHANGED;
	if (before != NULL) {
		step->before = *before;
		r->before.has_entry = false;
	}
	if (after != NULL) {
		step->after = *after;
		r->after.has_entry = false;
	}
	plan_entry(d, before, after);
	if (which == 0)
		step->changes = lb_diff_entries(before, after);
	return which != 0 || step->changes != 0;
}

enum err_code lb_diff_next(struct lb_diff *d, struct lb_diff_step *step, bool *more,
                           struct err *err)
{
	enum err_code rc;

	*more = false;
	memset(step, 0, sizeof(*step));
	for (;;) {
		struct room *r;

		if ((d->enter_before || d->enter_after) && (rc = go_in(d, err)) != ERR_OK)
			return rc;
		if (d->depth == 0)
			return ERR_OK;
		r = &d->rooms[d->depth - 1];
		if ((rc = look_both(r, err)) != ERR_OK)
			return rc;
		if (!r->before.has_entry && !r->after.has_entry) {
			go_out(d);
			continue;
		}
		*more = take(d, r, step);
		if (!buf_ok(&d->path))
			return err_nomem(err);
		if (*more)
			return ERR_OK;
	}
}
