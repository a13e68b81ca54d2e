// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "crypto/key.h"

/* SHA-256 through libcrypto (SHA-NI where the processor has it). */

#define DIGEST_HEX 65 /* 64 digits and NUL */

struct digest;
enum err_code digest_new(struct digest **out, struct err *err) ERR_CHECKED;
enum err_code digest_add(struct digest *d, struct span data, struct err *err) ERR_CHECKED;
/* Finishes and frees. */
enum err_code digest_finish(struct digest *d, char hex[DIGEST_HEX],
                            struct err *err) ERR_CHECKED;
/* The same, as bytes. */
enum err_code digest_finish_id(struct digest *d, struct lb_id *out,
                               struct err *err) ERR_CHECKED;
void digest_free(struct digest *d);

/* In one call. */
enum err_code digest_hex(struct span data, char hex[DIGEST_HEX],
                         struct err *err) ERR_CHECKED;
enum err_code lb_hash(struct span data, struct lb_id *out, struct err *err) ERR_CHECKED;

/* check(data) of docs/format.md: the first 8 bytes of the hash. */
#define LB_CHECK 8
enum err_code lb_check(struct span data, unsigned char out[LB_CHECK],
                       struct err *err) ERR_CHECKED;

/*
 * For tables in memory or in a cache: SipHash-2-4 of 128 bits (Aumasson and Bernstein,
 * 2012), a quarter of the time of SHA-256 for a path. Nobody who does not know the key
 * can find two texts of the same value; it stands for nothing outside of the table.
 */
enum { DIGEST_SHORT = 16 };
struct digest_short_key {
	unsigned char b[DIGEST_SHORT];
};
void digest_short(const struct digest_short_key *key, struct span data,
                  unsigned char out[DIGEST_SHORT]);

#endif
