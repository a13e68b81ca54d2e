// SPDX-License-Identifier: Apache-2.0
#include "pack/segment.h"

#include "base/mem.h"
#include "base/wire.h"
#include "pack/pack_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { START = 8, PACK_BYTES = 48, HIGH_SHIFT = 28 };
#define LOW_MASK ((UINT32_C(1) << HIGH_SHIFT) - 1)

static int cmp_u32(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int lb_row_cmp(const struct lb_row *a, const struct lb_row *b)
{
	int c = memcmp(a->prefix, b->prefix, LB_PREFIX);

	if (c == 0)
		c = cmp_u32(a->pack, b->pack);
	if (c == 0)
		c = cmp_u32(a->group_offset, b->group_offset);
	return c != 0 ? c : cmp_u32(a->inner, b->inner);
}

void lb_segment_fini(struct lb_segment *s)
{
	mem_free(s->packs);
	mem_free(s->rows);
	*s = (struct lb_segment)LB_SEGMENT_INIT;
}

void lb_segment_clear(struct lb_segment *s)
{
	s->pack_count = s->row_count = 0;
}

bool lb_segment_fits(const struct lb_segment *s, const struct lb_pack_info *info)
{
	return s->pack_count < LB_SEGMENT_PACKS_MAX &&
	       info->table.chunk_count <= LB_SEGMENT_ROWS_MAX - s->row_count;
}

static bool room_for(struct lb_segment *s, size_t rows)
{
	size_t cap = s->row_cap ? s->row_cap : 256;

	if (!mem_grow(&s->packs, s->pack_count, &s->pack_cap, sizeof(*s->packs)))
		return false;
	while (cap < s->row_count + rows)
		cap *= 2;
	if (cap == s->row_cap)
		return true;
	if (!mem_array(&s->rows, cap, sizeof(*s->rows)))
		return false;
	s->row_cap = cap;
	return true;
}

void lb_rows_of_pack(const struct lb_pack_info *info, uint32_t pack, struct lb_row *out)
{
	const struct lb_pack_table *t = &info->table;
	const struct lb_chunk *c = t->chunks;

	for (size_t g = 0; g < t->group_count; g++) {
		const struct lb_group *group = &t->groups[g];
		uint32_t inner = 0;

		for (size_t i = 0; i < group->chunks; i++, c++, out++) {
			memcpy(out->prefix, c->id.b, LB_PREFIX);
			out->pack = pack;
			out->group_offset = group->offset;
			out->stored = group->stored;
			out->group_length = group->length;
			out->inner = inner;
			out->length = c->length;
			out->codec = group->codec;
			out->type = c->type;
			inner += c->length;
		}
	}
}

enum err_code lb_segment_add(struct lb_segment *s, const struct lb_pack_info *info,
                             struct err *err)
{
	size_t rows = info->table.chunk_count;

	if (!lb_segment_fits(s, info))
		return err_set(err, ERR_LIMIT, "the segment is full");
	if (!room_for(s, rows))
		return err_nomem(err);
	lb_rows_of_pack(info, (uint32_t)s->pack_count, &s->rows[s->row_count]);
	s->packs[s->pack_count++] = (struct lb_segment_pack){
		.name = info->name,
		.size = info->size,
		.kind = info->kind,
		.chunks = (uint32_t)rows,
	};
	s->row_count += rows;
	return ERR_OK;
}

static int row_order(const void *a, const void *b)
{
	return lb_row_cmp(a, b);
}

void lb_rows_sort(struct lb_row *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (lb_row_cmp(&rows[i - 1], &rows[i]) > 0) {
			qsort(rows, count, sizeof(*rows), row_order);
			return;
		}
	}
}

void lb_row_encode(const struct lb_row *r, unsigned char out[LB_ROW_BYTES])
{
	memcpy(out, r->prefix, LB_PREFIX);
	wire_store_u32(out + 16, r->pack);
	wire_store_u32(out + 20, r->group_offset);
	wire_store_u32(out + 24, r->stored);
	wire_store_u32(out + 28, (uint32_t)r->codec << HIGH_SHIFT | r->group_length);
	wire_store_u32(out + 32, r->inner);
	wire_store_u32(out + 36, (uint32_t)r->type << HIGH_SHIFT | r->length);
}

void lb_row_decode(const unsigned char in[LB_ROW_BYTES], struct lb_row *r)
{
	uint32_t group = wire_load_u32(in + 28);
	uint32_t chunk = wire_load_u32(in + 36);

	memcpy(r->prefix, in, LB_PREFIX);
	r->pack = wire_load_u32(in + 16);
	r->group_offset = wire_load_u32(in + 20);
	r->stored = wire_load_u32(in + 24);
	r->codec = (uint8_t)(group >> HIGH_SHIFT);
	r->group_length = group & LOW_MASK;
	r->inner = wire_load_u32(in + 32);
	r->type = (uint8_t)(chunk >> HIGH_SHIFT);
	r->length = chunk & LOW_MASK;
}

enum err_code lb_segment_encode(struct lb_segment *s, struct buf *out, struct err *err)
{
	unsigned char row[LB_ROW_BYTES];

