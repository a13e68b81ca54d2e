// SPDX-License-Identifier: Apache-2.0
#include "collect/schedule.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(schedule, .timeout = 20);

enum { ITEMS_MAX = 24, TEXT = 1024 };

static const struct gate_demand one_cpu[] = { { "cpu", 1 } };
static const struct gate_demand two_cpus[] = { { "cpu", 2 } };
static const struct gate_demand many_cpus[] = { { "cpu", 99 } };
static const struct gate_demand port[] = { { "cpu", 1 }, { "port-5432", 1 } };

/* Runs the items on a clock of its own; "0@0-5 1@0-3 2@3-9" in the order they start. */
static const char *simulate(const struct gate_schedule_item *items, size_t count,
                            uint64_t cpus)
{
	static char text[TEXT];
	struct gate_demand capacity = { "cpu", cpus };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;
	uint64_t end[ITEMS_MAX] = { 0 };
	uint64_t now = 0;
	size_t used = 0;
	size_t item;

	check_ok(gate_schedule_new(&s, &arena, items, count, &capacity, 1, &err), &err);
	text[0] = '\0';
	while (gate_schedule_running(s) + gate_schedule_waiting(s) > 0) {
		uint64_t next = UINT64_MAX;

		while (gate_schedule_take(s, &item)) {
			end[item] = now + items[item].duration_ms;
			used += (size_t)snprintf(text + used, sizeof(text) - used,
			                         "%s%zu@%llu-%llu", used > 0 ? " " : "",
			                         item, (unsigned long long)now,
			                         (unsigned long long)end[item]);
		}
		for (size_t i = 0; i < count; i++)
			if (end[i] > now && end[i] < next)
				next = end[i];
		check_true(next != UINT64_MAX, "nothing runs, and something waits");
		now = next;
		for (size_t i = 0; i < count; i++)
			if (end[i] == now)
				gate_schedule_over(s, i);
	}
	arena_fini(&arena);
	return text;
}

#define ITEM(ms, wants)                                            \
	{                                                          \
		.duration_ms = (ms), .demands = (wants),           \
		.demand_count = sizeof(wants) / sizeof((wants)[0]) \
	}

Test(schedule, the_longest_goes_first)
{
	const struct gate_schedule_item items[] = { ITEM(2, one_cpu), ITEM(5, one_cpu),
		                                    ITEM(3, one_cpu) };

	check_str_eq(simulate(items, 3, 2), "1@0-5 2@0-3 0@3-5", "by duration");
}

Test(schedule, what_much_hangs_on_goes_before_what_is_longer)
{
	static const size_t after[] = { 0 };
	struct gate_schedule_item items[] = { ITEM(2, one_cpu), ITEM(5, one_cpu),
		                              ITEM(9, one_cpu) };

	items[2].after = after;
	items[2].after_count = 1;
	check_str_eq(simulate(items, 3, 1), "0@0-2 2@2-11 1@11-16", "by critical path");
}

Test(schedule, priority_goes_before_all)
{
	struct gate_schedule_item items[] = { ITEM(9, one_cpu), ITEM(1, one_cpu) };

	items[1].priority = 1;
	check_str_eq(simulate(items, 2, 1), "1@0-1 0@1-10", "by priority");
}

Test(schedule, a_resource_of_one_is_for_one)
{
	const struct gate_schedule_item items[] = { ITEM(4, port), ITEM(3, port),
		                                    ITEM(2, one_cpu) };

	check_str_eq(simulate(items, 3, 8), "0@0-4 2@0-2 1@4-7", "one at the port");
}

Test(schedule, a_large_one_is_not_kept_waiting_by_small_ones)
{
	const struct gate_schedule_item items[] = { ITEM(3, one_cpu), ITEM(9, two_cpus),
		                                    ITEM(2, one_cpu), ITEM(1, one_cpu) };

	/* The large one goes first by length, then the small ones side by side. */
	check_str_eq(simulate(items, 4, 2), "1@0-9 0@9-12 2@9-11 3@11-12", "large first");
}

