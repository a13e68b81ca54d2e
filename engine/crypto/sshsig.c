// SPDX-License-Identifier: Apache-2.0
#include "crypto/sshsig.h"

#include "base/ascii.h"
#include "base/base64.h"

#include <sodium.h>
#include <string.h>

/*
 * All lengths are 32 bits, big endian, in front of the bytes. A key is its kind and then
 * what belongs to the kind; a signature
 *
 *   "SSHSIG" u32 1, key, purpose, "", "sha512", {kind, bytes}
 *
 * and what is signed is "SSHSIG", purpose, "", "sha512" and the hash of the message.
 */

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"
#define MAGIC "SSHSIG"
#define ED25519 "ssh-ed25519"
#define P256 "ecdsa-sha2-nistp256"
#define CURVE "nistp256"

enum {
	COLUMNS = 70,
	VERSION = 1,
	ED25519_BYTES = 32,
	POINT_BYTES = 65,
	NUMBER_MAX = 33, /* 32 bytes, and a 0 in front where the first bit is set */
};

/* ---- lengths and bytes ---- */

static void put_u32(struct buf *out, size_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(out, (char)(unsigned char)(v >> shift & 0xff));
}

static void put_bytes(struct buf *out, struct span s)
{
	put_u32(out, s.len);
	buf_put(out, s);
}

/* What is left of a text that is read; a fault is that it has no pointer. */
struct reading {
	struct span rest;
	bool bad;
};

static uint32_t take_u32(struct reading *r)
{
	uint32_t v = 0;

	if (r->rest.len < 4) {
		r->bad = true;
		return 0;
	}
	for (size_t i = 0; i < 4; i++)
		v = v << 8 | (unsigned char)r->rest.ptr[i];
	r->rest = span_from(r->rest, 4);
	return v;
}

static struct span take_bytes(struct reading *r)
{
	const uint32_t len = take_u32(r);
	const struct span s = span_sub(r->rest, 0, len);

	if (r->bad || s.len != len) {
		r->bad = true;
		return SPAN_EMPTY;
	}
	r->rest = span_from(r->rest, len);
	return s;
}

static bool is_over(const struct reading *r)
{
	return !r->bad && r->rest.len == 0;
}

/* ---- keys ---- */

static const char *kind_of(const struct lb_verifier *v)
{
	return v->kind == LB_VERIFIER_ED25519 ? ED25519 : P256;
}

static size_t bytes_of(enum lb_verifier_kind kind)
{
	return kind == LB_VERIFIER_ED25519 ? ED25519_BYTES : POINT_BYTES;
}

static void put_key(struct buf *out, const struct lb_verifier *v)
{
	const struct span spki = lb_verifier_spki(v);

	put_bytes(out, span_str(kind_of(v)));
	if (v->kind == LB_VERIFIER_P256)
		put_bytes(out, SPAN_LIT(CURVE));
	/* The key itself is the end of its SPKI. */
	put_bytes(out, span_from(spki, spki.len - bytes_of(v->kind)));
}

static enum err_code find_kind(struct span name, enum lb_verifier_kind *out,
                               struct err *err)
{
	if (span_eq_str(name, ED25519))
		*out = LB_VERIFIER_ED25519;
	else if (span_eq_str(name, P256))
		*out = LB_VERIFIER_P256;
	else
		return err_set(err, ERR_UNSUPPORTED,
		               "keys of the kind %.*s are not taken: only " ED25519
		               " and " P256,
		               name.len < 64 ? (int)name.len : 64,
		               name.ptr != NULL ? name.ptr : "");
	return ERR_OK;
}

/* The head of an SPKI is the same for all keys of a kind. */
static enum err_code from_bytes(struct lb_verifier *out, enum lb_verifier_kind kind,
                                struct span bytes, struct err *err)
{
	static const unsigned char p256_head[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07,
		                                   0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
		                                   0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
		                                   0xce, 0x3d, 0x03, 0x01, 0x07, 0x03,
		                                   0x42, 0x00 };
	unsigned char spki[LB_SPKI_P256];
	struct lb_public key;

