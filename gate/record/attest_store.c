// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"
#include "record/attest.h"

enum { FILE_MODE = 0644 };

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

/* One line. */
static enum err_code put_envelope(struct buf *out, const struct buf *statement,
                                  struct lb_signer *signer, struct err *err)
{
	struct gate_envelope e;
	enum err_code rc =
		gate_envelope_init(&e, GATE_INTOTO_TYPE, buf_span(statement), err);

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

static enum err_code write_envelopes(const struct gate_attested *a, const char *dir,
                                     struct lb_signer *signer, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = put_envelope(&text, &a->assessment, signer, err);

	if (rc == ERR_OK)
		rc = put_envelope(&text, &a->decision, signer, err);
	if (rc == ERR_OK)
		rc = write_file(dir, GATE_ENVELOPES, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

static enum err_code remove_envelopes(const char *dir, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, dir, GATE_ENVELOPES);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_remove_tree(buf_str(&path), err);
	buf_fini(&path);
	return rc;
}

enum err_code gate_attested_store(const struct gate_attested *a, const char *dir,
                                  struct lb_signer *signer, struct err *err)
{
	enum err_code rc =
		write_file(dir, GATE_ASSESSMENT, buf_span(&a->assessment), err);

	if (rc == ERR_OK)
		rc = write_file(dir, GATE_DECISION, buf_span(&a->decision), err);
	if (rc != ERR_OK)
		return rc;
	return signer != NULL ? write_envelopes(a, dir, signer, err)
	                      : remove_envelopes(dir, err);
}
