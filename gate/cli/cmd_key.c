// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/signing.h"
#include "crypto/sshsig.h"
#include "lib/json.h"
#include "os/clock.h"
#include "record/key_dir.h"

/* `key`: the keys that sign what a run found. */

static enum err_code make(const struct program_call *call, const char *name,
                          struct err *err)
{
	const char *kind = cli_options(call)->key_kind;
	const struct lb_pwhash_cost cost = LB_PWHASH_DEFAULT;
	enum lb_verifier_kind number = LB_VERIFIER_ED25519;
	struct lb_secret password = LB_SECRET_INIT;
	struct gate_key_file k;
	char id[DIGEST_HEX];
	enum err_code rc;

	if (kind != NULL)
		(void)lb_verifier_kind_find(kind, &number); /* the table has them only */
	/* Before anyone types a password. */
	rc = gate_key_dir_load(name, &k, err);
	if (rc == ERR_OK)
		return err_set(err, ERR_USAGE, "there is a key %s", name);
	if (rc == ERR_NOT_FOUND)
		rc = signing_password(&password, call, name, true, err);
	if (rc == ERR_OK)
		rc = gate_key_file_make(&k, number, os_now_ms(),
		                        lb_secret_span(&password), &cost, err);
	if (rc == ERR_OK)
		rc = gate_key_dir_store(name, &k, err);
	if (rc == ERR_OK)
		rc = lb_verifier_id(&k.verifier, id, err);
	if (rc == ERR_OK && !call->options->quiet)
		program_note("key %s: %s; `seaworthy key export %s` prints its public "
		             "half",
		             name, id, name);
	lb_secret_free(&password);
	return rc;
}

static enum err_code put_json(struct json_writer *w, const struct gate_named_key *k,
                              struct err *err)
{
	char created[WHEN_TEXT];
	char id[DIGEST_HEX];
	enum err_code rc = lb_verifier_id(&k->file.verifier, id, err);

	if (rc != ERR_OK)
		return rc;
	when_format(k->file.created_ms, true, created);
	json_open(w, '{');
	json_field_str(w, "name", k->name);
	json_field_str(w, "kind", lb_verifier_kind_name(k->file.verifier.kind));
	json_field_str(w, "created", created);
	json_field_str(w, "id", id);
	json_close(w, '}');
	return ERR_OK;
}

static enum err_code put_line(struct buf *out, const struct gate_named_key *k,
                              struct err *err)
{
	char created[WHEN_TEXT];
	char id[DIGEST_HEX];
	enum err_code rc = lb_verifier_id(&k->file.verifier, id, err);

	if (rc != ERR_OK)
		return rc;
	when_format(k->file.created_ms, false, created);
	buf_printf(out, "%s  %-10s  %s  %s\n", id,
	           lb_verifier_kind_name(k->file.verifier.kind), created, k->name);
	return ERR_OK;
}

static enum err_code list(struct buf *out, bool json, struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct gate_named_key *keys;
	struct json_writer w;
	size_t count;
	enum err_code rc = gate_key_dir_list(&arena, &keys, &count, err);

	json_writer_init(&w, out, 2);
	if (json)
		json_open(&w, '[');
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = json ? put_json(&w, &keys[i], err) : put_line(out, &keys[i], err);
	if (json && rc == ERR_OK) {
		json_close(&w, ']');
		buf_putc(out, '\n');
	}
	arena_fini(&arena);
	return rc;
}

/* As PEM, or as a line for `people` of the policy and for allowed_signers. */
static enum err_code print_public(struct buf *out, const char *name, bool ssh,
                                  struct err *err)
{
	struct gate_key_file k;
	enum err_code rc = gate_key_dir_load(name, &k, err);

	if (rc != ERR_OK)
		return rc == ERR_NOT_FOUND ? ERR_USAGE : rc;
	if (ssh) {
		lb_verifier_ssh(&k.verifier, out);
		buf_printf(out, " %s\n", name);
	} else {
		lb_verifier_pem(&k.verifier, out);
	}
	return ERR_OK;
}

int cli_key(struct program_call *call)
{
	const char *what = call->args.items[0];
	const char *name = call->args.count > 1 ? call->args.items[1] : NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;
	int code;

	if (lb_crypto_init(&err) != ERR_OK)
		return program_fail(call, &err);
	if (str_eq(what, "list") && name == NULL)
		rc = list(&out, str_eq(cli_options(call)->format, "json"), &err);
	else if (str_eq(what, "new") && name != NULL)
		rc = make(call, name, &err);
	else if (str_eq(what, "export") && name != NULL)
		rc = print_public(&out, name, str_eq(cli_options(call)->format, "ssh"),
		                  &err);
	else
		rc = err_set(&err, ERR_USAGE,
		             "key %s: there are new NAME, list and export NAME", what);
	if (rc == ERR_OK)
		return program_print_take(call, &out);
	err.code = rc;
	code = program_fail(call, &err);
	buf_fini(&out);
	return code;
}
