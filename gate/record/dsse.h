// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DSSE_H
#define GATE_DSSE_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/signer.h"

/*
 * DSSE 1.0.2 envelopes: a payload, its type, and signatures over both (PAE). What was
 * signed are bytes, so nothing has to be put into a canonical form: verify first, then
 * parse `payload`, which are the very bytes that were verified.
 */

#define GATE_INTOTO_TYPE "application/vnd.in-toto+json"

enum { GATE_SIGNATURES_MAX = 64 };

struct gate_signature {
	const char *keyid; /* what the envelope says, unsigned: only a hint. Or NULL */
	struct span bytes;
};

struct gate_envelope {
	struct arena arena;
	const char *type;
	struct span payload;
	struct gate_signature signatures[GATE_SIGNATURES_MAX];
	size_t count;
};

/* The bytes that are signed: "DSSEv1" SP length SP type SP length SP payload. */
void gate_dsse_pae(const char *type, struct span payload, struct buf *out);

/* Copies; no signatures yet. `e` is finished by gate_envelope_fini in every case, as with
 * gate_envelope_read. */
enum err_code gate_envelope_init(struct gate_envelope *e, const char *type,
                                 struct span payload, struct err *err) ERR_CHECKED;
void gate_envelope_fini(struct gate_envelope *e);
/* Adds a signature, with the key's id (lb_verifier_id). */
enum err_code gate_envelope_sign(struct gate_envelope *e, struct lb_signer *signer,
                                 struct err *err) ERR_CHECKED;

/* One line of JSON without its line feed. */
void gate_envelope_write(const struct gate_envelope *e, struct buf *out);
/* Members that are not known are passed over. ERR_CORRUPT for what is no envelope; `name`
 * stands in messages. */
enum err_code gate_envelope_read(struct gate_envelope *e, struct span text,
                                 const char *name, struct err *err) ERR_CHECKED;

/*
 * Which of these keys signed it: by[i] says whether keys[i] did; keyids are not believed.
 * `*good` (may be NULL) counts the signatures that are of one of the keys: those that are
 * not say nothing. ERR_AUTH where no key signed it.
 */
enum err_code gate_envelope_verify(const struct gate_envelope *e,
                                   const struct lb_verifier *keys, size_t count, bool *by,
                                   size_t *good, struct err *err) ERR_CHECKED;

#endif
