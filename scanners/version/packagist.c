// SPDX-License-Identifier: Apache-2.0
#include "version_internal.h"

/*
 * Composer: four numbers (those missing are 0) or a date, then a stability with numbers
 * of its own, then "dev". Key: numbers and words as PHP's version_compare orders them at
 * one place: dev < alpha < beta < RC < the end < a number < patch.
 */

enum { DEV = 1, ALPHA = 2, BETA = 3, RC = 4, END = 5, NUMBER = 6, PATCH = 7 };

struct stability {
	const char *word;
	char rank;
};

/* Longer words before those that they begin with. */
static const struct stability stabilities[] = {
	{ "stable", END },  { "beta", BETA },   { "b", BETA },
	{ "rc", RC },       { "alpha", ALPHA }, { "a", ALPHA },
	{ "patch", PATCH }, { "pl", PATCH },    { "p", PATCH },
};

static void put_number(struct buf *key, struct span digits)
{
	buf_putc(key, NUMBER);
	version_put_number(key, digits);
}

/* What Composer puts for the x of a branch 1.x-dev. */
#define BRANCH SPAN_LIT("9999999")

static bool take_part(struct buf *key, struct span *rest)
{
	struct span digits = version_digits(rest);

	if (digits.len == 0 && (version_take(rest, 'x') || version_take(rest, 'X') ||
	                        version_take(rest, '*')))
		digits = BRANCH;
	if (digits.len > 0)
		put_number(key, digits);
	return digits.len > 0;
}

static bool put_numbers(struct buf *key, struct span *rest, bool branch)
{
	struct span first = *rest;
	int parts = 1;

	/* What has more than five digits is a date. */
	first = version_digits(&first);
	if (first.len == 0 || first.len > 5 || !take_part(key, rest))
		return false;
	while (parts < 4) {
		struct span at = *rest;

		if (!version_take(&at, '.') || !take_part(key, &at))
			break;
		*rest = at;
		parts++;
	}
	for (; parts < 4; parts++)
		put_number(key, branch ? BRANCH : SPAN_EMPTY);
	return true;
}

/* A year and months, days, .. in groups of two or three digits: 2010-01-02, 20100102. */
static bool put_date(struct buf *key, struct span *rest)
{
	struct span at = *rest;
	struct span digits = version_digits(&at);
	int groups = 1;

	if (digits.len != 4 && (digits.len < 6 || digits.len > 19))
		return false;
	put_number(key, digits);
	while (at.len > 1 && (at.ptr[0] == '.' || at.ptr[0] == ':' || at.ptr[0] == '-')) {
		struct span next = span_from(at, 1);

		digits = version_digits(&next);
		if (digits.len == 0 || digits.len > 15)
			break;
		put_number(key, digits);
		at = next;
		groups++;
	}
	*rest = at;
	return groups > 1 || digits.len > 4;
}

static void skip_one_of(struct span *rest, const char *set)
{
	for (; *set != '\0'; set++)
		if (version_take(rest, *set))
			return;
}

static void put_stability_numbers(struct buf *key, struct span *rest)
{
	for (;;) {
		struct span at = *rest;
		struct span digits;

		skip_one_of(&at, ".-");
		digits = version_digits(&at);
		if (digits.len == 0)
			return;
		put_number(key, digits);
		*rest = at;
	}
}

/* Is it expressly stable? Then nothing behind that counts. */
static bool put_stability(struct buf *key, struct span *rest)
{
	struct span at = *rest;

	skip_one_of(&at, "._-");
	*rest = at;
	for (size_t i = 0; i < sizeof stabilities / sizeof *stabilities; i++) {
		if (!version_take_word(&at, stabilities[i].word))
			continue;
		if (stabilities[i].rank == END) {
			struct buf nothing = BUF_INIT;

			put_stability_numbers(&nothing, &at); /* stable1 is stable */
			buf_fini(&nothing);
		} else {
			buf_putc(key, stabilities[i].rank);
			put_stability_numbers(key, &at);
		}
		*rest = at;
		return stabilities[i].rank == END;
	}
	return false;
}

static bool put_tail(struct buf *key, struct span rest)
{
	bool stable = put_stability(key, &rest);
	struct span at = rest;

	skip_one_of(&at, ".-");
	if (version_take_word(&at, "dev")) {
		if (!stable)
			buf_putc(key, DEV);
		rest = at;
	}
	buf_putc(key, END);
	return rest.len == 0;
}

/* Is it a branch, such as 1.x-dev, whose missing numbers are beyond all others? */
static bool is_branch(struct span text)
{
	struct span dev = SPAN_LIT("-dev");

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == 'x' || text.ptr[i] == 'X' || text.ptr[i] == '*')
			return span_ends(text, dev);
	return false;
}

bool scan_packagist_key(struct span text, struct buf *key)
{
	size_t before = key->len;
	struct span rest;

	text = span_sub(text, 0, span_find_byte(text, '+'));
	if (!version_take(&text, 'v'))
		(void)version_take(&text, 'V'); /* either may be there */
	rest = text;
	if (put_numbers(key, &rest, is_branch(text)) && put_tail(key, rest))
		return true;
	if (buf_ok(key))
		buf_truncate(key, before);
	rest = text;
	return put_date(key, &rest) && put_tail(key, rest);
}
