// SPDX-License-Identifier: Apache-2.0
#include "record/key_file.h"

#include "base/base64.h"
#include "base/when.h"
#include "crypto/seal.h"
#include "lib/json.h"
#include "os/random.h"

#include <string.h>

#define VERSION 1

_Static_assert(GATE_KEY_SEALED == LB_KEY + LB_TAG, "a sealed secret is that and its tag");

/* ---- JSON ---- */

static void put_bytes(struct json_writer *w, const char *key, const void *bytes,
                      size_t len)
{
	struct buf text = BUF_INIT;

	base64_put(&text, span_of(bytes, len));
	json_field_span(w, key, buf_span(&text));
	w->out->failed |= text.failed;
	buf_fini(&text);
}

/* All but what is sealed. */
static void put_open_part(const struct gate_key_file *k, struct json_writer *w)
{
	char created[WHEN_TEXT];

	when_format(k->created_ms, true, created);
	json_field_u64(w, "seaworthy_key", VERSION);
	json_field_str(w, "kind", lb_verifier_kind_name(k->verifier.kind));
	json_field_str(w, "created", created);
	put_bytes(w, "public", k->verifier.spki, k->verifier.len);
	json_field_u64(w, "passes", k->cost.passes);
	json_field_u64(w, "memory_kib", k->cost.memory_kib);
	put_bytes(w, "salt", k->salt, sizeof k->salt);
}

