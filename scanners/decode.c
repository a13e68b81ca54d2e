// SPDX-License-Identifier: Apache-2.0
#include "decode.h"

#include <stdint.h>

enum {
	HEX_MIN = 32,    /* 16 bytes */
	PERCENT_MIN = 3, /* percent signs in a run */
	PERCENT_BACK = 2048,
	PROBE = 12, /* bytes of Base64 that are decoded to see whether it is text */
	RUN_MAX = 4 << 20,
};

const char *scan_coding_name(enum scan_coding c)
{
	static const char *const names[] = { "base64", "hex", "percent" };

	return names[c];
}

/* ---- digits ---- */

/* One bit a byte. */
struct byte_set {
	uint64_t bits[2]; /* of 0 to 63, and of 64 to 127 */
};

static inline bool has_byte(const struct byte_set *set, char c)
{
	const unsigned char u = (unsigned char)c;

	return u < 128 && (set->bits[u / 64] >> (u % 64) & 1) != 0;
}

#define BIT(c) (UINT64_C(1) << ((c) % 64))

/* What is printed in ASCII but for quotes, brackets and the like. */
static const struct byte_set url_set = {
	{ ~UINT64_C(0x1FFFFFFFF) &
	          ~(BIT('"') | BIT('\'') | BIT('<') | BIT('>') | BIT('(') | BIT(')')),
	  ~(BIT('`') | BIT('\\') | BIT('{') | BIT('}') | BIT('|') | BIT('\x7F')) }
};

/* Their values, and 64 for what is no digit of Base64. */
static const unsigned char base64_value[256] = {
	/* clang-format off */
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 62, 64, 63,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
	64,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
	64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
	/* clang-format on */
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void scan_base64_decode(struct span encoded, struct buf *out)
{
	unsigned bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < encoded.len; i++) {
		unsigned digit = base64_value[(unsigned char)encoded.ptr[i]];

		if (digit > 63)
			return;
		bits = (bits << 6 | digit) & 0xFFFFFF;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_putc(out, (char)(bits >> have & 0xFF));
	}
}

static void hex_decode(struct span encoded, struct buf *out)
{
	for (size_t i = 0; i + 1 < encoded.len; i += 2) {
		const int high = hex_digit(encoded.ptr[i]);
		const int low = hex_digit(encoded.ptr[i + 1]);

		if (high < 0 || low < 0)
			return;
		buf_putc(out, (char)(high << 4 | low));
	}
}

/* ---- is it text? ---- */

static bool is_text_byte(char c)
{
	return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t' ||
	       (unsigned char)c >= 0x80;
}

/* UTF-16 of one byte letters: every second byte is zero, from `from` on. */
static bool is_wide(struct span s, size_t from)
{
	for (size_t i = from; i < s.len; i += 2) {
		if (s.ptr[i] != '\0')
			return false;
	}
	return s.len >= 4;
}

static void narrow(struct buf *b, size_t zeros)
{
	size_t kept = 0;

	for (size_t i = 1 - zeros; i < b->len; i += 2)
		b->ptr[kept++] = b->ptr[i];
	buf_truncate(b, kept);
}

/* Most bytes ASCII: of random bytes hardly any 12 would pass. */
static bool is_text(struct span s)
{
	size_t ascii = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (!is_text_byte(s.ptr[i]))
			return false;
		ascii += (unsigned char)s.ptr[i] < 0x80;
	}
	return s.len > 0 && ascii * 4 >= s.len * 3;
}

/* Makes wide text narrow; false if it is no text. */
static bool settle(struct buf *out)
{
	struct span s = buf_span(out);

	if (!buf_ok(out) || s.len == 0)
		return false;
	if (is_wide(s, 1))
		narrow(out, 1);
	else if (is_wide(s, 0))
		narrow(out, 0);
	return is_text(buf_span(out));
}

/* ---- runs ---- */

static bool is_hex(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (hex_digit(s.ptr[i]) < 0)
			return false;
	}
	return s.len >= HEX_MIN && s.len % 2 == 0;
}

/* Do its first digits give text, narrow or wide? Most runs are names, and do not: this is
 * asked of every one. */
