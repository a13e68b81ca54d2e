// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"

enum { VARINT_MAX = 10 };

uint32_t wire_load_u32(const unsigned char in[4])
{
	return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 |
	       (uint32_t)in[3] << 24;
}

uint64_t wire_load_u64(const unsigned char in[8])
{
	return (uint64_t)wire_load_u32(in) | (uint64_t)wire_load_u32(in + 4) << 32;
}

void wire_store_u32(unsigned char out[4], uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (unsigned char)(v >> (8 * i));
}

void wire_store_u64(unsigned char out[8], uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (unsigned char)(v >> (8 * i));
}

void wire_put_raw(struct buf *b, const void *bytes, size_t n)
{
	buf_put(b, span_of(bytes, n));
}

void wire_put_zeros(struct buf *b, size_t n)
{
	buf_fill(b, '\0', n);
}

void wire_put_u8(struct buf *b, uint8_t v)
{
	wire_put_raw(b, &v, sizeof(v));
}

void wire_put_u16(struct buf *b, uint16_t v)
{
	const unsigned char bytes[2] = { (unsigned char)v, (unsigned char)(v >> 8) };

	wire_put_raw(b, bytes, sizeof(bytes));
}

void wire_put_u32(struct buf *b, uint32_t v)
{
	unsigned char bytes[4];

	wire_store_u32(bytes, v);
	wire_put_raw(b, bytes, sizeof(bytes));
}

void wire_put_u64(struct buf *b, uint64_t v)
{
	unsigned char bytes[8];

	wire_store_u64(bytes, v);
	wire_put_raw(b, bytes, sizeof(bytes));
}

void wire_put_i64(struct buf *b, int64_t v)
{
	wire_put_u64(b, (uint64_t)v);
}

size_t wire_varint_len(uint64_t v)
{
	size_t n = 1;

	for (; v >= 0x80; v >>= 7)
		n++;
	return n;
}

void wire_put_varint(struct buf *b, uint64_t v)
{
	unsigned char bytes[VARINT_MAX];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (unsigned char)(v | 0x80);
	bytes[n++] = (unsigned char)v;
	wire_put_raw(b, bytes, n);
}

void wire_put_svarint(struct buf *b, int64_t v)
{
	const uint64_t sign = v < 0 ? UINT64_MAX : 0;

	wire_put_varint(b, (uint64_t)v << 1 ^ sign);
}

void wire_put_bytes(struct buf *b, struct span s)
{
	wire_put_varint(b, s.len);
	buf_put(b, s);
}

void wire_put_field(struct buf *b, uint8_t tag, struct span value)
{
	wire_put_u8(b, tag);
	wire_put_bytes(b, value);
}

void wire_put_field_some(struct buf *b, uint8_t tag, struct span value)
{
	if (value.len > 0)
		wire_put_field(b, tag, value);
}

void wire_put_field_u8(struct buf *b, uint8_t tag, uint8_t v)
{
	if (v == 0)
		return;
	wire_put_u8(b, tag);
	wire_put_varint(b, sizeof(v));
	wire_put_u8(b, v);
}

void wire_put_field_u32(struct buf *b, uint8_t tag, uint32_t v)
{
	if (v == 0)
		return;
	wire_put_u8(b, tag);
	wire_put_varint(b, sizeof(v));
	wire_put_u32(b, v);
}

void wire_put_field_u64(struct buf *b, uint8_t tag, uint64_t v)
{
	if (v == 0)
		return;
	wire_put_u8(b, tag);
	wire_put_varint(b, sizeof(v));
	wire_put_u64(b, v);
}

void wire_put_field_i64(struct buf *b, uint8_t tag, int64_t v)
{
	wire_put_field_u64(b, tag, (uint64_t)v);
}

void wire_put_field_varint(struct buf *b, uint8_t tag, uint64_t v)
{
	if (v == 0)
		return;
	wire_put_u8(b, tag);
	wire_put_varint(b, wire_varint_len(v));
	wire_put_varint(b, v);
}
