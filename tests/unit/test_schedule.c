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
