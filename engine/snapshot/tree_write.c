// SPDX-License-Identifier: Apache-2.0
#include "snapshot/tree_write.h"

#include "base/mem.h"
#include "snapshot/node.h"

#include <string.h>

/*
 * Where nodes end depends on the names alone once a node has its least size, so a change
 * moves the ends near it only, and equal folders are cut alike.
 */
#define NODE_LEAST ((size_t)16384)
#define NODE_MOST ((size_t)262144)

enum { LEAF_MODULUS = 512, INNER_MODULUS = 64 };

/* One table of a leaf in the making, ascending by id; names lie in `names`. */
struct owner_row {
	uint32_t id;
	uint32_t at;
	uint32_t len;
};

struct owners {
	struct owner_row *rows;
	size_t count;
	size_t cap;
	struct buf names;
	size_t bytes; /* in stored form */
	uint32_t last;
	bool has_last; /* `last` needs no look */
};

/* A level of inner nodes; what is listed is the node in the making. */
struct level {
	struct buf children;
	struct buf first; /* name of the first entry below */
	size_t count;
	bool emitted; /* the level has a finished node */
};

struct lb_tree_writer {
	const struct lb_key *chunker_key;
	lb_tree_put *put;
	void *context;
	struct owners users;
	struct owners groups;
	struct buf entries;
	struct buf first;
	struct buf last; /* name added last */
	size_t count;
	bool begun; /* a name was added to the folder */
	struct level levels[LB_TREE_LEVELS];
	struct buf node;
	struct buf scratch;
};

enum err_code lb_tree_writer_new(struct lb_tree_writer **out,
                                 const struct lb_key *chunker_key, lb_tree_put *put,
                                 void *context, struct err *err)
{
	struct lb_tree_writer *w = mem_new(sizeof(*w));

	*out = w;
	if (w == NULL)
		return err_nomem(err);
	w->chunker_key = chunker_key;
	w->put = put;
	w->context = context;
	return ERR_OK;
}

static void owners_clear(struct owners *o)
{
	o->count = 0;
	o->bytes = 0;
	o->has_last = false;
	buf_clear(&o->names);
}

static void owners_fini(struct owners *o)
{
	mem_free(o->rows);
	buf_fini(&o->names);
}

void lb_tree_writer_free(struct lb_tree_writer *w)
{
	if (w == NULL)
		return;
	owners_fini(&w->users);
	owners_fini(&w->groups);
	buf_fini(&w->entries);
	buf_fini(&w->first);
	buf_fini(&w->last);
	buf_fini(&w->node);
	buf_fini(&w->scratch);
	for (size_t i = 0; i < LB_TREE_LEVELS; i++) {
		buf_fini(&w->levels[i].children);
		buf_fini(&w->levels[i].first);
	}
	mem_free(w);
}

static void leaf_clear(struct lb_tree_writer *w)
{
	owners_clear(&w->users);
	owners_clear(&w->groups);
	buf_clear(&w->entries);
	w->count = 0;
}

void lb_tree_writer_reset(struct lb_tree_writer *w)
{
	leaf_clear(w);
	w->begun = false;
	for (size_t i = 0; i < LB_TREE_LEVELS; i++) {
		buf_clear(&w->levels[i].children);
		w->levels[i].count = 0;
		w->levels[i].emitted = false;
	}
}

