// SPDX-License-Identifier: Apache-2.0
#include "record/waivers.h"

#include "base/when.h"
#include "crypto/sshsig.h"
#include "lib/json.h"
#include "policy/people.h"

static void put_time(struct json_writer *w, const char *key, bool there, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, true, text);
	json_field_str(w, key, there ? text : NULL);
}

void gate_waiver_statement(const struct gate_waiver *v, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "_type", "urn:seaworthy:waiver:1");
	json_field_str(&w, "approver", v->approver);
	json_field_str(&w, "check", v->check);
	put_time(&w, "expires", true, v->expires_ms);
	json_field_str(&w, "fingerprint", v->fingerprint);
	put_time(&w, "granted", v->has_granted, v->granted_ms);
	json_field_str(&w, "issue", v->issue);
	json_field_str(&w, "owner", v->owner);
	json_field_str(&w, "reason", v->reason);
	json_field_u64(&w, "renewed", v->renewed);
	json_close(&w, '}');
}

void gate_attestation_statement(const struct gate_check *c, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "_type", "urn:seaworthy:attestation:1");
	json_field_str(&w, "check", c->id);
	put_time(&w, "expires", c->has_attest_expires, c->attest_expires_ms);
	json_field_str(&w, "role", c->attest_role);
	json_field_str(&w, "statement", c->attest_statement);
	json_field_str(&w, "value", c->attest_value);
	json_close(&w, '}');
}

static enum err_code read_one(struct gate_waiver_signed *out, struct buf *statement,
                              const char *signature, struct arena *arena, struct err *err)
{
	struct buf key = BUF_INIT;
	struct lb_verifier by;
	struct err why = ERR_INIT;
	enum err_code rc = buf_err(statement, err);

	if (rc != ERR_OK)
		goto out;
	if (lb_sshsig_check(&by, span_str(signature), GATE_NAMESPACE, buf_span(statement),
	                    &why) != ERR_OK) {
		out->fault = arena_printf(arena, "its signature is none: %s", why.msg);
	} else {
		lb_verifier_ssh(&by, &key);
		out->key = arena_dup(arena, buf_span(&key));
		rc = buf_err(&key, err);
	}
out:
	buf_fini(statement);
	buf_fini(&key);
	return rc;
}

enum err_code gate_waivers_read(const struct gate_waiver_signed **out,
                                const struct gate_policy *p, struct arena *arena,
                                struct err *err)
{
	struct gate_waiver_signed *list =
		arena_array(arena, p->waiver_count, sizeof *list);
	enum err_code rc = list != NULL ? lb_crypto_init(err) : err_nomem(err);

	for (size_t i = 0; i < p->waiver_count && rc == ERR_OK; i++) {
		struct buf statement = BUF_INIT;

		if (p->waivers[i].signature == NULL)
			continue;
		gate_waiver_statement(&p->waivers[i], &statement);
		rc = read_one(&list[i], &statement, p->waivers[i].signature, arena, err);
	}
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	if (rc == ERR_OK)
		*out = list;
	return rc;
}

enum err_code gate_attestations_read(const struct gate_waiver_signed **out,
                                     const struct gate_policy *p, struct arena *arena,
                                     struct err *err)
{
	struct gate_waiver_signed *list =
		arena_array(arena, p->check_count, sizeof *list);
	enum err_code rc = list != NULL ? lb_crypto_init(err) : err_nomem(err);

	for (size_t i = 0; i < p->check_count && rc == ERR_OK; i++) {
		struct buf statement = BUF_INIT;

		if (p->checks[i].attest_signature == NULL)
			continue;
		gate_attestation_statement(&p->checks[i], &statement);
		rc = read_one(&list[i], &statement, p->checks[i].attest_signature, arena,
		              err);
	}
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	if (rc == ERR_OK)
		*out = list;
	return rc;
}
