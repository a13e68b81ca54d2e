// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_SHA256_LANES_H
#define CRYPTO_SHA256_LANES_H

#include <stddef.h>
#include <stdint.h>

/*
 * The compression function of SHA-256 (FIPS 180-4, section 6.2) with the instructions
 * that x86-64 has for it, over two streams at a time: each of those instructions waits
 * for the one before, so a second stream costs hardly more time. libcrypto has one stream
 * only. Callers pad, and ask os_cpu_has_sha256 first.
 */

#if defined(__x86_64__)
#define SHA256_HAS_LANES 1
#else
#define SHA256_HAS_LANES 0
#endif

enum { SHA256_BLOCK = 64, SHA256_WORDS = 8 };

struct lb_sha256_lane {
	uint32_t state[SHA256_WORDS];
	const unsigned char *next;
};

/* The state before the first block. */
void lb_sha256_start(uint32_t state[SHA256_WORDS]);
/* So many blocks of the lane; `next` moves behind them. */
void lb_sha256_one(struct lb_sha256_lane *a, size_t blocks);
/* So many blocks of each. */
void lb_sha256_two(struct lb_sha256_lane *a, struct lb_sha256_lane *b, size_t blocks);

#endif
