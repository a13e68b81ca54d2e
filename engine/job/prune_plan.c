// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/prune_internal.h"
#include "os/clock.h"
#include "pack/index.h"
#include "repo/objects.h"
#include "repo/repo.h"

#include <stdlib.h>

/* So many packs of a kind below a quarter of the size aimed at become fewer. */
enum { SMALL_PACKS = 8, SMALL_SHARE = 4 };

bool lb_prune_late(const struct lb_prune_job *j)
{
	return j->o->stop_ns != 0 && os_ticks_ns() >= j->o->stop_ns;
}

uint64_t lb_prune_waste(const struct lb_prune_pack *p)
{
	uint64_t unused = p->stored - p->used;

	/* at most 256 MiB times 256 MiB: no overflow */
	return p->stored > 0 ? p->size * unused / p->stored : p->size;
}

/* ---- counting ---- */

struct count {
	struct lb_prune_job *j;
	const struct lb_state *s;
};

static struct lb_prune_pack *pack_of(const struct count *c, const struct lb_id *name)
{
	uint32_t number = lb_state_pack(c->s, name);

	if (number == LB_NO_PACK || !lb_state_registered(c->s, number) ||
	    lb_state_dead(c->s, number))
		return NULL;
	return &c->j->packs[number];
}

static enum err_code count_pack(const struct lb_index_pack *pack, void *context,
                                struct err *err)
{
	struct lb_prune_pack *p = pack_of(context, &pack->name);

	(void)err;
	if (p) {
		p->size = pack->size;
		p->data = pack->kind == LB_PACK_DATA;
	}
	return ERR_OK;
}

/* A chunk's share of its group. */
static enum err_code count_row(const unsigned char prefix[16],
                               const struct lb_place *place, void *context,
                               struct err *err)
{
	const struct count *c = context;
	struct lb_prune_pack *p = pack_of(c, &place->pack);
	uint64_t share =
		((uint64_t)place->stored * place->length + place->group_length - 1) /
		place->group_length;

	(void)prefix;
	(void)err;
	if (!p)
		return ERR_OK;
	p->stored += share;
	p->chunks++;
	if (lb_mark_has(&c->j->mark, place->row))
		p->used += share;
	return ERR_OK;
}

static enum err_code count_all(struct lb_prune_job *j, const struct lb_state *s,
                               struct err *err)
{
	struct count c = { .j = j, .s = s };
	struct lb_index *ix = lb_repo_index(j->repo);
	enum err_code rc;

	j->pack_count = lb_state_packs(s);
	mem_free(j->packs);
	j->packs = NULL;
	if (!mem_array(&j->packs, j->pack_count + 1, sizeof *j->packs))
		return err_nomem(err);
	for (size_t i = 0; i < j->pack_count; i++)
		j->packs[i] = (struct lb_prune_pack){ .size = 0 };
	rc = lb_index_each_pack(ix, count_pack, &c, err);
	return rc == ERR_OK ? lb_index_each(ix, count_row, &c, err) : rc;
}

/* ---- choosing ---- */

/* Sums over the packs that stay. */
struct sums {
	uint64_t bytes;
	uint64_t unused;
	uint64_t rewritten;
	size_t packs; /* condemned in this round */
};

static enum err_code take_unused(struct lb_prune_job *j, const struct lb_state *s,
                                 struct sums *sums, struct err *err)
{
	for (uint32_t i = 0; i < j->pack_count; i++) {
		struct lb_prune_pack *p = &j->packs[i];
		const struct lb_id *name = lb_state_pack_name(s, i);

		if (p->size == 0)
			continue;
		if (p->used > 0 || sums->packs == LB_PRUNE_ROUND_PACKS) {
			sums->bytes += p->size;
			sums->unused += lb_prune_waste(p);
			j->more = j->more || p->used == 0;
			continue;
		}
		sums->packs++;
		p->taken = true;
		lb_prune_action(j, "remove", name, p->size);
		if (!lb_ids_add(&j->gone, name))
			return err_nomem(err);
	}
	return ERR_OK;
}

/* Packs in the store that no record ever registered: of writers that died, or that have
 * not come so far; those store again what they need. */
static enum err_code take_strays(struct lb_prune_job *j, const struct lb_state *s,
                                 struct sums *sums, struct err *err)
{
	for (size_t i = 0; i < j->listed_count; i++) {
		const struct lb_prune_object *o = &j->listed[i];
		uint32_t number = lb_state_pack(s, &o->name);

		if (number != LB_NO_PACK &&
		    (lb_state_registered(s, number) || lb_state_dead(s, number)))
			continue;
		if (sums->packs == LB_PRUNE_ROUND_PACKS) {
			j->more = true;
			break;
		}
		sums->packs++;
		j->out->stray_packs++;
		j->out->stray_bytes += o->size;
		lb_prune_action(j, "stray", &o->name, o->size);
		if (!lb_ids_add(&j->gone, &o->name))
			return err_nomem(err);
	}
	return ERR_OK;
}

/* Does more stay unused than was asked for? */
static bool too_much(const struct lb_prune_options *o, const struct sums *sums)
{
	uint64_t limit = o->max_unused;

	if (o->relative)
		limit = sums->bytes / 1000 * limit + sums->bytes % 1000 * limit / 1000;
	return sums->unused > limit;
}

