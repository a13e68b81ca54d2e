// SPDX-License-Identifier: Apache-2.0
/* Reading nodes; node_entry.c has the form of an entry, node_put.c writes. */
#include "snapshot/node.h"

#include <string.h>

enum { FORM = 0 };

/* A leaf ends once entries and tables have 256 KiB, so tables are never much larger. */
#define OWNERS_BYTES ((size_t)264 << 10)
/* Bytes that the smallest entry, child and piece take. */
enum { ENTRY_MIN = 9, CHILD_MIN = 2 + LB_ID, PIECE_MIN = LB_ID + 1 };

static enum err_code corrupt(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "tree node: %s", what);
}

static void read_owner(struct wire *w, struct lb_owner *o)
{
	const uint64_t id = wire_varint(w);

	if (id > UINT32_MAX)
		wire_fail(w);
	o->id = (uint32_t)id;
	o->name = wire_bytes(w);
	if (o->name.len == 0 || o->name.len > LB_ENTRY_OWNER_MAX)
		wire_fail(w);
}

static void read_owners(struct wire *w, struct lb_owner_table *t)
{
	const uint64_t count = wire_varint(w);
	const struct wire start = *w;
	uint64_t last = 0;

	memset(t, 0, sizeof(*t));
	if (count > OWNERS_BYTES)
		wire_fail(w);
	if (!wire_ok(w))
		return;
	t->count = (size_t)count;
	t->stride = t->count / LB_OWNER_SAMPLES + 1;
	for (size_t i = 0; i < t->count && wire_ok(w); i++) {
		const size_t offset = start.left - w->left;
		struct lb_owner o;

		read_owner(w, &o);
		if ((i > 0 && o.id <= last) || offset > OWNERS_BYTES)
			wire_fail(w);
		last = o.id;
		if (i % t->stride == 0) {
			t->sample[t->samples].id = o.id;
			t->sample[t->samples++].offset = (uint32_t)offset;
		}
	}
	t->rows = span_of((const char *)start.at, start.left - w->left);
}

/* The name of an id, empty if the table has none. */
static struct span find_owner(struct lb_owner_table *t, uint32_t id)
{
	struct lb_owner o = { 0, SPAN_EMPTY };
	size_t low = 0;
	size_t high = t->samples;
	struct wire w;

	if (t->hinted && t->hint.id == id)
		return t->hint.name;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (t->sample[middle].id <= id)
			low = middle + 1;
		else
			high = middle;
	}
	t->hint = (struct lb_owner){ id, SPAN_EMPTY };
	t->hinted = true;
	if (low == 0)
		return SPAN_EMPTY;
	wire_init(&w, span_from(t->rows, t->sample[low - 1].offset));
	while (w.left > 0 && wire_ok(&w)) {
		read_owner(&w, &o);
		if (o.id >= id)
			break;
	}
	if (wire_ok(&w) && o.id == id)
		t->hint.name = o.name;
	return t->hint.name;
}

/* The count that stands before `least`-byte things must be possible. */
static size_t read_count(struct wire *w, size_t least)
{
	const uint64_t count = wire_varint(w);

	if (count > w->left / least)
		wire_fail(w);
	return wire_ok(w) ? (size_t)count : 0;
}

enum err_code lb_node_open(struct lb_node *n, struct span bytes, struct err *err)
{
	if (bytes.len > LB_NODE_MAX)
		return err_set(err, ERR_LIMIT, "tree node: larger than 2 MiB");
	wire_init(&n->w, bytes);
	if (wire_u8(&n->w) != FORM)
		return err_set(err, ERR_UNSUPPORTED, "tree node: of an unknown form");
	n->level = wire_u8(&n->w);
	if (n->level > LB_TREE_LEVELS)
		return corrupt(err, "too many levels");
	n->users.hinted = n->groups.hinted = false;
	if (n->level == 0) {
		read_owners(&n->w, &n->users);
		read_owners(&n->w, &n->groups);
	}
	n->count = read_count(&n->w, n->level == 0 ? ENTRY_MIN : CHILD_MIN);
	if (!wire_ok(&n->w) || (n->level > 0 && n->count == 0))
		return corrupt(err, "its head is malformed");
	n->start = n->w;
	lb_node_rewind(n);
	return ERR_OK;
}

void lb_node_rewind(struct lb_node *n)
{
	n->w = n->start;
	n->left = n->count;
	n->last = SPAN_EMPTY;
}

/* At the end of the list: nothing may follow. */
static enum err_code end_of(const struct wire *w, bool *more, struct err *err)
{
	*more = false;
	return wire_end(w) ? ERR_OK : corrupt(err, "bytes after its end");
}

static enum err_code step(struct lb_node *n, struct span name, struct err *err)
{
	if (n->left < n->count && span_cmp(n->last, name) >= 0)
		return corrupt(err, "names out of order");
	n->last = name;
	n->left--;
	return ERR_OK;
}

enum err_code lb_node_entry(struct lb_node *n, struct lb_entry *out, bool *more,
                            struct err *err)
{
	enum err_code rc;

	if (n->level != 0)
		return corrupt(err, "an inner node where a leaf is expected");
	if (n->left == 0)
		return end_of(&n->w, more, err);
	rc = lb_entry_decode(wire_bytes(&n->w), out, err);
	if (rc != ERR_OK)
		return err_wrap(err, rc, "tree node: entry %zu", n->count - n->left);
	out->user = find_owner(&n->users, out->uid);
	out->group = find_owner(&n->groups, out->gid);
	*more = true;
	return step(n, out->name, err);
}

enum err_code lb_node_child(struct lb_node *n, struct lb_child *out, bool *more,
                            struct err *err)
{
	if (n->level == 0)
		return corrupt(err, "a leaf where an inner node is expected");
	if (n->left == 0)
		return end_of(&n->w, more, err);
	out->first = wire_bytes(&n->w);
	wire_copy(&n->w, out->id.b, LB_ID);
	if (!wire_ok(&n->w) || lb_entry_name_fault(out->first) != NULL)
		return corrupt(err, "a child is malformed");
	*more = true;
	return step(n, out->first, err);
}

enum err_code lb_map_node_open(struct lb_map_node *n, struct span bytes, struct err *err)
{
	if (bytes.len > LB_NODE_MAX)
		return err_set(err, ERR_LIMIT, "map: larger than 2 MiB");
	wire_init(&n->w, bytes);
	if (wire_u8(&n->w) != FORM)
		return err_set(err, ERR_UNSUPPORTED, "map: of an unknown form");
	n->level = wire_u8(&n->w);
	n->count = read_count(&n->w, PIECE_MIN);
	n->left = n->count;
	if (!wire_ok(&n->w) || n->level >= LB_MAP_LEVELS || n->count == 0 ||
	    n->count > LB_MAP_FANOUT)
		return err_set(err, ERR_CORRUPT, "map: its head is malformed");
	return ERR_OK;
}

enum err_code lb_map_node_next(struct lb_map_node *n, struct lb_piece *out, bool *more,
                               struct err *err)
{
	*more = n->left > 0;
	if (n->left == 0)
		return wire_end(&n->w)
		               ? ERR_OK
		               : err_set(err, ERR_CORRUPT, "map: bytes after its end");
	n->left--;
	if (!lb_content_next(&n->w, out) || out->length > INT64_MAX)
		return err_set(err, ERR_CORRUPT, "map: a child is malformed");
	return ERR_OK;
}
