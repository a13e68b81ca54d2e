// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/part.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { WEIGHT_UNKNOWN_MS = 1000 }; /* of each, where nothing ran before */

/* While it is made. */
struct dealing {
	struct arena *arena;
	const struct gate_policy *policy;
	struct gate_part *part;
	struct map by_id; /* to the unit */
	size_t *group;    /* of each unit the first of those that stay with it */
	bool *needed;     /* something needs the unit */
};

/* ---- what the plan says ---- */

static size_t index_of(const struct dealing *d, const char *id)
{
	const struct gate_unit *u = map_get(&d->by_id, span_str(id));

	return u != NULL ? (size_t)(u - d->part->units) : d->part->count;
}

static bool splits(const struct dealing *d, size_t unit)
{
	const struct gate_unit *u = &d->part->units[unit];

	return u->kind == GATE_UNIT_SUITE && d->policy->suites[u->index].shard;
}

/* Only where they deal: what machines know of durations is not to set them apart else. */
static void set_weights(struct gate_part *p)
{
	uint64_t sum = 0;
	uint64_t known = 0;
	uint64_t mean;

	if (p->shard.mode != GATE_SHARD_DURATION)
		return;
	for (size_t i = 0; i < p->count; i++) {
		uint64_t ms = p->units[i].estimate_ms;

		known += ms > 0;
		sum += ms < UINT32_MAX ? ms : UINT32_MAX; /* no week is that long */
	}
	mean = known > 0 ? sum / known : WEIGHT_UNKNOWN_MS;
	for (size_t i = 0; i < p->count; i++)
		p->parts[i].weight_ms =
			p->units[i].estimate_ms > 0 ? p->units[i].estimate_ms : mean;
}

static size_t group_of(const struct dealing *d, size_t unit)
{
	while (d->group[unit] != unit)
		unit = d->group[unit];
	return unit;
}

static void join(struct dealing *d, size_t a, size_t b)
{
	a = group_of(d, a);
	b = group_of(d, b);
	if (a < b)
		d->group[b] = a;
	else
		d->group[a] = b;
}

static void note_needs(struct dealing *d, size_t unit)
{
	const struct gate_part *p = d->part;
	const struct gate_unit *u = &p->units[unit];

	for (size_t i = 0; i < u->need_count; i++) {
		size_t need = index_of(d, u->needs[i]);

		if (need == p->count)
			continue;
		d->needed[need] = true;
		if (u->kind == GATE_UNIT_SUITE &&
		    p->units[need].kind == GATE_UNIT_SUITE && !splits(d, unit) &&
		    !splits(d, need))
			join(d, unit, need);
	}
	for (size_t i = 0; u->kind == GATE_UNIT_COMMAND && i < p->count; i++)
		d->needed[i] = d->needed[i] || p->units[i].kind == GATE_UNIT_BUILD;
}

/* Has the unit a shard of its own? */
static bool is_dealt(const struct dealing *d, size_t unit)
{
	enum gate_unit_kind kind = d->part->units[unit].kind;
	bool helps = kind == GATE_UNIT_BUILD || kind == GATE_UNIT_FIXTURE;

	return !splits(d, unit) && !(helps && d->needed[unit]);
}

/* ---- dealing ---- */

/* An item a group. False without memory. */
static bool make_items(const struct dealing *d, struct gate_shard_item **items,
                       size_t **item_of, size_t *count)
{
	const struct gate_part *p = d->part;

	*items = arena_array(d->arena, p->count + 1, sizeof(**items));
	*item_of = arena_array(d->arena, p->count + 1, sizeof(**item_of));
	*count = 0;
	if (*items == NULL || *item_of == NULL)
		return false;
	for (size_t i = 0; i < p->count; i++) {
		size_t first = group_of(d, i);
		struct gate_shard_item *item;

		if (!is_dealt(d, i))
			continue;
		/* The first of a group comes before the others, and is dealt if they
		 * are. */
		if (first == i)
			(*item_of)[i] = (*count)++;
		(*item_of)[i] = (*item_of)[first];
		item = &(*items)[(*item_of)[i]];
		if (item->id == NULL || strcmp(p->units[i].id, item->id) < 0)
			item->id = p->units[i].id;
		item->weight += p->parts[i].weight_ms;
	}
	return true;
}

static enum err_code deal(const struct dealing *d, struct err *err)
{
	struct gate_part *p = d->part;
	struct gate_shard_item *items;
	size_t *item_of;
	size_t count;
	enum err_code rc;

