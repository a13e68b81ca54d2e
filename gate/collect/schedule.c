// SPDX-License-Identifier: Apache-2.0
#include "schedule_internal.h"

#include "base/map.h"
#include "base/num.h"
#include "base/str.h"

#include <string.h>

/* Processors and what else is named come first; nobody fills a plan with others. */
enum { CHECKED_POOLS = 8 };

/* ---- resources ---- */

/* While it is made. */
struct making {
	struct gate_schedule *schedule;
	struct arena *arena;
	struct map by_name; /* of pools: index + 1 as a pointer */
};

static struct schedule_pool *find_pool(const struct making *m, const char *name)
{
	const size_t at = (size_t)(uintptr_t)map_get(&m->by_name, span_str(name));

	return at > 0 ? &m->schedule->pools[at - 1] : NULL;
}

static struct schedule_pool *add_pool(struct making *m, const char *name)
{
	struct gate_schedule *s = m->schedule;
	struct schedule_pool *p =
		arena_push(m->arena, &s->pools, &s->pool_count, &s->pool_cap, sizeof(*p));

	if (p == NULL ||
	    !map_set(&m->by_name, span_str(name), (void *)(uintptr_t)s->pool_count))
		return NULL;
	p->name = name;
	return p;
}

static bool take_capacities(struct making *m, const struct gate_demand *capacities,
                            size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct schedule_pool *p = add_pool(m, capacities[i].resource);

		if (p == NULL)
			return false;
		p->capacity = capacities[i].amount;
	}
	return true;
}

/* Of what nobody says how much there is: as much as is wanted at once. */
static bool learn_capacities(struct making *m, size_t named)
{
	const struct gate_schedule *s = m->schedule;

	for (size_t i = 0; i < s->count; i++) {
		const struct gate_schedule_item *item = s->nodes[i].item;

		for (size_t d = 0; d < item->demand_count; d++) {
			const struct gate_demand *want = &item->demands[d];
			struct schedule_pool *p = find_pool(m, want->resource);

			if (p == NULL && (p = add_pool(m, want->resource)) == NULL)
				return false;
			if ((size_t)(p - s->pools) >= named && want->amount > p->capacity)
				p->capacity = want->amount;
		}
	}
	return true;
}

static bool resolve_wants(struct making *m)
{
	struct gate_schedule *s = m->schedule;

	for (size_t i = 0; i < s->count; i++) {
		struct schedule_node *n = &s->nodes[i];

		n->wants = arena_array(m->arena, n->item->demand_count + 1,
		                       sizeof(*n->wants));
		if (n->wants == NULL)
			return false;
		for (size_t d = 0; d < n->item->demand_count; d++) {
			const struct gate_demand *want = &n->item->demands[d];
			const struct schedule_pool *p = find_pool(m, want->resource);

			n->wants[d] = (struct schedule_want){ (size_t)(p - s->pools),
				                              want->amount < p->capacity
				                                      ? want->amount
				                                      : p->capacity };
		}
	}
	return true;
}

/* Does the item want some of the pool that its d-th demand names, and no earlier one? */
static bool is_first_want(const struct schedule_node *n, size_t d)
{
	for (size_t k = 0; k < d; k++)
		if (n->wants[k].pool == n->wants[d].pool && n->wants[k].amount > 0)
			return false;
	return n->wants[d].amount > 0;
}

static void count_wants(struct gate_schedule *s)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t d = 0; d < s->nodes[i].item->demand_count; d++)
			s->pools[s->nodes[i].wants[d].pool].wanting +=
				is_first_want(&s->nodes[i], d);
	for (size_t i = 0; i < s->pool_count; i++)
		s->pools[i].waiting = s->pools[i].wanting;
}

static bool fits(const struct gate_schedule *s, const struct schedule_node *n)
{
	for (size_t d = 0; d < n->item->demand_count; d++) {
		const struct schedule_pool *p = &s->pools[n->wants[d].pool];
		uint64_t taken = p->used + p->kept;

		if (taken > p->capacity || n->wants[d].amount > p->capacity - taken)
			return false;
	}
	return true;
}

/* ---- the graph ---- */

