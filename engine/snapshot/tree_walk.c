// SPDX-License-Identifier: Apache-2.0
/* Look-up by path, and the walk over a whole tree. */
#include "base/mem.h"
#include "snapshot/tree_read.h"

#include <string.h>

/* Folders deeper than this above the one in use are read again when the walk comes back,
 * so that memory does not grow with the depth. */
#define LIVE_DEPTH ((size_t)32)

enum err_code lb_tree_find(struct lb_tree_iter *it, const struct lb_id *root,
                           struct span name, struct lb_entry *out, struct err *err)
{
	enum err_code rc;
	bool more;

	lb_tree_iter_start(it, root);
	if ((rc = lb_tree_iter_seek(it, name, err)) != ERR_OK)
		return rc;
	if ((rc = lb_tree_iter_next(it, out, &more, err)) != ERR_OK)
		return rc;
	if (!more || !span_eq(out->name, name))
		return err_set(err, ERR_NOT_FOUND, "no such entry");
	return ERR_OK;
}

enum err_code lb_tree_lookup(struct lb_tree_iter *it, const struct lb_id *root,
                             struct span path, struct lb_entry *out, struct err *err)
{
	struct lb_entry e = { .type = LB_ENTRY_FOLDER, .subtree = *root };
	struct span name;
	enum err_code rc;

	while (span_split(&path, '/', &name)) {
		const struct lb_id folder = e.subtree;

		if (name.len == 0)
			continue;
		if (e.type != LB_ENTRY_FOLDER)
			return err_set(err, ERR_NOT_FOUND, "no such entry");
		if ((rc = lb_tree_find(it, &folder, name, &e, err)) != ERR_OK)
			return rc;
	}
	*out = e;
	return ERR_OK;
}

/* A folder that the walk is in. */
struct room {
	struct lb_tree_iter *it; /* kept for the next folder of this depth */
	struct lb_entry entry;   /* the one given last, as long as the nodes are there */
	size_t path_len;         /* of the folder itself */
	bool parked;
	bool failed; /* its rest cannot be read */
};

struct lb_tree_walk {
	struct lb_tree_source source;
	struct room *rooms;
	size_t depth;
	size_t cap;
	struct buf path;
	struct lb_id enter; /* root of the folder to go into next */
	bool has_enter;
};

enum err_code lb_tree_walk_new(struct lb_tree_walk **out,
                               const struct lb_tree_source *source, struct err *err)
{
	struct lb_tree_walk *w = mem_new(sizeof(*w));

	*out = w;
	if (w == NULL)
		return err_nomem(err);
	w->source = *source;
	return ERR_OK;
}

void lb_tree_walk_free(struct lb_tree_walk *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->cap; i++)
		lb_tree_iter_free(w->rooms[i].it);
	mem_free(w->rooms);
	buf_fini(&w->path);
	mem_free(w);
}

void lb_tree_walk_start(struct lb_tree_walk *w, const struct lb_id *root)
{
	w->depth = 0;
	buf_clear(&w->path);
	w->enter = *root;
	w->has_enter = true;
}

void lb_tree_walk_skip(struct lb_tree_walk *w)
{
	w->has_enter = false;
}

static enum err_code grow(struct lb_tree_walk *w, struct err *err)
{
	const size_t before = w->cap;

	if (w->depth < w->cap)
		return ERR_OK;
	if (!mem_grow(&w->rooms, w->depth, &w->cap, sizeof(*w->rooms)))
		return err_nomem(err);
	memset(&w->rooms[before], 0, (w->cap - before) * sizeof(*w->rooms));
	return ERR_OK;
}

/* Goes into the folder whose path `w->path` is. */
static enum err_code go_in(struct lb_tree_walk *w, struct err *err)
{
	enum err_code rc = grow(w, err);
	struct room *r;

