// SPDX-License-Identifier: Apache-2.0
#include "crypto/signer.h"

#include "base/str.h"
#include "support/check_hex.h"

TestSuite(signer, .timeout = 10);

/* RFC 8032, section 7.1, test 2 */
#define ED25519_SECRET "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
#define ED25519_PUBLIC "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
#define ED25519_SIGNATURE                                                  \
	"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" \
	"085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
/* RFC 6979, A.2.5, SHA-256 of "sample"; the signature as DER */
#define P256_SECRET "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define P256_PUBLIC                                                        \
	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" \
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define P256_SIGNATURE                                                     \
	"3046022100"                                                       \
	"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" \
	"022100"                                                           \
	"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

static struct lb_signer *signer_of(enum lb_verifier_kind kind, const char *hex)
{
	struct lb_signer *s = NULL;
	struct lb_key secret;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_true(str_unhex(span_str(hex), secret.b, LB_KEY), "hex");
	check_ok(lb_signer_new(&s, kind, &secret, &err), &err);
	return s;
}

static struct lb_signer *signer_of_kind(enum lb_verifier_kind kind)
{
	return signer_of(kind, kind == LB_VERIFIER_P256 ? P256_SECRET : ED25519_SECRET);
}

static const enum lb_verifier_kind kinds[] = { LB_VERIFIER_ED25519, LB_VERIFIER_P256 };
enum { KINDS = 2 };

Test(signer, ed25519_matches_rfc_8032)
{
	struct lb_signer *s = signer_of(LB_VERIFIER_ED25519, ED25519_SECRET);
	const struct lb_verifier *v = lb_signer_verifier(s);
	struct buf signature = BUF_INIT;
	struct err err = ERR_INIT;

	check_hex_eq(v->spki, v->len, "302a300506032b6570032100" ED25519_PUBLIC, "SPKI");
	check_ok(lb_signer_sign(s, SPAN_LIT("\x72"), &signature, &err), &err);
	check_hex_eq(signature.ptr, signature.len, ED25519_SIGNATURE, "signature");
	check_ok(lb_verifier_check(v, SPAN_LIT("\x72"), buf_span(&signature), &err),
	         &err);
	buf_fini(&signature);
	lb_signer_free(s);
}

Test(signer, p256_matches_rfc_6979)
{
	struct lb_signer *s = signer_of(LB_VERIFIER_P256, P256_SECRET);
	const struct lb_verifier *v = lb_signer_verifier(s);
	unsigned char signature[72];
	struct err err = ERR_INIT;

	check_hex_eq(v->spki, v->len,
	             "3059301306072a8648ce3d020106082a8648ce3d03010703420004" P256_PUBLIC,
	             "SPKI");
	check_true(str_unhex(SPAN_LIT(P256_SIGNATURE), signature, sizeof signature),
	           "hex");
	check_ok(lb_verifier_check(v, SPAN_LIT("sample"),
	                           span_of((const char *)signature, sizeof signature),
	                           &err),
	         &err);
	lb_signer_free(s);
}

Test(signer, every_bit_of_a_signature_counts)
{
	for (size_t k = 0; k < KINDS; k++) {
		struct lb_signer *s = signer_of_kind(kinds[k]);
		const struct lb_verifier *v = lb_signer_verifier(s);
		const struct span message = SPAN_LIT("a message");
		struct buf b = BUF_INIT;
		struct err err = ERR_INIT;

		check_ok(lb_signer_sign(s, message, &b, &err), &err);
		check_ok(lb_verifier_check(v, message, buf_span(&b), &err), &err);
		for (size_t bit = 0; bit < 8 * b.len; bit++) {
			b.ptr[bit / 8] = (char)(b.ptr[bit / 8] ^ 1 << bit % 8);
			check_err(lb_verifier_check(v, message, buf_span(&b), &err),
			          ERR_AUTH, "kind %zu, bit %zu", k, bit);
			b.ptr[bit / 8] = (char)(b.ptr[bit / 8] ^ 1 << bit % 8);
		}
		check_err(lb_verifier_check(v, SPAN_LIT("a massage"), buf_span(&b), &err),
		          ERR_AUTH, "another message");
		check_err(lb_verifier_check(v, message, span_sub(buf_span(&b), 0, 63),
		                            &err),
		          ERR_AUTH, "cut");
		buf_putc(&b, '\0');
		check_err(lb_verifier_check(v, message, buf_span(&b), &err), ERR_AUTH,
		          "longer");
		buf_fini(&b);
		lb_signer_free(s);
	}
}

Test(signer, a_key_goes_through_pem_and_back)
{
	for (size_t k = 0; k < KINDS; k++) {
		struct lb_signer *s = signer_of_kind(kinds[k]);
		struct buf pem = BUF_INIT;
		struct lb_verifier v;
		struct err err = ERR_INIT;

		buf_puts(&pem, "a comment\n");
		lb_verifier_pem(lb_signer_verifier(s), &pem);
		check_str_contains(buf_str(&pem), "-----END PUBLIC KEY-----\n", "PEM");
		check_ok(lb_verifier_from_pem(&v, buf_span(&pem), &err), &err);
		check_true(lb_verifier_eq(&v, lb_signer_verifier(s)), "the same key");
		buf_truncate(&pem, pem.len - 10);
		check_err(lb_verifier_from_pem(&v, buf_span(&pem), &err), ERR_CORRUPT,
		          "cut");
		buf_fini(&pem);
		lb_signer_free(s);
	}
}

Test(signer, refuses_what_is_no_key)
{
	static const char *const scalars[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
	};
	struct lb_signer *good = signer_of_kind(LB_VERIFIER_P256);
	struct lb_verifier v = *lb_signer_verifier(good);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		struct lb_signer *s = NULL;
		struct lb_key secret;

		check_true(str_unhex(span_str(scalars[i]), secret.b, LB_KEY), "hex");
		check_err(lb_signer_new(&s, LB_VERIFIER_P256, &secret, &err), ERR_CORRUPT,
		          "scalar %zu", i);
	}
	v.spki[v.len - 1] ^= 1;
	check_err(lb_verifier_read(&v, lb_verifier_spki(&v), &err), ERR_CORRUPT,
	          "a point beside the curve");
	check_err(lb_verifier_read(&v, SPAN_LIT("no key"), &err), ERR_CORRUPT, "a text");
	lb_signer_free(good);
}

Test(signer, new_secrets_differ_and_sign)
{
	for (size_t k = 0; k < KINDS; k++) {
		struct lb_signer *s[2] = { NULL, NULL };
		struct err err = ERR_INIT;

		for (size_t i = 0; i < 2; i++) {
			struct lb_key secret;

			lb_signer_random(kinds[k], &secret);
			check_ok(lb_signer_new(&s[i], kinds[k], &secret, &err), &err);
		}
		check_true(!lb_verifier_eq(lb_signer_verifier(s[0]),
		                           lb_signer_verifier(s[1])),
		           "two keys");
		lb_signer_free(s[0]);
		lb_signer_free(s[1]);
	}
}
