// SPDX-License-Identifier: Apache-2.0
/* Packs and segments of the state. */
#include "base/mem.h"
#include "repo/mutate_internal.h"
#include "repo/state_internal.h"

#include <string.h>

enum { FIRST_TABLE = 64 };

static size_t place_of(const struct lb_state *s, const struct lb_id *name)
{
	size_t mask = s->table_size - 1;
	size_t i = (size_t)map_hash(lb_id_span(name)) & mask;

	while (s->table[i] != 0 &&
	       memcmp(&s->packs[s->table[i] - 1].name, name, sizeof(*name)) != 0)
		i = (i + 1) & mask;
	return i;
}

/* Doubles the table when it is two thirds full. */
static bool make_room(struct lb_state *s)
{
	size_t size = s->table_size > 0 ? 2 * s->table_size : FIRST_TABLE;
	uint32_t *table = NULL;

	if (3 * (s->pack_count + 1) <= 2 * s->table_size)
		return true;
	if (!mem_array(&table, size, sizeof(*table)))
		return false;
	memset(table, 0, size * sizeof(*table));
	mem_free(s->table);
	s->table = table;
	s->table_size = size;
	for (size_t i = 0; i < s->pack_count; i++)
		s->table[place_of(s, &s->packs[i].name)] = (uint32_t)i + 1;
	return true;
}

bool state_intern(struct lb_state *s, const struct lb_id *name, uint32_t *pack)
{
	size_t at;

	if (!make_room(s))
		return false;
	at = place_of(s, name);
	if (s->table[at] == 0) {
		if (s->pack_count >= LB_NO_PACK - 1 ||
		    !mem_grow(&s->packs, s->pack_count, &s->pack_room, sizeof(*s->packs)))
			return false;
		s->packs[s->pack_count++] = (struct state_pack){
			.name = *name,
			.registered = LB_NO_SLOT,
			.dead = LB_NO_SLOT,
		};
		s->table[at] = (uint32_t)s->pack_count;
	}
	*pack = s->table[at] - 1;
	return true;
}

void state_forget_packs(struct lb_state *s)
{
	for (size_t i = 0; i < s->pack_count; i++) {
		s->packs[i].registered = LB_NO_SLOT;
		s->packs[i].dead = LB_NO_SLOT;
		s->packs[i].open = 0;
		s->packs[i].ever = false;
	}
}

size_t lb_state_packs(const struct lb_state *s)
{
	return s->pack_count;
}

uint32_t lb_state_pack(const struct lb_state *s, const struct lb_id *name)
{
	/* Number 0 in the table is "free", which becomes LB_NO_PACK. */
	return s->table_size > 0 ? s->table[place_of(s, name)] - 1 : LB_NO_PACK;
}

const struct lb_id *lb_state_pack_name(const struct lb_state *s, uint32_t pack)
{
	return pack < s->pack_count ? &s->packs[pack].name : NULL;
}

bool lb_state_registered(const struct lb_state *s, uint32_t pack)
{
	return pack < s->pack_count && s->packs[pack].registered != LB_NO_SLOT;
}

bool lb_state_condemned(const struct lb_state *s, uint32_t pack)
{
	return pack < s->pack_count && s->packs[pack].open > 0;
}

bool lb_state_ever_condemned(const struct lb_state *s, uint32_t pack)
{
	return pack < s->pack_count && s->packs[pack].ever;
}

bool lb_state_dead(const struct lb_state *s, uint32_t pack)
{
	return pack < s->pack_count && s->packs[pack].dead != LB_NO_SLOT;
}

bool lb_state_usable(const struct lb_state *s, uint32_t pack)
{
	return lb_state_registered(s, pack) && !lb_state_condemned(s, pack) &&
	       !lb_state_dead(s, pack);
}

static enum err_code register_packs(struct lb_state *s, const struct lb_ids *names,
                                    uint64_t slot, struct err *err)
{
	for (size_t i = 0; i < names->count; i++) {
		uint32_t pack;

		if (!state_intern(s, &names->ids[i], &pack))
			return err_nomem(err);
		if (s->packs[pack].registered == LB_NO_SLOT)
			s->packs[pack].registered = slot;
		if (LB_MUTATED(LB_M_NAME_REUSE))
			s->packs[pack].dead = LB_NO_SLOT;
	}
	return ERR_OK;
}

static enum err_code put_in_force(struct lb_state *s, const struct lb_id *name,
                                  bool missing, struct err *err)
{
	struct state_segment *seg = mem_new(sizeof(*seg));

	if (!seg || !mem_grow(&s->in_force, s->in_force_count, &s->in_force_room,
	                      sizeof(*s->in_force))) {
		mem_free(seg);
		return err_nomem(err);
	}
	seg->name = *name;
	seg->at = s->in_force_count;
	seg->missing = missing;
	if (!map_set(&s->segments, lb_id_span(name), seg)) {
		mem_free(seg);
		return err_nomem(err);
	}
	s->in_force[s->in_force_count++] = *name;
	s->missing += missing;
	return ERR_OK;
}

static enum err_code register_segment(struct lb_state *s, const struct lb_id *name,
                                      uint64_t slot, struct err *err)
{
	struct lb_ids packs = { 0 };
	enum err_code rc;
	bool missing;

	if (lb_state_in_force(s, name))
		return ERR_OK;
	rc = s->source.packs ? s->source.packs(s->source.context, name, &packs, err)
	                     : ERR_NOT_FOUND;
	missing = rc == ERR_NOT_FOUND;
	if (rc == ERR_OK)
		rc = register_packs(s, &packs, slot, err);
	if (rc == ERR_OK || missing)
		rc = put_in_force(s, name, missing, err);
	lb_ids_fini(&packs);
	return rc;
}

enum err_code state_register(struct lb_state *s, const struct lb_ids *segments,
                             uint64_t slot, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < segments->count && rc == ERR_OK; i++)
		rc = register_segment(s, &segments->ids[i], slot, err);
	return rc;
}

void state_drop(struct lb_state *s, const struct lb_ids *segments)
{
	for (size_t i = 0; i < segments->count; i++) {
		struct span key = lb_id_span(&segments->ids[i]);
		struct state_segment *seg = map_get(&s->segments, key);
		struct state_segment *last;

		if (!seg)
			continue;
		last = map_get(&s->segments,
		               lb_id_span(&s->in_force[s->in_force_count - 1]));
		last->at = seg->at;
		s->in_force[seg->at] = s->in_force[--s->in_force_count];
		s->missing -= seg->missing;
		(void)map_remove(&s->segments, key);
		mem_free(seg);
	}
}

void state_forget_segments(struct lb_state *s)
{
	struct span key;
	void *value;

	for (size_t at = 0; map_next(&s->segments, &at, &key, &value);)
		mem_free(value);
	map_fini(&s->segments);
	map_init(&s->segments);
	s->in_force_count = 0;
	s->missing = 0;
}

const struct lb_id *lb_state_segments(const struct lb_state *s, size_t *count)
{
	*count = s->in_force_count;
	return s->in_force;
}

bool lb_state_in_force(const struct lb_state *s, const struct lb_id *segment)
{
	return map_has(&s->segments, lb_id_span(segment));
}

size_t lb_state_missing(const struct lb_state *s)
{
	return s->missing;
}
