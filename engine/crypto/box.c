// SPDX-License-Identifier: Apache-2.0
#include "crypto/box.h"

#include <sodium.h>

_Static_assert(LB_BOXED == LB_KEY + crypto_box_SEALBYTES, "the size of a sealed key");

void lb_box_derive(struct lb_key *out_secret, const struct lb_key *slot_seed)
{
	lb_kdf(out_secret, slot_seed, "box", SPAN_EMPTY);
}

void lb_box_public(struct lb_public *out, const struct lb_key *secret)
{
	(void)crypto_scalarmult_base(out->b, secret->b);
}

enum err_code lb_box_seal(unsigned char out[LB_BOXED], const struct lb_public *to,
                          const struct lb_key *key, struct err *err)
{
	if (crypto_box_seal(out, key->b, LB_KEY, to->b) != 0)
		return err_set(err, ERR_CORRUPT, "not a usable X25519 public key");
	return ERR_OK;
}

enum err_code lb_box_open(struct lb_key *out, const struct lb_key *secret,
                          const unsigned char boxed[LB_BOXED], struct err *err)
{
	struct lb_public public;

	lb_box_public(&public, secret);
	if (crypto_box_seal_open(out->b, boxed, LB_BOXED, public.b, secret->b) != 0) {
		lb_key_wipe(out);
		return err_set(err, ERR_AUTH, "it is sealed for another key, or altered");
	}
	return ERR_OK;
}
