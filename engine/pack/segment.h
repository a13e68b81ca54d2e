// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_SEGMENT_H
#define PACK_SEGMENT_H

#include "base/buf.h"
#include "pack/format.h"

/*
 * Index segments (docs/format.md, section 6): what the tables of some packs say, sorted
 * by id. A segment in the making is a set of packs; a stored one is read in place.
 */

#define LB_PREFIX 16 /* bytes of an id that the index keeps */

struct lb_row {
	unsigned char prefix[LB_PREFIX];
	uint32_t pack; /* position in the table of packs */
	uint32_t group_offset;
	uint32_t stored;
	uint32_t group_length;
	uint32_t inner;
	uint32_t length;
	uint8_t codec;
	uint8_t type;
};

#define LB_ROW_BYTES 40
void lb_row_encode(const struct lb_row *r, unsigned char out[LB_ROW_BYTES]);
void lb_row_decode(const unsigned char in[LB_ROW_BYTES], struct lb_row *r);
/* By prefix, then pack, group offset and inner offset. */
int lb_row_cmp(const struct lb_row *a, const struct lb_row *b);
void lb_rows_sort(struct lb_row *rows, size_t count);
/* A row for each chunk of the pack, in the order of its table. */
void lb_rows_of_pack(const struct lb_pack_info *info, uint32_t pack, struct lb_row *out);

struct lb_segment_pack {
	struct lb_id name;
	uint64_t size;
	uint32_t kind; /* enum lb_pack_kind */
	uint32_t chunks;
};

struct lb_segment {
	struct lb_segment_pack *packs;
	size_t pack_count;
	size_t pack_cap;
	struct lb_row *rows;
	size_t row_count;
	size_t row_cap;
};

#define LB_SEGMENT_INIT                \
	{                              \
		NULL, 0, 0, NULL, 0, 0 \
	}

void lb_segment_fini(struct lb_segment *s);
/* Forgets the packs, keeps the memory. */
void lb_segment_clear(struct lb_segment *s);
/* Does the pack still fit within the limits of one segment? */
bool lb_segment_fits(const struct lb_segment *s, const struct lb_pack_info *info);
/* ERR_LIMIT if not. */
enum err_code lb_segment_add(struct lb_segment *s, const struct lb_pack_info *info,
                             struct err *err) ERR_CHECKED;
/* The plaintext, to be sealed by lb_object_seal; sorts the rows. `out` is cleared. */
enum err_code lb_segment_encode(struct lb_segment *s, struct buf *out,
                                struct err *err) ERR_CHECKED;

/* A segment's plaintext, checked as a whole and read in place (borrowed). */
struct lb_segment_view {
	size_t pack_count;
	size_t row_count;
	const unsigned char *packs;
	const unsigned char *rows;
};

/* The most bytes that a segment's plaintext can have. */
#define LB_SEGMENT_PLAIN_MAX \
	(8 + (uint64_t)LB_SEGMENT_PACKS_MAX * 48 + (uint64_t)LB_SEGMENT_ROWS_MAX * 40)

/* ERR_CORRUPT unless every row is in order, within the limits and of a pack of the right
 * kind. */
enum err_code lb_segment_view_init(struct span plain, struct lb_segment_view *out,
                                   struct err *err) ERR_CHECKED;
void lb_segment_view_pack(const struct lb_segment_view *v, size_t i,
                          struct lb_segment_pack *out);
void lb_segment_view_row(const struct lb_segment_view *v, size_t i, struct lb_row *out);
/* Adds to an empty segment those packs of another one that are chosen, by position, as
 * the other one tells of them. */
enum err_code lb_segment_copy(struct lb_segment *s, const struct lb_segment_view *from,
                              const bool *chosen, struct err *err) ERR_CHECKED;

#endif
