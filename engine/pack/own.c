// SPDX-License-Identifier: Apache-2.0
#include "pack/own.h"

#include "base/mem.h"

#include <string.h>

enum { FIRST_CAP = 1024 };

static bool slots_new(struct lb_row **out, size_t cap)
{
	*out = NULL;
	if (!mem_array(out, cap, sizeof(**out)))
		return false;
	for (size_t i = 0; i < cap; i++)
		(*out)[i].pack = LB_OWN_FREE;
	return true;
}

enum err_code lb_own_new(struct lb_own **out, struct err *err)
{
	struct lb_own *o = mem_new(sizeof(*o));

	if (!o || !slots_new(&o->slots, FIRST_CAP)) {
		mem_free(o);
		return err_nomem(err);
	}
	o->cap = FIRST_CAP;
	*out = o;
	return ERR_OK;
}

void lb_own_free(struct lb_own *o)
{
	if (!o)
		return;
	mem_free(o->slots);
	mem_free(o->packs);
	mem_free(o);
}

void lb_own_clear(struct lb_own *o)
{
	for (size_t i = 0; i < o->cap; i++)
		o->slots[i].pack = LB_OWN_FREE;
	o->used = 0;
	o->rows = 0;
	o->pack_count = 0;
}

static size_t home(const struct lb_own *o, const unsigned char *prefix)
{
	uint64_t h;

	memcpy(&h, prefix, sizeof(h));
	return (size_t)h & (o->cap - 1);
}

const struct lb_row *lb_own_next(const struct lb_own *o,
                                 const unsigned char prefix[LB_PREFIX], size_t *at)
{
	size_t start = home(o, prefix);

	while (*at < o->cap) {
		const struct lb_row *r = &o->slots[(start + (*at)++) & (o->cap - 1)];

		if (r->pack == LB_OWN_FREE) {
			*at = o->cap;
			break;
		}
		if (r->pack != LB_OWN_GONE && memcmp(r->prefix, prefix, LB_PREFIX) == 0)
			return r;
	}
	return NULL;
}

/* The claim of this prefix, if there is one. */
static struct lb_row *claim_of(struct lb_own *o, const unsigned char *prefix)
{
	size_t at = 0;
	const struct lb_row *r;

	while ((r = lb_own_next(o, prefix, &at))) {
		if (r->pack == LB_OWN_CLAIMED)
			return &o->slots[r - o->slots];
	}
	return NULL;
}

bool lb_own_claimed(const struct lb_own *o, const unsigned char prefix[LB_PREFIX],
                    uint8_t type)
{
	size_t at = 0;
	const struct lb_row *r;

	while ((r = lb_own_next(o, prefix, &at))) {
		if (r->pack == LB_OWN_CLAIMED && r->type == type)
			return true;
	}
	return false;
}

/* Into the first free slot; there is one. */
static void put(struct lb_own *o, const struct lb_row *row)
{
	size_t i = home(o, row->prefix);

	while (o->slots[i].pack != LB_OWN_FREE)
		i = (i + 1) & (o->cap - 1);
	o->slots[i] = *row;
	o->used++;
}

/* Room for `more` rows at a load of at most two thirds. */
static bool make_room(struct lb_own *o, size_t more)
{
	struct lb_row *old = o->slots;
	size_t old_cap = o->cap;
	size_t cap = o->cap;

	while ((o->used + more) > cap / 3 * 2)
		cap *= 2;
	if (cap == old_cap)
		return true;
	if (!slots_new(&o->slots, cap)) {
		o->slots = old;
		return false;
	}
	o->cap = cap;
	o->used = 0;
	for (size_t i = 0; i < old_cap; i++) {
		if (old[i].pack != LB_OWN_FREE && old[i].pack != LB_OWN_GONE)
			put(o, &old[i]);
	}
	mem_free(old);
	return true;
}

enum err_code lb_own_claim(struct lb_own *o, const unsigned char prefix[LB_PREFIX],
                           uint8_t type, struct err *err)
{
	struct lb_row r = { .pack = LB_OWN_CLAIMED, .type = type };

	if (!make_room(o, 1))
		return err_nomem(err);
	memcpy(r.prefix, prefix, LB_PREFIX);
	put(o, &r);
	return ERR_OK;
}

void lb_own_release(struct lb_own *o, const unsigned char prefix[LB_PREFIX])
{
	struct lb_row *r = claim_of(o, prefix);

	if (r)
		r->pack = LB_OWN_GONE;
}

enum err_code lb_own_store(struct lb_own *o, const struct lb_pack_info *info,
                           struct err *err)
{
	size_t count = info->table.chunk_count;
	struct lb_row *rows = NULL;

	if (!mem_grow(&o->packs, o->pack_count, &o->pack_cap, sizeof(*o->packs)) ||
	    !make_room(o, count) || !mem_array(&rows, count, sizeof(*rows)))
		return err_nomem(err);
	lb_rows_of_pack(info, (uint32_t)o->pack_count, rows);
	o->packs[o->pack_count++] = (struct lb_segment_pack){
		.name = info->name,
		.size = info->size,
		.kind = info->kind,
		.chunks = (uint32_t)count,
	};
	for (size_t i = 0; i < count; i++) {
		struct lb_row *claim = claim_of(o, rows[i].prefix);

		if (claim)
			*claim = rows[i];
		else
			put(o, &rows[i]);
	}
	o->rows += count;
	mem_free(rows);
	return ERR_OK;
}

enum err_code lb_own_take_claims(struct lb_own *o, const struct lb_own *from,
                                 struct err *err)
{
	for (size_t i = 0; i < from->cap; i++) {
		const struct lb_row *r = &from->slots[i];
		enum err_code rc;

		if (r->pack == LB_OWN_CLAIMED &&
		    (rc = lb_own_claim(o, r->prefix, r->type, err)) != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

enum err_code lb_own_sorted(const struct lb_own *o, struct lb_row **out, struct err *err)
{
	struct lb_row *rows = NULL;
	size_t n = 0;

	if (o->rows > 0 && !mem_array(&rows, o->rows, sizeof(*rows)))
		return err_nomem(err);
	for (size_t i = 0; i < o->cap; i++) {
		if (o->slots[i].pack < o->pack_count)
			rows[n++] = o->slots[i];
	}
	lb_rows_sort(rows, n);
	*out = rows;
	return ERR_OK;
}