static bool link_items(struct gate_schedule *s, struct arena *a)
{
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->nodes[i].item->after_count; k++)
			s->nodes[s->nodes[i].item->after[k]].behind_count++;
	for (size_t i = 0; i < s->count; i++) {
		struct schedule_node *n = &s->nodes[i];

		n->behind = arena_array(a, n->behind_count + 1, sizeof(*n->behind));
		if (n->behind == NULL)
			return false;
		n->behind_count = 0;
	}
	for (size_t i = 0; i < s->count; i++)
		for (size_t k = 0; k < s->nodes[i].item->after_count; k++) {
			struct schedule_node *before =
				&s->nodes[s->nodes[i].item->after[k]];

			before->behind[before->behind_count++] = i;
			s->nodes[i].blockers++;
		}
	return true;
}

/* Every item after all that it waits for, in s->order; false for a circle. */
static bool sort_by_needs(struct gate_schedule *s, size_t *blockers)
{
	size_t end = 0;

	for (size_t i = 0; i < s->count; i++) {
		blockers[i] = s->nodes[i].blockers;
		if (blockers[i] == 0)
			s->order[end++] = i;
	}
	for (size_t at = 0; at < end; at++) {
		const struct schedule_node *n = &s->nodes[s->order[at]];

		for (size_t k = 0; k < n->behind_count; k++)
			if (--blockers[n->behind[k]] == 0)
				s->order[end++] = n->behind[k];
	}
	return end == s->count;
}

static uint64_t longest_known(const struct gate_schedule *s)
{
	uint64_t most = 1;

	for (size_t i = 0; i < s->count; i++)
		if (s->nodes[i].item->duration_ms > most)
			most = s->nodes[i].item->duration_ms;
	return most;
}

/* From the ends of the graph backwards. */
static void measure_paths(struct gate_schedule *s)
{
	uint64_t guess = longest_known(s);

	for (size_t at = s->count; at-- > 0;) {
		struct schedule_node *n = &s->nodes[s->order[at]];
		uint64_t own = n->item->duration_ms > 0 ? n->item->duration_ms : guess;
		uint64_t longest = 0;

		own = n->item->instant ? 0 : own;
		for (size_t k = 0; k < n->behind_count; k++)
			if (s->nodes[n->behind[k]].path_ms > longest)
				longest = s->nodes[n->behind[k]].path_ms;
		if (!num_add_u64(own, longest, &n->path_ms))
			n->path_ms = UINT64_MAX;
	}
}

static bool goes_before(const struct gate_schedule *s, size_t a, size_t b)
{
	const struct schedule_node *x = &s->nodes[a];
	const struct schedule_node *y = &s->nodes[b];

	if (x->item->priority != y->item->priority)
		return x->item->priority > y->item->priority;
	if (x->path_ms != y->path_ms)
		return x->path_ms > y->path_ms;
	return a < b;
}

/* Two runs that are in order, [from, middle) and [middle, to), into one. */
static void merge_runs(struct gate_schedule *s, size_t *out, size_t from, size_t middle,
                       size_t to)
{
	size_t a = from;
	size_t b = middle;

	for (size_t at = from; at < to; at++) {
		const bool second = a == middle ||
		                    (b < to && goes_before(s, s->order[b], s->order[a]));

		out[at] = s->order[second ? b++ : a++];
	}
	memcpy(&s->order[from], &out[from], (to - from) * sizeof(*out));
}

/* `room` is as long as the order. */
static void sort_by_urgency(struct gate_schedule *s, size_t *room)
{
	for (size_t length = 1; length < s->count; length *= 2)
		for (size_t from = 0; from + length < s->count; from += 2 * length) {
			const size_t to = from + 2 * length;

			merge_runs(s, room, from, from + length,
			           to < s->count ? to : s->count);
		}
}

static bool build(struct making *m, const struct gate_demand *capacities,
                  size_t capacity_count, bool *circle)
{
	struct gate_schedule *s = m->schedule;
	size_t *room = arena_array(m->arena, s->count + 1, sizeof(*room));

	s->order = arena_array(m->arena, s->count + 1, sizeof(*s->order));
	if (room == NULL || s->order == NULL)
		return false;
	if (!take_capacities(m, capacities, capacity_count) ||
	    !learn_capacities(m, capacity_count) || !resolve_wants(m) ||
	    !link_items(s, m->arena))
		return false;
	count_wants(s);
	s->kept = arena_array(m->arena, s->pool_count + 1, sizeof(*s->kept));
	if (s->kept == NULL)
		return false;
	*circle = !sort_by_needs(s, room);
	if (*circle)
		return true;
	measure_paths(s);
	if (!schedule_safe_init(s, m->arena)) /* by the order of needs, as it is here */
		return false;
	sort_by_urgency(s, room);
	return true;
}

