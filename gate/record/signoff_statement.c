// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "crypto/sshsig.h"
#include "lib/json.h"
#include "policy/people.h"
#include "record/attest.h"
#include "record/signoffs.h"

/* ---- the statement ---- */

static void put_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, true, text);
	json_field_str(w, key, text);
}

static void put_predicate(struct json_writer *w, const struct gate_signoff *s)
{
	json_open(w, '{');
	json_field_str(w, "comment", s->comment);
	if (s->has_expires)
		put_time(w, "expires", s->expires_ms);
	else
		json_field_null(w, "expires");
	json_field_str(w, "role", s->role);
	json_field_u64(w, "schema_version", 1);
	put_time(w, "signed", s->signed_ms);
	json_field_str(w, "verdict", s->reject ? "reject" : "approve");
	json_close(w, '}');
}

void gate_signoff_write(const struct gate_signoff *s, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "_type", "https://in-toto.io/Statement/v1");
	json_put_key(&w, "predicate");
	put_predicate(&w, s);
	json_field_str(&w, "predicateType", GATE_SIGNOFF_TYPE);
	json_put_key(&w, "subject");
	json_open(&w, '[');
	json_open(&w, '{');
	json_put_key(&w, "digest");
	json_open(&w, '{');
	json_field_str(&w, "sha256", s->assessment);
	json_close(&w, '}');
	json_field_str(&w, "name", GATE_ASSESSMENT);
	json_close(&w, '}');
	json_close(&w, ']');
	json_close(&w, '}');
}

/* Of a member that may be null or missing. */
static bool read_time(const struct json *v, int64_t *out, bool *there)
{
	const char *text = json_string(v);

	*there = v != NULL && json_type(v) != JSON_NULL;
	return !*there || (text != NULL && when_parse(span_str(text), out));
}

static enum err_code read_predicate(struct gate_signoff *s, const struct json *v,
                                    struct arena *arena, struct err *err)
{
	const char *verdict = json_string(json_get(v, "verdict"));
	bool has_signed = false;

	s->role = arena_str(arena, json_string(json_get(v, "role")));
	s->comment = arena_str(arena, json_string(json_get(v, "comment")));
	s->reject = str_eq(verdict, "reject");
	if (s->role == NULL)
		return err_set(err, ERR_CORRUPT, "it names no role");
	if (!s->reject && !str_eq(verdict, "approve"))
		return err_set(err, ERR_CORRUPT, "it neither approves nor rejects");
	if (!read_time(json_get(v, "signed"), &s->signed_ms, &has_signed) || !has_signed)
		return err_set(err, ERR_CORRUPT, "it does not say when it was signed");
	if (!read_time(json_get(v, "expires"), &s->expires_ms, &s->has_expires))
		return err_set(err, ERR_CORRUPT, "its \"expires\" is no time");
	return ERR_OK;
}

enum err_code gate_signoff_read(struct gate_signoff *s, struct span text,
                                struct arena *arena, struct err *err)
{
	struct json_doc *doc = NULL;
	const struct json *subject;
	const char *digest;
	enum err_code rc = json_parse(&doc, text, "sign-off", err);

	if (rc != ERR_OK)
		return rc;
	subject = json_get(json_root(doc), "subject");
	digest = json_string(json_get(json_get(json_first(subject), "digest"), "sha256"));
	if (!str_eq(json_string(json_get(json_root(doc), "predicateType")),
	            GATE_SIGNOFF_TYPE))
		rc = err_set(err, ERR_CORRUPT, "it is no %s", GATE_SIGNOFF_TYPE);
	else if (json_type(subject) != JSON_ARRAY || json_count(subject) != 1 ||
	         digest == NULL)
		rc = err_set(err, ERR_CORRUPT, "it names no single assessment");
	else
		rc = read_predicate(s, json_get(json_root(doc), "predicate"), arena, err);
	s->assessment = arena_str(arena, digest);
	json_free(doc);
	return rc == ERR_OK ? arena_err(arena, err) : rc;
}

/* ---- signatures ---- */

enum err_code gate_signoff_seal(struct span statement, struct lb_signer *signer,
                                struct buf *out, struct err *err)
{
	struct gate_envelope e;
	enum err_code rc = gate_envelope_init(&e, GATE_INTOTO_TYPE, statement, err);

