// SPDX-License-Identifier: Apache-2.0
#include "record/dsse.h"
#include "record/entry.h"
#include "record/history.h"
#include "record/history_index.h"

static enum err_code seal(struct span statement, struct lb_signer *signer,
                          struct buf *out, struct err *err)
{
	struct gate_envelope e;
	enum err_code rc = gate_envelope_init(&e, GATE_INTOTO_TYPE, statement, err);

	if (rc == ERR_OK)
		rc = gate_envelope_sign(&e, signer, err);
	if (rc == ERR_OK) {
		gate_envelope_write(&e, out);
		rc = buf_err(out, err);
	}
	gate_envelope_fini(&e);
	return rc;
}

/* What no reader takes would break the history: shards say their commits themselves. */
static enum err_code check(struct span statement, const struct gate_chain *after,
                           struct err *err)
{
	const struct gate_chain_entry c = { .index = after->count,
		                            .previous = after->head,
		                            .text = statement };
	struct gate_entry e;
	const enum err_code rc = gate_entry_take(&e, &c, err);

	gate_entry_fini(&e);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "the entry of this run");
}

/* The place of an entry is part of what is signed, so all of it is done under the lock.
 */
static enum err_code add(struct gate_history *h, const struct gate_recorded *r,
                         const struct gate_assessment *a, const char *assessment,
                         struct lb_signer *signer, struct err *err)
{
	struct buf statement = BUF_INIT;
	struct buf envelope = BUF_INIT;
	enum err_code rc = gate_history_begin(h, err);

	if (rc == ERR_OK)
		rc = gate_entry_write(r, a, assessment, &gate_history_state(h)->chain,
		                      &statement, err);
	if (rc == ERR_OK)
		rc = check(buf_span(&statement), &gate_history_state(h)->chain, err);
	if (rc == ERR_OK && signer != NULL)
		rc = seal(buf_span(&statement), signer, &envelope, err);
	if (rc == ERR_OK)
		rc = gate_history_append(
			h, buf_span(signer != NULL ? &envelope : &statement),
			signer != NULL, err);
	buf_fini(&statement);
	buf_fini(&envelope);
	return rc;
}

enum err_code gate_history_add(const char *root, const struct gate_recorded *r,
                               const struct gate_assessment *a, const char *assessment,
                               struct lb_signer *signer, const struct cancel *cancel,
                               uint64_t *torn, struct err *err)
{
	struct gate_history *h;
	enum err_code rc = gate_history_open(&h, root, cancel, err);

	*torn = 0;
	if (rc != ERR_OK)
		return rc;
	*torn = gate_history_state(h)->torn;
	rc = add(h, r, a, assessment, signer, err);
	gate_history_close(h);
	gate_history_refresh(root);
	return rc;
}
