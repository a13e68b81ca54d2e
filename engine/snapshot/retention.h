// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_RETENTION_H
#define SNAPSHOT_RETENTION_H

#include "base/arena.h"
#include "snapshot/select.h"

/*
 * Which snapshots a policy keeps, and why. Pure: no clock, no zone, no storage.
 *
 * Snapshots are judged group by group, newest first by their start (equal times by id).
 * "daily 7" keeps the newest one of each of the last 7 days that have any; hourly,
 * weekly (ISO weeks), monthly and yearly likewise; "last 3" the newest three. "within"
 * keeps all that started at most so long before the newest one of the group, "within
 * daily" the newest of each day in that time. Rules add up: one reason is enough.
 *
 * Hours, days, weeks, months and years are those of the calendar in the zone that the
 * caller gives (seconds east of UTC at an instant; NULL is UTC), so a day is a local day
 * also when clocks change. Lengths of "within" are counted in that calendar as well: 1m
 * before 31 March is the last of February.
 *
 * Three kinds are kept and counted nowhere, so that they can push nothing out: pinned
 * ones; those with a time that cannot be (before 1990, more than a day after `now`, or
 * before the repository was made); those by a writer whom nobody vouches for. Partial
 * ones are kept until their group has a complete one that started later.
 */

#define LB_KEEP_ALL UINT32_MAX

/* "1y6m2w30d12h": years, months, weeks, days, hours, each at most once, in this order. */
struct lb_period {
	uint32_t years;
	uint32_t months;
	uint32_t days; /* weeks are in here */
	uint32_t hours;
};

bool lb_period_parse(struct span text, struct lb_period *out);
bool lb_period_is_zero(const struct lb_period *p);

enum lb_keep {
	LB_KEEP_LAST,
	LB_KEEP_HOURLY,
	LB_KEEP_DAILY,
	LB_KEEP_WEEKLY,
	LB_KEEP_MONTHLY,
	LB_KEEP_YEARLY,
	LB_KEEP_COUNT,
};

typedef int32_t lb_zone(int64_t seconds, void *context);

struct lb_retention {
	uint32_t keep[LB_KEEP_COUNT]; /* LB_KEEP_ALL = without end */
	/* By LB_KEEP_LAST: all of that time. */
	struct lb_period within[LB_KEEP_COUNT];
	/* The oldest that count, against a flood of new ones. */
	uint32_t oldest;
	const struct span *tags; /* as in struct lb_snapshot_filter: kept for ever */
	size_t tag_count;
	bool by_host; /* groups */
	bool by_paths;
	bool by_tags;
	lb_zone *zone;
	void *zone_context;
	int64_t now_ns;
	bool has_created; /* time of the repository's making, from its configuration */
	int64_t created_ns;
};

struct lb_retention_item {
	struct lb_snapshot_ref ref;
	bool trusted; /* its writer is known */
};

struct lb_retention_verdict {
	bool keep;
	const char *reasons; /* "last 1, daily 2026-11-22", or why it goes */
	size_t group;        /* numbered from 0 by first appearance */
};

/* Does the policy keep anything by itself? One that does not is refused below. */
bool lb_retention_is_empty(const struct lb_retention *policy);
/*
 * One verdict an item, in the same order, from the arena. ERR_USAGE for a policy that
 * keeps nothing.
 */
enum err_code lb_retention_plan(const struct lb_retention *policy,
                                const struct lb_retention_item *items, size_t count,
                                struct arena *arena, struct lb_retention_verdict **out,
                                struct err *err) ERR_CHECKED;

#endif
