// SPDX-License-Identifier: Apache-2.0
/* What many threads ask at once. */
#include "pack/index.h"
#include "pack/index_internal.h"

#include <string.h>

/* Rows in memory before they are written out; about 15 MB with all that goes with it. */
enum { OWN_ROWS_MAX = 131072, HEALS = 3 };

/* The answer to one question. */
struct answer {
	struct lb_place *out;
	size_t max;
	size_t count;
};

static void fill(struct lb_place *p, const struct lb_row *r, const struct lb_id *pack,
                 uint64_t size, uint32_t kind)
{
	p->pack = *pack;
	p->pack_size = size;
	p->row = UINT64_MAX;
	p->group_offset = r->group_offset;
	p->stored = r->stored;
	p->group_length = r->group_length;
	p->inner = r->inner;
	p->length = r->length;
	p->codec = r->codec;
	p->type = r->type;
	p->kind = (uint8_t)kind;
}

/* Usable places stay in front; where all is full they push out one that is not. */
static void offer(struct answer *a, const struct lb_place *p)
{
	size_t i = a->count;

	if (a->count < a->max)
		a->count++;
	else if (a->max == 0 || !p->usable || a->out[--i].usable)
		return;
	for (; p->usable && i > 0 && !a->out[i - 1].usable; i--)
		a->out[i] = a->out[i - 1];
	a->out[i] = *p;
}

enum err_code index_place(const struct index_slot *s, uint64_t i, struct lb_row *row,
                          struct lb_place *out, bool *there, struct err *err)
{
	struct lb_run_pack p;
	enum err_code rc;

	if ((rc = lb_run_row(s->run, i, row, err)) != ERR_OK ||
	    (rc = lb_run_pack(s->run, row->pack, &p, err)) != ERR_OK)
		return rc;
	*there = s->own ? !(s->flags[row->pack] & INDEX_HIDDEN) : s->live[p.segment];
	fill(out, row, &p.name, p.size, p.kind);
	out->row = s->base + i;
	out->usable = !(s->flags[row->pack] & INDEX_BARRED);
	return ERR_OK;
}

/* All copies in one run. */
static enum err_code ask_run(const struct index_slot *s, const struct lb_id *id,
                             uint8_t type, struct answer *a, struct err *err)
{
	uint64_t first;
	size_t count;
	enum err_code rc = lb_run_find(s->run, id->b, &first, &count, err);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct lb_place p;
		struct lb_row row;
		bool there;

		rc = index_place(s, first + i, &row, &p, &there, err);
		if (rc == ERR_OK && there && row.type == type)
			offer(a, &p);
	}
	return rc;
}

/* With `lock` held; *bad is the run where it failed. */
static enum err_code ask_runs(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                              struct answer *a, const struct lb_run **bad,
                              struct err *err)
{
	for (size_t i = 0; i < ix->count; i++)
		lb_run_prefetch(ix->slots[i].run, id->b);
	for (size_t i = 0; i < ix->count; i++) {
		enum err_code rc = ask_run(&ix->slots[i], id, type, a, err);

		if (rc != ERR_OK) {
			*bad = ix->slots[i].run;
			return rc;
		}
	}
	return ERR_OK;
}

/* Stored rows in memory. */
static void ask_own(const struct lb_index *ix, const struct lb_own *o,
                    const struct lb_id *id, uint8_t type, struct answer *a)
{
	const struct lb_row *r;
	size_t at = 0;

	while (o && (r = lb_own_next(o, id->b, &at))) {
		const struct lb_segment_pack *pack;
		struct lb_place p;

		if (r->pack == LB_OWN_CLAIMED || r->type != type)
			continue;
		pack = &o->packs[r->pack];
		fill(&p, r, &pack->name, pack->size, pack->kind);
		p.usable = !index_barred(ix, &pack->name);
		offer(a, &p);
	}
}