	if (bytes.len != bytes_of(kind))
		return err_set(err, ERR_CORRUPT, "the key has the wrong length");
	if (kind == LB_VERIFIER_ED25519) {
		memcpy(key.b, bytes.ptr, sizeof key.b);
		lb_verifier_ed25519(out, &key);
		return ERR_OK;
	}
	memcpy(spki, p256_head, sizeof p256_head);
	memcpy(spki + sizeof p256_head, bytes.ptr, POINT_BYTES);
	return lb_verifier_read(out, span_of((const char *)spki, sizeof spki), err);
}

static enum err_code take_key(struct lb_verifier *out, struct span blob, struct err *err)
{
	struct reading r = { blob, false };
	const struct span name = take_bytes(&r);
	enum lb_verifier_kind kind = LB_VERIFIER_ED25519;
	struct span bytes;
	enum err_code rc;

	if (r.bad)
		return err_set(err, ERR_CORRUPT, "the key is cut off");
	rc = find_kind(name, &kind, err);
	if (rc != ERR_OK)
		return rc;
	if (kind == LB_VERIFIER_P256 && !span_eq_str(take_bytes(&r), CURVE))
		return err_set(err, ERR_CORRUPT, "the key is of another curve");
	bytes = take_bytes(&r);
	if (!is_over(&r))
		return err_set(err, ERR_CORRUPT, "the key has the wrong length");
	return from_bytes(out, kind, bytes, err);
}

void lb_verifier_ssh(const struct lb_verifier *v, struct buf *out)
{
	struct buf blob = BUF_INIT;

	put_key(&blob, v);
	buf_puts(out, kind_of(v));
	buf_putc(out, ' ');
	base64_put(out, buf_span(&blob));
	out->failed |= blob.failed;
	buf_fini(&blob);
}

enum err_code lb_verifier_from_ssh(struct lb_verifier *out, struct span type,
                                   struct span base64, struct err *err)
{
	enum lb_verifier_kind kind;
	struct buf blob = BUF_INIT;
	enum err_code rc = find_kind(type, &kind, err);

	if (rc == ERR_OK && base64.len > LB_SSHSIG_MAX)
		rc = err_set(err, ERR_CORRUPT, "the key is too long");
	if (rc == ERR_OK)
		rc = base64_read(&blob, base64, err);
	if (rc == ERR_OK)
		rc = take_key(out, buf_span(&blob), err);
	if (rc == ERR_OK && out->kind != kind)
		rc = err_set(err, ERR_CORRUPT, "the key is of another kind than it says");
	buf_fini(&blob);
	return rc;
}

/* ---- numbers of ECDSA: two of them here, a sequence of two in DER ---- */

static void put_der(struct buf *out, struct span r, struct span s)
{
	buf_putc(out, 0x30);
	buf_putc(out, (char)(4 + r.len + s.len));
	buf_putc(out, 0x02);
	buf_putc(out, (char)r.len);
	buf_put(out, r);
	buf_putc(out, 0x02);
	buf_putc(out, (char)s.len);
	buf_put(out, s);
}

/* Of the DER that lb_signer_sign makes. */
static enum err_code put_numbers(struct buf *out, struct span der, struct err *err)
{
	struct span rest = span_from(der, 2);

	for (int i = 0; i < 2; i++) {
		const size_t len = rest.len >= 2 ? (unsigned char)rest.ptr[1] : 0;
		const struct span number = span_sub(span_from(rest, 2), 0, len);

		if (len == 0 || len > NUMBER_MAX || number.len != len)
			return err_set(err, ERR_CORRUPT, "the signature is no DER");
		put_bytes(out, number);
		rest = span_from(rest, 2 + len);
	}
	return ERR_OK;
}

static bool is_number(struct span s)
{
	return s.len > 0 && s.len <= NUMBER_MAX;
}

