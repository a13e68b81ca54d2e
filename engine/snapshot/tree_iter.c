// SPDX-License-Identifier: Apache-2.0
/* One folder, read entry by entry; tree_walk.c goes through whole trees. */
#include "base/mem.h"
#include "snapshot/node.h"
#include "snapshot/tree_read.h"

#include <string.h>

/* A node on the way from the root to the leaf in use. */
struct frame {
	struct buf bytes;
	struct lb_node node;
};

/* Where the next entry is looked for when the nodes are not at hand. */
enum place {
	PLACE_START,
	PLACE_FROM,  /* the first name not before `at` */
	PLACE_AFTER, /* the first name after `at` */
	PLACE_END,
};

struct lb_tree_iter {
	struct lb_tree_source source;
	struct lb_id root;
	struct frame *frames[LB_TREE_LEVELS + 1];
	size_t depth;
	/* Child that the innermost inner node gave and that was not read yet; of no
	 * level, the root. */
	struct lb_child next;
	bool has_next;
	bool ready; /* frames and next stand for the place, which is stale then */
	enum place place;
	struct buf at;
};

enum err_code lb_tree_iter_new(struct lb_tree_iter **out,
                               const struct lb_tree_source *source, struct err *err)
{
	struct lb_tree_iter *it = mem_new(sizeof(*it));

	*out = it;
	if (it == NULL)
		return err_nomem(err);
	it->source = *source;
	it->place = PLACE_END;
	return ERR_OK;
}

static void free_frames(struct lb_tree_iter *it)
{
	for (size_t i = 0; i < sizeof(it->frames) / sizeof(it->frames[0]); i++) {
		if (it->frames[i] != NULL)
			buf_fini(&it->frames[i]->bytes);
		mem_free(it->frames[i]);
		it->frames[i] = NULL;
	}
	it->depth = 0;
	it->has_next = false;
	it->ready = false;
}

void lb_tree_iter_free(struct lb_tree_iter *it)
{
	if (it == NULL)
		return;
	free_frames(it);
	buf_fini(&it->at);
	mem_free(it);
}

void lb_tree_iter_start(struct lb_tree_iter *it, const struct lb_id *root)
{
	it->root = *root;
	it->depth = 0;
	it->has_next = false;
	it->ready = false;
	it->place = PLACE_START;
}

static enum err_code set_place(struct lb_tree_iter *it, enum place place,
                               struct span name, struct err *err)
{
	buf_clear(&it->at);
	buf_put(&it->at, name);
	it->place = place;
	return buf_err(&it->at, err);
}

enum err_code lb_tree_iter_seek(struct lb_tree_iter *it, struct span name,
                                struct err *err)
{
	it->ready = false;
	it->depth = 0;
	it->has_next = false;
	return set_place(it, PLACE_FROM, name, err);
}

static enum err_code malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "folder: %s", what);
}

static struct frame *top(const struct lb_tree_iter *it)
{
	return it->depth == 0 ? NULL : it->frames[it->depth - 1];
}

/* The rules that tie a node to the one above it (NULL for the root) and to the leaf
 * before it. */
static enum err_code check_node(const struct lb_tree_iter *it, const struct lb_node *n,
                                const struct frame *above, struct err *err)
{
	if (above == NULL)
		return n->level > 0 && n->count == 1
		               ? malformed(err, "a root with one child")
		               : ERR_OK;
	if (n->level + 1 != above->node.level)
		return malformed(err, "a node of the wrong level");
	/* While the place is sought, it stands for something else. */
	if (n->level == 0 && it->ready && it->place == PLACE_AFTER &&
	    span_cmp(buf_span(&it->at), it->next.first) >= 0)
		return malformed(err, "leaves out of order");
	return n->count == 0 ? malformed(err, "an empty leaf among others") : ERR_OK;
}

/* What a node says its first name is must be so. Looks, and goes back. */
static enum err_code check_first(struct lb_node *n, struct span first, struct err *err)
{
	struct lb_child child;
	struct lb_entry entry;
	enum err_code rc;
	bool more;

