// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_RUN_INTERNAL_H
#define PACK_RUN_INTERNAL_H

#include "pack/run.h"

#include <string.h>

/*
 * The file, in pages of 4,096 bytes: 4,088 of content and a check. Page 0 is the header,
 * then come five sections of equal elements that never straddle a page. Numbers that only
 * this machine reads are in its own byte order; another one finds no header that it
 * knows.
 *
 *   segments | packs | rows | buckets | filter
 *
 * Ids are keyed hashes, so they are spread evenly: the top bits of a prefix tell the
 * bucket (8 to 16 rows) and the block of the filter, and both ascend with the rows, so
 * everything can be written in one pass. A block of the filter is one cache line of 512
 * bits, 12 for each row; PROBES of them are set.
 */
enum {
	RUN_PAGE = 4096,
	RUN_CONTENT = RUN_PAGE - 8,
	RUN_PACK_BYTES = 56,
	RUN_BLOCK = 64,
	RUN_BITS_PER_ROW = 12,
	RUN_PROBES = 7,
	RUN_VERSION = 1,
};

enum run_section {
	RUN_SEGMENTS,
	RUN_PACKS,
	RUN_ROWS,
	RUN_BUCKETS,
	RUN_FILTER,
	RUN_SECTIONS
};

static inline uint32_t run_element(enum run_section s)
{
	static const uint32_t sizes[] = { LB_ID, RUN_PACK_BYTES, LB_ROW_BYTES, 4,
		                          RUN_BLOCK };

	return sizes[s];
}

/* Elements on a page. */
static inline uint32_t run_per_page(enum run_section s)
{
	static const uint32_t counts[] = { RUN_CONTENT / LB_ID,
		                           RUN_CONTENT / RUN_PACK_BYTES,
		                           RUN_CONTENT / LB_ROW_BYTES, RUN_CONTENT / 4,
		                           RUN_CONTENT / RUN_BLOCK };

	return counts[s];
}

struct run_layout {
	uint64_t count[RUN_SECTIONS];
	uint64_t page[RUN_SECTIONS]; /* the first of each section */
	uint64_t pages;              /* of the file */
	uint32_t bucket_bits;
};

/* For at most so many; the counts are those of a full file. */
void run_layout_init(struct run_layout *l, const struct lb_run_size *most);
uint64_t run_page_check(const unsigned char content[RUN_CONTENT], uint64_t number);

static inline uint64_t run_load(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The first eight bytes as a number that sorts as they do. */
static inline uint64_t run_high(const unsigned char prefix[LB_PREFIX])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | prefix[i];
	return v;
}

static inline uint64_t run_bucket(uint64_t high, uint32_t bits)
{
	return bits == 0 ? 0 : high >> (64 - bits);
}

static inline uint64_t run_block(uint64_t high, uint64_t blocks)
{
	return (high >> 32) * blocks >> 32;
}

#endif
