// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_SIGNER_H
#define CRYPTO_SIGNER_H

#include "crypto/verifier.h"

/*
 * Signing bytes for other programs to verify: the secret half of crypto/verifier.h, in
 * guarded memory. (Records of a repository have signatures of their own: crypto/sign.h.)
 * A signer may be used by any thread, by one at a time.
 */
struct lb_signer;

/* A new secret: the seed of Ed25519, or the scalar of P-256, big endian. */
void lb_signer_random(enum lb_verifier_kind kind, struct lb_key *out);
/* From such a secret, which the caller wipes. ERR_CORRUPT for what is none. */
enum err_code lb_signer_new(struct lb_signer **out, enum lb_verifier_kind kind,
                            const struct lb_key *secret, struct err *err) ERR_CHECKED;
void lb_signer_free(struct lb_signer *s);

const struct lb_verifier *lb_signer_verifier(const struct lb_signer *s);
/* Appends the signature: 64 bytes, or DER. */
enum err_code lb_signer_sign(struct lb_signer *s, struct span message, struct buf *out,
                             struct err *err) ERR_CHECKED;

#endif
