// SPDX-License-Identifier: Apache-2.0
#include "record/dsse.h"

#include "base/base64.h"
#include "base/str.h"
#include "lib/json.h"

void gate_dsse_pae(const char *type, struct span payload, struct buf *out)
{
	buf_printf(out, "DSSEv1 %zu %s %zu ", strlen(type), type, payload.len);
	buf_put(out, payload);
}

static struct span copy(struct gate_envelope *e, struct span bytes)
{
	return span_of(arena_dup(&e->arena, bytes), bytes.len);
}

enum err_code gate_envelope_init(struct gate_envelope *e, const char *type,
                                 struct span payload, struct err *err)
{
	*e = (struct gate_envelope){ .count = 0 };
	arena_init(&e->arena);
	e->type = arena_str(&e->arena, type);
	e->payload = copy(e, payload);
	return arena_err(&e->arena, err);
}

void gate_envelope_fini(struct gate_envelope *e)
{
	arena_fini(&e->arena);
}

enum err_code gate_envelope_sign(struct gate_envelope *e, struct lb_signer *signer,
                                 struct err *err)
{
	struct gate_signature *s = &e->signatures[e->count];
	char id[DIGEST_HEX];
	struct buf pae = BUF_INIT;
	struct buf bytes = BUF_INIT;
	enum err_code rc;

	if (e->count == GATE_SIGNATURES_MAX)
		return err_set(err, ERR_LIMIT, "an envelope has at most %d signatures",
		               (int)GATE_SIGNATURES_MAX);
	gate_dsse_pae(e->type, e->payload, &pae);
	if ((rc = buf_err(&pae, err)) == ERR_OK &&
	    (rc = lb_verifier_id(lb_signer_verifier(signer), id, err)) == ERR_OK &&
	    (rc = lb_signer_sign(signer, buf_span(&pae), &bytes, err)) == ERR_OK) {
		s->keyid = arena_str(&e->arena, id);
		s->bytes = copy(e, buf_span(&bytes));
		e->count++;
		rc = arena_err(&e->arena, err);
	}
	buf_fini(&pae);
	buf_fini(&bytes);
	return rc;
}

/* ---- JSON ---- */

static void put_bytes(struct json_writer *w, const char *key, struct span bytes)
{
	struct buf text = BUF_INIT;

	base64_put(&text, bytes);
	json_field_span(w, key, buf_span(&text));
	w->out->failed |= text.failed;
	buf_fini(&text);
}

void gate_envelope_write(const struct gate_envelope *e, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	put_bytes(&w, "payload", e->payload);
	json_field_str(&w, "payloadType", e->type);
	json_put_key(&w, "signatures");
	json_open(&w, '[');
	for (size_t i = 0; i < e->count; i++) {
		json_open(&w, '{');
		if (e->signatures[i].keyid != NULL)
			json_field_str(&w, "keyid", e->signatures[i].keyid);
		put_bytes(&w, "sig", e->signatures[i].bytes);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
}

static enum err_code read_bytes(struct gate_envelope *e, const struct json *v,
                                const char *key, struct span *out, struct err *err)
{
	const char *text = json_string(json_get(v, key));
	struct buf bytes = BUF_INIT;
	enum err_code rc;

	if (text == NULL)
		return err_set(err, ERR_CORRUPT, "\"%s\" must be base 64", key);
	rc = base64_read(&bytes, span_str(text), err);
	if (rc == ERR_OK)
		*out = copy(e, buf_span(&bytes));
	else
		err_wrap(err, rc, "\"%s\"", key);
	buf_fini(&bytes);
	return rc;
}

static enum err_code read_signatures(struct gate_envelope *e, const struct json *list,
                                     struct err *err)
{
	enum err_code rc;

	if (json_type(list) != JSON_ARRAY || json_count(list) == 0 ||
	    json_count(list) > GATE_SIGNATURES_MAX)
		return err_set(err, ERR_CORRUPT,
		               "\"signatures\" must be a list of 1 to %d",
		               (int)GATE_SIGNATURES_MAX);
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		struct gate_signature *s = &e->signatures[e->count];
		const char *keyid = json_string(json_get(v, "keyid"));

		if ((rc = read_bytes(e, v, "sig", &s->bytes, err)) != ERR_OK)
			return err_wrap(err, rc, "signature %zu", e->count + 1);
		s->keyid = arena_str(&e->arena, keyid);
		e->count++;
	}
	return ERR_OK;
}

static enum err_code read_members(struct gate_envelope *e, const struct json *v,
                                  struct err *err)
{
	enum err_code rc;

	if (json_type(v) != JSON_OBJECT)
		return err_set(err, ERR_CORRUPT, "an envelope is an object");
	e->type = arena_str(&e->arena, json_string(json_get(v, "payloadType")));
	if (json_string(json_get(v, "payloadType")) == NULL)
		return err_set(err, ERR_CORRUPT, "\"payloadType\" must be a string");
	if ((rc = read_bytes(e, v, "payload", &e->payload, err)) != ERR_OK ||
	    (rc = read_signatures(e, json_get(v, "signatures"), err)) != ERR_OK)
		return rc;
	return arena_err(&e->arena, err);
}

enum err_code gate_envelope_read(struct gate_envelope *e, struct span text,
                                 const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc;

	*e = (struct gate_envelope){ .count = 0 };
	arena_init(&e->arena);
	rc = json_parse(&doc, text, name, err);
	if (rc == ERR_OK && (rc = read_members(e, json_root(doc), err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", name);
	json_free(doc);
	return rc;
}

/* ---- verifying ---- */

enum err_code gate_envelope_verify(const struct gate_envelope *e,
                                   const struct lb_verifier *keys, size_t count, bool *by,
                                   size_t *good, struct err *err)
{
	struct buf pae = BUF_INIT;
	size_t found = 0;
	enum err_code rc;

	gate_dsse_pae(e->type, e->payload, &pae);
	rc = buf_err(&pae, err);
	for (size_t k = 0; k < count; k++)
		by[k] = false;
	for (size_t i = 0; rc == ERR_OK && i < e->count; i++)
		for (size_t k = 0; k < count; k++)
			if (lb_verifier_check(&keys[k], buf_span(&pae),
			                      e->signatures[i].bytes, NULL) == ERR_OK) {
				by[k] = true;
				found++;
				break;
			}
	if (good != NULL)
		*good = found;
	if (rc == ERR_OK && found == 0)
		rc = err_set(err, ERR_AUTH,
		             "no signature is of a key that is known here");
	buf_fini(&pae);
	return rc;
}
