// SPDX-License-Identifier: Apache-2.0
#ifndef CHUNK_GEAR_H
#define CHUNK_GEAR_H

#include <stddef.h>
#include <stdint.h>

/*
 * The rolling hash of the chunker: h = 2h + table[byte] (mod 2^64), so that h is made of
 * the last 64 bytes alone.
 */
struct lb_key;

enum { LB_GEAR_WINDOW = 64, LB_GEAR_TABLE = 256 };

void lb_gear_table(uint64_t table[LB_GEAR_TABLE], const struct lb_key *chunker_key);

/*
 * The first position p with from <= p < to where the hash of the bytes before p is below
 * `limit`, or `to` if there is none. `from` is at least LB_GEAR_WINDOW.
 */
typedef size_t lb_gear_scan_fn(const uint64_t table[LB_GEAR_TABLE],
                               const unsigned char *data, size_t from, size_t to,
                               uint64_t limit);
/* As the format says it, a byte at a time. */
lb_gear_scan_fn lb_gear_scan_plain;
/* The same result in half the time. */
lb_gear_scan_fn lb_gear_scan;

#endif