static enum err_code check_bytes(const struct lb_verifier *v, struct span message,
                                 struct span bytes, struct err *err)
{
	struct reading r = { bytes, false };
	struct buf der = BUF_INIT;
	struct span one;
	struct span two;
	enum err_code rc;

	if (v->kind == LB_VERIFIER_ED25519)
		return lb_verifier_check(v, message, bytes, err);
	one = take_bytes(&r);
	two = take_bytes(&r);
	if (!is_over(&r) || !is_number(one) || !is_number(two))
		return err_set(err, ERR_CORRUPT, "the signature has the wrong length");
	put_der(&der, one, two);
	rc = buf_err(&der, err);
	if (rc == ERR_OK)
		rc = lb_verifier_check(v, message, buf_span(&der), err);
	buf_fini(&der);
	return rc;
}

/* ---- what is signed ---- */

static enum err_code put_hash(struct buf *out, struct span hash_name, struct span message,
                              struct err *err)
{
	unsigned char hash[crypto_hash_sha512_BYTES];
	const unsigned char *bytes = (const unsigned char *)message.ptr;

	if (span_eq_str(hash_name, "sha512")) {
		crypto_hash_sha512(hash, bytes, message.len);
		put_bytes(out, span_of((const char *)hash, sizeof hash));
		return ERR_OK;
	}
	if (!span_eq_str(hash_name, "sha256"))
		return err_set(err, ERR_CORRUPT,
		               "the signature is over neither SHA-256 nor SHA-512");
	crypto_hash_sha256(hash, bytes, message.len);
	put_bytes(out, span_of((const char *)hash, crypto_hash_sha256_BYTES));
	return ERR_OK;
}

static enum err_code put_signed(struct buf *out, struct span name_space,
                                struct span hash_name, struct span message,
                                struct err *err)
{
	enum err_code rc;

	buf_puts(out, MAGIC);
	put_bytes(out, name_space);
	put_bytes(out, SPAN_EMPTY);
	put_bytes(out, hash_name);
	rc = put_hash(out, hash_name, message, err);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

static void put_armor(struct buf *out, const struct buf *blob)
{
	struct buf text = BUF_INIT;

	base64_put(&text, buf_span(blob));
	buf_puts(out, BEGIN "\n");
	for (size_t i = 0; i < text.len; i += COLUMNS) {
		buf_put(out, span_sub(buf_span(&text), i, COLUMNS));
		buf_putc(out, '\n');
	}
	buf_puts(out, END "\n");
	out->failed |= text.failed || blob->failed;
	buf_fini(&text);
}

static enum err_code put_signature(struct buf *out, struct lb_signer *s,
                                   struct span message, struct err *err)
{
	const struct lb_verifier *v = lb_signer_verifier(s);
	struct buf bytes = BUF_INIT;
	struct buf numbers = BUF_INIT;
	struct buf pair = BUF_INIT;
	enum err_code rc = lb_signer_sign(s, message, &bytes, err);

	if (rc == ERR_OK && v->kind == LB_VERIFIER_P256)
		rc = put_numbers(&numbers, buf_span(&bytes), err);
	if (rc == ERR_OK) {
		put_bytes(&pair, span_str(kind_of(v)));
		put_bytes(&pair,
		          buf_span(v->kind == LB_VERIFIER_P256 ? &numbers : &bytes));
		put_bytes(out, buf_span(&pair));
		out->failed |= bytes.failed || numbers.failed || pair.failed;
	}
	buf_fini(&bytes);
	buf_fini(&numbers);
	buf_fini(&pair);
	return rc;
}

enum err_code lb_sshsig_make(struct lb_signer *s, const char *name_space,
                             struct span message, struct buf *out, struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf key = BUF_INIT;
	struct buf blob = BUF_INIT;
	enum err_code rc =
		put_signed(&text, span_str(name_space), SPAN_LIT("sha512"), message, err);

	put_key(&key, lb_signer_verifier(s));
	buf_puts(&blob, MAGIC);
	put_u32(&blob, VERSION);
	put_bytes(&blob, buf_span(&key));
	put_bytes(&blob, span_str(name_space));
	put_bytes(&blob, SPAN_EMPTY);
	put_bytes(&blob, SPAN_LIT("sha512"));
	if (rc == ERR_OK)
		rc = put_signature(&blob, s, buf_span(&text), err);
	if (rc == ERR_OK) {
		put_armor(out, &blob);
		out->failed |= key.failed;
		rc = buf_err(out, err);
	}
	buf_fini(&text);
	buf_fini(&key);
	buf_fini(&blob);
	return rc;
}

/* ---- reading ---- */

static enum err_code read_armor(struct buf *out, struct span text, struct err *err)
{
	struct buf digits = BUF_INIT;
	enum err_code rc;