enum err_code gate_schedule_new(struct gate_schedule **out, struct arena *arena,
                                const struct gate_schedule_item *items, size_t count,
                                const struct gate_demand *capacities,
                                size_t capacity_count, struct err *err)
{
	struct gate_schedule *s = arena_new(arena, sizeof(*s));
	struct making m = { s, arena, MAP_INIT };
	bool circle = false;
	bool made;

	if (s == NULL)
		return err_nomem(err);
	s->nodes = arena_array(arena, count + 1, sizeof(*s->nodes));
	if (s->nodes == NULL)
		return err_nomem(err);
	s->count = count;
	s->waiting = count;
	for (size_t i = 0; i < count; i++)
		s->nodes[i].item = &items[i];
	made = build(&m, capacities, capacity_count, &circle);
	map_fini(&m.by_name);
	if (!made)
		return err_nomem(err);
	if (circle)
		return err_set(err, ERR_USAGE, "units wait for each other in a circle");
	*out = s;
	return ERR_OK;
}

/* ---- running ---- */

static void hold(struct gate_schedule *s, const struct schedule_node *n)
{
	for (size_t d = 0; d < n->item->demand_count; d++)
		s->pools[n->wants[d].pool].used += n->wants[d].amount;
}

static void keep(struct gate_schedule *s, const struct schedule_node *n)
{
	for (size_t d = 0; d < n->item->demand_count; d++) {
		struct schedule_pool *p = &s->pools[n->wants[d].pool];

		if (p->kept == 0 && n->wants[d].amount > 0)
			s->kept[s->kept_count++] = n->wants[d].pool;
		if (!num_add_u64(p->kept, n->wants[d].amount, &p->kept) ||
		    p->kept > p->capacity)
			p->kept = p->capacity;
	}
}

static void take(struct gate_schedule *s, size_t at, size_t *item)
{
	struct schedule_node *n = &s->nodes[s->order[at]];

	for (size_t d = 0; d < n->item->demand_count; d++)
		s->pools[n->wants[d].pool].waiting -= is_first_want(n, d);
	hold(s, n);
	n->state = TAKEN;
	n->holds = n->item->keeps;
	s->running++;
	s->waiting--;
	*item = s->order[at];
}

/* Is nothing left of what all that wait want some of? */
static bool is_full(const struct gate_schedule *s)
{
	for (size_t i = 0; i < s->pool_count && i < CHECKED_POOLS; i++) {
		const struct schedule_pool *p = &s->pools[i];

		if (p->waiting >= s->waiting && p->capacity > 0 &&
		    (p->used >= p->capacity || p->kept >= p->capacity - p->used))
			return true;
	}
	return false;
}

bool gate_schedule_take(struct gate_schedule *s, size_t *item)
{
	while (s->kept_count > 0)
		s->pools[s->kept[--s->kept_count]].kept = 0;
	while (s->first < s->count && s->nodes[s->order[s->first]].state != WAITING)
		s->first++;
	for (size_t i = s->first; i < s->count && !is_full(s); i++) {
		struct schedule_node *n = &s->nodes[s->order[i]];

		if (n->state != WAITING || n->blockers > 0)
			continue;
		if (fits(s, n) && schedule_is_safe(s, s->order[i])) {
			take(s, i, item);
			return true;
		}
		/* What waits for a keeper must not keep those waiting that it keeps for.
		 */
		if (schedule_could_fit(s, s->order[i]) && !n->item->keeps)
			keep(s, n);
	}
	return false;
}

/* Is it behind one that holds, or a keeper for one that is? */
static bool serves_a_holder(const struct gate_schedule *s, size_t item)
{
	for (size_t k = 0; k < s->count; k++) {
		if (!s->nodes[k].holds)
			continue;
		if (schedule_is_before(s, k, item))
			return true;
		for (size_t i = 0; i < s->count && s->nodes[item].item->keeps; i++)
			if (schedule_is_before(s, k, i) && schedule_is_before(s, item, i))
				return true;
	}
	return false;
}

