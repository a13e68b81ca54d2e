// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_VERIFIER_H
#define CRYPTO_VERIFIER_H

#include "base/buf.h"
#include "crypto/digest.h"
#include "crypto/sign.h"

/*
 * Public keys that signatures of bytes are checked with, in the forms that other programs
 * read: pure Ed25519 (RFC 8032), and ECDSA over P-256 and SHA-256 with its signatures in
 * DER. A key is its SubjectPublicKeyInfo (RFC 5280), of which both kinds have one form.
 * Plain values; any thread.
 */

enum lb_verifier_kind { LB_VERIFIER_ED25519 = 1, LB_VERIFIER_P256 = 2 };

/* "ed25519", "ecdsa-p256" */
const char *lb_verifier_kind_name(enum lb_verifier_kind kind);
bool lb_verifier_kind_find(const char *name, enum lb_verifier_kind *out);

enum { LB_SPKI_ED25519 = 44, LB_SPKI_P256 = 91, LB_SPKI_MAX = LB_SPKI_P256 };

struct lb_verifier {
	enum lb_verifier_kind kind;
	size_t len;
	unsigned char spki[LB_SPKI_MAX]; /* DER */
};

bool lb_verifier_eq(const struct lb_verifier *a, const struct lb_verifier *b);
struct span lb_verifier_spki(const struct lb_verifier *v);
/* ERR_CORRUPT for what is no key of the two kinds. */
enum err_code lb_verifier_read(struct lb_verifier *out, struct span spki,
                               struct err *err) ERR_CHECKED;
/* Of a bare key of Ed25519. */
void lb_verifier_ed25519(struct lb_verifier *out, const struct lb_public *key);
/* The SHA-256 of the SPKI, in hex: what names the key. */
enum err_code lb_verifier_id(const struct lb_verifier *v, char hex[DIGEST_HEX],
                             struct err *err) ERR_CHECKED;

/* "-----BEGIN PUBLIC KEY-----" (RFC 7468). */
void lb_verifier_pem(const struct lb_verifier *v, struct buf *out);
/* The first one of the text; what stands around it is passed over. */
enum err_code lb_verifier_from_pem(struct lb_verifier *out, struct span text,
                                   struct err *err) ERR_CHECKED;

/* ERR_AUTH where the signature is not this key's over these bytes. */
enum err_code lb_verifier_check(const struct lb_verifier *v, struct span message,
                                struct span signature, struct err *err) ERR_CHECKED;

#endif