/* The place of an id in the table, or where it would stand. */
static size_t owners_find(const struct owners *o, uint32_t id)
{
	size_t low = 0;
	size_t high = o->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (o->rows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The first name that is known for an id stands for it in all of the leaf. */
static enum err_code owners_add(struct owners *o, uint32_t id, struct span name,
                                struct err *err)
{
	const size_t at = owners_find(o, id);
	struct owner_row row = { id, (uint32_t)o->names.len, (uint32_t)name.len };

	o->last = id;
	o->has_last = true;
	if (at < o->count && o->rows[at].id == id)
		return ERR_OK;
	buf_put(&o->names, name);
	if (!buf_ok(&o->names) ||
	    !mem_grow(&o->rows, o->count, &o->cap, sizeof(*o->rows)))
		return err_nomem(err);
	memmove(&o->rows[at + 1], &o->rows[at], (o->count - at) * sizeof(row));
	o->rows[at] = row;
	o->count++;
	o->bytes += wire_varint_len(id) + wire_varint_len(name.len) + name.len;
	return ERR_OK;
}

static enum err_code owners_note(struct owners *o, uint32_t id, struct span name,
                                 struct err *err)
{
	if (name.len == 0 || (o->has_last && o->last == id))
		return ERR_OK;
	return owners_add(o, id, name, err);
}

static struct lb_rows owners_rows(const struct owners *o, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < o->count; i++) {
		const struct owner_row *row = &o->rows[i];
		const struct lb_owner owner = {
			row->id,
			span_sub(buf_span(&o->names), row->at, row->len),
		};

		lb_owner_put(out, &owner);
	}
	return (struct lb_rows){ buf_span(out), o->count };
}

/* Does a node of so many bytes end after `name`? */
static bool ends(const struct lb_tree_writer *w, size_t bytes, struct span name,
                 uint32_t modulus)
{
	struct lb_key hash;

	if (bytes < NODE_LEAST || bytes >= NODE_MOST)
		return bytes >= NODE_MOST;
	lb_kdf(&hash, w->chunker_key, "split", name);
	return wire_load_u32(hash.b) % modulus == 0;
}

static enum err_code put_node(struct lb_tree_writer *w, struct lb_id *id, struct err *err)
{
	enum err_code rc = buf_err(&w->node, err);

	if (rc != ERR_OK)
		return rc;
	return w->put(LB_CHUNK_TREE, buf_span(&w->node), id, w->context, err);
}

/* Finishes the node of a level; `child` is it. Its name lives until the level's next
 * child. */
static enum err_code emit_inner(struct lb_tree_writer *w, unsigned number,
                                struct lb_child *child, struct err *err)
{
	struct level *l = &w->levels[number - 1];

	buf_clear(&w->node);
	lb_inner_put(&w->node, number, buf_span(&l->children), l->count);
	buf_clear(&l->children);
	l->count = 0;
	l->emitted = true;
	child->first = buf_span(&l->first);
	return put_node(w, &child->id, err);
}

/* Lists a finished node in the level above it, and so on upwards where that fills one. */
static enum err_code list_node(struct lb_tree_writer *w, unsigned number,
                               struct lb_child child, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (; rc == ERR_OK; number++) {
		struct level *l;

		if (number > LB_TREE_LEVELS)
			return err_set(err, ERR_LIMIT, "the folder has too many levels");
		l = &w->levels[number - 1];
		if (l->count++ == 0) {
			buf_clear(&l->first);
			buf_put(&l->first, child.first);
		}
		lb_child_put(&l->children, &child);
		if (!buf_ok(&l->first) || !buf_ok(&l->children))
			return err_nomem(err);
		if (!ends(w, l->children.len, child.first, INNER_MODULUS))
			break;
		rc = emit_inner(w, number, &child, err);
	}
	return rc;
}

static enum err_code emit_leaf(struct lb_tree_writer *w, struct err *err)
{
	struct buf groups = BUF_INIT;
	struct lb_child child;
	enum err_code rc;

	buf_clear(&w->node);
	lb_leaf_put(&w->node, owners_rows(&w->users, &w->scratch),
	            owners_rows(&w->groups, &groups),
	            (struct lb_rows){ buf_span(&w->entries), w->count });
	rc = buf_ok(&w->scratch) && buf_ok(&groups) ? ERR_OK : err_nomem(err);
	if (rc == ERR_OK)
		rc = put_node(w, &child.id, err);
	child.first = buf_span(&w->first);
	if (rc == ERR_OK)
		rc = list_node(w, 1, child, err);
	leaf_clear(w);
	buf_fini(&groups);
	return rc;
}

/* Names are remembered: order is checked against the last, the first goes upwards. */
static enum err_code note_name(struct lb_tree_writer *w, struct span name,
                               struct err *err)
{
	if (w->begun && span_cmp(buf_span(&w->last), name) >= 0)
		return err_set(err, ERR_USAGE, "its name is out of order");
	w->begun = true;
	buf_clear(&w->last);
	buf_put(&w->last, name);
	if (w->count == 0) {
		buf_clear(&w->first);
		buf_put(&w->first, name);
	}
	return buf_ok(&w->last) && buf_ok(&w->first) ? ERR_OK : err_nomem(err);
}

enum err_code lb_tree_writer_add(struct lb_tree_writer *w, const struct lb_entry *e,
                                 struct err *err)
{
	enum err_code rc;

	if ((rc = note_name(w, e->name, err)) != ERR_OK)
		return rc;
	if ((rc = lb_entry_encode(&w->entries, e, &w->scratch, err)) != ERR_OK)
		return rc;
	if ((rc = owners_note(&w->users, e->uid, e->user, err)) != ERR_OK)
		return rc;
	if ((rc = owners_note(&w->groups, e->gid, e->group, err)) != ERR_OK)
		return rc;
	w->count++;
	if (!ends(w, w->entries.len + w->users.bytes + w->groups.bytes, e->name,
	          LEAF_MODULUS))
		return ERR_OK;
	return emit_leaf(w, err);
}

/* The only child of a level, if it is all that the level ever had: the root. */
static bool sole_child(const struct level *l, struct lb_id *id)
{
	if (l->emitted || l->count != 1)
		return false;
	memcpy(id->b, l->children.ptr + l->children.len - LB_ID, LB_ID);
	return true;
}

enum err_code lb_tree_writer_finish(struct lb_tree_writer *w, struct lb_id *root,
                                    struct err *err)
{
	enum err_code rc = ERR_OK;
	struct lb_child child;

	if (!w->begun)
		buf_clear(&w->first);
	if (w->count > 0 || !w->begun)
		rc = emit_leaf(w, err);
	for (unsigned number = 1; rc == ERR_OK; number++) {
		struct level *l = &w->levels[number - 1];

		if (sole_child(l, root))
			break;
		if (l->count == 0)
			continue;
		rc = emit_inner(w, number, &child, err);
		if (rc == ERR_OK)
			rc = list_node(w, number + 1, child, err);
	}
	lb_tree_writer_reset(w);
	return rc;
}

void lb_link_group(const struct lb_key *id_key, struct span first_path,
                   unsigned char out[LB_LINK_GROUP])
{
	struct lb_key hash;

	lb_kdf(&hash, id_key, "link", first_path);
	memcpy(out, hash.b, LB_LINK_GROUP);
}
