// SPDX-License-Identifier: Apache-2.0
#include "version_internal.h"

/*
 * RubyGems. A version is a list of numbers and words, and goes on with zeros for ever; a
 * word is before a number. Trailing zeros of the numbers in front of the first word, and
 * of the whole, say nothing.
 *
 * Key: every word or number other than 0 with the zeros before it in two bytes. More
 * zeros before a word are later, more zeros before a number are earlier; the end lies
 * between both.
 */

enum { BEFORE_WORD = 1, END = 2, BEFORE_NUMBER = 3 };

static size_t run_of(struct span text)
{
	bool digit = version_is_digit(text.ptr[0]);
	size_t n = 0;

	while (n < text.len &&
	       (digit ? version_is_digit(text.ptr[n]) : version_is_letter(text.ptr[n])))
		n++;
	return n;
}

/* [0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)? */
static bool is_gem(struct span text)
{
	bool dashed = false;
	bool first = true;
	char last = '.';

	for (size_t i = 0; i < text.len; last = text.ptr[i++]) {
		char c = text.ptr[i];

		if (c == '.') {
			if (last == '.')
				return false;
			first = false;
		} else if (c == '-') {
			if (!dashed && last == '.')
				return false;
			dashed = true;
			first = false;
		} else if (!version_is_digit(c) && (first || !version_is_letter(c))) {
			return false;
		}
	}
	return last != '.' && version_is_digit(text.ptr[0]) &&
	       !(dashed && span_find_byte(text, '-') == text.len - 1);
}

struct gem {
	struct buf *key;
	size_t zeros; /* numbers 0 that wait for what follows */
	bool word;    /* one was there */
};

static void put_word(struct gem *g, struct span word)
{
	/* In front of the first word, zeros say nothing. */
	if (!g->word)
		g->zeros = 0;
	g->word = true;
	buf_putc(g->key, BEFORE_WORD);
	buf_putc(g->key, (char)(unsigned char)g->zeros);
	buf_put(g->key, word);
	buf_putc(g->key, '\0');
	g->zeros = 0;
}

static void put_number(struct gem *g, struct span digits)
{
	size_t zeros = 0;

	while (zeros < digits.len && digits.ptr[zeros] == '0')
		zeros++;
	if (zeros == digits.len) {
		g->zeros++;
		return;
	}
	buf_putc(g->key, BEFORE_NUMBER);
	buf_putc(g->key, (char)(unsigned char)(0xFF - g->zeros));
	version_put_number(g->key, digits);
	g->zeros = 0;
}

bool scan_gem_key(struct span text, struct buf *key)
{
	struct gem g = { .key = key };

	if (!is_gem(text))
		return false;
	while (text.len > 0) {
		size_t n = run_of(text);

		if (text.ptr[0] == '-')
			put_word(&g, SPAN_LIT("pre"));
		else if (n > 0 && version_is_digit(text.ptr[0]))
			put_number(&g, span_sub(text, 0, n));
		else if (n > 0)
			put_word(&g, span_sub(text, 0, n));
		text = span_from(text, n > 0 ? n : 1);
	}
	buf_putc(key, END);
	return true;
}
