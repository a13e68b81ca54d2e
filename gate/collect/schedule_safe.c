// SPDX-License-Identifier: Apache-2.0
/*
 * What a keeper (a fixture) holds it holds for as long as anything needs it. Two of them
 * may each wait for what the other one keeps, through the suites behind them. So before
 * one is taken the rest is played through, one item at a time: an item can run if it and
 * all keepers before it together get what they want beside the keepers that are held and
 * not its own. If all that is held can be given back that way, it is safe (Dijkstra's
 * banker, with what an item needs taken at once).
 */
#include "schedule_internal.h"

struct schedule_trial {
	size_t *keepers;
	size_t keeper_count; /* few, beside the items */
	bool *over;          /* items that have been played */
	bool *holds;         /* keepers that are held */
};

static size_t count_keepers(const struct gate_schedule *s)
{
	size_t count = 0;

	for (size_t i = 0; i < s->count; i++)
		count += s->nodes[i].item->keeps;
	return count;
}

bool schedule_is_before(const struct gate_schedule *s, size_t keeper, size_t item)
{
	return s->before != NULL && s->before[item * s->count + keeper];
}

/* In the order of needs: what comes before those before it comes before it. */
static void find_before(struct gate_schedule *s)
{
	for (size_t at = 0; at < s->count; at++) {
		const size_t item = s->order[at];
		const struct gate_schedule_item *x = s->nodes[item].item;
		bool *row = &s->before[item * s->count];

		for (size_t k = 0; k < x->after_count; k++) {
			const size_t need = x->after[k];

			row[need] = row[need] || s->nodes[need].item->keeps;
			for (size_t i = 0; i < s->count; i++)
				row[i] = row[i] || s->before[need * s->count + i];
		}
	}
}

static bool make_trial(struct gate_schedule *s, struct arena *a, size_t keepers)
{
	struct schedule_trial *t = arena_new(a, sizeof(*t));

	if (t == NULL)
		return false;
	t->keepers = arena_array(a, keepers, sizeof(*t->keepers));
	t->over = arena_array(a, s->count, sizeof(*t->over));
	t->holds = arena_array(a, s->count, sizeof(*t->holds));
	s->before = arena_array(a, s->count * s->count, sizeof(*s->before));
	if (t->keepers == NULL || t->over == NULL || t->holds == NULL ||
	    s->before == NULL)
		return false;
	for (size_t i = 0; i < s->count; i++)
		if (s->nodes[i].item->keeps)
			t->keepers[t->keeper_count++] = i;
	s->trial = t;
	return true;
}

bool schedule_safe_init(struct gate_schedule *s, struct arena *a)
{
	const size_t keepers = count_keepers(s);

	if (keepers == 0)
		return true;
	if (!make_trial(s, a, keepers))
		return false;
	find_before(s);
	return true;
}

static uint64_t want_of(const struct gate_schedule *s, size_t item, size_t pool)
{
	const struct schedule_node *n = &s->nodes[item];

	for (size_t d = 0; d < n->item->demand_count; d++)
		if (n->wants[d].pool == pool)
			return n->wants[d].amount;
	return 0;
}

/* Cut to what there is at all. */
static uint64_t sum(uint64_t a, uint64_t b, uint64_t most)
{
	return a > most || b > most - a ? most : a + b;
}

/* Of one resource: what the item and all that it needs want, beside what others hold. */
static bool has_room(const struct gate_schedule *s, const bool *holds, size_t item,
                     size_t pool)
{
	const uint64_t capacity = s->pools[pool].capacity;
	uint64_t own = want_of(s, item, pool);
	uint64_t others = 0;

	for (size_t i = 0; i < s->trial->keeper_count; i++) {
		const size_t k = s->trial->keepers[i];

		if (schedule_is_before(s, k, item))
			own = sum(own, want_of(s, k, pool), capacity);
		else if (holds[k] && k != item)
			others = sum(others, want_of(s, k, pool), capacity);
	}
	return own <= capacity - others;
}

static bool can_run(const struct gate_schedule *s, const bool *holds, size_t item)
{
	for (size_t p = 0; p < s->pool_count; p++)
		if (!has_room(s, holds, item, p))
			return false;
	return true;
}

bool schedule_could_fit(const struct gate_schedule *s, size_t item)
{
	if (s->trial == NULL)
		return true;
	for (size_t i = 0; i < s->count; i++)
		s->trial->holds[i] = s->nodes[i].holds;
	return can_run(s, s->trial->holds, item);
}

/* All before it but the keepers, which come along; also before these. */
static bool is_ready(const struct gate_schedule *s, size_t item)
{
	const struct gate_schedule_item *x = s->nodes[item].item;

	for (size_t k = 0; k < x->after_count; k++) {
		const size_t need = x->after[k];

		if (s->trial->over[need])
			continue;
		if (!s->nodes[need].item->keeps || !is_ready(s, need))
			return false;
	}
	return true;
}

static void bring_up(const struct gate_schedule *s, size_t item)
{
	for (size_t i = 0; i < s->trial->keeper_count; i++) {
		const size_t k = s->trial->keepers[i];

		if (schedule_is_before(s, k, item) && !s->nodes[k].given)
			s->trial->holds[k] = s->trial->over[k] = true;
	}
}

static void give_back_idle(const struct gate_schedule *s)
{
	for (size_t at = 0; at < s->trial->keeper_count; at++) {
		const size_t k = s->trial->keepers[at];
		bool needed = false;

		for (size_t i = 0; i < s->count && s->trial->holds[k]; i++)
			needed = needed ||
			         (!s->trial->over[i] && schedule_is_before(s, k, i));
		s->trial->holds[k] = s->trial->holds[k] && needed;
	}
}

/* Does it need a keeper that is not held yet? */
static bool needs_more(const struct gate_schedule *s, size_t item)
{
	for (size_t i = 0; i < s->trial->keeper_count; i++)
		if (schedule_is_before(s, s->trial->keepers[i], item) &&
		    !s->trial->holds[s->trial->keepers[i]])
			return true;
	return false;
}

/* Plays one item; false if none can be. Without need nothing more is held. */
static bool play_one(const struct gate_schedule *s, bool more)
{
	struct schedule_trial *t = s->trial;

	for (size_t i = 0; i < s->count; i++) {
		if (t->over[i] || s->nodes[i].item->keeps || !is_ready(s, i) ||
		    (!more && needs_more(s, i)) || !can_run(s, t->holds, i))
			continue;
		bring_up(s, i);
		t->over[i] = true;
		give_back_idle(s);
		return true;
	}
	return false;
}

static bool any_holds(const struct gate_schedule *s)
{
	for (size_t i = 0; i < s->trial->keeper_count; i++)
		if (s->trial->holds[s->trial->keepers[i]])
			return true;
	return false;
}

/* Items that run now will be over by themselves. */
static void begin(const struct gate_schedule *s, size_t keeper)
{
	for (size_t i = 0; i < s->count; i++) {
		s->trial->over[i] = s->nodes[i].state != WAITING;
		s->trial->holds[i] = s->nodes[i].holds;
	}
	s->trial->over[keeper] = s->trial->holds[keeper] = true;
	give_back_idle(s);
}

bool schedule_is_safe(struct gate_schedule *s, size_t keeper)
{
	if (s->trial == NULL || !s->nodes[keeper].item->keeps)
		return true;
	begin(s, keeper);
	while (any_holds(s))
		if (!play_one(s, false) && !play_one(s, true))
			return false;
	return true;
}
