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

static enum err_code read_one(struct gate_waiver_signed *out, const struct gate_waiver *v,
                              struct arena *arena, struct err *err)
{
	struct buf statement = BUF_INIT;
	struct buf key = BUF_INIT;
	struct lb_verifier by;
	struct err why = ERR_INIT;
	enum err_code rc;

	gate_waiver_statement(v, &statement);
	rc = buf_err(&statement, err);
	if (rc != ERR_OK)
		goto out;
	if (lb_sshsig_check(&by, span_str(v->signature), GATE_NAMESPACE,
	                    buf_span(&statement), &why) != ERR_OK) {
		out->fault = arena_printf(arena, "its signature is none: %s", why.msg);
	} else {
		lb_verifier_ssh(&by, &key);
		out->key = arena_dup(arena, buf_span(&key));
		rc = buf_err(&key, err);
	}
out:
	buf_fini(&statement);
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

	for (size_t i = 0; i < p->waiver_count && rc == ERR_OK; i++)
		if (p->waivers[i].signature != NULL)
			rc = read_one(&list[i], &p->waivers[i], arena, err);
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	if (rc == ERR_OK)
		*out = list;
	return rc;
}
