// SPDX-License-Identifier: Apache-2.0
#include "binary.h"

#include <stdint.h>

enum { LOOKED_AT = 8192 };

enum scan_encoding scan_encoding_of(struct span data)
{
	if (span_starts(data, SPAN_LIT("\xFF\xFE")) ||
	    span_starts(data, SPAN_LIT("\xFE\xFF")))
		return SCAN_UTF16;
	data = span_sub(data, 0, LOOKED_AT);
	return span_find_byte(data, '\0') == data.len ? SCAN_BYTES : SCAN_BINARY;
}

static void put_utf8(struct buf *out, uint32_t c)
{
	char bytes[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0x00, 0xC0, 0xE0, 0xF0 };

	for (size_t i = n; i-- > 1; c >>= 6)
		bytes[i] = (char)(0x80 | (c & 0x3F));
	bytes[0] = (char)(lead[n] | c);
	buf_put(out, span_of(bytes, n));
}

static uint32_t unit_at(struct span data, size_t at, bool big)
{
	uint32_t first = (unsigned char)data.ptr[at];
	uint32_t second = (unsigned char)data.ptr[at + 1];

	return big ? first << 8 | second : second << 8 | first;
}

void scan_utf16_decode(struct span data, struct buf *out)
{
	bool big = data.len > 0 && (unsigned char)data.ptr[0] == 0xFE;

	for (size_t at = 2; at < data.len; at += 2) {
		uint32_t c = data.len - at < 2 ? 0xFFFD : unit_at(data, at, big);
		uint32_t low = data.len - at < 4 ? 0 : unit_at(data, at + 2, big);

		if (c >= 0xD800 && c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
			at += 2;
		} else if (c >= 0xD800 && c < 0xE000) {
			c = 0xFFFD;
		}
		put_utf8(out, c);
	}
}