	if (rc == ERR_OK)
		rc = gate_envelope_sign(&e, signer, err);
	if (rc == ERR_OK) {
		gate_envelope_write(&e, out);
		buf_putc(out, '\n');
		rc = buf_err(out, err);
	}
	gate_envelope_fini(&e);
	return rc;
}

static enum err_code take_key(struct gate_signoff *s, const struct lb_verifier *by,
                              struct arena *arena, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	lb_verifier_ssh(by, &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		s->key = arena_dup(arena, buf_span(&text));
	buf_fini(&text);
	return rc;
}

static void keep_fault(struct gate_signoff *s, enum err_code rc, const struct err *why,
                       struct arena *arena)
{
	if (rc != ERR_OK)
		s->fault = arena_str(arena, why->msg);
}

void gate_signoff_check(struct gate_signoff *s, struct span statement,
                        struct span signature, struct arena *arena)
{
	struct lb_verifier by;
	struct err why = ERR_INIT;
	/* First who signed these bytes, then what they say. */
	enum err_code rc =
		lb_sshsig_check(&by, signature, GATE_NAMESPACE, statement, &why);

	if (rc == ERR_OK)
		rc = gate_signoff_read(s, statement, arena, &why);
	if (rc == ERR_OK)
		rc = take_key(s, &by, arena, &why);
	keep_fault(s, rc, &why, arena);
}

/* The keys of all whom the policy names. */
static enum err_code known_keys(struct lb_verifier **out, size_t *count,
                                const struct gate_policy *p, struct arena *arena,
                                struct err *err)
{
	size_t cap = 0;

	*out = NULL;
	*count = 0;
	for (size_t i = 0; i < p->signoff_count; i++)
		for (size_t k = 0; k < p->signoffs[i].people.count; k++) {
			struct gate_person person;
			struct lb_verifier *slot;
			size_t blank;

			gate_person_read(&person,
			                 span_str(p->signoffs[i].people.items[k]), arena);
			if (person.key == NULL)
				continue;
			blank = span_find_byte(span_str(person.key), ' ');
			slot = arena_push(arena, out, count, &cap, sizeof *slot);
			if (slot == NULL)
				return err_nomem(err);
			if (lb_verifier_from_ssh(
				    slot, span_sub(span_str(person.key), 0, blank),
				    span_str(person.key + blank + 1), err) != ERR_OK)
				--*count;
		}
	return arena_err(arena, err);
}

static enum err_code open_envelope(struct gate_signoff *s, const struct gate_envelope *e,
                                   const struct gate_policy *p, struct arena *arena,
                                   struct err *err)
{
	struct lb_verifier *keys;
	size_t count;
	bool *by;
	enum err_code rc = known_keys(&keys, &count, p, arena, err);

	if (rc != ERR_OK)
		return rc;
	by = arena_array(arena, count + 1, sizeof *by);
	if (by == NULL)
		return err_nomem(err);
	if (e->count != 1 || !str_eq(e->type, GATE_INTOTO_TYPE))
		return err_set(err, ERR_CORRUPT,
		               "it is no statement with a single signature");
	rc = gate_envelope_verify(e, keys, count, by, NULL, err);
	if (rc != ERR_OK)
		return rc == ERR_AUTH ? err_set(err, rc,
		                                "it is signed by nobody whom the policy "
		                                "names")
		                      : rc;
	for (size_t i = 0; i < count && s->key == NULL && rc == ERR_OK; i++)
		if (by[i])
			rc = take_key(s, &keys[i], arena, err);
	return rc == ERR_OK ? gate_signoff_read(s, e->payload, arena, err) : rc;
}

void gate_signoff_open(struct gate_signoff *s, struct span envelope,
                       const struct gate_policy *p, struct arena *arena)
{
	struct gate_envelope e;
	struct err why = ERR_INIT;
	enum err_code rc = gate_envelope_read(&e, envelope, "envelope", &why);

	if (rc == ERR_OK)
		rc = open_envelope(s, &e, p, arena, &why);
	keep_fault(s, rc, &why, arena);
	gate_envelope_fini(&e);
}
