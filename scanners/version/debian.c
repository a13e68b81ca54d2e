// SPDX-License-Identifier: Apache-2.0
#include "version_internal.h"

/*
 * Debian: [epoch:]upstream[-revision]. Upstream and revision are runs of non-digits and
 * digits in turn. Key: epoch; for each of both parts its runs, non-digits as ranks with
 * END behind them and digits as a number, and a last END. '~' ranks below END, letters
 * above it and below all other characters.
 */

enum { TILDE = 1, END = 2, LETTERS = 0x10, OTHERS = 0x80 };
/* Epochs that dpkg takes. */
enum { EPOCH_DIGITS_MAX = 9 };

static bool is_version_char(char c)
{
	return version_is_digit(c) || version_is_letter(c) || c == '.' || c == '+' ||
	       c == '-' || c == '~' || c == ':';
}

static char rank(char c)
{
	if (c == '~')
		return TILDE;
	if (version_is_letter(c))
		return (char)(c - 'A' + LETTERS);
	return (char)(unsigned char)(OTHERS | (unsigned char)c);
}

static void put_part(struct buf *key, struct span part)
{
	do {
		while (part.len > 0 && !version_is_digit(part.ptr[0])) {
			buf_putc(key, rank(part.ptr[0]));
			part = span_from(part, 1);
		}
		buf_putc(key, END);
		version_put_number(key, version_digits(&part));
	} while (part.len > 0);
	buf_putc(key, END);
}

bool scan_debian_key(struct span text, struct buf *key)
{
	size_t colon = span_find_byte(text, ':');
	struct span epoch = SPAN_EMPTY;
	size_t dash;

	for (size_t i = 0; i < text.len; i++)
		if (!is_version_char(text.ptr[i]))
			return false;
	if (colon < text.len) {
		struct span before = span_sub(text, 0, colon);

		epoch = version_digits(&before);
		if (before.len > 0 || epoch.len == 0 || epoch.len > EPOCH_DIGITS_MAX)
			return false;
		text = span_from(text, colon + 1);
	}
	dash = span_rfind_byte(text, '-');
	if (dash == 0 || text.len == 0)
		return false;
	version_put_number(key, epoch);
	put_part(key, span_sub(text, 0, dash));
	put_part(key, span_from(text, dash + 1));
	return true;
}
