// SPDX-License-Identifier: Apache-2.0
#include "collect/environment.h"

#include "base/str.h"

#include <string.h>

/* A growing environment: a later setting of a name takes the place of the earlier one. */
struct setting_list {
	struct arena *arena;
	const char **items;
	size_t count;
	size_t cap;
};

static size_t name_length(const char *setting)
{
	return strcspn(setting, "=");
}

static bool same_name(const char *a, const char *b)
{
	size_t length = name_length(a);

	return length == name_length(b) && strncmp(a, b, length) == 0;
}

static void put(struct setting_list *list, const char *setting)
{
	const char **slot;

	if (setting == NULL)
		return;
	for (size_t i = 0; i < list->count; i++) {
		if (same_name(list->items[i], setting)) {
			list->items[i] = setting;
			return;
		}
	}
	slot = arena_push(list->arena, &list->items, &list->count, &list->cap,
	                  sizeof(*slot));
	if (slot != NULL)
		*slot = setting;
}

/* What an outer make, git or gate left for itself, not for the project. */
static bool is_foreign(const char *setting)
{
	static const char *const names[] = { "MAKEFLAGS=",         "MFLAGS=",
		                             "MAKELEVEL=",         "MAKEOVERRIDES=",
		                             "GNUMAKEFLAGS=",      "GIT_",
		                             "SEAWORTHY_",         "TEST_SHARD_",
		                             "TEST_TOTAL_SHARDS=", "GTEST_SHARD_",
		                             "GTEST_TOTAL_SHARDS=" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_starts(setting, names[i]))
			return true;
	return false;
}

static void put_inherited(struct setting_list *list, const char *const *inherited)
{
	for (; inherited != NULL && *inherited != NULL; inherited++)
		if (strchr(*inherited, '=') != NULL && !is_foreign(*inherited))
			put(list, *inherited);
}

static void put_shard(struct setting_list *list, const struct gate_environment *e)
{
	const struct gate_shard *s = e->shard;
	struct arena *a = list->arena;

	if (s == NULL)
		return;
	put(list, arena_printf(a, "SEAWORTHY_SHARD_INDEX=%u", s->index));
	put(list, arena_printf(a, "SEAWORTHY_SHARD_TOTAL=%u", s->total));
	if (!e->splits)
		return;
	put(list, arena_printf(a, "TEST_SHARD_INDEX=%u", s->index - 1));
	put(list, arena_printf(a, "TEST_TOTAL_SHARDS=%u", s->total));
	put(list, arena_printf(a, "TEST_SHARD_STATUS_FILE=%s/shard-status", e->tmp));
	put(list, arena_printf(a, "GTEST_SHARD_INDEX=%u", s->index - 1));
	put(list, arena_printf(a, "GTEST_TOTAL_SHARDS=%u", s->total));
	put(list, arena_printf(a, "GTEST_SHARD_STATUS_FILE=%s/shard-status", e->tmp));
}

static void put_own(struct setting_list *list, const struct gate_environment *e)
{
	struct arena *a = list->arena;

	put(list, "LC_ALL=C.UTF-8");
	put(list, "TZ=UTC");
	put(list, arena_printf(a, "TMPDIR=%s", e->tmp));
	put(list, "SEAWORTHY=1");
	put(list, arena_printf(a, "SEAWORTHY_ROOT=%s", e->root));
	put(list, arena_printf(a, "SEAWORTHY_SCRATCH=%s", e->scratch));
	put(list, arena_printf(a, "SEAWORTHY_JOBS=%zu", e->jobs));
	put(list, arena_printf(a, "SEAWORTHY_SUITE=%s", e->suite));
	if (!e->build)
		return;
	put(list, arena_printf(a, "MAKEFLAGS=-j%zu", e->jobs));
	put(list, arena_printf(a, "CMAKE_BUILD_PARALLEL_LEVEL=%zu", e->jobs));
	put(list, arena_printf(a, "CARGO_BUILD_JOBS=%zu", e->jobs));
}

const char *const *gate_environment_make(struct arena *a,
                                         const struct gate_environment *e)
{
	struct setting_list list = { .arena = a };
	const char **end;

	put_inherited(&list, e->inherited);
	put_own(&list, e);
	put_shard(&list, e);
	for (size_t i = 0; e->given != NULL && i < e->given->count; i++)
		put(&list, e->given->items[i]);
	for (size_t i = 0; e->own != NULL && i < e->own->count; i++)
		put(&list, e->own->items[i]);
	/* The list ends in the zeroed element that this adds. */
	end = arena_push(a, &list.items, &list.count, &list.cap, sizeof(*end));
	return end != NULL && arena_ok(a) ? list.items : NULL;
}
