/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SW_TESTS_CHECK_HEX_H
#define SW_TESTS_CHECK_HEX_H

#include "base/mem.h"
#include "base/str.h"
#include "crypto/key.h"
#include "support/check.h"

/* Bytes against the hexadecimal digits of a vector. */
#define check_hex_eq(bytes, len, expected, ...)                      \
	do {                                                         \
		char *check_digits = mem_new(2 * (len) + 1);         \
		check_not_null(check_digits, "memory for digits");   \
		str_hex((bytes), (len), check_digits);               \
		check_str_eq(check_digits, (expected), __VA_ARGS__); \
		mem_free(check_digits);                              \
	} while (0)

/* The key 00 01 02 .. 1f of tests/golden/crypto_vectors.py. */
static inline struct lb_key check_counting_key(void)
{
	struct lb_key key;

	for (unsigned i = 0; i < LB_KEY; i++)
		key.b[i] = (unsigned char)i;
	return key;
}

#endif
