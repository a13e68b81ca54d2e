// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCHEDULE_H
#define GATE_SCHEDULE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What runs next, and beside what. Pure: starts nothing and knows no clock, so that the
 * same items end in the same order always.
 *
 * Items form a graph; those that wait for nothing more are ready. Of the ready ones the
 * one with the highest priority goes first, then the one that most time hangs on: its own
 * and that of the longest line of items that wait for it (list scheduling by critical
 * path; Graham 1969 bounds it at twice the best). One that does not fit keeps what it
 * will need from all behind it, so that small ones cannot keep a large one waiting for
 * ever. Of items that keep what they hold for others (fixtures) one is taken only if all
 * that are held then can be given back in some order.
 */

/* An amount of something that there is only so much of. */
struct gate_demand {
	const char *resource; /* "cpu", "memory", "port-5432" .. */
	uint64_t amount;
};

struct gate_schedule_item {
	const size_t *after; /* items that must be over before */
	size_t after_count;
	const struct gate_demand *demands;
	size_t demand_count;
	uint64_t duration_ms; /* expected; 0: unknown, taken for the longest known */
	int64_t priority;     /* the higher the earlier */
	bool keeps;           /* once open it holds until all behind it are over */
	bool instant;         /* nothing is run for it: it takes no time */
};

struct gate_schedule;

/*
 * All in the arena; `items` are borrowed. `capacities` say how much there is; of a
 * resource that is not among them there is as much as the item that wants most of it
 * wants. An item that wants more than there is runs when nothing else has any of it.
 * ERR_USAGE for a circle.
 */
enum err_code gate_schedule_new(struct gate_schedule **out, struct arena *arena,
                                const struct gate_schedule_item *items, size_t count,
                                const struct gate_demand *capacities,
                                size_t capacity_count, struct err *err) ERR_CHECKED;

/* Takes the next item that may start now; false if none may before another is over. */
bool gate_schedule_take(struct gate_schedule *s, size_t *item);
/* An item that was taken is over: what it held is free. */
void gate_schedule_over(struct gate_schedule *s, size_t item);
/* No more items than this run at a time: those of a resource that all but a few want are
 * counted. */
size_t gate_schedule_most(const struct gate_schedule *s);
/* The same in two steps, for what keeps what it holds for those that wait for it. */
void gate_schedule_open(struct gate_schedule *s, size_t item);
void gate_schedule_give_back(struct gate_schedule *s, size_t item);
/* Takes an item although it does not fit: for when nothing runs, and what is kept is
 * given back only after it, as where a suite wants what its own fixture holds. False if
 * none is ready. */
bool gate_schedule_force(struct gate_schedule *s, size_t *item);
/* Items that are taken and not over, and those not yet taken. */
size_t gate_schedule_running(const struct gate_schedule *s);
size_t gate_schedule_waiting(const struct gate_schedule *s);
/* Milliseconds from the start of the item to the end of the longest line behind it. */
uint64_t gate_schedule_path_ms(const struct gate_schedule *s, size_t item);
/*
 * Milliseconds until all is over, at least: the longest line, or the work that waits for
 * one resource. `elapsed_ms` of each item that is taken says how long it has run. False
 * where the duration of one that is not over is not known.
 */
bool gate_schedule_left_ms(struct gate_schedule *s, const uint64_t *elapsed_ms,
                           uint64_t *left_ms);

#endif