	if (n->level > 0) {
		rc = lb_node_child(n, &child, &more, err);
	} else {
		rc = lb_node_entry(n, &entry, &more, err);
		child.first = entry.name;
	}
	if (rc == ERR_OK && !span_eq(child.first, first))
		rc = malformed(err, "a node that starts with another name");
	lb_node_rewind(n);
	return rc;
}

/* Reads the child `it->next` and makes it the innermost node. */
static enum err_code enter(struct lb_tree_iter *it, struct err *err)
{
	struct frame *above = top(it);
	struct frame *f;
	enum err_code rc;

	if (it->depth == LB_TREE_LEVELS + 1)
		return malformed(err, "too many levels");
	f = it->frames[it->depth];
	if (f == NULL && (f = mem_new(sizeof(*f))) == NULL)
		return err_nomem(err);
	it->frames[it->depth] = f;
	rc = it->source.get(&it->next.id, LB_CHUNK_TREE, &f->bytes, it->source.context,
	                    err);
	if (rc != ERR_OK)
		return rc;
	if ((rc = lb_node_open(&f->node, buf_span(&f->bytes), err)) != ERR_OK)
		return rc;
	if ((rc = check_node(it, &f->node, above, err)) != ERR_OK)
		return rc;
	if (above != NULL && (rc = check_first(&f->node, it->next.first, err)) != ERR_OK)
		return rc;
	it->has_next = false;
	it->depth++;
	return ERR_OK;
}

size_t lb_tree_iter_single(const struct lb_tree_iter *it)
{
	const struct frame *f = top(it);

	return it->ready && it->depth == 1 && f->node.level == 0 ? f->node.count : 0;
}

/* Where a node's walk stands, to step back by one. */
struct mark {
	struct wire w;
	size_t left;
	struct span last;
};

static struct mark mark_of(const struct lb_node *n)
{
	return (struct mark){ n->w, n->left, n->last };
}

static void back_to(struct lb_node *n, const struct mark *m)
{
	n->w = m->w;
	n->left = m->left;
	n->last = m->last;
}

/* Makes the last child that does not start after `name` (else the first) the next. */
static enum err_code seek_child(struct lb_tree_iter *it, struct span name,
                                struct err *err)
{
	struct lb_node *n = &top(it)->node;
	struct lb_child child;
	struct mark before;
	enum err_code rc;
	bool more = true;

	it->has_next = false;
	for (;;) {
		before = mark_of(n);
		if ((rc = lb_node_child(n, &child, &more, err)) != ERR_OK)
			return rc;
		if (!more || (it->has_next && span_cmp(child.first, name) > 0))
			break;
		it->next = child;
		it->has_next = true;
	}
	back_to(n, &before);
	return ERR_OK;
}

static enum err_code seek_entry(struct lb_tree_iter *it, struct span name, bool after,
                                struct err *err)
{
	struct lb_node *n = &top(it)->node;
	struct lb_entry entry;
	struct mark before;
	enum err_code rc;
	bool more = true;
	int order = -1;

	do {
		before = mark_of(n);
		if ((rc = lb_node_entry(n, &entry, &more, err)) != ERR_OK)
			return rc;
		order = more ? span_cmp(entry.name, name) : 1;
	} while (order < 0 || (after && order == 0));
	back_to(n, &before);
	return ERR_OK;
}

/* Goes to the place from the root. */
static enum err_code find_place(struct lb_tree_iter *it, struct err *err)
{
	const struct span name = buf_span(&it->at);
	enum err_code rc = ERR_OK;

	it->depth = 0;
	it->next = (struct lb_child){ SPAN_EMPTY, it->root };
	it->has_next = it->place != PLACE_END;
	if (it->place == PLACE_FROM || it->place == PLACE_AFTER) {
		do {
			rc = enter(it, err);
			if (rc == ERR_OK && top(it)->node.level > 0)
				rc = seek_child(it, name, err);
		} while (rc == ERR_OK && it->has_next);
		if (rc == ERR_OK)
			rc = seek_entry(it, name, it->place == PLACE_AFTER, err);
	}
	it->ready = rc == ERR_OK;
	return rc;
}

