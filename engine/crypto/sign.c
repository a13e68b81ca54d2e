// SPDX-License-Identifier: Apache-2.0
#include "crypto/sign.h"

#include "base/buf.h"
#include "crypto/digest.h"

#include <sodium.h>
#include <string.h>

void lb_sign_derive(struct lb_sign_key *out, const struct lb_key *slot_seed)
{
	struct lb_key seed;
	struct lb_public ignored;

	lb_kdf(&seed, slot_seed, "sign", SPAN_EMPTY);
	(void)crypto_sign_seed_keypair(ignored.b, out->b, seed.b);
	lb_key_wipe(&seed);
}

void lb_sign_public(struct lb_public *out, const struct lb_sign_key *key)
{
	(void)crypto_sign_ed25519_sk_to_pk(out->b, key->b);
}

void lb_sign_wipe(struct lb_sign_key *key)
{
	lb_wipe(key->b, sizeof(key->b));
}

enum err_code lb_sign_writer(struct lb_id16 *out, const struct lb_public *key,
                             struct err *err)
{
	struct lb_id hash;
	enum err_code rc;

	rc = lb_hash(span_of((const char *)key->b, LB_PUBLIC), &hash, err);
	if (rc == ERR_OK)
		memcpy(out->b, hash.b, LB_ID16);
	return rc;
}

enum err_code lb_sign(unsigned char out[LB_SIGNATURE], const struct lb_sign_key *key,
                      const char *domain, struct span message, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	buf_puts(&text, domain);
	buf_put(&text, message);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		(void)crypto_sign_detached(out, NULL, (const unsigned char *)text.ptr,
		                           text.len, key->b);
	buf_fini(&text);
	return rc;
}

enum err_code lb_sign_check(const unsigned char signature[LB_SIGNATURE],
                            const struct lb_public *key, const char *domain,
                            struct span message, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	buf_puts(&text, domain);
	buf_put(&text, message);
	rc = buf_err(&text, err);
	if (rc == ERR_OK &&
	    crypto_sign_verify_detached(signature, (const unsigned char *)text.ptr,
	                                text.len, key->b) != 0)
		rc = err_set(err, ERR_AUTH, "the signature is not of this key and text");
	buf_fini(&text);
	return rc;
}
