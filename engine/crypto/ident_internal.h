// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_IDENT_INTERNAL_H
#define CRYPTO_IDENT_INTERNAL_H

#include "crypto/ident.h"
#include "crypto/sha256_lanes.h"

#include <openssl/evp.h>

enum { IDENT_TYPES = 3 };

/* In guarded memory. */
struct lb_ident {
	enum lb_ident_alg alg;
	struct lb_key key[IDENT_TYPES];
	EVP_MAC_CTX *hmac[IDENT_TYPES]; /* holds its key */
	bool lanes;                     /* the processor can; then these are set: */
	uint32_t inner[IDENT_TYPES][SHA256_WORDS]; /* after the key's first block */
	uint32_t outer[IDENT_TYPES][SHA256_WORDS];
};

/* ident_lanes.c: HMAC-SHA-256 (RFC 2104) of two chunks at a time */
void lb_ident_lanes_init(struct lb_ident *t);
void lb_ident_lanes(const struct lb_ident *t, struct lb_ident_job *jobs, size_t count);

#endif
