// SPDX-License-Identifier: Apache-2.0
#include "crypto/seal.h"

#include "base/wire.h"
#include "crypto/secret.h"
#include "os/cpu.h"

#include <assert.h>
#include <limits.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

enum {
	AAD_BYTES = 80,
	AAD_EXTRA_MAX = 8192, /* a key slot's header with the largest configuration */
	GCM_NONCE = 12,
	XCHACHA_NONCE = 24,
};

/* libcrypto keeps a direction in its context, so there is one for each, given the key
 * when it is first used. */
enum direction { OPEN, SEAL };

struct lb_seal {
	enum lb_suite suite;
	struct lb_key key;
	EVP_CIPHER *cipher;
	EVP_CIPHER_CTX *context[2];
	bool keyed[2];
	size_t aad_len;
	unsigned char aad[AAD_BYTES + AAD_EXTRA_MAX];
};

bool lb_suite_known(uint64_t number)
{
	return number == LB_SUITE_AES256GCM || number == LB_SUITE_XCHACHA20;
}

enum lb_suite lb_suite_best(void)
{
	return os_cpu_has_aes_gcm() ? LB_SUITE_AES256GCM : LB_SUITE_XCHACHA20;
}

static enum err_code refused(struct err *err)
{
	return err_set(err, ERR_UNSUPPORTED, "libcrypto refused AES-256-GCM");
}

static enum err_code start_gcm(struct lb_seal *s, struct err *err)
{
	s->cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (s->cipher == NULL)
		return refused(err);
	for (int i = OPEN; i <= SEAL; i++) {
		s->context[i] = EVP_CIPHER_CTX_new();
		if (s->context[i] == NULL)
			return err_nomem(err);
		if (EVP_CipherInit_ex2(s->context[i], s->cipher, NULL, NULL, i, NULL) !=
		    1)
			return refused(err);
	}
	return ERR_OK;
}

enum err_code lb_seal_new(struct lb_seal **out, enum lb_suite suite, struct err *err)
{
	struct lb_seal *s;
	enum err_code rc;

	if (!lb_suite_known(suite))
		return err_set(err, ERR_UNSUPPORTED, "unknown suite %d", (int)suite);
	s = lb_guarded_new(sizeof(*s));
	if (s == NULL)
		return err_nomem(err);
	s->suite = suite;
	if (suite == LB_SUITE_AES256GCM && (rc = start_gcm(s, err)) != ERR_OK) {
		lb_seal_free(s);
		return rc;
	}
	*out = s;
	return ERR_OK;
}

void lb_seal_free(struct lb_seal *s)
{
	if (s == NULL)
		return;
	EVP_CIPHER_CTX_free(s->context[OPEN]);
	EVP_CIPHER_CTX_free(s->context[SEAL]);
	EVP_CIPHER_free(s->cipher);
	lb_guarded_free(s);
}

enum err_code lb_seal_key(struct lb_seal *s, const struct lb_key *key, struct err *err)
{
	(void)err; /* so that a suite whose key set-up fails can come */
	s->key = *key;
	s->keyed[OPEN] = s->keyed[SEAL] = false;
	return ERR_OK;
}

/* "LBAD" | u16 version | u8 type | u8 suite | repository 32 | object 32 | u64 slot */
static void build_aad(struct lb_seal *s, const struct lb_aad *aad)
{
	unsigned char *p = s->aad;

	assert(aad->extra.len <= AAD_EXTRA_MAX);
	memcpy(p, "LBAD", 4);
	p[4] = LB_FORMAT_VERSION & 0xff;
	p[5] = LB_FORMAT_VERSION >> 8;
	p[6] = (unsigned char)aad->type;
	p[7] = (unsigned char)s->suite;
	memcpy(p + 8, aad->repo.b, LB_ID);
	memcpy(p + 40, aad->object.b, LB_ID);
	wire_store_u64(p + 72, aad->slot);
	if (aad->extra.len > 0)
		memcpy(p + AAD_BYTES, aad->extra.ptr, aad->extra.len);
	s->aad_len = AAD_BYTES + aad->extra.len;
}

/* The context of one direction, ready for this counter and associated data; NULL where
 * libcrypto refuses. */
