// SPDX-License-Identifier: Apache-2.0
/* Session hints as sealed objects below sessions/. */
#include "backend/backend.h"
#include "pack/object.h"
#include "repo/session.h"

#include <stdio.h>
#include <string.h>

enum {
	HINT_MAX = 4 << 20, /* a hint of more packs is not worth reading */
	KEY_MAX = 64,
};

static void key_of(char key[KEY_MAX], const struct lb_id16 *id)
{
	char hex[LB_ID16_HEX];

	lb_id16_hex(id, hex);
	(void)snprintf(key, KEY_MAX, "sessions/%s", hex);
}

enum err_code lb_session_store(const struct lb_session *s, struct lb_backend *b,
                               const struct lb_keyring *k, struct err *err)
{
	struct buf plain = BUF_INIT, sealed = BUF_INIT;
	char key[KEY_MAX];
	enum err_code rc;

	lb_session_encode(s, &plain);
	rc = buf_err(&plain, err);
	if (rc == ERR_OK)
		rc = lb_object_seal(k, LB_OBJECT_SESSION, buf_span(&plain), &sealed, NULL,
		                    err);
	key_of(key, &s->id);
	if (rc == ERR_OK)
		rc = lb_backend_replace(b, key, buf_span(&sealed), err);
	buf_fini(&plain);
	buf_fini(&sealed);
	return rc;
}

enum err_code lb_session_load(struct lb_session *s, const struct lb_id16 *id,
                              struct lb_backend *b, const struct lb_keyring *k,
                              struct err *err)
{
	struct buf plain = BUF_INIT, sealed = BUF_INIT;
	char key[KEY_MAX];
	enum err_code rc;

	s->id = *id;
	key_of(key, id);
	rc = lb_backend_get(b, key, lb_object_sealed_max(HINT_MAX), &sealed, err);
	if (rc == ERR_OK)
		rc = lb_object_open(k, LB_OBJECT_SESSION, NULL, buf_span(&sealed),
		                    HINT_MAX, &plain, err);
	if (rc == ERR_OK)
		rc = lb_session_decode(s, buf_span(&plain), err);
	if (rc != ERR_OK && rc != ERR_NOT_FOUND)
		rc = err_wrap(err, rc, "%s", key);
	buf_fini(&plain);
	buf_fini(&sealed);
	return rc;
}

enum err_code lb_session_remove(const struct lb_id16 *id, struct lb_backend *b,
                                struct err *err)
{
	char key[KEY_MAX];

	key_of(key, id);
	return lb_backend_delete(b, key, err);
}

struct walk {
	struct lb_backend *backend;
	const struct lb_keyring *keyring;
	lb_session_visit *visit;
	void *context;
};

static enum err_code visit_one(const char *key, uint64_t size, void *context,
                               struct err *err)
{
	const struct walk *walk = context;
	struct lb_session s;
	struct lb_id16 id;
	enum err_code rc;

	(void)size;
	if (!lb_id16_parse(span_from(span_str(key), strlen("sessions/")), &id))
		return ERR_OK; /* not ours */
	lb_session_init(&s);
	rc = lb_session_load(&s, &id, walk->backend, walk->keyring, err);
	if (rc == ERR_CORRUPT || rc == ERR_LIMIT) {
		lb_session_fini(&s);
		s.id = id;
		rc = walk->visit(walk->context, &s, false, err);
	} else if (rc == ERR_OK) {
		rc = walk->visit(walk->context, &s, true, err);
	} else if (rc == ERR_NOT_FOUND) {
		rc = ERR_OK; /* it ended meanwhile */
	}
	lb_session_fini(&s);
	return rc;
}

enum err_code lb_session_each(struct lb_backend *b, const struct lb_keyring *k,
                              lb_session_visit *visit, void *context, struct err *err)
{
	struct walk walk = { b, k, visit, context };

	return lb_backend_list(b, "sessions", visit_one, &walk, err);
}