Test(schedule, small_ones_do_not_slip_past_a_large_one)
{
	struct gate_schedule_item items[] = { ITEM(3, one_cpu), ITEM(2, two_cpus),
		                              ITEM(1, one_cpu), ITEM(1, one_cpu) };

	items[0].priority = 1;
	check_str_eq(simulate(items, 4, 2), "0@0-3 1@3-5 2@5-6 3@5-6", "in its turn");
}

Test(schedule, more_than_there_is_runs_alone)
{
	const struct gate_schedule_item items[] = { ITEM(3, many_cpus),
		                                    ITEM(2, one_cpu) };

	check_str_eq(simulate(items, 2, 2), "0@0-3 1@3-5", "alone");
}

Test(schedule, an_unknown_duration_counts_as_the_longest)
{
	struct gate_schedule_item items[] = { ITEM(5, one_cpu), ITEM(7, one_cpu),
		                              ITEM(0, one_cpu) };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_schedule_new(&s, &arena, items, 3, NULL, 0, &err), &err);
	check_true(gate_schedule_path_ms(s, 2) == 7, "%llu",
	           (unsigned long long)gate_schedule_path_ms(s, 2));
	arena_fini(&arena);
}

Test(schedule, a_circle_is_an_error)
{
	static const size_t to_one[] = { 1 };
	static const size_t to_zero[] = { 0 };
	struct gate_schedule_item items[] = { ITEM(1, one_cpu), ITEM(1, one_cpu) };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;

	items[0].after = to_one;
	items[1].after = to_zero;
	items[0].after_count = items[1].after_count = 1;
	check_true(gate_schedule_new(&s, &arena, items, 2, NULL, 0, &err) == ERR_USAGE,
	           "a circle was taken");
	arena_fini(&arena);
}

/* ---- whatever the graph ---- */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

struct world {
	struct gate_schedule_item items[ITEMS_MAX];
	struct gate_demand demands[ITEMS_MAX][2];
	size_t after[ITEMS_MAX][ITEMS_MAX];
	size_t count;
	uint64_t cpus;
};

static void make_world(struct world *w, uint32_t seed)
{
	memset(w, 0, sizeof(*w));
	w->count = 1 + next_random(&seed) % ITEMS_MAX;
	w->cpus = 1 + next_random(&seed) % 4;
	for (size_t i = 0; i < w->count; i++) {
		struct gate_schedule_item *item = &w->items[i];

		w->demands[i][0] =
			(struct gate_demand){ "cpu", 1 + next_random(&seed) % 5 };
		w->demands[i][1] = (struct gate_demand){ "port", 1 };
		item->demands = w->demands[i];
		item->demand_count = 1 + next_random(&seed) % 4 / 3;
		item->duration_ms = 1 + next_random(&seed) % 50;
		item->priority = next_random(&seed) % 3;
		item->after = w->after[i];
		for (size_t k = 0; k < i; k++)
			if (next_random(&seed) % 5 == 0)
				w->after[i][item->after_count++] = k;
	}
}

/* Nothing starts too early, nothing is used twice, everything ends. */
static void run_world(const struct world *w)
{
	struct gate_demand capacity = { "cpu", w->cpus };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;
	uint64_t end[ITEMS_MAX] = { 0 };
	bool over[ITEMS_MAX] = { false };
	uint64_t now = 0, cpu = 0, ports = 0;
	size_t ended = 0;
	size_t item;

	check_ok(gate_schedule_new(&s, &arena, w->items, w->count, &capacity, 1, &err),
	         &err);
	while (ended < w->count) {
		uint64_t next = UINT64_MAX;

		while (gate_schedule_take(s, &item)) {
			uint64_t want = w->demands[item][0].amount;

			for (size_t k = 0; k < w->items[item].after_count; k++)
				check_true(over[w->after[item][k]], "%zu too early",
				           item);
			check_true(end[item] == 0, "%zu twice", item);
			cpu += want < w->cpus ? want : w->cpus;
			ports += w->items[item].demand_count - 1;
			check_true(cpu <= w->cpus && ports <= 1, "too much at a time");
			end[item] = now + w->items[item].duration_ms;
		}
		for (size_t i = 0; i < w->count; i++)
			if (!over[i] && end[i] > 0 && end[i] < next)
				next = end[i];
		check_true(next != UINT64_MAX, "stuck at %zu of %zu", ended, w->count);
		now = next;
		for (size_t i = 0; i < w->count; i++) {
			uint64_t want = w->demands[i][0].amount;

			if (over[i] || end[i] != now)
				continue;
			over[i] = true;
			ended++;
			cpu -= want < w->cpus ? want : w->cpus;
			ports -= w->items[i].demand_count - 1;
			gate_schedule_over(s, i);
		}
	}
	arena_fini(&arena);
}