/* First those after which something is given back. */
bool gate_schedule_force(struct gate_schedule *s, size_t *item)
{
	for (int any = 0; any < 2; any++)
		for (size_t i = 0; i < s->count; i++) {
			const struct schedule_node *n = &s->nodes[s->order[i]];

			if (n->state != WAITING || n->blockers > 0 ||
			    (any == 0 && !serves_a_holder(s, s->order[i])))
				continue;
			take(s, i, item);
			return true;
		}
	return false;
}

void gate_schedule_over(struct gate_schedule *s, size_t item)
{
	gate_schedule_give_back(s, item);
	gate_schedule_open(s, item);
}

void gate_schedule_give_back(struct gate_schedule *s, size_t item)
{
	struct schedule_node *n = &s->nodes[item];

	n->given = n->item->keeps;
	n->holds = false;

	for (size_t d = 0; d < n->item->demand_count; d++)
		s->pools[n->wants[d].pool].used -= n->wants[d].amount;
}

void gate_schedule_open(struct gate_schedule *s, size_t item)
{
	struct schedule_node *n = &s->nodes[item];

	n->state = OVER;
	s->running--;
	for (size_t k = 0; k < n->behind_count; k++)
		s->nodes[n->behind[k]].blockers--;
}

/* Of items that want some of the pool, as many as there is of it, and all others. */
static size_t most_by(const struct gate_schedule *s, const struct schedule_pool *p)
{
	if (p->wanting <= p->capacity)
		return s->count;
	return s->count - (size_t)(p->wanting - p->capacity);
}

size_t gate_schedule_most(const struct gate_schedule *s)
{
	size_t most = s->count;

	for (size_t i = 0; i < s->pool_count; i++) {
		size_t by = most_by(s, &s->pools[i]);

		most = by < most ? by : most;
	}
	return most;
}

size_t gate_schedule_running(const struct gate_schedule *s)
{
	return s->running;
}

size_t gate_schedule_waiting(const struct gate_schedule *s)
{
	return s->waiting;
}

uint64_t gate_schedule_path_ms(const struct gate_schedule *s, size_t item)
{
	return s->nodes[item].path_ms;
}

/* How much of its expected duration is still to come. */
static uint64_t own_left(const struct schedule_node *n, uint64_t elapsed_ms)
{
	const uint64_t own = n->item->instant ? 0 : n->item->duration_ms;

	if (n->state != TAKEN)
		return own;
	return elapsed_ms < own ? own - elapsed_ms : 0;
}

/* Those that want some of a pool cannot all be beside each other. */
static void add_work(struct gate_schedule *s, const struct schedule_node *n,
                     uint64_t elapsed_ms)
{
	for (size_t d = 0; d < n->item->demand_count && n->state != OVER; d++) {
		struct schedule_pool *p = &s->pools[n->wants[d].pool];

		if (p->capacity > 0)
			p->work += (double)own_left(n, elapsed_ms) *
			           (double)n->wants[d].amount / (double)p->capacity;
	}
}

static uint64_t left_by(const struct schedule_pool *p)
{
	return p->work < (double)(UINT64_MAX / 2) ? (uint64_t)p->work : UINT64_MAX / 2;
}

bool gate_schedule_left_ms(struct gate_schedule *s, const uint64_t *elapsed_ms,
                           uint64_t *left_ms)
{
	uint64_t most = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct schedule_node *n = &s->nodes[i];
		uint64_t path;

		if (n->state == OVER)
			continue;
		if (n->item->duration_ms == 0 && !n->item->instant)
			return false;
		path = n->path_ms;
		if (n->state == TAKEN && !n->item->instant)
			path -= n->item->duration_ms - own_left(n, elapsed_ms[i]);
		most = path > most ? path : most;
	}
	for (size_t i = 0; i < s->pool_count; i++)
		s->pools[i].work = 0;
	for (size_t i = 0; i < s->count; i++)
		add_work(s, &s->nodes[i], elapsed_ms[i]);
	for (size_t i = 0; i < s->pool_count; i++) {
		const uint64_t by = left_by(&s->pools[i]);

		most = by > most ? by : most;
	}
	*left_ms = most;
	return true;
}