/* All that is stored; locks as above, and `table`. */
static enum err_code ask_all(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                             struct answer *a, const struct lb_run **bad, struct err *err)
{
	enum err_code rc = ask_runs(ix, id, type, a, bad, err);

	if (rc != ERR_OK)
		return rc;
	index_lock_table(ix);
	ask_own(ix, ix->active, id, type, a);
	ask_own(ix, ix->frozen, id, type, a);
	index_unlock_table(ix);
	return ERR_OK;
}

/* After a damaged run was met: makes it anew. In a walk, which has the runs fixed, the
 * error stays. */
static enum err_code heal(struct lb_index *ix, const struct lb_run *bad, struct err *err)
{
	enum err_code rc;

	if (!index_try_change(ix))
		return index_wrap(ix, ERR_CORRUPT, err);
	rc = index_heal(ix, bad, err);
	index_unlock_change(ix);
	return rc;
}

enum err_code lb_index_find(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                            struct lb_place *out, size_t max, size_t *count,
                            struct err *err)
{
	enum err_code rc = ERR_OK;

	for (int turn = 0; turn < HEALS; turn++) {
		struct answer a = { out, max, 0 };
		const struct lb_run *bad = NULL;

		index_read(ix);
		rc = ask_all(ix, id, type, &a, &bad, err);
		index_unlock(ix);
		*count = a.count;
		if (rc != ERR_CORRUPT)
			break;
		if ((rc = heal(ix, bad, err)) != ERR_OK)
			break;
		rc = ERR_CORRUPT;
	}
	return rc;
}

/* Is it claimed already, or a new claim? With `lock` and `table` held. */
static enum err_code claim_own(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                               enum lb_claim *out, struct err *err)
{
	struct lb_place p;
	struct answer a = { &p, 1, 0 };

	ask_own(ix, ix->active, id, type, &a);
	ask_own(ix, ix->frozen, id, type, &a);
	if ((a.count > 0 && p.usable) || lb_own_claimed(ix->active, id->b, type)) {
		*out = LB_KNOWN;
		return ERR_OK;
	}
	*out = LB_CLAIMED;
	return lb_own_claim(ix->active, id->b, type, err);
}

static enum err_code claim(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                           enum lb_claim *out, const struct lb_run **bad, struct err *err)
{
	struct lb_place p;
	struct answer a = { &p, 1, 0 };
	enum err_code rc = ask_runs(ix, id, type, &a, bad, err);

	if (rc != ERR_OK)
		return rc;
	if (a.count > 0 && p.usable) {
		*out = LB_KNOWN;
		return ERR_OK;
	}
	index_lock_table(ix);
	rc = claim_own(ix, id, type, out, err);
	index_unlock_table(ix);
	return rc;
}

enum err_code lb_index_claim(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                             enum lb_claim *out, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (int turn = 0; turn < HEALS; turn++) {
		const struct lb_run *bad = NULL;

		index_read(ix);
		rc = claim(ix, id, type, out, &bad, err);
		index_unlock(ix);
		if (rc != ERR_CORRUPT)
			break;
		if ((rc = heal(ix, bad, err)) != ERR_OK)
			break;
		rc = ERR_CORRUPT;
	}
	return rc;
}

void lb_index_release(struct lb_index *ix, const struct lb_id *id)
{
	index_read(ix);
	index_lock_table(ix);
	lb_own_release(ix->active, id->b);
	index_unlock_table(ix);
	index_unlock(ix);
}

enum err_code lb_index_store(struct lb_index *ix, const struct lb_pack_info *info,
                             struct err *err)
{
	enum err_code rc;
	bool full;

	index_read(ix);
	index_lock_table(ix);
	rc = lb_own_store(ix->active, info, err);
	full = ix->active->rows >= OWN_ROWS_MAX;
	index_unlock_table(ix);
	index_unlock(ix);
	return rc == ERR_OK && full ? lb_index_flush(ix, err) : rc;
}
