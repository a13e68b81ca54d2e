// SPDX-License-Identifier: Apache-2.0
#include "base/wire.h"

#include <string.h>

enum { VARINT_MAX = 10, TAG_MUST_KNOW = 128 };

void wire_init(struct wire *w, struct span data)
{
	*w = (struct wire){
		.at = (const unsigned char *)data.ptr,
		.left = data.len,
		.last_tag = -1,
	};
}

bool wire_ok(const struct wire *w)
{
	return !w->bad;
}

bool wire_end(const struct wire *w)
{
	return !w->bad && w->left == 0;
}

void wire_fail(struct wire *w)
{
	w->bad = true;
	w->left = 0;
}

struct span wire_take(struct wire *w, size_t n)
{
	struct span s = SPAN_EMPTY;

	if (n > w->left)
		wire_fail(w);
	if (w->bad || n == 0)
		return s;
	s = span_of((const char *)w->at, n);
	w->at += n;
	w->left -= n;
	return s;
}

/* The next n bytes, NULL after a failure. */
static const unsigned char *next(struct wire *w, size_t n)
{
	return (const unsigned char *)wire_take(w, n).ptr;
}

uint8_t wire_u8(struct wire *w)
{
	const unsigned char *p = next(w, 1);

	return p == NULL ? 0 : *p;
}

uint16_t wire_u16(struct wire *w)
{
	const unsigned char *p = next(w, 2);

	if (p == NULL)
		return 0;
	return (uint16_t)(p[0] | p[1] << 8);
}

uint32_t wire_u32(struct wire *w)
{
	const unsigned char *p = next(w, 4);

	return p == NULL ? 0 : wire_load_u32(p);
}

uint64_t wire_u64(struct wire *w)
{
	const unsigned char *p = next(w, 8);

	return p == NULL ? 0 : wire_load_u64(p);
}

int64_t wire_i64(struct wire *w)
{
	const uint64_t bits = wire_u64(w);
	int64_t v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

uint64_t wire_varint(struct wire *w)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < VARINT_MAX; i++) {
		const unsigned char *p = next(w, 1);

		if (p == NULL)
			return 0;
		/* The tenth byte has room for one bit; a last byte of 0 adds nothing. */
		if ((i == VARINT_MAX - 1 && *p > 1) || (i > 0 && *p == 0))
			break;
		v |= (uint64_t)(*p & 0x7f) << (7 * i);
		if (*p < 0x80)
			return v;
	}
	wire_fail(w);
	return 0;
}

int64_t wire_svarint(struct wire *w)
{
	const uint64_t zigzag = wire_varint(w);
	const uint64_t bits = (zigzag >> 1) ^ (0 - (zigzag & 1));
	int64_t v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

void wire_copy(struct wire *w, void *out, size_t n)
{
	const unsigned char *p = next(w, n);

	if (p != NULL)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

struct span wire_bytes(struct wire *w)
{
	const uint64_t n = wire_varint(w);

	if (n > w->left) {
		wire_fail(w);
		return SPAN_EMPTY;
	}
	return wire_take(w, (size_t)n);
}

struct span wire_rest(struct wire *w)
{
	return wire_take(w, w->left);
}

bool wire_magic(struct wire *w, const char *magic, size_t n)
{
	const unsigned char *p = next(w, n);

	if (p == NULL || memcmp(p, magic, n) != 0)
		wire_fail(w);
	return !w->bad;
}

void wire_zeros(struct wire *w, size_t n)
{
	const unsigned char *p = next(w, n);

	for (size_t i = 0; p != NULL && i < n; i++)
		if (p[i] != 0) {
			wire_fail(w);
			return;
		}
}

bool wire_field(struct wire *w, struct wire_field *f)
{
	*f = (struct wire_field){ 0, SPAN_EMPTY };
	if (w->bad || w->left == 0)
		return false;
	f->tag = wire_u8(w);
	f->value = wire_bytes(w);
	if ((int)f->tag <= w->last_tag)
		wire_fail(w);
	w->last_tag = (int)f->tag;
	return !w->bad;
}

void wire_field_unknown(struct wire *w, const struct wire_field *f)
{
	if (f->tag >= TAG_MUST_KNOW)
		wire_fail(w);
}

/* What the value's own cursor found out counts for the structure. */
static void whole(struct wire *w, const struct wire *value)
{
	if (!wire_end(value))
		wire_fail(w);
}

uint8_t wire_field_u8(struct wire *w, const struct wire_field *f)
{
	struct wire value;
	uint8_t v;

	wire_init(&value, f->value);
	v = wire_u8(&value);
	whole(w, &value);
	return v;
}

uint32_t wire_field_u32(struct wire *w, const struct wire_field *f)
{
	struct wire value;
	uint32_t v;

	wire_init(&value, f->value);
	v = wire_u32(&value);
	whole(w, &value);
	return v;
}

uint64_t wire_field_u64(struct wire *w, const struct wire_field *f)
{
	struct wire value;
	uint64_t v;

	wire_init(&value, f->value);
	v = wire_u64(&value);
	whole(w, &value);
	return v;
}

int64_t wire_field_i64(struct wire *w, const struct wire_field *f)
{
	struct wire value;
	int64_t v;

	wire_init(&value, f->value);
	v = wire_i64(&value);
	whole(w, &value);
	return v;
}

uint64_t wire_field_varint(struct wire *w, const struct wire_field *f)
{
	struct wire value;
	uint64_t v;

	wire_init(&value, f->value);
	v = wire_varint(&value);
	whole(w, &value);
	return v;
}

void wire_field_copy(struct wire *w, const struct wire_field *f, void *out, size_t n)
{
	struct wire value;

	wire_init(&value, f->value);
	wire_copy(&value, out, n);
	whole(w, &value);
}
