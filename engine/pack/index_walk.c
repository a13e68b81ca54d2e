// SPDX-License-Identifier: Apache-2.0
/* Walks over all rows and all packs: merges of sorted runs that write nothing. */
#include "base/mem.h"
#include "pack/index.h"
#include "pack/index_internal.h"

#include <string.h>

/* One run and its next row or pack. */
struct cursor {
	const struct index_slot *slot;
	uint64_t next;
	struct lb_row row;
	struct lb_place place;
	struct lb_run_pack pack;
	bool usable;
	bool more;
};

typedef enum err_code step_fn(struct cursor *c, struct err *err);

static enum err_code step_row(struct cursor *c, struct err *err)
{
	for (c->more = false; !c->more && c->next < lb_run_rows(c->slot->run);
	     c->next++) {
		enum err_code rc =
			index_place(c->slot, c->next, &c->row, &c->place, &c->more, err);

		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

static enum err_code step_pack(struct cursor *c, struct err *err)
{
	const struct index_slot *s = c->slot;

	for (c->more = false; !c->more && c->next < lb_run_packs(s->run); c->next++) {
		unsigned char flags = s->flags[c->next];
		enum err_code rc = lb_run_pack(s->run, (size_t)c->next, &c->pack, err);

		if (rc != ERR_OK)
			return rc;
		c->more = s->own ? !(flags & INDEX_HIDDEN) : s->live[c->pack.segment];
		c->usable = !(flags & INDEX_BARRED);
	}
	return ERR_OK;
}

static int row_cmp(const struct cursor *a, const struct cursor *b)
{
	return memcmp(a->row.prefix, b->row.prefix, LB_PREFIX);
}

static int pack_cmp(const struct cursor *a, const struct cursor *b)
{
	return lb_id_cmp(&a->pack.name, &b->pack.name);
}

static struct cursor *least(struct cursor *cursors, size_t count,
                            int (*cmp)(const struct cursor *, const struct cursor *))
{
	struct cursor *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (cursors[i].more && (!best || cmp(&cursors[i], best) < 0))
			best = &cursors[i];
	}
	return best;
}

/* Cursors at the start of every run, which hold still while `change` is held. */
static enum err_code begin(struct lb_index *ix, step_fn *step, struct cursor **out,
                           struct err *err)
{
	struct cursor *c;
	enum err_code rc;

	if ((rc = index_flush(ix, err)) != ERR_OK ||
	    (rc = index_check_runs(ix, err)) != ERR_OK)
		return rc;
	if (!(c = mem_new((ix->count + 1) * sizeof(*c))))
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < ix->count; i++) {
		c[i].slot = &ix->slots[i];
		rc = step(&c[i], err);
	}
	*out = c;
	return rc;
}

static enum err_code each_row(struct lb_index *ix, lb_index_visit *visit, void *context,
                              struct err *err)
{
	struct cursor *cursors = NULL;
	struct cursor *c;
	enum err_code rc = begin(ix, step_row, &cursors, err);

	while (rc == ERR_OK && (c = least(cursors, ix->count, row_cmp))) {
		rc = visit(c->row.prefix, &c->place, context, err);
		if (rc == ERR_OK)
			rc = step_row(c, err);
	}
	mem_free(cursors);
	return rc;
}

enum err_code lb_index_each(struct lb_index *ix, lb_index_visit *visit, void *context,
                            struct err *err)
{
	enum err_code rc;

	index_lock_change(ix);
	rc = each_row(ix, visit, context, err);
	index_unlock_change(ix);
	return rc;
}

static enum err_code each_pack(struct lb_index *ix, lb_index_visit_pack *visit,
                               void *context, struct err *err)
{
	struct cursor *cursors = NULL;
	struct cursor *c;
	struct lb_index_pack last = { .size = 0 };
	enum err_code rc = begin(ix, step_pack, &cursors, err);

	while (rc == ERR_OK && (c = least(cursors, ix->count, pack_cmp))) {
		bool again = last.size > 0 && lb_id_eq(&last.name, &c->pack.name);

		if (!again) {
			last.name = c->pack.name;
			last.size = c->pack.size;
			last.chunks = c->pack.chunks;
			last.kind = c->pack.kind == LB_PACK_DATA ? LB_PACK_DATA
			                                         : LB_PACK_META;
			last.usable = c->usable;
			rc = visit(&last, context, err);
		}
		if (rc == ERR_OK)
			rc = step_pack(c, err);
	}
	mem_free(cursors);
	return rc;
}

enum err_code lb_index_each_pack(struct lb_index *ix, lb_index_visit_pack *visit,
                                 void *context, struct err *err)
{
	enum err_code rc;

	index_lock_change(ix);
	rc = each_pack(ix, visit, context, err);
	index_unlock_change(ix);
	return rc;
}
