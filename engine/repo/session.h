// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_SESSION_H
#define REPO_SESSION_H

#include "repo/record.h"

struct lb_backend;
struct lb_keyring;

/* Session hints (docs/format.md 7): what a session says about itself so that others leave
 * its unregistered packs alone for a while, and so that it can be resumed. Only ever a
 * hint: a wrong one costs work, never data. */

struct lb_session {
	struct lb_id16 id;
	char *host;
	char *user;
	char *program;
	uint64_t start;      /* slot */
	uint64_t beats;      /* grows while the session lives */
	struct lb_ids packs; /* stored, not registered yet */
};

void lb_session_init(struct lb_session *s);
void lb_session_fini(struct lb_session *s);
/* The fields; decoding fills an initialised session (all but id). */
void lb_session_encode(const struct lb_session *s, struct buf *out);
enum err_code lb_session_decode(struct lb_session *s, struct span fields,
                                struct err *err) ERR_CHECKED;

/* The sealed object sessions/<id>. */
enum err_code lb_session_store(const struct lb_session *s, struct lb_backend *b,
                               const struct lb_keyring *k, struct err *err) ERR_CHECKED;
enum err_code lb_session_load(struct lb_session *s, const struct lb_id16 *id,
                              struct lb_backend *b, const struct lb_keyring *k,
                              struct err *err) ERR_CHECKED;
enum err_code lb_session_remove(const struct lb_id16 *id, struct lb_backend *b,
                                struct err *err) ERR_CHECKED;

/* Calls back for every session listed; one whose hint cannot be read comes with its id
 * alone (`readable` false). */
typedef enum err_code lb_session_visit(void *context, const struct lb_session *s,
                                       bool readable, struct err *err);
enum err_code lb_session_each(struct lb_backend *b, const struct lb_keyring *k,
                              lb_session_visit *visit, void *context,
                              struct err *err) ERR_CHECKED;

#endif
