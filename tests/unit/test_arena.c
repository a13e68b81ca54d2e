// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "base/mem.h"
#include "support/check.h"

#include <string.h>

TestSuite(arena, .timeout = 10);

Test(arena, memory_is_zeroed_aligned_and_apart)
{
	struct arena a = ARENA_INIT;
	char *last = NULL;

	for (size_t size = 0; size < 3000; size += 7) {
		char *p = arena_new(&a, size);

		check_not_null(p, "size %zu", size);
		check_size_eq((uintptr_t)p % _Alignof(max_align_t), 0, "aligned at %zu",
		              size);
		check_true(p != last, "own place at %zu", size);
		for (size_t i = 0; i < size; i++)
			check_true(p[i] == 0, "byte %zu of %zu", i, size);
		memset(p, 0xAA, size);
		last = p;
	}
	arena_fini(&a);
	check_size_eq(a.used, 0, "empty after fini");
}

Test(arena, a_large_piece_does_not_end_the_current_block)
{
	struct arena a = ARENA_INIT;
	char *first = arena_new(&a, 16);
	char *large = arena_new(&a, 1 << 20);
	char *next = arena_new(&a, 16);

	check_not_null(large, "large");
	memset(large, 1, 1 << 20);
	check_true(next == first + 16, "small ones stay together");
	arena_fini(&a);
}

Test(arena, copies)
{
	struct arena a = ARENA_INIT;

	check_str_eq(arena_str(&a, "text"), "text", "str");
	check_null(arena_str(&a, NULL), "str of NULL");
	check_true(arena_ok(&a), "NULL is no failure");
	check_str_eq(arena_dup(&a, span_sub(SPAN_LIT("text"), 1, 2)), "ex", "dup");
	check_str_eq(arena_dup(&a, SPAN_EMPTY), "", "dup of nothing");
	check_str_eq(arena_printf(&a, "%s-%d", "a", 7), "a-7", "printf");
	arena_fini(&a);
}

Test(arena, push_grows_an_array)
{
	struct arena a = ARENA_INIT;
	size_t *items = NULL;
	size_t count = 0;
	size_t cap = 0;

	for (size_t i = 0; i < 10000; i++) {
		size_t *item = arena_push(&a, &items, &count, &cap, sizeof(*items));

		check_not_null(item, "element %zu", i);
		check_size_eq(*item, 0, "zeroed %zu", i);
		*item = i;
	}
	check_size_eq(count, 10000, "count");
	for (size_t i = 0; i < count; i++)
		check_size_eq(items[i], i, "element");
	check_true(a.used <= 4 * 10000 * sizeof(*items), "%zu bytes used", a.used);
	arena_fini(&a);
}

Test(arena, overflow_is_a_sticky_failure)
{
	struct arena a = ARENA_INIT;
	struct err err = ERR_INIT;

	check_null(arena_array(&a, SIZE_MAX / 2, 4), "product");
	check_err(arena_err(&a, &err), ERR_NOMEM, "tells");
	check_null(arena_new(&a, 1), "sticks");
	arena_fini(&a);
	check_null(arena_new(&a, SIZE_MAX), "rounding up overflows");
	arena_fini(&a);
	check_null(arena_new(&a, SIZE_MAX - SIZE_MAX % 16), "the block's head overflows");
	arena_fini(&a);
	check_null(arena_dup(&a, span_of("x", SIZE_MAX)), "the closing NUL overflows");
	arena_fini(&a);
	check_null(arena_new(&a, SIZE_MAX - 64), "too much for the machine");
	arena_fini(&a);
	check_true(arena_ok(&a), "usable again");
}

Test(arena, an_array_that_cannot_double_fails)
{
	struct arena a = ARENA_INIT;
	char *items = NULL;
	size_t count = SIZE_MAX / 2 + 1;
	size_t cap = count;

	check_null(arena_push(&a, &items, &count, &cap, 1), "push");
	check_true(!arena_ok(&a), "told");
	check_size_eq(count, SIZE_MAX / 2 + 1, "count untouched");
	arena_fini(&a);
}

static bool build(struct arena *a)
{
	void **items = NULL;
	size_t count = 0;
	size_t cap = 0;

	for (int i = 0; i < 300; i++) {
		char **item = arena_push(a, &items, &count, &cap, sizeof(*items));

		if (item != NULL)
			*item = arena_printf(a, "item %d", i);
		(void)arena_array(a, 10, 10);
		(void)arena_str(a, "text");
	}
	(void)arena_new(a, 100000);
	return arena_ok(a);
}

Test(arena, every_allocation_may_fail)
{
	bool done = false;
	uint64_t n;

	for (n = 1; !done; n++) {
		struct arena a = ARENA_INIT;

		check_true(n < 1000, "ends");
		mem_fail_after(n);
		done = build(&a);
		mem_fail_after(0);
		arena_fini(&a);
	}
	check_true(n > 4, "%d failures were tried", (int)n);
}

Test(arena, what_is_joined_lives_on)
{
	static const size_t sizes[] = { 0, 16, 4992, 100000 };
	enum { COUNT = sizeof(sizes) / sizeof(sizes[0]) };

	for (size_t i = 0; i < (size_t)COUNT * COUNT; i++) {
		struct arena to = ARENA_INIT;
		struct arena from = ARENA_INIT;
		char *one = NULL;
		char *two = NULL;

		if (sizes[i % COUNT] > 0)
			one = memset(arena_new(&to, sizes[i % COUNT]), 1,
			             sizes[i % COUNT]);
		if (sizes[i / COUNT] > 0)
			two = memset(arena_new(&from, sizes[i / COUNT]), 2,
			             sizes[i / COUNT]);
		arena_join(&to, &from);
		check_size_eq(from.used, 0, "nothing is left");
		check_size_eq(to.used, sizes[i % COUNT] + sizes[i / COUNT], "all of it");
		check_true(arena_str(&to, "more") != NULL, "and it goes on");
		check_true(one == NULL || one[sizes[i % COUNT] - 1] == 1, "its own");
		check_true(two == NULL || two[sizes[i / COUNT] - 1] == 2, "the other's");
		arena_fini(&to);
		arena_fini(&from);
	}
}
