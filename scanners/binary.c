// SPDX-License-Identifier: Apache-2.0
#include "binary.h"

#include <stdint.h>
#include <string.h>

/* One control character in so many bytes of text with a NUL in it: a tar archive of text
 * has about one in twenty, what is compressed or compiled more. */
enum { LOOKED_AT = 8192, STRAY = 32, UNITS_MIN = 8 };

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 ? strchr("\t\n\v\f\r\x1b", c) == NULL || c == '\0'
	                               : c == 0x7F;
}

static bool has_mark(struct span data)
{
	return span_starts(data, SPAN_LIT("\xFF\xFE")) ||
	       span_starts(data, SPAN_LIT("\xFE\xFF"));
}

/* Formats whose first 8 KiB may be a text about what follows: XMP in a picture, the
 * objects of a PDF. */
static bool is_picture(struct span data)
{
	static const struct span starts[] = {
		{ "\xFF\xD8\xFF", 3 }, { "\x89PNG\r\n", 6 }, { "GIF8", 4 },
		{ "RIFF", 4 },         { "%PDF-", 5 },       { "II*\0", 4 },
		{ "MM\0*", 4 },
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (span_starts(data, starts[i]))
			return true;
	return false;
}

/* UTF-16 without its mark, as far as text in Latin letters shows it: one half of three
 * units of four is zero, the same half, and the other one never is. */
static bool is_unmarked(struct span data, bool big)
{
	size_t high = big ? 0 : 1;
	size_t latin = 0;

	for (size_t i = 0; i + 1 < data.len; i += 2) {
		char letter = data.ptr[i + 1 - high];

		if (letter == '\0' || (data.ptr[i + high] == '\0' && is_control(letter)))
			return false;
		latin += data.ptr[i + high] == '\0';
	}
	return data.len >= 2 * UNITS_MIN && latin >= data.len / 2 - data.len / 8;
}

enum scan_encoding scan_encoding_of(struct span data)
{
	size_t controls = 0;

	if (has_mark(data))
		return SCAN_UTF16;
	data = span_sub(data, 0, LOOKED_AT);
	if (span_find_byte(data, '\0') == data.len)
		return SCAN_BYTES;
	if (is_picture(data))
		return SCAN_BINARY;
	if (is_unmarked(data, false) || is_unmarked(data, true))
		return SCAN_UTF16;
	for (size_t i = 0; i < data.len; i++)
		controls += is_control(data.ptr[i]);
	return controls <= data.len / STRAY ? SCAN_BYTES : SCAN_BINARY;
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
	bool mark = has_mark(data);
	bool big = mark ? (unsigned char)data.ptr[0] == 0xFE
	                : is_unmarked(span_sub(data, 0, LOOKED_AT), true);

	for (size_t at = mark ? 2 : 0; at < data.len; at += 2) {
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
