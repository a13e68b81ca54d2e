// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <stdint.h>

/* Three bytes are four digits of six bits. */
enum { BYTES = 3, DIGITS = 4, BITS = 6, MASK = 63 };

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, struct span bytes)
{
	for (size_t i = 0; i < bytes.len; i += BYTES) {
		const size_t have = bytes.len - i < BYTES ? bytes.len - i : BYTES;
		uint32_t word = 0;

		for (size_t k = 0; k < BYTES; k++)
			word = word << 8 |
			       (k < have ? (unsigned char)bytes.ptr[i + k] : 0U);
		for (size_t k = 0; k < DIGITS; k++)
			buf_putc(
				out,
				k > have
					? '='
					: digits[word >> (DIGITS - 1 - k) * BITS & MASK]);
	}
}

/* The number of a digit, or 64. */
static uint32_t number_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0') + 52;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Appends the bytes of `count` digits, 2 to 4; false if they are none, or say more than
 * whole bytes. */
static bool read_group(struct buf *out, const char *text, size_t count)
{
	uint32_t word = 0;

	for (size_t i = 0; i < DIGITS; i++) {
		const uint32_t digit = i < count ? number_of(text[i]) : 0;

		if (digit > MASK)
			return false;
		word = word << BITS | digit;
	}
	if ((word & (0xffffffU >> (count - 1) * 8)) != 0)
		return false;
	for (size_t i = 0; i + 1 < count; i++)
		buf_putc(out, (char)(word >> (BYTES - 1 - i) * 8 & 0xff));
	return true;
}

enum err_code base64_read(struct buf *out, struct span text, struct err *err)
{
	size_t last = text.len;

	if (text.len % DIGITS != 0)
		return err_set(err, ERR_CORRUPT, "base 64 has four digits a group");
	for (int i = 0; i < 2 && last > 0 && text.ptr[last - 1] == '='; i++)
		last--;
	for (size_t i = 0; i < last; i += DIGITS)
		if (!read_group(out, text.ptr + i, last - i < DIGITS ? last - i : DIGITS))
			return err_set(err, ERR_CORRUPT,
			               "byte %zu of the base 64 is none of its digits, "
			               "or says more than whole bytes",
			               i);
	return buf_err(out, err);
}
