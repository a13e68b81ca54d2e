// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "crypto/key.h"

/* Ed25519 signatures, and who signs: each key slot has a seed that its signing key and
 * its box key come from (docs/format.md, section 4). Any thread. */

/* A public key, Ed25519 or X25519. */
#define LB_PUBLIC 32
struct lb_public {
	unsigned char b[LB_PUBLIC];
};

/* Secret; the owner wipes it. */
struct lb_sign_key {
	unsigned char b[64];
};

#define LB_SIGNATURE 64

/* From KDF(slot seed, "sign", ""). */
void lb_sign_derive(struct lb_sign_key *out, const struct lb_key *slot_seed);
void lb_sign_public(struct lb_public *out, const struct lb_sign_key *key);
void lb_sign_wipe(struct lb_sign_key *key);
/* The writer id of records: the first 16 bytes of the public key's hash. */
enum err_code lb_sign_writer(struct lb_id16 *out, const struct lb_public *key,
                             struct err *err) ERR_CHECKED;

/* Signs domain || message; the domain ("lifeboat record") keeps kinds of message apart.
 */
enum err_code lb_sign(unsigned char out[LB_SIGNATURE], const struct lb_sign_key *key,
                      const char *domain, struct span message,
                      struct err *err) ERR_CHECKED;
/* ERR_AUTH where the signature is not this key's over these bytes. */
enum err_code lb_sign_check(const unsigned char signature[LB_SIGNATURE],
                            const struct lb_public *key, const char *domain,
                            struct span message, struct err *err) ERR_CHECKED;

#endif