Test(schedule, holds_on_random_graphs)
{
	for (uint32_t seed = 1; seed <= 20000; seed++) {
		struct world w;

		make_world(&w, seed);
		run_world(&w);
	}
}

/* ---- what is left ---- */

static uint64_t left_of(struct gate_schedule *s, const uint64_t *elapsed)
{
	uint64_t left = 0;

	check_true(gate_schedule_left_ms(s, elapsed, &left), "it is known");
	return left;
}

Test(schedule, what_is_left_is_the_longest_line)
{
	static const size_t after[] = { 0 };
	static const uint64_t none[ITEMS_MAX];
	const uint64_t elapsed[] = { 3, 0, 0, 0 };
	const uint64_t overrun[] = { 99, 0, 0, 0 };
	struct gate_schedule_item items[] = { ITEM(5, port), ITEM(4, one_cpu),
		                              ITEM(2, port), ITEM(0, port) };
	const struct gate_demand capacity = { "cpu", 4 };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;
	size_t item = 99;

	items[1].after = after;
	items[1].after_count = 1;
	items[3].instant = true;
	check_ok(gate_schedule_new(&s, &arena, items, 4, &capacity, 1, &err), &err);
	check_u64_eq(left_of(s, none), 9, "0 and then 1");
	check_true(gate_schedule_take(s, &item), "taken");
	check_size_eq(item, 0, "what most hangs on");
	check_u64_eq(left_of(s, elapsed), 6, "three of it have passed");
	check_u64_eq(left_of(s, overrun), 4, "it takes longer than it did");
	gate_schedule_over(s, 0);
	check_u64_eq(left_of(s, none), 4, "1, beside 2");
	arena_fini(&arena);
}

Test(schedule, one_resource_for_all_is_a_line_too)
{
	static const uint64_t none[ITEMS_MAX];
	const struct gate_schedule_item items[] = { ITEM(5, port), ITEM(4, port),
		                                    ITEM(2, port) };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_schedule_new(&s, &arena, items, 3, NULL, 0, &err), &err);
	check_u64_eq(left_of(s, none), 11, "one after the other");
	arena_fini(&arena);
}

Test(schedule, what_never_ran_makes_it_unknown)
{
	static const uint64_t none[ITEMS_MAX];
	const struct gate_schedule_item items[] = { ITEM(5, one_cpu), ITEM(0, one_cpu) };
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;
	uint64_t left = 0;

	check_ok(gate_schedule_new(&s, &arena, items, 2, NULL, 0, &err), &err);
	check_true(!gate_schedule_left_ms(s, none, &left), "a guess is no number");
	arena_fini(&arena);
}

/* ---- items that keep ---- */

/* Deals items on until all are over; how often one had to be forced. `held` of each
 * resource never exceeds what there is, unless by a forced one. */
struct run_of_all {
	const struct gate_schedule_item *items;
	size_t count;
	struct gate_schedule *s;
	bool taken[ITEMS_MAX];
	bool over[ITEMS_MAX];
	bool given[ITEMS_MAX];
	size_t forced;
	uint64_t seed;
};

static uint64_t draw(uint64_t *seed, uint64_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (*seed >> 33) % below;
}

static bool needs(const struct gate_schedule_item *x, size_t item)
{
	for (size_t k = 0; k < x->after_count; k++)
		if (x->after[k] == item)
			return true;
	return false;
}

