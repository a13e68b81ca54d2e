// SPDX-License-Identifier: Apache-2.0
#include "sample.h"

#include "base/num.h"
#include "base/str.h"

#include <stdint.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum { SAMPLE_MAX = 4096, LINE = 64 };

struct class
{
	const char *name;
	/* Bytes are taken from these in turn, so that each kind is there early. */
	const char *kinds[3];
};

static const struct class classes[] = {
	{ "HEX", { DIGITS, "ABCDEF", DIGITS "ABCDEF" } },
	{ "alnum", { LOWER, DIGITS, UPPER } },
	{ "alpha", { LOWER, UPPER, LOWER UPPER } },
	{ "base32", { LOWER, "234567", LOWER "234567" } },
	{ "base32up", { UPPER, "234567", UPPER "234567" } },
	{ "base58",
	  { "abcdefghijkmnopqrstuvwxyz", "123456789", "ABCDEFGHJKLMNPQRSTUVWXYZ" } },
	{ "base64", { LOWER, DIGITS, UPPER } },
	{ "bech32", { "QPZRYXGFTVDWSJNKHCEMUAL", "9820354679", "QPZRY9X8" } },
	{ "digits", { DIGITS, "13579", "24680" } },
	{ "hex", { DIGITS, "abcdef", DIGITS "abcdef" } },
	{ "lower", { LOWER, DIGITS, LOWER } },
	{ "upper", { UPPER, DIGITS, UPPER } },
	{ "word", { LOWER, DIGITS, UPPER "_-" } },
};

static const struct {
	const char *name;
	const char *text;
} wholes[] = {
	/* In pieces that no scanner takes for what they make. */
	{ "bedrock", "bedrock-api-ke"
	             "y-YmVkcm9jay5h"
	             "bWF6b25hd3MuY2"
	             "9tq1w2e3r4t5y6"
	             "u7i8" },
	{ "jwt", "eyJhbGciOiJIUz"
	         "I1NiIsInR5cCI6"
	         "IkpXVCJ9.eyJzd"
	         "WIiOiJzYW1wbGU"
	         "tMTIzNDU2In0.q"
	         "1w2e3r4T5y6u7i"
	         "8O9p0aZsXdCfVg"
	         "BhNjM" },
	{ "jwt64", "ZXlKaGJHY2lPaU"
	           "pJVXpJMU5pSjku"
	           "ZXlKemRXSWlPaU"
	           "p6WVcxd2JHVWlm"
	           "US5xMXcyZTNyNA" },
	{ "uuid", "7c4a8d09-ca37-42af-9e61-d58f31ba2e60" },
	{ "wif", "5K9S6dVpufGnro"
	         "RgFrT6wsKiz2mJ"
	         "RYsC73eWDmajaH"
	         "serAp3F1C" },
	{ "xprv", "xprv9s21ZrQH14"
	          "3K3XsBixuKbykV"
	          "3aFPpTGKdDWxMT"
	          "W3k2ycGK5L8jYy"
	          "CJD27fY5dYEGks"
	          "LCgCASL3jgA9Xc"
	          "oJWm9R74szgukE"
	          "edYLCAm9zRDRT" },
};

/* The next byte of a sequence that looks drawn. */
static char draw(uint64_t *state, const char *from)
{
	size_t count = span_str(from).len;

	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return from[(size_t)(*state >> 33) % count];
}

static void put_drawn(struct buf *out, const struct class *c, size_t n, uint64_t *state)
{
	for (size_t i = 0; i < n; i++)
		buf_putc(out, draw(state, c->kinds[i % 3]));
}

static void put_lines(struct buf *out, size_t n, uint64_t *state)
{
	static const struct class base64 = { "", { LOWER, DIGITS "+/", UPPER } };

	for (size_t i = 0; i < n; i++) {
		put_drawn(out, &base64, LINE, state);
		if (i + 1 < n)
			buf_putc(out, '\n');
	}
}

static bool put_whole(struct buf *out, struct span name)
{
	for (size_t i = 0; i < sizeof(wholes) / sizeof(wholes[0]); i++) {
		if (!span_eq_str(name, wholes[i].name))
			continue;
		buf_puts(out, wholes[i].text);
		return true;
	}
	return false;
}

static bool put_raw(struct buf *out, struct span digits)
{
	char byte;

	if (digits.len == 0 || digits.len % 2 != 0)
		return false;
	for (size_t i = 0; i < digits.len; i += 2) {
		if (!str_unhex(span_sub(digits, i, 2), &byte, 1))
			return false;
		buf_putc(out, byte);
	}
	return true;
}

/* What stands between the braces; false if it is not ours. */
static bool put_one(struct buf *out, struct span inside, uint64_t *state)
{
	size_t space = span_find_byte(inside, ' ');
	struct span name = span_sub(inside, 0, space);
	uint64_t n;

	if (space == inside.len)
		return put_whole(out, name);
	if (span_eq_str(name, "raw"))
		return put_raw(out, span_from(inside, space + 1));
	if (!num_u64(span_from(inside, space + 1), 1, SAMPLE_MAX, &n))
		return false;
	if (span_eq_str(name, "lines")) {
		put_lines(out, (size_t)n, state);
		return true;
	}
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (!span_eq_str(name, classes[i].name))
			continue;
		put_drawn(out, &classes[i], (size_t)n, state);
		return true;
	}
	return false;
}

void scan_sample_expand(struct span text, struct buf *out)
{
	uint64_t state = text.len + 1;

	while (text.len > 0) {
		size_t open = span_find(text, SPAN_LIT("{{"));
		struct span rest = span_from(text, open + 2);
		size_t close = span_find(rest, SPAN_LIT("}}"));

		buf_put(out, span_sub(text, 0, open));
		if (close == rest.len) {
			buf_put(out, span_from(text, open));
			return;
		}
		if (!put_one(out, span_sub(rest, 0, close), &state))
			buf_put(out, span_sub(text, open, close + 4));
		text = span_from(rest, close + 2);
	}
}
