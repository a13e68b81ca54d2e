// SPDX-License-Identifier: Apache-2.0
#include "crypto/verifier.h"

#include "base/base64.h"
#include "base/str.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <string.h>

#define PEM_BEGIN "-----BEGIN PUBLIC KEY-----"
#define PEM_END "-----END PUBLIC KEY-----"
enum { PEM_COLUMNS = 64, PEM_MAX = 1024 };

/* What stands in front of the key itself. */
static const unsigned char ed25519_head[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
	                                      0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
static const unsigned char p256_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
	                                   0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
	                                   0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	                                   0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };

static const struct {
	const char *name;
	enum lb_verifier_kind kind;
	size_t len;
	struct span head;
} kinds[] = {
	{ "ed25519",
	  LB_VERIFIER_ED25519,
	  LB_SPKI_ED25519,
	  { (const char *)ed25519_head, sizeof ed25519_head } },
	{ "ecdsa-p256",
	  LB_VERIFIER_P256,
	  LB_SPKI_P256,
	  { (const char *)p256_head, sizeof p256_head } },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *lb_verifier_kind_name(enum lb_verifier_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "unknown";
}

bool lb_verifier_kind_find(const char *name, enum lb_verifier_kind *out)
{
	for (size_t i = 0; i < KINDS; i++)
		if (str_eq(kinds[i].name, name)) {
			*out = kinds[i].kind;
			return true;
		}
	return false;
}

struct span lb_verifier_spki(const struct lb_verifier *v)
{
	return span_of((const char *)v->spki, v->len);
}

bool lb_verifier_eq(const struct lb_verifier *a, const struct lb_verifier *b)
{
	return span_eq(lb_verifier_spki(a), lb_verifier_spki(b));
}

static EVP_PKEY *load_p256(const struct lb_verifier *v)
{
	const unsigned char *at = v->spki;

	return d2i_PUBKEY(NULL, &at, (long)v->len);
}

/* On the curve, which for Ed25519 the check of a signature looks at. */
static bool is_point(const struct lb_verifier *v)
{
	EVP_PKEY *key;

	if (v->kind != LB_VERIFIER_P256)
		return true;
	key = load_p256(v);
	EVP_PKEY_free(key);
	return key != NULL;
}

enum err_code lb_verifier_read(struct lb_verifier *out, struct span spki, struct err *err)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (spki.len != kinds[i].len || !span_starts(spki, kinds[i].head))
			continue;
		out->kind = kinds[i].kind;
		out->len = spki.len;
		memcpy(out->spki, spki.ptr, spki.len);
		if (is_point(out))
			return ERR_OK;
	}
	return err_set(err, ERR_CORRUPT,
	               "this is no public key of Ed25519, or of ECDSA over P-256");
}

void lb_verifier_ed25519(struct lb_verifier *out, const struct lb_public *key)
{
	out->kind = LB_VERIFIER_ED25519;
	out->len = LB_SPKI_ED25519;
	memcpy(out->spki, ed25519_head, sizeof ed25519_head);
	memcpy(out->spki + sizeof ed25519_head, key->b, LB_PUBLIC);
}

enum err_code lb_verifier_id(const struct lb_verifier *v, char hex[DIGEST_HEX],
                             struct err *err)
{
	return digest_hex(lb_verifier_spki(v), hex, err);
}

void lb_verifier_pem(const struct lb_verifier *v, struct buf *out)
{
	struct buf text = BUF_INIT;

	base64_put(&text, lb_verifier_spki(v));
	buf_puts(out, PEM_BEGIN "\n");
	for (size_t i = 0; i < text.len; i += PEM_COLUMNS) {
		buf_put(out, span_sub(buf_span(&text), i, PEM_COLUMNS));
		buf_putc(out, '\n');
	}
	buf_puts(out, PEM_END "\n");
	out->failed |= text.failed;
	buf_fini(&text);
}

enum err_code lb_verifier_from_pem(struct lb_verifier *out, struct span text,
                                   struct err *err)
{
	const size_t begin = span_find(text, SPAN_LIT(PEM_BEGIN));
	struct span body = span_from(text, begin + sizeof(PEM_BEGIN) - 1);
	const size_t end = span_find(body, SPAN_LIT(PEM_END));
	struct buf digits = BUF_INIT;
	struct buf spki = BUF_INIT;
	enum err_code rc;

	if (begin == text.len || end == body.len || end > PEM_MAX)
		return err_set(err, ERR_CORRUPT, "there is no " PEM_BEGIN " in it");
	for (size_t i = 0; i < end; i++)
		if (strchr(" \t\r\n", body.ptr[i]) == NULL)
			buf_putc(&digits, body.ptr[i]);
	rc = base64_read(&spki, buf_span(&digits), err);
	if (rc == ERR_OK)
		rc = lb_verifier_read(out, buf_span(&spki), err);
	buf_fini(&digits);
	buf_fini(&spki);
	return rc;
}

static bool check_ed25519(const struct lb_verifier *v, struct span message,
                          struct span signature)
{
	return signature.len == crypto_sign_BYTES &&
	       crypto_sign_verify_detached((const unsigned char *)signature.ptr,
	                                   (const unsigned char *)message.ptr,
	                                   message.len,
	                                   v->spki + sizeof ed25519_head) == 0;
}

/* libcrypto refuses signatures that are not in their one form of DER. */
static bool check_p256(const struct lb_verifier *v, struct span message,
                       struct span signature)
{
	EVP_PKEY *key = load_p256(v);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = key != NULL && context != NULL &&
	            EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	            EVP_DigestVerify(context, (const unsigned char *)signature.ptr,
	                             signature.len, (const unsigned char *)message.ptr,
	                             message.len) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return good;
}

enum err_code lb_verifier_check(const struct lb_verifier *v, struct span message,
                                struct span signature, struct err *err)
{
	const bool good = v->kind == LB_VERIFIER_ED25519
	                          ? check_ed25519(v, message, signature)
	                          : check_p256(v, message, signature);

	if (!good)
		return err_set(err, ERR_AUTH,
		               "the signature is not of this key and text");
	return ERR_OK;
}
