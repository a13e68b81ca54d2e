// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"

#include <string.h>

/* Longer words are no typing mistakes; bounds time and the rows below. */
#define NEAREST_MAX 64

bool str_eq(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
	return span_ends(span_str(s), span_str(suffix));
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * Edit distance with swaps of neighbours (optimal string alignment). Three rows: the
 * current, the one before, and the one before that for swaps.
 */
static size_t distance(struct span a, struct span b)
{
	size_t rows[3][NEAREST_MAX + 1];
	size_t *older = rows[0];
	size_t *old = rows[1];
	size_t *now = rows[2];

	for (size_t j = 0; j <= b.len; j++)
		now[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *spare = older;

		older = old;
		old = now;
		now = spare;
		now[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t change = old[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);

			now[j] = min3(old[j] + 1, now[j - 1] + 1, change);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1] && older[j - 2] + 1 < now[j])
				now[j] = older[j - 2] + 1;
		}
	}
	return now[b.len];
}

const char *str_nearest(struct span word, const char *const *candidates, size_t count)
{
	size_t limit = word.len < 3 ? 1 : word.len / 3;
	const char *best = NULL;

	if (word.len == 0 || word.len > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct span candidate = span_str(candidates[i]);
		size_t d;

		if (candidate.len == 0 || candidate.len > NEAREST_MAX)
			continue;
		d = distance(word, candidate);
		/* After the first hit only a smaller distance wins: ties go to the first.
		 */
		if (d > limit || (best != NULL && d == limit))
			continue;
		best = candidates[i];
		limit = d;
		if (d == 0)
			break;
	}
	return best;
}

void str_hex(const void *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = bytes;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
}

/* The value of a lower-case digit, 16 for anything else. */
static unsigned nibble(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

bool str_unhex(struct span hex, void *out, size_t len)
{
	unsigned char *bytes = out;

	if (hex.len % 2 != 0 || hex.len / 2 != len)
		return false;
	for (size_t i = 0; i < hex.len; i++)
		if (nibble(hex.ptr[i]) > 15)
			return false;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(nibble(hex.ptr[2 * i]) << 4 |
		                           nibble(hex.ptr[2 * i + 1]));
	return true;
}

struct span str_address(const char *place)
{
	const size_t first = strcspn(place, ":/");

	return place[first] == ':' ? span_of(place, first < 40 ? first : 40) : SPAN_EMPTY;
}
