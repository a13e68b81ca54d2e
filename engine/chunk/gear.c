// SPDX-License-Identifier: Apache-2.0
#include "chunk/gear.h"

#include "crypto/key.h"

#include <assert.h>

/* Bytes that one turn of the fast loop takes. */
enum { STRIDE = 8 };

void lb_gear_table(uint64_t table[LB_GEAR_TABLE], const struct lb_key *chunker_key)
{
	lb_keystream(table, LB_GEAR_TABLE, chunker_key, "gear");
}

/* The hash before position `p` less its last byte: of the 63 bytes that still count. */
static uint64_t warm_up(const uint64_t *table, const unsigned char *data, size_t p)
{
	uint64_t h = 0;

	for (size_t i = p - LB_GEAR_WINDOW; i < p - 1; i++)
		h = (h << 1) + table[data[i]];
	return h;
}

size_t lb_gear_scan_plain(const uint64_t table[LB_GEAR_TABLE], const unsigned char *data,
                          size_t from, size_t to, uint64_t limit)
{
	uint64_t h;

	if (from >= to)
		return to;
	assert(from >= LB_GEAR_WINDOW);
	h = warm_up(table, data, from);
	for (size_t p = from; p < to; p++) {
		h = (h << 1) + table[data[p - 1]];
		if (h < limit)
			return p;
	}
	return to;
}

/*
 * Two bytes a step. The plain loop waits for one addition and one shift per byte. Here
 * the hash after two bytes comes straight from the hash before them,
 *
 *	h" = 4h + (2 table[a] + table[b]),
 *
 * with the bracket computed beside it, and h' = 2h + table[a] hangs off the chain. What
 * bounds the loop then are the two loads per byte.
 */
size_t lb_gear_scan(const uint64_t table[LB_GEAR_TABLE], const unsigned char *data,
                    size_t from, size_t to, uint64_t limit)
{
	uint64_t h;
	size_t p = from;

	if (from >= to)
		return to;
	assert(from >= LB_GEAR_WINDOW);
	h = warm_up(table, data, from);
	for (; to - p >= STRIDE; p += STRIDE) {
		const unsigned char *q = data + p - 1;

#pragma GCC unroll 4
		for (size_t i = 0; i < STRIDE; i += 2) {
			const uint64_t a = table[q[i]];
			const uint64_t b = table[q[i + 1]];
			const uint64_t middle = (h << 1) + a;

			h = (h << 2) + ((a << 1) + b);
			if (middle < limit)
				return p + i;
			if (h < limit)
				return p + i + 1;
		}
	}
	return lb_gear_scan_plain(table, data, p, to, limit);
}