	if (!make_items(d, &items, &item_of, &count))
		return err_nomem(err);
	rc = gate_shard_deal(items, count, p->shard.mode, p->shard.total, err);
	for (size_t i = 0; rc == ERR_OK && i < p->count; i++) {
		p->parts[i].everywhere = splits(d, i);
		if (is_dealt(d, i))
			p->parts[i].shard = items[item_of[i]].shard;
	}
	return rc;
}

enum err_code gate_part_here(const struct gate_unit *units,
                             const struct gate_part_unit *parts, size_t count,
                             uint32_t shard, bool *here, struct err *err)
{
	struct map by_id;
	bool command = false;
	enum err_code rc = ERR_OK;

	map_init(&by_id);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		if (!map_set(&by_id, span_str(units[i].id), (void *)(i + 1)))
			rc = err_nomem(err);
	for (size_t i = count; rc == ERR_OK && i-- > 0;) {
		const struct gate_unit *u = &units[i];

		if (parts[i].everywhere || parts[i].shard == shard ||
		    (command && u->kind == GATE_UNIT_BUILD))
			here[i] = true;
		if (!here[i])
			continue;
		command = command || u->kind == GATE_UNIT_COMMAND;
		for (size_t k = 0; k < u->need_count; k++) {
			size_t need = (size_t)map_get(&by_id, span_str(u->needs[k]));

			if (need > 0)
				here[need - 1] = true;
		}
	}
	map_fini(&by_id);
	return rc;
}

/* ---- the fingerprint ---- */

struct weighed {
	const char *id;
	uint64_t weight;
};

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct weighed *)a)->id, ((const struct weighed *)b)->id);
}

enum err_code gate_part_fingerprint(const struct gate_shard *shard, const char *policy,
                                    const char *tree, const char *const *ids,
                                    const uint64_t *weights, size_t count,
                                    char out[DIGEST_HEX], struct err *err)
{
	struct weighed *all = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (!mem_array(&all, count + 1, sizeof(*all)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct weighed){ ids[i], weights[i] };
	qsort(all, count, sizeof(*all), by_id);
	buf_printf(&text, "seaworthy shards 1\n%s\n%u\n%s\n%s\n",
	           gate_shard_mode_name(shard->mode), shard->total, policy,
	           tree != NULL ? tree : "-");
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s %llu\n", all[i].id,
		           (unsigned long long)all[i].weight);
	if ((rc = buf_err(&text, err)) == ERR_OK)
		rc = digest_hex(buf_span(&text), out, err);
	buf_fini(&text);
	mem_free(all);
	return rc;
}

static enum err_code fingerprint(const struct dealing *d, const char *tree,
                                 struct err *err)
{
	struct gate_part *p = d->part;
	const char **ids = arena_array(d->arena, p->count + 1, sizeof(*ids));
	uint64_t *weights = arena_array(d->arena, p->count + 1, sizeof(*weights));

	if (ids == NULL || weights == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < p->count; i++) {
		ids[i] = p->units[i].id;
		weights[i] = p->parts[i].weight_ms;
	}
	return gate_part_fingerprint(&p->shard, d->policy->digest, tree, ids, weights,
	                             p->count, p->fingerprint, err);
}

enum err_code gate_part_make(struct gate_part *out, struct arena *arena,
                             const struct gate_policy *p,
                             const struct gate_subject *subject,
                             const struct gate_plan *plan, const struct gate_shard *shard,
                             struct err *err)
{
	struct dealing d = { .arena = arena, .policy = p, .part = out };
	enum err_code rc;

	map_init(&d.by_id);
	*out = (struct gate_part){ .shard = *shard,
		                   .units = plan->units,
		                   .count = plan->count };
	out->parts = arena_array(arena, plan->count + 1, sizeof(*out->parts));
	out->here = arena_array(arena, plan->count + 1, sizeof(*out->here));
	d.group = arena_array(arena, plan->count + 1, sizeof(*d.group));
	d.needed = arena_array(arena, plan->count + 1, sizeof(*d.needed));
	if ((rc = arena_err(arena, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < plan->count && rc == ERR_OK; i++) {
		d.group[i] = i;
		if (!map_set(&d.by_id, span_str(plan->units[i].id), &plan->units[i]))
			rc = err_nomem(err);
	}
	set_weights(out);
	for (size_t i = 0; rc == ERR_OK && i < plan->count; i++)
		note_needs(&d, i);
	if (rc == ERR_OK && (rc = deal(&d, err)) == ERR_OK)
		rc = fingerprint(&d, subject->tree, err);
	if (rc == ERR_OK)
		rc = gate_part_here(out->units, out->parts, out->count, shard->index,
		                    out->here, err);
	map_fini(&d.by_id);
	return rc;
}
