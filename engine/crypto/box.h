// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_BOX_H
#define CRYPTO_BOX_H

#include "crypto/sign.h"

/* Keys sealed to an X25519 public key (libsodium's crypto_box_seal): whoever has the
 * public key can close the box, only the secret key's owner can open it. Any thread. */

#define LB_BOXED (LB_KEY + 48)

/* KDF(slot seed, "box", ""), the secret key of a key slot. */
void lb_box_derive(struct lb_key *out_secret, const struct lb_key *slot_seed);
void lb_box_public(struct lb_public *out, const struct lb_key *secret);

/* ERR_CORRUPT for a public key that is none. */
enum err_code lb_box_seal(unsigned char out[LB_BOXED], const struct lb_public *to,
                          const struct lb_key *key, struct err *err) ERR_CHECKED;
/* ERR_AUTH where the box is for somebody else, or altered; `out` is zeros then. */
enum err_code lb_box_open(struct lb_key *out, const struct lb_key *secret,
                          const unsigned char boxed[LB_BOXED],
                          struct err *err) ERR_CHECKED;

#endif