/* False when no more may be rewritten in this round or at all. */
static bool take_source(struct lb_prune_job *j, const struct lb_state *s,
                        struct sums *sums, uint32_t number, struct err *err)
{
	struct lb_prune_pack *p = &j->packs[number];
	struct lb_prune_source *src;

	if (lb_prune_late(j) || p->used > j->o->max_repack - j->out->copied ||
	    sums->rewritten > j->o->max_repack - j->out->copied - p->used) {
		j->out->stopped = true;
		return false;
	}
	if (sums->rewritten > 0 && (sums->rewritten + p->used > LB_PRUNE_ROUND_BYTES ||
	                            sums->packs == LB_PRUNE_ROUND_PACKS)) {
		j->more = true;
		return false;
	}
	if (!mem_grow(&j->sources, j->source_count, &j->source_cap, sizeof *j->sources)) {
		(void)err_nomem(err);
		return false;
	}
	src = &j->sources[j->source_count++];
	*src = (struct lb_prune_source){ .pack = *lb_state_pack_name(s, number),
		                         .number = number };
	p->taken = true;
	sums->packs++;
	sums->rewritten += p->used;
	sums->unused -= lb_prune_waste(p);
	sums->bytes -= lb_prune_waste(p);
	lb_prune_action(j, "repack", &src->pack, p->size);
	return true;
}

/* Most waste for its size first; equal ones by number, so that all runs agree. */
struct candidate {
	double waste;
	uint32_t number;
};

static int by_waste(const void *a, const void *b)
{
	const struct candidate *x = a;
	const struct candidate *y = b;

	if (x->waste < y->waste || x->waste > y->waste)
		return x->waste < y->waste ? 1 : -1;
	return (x->number > y->number) - (x->number < y->number);
}

static enum err_code take_wasteful(struct lb_prune_job *j, const struct lb_state *s,
                                   struct sums *sums, struct err *err)
{
	struct candidate *list = NULL;
	size_t count = 0;
	enum err_code rc = ERR_OK;

	if (!mem_array(&list, j->pack_count + 1, sizeof *list))
		return err_nomem(err);
	for (uint32_t i = 0; i < j->pack_count; i++) {
		const struct lb_prune_pack *p = &j->packs[i];

		if (p->size > 0 && !p->taken && p->used > 0 && p->used < p->stored)
			list[count++] = (struct candidate){
				(double)lb_prune_waste(p) / (double)p->size, i
			};
	}
	qsort(list, count, sizeof *list, by_waste);
	for (size_t i = 0; i < count && too_much(j->o, sums); i++)
		if (!take_source(j, s, sums, list[i].number, err))
			break;
	mem_free(list);
	return rc;
}

bool lb_prune_small(const struct lb_prune_pack *p, uint64_t pack_size)
{
	return p->size > 0 && !p->taken && p->used > 0 &&
	       p->size < pack_size / SMALL_SHARE &&
	       p->chunks < LB_OBJECTS_PACK_CHUNKS / SMALL_SHARE;
}

static bool is_small(const struct lb_prune_job *j, uint32_t i, bool data)
{
	return j->packs[i].data == data &&
	       lb_prune_small(&j->packs[i], lb_repo_config(j->repo)->pack_size);
}

/* Many small backups make many small packs. */
static void take_small(struct lb_prune_job *j, const struct lb_state *s,
                       struct sums *sums, bool data, struct err *err)
{
	size_t count = 0;

	for (uint32_t i = 0; i < j->pack_count; i++)
		count += is_small(j, i, data);
	if (count < SMALL_PACKS)
		return;
	for (uint32_t i = 0; i < j->pack_count; i++)
		if (is_small(j, i, data) && !take_source(j, s, sums, i, err))
			break;
}

static void count_before(struct lb_prune_job *j)
{
	struct lb_prune_figures f = { 0 };

	for (size_t i = 0; i < j->pack_count; i++) {
		f.packs += j->packs[i].size > 0;
		f.bytes += j->packs[i].size;
		if (j->packs[i].size > 0)
			f.unused += lb_prune_waste(&j->packs[i]);
	}
	j->unused = f.unused;
	if (j->round == 1)
		j->out->before = f;
}

enum err_code lb_prune_choose(struct lb_prune_job *j, const struct lb_state *s,
                              struct err *err)
{
	struct sums sums = { 0 };
	struct err failed = ERR_INIT;
	enum err_code rc = count_all(j, s, err);

	if (rc != ERR_OK)
		return rc;
	count_before(j);
	rc = take_unused(j, s, &sums, err);
	if (rc == ERR_OK)
		rc = take_strays(j, s, &sums, err);
	if (rc == ERR_OK)
		rc = take_wasteful(j, s, &sums, &failed);
	if (rc == ERR_OK) {
		take_small(j, s, &sums, true, &failed);
		take_small(j, s, &sums, false, &failed);
		if (failed.code != ERR_OK)
			rc = err_nomem(err);
	}
	j->out->after.bytes = sums.bytes;
	j->out->after.unused = sums.unused;
	return rc;
}
