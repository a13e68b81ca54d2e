// SPDX-License-Identifier: Apache-2.0
/* The text of strings that json_pick found; the scan has checked them. */
#include "lib/json.h"

#include <stdint.h>

static uint32_t hex4(struct span s, size_t at)
{
	uint32_t value = 0;

	for (size_t i = at; i < at + 4 && i < s.len; i++) {
		const char c = s.ptr[i];
		const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;

		value = value << 4 | (uint32_t)digit;
	}
	return value;
}

static void put_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(out, (char)c);
	} else if (c < 0x800) {
		buf_putc(out, (char)(0xc0 | c >> 6));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(out, (char)(0xe0 | c >> 12));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(out, (char)(0xf0 | c >> 18));
		buf_putc(out, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(out, (char)(0x80 | (c & 0x3f)));
	}
}

/* "uXXXX", or a surrogate pair of them; how many bytes that was. */
static size_t put_unicode(struct buf *out, struct span s, size_t at)
{
	uint32_t c = hex4(s, at + 1);

	if (c < 0xd800 || c >= 0xdc00) {
		put_utf8(out, c);
		return 5;
	}
	put_utf8(out, 0x10000 + ((c - 0xd800) << 10) + (hex4(s, at + 7) - 0xdc00));
	return 11;
}

static char control_of(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

static struct span inside(struct span raw)
{
	if (raw.len < 2 || raw.ptr[0] != '"')
		return SPAN_EMPTY;
	return span_sub(raw, 1, raw.len - 2);
}

void json_unescape(struct span raw, struct buf *out)
{
	struct span rest = inside(raw);

	while (rest.len > 0) {
		size_t at = span_find_byte(rest, '\\');
		size_t taken = 1;

		buf_put(out, span_sub(rest, 0, at));
		if (at + 1 >= rest.len)
			break;
		if (rest.ptr[at + 1] == 'u')
			taken = put_unicode(out, rest, at + 1);
		else
			buf_putc(out, control_of(rest.ptr[at + 1]));
		rest = span_from(rest, at + 1 + taken);
	}
}

struct span json_raw_text(struct span raw, struct buf *scratch)
{
	struct span text = inside(raw);

	if (span_find_byte(text, '\\') == text.len)
		return text;
	buf_clear(scratch);
	json_unescape(raw, scratch);
	return buf_span(scratch);
}
