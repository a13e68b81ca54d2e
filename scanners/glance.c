// SPDX-License-Identifier: Apache-2.0
#include "glance.h"

#include "base/mem.h"

#include <stdint.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

/* A text is crossed in blocks, as one bit a byte: set where it is one of a kind. */
enum { BLOCK = 64 };
_Static_assert(SCAN_RUN_MIN == 24, "starts_of counts so many");

struct block {
	uint64_t run;
	uint64_t digit;
	uint64_t dot;
	uint64_t colon;
	uint64_t at;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool scan_is_run_byte(char c)
{
	return is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_';
}

#ifdef __SSE2__
static inline uint64_t mask_of(__m128i bytes)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(bytes);
}

static inline __m128i are(__m128i bytes, char c)
{
	return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c));
}

/* `first` and the next `more` characters. */
static inline __m128i are_from(__m128i bytes, char first, char more)
{
	const __m128i offset = _mm_sub_epi8(bytes, _mm_set1_epi8(first));

	return _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(more)), offset);
}

static inline void put_lane(struct block *b, const char *text, unsigned at, bool signs)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
	const __m128i letters =
		are_from(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 25);
	const __m128i marks = _mm_or_si128(
		are(bytes, '_'), _mm_or_si128(are(bytes, '+'), are(bytes, '-')));

	b->run |= mask_of(_mm_or_si128(_mm_or_si128(letters, marks),
	                               are_from(bytes, '/', 10)))
	          << at;
	if (!signs)
		return;
	b->digit |= mask_of(are_from(bytes, '0', 9)) << at;
	b->dot |= mask_of(are(bytes, '.')) << at;
	b->colon |= mask_of(are(bytes, ':')) << at;
	b->at |= mask_of(are(bytes, '@')) << at;
}

static inline struct block block_of(const char *text, bool signs)
{
	struct block b = { 0 };

	put_lane(&b, text, 0, signs);
	put_lane(&b, text, 16, signs);
	put_lane(&b, text, 32, signs);
	put_lane(&b, text, 48, signs);
	return b;
}
#else
static struct block block_of(const char *text, bool signs)
{
	struct block b = { 0 };

	(void)signs;
	for (size_t i = 0; i < BLOCK; i++) {
		b.run |= (uint64_t)scan_is_run_byte(text[i]) << i;
		b.digit |= (uint64_t)is_digit(text[i]) << i;
		b.dot |= (uint64_t)(text[i] == '.') << i;
		b.colon |= (uint64_t)(text[i] == ':') << i;
		b.at |= (uint64_t)(text[i] == '@') << i;
	}
	return b;
}
#endif

/* ---- runs ---- */

static bool add_run(struct scan_glance *g, size_t start, size_t end)
{
	if (!mem_grow(&g->runs, g->run_count, &g->run_cap, sizeof(*g->runs)))
		return false;
	g->runs[g->run_count++] = (struct scan_group){ start, end };
	return true;
}

/* Where in the block SCAN_RUN_MIN set bits begin. */
static inline uint64_t starts_of(uint64_t bits)
{
	uint64_t runs = bits & bits >> 1;

	runs &= runs >> 2;
	runs &= runs >> 4; /* of 8 */
	return runs & runs >> 8 & runs >> 16;
}

/* The runs that lie inside of the block: neither at its first byte nor at its last. */
static bool add_inner(struct scan_glance *g, size_t at, uint64_t bits)
{
	uint64_t starts = starts_of(bits);

	while (starts != 0) {
		const unsigned start = (unsigned)__builtin_ctzll(starts);
		/* Some bit is not set. */
		const unsigned end = start + (unsigned)__builtin_ctzll(~(bits >> start));

		if (start > 0 && end < BLOCK && !add_run(g, at + start, at + end))
			return false;
		starts = end < BLOCK ? starts & ~UINT64_C(0) << end : 0;
	}
	return true;
}

/* `open` bytes in front of the block belong to a run that may go on in it; those that
 * may go on behind it take their place. */
static inline bool add_runs(struct scan_glance *g, size_t at, uint64_t bits, size_t *open)
{
	size_t first;

	if (~bits == 0) {
		*open += BLOCK;
		return true;
	}
	first = (size_t)__builtin_ctzll(~bits);
	if (*open + first >= SCAN_RUN_MIN && !add_run(g, at - *open, at + first))
		return false;
	*open = (size_t)__builtin_clzll(~bits);
	return starts_of(bits) == 0 || add_inner(g, at, bits);
}

/* ---- marks ---- */

static bool digit_at(struct span text, size_t at)
{
	return at < text.len && is_digit(text.ptr[at]);
}

static bool hex_at(struct span text, size_t at)
{
	return digit_at(text, at) ||
	       (at < text.len && ((text.ptr[at] >= 'a' && text.ptr[at] <= 'f') ||
	                          (text.ptr[at] >= 'A' && text.ptr[at] <= 'F')));
}

static bool is_at(struct span text, size_t at, char c)
{
	return at < text.len && text.ptr[at] == c;
}

