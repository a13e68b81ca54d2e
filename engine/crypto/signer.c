// SPDX-License-Identifier: Apache-2.0
#include "crypto/signer.h"

#include "crypto/secret.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <string.h>

struct lb_signer {
	struct lb_verifier verifier;
	unsigned char ed25519[crypto_sign_SECRETKEYBYTES];
	EVP_PKEY *p256; /* libcrypto wipes it when it is freed */
};

/* The order of P-256: scalars are below it, and not 0. */
static const unsigned char order[LB_KEY] = { 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00,
	                                     0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	                                     0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
	                                     0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2,
	                                     0xfc, 0x63, 0x25, 0x51 };

static bool is_scalar(const struct lb_key *secret)
{
	return sodium_is_zero(secret->b, LB_KEY) == 0 &&
	       memcmp(secret->b, order, LB_KEY) < 0;
}

void lb_signer_random(enum lb_verifier_kind kind, struct lb_key *out)
{
	do
		lb_key_random(out);
	while (kind == LB_VERIFIER_P256 && !is_scalar(out));
}

static enum err_code failed(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "libcrypto refused ECDSA over P-256");
}

static void load_ed25519(struct lb_signer *s, const struct lb_key *secret)
{
	struct lb_public public;

	(void)crypto_sign_seed_keypair(public.b, s->ed25519, secret->b);
	lb_verifier_ed25519(&s->verifier, &public);
}

/* As an ECPrivateKey (RFC 5915) without the public point, which libcrypto computes. */
static EVP_PKEY *read_scalar(const struct lb_key *secret)
{
	static const unsigned char head[] = { 0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20 };
	static const unsigned char curve[] = { 0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86,
		                               0x48, 0xce, 0x3d, 0x03, 0x01, 0x07 };
	unsigned char der[sizeof head + LB_KEY + sizeof curve];
	const unsigned char *at = der;
	EVP_PKEY *key;

	memcpy(der, head, sizeof head);
	memcpy(der + sizeof head, secret->b, LB_KEY);
	memcpy(der + sizeof head + LB_KEY, curve, sizeof curve);
	key = d2i_PrivateKey(EVP_PKEY_EC, NULL, &at, (long)sizeof der);
	lb_wipe(der, sizeof der);
	return key;
}

static enum err_code load_p256(struct lb_signer *s, const struct lb_key *secret,
                               struct err *err)
{
	unsigned char *spki = NULL;
	enum err_code rc;
	int len;

	if (!is_scalar(secret))
		return err_set(err, ERR_CORRUPT, "this is no secret key of P-256");
	s->p256 = read_scalar(secret);
	if (s->p256 == NULL || (len = i2d_PUBKEY(s->p256, &spki)) < 0)
		return failed(err);
	rc = lb_verifier_read(&s->verifier, span_of((const char *)spki, (size_t)len),
	                      err);
	OPENSSL_free(spki);
	return rc;
}

enum err_code lb_signer_new(struct lb_signer **out, enum lb_verifier_kind kind,
                            const struct lb_key *secret, struct err *err)
{
	struct lb_signer *s = lb_guarded_new(sizeof *s);
	enum err_code rc = ERR_OK;

	if (s == NULL)
		return err_nomem(err);
	if (kind == LB_VERIFIER_ED25519)
		load_ed25519(s, secret);
	else
		rc = load_p256(s, secret, err);
	if (rc == ERR_OK) {
		*out = s;
		s = NULL;
	}
	lb_signer_free(s);
	return rc;
}

void lb_signer_free(struct lb_signer *s)
{
	if (s == NULL)
		return;
	EVP_PKEY_free(s->p256);
	lb_guarded_free(s);
}

const struct lb_verifier *lb_signer_verifier(const struct lb_signer *s)
{
	return &s->verifier;
}

static enum err_code sign_p256(struct lb_signer *s, struct span message, struct buf *out,
                               struct err *err)
{
	enum { DER_MAX = 72 };
	unsigned char signature[DER_MAX];
	size_t len = sizeof signature;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const bool good =
		context != NULL &&
		EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, s->p256) == 1 &&
		EVP_DigestSign(context, signature, &len,
	                       (const unsigned char *)message.ptr, message.len) == 1;

	EVP_MD_CTX_free(context);
	if (!good)
		return failed(err);
	buf_put(out, span_of((const char *)signature, len));
	return buf_err(out, err);
}

enum err_code lb_signer_sign(struct lb_signer *s, struct span message, struct buf *out,
                             struct err *err)
{
	unsigned char signature[crypto_sign_BYTES];

	if (s->verifier.kind == LB_VERIFIER_P256)
		return sign_p256(s, message, out, err);
	(void)crypto_sign_detached(signature, NULL, (const unsigned char *)message.ptr,
	                           message.len, s->ed25519);
	buf_put(out, span_of((const char *)signature, sizeof signature));
	return buf_err(out, err);
}
