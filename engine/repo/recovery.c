// SPDX-License-Identifier: Apache-2.0
#include "repo/recovery.h"

#include "crypto/digest.h"

#include <stdint.h>
#include <string.h>

enum { CODE_DIGITS = 32, DIGITS = 36, GROUP = 4, NO_DIGIT = 32, BITS = 5 };

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Bit `i` of a big-endian row of digits that have `width` bits each. */
static unsigned bit_of(const unsigned char *digits, size_t width, size_t i)
{
	const unsigned digit = digits[i / width];

	return digit >> (width - 1 - i % width) & 1U;
}

/* Base 32, highest bits first; `count` digits. */
static void spell(const unsigned char *bytes, size_t count, unsigned char *digits)
{
	for (size_t i = 0; i < count; i++) {
		unsigned v = 0;

		for (size_t bit = BITS * i; bit < BITS * (i + 1); bit++)
			v = v << 1 | bit_of(bytes, 8, bit);
		digits[i] = (unsigned char)v;
	}
}

/* All digits of a code: its own, then those of the hash's first 20 bits. */
static enum err_code digits_of(const unsigned char code[LB_RECOVERY],
                               unsigned char digits[DIGITS], struct err *err)
{
	struct lb_id hash;
	enum err_code rc;

	rc = lb_hash(span_of((const char *)code, LB_RECOVERY), &hash, err);
	if (rc != ERR_OK)
		return rc;
	spell(code, CODE_DIGITS, digits);
	spell(hash.b, DIGITS - CODE_DIGITS, digits + CODE_DIGITS);
	return ERR_OK;
}

enum err_code lb_recovery_format(const unsigned char code[LB_RECOVERY],
                                 char out[LB_RECOVERY_TEXT], struct err *err)
{
	unsigned char digits[DIGITS];
	char *p = out;
	enum err_code rc;

	if ((rc = digits_of(code, digits, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < DIGITS; i++) {
		if (i > 0 && i % GROUP == 0)
			*p++ = '-';
		*p++ = alphabet[digits[i]];
	}
	*p = '\0';
	lb_wipe(digits, sizeof(digits));
	return ERR_OK;
}

/* NO_DIGIT for what is none. */
static unsigned value_of(char c)
{
	const char *found;

	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	found = memchr(alphabet, c, CODE_DIGITS);
	return found == NULL ? NO_DIGIT : (unsigned)(found - alphabet);
}

static bool separates(char c)
{
	return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static enum err_code read_digits(struct span text, unsigned char digits[DIGITS],
                                 struct err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned v;

		if (separates(text.ptr[i]))
			continue;
		v = value_of(text.ptr[i]);
		if (v == NO_DIGIT)
			return err_set(err, ERR_USAGE,
			               "recovery code: character %zu is no digit of it",
			               i + 1);
		if (count < DIGITS)
			digits[count] = (unsigned char)v;
		count++;
	}
	if (count != DIGITS)
		return err_set(err, ERR_USAGE, "recovery code: %zu digits, and it has %d",
		               count, DIGITS);
	return ERR_OK;
}

enum err_code lb_recovery_parse(struct span text, unsigned char code[LB_RECOVERY],
                                struct err *err)
{
	unsigned char digits[DIGITS] = { 0 };
	unsigned char again[DIGITS];
	enum err_code rc;

	memset(code, 0, LB_RECOVERY);
	if ((rc = read_digits(text, digits, err)) != ERR_OK)
		goto out;
	for (size_t bit = 0; bit < (size_t)8 * LB_RECOVERY; bit++)
		if (bit_of(digits, BITS, bit) != 0)
			code[bit / 8] |= (unsigned char)(0x80U >> bit % 8);
	if ((rc = digits_of(code, again, err)) != ERR_OK)
		goto out;
	if (!lb_equal(digits, again, DIGITS))
		rc = err_set(err, ERR_USAGE,
		             "recovery code: its last four digits do not fit the others; "
		             "one of them was mistyped");
out:
	if (rc != ERR_OK)
		lb_wipe(code, LB_RECOVERY);
	lb_wipe(digits, sizeof(digits));
	lb_wipe(again, sizeof(again));
	return rc;
}