	lb_rows_sort(s->rows, s->row_count);
	buf_clear(out);
	if (!buf_reserve(out, START + s->pack_count * PACK_BYTES +
	                              s->row_count * LB_ROW_BYTES))
		return err_nomem(err);
	wire_put_u32(out, (uint32_t)s->pack_count);
	wire_put_u32(out, (uint32_t)s->row_count);
	for (size_t i = 0; i < s->pack_count; i++) {
		wire_put_raw(out, s->packs[i].name.b, LB_ID);
		wire_put_u64(out, s->packs[i].size);
		wire_put_u32(out, s->packs[i].kind);
		wire_put_u32(out, s->packs[i].chunks);
	}
	for (size_t i = 0; i < s->row_count; i++) {
		lb_row_encode(&s->rows[i], row);
		wire_put_raw(out, row, sizeof(row));
	}
	return buf_err(out, err);
}

void lb_segment_view_pack(const struct lb_segment_view *v, size_t i,
                          struct lb_segment_pack *out)
{
	const unsigned char *at = v->packs + i * PACK_BYTES;

	memcpy(out->name.b, at, LB_ID);
	out->size = wire_load_u64(at + 32);
	out->kind = wire_load_u32(at + 40);
	out->chunks = wire_load_u32(at + 44);
}

void lb_segment_view_row(const struct lb_segment_view *v, size_t i, struct lb_row *out)
{
	lb_row_decode(v->rows + i * LB_ROW_BYTES, out);
}

static bool packs_ok(const struct lb_segment_view *v)
{
	uint64_t chunks = 0;

	for (size_t i = 0; i < v->pack_count; i++) {
		struct lb_segment_pack p;

		lb_segment_view_pack(v, i, &p);
		if (p.size < PACK_HEADER + PACK_FOOTER || p.size > LB_PACK_MAX ||
		    (p.kind != LB_PACK_DATA && p.kind != LB_PACK_META))
			return false;
		chunks += p.chunks;
	}
	return chunks == v->row_count;
}

static bool row_ok(const struct lb_segment_view *v, const struct lb_row *r)
{
	struct lb_segment_pack p;

	if (r->pack >= v->pack_count || r->stored == 0 || r->stored > LB_GROUP_MAX ||
	    r->length == 0 || r->length > LB_CHUNK_MAX ||
	    r->group_length > LB_GROUP_MAX || r->length > r->group_length ||
	    r->inner > r->group_length - r->length)
		return false;
	if (r->codec > PACK_ZSTD ||
	    (r->codec == PACK_STORED && r->stored != r->group_length))
		return false;
	lb_segment_view_pack(v, r->pack, &p);
	return r->group_offset <= p.size && r->stored <= p.size - r->group_offset &&
	       pack_kind_holds(p.kind == LB_PACK_DATA ? LB_PACK_DATA : LB_PACK_META,
	                       r->type);
}

enum err_code lb_segment_view_init(struct span plain, struct lb_segment_view *out,
                                   struct err *err)
{
	struct lb_segment_view v = { 0 };
	struct lb_row row[2];
	struct wire w;

	wire_init(&w, plain);
	v.pack_count = wire_u32(&w);
	v.row_count = wire_u32(&w);
	if (!wire_ok(&w) || v.pack_count > LB_SEGMENT_PACKS_MAX ||
	    v.row_count > LB_SEGMENT_ROWS_MAX ||
	    w.left != v.pack_count * PACK_BYTES + v.row_count * LB_ROW_BYTES)
		return err_set(err, ERR_CORRUPT, "the counts of the segment are wrong");
	v.packs = w.at;
	v.rows = w.at + v.pack_count * PACK_BYTES;
	if (!packs_ok(&v))
		return err_set(err, ERR_CORRUPT, "the packs of the segment are wrong");
	for (size_t i = 0; i < v.row_count; i++) {
		lb_segment_view_row(&v, i, &row[i % 2]);
		if (!row_ok(&v, &row[i % 2]) ||
		    (i > 0 && lb_row_cmp(&row[(i - 1) % 2], &row[i % 2]) >= 0))
			return err_set(err, ERR_CORRUPT,
			               "row %zu of the segment is wrong", i);
	}
	*out = v;
	return ERR_OK;
}

enum err_code lb_segment_copy(struct lb_segment *s, const struct lb_segment_view *from,
                              const bool *chosen, struct err *err)
{
	uint32_t *position = NULL;

	assert(s->pack_count == 0);
	if (!mem_array(&s->packs, from->pack_count + 1, sizeof(*s->packs)))
		return err_nomem(err);
	s->pack_cap = from->pack_count + 1;
	if (!mem_array(&s->rows, from->row_count + 1, sizeof(*s->rows)))
		return err_nomem(err);
	s->row_cap = from->row_count + 1;
	if (!mem_array(&position, from->pack_count + 1, sizeof(*position)))
		return err_nomem(err);
	for (size_t i = 0; i < from->pack_count; i++) {
		struct lb_segment_pack *p = &s->packs[s->pack_count];

		position[i] = (uint32_t)s->pack_count;
		lb_segment_view_pack(from, i, p);
		p->chunks = 0;
		s->pack_count += chosen[i];
	}
	for (size_t i = 0; i < from->row_count; i++) {
		struct lb_row *row = &s->rows[s->row_count];

		lb_segment_view_row(from, i, row);
		if (!chosen[row->pack])
			continue;
		row->pack = position[row->pack];
		s->packs[row->pack].chunks++;
		s->row_count++;
	}
	mem_free(position);
	return ERR_OK;
}