static void give_back_idle(struct run_of_all *r)
{
	for (size_t k = 0; k < r->count; k++) {
		bool needed = !r->items[k].keeps || !r->over[k] || r->given[k];

		for (size_t i = 0; i < r->count && !needed; i++)
			needed = needs(&r->items[i], k) &&
			         (!r->over[i] || (r->items[i].keeps && !r->given[i]));
		if (needed)
			continue;
		r->given[k] = true;
		gate_schedule_give_back(r->s, k);
		k = (size_t)-1; /* what it needed may be idle now */
	}
}

/* The resources are "r0", "r1" ..; there is one of each. */
static void check_holders(const struct run_of_all *r)
{
	for (size_t i = 0; i < r->count; i++)
		for (size_t k = 0; k < i; k++) {
			bool both = true;

			for (size_t x = 0; x < 2; x++) {
				size_t n = x == 0 ? i : k;

				both = both && r->taken[n] &&
				       (r->items[n].keeps ? !r->given[n] : !r->over[n]);
			}
			for (size_t d = 0; both && d < r->items[i].demand_count; d++)
				for (size_t e = 0; e < r->items[k].demand_count; e++)
					check_true(
						r->items[i].demands[d].resource !=
							r->items[k].demands[e].resource,
						"%zu and %zu both have %s (seed %llu)", i,
						k, r->items[i].demands[d].resource,
						(unsigned long long)r->seed);
		}
}

static void end_one(struct run_of_all *r, uint64_t *seed)
{
	size_t at = draw(seed, r->count);

	while (!r->taken[at] || r->over[at])
		at = (at + 1) % r->count;
	r->over[at] = true;
	if (r->items[at].keeps)
		gate_schedule_open(r->s, at);
	else
		gate_schedule_over(r->s, at);
	give_back_idle(r);
}

static size_t deal(const struct gate_schedule_item *items, size_t count, uint64_t cpus,
                   uint64_t seed)
{
	const struct gate_demand capacity = { "cpu", cpus };
	struct run_of_all r = { .items = items, .count = count, .seed = seed };
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;
	size_t item = 0;

	check_ok(gate_schedule_new(&r.s, &arena, items, count, &capacity, 1, &err), &err);
	while (gate_schedule_running(r.s) + gate_schedule_waiting(r.s) > 0) {
		while (gate_schedule_take(r.s, &item)) {
			r.taken[item] = true;
			if (r.forced == 0)
				check_holders(&r);
		}
		if (gate_schedule_running(r.s) == 0) {
			check_true(gate_schedule_force(r.s, &item), "stuck (seed %llu)",
			           (unsigned long long)seed);
			r.taken[item] = true;
			r.forced++;
		}
		end_one(&r, &seed);
	}
	for (size_t i = 0; i < count; i++)
		check_true(!items[i].keeps || r.given[i], "%zu was given back", i);
	arena_fini(&arena);
	return r.forced;
}

static const struct gate_demand the_x[] = { { "x", 1 } };
static const struct gate_demand the_y[] = { { "y", 1 } };

/* Each fixture holds what the suite of the other one wants. */
Test(schedule, fixtures_do_not_wait_for_each_other)
{
	static const size_t after_0[] = { 0 };
	static const size_t after_1[] = { 1 };
	struct gate_schedule_item items[] = { ITEM(1, the_x), ITEM(1, the_y),
		                              ITEM(9, the_y), ITEM(9, the_x) };

	items[0].keeps = items[1].keeps = true;
	items[2].after = after_0;
	items[3].after = after_1;
	items[2].after_count = items[3].after_count = 1;
	for (uint64_t seed = 1; seed < 20; seed++)
		check_size_eq(deal(items, 4, 4, seed), 0, "one after the other");
}

/* It waits for what a fixture holds, and must not keep the processor from the suite that
 * the fixture waits for. */
Test(schedule, who_waits_for_a_fixture_does_not_stop_those_that_need_it)
{
	static const size_t after_0_and_1[] = { 0, 1 };
	static const struct gate_demand x_and_cpu[] = { { "cpu", 1 }, { "x", 1 } };
	struct gate_schedule_item items[] = { ITEM(9, the_x), ITEM(1, one_cpu),
		                              ITEM(1, one_cpu), ITEM(99, x_and_cpu) };

	items[0].keeps = true;
	items[0].priority = 1;
	items[2].after = after_0_and_1;
	items[2].after_count = 2;
	items[3].after = &after_0_and_1[1];
	items[3].after_count = 1;
	for (uint64_t seed = 1; seed < 20; seed++)
		check_size_eq(deal(items, 4, 1, seed), 0, "the suite, then the other");
}

