// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"
#include "os/dir.h"
#include "os/fs.h"
#include "record/attest.h"

enum { FILE_MODE = 0644, DECISION_MAX = 64 << 20 };

static enum err_code write_file(const char *dir, const char *name, struct span data,
                                struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, dir, name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), data, FILE_MODE, err);
	buf_fini(&path);
	return rc;
}

static enum err_code remove_file(const char *dir, const char *name, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, dir, name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_remove_tree(buf_str(&path), err);
	buf_fini(&path);
	return rc;
}

void gate_sigstore_write(const char *line, const char *keyid, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_put_key(&w, "dsseEnvelope");
	json_put_raw(&w, line);
	json_field_str(&w, "mediaType", "application/vnd.dev.sigstore.bundle.v0.3+json");
	json_put_key(&w, "verificationMaterial");
	json_open(&w, '{');
	json_put_key(&w, "publicKey");
	json_open(&w, '{');
	json_field_str(&w, "hint", keyid);
	json_close(&w, '}');
	json_close(&w, '}');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* Appends its line, and writes its bundle if it has one. */
static enum err_code put_envelope(struct buf *lines, const struct gate_statement *s,
                                  const char *dir, struct lb_signer *signer,
                                  struct err *err)
{
	const size_t start = lines->len;
	struct buf bundle = BUF_INIT;
	struct gate_envelope e;
	enum err_code rc = gate_envelope_init(&e, GATE_INTOTO_TYPE, s->text, err);

	if (rc == ERR_OK)
		rc = gate_envelope_sign(&e, signer, err);
	if (rc == ERR_OK) {
		gate_envelope_write(&e, lines);
		rc = buf_err(lines, err);
	}
	if (rc == ERR_OK && s->kind->sigstore != NULL) {
		gate_sigstore_write(buf_str(lines) + start, e.signatures[0].keyid,
		                    &bundle);
		rc = buf_err(&bundle, err);
		if (rc == ERR_OK)
			rc = write_file(dir, s->kind->sigstore, buf_span(&bundle), err);
	}
	buf_putc(lines, '\n');
	gate_envelope_fini(&e);
	buf_fini(&bundle);
	return rc;
}

static enum err_code write_envelopes(const struct gate_attested *a, const char *dir,
                                     struct lb_signer *signer, struct err *err)
{
	struct buf lines = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < a->count; i++)
		rc = put_envelope(&lines, &a->items[i], dir, signer, err);
	if (rc == ERR_OK)
		rc = buf_err(&lines, err);
	if (rc == ERR_OK)
		rc = write_file(dir, GATE_ENVELOPES, buf_span(&lines), err);
	buf_fini(&lines);
	return rc;
}

static enum err_code remove_envelopes(const char *dir, struct err *err)
{
	enum err_code rc = remove_file(dir, GATE_ENVELOPES, err);

	for (size_t i = 0; rc == ERR_OK && i < GATE_STATEMENT_KINDS; i++)
		if (gate_statement_kinds[i].sigstore != NULL)
			rc = remove_file(dir, gate_statement_kinds[i].sigstore, err);
	return rc;
}

enum err_code gate_attested_store(const struct gate_attested *a, const char *dir,
                                  struct lb_signer *signer, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < a->count; i++)
		if (a->items[i].kind->file != NULL)
			rc = write_file(dir, a->items[i].kind->file, a->items[i].text,
			                err);
	if (rc != ERR_OK)
		return rc;
	return signer != NULL ? write_envelopes(a, dir, signer, err)
	                      : remove_envelopes(dir, err);
}

enum err_code gate_attested_current(const struct gate_assessment *a, const char *dir,
                                    bool *current, bool *is_signed, struct err *err)
{
	struct buf text = BUF_INIT;
	struct os_dir d = { -1 };
	struct os_stat st;
	enum err_code rc = os_dir_open(&d, NULL, dir, err);

	if (rc == ERR_OK)
		rc = os_dir_read(&d, GATE_DECISION, DECISION_MAX, &text, NULL, err);
	*is_signed = os_dir_stat(&d, GATE_ENVELOPES, &st, NULL) == ERR_OK;
	*current = true;
	for (size_t i = 0; rc == ERR_OK && i < a->signoff_count; i++) {
		const struct gate_signoff *s = a->signoffs[i].said;

		/* A SHA-256 stands nowhere by chance. */
		*current = *current &&
		           (s->fault != NULL ||
		            span_find(buf_span(&text), span_str(s->sha256)) < text.len);
	}
	os_dir_close(&d);
	buf_fini(&text);
	return rc;
}