void gate_key_file_write(const struct gate_key_file *k, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	put_open_part(k, &w);
	put_bytes(&w, "sealed", k->sealed, sizeof k->sealed);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* The bytes of a member that has `len` of them. */
static enum err_code read_bytes(const struct json *v, const char *key, void *out,
                                size_t len, struct err *err)
{
	const char *text = json_string(json_get(v, key));
	struct buf bytes = BUF_INIT;
	enum err_code rc = base64_read(&bytes, span_str(text), err);

	if (rc == ERR_OK && bytes.len != len)
		rc = err_set(err, ERR_CORRUPT, "it has %zu bytes instead of %zu",
		             bytes.len, len);
	if (rc == ERR_OK)
		memcpy(out, bytes.ptr, len);
	else
		err_wrap(err, rc, "\"%s\"", key);
	buf_fini(&bytes);
	return rc;
}

static enum err_code read_public(struct gate_key_file *k, const struct json *v,
                                 struct err *err)
{
	const char *kind = json_string(json_get(v, "kind"));
	unsigned char spki[LB_SPKI_MAX];
	enum lb_verifier_kind want;
	size_t len;
	enum err_code rc;

	if (kind == NULL || !lb_verifier_kind_find(kind, &want))
		return err_set(err, ERR_CORRUPT,
		               "\"kind\" must be ed25519 or ecdsa-p256");
	len = want == LB_VERIFIER_ED25519 ? LB_SPKI_ED25519 : LB_SPKI_P256;
	if ((rc = read_bytes(v, "public", spki, len, err)) != ERR_OK)
		return rc;
	return lb_verifier_read(&k->verifier, span_of((const char *)spki, len), err);
}

static enum err_code read_cost(struct gate_key_file *k, const struct json *v,
                               struct err *err)
{
	uint64_t passes;
	uint64_t memory;

	if (!json_u64(json_get(v, "passes"), &passes) || passes > UINT32_MAX ||
	    !json_u64(json_get(v, "memory_kib"), &memory) || memory > UINT32_MAX)
		return err_set(err, ERR_CORRUPT,
		               "\"passes\" and \"memory_kib\" must be numbers");
	k->cost = (struct lb_pwhash_cost){ (uint32_t)passes, (uint32_t)memory };
	return ERR_OK;
}

static enum err_code read_members(struct gate_key_file *k, const struct json *v,
                                  struct err *err)
{
	const char *created = json_string(json_get(v, "created"));
	uint64_t version;
	enum err_code rc;

	if (!json_u64(json_get(v, "seaworthy_key"), &version) || version != VERSION)
		return err_set(err, ERR_CORRUPT, "this is no key of seaworthy");
	if (created == NULL || !when_parse(span_str(created), &k->created_ms))
		return err_set(err, ERR_CORRUPT, "\"created\" must be a time");
	if ((rc = read_public(k, v, err)) != ERR_OK ||
	    (rc = read_cost(k, v, err)) != ERR_OK ||
	    (rc = read_bytes(v, "salt", k->salt, sizeof k->salt, err)) != ERR_OK)
		return rc;
	return read_bytes(v, "sealed", k->sealed, sizeof k->sealed, err);
}

enum err_code gate_key_file_read(struct gate_key_file *out, struct span text,
                                 const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, name, err);

	if (rc == ERR_OK && (rc = read_members(out, json_root(doc), err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", name);
	json_free(doc);
	return rc;
}

/* ---- sealing ---- */

/* A seal that has the password's key. */
static enum err_code start_seal(const struct gate_key_file *k, struct span password,
                                struct lb_seal **out, struct err *err)
{
	struct lb_seal *seal = NULL;
	struct lb_key key = { { 0 } };
	enum err_code rc = lb_pwhash(&key, password, k->salt, &k->cost, err);

	if (rc == ERR_OK)
		rc = lb_seal_new(&seal, LB_SUITE_XCHACHA20, err);
	if (rc == ERR_OK)
		rc = lb_seal_key(seal, &key, err);
	if (rc == ERR_OK) {
		*out = seal;
		seal = NULL;
	}
	lb_seal_free(seal);
	lb_key_wipe(&key);
	return rc;
}

/* Seals `secret`, or opens what is sealed into it. The salt is the key's own, so that a
 * counter of 0 is used once. */
static enum err_code pass_seal(struct gate_key_file *k, bool open, struct span password,
                               struct lb_key *secret, struct err *err)
{
	struct lb_aad aad = { .type = LB_SEALED_SIGNER };
	struct lb_seal *seal = NULL;
	struct buf extra = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, &extra, 0);
	json_open(&w, '{');
	put_open_part(k, &w);
	json_close(&w, '}');
	aad.extra = buf_span(&extra);
	if ((rc = buf_err(&extra, err)) == ERR_OK)
		rc = start_seal(k, password, &seal, err);
	if (rc == ERR_OK && open)
		rc = lb_seal_get(seal, 0, &aad,
		                 span_of((const char *)k->sealed, sizeof k->sealed),
		                 secret->b, err);
	else if (rc == ERR_OK)
		rc = lb_seal_put(seal, 0, &aad,
		                 span_of((const char *)secret->b, sizeof secret->b),
		                 k->sealed, err);
	lb_seal_free(seal);
	buf_fini(&extra);
	return rc;
}

enum err_code gate_key_file_make(struct gate_key_file *out, enum lb_verifier_kind kind,
                                 int64_t created_ms, struct span password,
                                 const struct lb_pwhash_cost *cost, struct err *err)
{
	struct lb_signer *signer = NULL;
	struct lb_key secret;
	enum err_code rc;

	*out = (struct gate_key_file){ .created_ms = created_ms, .cost = *cost };
	lb_signer_random(kind, &secret);
	os_random(out->salt, sizeof out->salt);
	rc = lb_signer_new(&signer, kind, &secret, err);
	if (rc == ERR_OK) {
		out->verifier = *lb_signer_verifier(signer);
		rc = pass_seal(out, false, password, &secret, err);
	}
	lb_signer_free(signer);
	lb_key_wipe(&secret);
	return rc;
}

enum err_code gate_key_file_open(const struct gate_key_file *k, struct span password,
                                 struct lb_signer **out, struct err *err)
{
	struct gate_key_file copy = *k;
	struct lb_signer *signer = NULL;
	struct lb_key secret;
	enum err_code rc = pass_seal(&copy, true, password, &secret, err);

	if (rc == ERR_CORRUPT)
		rc = err_set(err, ERR_AUTH,
		             "wrong password, or the file of the key was altered");
	if (rc == ERR_OK)
		rc = lb_signer_new(&signer, k->verifier.kind, &secret, err);
	/* Else whoever sealed it lied about what it is the secret of. */
	if (rc == ERR_OK && !lb_verifier_eq(&k->verifier, lb_signer_verifier(signer)))
		rc = err_set(err, ERR_CORRUPT, "its public key is not of its secret");
	if (rc == ERR_OK) {
		*out = signer;
		signer = NULL;
	}
	lb_signer_free(signer);
	lb_key_wipe(&secret);
	return rc;
}
