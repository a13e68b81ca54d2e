// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SCHEDULE_INTERNAL_H
#define GATE_SCHEDULE_INTERNAL_H

#include "collect/schedule.h"

/* schedule.c takes items; schedule_safe.c knows what keepers may come to hold. */

enum schedule_state { WAITING, TAKEN, OVER };

struct schedule_pool {
	const char *name;
	uint64_t capacity;
	uint64_t used;
	uint64_t kept;  /* by ready items that did not fit, within one look */
	size_t wanting; /* items that want some of it; of them those that still wait */
	size_t waiting;
	double work; /* that is left of it, in milliseconds, within one look */
};

/* A demand as an index into pools, cut to what there is. */
struct schedule_want {
	size_t pool;
	uint64_t amount;
};

struct schedule_node {
	const struct gate_schedule_item *item;
	struct schedule_want *wants;
	size_t *behind; /* items that wait for this one */
	size_t behind_count;
	size_t blockers; /* items that it still waits for */
	uint64_t path_ms;
	enum schedule_state state;
	bool holds; /* a keeper: from when it is taken until it gives back */
	bool given; /* and since then */
};

struct gate_schedule {
	struct schedule_node *nodes;
	size_t count;
	size_t *order; /* all items, the most urgent first */
	size_t first;  /* of the order that still waits: before it nobody does */
	struct schedule_pool *pools;
	size_t pool_count;
	size_t pool_cap;
	size_t *kept; /* pools of which some is kept */
	size_t kept_count;
	/* Of items that come before each (row: item): is it a keeper? NULL: there is
	 * none.
	 */
	bool *before;
	struct schedule_trial *trial; /* room for it */
	size_t running;
	size_t waiting;
};

/* Makes room where there are keepers; false without memory. After the graph. */
bool schedule_safe_init(struct gate_schedule *s, struct arena *a);

/* Does the keeper come somewhere before the item? */
bool schedule_is_before(const struct gate_schedule *s, size_t keeper, size_t item);

/*
 * May the keeper be taken, so that all that are held then can still be given back one
 * after the other, with nobody beside a holder of what he wants himself? What one item
 * and all that it needs want of a resource may be more than there is: that is its own
 * matter, and harms nobody else.
 */
bool schedule_is_safe(struct gate_schedule *s, size_t keeper);

/* Can the item fit while those are held that are held now by others than its own? */
bool schedule_could_fit(const struct gate_schedule *s, size_t item);

#endif