static bool begins_text(const char *run)
{
	char plain[PROBE / 4 * 3];
	size_t ascii = 0;
	size_t zeros = 0;
	size_t len = 0;

	for (size_t i = 0; i < PROBE; i += 4) {
		unsigned bits = 0;

		for (size_t k = 0; k < 4; k++)
			bits = bits << 6 | base64_value[(unsigned char)run[i + k]];
		plain[len++] = (char)(bits >> 16);
		plain[len++] = (char)(bits >> 8 & 0xFF);
		plain[len++] = (char)(bits & 0xFF);
	}
	for (size_t i = 0; i < len; i++) {
		ascii += (unsigned char)plain[i] < 0x80;
		zeros += plain[i] == '\0';
		if (plain[i] != '\0' && !is_text_byte(plain[i]))
			return false;
	}
	return zeros == len / 2 || zeros == len - len / 2 ||
	       (zeros == 0 && ascii * 4 >= len * 3);
}

static bool decode_run(struct span run, struct scan_encoded *found, struct buf *out)
{
	if (run.len > RUN_MAX)
		return false;
	if (is_hex(run)) {
		found->coding = SCAN_HEX;
		buf_clear(out);
		hex_decode(run, out);
		if (settle(out))
			return true;
	}
	if (!begins_text(run.ptr))
		return false;
	found->coding = SCAN_BASE64;
	buf_clear(out);
	scan_base64_decode(run, out);
	return settle(out);
}

/* ---- percent signs ---- */

static bool is_escape(struct span text, size_t at)
{
	return text.len - at > 2 && hex_digit(text.ptr[at + 1]) >= 0 &&
	       hex_digit(text.ptr[at + 2]) >= 0;
}

static size_t escapes_of(struct span run)
{
	size_t n = 0;

	for (size_t i = 0; i < run.len; i++)
		n += run.ptr[i] == '%' && is_escape(run, i);
	return n;
}

static bool percent_decode(struct span run, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < run.len; i++) {
		if (run.ptr[i] == '%' && is_escape(run, i)) {
			buf_putc(out, (char)(hex_digit(run.ptr[i + 1]) << 4 |
			                     hex_digit(run.ptr[i + 2])));
			i += 2;
		} else {
			buf_putc(out, run.ptr[i]);
		}
	}
	return settle(out);
}

/* The run around the next percent sign; false at the end of the text. */
static bool next_percent(struct scan_decoder *d, struct scan_encoded *found)
{
	struct span rest = span_from(d->text, d->percent_at);
	size_t sign = d->percent_at + span_find_byte(rest, '%');
	size_t low = d->percent_at;
	size_t start;
	size_t end;

	while (sign < d->text.len && !is_escape(d->text, sign))
		sign += 1 + span_find_byte(span_from(d->text, sign + 1), '%');
	if (sign >= d->text.len)
		return false;
	start = end = sign;
	while (start > low && sign - start < PERCENT_BACK &&
	       has_byte(&url_set, d->text.ptr[start - 1]))
		start--;
	while (end < d->text.len && has_byte(&url_set, d->text.ptr[end]))
		end++;
	*found = (struct scan_encoded){ SCAN_PERCENT, start, end };
	d->percent_at = end;
	return true;
}

void scan_decoder_init(struct scan_decoder *d, struct span text,
                       const struct scan_group *runs, size_t count)
{
	*d = (struct scan_decoder){ .text = text, .runs = runs, .run_count = count };
}

bool scan_decoder_next(struct scan_decoder *d, struct scan_encoded *found,
                       struct buf *out)
{
	while (d->run_at < d->run_count) {
		const struct scan_group *at = &d->runs[d->run_at++];

		found->start = at->start;
		found->end = at->end;
		if (decode_run(span_sub(d->text, at->start, at->end - at->start), found,
		               out))
			return true;
	}
	while (next_percent(d, found)) {
		struct span run =
			span_sub(d->text, found->start, found->end - found->start);

		if (run.len <= RUN_MAX && escapes_of(run) >= PERCENT_MIN &&
		    percent_decode(run, out))
			return true;
	}
	return false;
}
