// SPDX-License-Identifier: Apache-2.0
#include "snapshot/node.h"

enum { FORM = 0 };

void lb_owner_put(struct buf *out, const struct lb_owner *o)
{
	wire_put_varint(out, o->id);
	wire_put_bytes(out, o->name);
}

static void put_rows(struct buf *out, struct lb_rows r)
{
	wire_put_varint(out, r.count);
	buf_put(out, r.rows);
}

void lb_leaf_put(struct buf *out, struct lb_rows users, struct lb_rows groups,
                 struct lb_rows entries)
{
	wire_put_u8(out, FORM);
	wire_put_u8(out, 0);
	put_rows(out, users);
	put_rows(out, groups);
	put_rows(out, entries);
}

void lb_child_put(struct buf *out, const struct lb_child *c)
{
	wire_put_bytes(out, c->first);
	wire_put_raw(out, c->id.b, LB_ID);
}

/* Inner nodes and maps look alike from outside. */
static void put_list(struct buf *out, unsigned level, struct span list, size_t count)
{
	wire_put_u8(out, FORM);
	wire_put_u8(out, (uint8_t)level);
	wire_put_varint(out, count);
	buf_put(out, list);
}

void lb_inner_put(struct buf *out, unsigned level, struct span children, size_t count)
{
	put_list(out, level, children, count);
}

void lb_map_put(struct buf *out, unsigned level, struct span pieces, size_t count)
{
	put_list(out, level, pieces, count);
}
