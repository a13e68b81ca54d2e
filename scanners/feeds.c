// SPDX-License-Identifier: Apache-2.0
#include "feeds.h"

#ifdef __SSE2__
#include <immintrin.h>
#include <limits.h>

enum { LANE = 16 };

/* Counts in whole lanes, up to as many as the bytes of a register can count. */
static size_t count_in_lanes(struct span text, size_t *at)
{
	const __m128i feed = _mm_set1_epi8('\n');
	__m128i counts = _mm_setzero_si128();

	for (int i = 0; i < UCHAR_MAX && text.len - *at >= LANE; i++, *at += LANE) {
		const void *lane = text.ptr + *at;

		counts =
			_mm_sub_epi8(counts, _mm_cmpeq_epi8(_mm_loadu_si128(lane), feed));
	}
	counts = _mm_sad_epu8(counts, _mm_setzero_si128());
	return (size_t)_mm_cvtsi128_si32(counts) +
	       (size_t)_mm_cvtsi128_si32(_mm_srli_si128(counts, LANE / 2));
}
#endif

size_t scan_count_feeds(struct span text)
{
	size_t count = 0;
	size_t at = 0;

#ifdef __SSE2__
	while (text.len - at >= LANE)
		count += count_in_lanes(text, &at);
#endif
	for (; at < text.len; at++)
		count += text.ptr[at] == '\n';
	return count;
}
