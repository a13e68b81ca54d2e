// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_FORMAT_H
#define PACK_FORMAT_H

#include "chunk/chunker.h" /* LB_CHUNK_MAX */
#include "crypto/seal.h"   /* LB_FORMAT_VERSION */

#include <stdint.h>

/*
 * What packs and segments have in common: limits (docs/format.md, section 12) and the
 * tables of a pack as plain values.
 */

enum {
	LB_GROUP_MAX = 16 << 20,
	LB_GROUP_CHUNKS_MAX = 65535,
	LB_PACK_MAX = 256 << 20,
	LB_PACK_CHUNKS_MAX = 1048576,
	LB_SEGMENT_ROWS_MAX = 1048576,
	LB_SEGMENT_PACKS_MAX = 65536,
	LB_LIST_NAMES_MAX = 1048576,
};

enum lb_pack_kind {
	LB_PACK_DATA = 1, /* data chunks only */
	LB_PACK_META = 2, /* trees and maps only */
};

struct lb_chunk {
	struct lb_id id;
	uint32_t length; /* 1 .. LB_CHUNK_MAX */
	uint8_t type;    /* enum lb_chunk_type */
};

/* Chunks that are compressed together. */
struct lb_group {
	uint32_t offset; /* in the body of the pack */
	uint32_t stored; /* bytes there */
	uint32_t length; /* plain: the chunks, one after the other */
	uint16_t chunks; /* how many */
	uint8_t codec;   /* enum lb_codec */
};

/* The chunks stand in the order of the groups. */
struct lb_pack_table {
	struct lb_group *groups;
	size_t group_count;
	struct lb_chunk *chunks;
	size_t chunk_count;
};

#define LB_PACK_TABLE_INIT       \
	{                        \
		NULL, 0, NULL, 0 \
	}

void lb_pack_table_fini(struct lb_pack_table *t);

/* What the index knows of a finished pack. */
struct lb_pack_info {
	struct lb_id name;
	uint64_t size;
	enum lb_pack_kind kind;
	struct lb_pack_table table;
};

/* Where one copy of a chunk is. */
struct lb_place {
	struct lb_id pack;
	uint64_t pack_size;
	uint64_t row; /* see lb_index_rows */
	uint32_t group_offset;
	uint32_t stored;
	uint32_t group_length;
	uint32_t inner; /* of the chunk, in the plain group */
	uint32_t length;
	uint8_t codec;
	uint8_t type;
	uint8_t kind; /* enum lb_pack_kind */
	bool usable;  /* false: the pack is condemned or dead */
};

/* "packs/ab/abcd..", "index/abcd..", "lists/abcd..". */
enum { LB_STORE_KEY = 6 + 3 + LB_ID_HEX };
void lb_pack_store_key(const struct lb_id *name, char out[LB_STORE_KEY]);
void lb_segment_store_key(const struct lb_id *name, char out[LB_STORE_KEY]);
void lb_list_store_key(const struct lb_id *name, char out[LB_STORE_KEY]);

#endif
