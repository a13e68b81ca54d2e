// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Little-endian wire formats (docs/format.md, section 1).
 *
 * Reading: a bounds-checked cursor over borrowed bytes with sticky failure. After the
 * first short or malformed read every further read gives 0 or an empty span, and wire_ok
 * and wire_end tell. So a decoder reads many times and checks once; but a length that
 * drives an allocation or a loop is compared with its limit after wire_ok.
 *
 * Writing: into a struct buf, which has sticky failure itself.
 */
struct wire {
	const unsigned char *at;
	size_t left;
	int last_tag; /* of the fields read so far; -1 before the first */
	bool bad;
};

void wire_init(struct wire *w, struct span data);
/* No read has failed. */
bool wire_ok(const struct wire *w);
/* No read has failed and nothing is left: how a structure ends. */
bool wire_end(const struct wire *w);
/* For decoders that find a bad value: as if a read had failed. */
void wire_fail(struct wire *w);

uint8_t wire_u8(struct wire *w);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
uint64_t wire_u64(struct wire *w);
int64_t wire_i64(struct wire *w);
/* Unsigned LEB128; fails on any but the shortest form, and above 64 bits. */
uint64_t wire_varint(struct wire *w);
int64_t wire_svarint(struct wire *w);
/* The next n bytes, borrowed. */
struct span wire_take(struct wire *w, size_t n);
/* The same, copied; zeros after a failure. */
void wire_copy(struct wire *w, void *out, size_t n);
/* A varint length and that many bytes, borrowed. */
struct span wire_bytes(struct wire *w);
/* All that is left, borrowed. */
struct span wire_rest(struct wire *w);
/* Fails unless the next n bytes are these. */
bool wire_magic(struct wire *w, const char *magic, size_t n);
/* Fails unless the next n bytes are zero. */
void wire_zeros(struct wire *w, size_t n);

/* Fields: tags ascend, so none repeats. */
struct wire_field {
	uint8_t tag;
	struct span value;
};

/* False at the end and after a failure; wire_end tells which. */
bool wire_field(struct wire *w, struct wire_field *f);
/* For a tag that the decoder does not know: those from 128 on must be known. */
void wire_field_unknown(struct wire *w, const struct wire_field *f);
/* The value as a whole; another length fails `w`. */
uint8_t wire_field_u8(struct wire *w, const struct wire_field *f);
uint32_t wire_field_u32(struct wire *w, const struct wire_field *f);
uint64_t wire_field_u64(struct wire *w, const struct wire_field *f);
int64_t wire_field_i64(struct wire *w, const struct wire_field *f);
uint64_t wire_field_varint(struct wire *w, const struct wire_field *f);
void wire_field_copy(struct wire *w, const struct wire_field *f, void *out, size_t n);

void wire_put_u8(struct buf *b, uint8_t v);
void wire_put_u16(struct buf *b, uint16_t v);
void wire_put_u32(struct buf *b, uint32_t v);
void wire_put_u64(struct buf *b, uint64_t v);
void wire_put_i64(struct buf *b, int64_t v);
void wire_put_varint(struct buf *b, uint64_t v);
void wire_put_svarint(struct buf *b, int64_t v);
/* n bytes as they are. */
void wire_put_raw(struct buf *b, const void *bytes, size_t n);
void wire_put_zeros(struct buf *b, size_t n);
/* A varint length and the bytes. */
void wire_put_bytes(struct buf *b, struct span s);

/* A field, also if it is empty. */
void wire_put_field(struct buf *b, uint8_t tag, struct span value);
/* Fields that are left out when they have the natural default: empty or 0. */
void wire_put_field_some(struct buf *b, uint8_t tag, struct span value);
void wire_put_field_u8(struct buf *b, uint8_t tag, uint8_t v);
void wire_put_field_u32(struct buf *b, uint8_t tag, uint32_t v);
void wire_put_field_u64(struct buf *b, uint8_t tag, uint64_t v);
void wire_put_field_i64(struct buf *b, uint8_t tag, int64_t v);
void wire_put_field_varint(struct buf *b, uint8_t tag, uint64_t v);

/* The bytes that a varint takes: 1 to 10. */
size_t wire_varint_len(uint64_t v);
/* The same numbers in place, for formats that are not built in a buf. */
void wire_store_u32(unsigned char out[4], uint32_t v);
void wire_store_u64(unsigned char out[8], uint64_t v);
uint32_t wire_load_u32(const unsigned char in[4]);
uint64_t wire_load_u64(const unsigned char in[8]);

#endif