static EVP_CIPHER_CTX *gcm_start(struct lb_seal *s, enum direction way, uint64_t counter)
{
	EVP_CIPHER_CTX *c = s->context[way];
	const unsigned char *key = s->keyed[way] ? NULL : s->key.b;
	unsigned char nonce[GCM_NONCE] = { 0 };
	int n;

	wire_store_u64(nonce, counter);
	if (EVP_CipherInit_ex2(c, NULL, key, nonce, (int)way, NULL) != 1 ||
	    EVP_CipherUpdate(c, NULL, &n, s->aad, (int)s->aad_len) != 1)
		return NULL;
	s->keyed[way] = true;
	return c;
}

static bool gcm_seal(struct lb_seal *s, uint64_t counter, struct span plain,
                     unsigned char *out)
{
	EVP_CIPHER_CTX *c = gcm_start(s, SEAL, counter);
	int n = 0;

	if (c == NULL)
		return false;
	if (plain.len > 0 &&
	    EVP_CipherUpdate(c, out, &n, (const unsigned char *)plain.ptr,
	                     (int)plain.len) != 1)
		return false;
	return EVP_CipherFinal_ex(c, out + plain.len, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, LB_TAG, out + plain.len) ==
	               1;
}

/* `tag` is a copy: opening in place must not read it from under its own output. */
static bool gcm_open(struct lb_seal *s, uint64_t counter, struct span body,
                     unsigned char tag[LB_TAG], unsigned char *out)
{
	EVP_CIPHER_CTX *c = gcm_start(s, OPEN, counter);
	unsigned char rest[LB_TAG];
	int n = 0;

	if (c == NULL)
		return false;
	if (body.len > 0 && EVP_CipherUpdate(c, out, &n, (const unsigned char *)body.ptr,
	                                     (int)body.len) != 1)
		return false;
	return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, LB_TAG, tag) == 1 &&
	       EVP_CipherFinal_ex(c, rest, &n) == 1;
}

static bool xchacha_seal(struct lb_seal *s, uint64_t counter, struct span plain,
                         unsigned char *out)
{
	unsigned char nonce[XCHACHA_NONCE] = { 0 };

	wire_store_u64(nonce, counter);
	return crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
		       out, out + plain.len, NULL, (const unsigned char *)plain.ptr,
		       plain.len, s->aad, s->aad_len, NULL, nonce, s->key.b) == 0;
}

static bool xchacha_open(struct lb_seal *s, uint64_t counter, struct span body,
                         const unsigned char tag[LB_TAG], unsigned char *out)
{
	unsigned char nonce[XCHACHA_NONCE] = { 0 };

	wire_store_u64(nonce, counter);
	return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
		       out, NULL, (const unsigned char *)body.ptr, body.len, tag, s->aad,
		       s->aad_len, nonce, s->key.b) == 0;
}

enum err_code lb_seal_put(struct lb_seal *s, uint64_t counter, const struct lb_aad *aad,
                          struct span plain, unsigned char *out, struct err *err)
{
	bool done;

	if (plain.len > INT_MAX)
		return err_set(err, ERR_LIMIT, "%zu bytes are too many to seal at once",
		               plain.len);
	build_aad(s, aad);
	if (s->suite == LB_SUITE_AES256GCM)
		done = gcm_seal(s, counter, plain, out);
	else
		done = xchacha_seal(s, counter, plain, out);
	return done ? ERR_OK : err_set(err, ERR_UNSUPPORTED, "sealing failed");
}

enum err_code lb_seal_get(struct lb_seal *s, uint64_t counter, const struct lb_aad *aad,
                          struct span sealed, unsigned char *out, struct err *err)
{
	unsigned char tag[LB_TAG];
	struct span body;
	bool done;

	if (sealed.len < LB_TAG || sealed.len > INT_MAX)
		return err_set(err, ERR_CORRUPT, "%zu bytes cannot be a sealed piece",
		               sealed.len);
	body = span_of(sealed.ptr, sealed.len - LB_TAG);
	memcpy(tag, sealed.ptr + body.len, LB_TAG);
	build_aad(s, aad);
	if (s->suite == LB_SUITE_AES256GCM)
		done = gcm_open(s, counter, body, tag, out);
	else
		done = xchacha_open(s, counter, body, tag, out);
	if (done)
		return ERR_OK;
	lb_wipe(out, body.len);
	return err_set(err, ERR_CORRUPT, "its bytes are not those that were sealed");
}
