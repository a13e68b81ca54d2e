// SPDX-License-Identifier: Apache-2.0
#include "crypto/sha256_lanes.h"

#include <assert.h>
#include <string.h>

void lb_sha256_start(uint32_t state[SHA256_WORDS])
{
	static const uint32_t start[SHA256_WORDS] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};

	memcpy(state, start, sizeof start);
}

#if SHA256_HAS_LANES

#include <immintrin.h>

#define WITH_SHA __attribute__((target("sha,ssse3,sse4.1")))
#define INLINE static inline __attribute__((always_inline)) WITH_SHA

static const uint32_t constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The instructions keep the eight words a..h as two registers, ABEF and CDGH. */
struct working {
	__m128i abef;
	__m128i cdgh;
	__m128i w[4]; /* the last sixteen words of the message schedule */
};

INLINE void load_state(struct working *x, const uint32_t state[SHA256_WORDS])
{
	const __m128i *from = (const __m128i *)(const void *)state;
	const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(from), 0xb1);
	const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(from + 1), 0x1b);

	x->abef = _mm_alignr_epi8(cdab, efgh, 8);
	x->cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
}

INLINE void store_state(const struct working *x, uint32_t state[SHA256_WORDS])
{
	__m128i *to = (__m128i *)(void *)state;
	const __m128i feba = _mm_shuffle_epi32(x->abef, 0x1b);
	const __m128i dchg = _mm_shuffle_epi32(x->cdgh, 0xb1);

	_mm_storeu_si128(to, _mm_blend_epi16(feba, dchg, 0xf0));
	_mm_storeu_si128(to + 1, _mm_alignr_epi8(dchg, feba, 8));
}

INLINE void load_block(struct working *x, const unsigned char *block)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);

	for (int i = 0; i < 4; i++)
		x->w[i] = _mm_shuffle_epi8(
			_mm_loadu_si128((const __m128i *)(const void *)block + i),
			big_endian);
}

/* Rounds 4 * i to 4 * i + 3; the words for them first. */
INLINE void four_rounds(struct working *x, int i)
{
	__m128i *now = &x->w[i & 3];
	const __m128i *k = (const __m128i *)(const void *)constants + i;
	__m128i sum;

	if (i >= 4) {
		const __m128i last = x->w[(i + 3) & 3];
		const __m128i sigma0 = _mm_sha256msg1_epu32(*now, x->w[(i + 1) & 3]);
		const __m128i seven = _mm_alignr_epi8(last, x->w[(i + 2) & 3], 4);

		*now = _mm_sha256msg2_epu32(_mm_add_epi32(sigma0, seven), last);
	}
	sum = _mm_add_epi32(*now, _mm_loadu_si128(k));
	x->cdgh = _mm_sha256rnds2_epu32(x->cdgh, x->abef, sum);
	x->abef = _mm_sha256rnds2_epu32(x->abef, x->cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

INLINE void add_state(struct working *x, __m128i abef, __m128i cdgh)
{
	x->abef = _mm_add_epi32(x->abef, abef);
	x->cdgh = _mm_add_epi32(x->cdgh, cdgh);
}

WITH_SHA void lb_sha256_one(struct lb_sha256_lane *a, size_t blocks)
{
	struct working x;

	load_state(&x, a->state);
	for (; blocks > 0; blocks--) {
		const __m128i abef = x.abef;
		const __m128i cdgh = x.cdgh;

		load_block(&x, a->next);
		a->next += SHA256_BLOCK;
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++)
			four_rounds(&x, i);
		add_state(&x, abef, cdgh);
	}
	store_state(&x, a->state);
}

WITH_SHA void lb_sha256_two(struct lb_sha256_lane *a, struct lb_sha256_lane *b,
                            size_t blocks)
{
	struct working x;
	struct working y;

	load_state(&x, a->state);
	load_state(&y, b->state);
	for (; blocks > 0; blocks--) {
		const __m128i x_abef = x.abef;
		const __m128i x_cdgh = x.cdgh;
		const __m128i y_abef = y.abef;
		const __m128i y_cdgh = y.cdgh;

		load_block(&x, a->next);
		load_block(&y, b->next);
		a->next += SHA256_BLOCK;
		b->next += SHA256_BLOCK;
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) {
			four_rounds(&x, i);
			four_rounds(&y, i);
		}
		add_state(&x, x_abef, x_cdgh);
		add_state(&y, y_abef, y_cdgh);
	}
	store_state(&x, a->state);
	store_state(&y, b->state);
}

#else

void lb_sha256_one(struct lb_sha256_lane *a, size_t blocks)
{
	(void)a;
	(void)blocks;
	assert(!"asked for without SHA256_HAS_LANES");
}

void lb_sha256_two(struct lb_sha256_lane *a, struct lb_sha256_lane *b, size_t blocks)
{
	(void)b;
	lb_sha256_one(a, blocks);
}

#endif