/* The suite wants what its own fixture holds: its own matter, and nobody else's. */
Test(schedule, what_a_suite_and_its_fixture_want_alike_is_forced)
{
	static const size_t after_0[] = { 0 };
	struct gate_schedule_item items[] = { ITEM(1, the_x), ITEM(1, the_x),
		                              ITEM(99, the_x) };

	items[0].keeps = true;
	items[1].after = after_0;
	items[1].after_count = 1;
	items[0].priority = 1;
	check_size_eq(deal(items, 3, 1, 1), 1, "the suite alone");
}

/* Suites that need one fixture each, or none, and fixtures that need none: there is
 * always an order. */
Test(schedule, random_fixtures_are_never_stuck_nor_shared)
{
	static const char *const names[] = { "r0", "r1", "r2", "r3" };

	for (uint64_t round = 1; round <= 3000; round++) {
		struct gate_schedule_item items[ITEMS_MAX] = { { .duration_ms = 0 } };
		struct gate_demand wants[ITEMS_MAX][2] = { { { NULL, 0 } } };
		size_t after[ITEMS_MAX];
		uint64_t seed = round;
		size_t fixtures = 1 + draw(&seed, 4);
		size_t count = fixtures + 1 + draw(&seed, 8);

		for (size_t i = 0; i < count; i++) {
			size_t own = draw(&seed, 4);

			items[i].keeps = i < fixtures;
			items[i].duration_ms = 1 + draw(&seed, 9);
			items[i].demands = wants[i];
			items[i].after = &after[i];
			wants[i][0] = (struct gate_demand){ names[own], 1 };
			items[i].demand_count = 1;
			if (i >= fixtures && draw(&seed, 3) > 0) {
				after[i] = draw(&seed, fixtures);
				items[i].after_count = 1;
				items[i].demand_count =
					wants[after[i]][0].resource != names[own];
			}
		}
		check_size_eq(deal(items, count, 2, round), 0, "seed %llu",
		              (unsigned long long)round);
	}
}

/* ---- many ---- */

/* A suite may have a resource of its own, and a plan thousands of suites: what looked at
 * all of them for each would take minutes here. */
Test(schedule, takes_tens_of_thousands)
{
	enum { MANY = 50000, CPUS = 4 };
	static struct gate_schedule_item items[MANY];
	static struct gate_demand wants[MANY][2];
	static char names[MANY][12];
	static uint64_t elapsed[MANY];
	const struct gate_demand capacity = { "cpu", CPUS };
	size_t running[CPUS] = { 0 };
	size_t count = 0;
	size_t over = 0;
	struct arena arena = ARENA_INIT;
	struct gate_schedule *s = NULL;
	struct err err = ERR_INIT;
	uint64_t left = 0;
	size_t item;

	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "r%zu", i);
		wants[i][0] = (struct gate_demand){ "cpu", 1 };
		wants[i][1] = (struct gate_demand){ names[i], 1 };
		/* As far from the order of the plan as can be. */
		items[i] = (struct gate_schedule_item){ .duration_ms = i + 1,
			                                .demands = wants[i],
			                                .demand_count = 2 };
	}
	check_ok(gate_schedule_new(&s, &arena, items, MANY, &capacity, 1, &err), &err);
	check_size_eq(gate_schedule_most(s), CPUS, "beside each other");
	check_true(gate_schedule_left_ms(s, elapsed, &left), "all durations are known");
	check_u64_eq(left, (uint64_t)MANY * (MANY + 1) / 2 / CPUS, "by processors");
	while (over < MANY) {
		while (gate_schedule_take(s, &item))
			running[count++ % CPUS] = item;
		check_size_eq(count, over + CPUS < MANY ? over + CPUS : MANY, "beside");
		gate_schedule_over(s, running[over++ % CPUS]);
	}
	check_size_eq(gate_schedule_waiting(s), 0, "all were taken");
	arena_fini(&arena);
}