	w->has_enter = false;
	if (rc != ERR_OK)
		return rc;
	r = &w->rooms[w->depth];
	if (r->it == NULL && (rc = lb_tree_iter_new(&r->it, &w->source, err)) != ERR_OK)
		return rc;
	r->path_len = w->path.len;
	r->parked = false;
	r->failed = w->depth == LB_TREE_DEPTH;
	w->depth++;
	if (r->failed)
		return err_set(err, ERR_LIMIT, "more than %u folders inside one another",
		               LB_TREE_DEPTH);
	lb_tree_iter_start(r->it, &w->enter);
	if (w->depth <= LIVE_DEPTH)
		return ERR_OK;
	r = &w->rooms[w->depth - 1 - LIVE_DEPTH];
	r->parked = true;
	return lb_tree_iter_park(r->it, err);
}

/* The entry of the folder just left stands in the room above, or is read again there. */
static enum err_code come_back(struct lb_tree_walk *w, struct room *above,
                               struct err *err)
{
	const size_t skip = above->path_len == 0 ? 0 : above->path_len + 1;
	const struct span name = span_from(buf_span(&w->path), skip);
	enum err_code rc;
	bool more;

	if (!above->parked)
		return ERR_OK;
	above->parked = false;
	if ((rc = lb_tree_iter_seek(above->it, name, err)) != ERR_OK)
		return rc;
	if ((rc = lb_tree_iter_next(above->it, &above->entry, &more, err)) != ERR_OK)
		return rc;
	if (!more || !span_eq(above->entry.name, name))
		return err_set(err, ERR_CORRUPT,
		               "a folder that changed while it was read");
	return ERR_OK;
}

static enum err_code go_out(struct lb_tree_walk *w, struct lb_walk_step *step,
                            struct err *err)
{
	struct room *r = &w->rooms[--w->depth];
	enum err_code rc;

	if (w->depth >= LIVE_DEPTH) {
		lb_tree_iter_free(r->it);
		r->it = NULL;
	}
	buf_truncate(&w->path, r->path_len);
	step->path = buf_span(&w->path);
	if (w->depth == 0) {
		step->event = LB_WALK_END;
		return ERR_OK;
	}
	r = &w->rooms[w->depth - 1];
	if ((rc = come_back(w, r, err)) != ERR_OK) {
		r->failed = true;
		return rc;
	}
	step->event = LB_WALK_LEAVE;
	step->entry = r->entry;
	step->depth = (unsigned)w->depth - 1;
	return ERR_OK;
}

static enum err_code give(struct lb_tree_walk *w, struct room *r,
                          struct lb_walk_step *step, struct err *err)
{
	if (w->path.len > 0)
		buf_putc(&w->path, '/');
	buf_put(&w->path, r->entry.name);
	if (!buf_ok(&w->path))
		return err_nomem(err);
	step->event = LB_WALK_ENTRY;
	step->entry = r->entry;
	step->path = buf_span(&w->path);
	step->depth = (unsigned)w->depth - 1;
	w->has_enter = r->entry.type == LB_ENTRY_FOLDER;
	w->enter = r->entry.subtree;
	return ERR_OK;
}

enum err_code lb_tree_walk_next(struct lb_tree_walk *w, struct lb_walk_step *step,
                                struct err *err)
{
	enum err_code rc = ERR_OK;
	bool more = false;
	struct room *r;

	step->event = LB_WALK_END;
	step->path = buf_span(&w->path);
	if (w->has_enter && (rc = go_in(w, err)) != ERR_OK)
		return rc;
	if (w->depth == 0)
		return ERR_OK;
	r = &w->rooms[w->depth - 1];
	buf_truncate(&w->path, r->path_len);
	step->path = buf_span(&w->path);
	if (!r->failed)
		rc = lb_tree_iter_next(r->it, &r->entry, &more, err);
	if (rc != ERR_OK) {
		r->failed = true;
		return rc;
	}
	return more ? give(w, r, step, err) : go_out(w, step, err);
}