/* [0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9], from its first dot on: its end, or 0. */
static size_t ipv4_end(struct span text, size_t at)
{
	if (at == 0 || !is_digit(text.ptr[at - 1]))
		return 0;
	for (int part = 0; part < 2; part++) {
		size_t digits = 0;

		at++;
		while (digits < 3 && digit_at(text, at + digits))
			digits++;
		at += digits;
		if (digits == 0 || !is_at(text, at, '.'))
			return 0;
	}
	return digit_at(text, at + 1) ? at + 2 : 0;
}

/* :[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f] */
static size_t ipv6_end(struct span text, size_t at)
{
	for (int part = 0; part < 2; part++) {
		size_t digits = 0;

		at++;
		while (digits < 4 && hex_at(text, at + digits))
			digits++;
		at += digits;
		if (!is_at(text, at, ':'))
			return 0;
	}
	return hex_at(text, at + 1) ? at + 2 : 0;
}

/* :[1-9][0-9]{1,4}(?:[^0-9A-Za-z_.:]|$) */
static size_t port_end(struct span text, size_t at)
{
	size_t end = at + 1;

	if (is_at(text, end, '0'))
		return 0;
	while (end - at <= 5 && digit_at(text, end))
		end++;
	if (end - at < 3)
		return 0;
	if (end == text.len)
		return end;
	return is_alnum(text.ptr[end]) || text.ptr[end] == '_' || text.ptr[end] == '.' ||
	                       text.ptr[end] == ':'
	               ? 0
	               : end + 1;
}

/* [0-9A-Za-z._+-]@[0-9A-Za-z-] */
static size_t mail_end(struct span text, size_t at)
{
	char before = at > 0 ? text.ptr[at - 1] : ' ';

	if (!is_alnum(before) && before != '.' && before != '_' && before != '+' &&
	    before != '-')
		return 0;
	return at + 1 < text.len &&
	                       (is_alnum(text.ptr[at + 1]) || text.ptr[at + 1] == '-')
	               ? at + 2
	               : 0;
}

static bool add_mark(struct scan_glance *g, size_t end, unsigned kinds)
{
	if (end == 0)
		return true;
	if (g->mark_count == SCAN_MARKS_MAX) {
		g->marks_known = false;
		return true;
	}
	if (!mem_grow(&g->marks, g->mark_count, &g->mark_cap, sizeof(*g->marks)))
		return false;
	g->marks[g->mark_count++] = (struct scan_mark){ end, kinds };
	return true;
}

/* Of two marks that begin one behind the other, the second ends later: none but that of
 * an IPv6 address holds a sign of another, and that one's last, where no port can be. */
static bool add_marks_at(struct scan_glance *g, struct span text, size_t at)
{
	switch (text.ptr[at]) {
	case '.':
		return add_mark(g, ipv4_end(text, at), HARDCODED_IPV4);
	case '@':
		return add_mark(g, mail_end(text, at), HARDCODED_MAIL);
	default:
		return add_mark(g, ipv6_end(text, at), HARDCODED_IPV6) &&
		       add_mark(g, port_end(text, at), HARDCODED_PORT);
	}
}

/* Signs with what has to stand beside them; what is behind the block's ends may be
 * anything. */
static inline uint64_t signs_of(const struct block *b)
{
	const uint64_t before = b->digit << 1 | 1;
	const uint64_t after = b->digit >> 1 | UINT64_C(1) << 63;
	const uint64_t colons = b->colon >> 1 | b->colon >> 2 | b->colon >> 3 |
	                        b->colon >> 4 | b->colon >> 5 | UINT64_C(31) << 59;

	return (b->dot & before & after) | (b->colon & (after | colons)) | b->at;
}

static bool add_marks(struct scan_glance *g, struct span text, size_t at, uint64_t signs)
{
	for (; signs != 0; signs &= signs - 1) {
		if (!add_marks_at(g, text, at + (size_t)__builtin_ctzll(signs)))
			return false;
	}
	return true;
}

/* ---- all of it ---- */

static bool look_at(struct scan_glance *g, struct span text, size_t at, const char *block,
                    size_t *open)
{
	const struct block b = block_of(block, g->marks_known);

	return add_runs(g, at, b.run, open) &&
	       (!g->marks_known || add_marks(g, text, at, signs_of(&b)));
}

bool scan_glance_look(struct scan_glance *g, struct span text, bool marks)
{
	char last[BLOCK] = { 0 };
	size_t open = 0;
	size_t at = 0;

	g->run_count = 0;
	g->mark_count = 0;
	g->marks_known = marks;
	for (; text.len - at >= BLOCK; at += BLOCK) {
		if (!look_at(g, text, at, text.ptr + at, &open))
			return false;
	}
	/* The zeros end a run. */
	for (size_t i = 0; i < text.len - at; i++)
		last[i] = text.ptr[at + i];
	return look_at(g, text, at, last, &open);
}

void scan_glance_fini(struct scan_glance *g)
{
	mem_free(g->runs);
	mem_free(g->marks);
	*g = (struct scan_glance){ .runs = NULL };
}
