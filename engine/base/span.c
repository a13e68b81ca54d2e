// SPDX-License-Identifier: Apache-2.0
#include "base/span.h"

#include "base/ascii.h"

#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

struct span span_str(const char *s)
{
	return s == NULL ? SPAN_EMPTY : span_of(s, strlen(s));
}

bool span_eq_str(struct span a, const char *b)
{
	size_t i = 0;

	while (i < a.len && a.ptr[i] == b[i] && b[i] != '\0')
		i++;
	return i == a.len && b[i] == '\0';
}

int span_cmp(struct span a, struct span b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/* How often a byte is met in sources and prose: what is not listed is rare. */
static const unsigned char common[256] = {
	['\n'] = 13, ['\t'] = 12, [' '] = 26, ['e'] = 25, ['t'] = 24, ['a'] = 23,
	['o'] = 22,  ['i'] = 21,  ['n'] = 20, ['s'] = 19, ['r'] = 18, ['l'] = 17,
	['c'] = 16,  ['d'] = 15,  ['u'] = 14, ['p'] = 13, ['m'] = 12, ['f'] = 11,
	['h'] = 10,  ['_'] = 9,   ['g'] = 8,  ['b'] = 7,  ['-'] = 6,  ['y'] = 5,
	['v'] = 4,   ['w'] = 3,   ['.'] = 3,  ['/'] = 3,  ['k'] = 2,  ['x'] = 1,
};

/* The two rarest bytes of a needle of at least two: `first` is the rarer one. */
struct pair {
	size_t first;
	size_t second;
};

static unsigned commonness(struct span needle, size_t i)
{
	return common[(unsigned char)needle.ptr[i]];
}

static struct pair rarest_two(struct span needle)
{
	struct pair p = { 0, 1 };

	if (commonness(needle, 1) < commonness(needle, 0))
		p = (struct pair){ 1, 0 };
	for (size_t i = 2; i < needle.len; i++) {
		if (commonness(needle, i) < commonness(needle, p.first))
			p = (struct pair){ i, p.first };
		else if (commonness(needle, i) < commonness(needle, p.second))
			p.second = i;
	}
	return p;
}

#ifdef __SSE2__
enum { LANE = 16 };

static __m128i load(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

/* Looks where both bytes are in their places, sixteen offsets at a time, as long as the
 * needle fits behind all of them. *at is behind what was looked at. */
static bool find_by_lanes(struct span s, struct span needle, struct pair p, size_t *at)
{
	const __m128i first = _mm_set1_epi8(needle.ptr[p.first]);
	const __m128i second = _mm_set1_epi8(needle.ptr[p.second]);

	for (; s.len - *at >= needle.len + LANE - 1; *at += LANE) {
		const char *text = s.ptr + *at;
		const __m128i both =
			_mm_and_si128(_mm_cmpeq_epi8(load(text + p.first), first),
		                      _mm_cmpeq_epi8(load(text + p.second), second));
		unsigned bits = (unsigned)_mm_movemask_epi8(both);

		for (; bits != 0; bits &= bits - 1) {
			const size_t bit = (size_t)__builtin_ctz(bits);

			if (memcmp(text + bit, needle.ptr, needle.len) == 0) {
				*at += bit;
				return true;
			}
		}
	}
	return false;
}
#else
static bool find_by_lanes(struct span s, struct span needle, struct pair p, size_t *at)
{
	(void)s;
	(void)needle;
	(void)p;
	(void)at;
	return false;
}
#endif

size_t span_find(struct span s, struct span needle)
{
	struct pair p;
	size_t at = 0;

	if (needle.len < 2)
		return needle.len == 0 ? 0 : span_find_byte(s, needle.ptr[0]);
	p = rarest_two(needle);
	if (s.len < needle.len)
		return s.len;
	if (find_by_lanes(s, needle, p, &at))
		return at;
	for (at += p.first; at < s.len && needle.len - p.first <= s.len - at; at++) {
		at += span_find_byte(span_from(s, at), needle.ptr[p.first]);
		if (span_starts(span_from(s, at - p.first), needle))
			return at - p.first;
	}
	return s.len;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

static bool starts_caseless(struct span s, struct span small)
{
	size_t n = 0;

	while (n < small.len && n < s.len && ascii_lower(s.ptr[n]) == small.ptr[n])
		n++;
	return n == small.len;
}

size_t span_find_caseless(struct span s, struct span small)
{
	char first[2];
	size_t next[2];

	if (small.len == 0)
		return 0;
	first[0] = small.ptr[0];
	first[1] = upper(small.ptr[0]);
	for (size_t i = 0; i < 2; i++)
		next[i] = span_find_byte(s, first[i]);
	while (next[0] < s.len || next[1] < s.len) {
		size_t nearer = next[1] < next[0];
		size_t at = next[nearer];

		if (starts_caseless(span_from(s, at), small))
			return at;
		next[nearer] =
			at + 1 + span_find_byte(span_from(s, at + 1), first[nearer]);
	}
	return s.len;
}

size_t span_find_byte(struct span s, char c)
{
	const char *hit = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);

	return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

size_t span_rfind_byte(struct span s, char c)
{
	const char *hit = s.len == 0 ? NULL : memrchr(s.ptr, c, s.len);

	return hit == NULL ? s.len : (size_t)(hit - s.ptr);
}

struct span span_trim(struct span s)
{
	while (s.len > 0 && ascii_is_space(s.ptr[0]))
		s = span_from(s, 1);
	while (s.len > 0 && ascii_is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool span_split(struct span *rest, char sep, struct span *piece)
{
	size_t end;

	if (rest->len == 0)
		return false;
	end = span_find_byte(*rest, sep);
	*piece = span_sub(*rest, 0, end);
	*rest = end == rest->len ? SPAN_EMPTY : span_from(*rest, end + 1);
	return true;
}

bool span_line(struct span *rest, struct span *line)
{
	if (!span_split(rest, '\n', line))
		return false;
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}
