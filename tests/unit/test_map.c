// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/map_internal.h"
#include "base/mem.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(map, .timeout = 10);

static int values[2000];

static struct span key_of(char text[24], int i)
{
	(void)snprintf(text, 24, "key-%d", i);
	return span_str(text);
}

Test(map, an_empty_map_has_nothing)
{
	struct map m = MAP_INIT;
	size_t at = 0;
	struct span key;
	void *value;

	check_null(map_get(&m, SPAN_LIT("a")), "get");
	check_true(!map_has(&m, SPAN_LIT("a")), "has");
	check_true(!map_remove(&m, SPAN_LIT("a")), "remove");
	check_true(!map_next(&m, &at, &key, &value), "next");
	map_fini(&m);
}

Test(map, keys_are_bytes_and_values_may_be_null)
{
	struct map m = MAP_INIT;
	char text[] = "key";

	check_true(map_set(&m, span_str(text), &values[1]), "set");
	text[0] = 'X';
	check_true(map_get(&m, SPAN_LIT("key")) == &values[1], "the key was copied");
	check_true(map_set(&m, SPAN_LIT("key"), NULL), "replace by NULL");
	check_true(map_has(&m, SPAN_LIT("key")), "there, with NULL");
	check_true(map_set(&m, SPAN_EMPTY, &values[2]), "empty key");
	check_true(map_set(&m, SPAN_LIT("a\0b"), &values[3]), "key with NUL");
	check_true(map_get(&m, SPAN_LIT("a\0b")) == &values[3], "key with NUL found");
	check_true(!map_has(&m, SPAN_LIT("a")), "its start is another key");
	check_true(map_get(&m, span_str("")) == &values[2], "empty key found");
	check_size_eq(m.count, 3, "count");
	map_fini(&m);
}

/* Against a plain array, through growth, replacement and removal in a scattered order. */
Test(map, agrees_with_a_model)
{
	struct map m = MAP_INIT;
	bool model[2000] = { false };
	size_t count = 0;
	uint64_t state = 42;
	char text[24];

	for (int step = 0; step < 40000; step++) {
		size_t i;

		state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
		i = (size_t)(state >> 33) % 2000;
		if ((state >> 62) != 0) {
			check_true(map_set(&m, key_of(text, (int)i), &values[i]),
			           "set %zu", i);
			count += !model[i];
			model[i] = true;
		} else {
			check_int_eq(map_remove(&m, key_of(text, (int)i)), model[i],
			             "remove %zu", i);
			count -= model[i];
			model[i] = false;
		}
		check_size_eq(m.count, count, "count at step %d", step);
	}
	for (int i = 0; i < 2000; i++)
		check_true(map_get(&m, key_of(text, i)) == (model[i] ? &values[i] : NULL),
		           "key %d", i);
	map_fini(&m);
}

Test(map, next_visits_each_once)
{
	struct map m = MAP_INIT;
	int seen[2000] = { 0 };
	size_t at = 0;
	size_t visits = 0;
	struct span key;
	void *value;
	char text[24];

	for (int i = 0; i < 2000; i++)
		check_true(map_set(&m, key_of(text, i), &values[i]), "set %d", i);
	while (map_next(&m, &at, &key, &value)) {
		size_t i = (size_t)((int *)value - values);

		check_true(span_eq(key, key_of(text, (int)i)), "key of %zu", i);
		seen[i]++;
		visits++;
	}
	check_size_eq(visits, 2000, "visits");
	for (int i = 0; i < 2000; i++)
		check_int_eq(seen[i], 1, "key %d", i);
	map_fini(&m);
}

/* Key 00..0f and input 00, 00 01, ..., computed by an independent SipHash-1-3 whose 2-4
 * variant gives the published a129ca6149be45e5 for 15 bytes. */
Test(map, siphash_vectors)
{
	static const uint64_t expected[] = {
		UINT64_C(0xabac0158050fc4dc), UINT64_C(0xc9f49bf37d57ca93),
		UINT64_C(0x82cb9b024dc7d44d), UINT64_C(0x8bf80ab8e7ddf7fb),
		UINT64_C(0xcf75576088d38328), UINT64_C(0xdef9d52f49533b67),
		UINT64_C(0xc50d2b50c59f22a7), UINT64_C(0xd3927d989bb11140),
		UINT64_C(0x369095118d299a8e), UINT64_C(0x25a48eb36c063de4),
		UINT64_C(0x79de85ee92ff097f), UINT64_C(0x70c118c1f94dc352),
		UINT64_C(0x78a384b157b4d9a2), UINT64_C(0x306f760c1229ffa7),
		UINT64_C(0x605aa111c0f95d34), UINT64_C(0xd320d86d2a519956),
		UINT64_C(0xcc4fdd1a7d908b66), UINT64_C(0x9cf2689063dbd80c),
		UINT64_C(0x8ffc389cb473e63e), UINT64_C(0xf21f9de58d297d1c),
	};
	const uint64_t key[2] = { UINT64_C(0x0706050403020100),
		                  UINT64_C(0x0f0e0d0c0b0a0908) };
	char input[64];

	for (size_t len = 0; len < sizeof(expected) / sizeof(expected[0]); len++) {
		input[len] = (char)len;
		check_u64_eq(map_siphash(key, span_of(input, len)), expected[len],
		             "%zu bytes", len);
	}
}

Test(map, hash_is_steady_within_the_process)
{
	check_true(map_hash(SPAN_LIT("a")) == map_hash(SPAN_LIT("a")), "same key");
	check_true(map_hash(SPAN_LIT("a")) != map_hash(SPAN_LIT("b")), "other key");
}

static bool fill(struct map *m)
{
	char text[24];

	for (int i = 0; i < 100; i++)
		if (!map_set(m, key_of(text, i), &values[i]))
			return false;
	return true;
}

Test(map, every_allocation_may_fail)
{
	bool done = false;

	for (uint64_t n = 1; !done; n++) {
		struct map m = MAP_INIT;
		size_t before;
		char text[24];

		check_true(n < 1000, "ends");
		mem_fail_after(n);
		done = fill(&m);
		mem_fail_after(0);
		before = m.count;
		for (size_t i = 0; i < before; i++)
			check_true(map_get(&m, key_of(text, (int)i)) == &values[i],
			           "key %zu survives failure %d", i, (int)n);
		check_true(fill(&m), "goes on after failure %d", (int)n);
		check_size_eq(m.count, 100, "count after failure %d", (int)n);
		map_fini(&m);
	}
}