	text = span_trim(text);
	if (text.len > LB_SSHSIG_MAX || !span_starts(text, SPAN_LIT(BEGIN)) ||
	    !span_ends(text, SPAN_LIT(END)) || text.len < sizeof(BEGIN END) - 1)
		return err_set(err, ERR_CORRUPT,
		               "this is no text from " BEGIN " to " END);
	text = span_from(text, sizeof(BEGIN) - 1);
	text.len -= sizeof(END) - 1;
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_space(text.ptr[i]))
			buf_putc(&digits, text.ptr[i]);
	rc = buf_err(&digits, err);
	if (rc == ERR_OK)
		rc = base64_read(out, buf_span(&digits), err);
	buf_fini(&digits);
	return rc;
}

/* Its parts, borrowed. */
struct parts {
	struct span key;
	struct span name_space;
	struct span hash_name;
	struct span kind;
	struct span bytes;
};

static enum err_code take_parts(struct parts *p, struct span blob, struct err *err)
{
	struct reading r = { span_from(blob, sizeof(MAGIC) - 1), false };
	struct reading pair = { SPAN_EMPTY, false };
	struct span reserved;

	if (!span_starts(blob, SPAN_LIT(MAGIC)) || take_u32(&r) != VERSION)
		return err_set(err, ERR_CORRUPT, "this is no SSHSIG of version 1");
	p->key = take_bytes(&r);
	p->name_space = take_bytes(&r);
	reserved = take_bytes(&r);
	p->hash_name = take_bytes(&r);
	pair.rest = take_bytes(&r);
	p->kind = take_bytes(&pair);
	p->bytes = take_bytes(&pair);
	if (!is_over(&r) || !is_over(&pair) || reserved.len > 0)
		return err_set(
			err, ERR_CORRUPT,
			"the signature is cut off, or more follows than belongs to it");
	return ERR_OK;
}

enum err_code lb_sshsig_check(struct lb_verifier *by, struct span text,
                              const char *name_space, struct span message,
                              struct err *err)
{
	struct buf blob = BUF_INIT;
	struct buf what = BUF_INIT;
	struct parts p = { .kind = SPAN_EMPTY };
	enum err_code rc = read_armor(&blob, text, err);

	if (rc == ERR_OK)
		rc = take_parts(&p, buf_span(&blob), err);
	if (rc == ERR_OK)
		rc = take_key(by, p.key, err);
	if (rc == ERR_OK && !span_eq_str(p.kind, kind_of(by)))
		rc = err_set(err, ERR_CORRUPT, "it is of another kind than its key");
	if (rc == ERR_OK && !span_eq_str(p.name_space, name_space))
		rc = err_set(err, ERR_AUTH,
		             "it was not made for %s: sign with ssh-keygen -Y sign -n %s",
		             name_space, name_space);
	if (rc == ERR_OK)
		rc = put_signed(&what, p.name_space, p.hash_name, message, err);
	if (rc == ERR_OK)
		rc = check_bytes(by, buf_span(&what), p.bytes, err);
	buf_fini(&blob);
	buf_fini(&what);
	return rc;
}