/*
 * Leaves nodes that are used up, until the innermost is a leaf with entries left, or a
 * child is next, or nothing is left (depth 0 and no next).
 */
static enum err_code settle(struct lb_tree_iter *it, struct err *err)
{
	struct lb_entry unused;
	enum err_code rc = ERR_OK;
	bool more = false;

	if (!it->ready && (rc = find_place(it, err)) != ERR_OK)
		return rc;
	while (!it->has_next && it->depth > 0) {
		struct lb_node *n = &top(it)->node;

		if (n->level == 0 && n->left > 0)
			return ERR_OK;
		/* At the end of a leaf this checks that nothing follows. */
		if (n->level == 0)
			rc = lb_node_entry(n, &unused, &more, err);
		else
			rc = lb_node_child(n, &it->next, &more, err);
		if (rc != ERR_OK)
			return rc;
		it->has_next = more;
		if (!more && n->level == 0 && n->count > 0)
			rc = set_place(it, PLACE_AFTER, n->last, err);
		if (rc != ERR_OK)
			return rc;
		if (!more)
			it->depth--;
	}
	return ERR_OK;
}

enum err_code lb_tree_iter_next(struct lb_tree_iter *it, struct lb_entry *out, bool *more,
                                struct err *err)
{
	enum err_code rc;

	*more = false;
	for (;;) {
		if ((rc = settle(it, err)) != ERR_OK)
			return rc;
		if (!it->has_next)
			break;
		if ((rc = enter(it, err)) != ERR_OK)
			return rc;
	}
	if (it->depth == 0)
		return ERR_OK;
	return lb_node_entry(&top(it)->node, out, more, err);
}

/* The place of a leaf that has entries left: they need not be readable. */
static enum err_code note_leaf(struct lb_tree_iter *it, struct err *err)
{
	struct lb_node *n = &top(it)->node;
	struct lb_entry entry;
	enum err_code rc;
	bool more;

	if (n->left < n->count)
		return set_place(it, PLACE_AFTER, n->last, err);
	rc = lb_node_entry(n, &entry, &more, err);
	if (rc == ERR_OK)
		rc = set_place(it, PLACE_FROM, entry.name, err);
	return rc;
}

enum err_code lb_tree_iter_park(struct lb_tree_iter *it, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (it->ready) {
		if ((rc = settle(it, err)) != ERR_OK)
			return rc;
		if (it->has_next && it->depth > 0)
			rc = set_place(it, PLACE_FROM, it->next.first, err);
		else if (it->has_next)
			it->place = PLACE_START;
		else if (it->depth == 0)
			it->place = PLACE_END;
		else
			rc = note_leaf(it, err);
	}
	if (rc == ERR_OK)
		free_frames(it);
	return rc;
}

/* Level of the node that is next; above all levels for the root, which may have any. */
static unsigned next_level(const struct lb_tree_iter *it)
{
	return it->depth == 0 ? LB_TREE_LEVELS + 1 : top(it)->node.level - 1;
}

enum err_code lb_tree_iter_skip_equal(struct lb_tree_iter *a, struct lb_tree_iter *b,
                                      struct err *err)
{
	enum err_code rc;

	for (;;) {
		if ((rc = settle(a, err)) != ERR_OK || (rc = settle(b, err)) != ERR_OK)
			return rc;
		/* Only where both are between nodes. */
		if (!a->has_next || !b->has_next)
			return ERR_OK;
		if (lb_id_eq(&a->next.id, &b->next.id)) {
			a->has_next = b->has_next = false;
			continue;
		}
		const unsigned level_a = next_level(a);
		const unsigned level_b = next_level(b);

		if (level_a >= level_b && (rc = enter(a, err)) != ERR_OK)
			return rc;
		if (level_b >= level_a && (rc = enter(b, err)) != ERR_OK)
			return rc;
	}
}
