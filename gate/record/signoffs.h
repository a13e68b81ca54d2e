// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SIGNOFFS_H
#define GATE_SIGNOFFS_H

#include "crypto/signer.h"
#include "record/store.h"

/*
 * signoffs/ of a run: what people said of its assessment, each word an in-toto statement
 * that names assessment.json by its SHA-256, signed
 *
 *   NAME.json and NAME.json.sig   by a key of OpenSSH (ssh-keygen -Y sign -n seaworthy)
 *   NAME.intoto.jsonl             by a key of `seaworthy key`, as one DSSE envelope
 *
 * Adding one changes nothing that was signed, only the decision.
 */

#define GATE_SIGNOFFS "signoffs"
#define GATE_SIGNOFF_TYPE "urn:seaworthy:sign-off:1"

/* The statement: compact JSON, keys sorted. `file`, `fault` and `key` are no part of it.
 */
void gate_signoff_write(const struct gate_signoff *s, struct buf *out);
/* ERR_CORRUPT for what is none. */
enum err_code gate_signoff_read(struct gate_signoff *s, struct span text,
                                struct arena *arena, struct err *err) ERR_CHECKED;

/* An envelope over it, one line. */
enum err_code gate_signoff_seal(struct span statement, struct lb_signer *signer,
                                struct buf *out, struct err *err) ERR_CHECKED;
/* Who signed this statement, of those whom the policy names; `signature` is a text of
 * ssh-keygen. Faults go into `s`. */
void gate_signoff_check(struct gate_signoff *s, struct span statement,
                        struct span signature, struct arena *arena);
/* The same of an envelope, which is read as well. */
void gate_signoff_open(struct gate_signoff *s, struct span envelope,
                       const struct gate_policy *p, struct arena *arena);

/* The SHA-256 of the run's assessment, computed anew as of its own end; of a run that was
 * compared (gate_recorded_compare). ERR_CORRUPT for one that is damaged or not whole. */
enum err_code gate_signoffs_subject(struct gate_recorded *r, char hex[DIGEST_HEX],
                                    struct err *err) ERR_CHECKED;
/*
 * Puts the authors, who signed its waivers, and the sign-offs of a compared run into its
 * evidence, for a decision as of `decided_ms`. What is wrong with one is its own fault;
 * ERR for what the system refuses.
 */
enum err_code gate_signoffs_load(struct gate_recorded *r, int64_t decided_ms,
                                 struct err *err) ERR_CHECKED;

#endif
