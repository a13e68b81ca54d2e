// SPDX-License-Identifier: Apache-2.0
#include "repo/session.h"

#include "backend/backend.h"
#include "base/mem.h"
#include "base/wire.h"
#include "pack/object.h"

#include <stdio.h>
#include <string.h>

enum {
	TAG_HOST = 1,
	TAG_PROGRAM = 2,
	TAG_START = 3,
	TAG_BEATS = 4,
	TAG_PACKS = 5,
	TAG_USER = 6,

	TEXT_MAX = 4096,
	HINT_MAX = 4 << 20, /* a hint of more packs is not worth reading */
	KEY_MAX = 64,
};

void lb_session_init(struct lb_session *s)
{
	memset(s, 0, sizeof(*s));
	s->start = LB_NO_SLOT;
}

void lb_session_fini(struct lb_session *s)
{
	mem_free(s->host);
	mem_free(s->user);
	mem_free(s->program);
	lb_ids_fini(&s->packs);
	lb_session_init(s);
}

void lb_session_encode(const struct lb_session *s, struct buf *out)
{
	unsigned char start[8];

	wire_put_field_some(out, TAG_HOST, span_str(s->host));
	wire_put_field_some(out, TAG_PROGRAM, span_str(s->program));
	if (s->start != LB_NO_SLOT) {
		wire_store_u32(start, LB_SLOT_EPOCH(s->start));
		wire_store_u32(start + 4, LB_SLOT_SEQ(s->start));
		wire_put_field(out, TAG_START, span_of((const char *)start, 8));
	}
	wire_put_field_u64(out, TAG_BEATS, s->beats);
	wire_put_field_some(out, TAG_PACKS,
	                    span_of((const char *)s->packs.ids,
	                            s->packs.count * sizeof(*s->packs.ids)));
	wire_put_field_some(out, TAG_USER, span_str(s->user));
}

/* False on running out of memory. */
static bool get_text(struct wire *w, struct span value, char **out)
{
	if (value.len > TEXT_MAX || span_find_byte(value, '\0') != value.len) {
		wire_fail(w);
		return true;
	}
	*out = mem_dup(value);
	return *out != NULL;
}

static void get_start(struct wire *w, struct span value, uint64_t *out)
{
	struct wire v;
	uint32_t epoch, seq;

	wire_init(&v, value);
	epoch = wire_u32(&v);
	seq = wire_u32(&v);
	*out = LB_SLOT(epoch, seq);
	if (!wire_end(&v))
		wire_fail(w);
}

static bool get_packs(struct wire *w, struct span value, struct lb_ids *out)
{
	if (value.len == 0 || value.len % LB_ID != 0) {
		wire_fail(w);
		return true;
	}
	if (!mem_array(&out->ids, value.len / LB_ID, sizeof(*out->ids)))
		return false;
	memcpy(out->ids, value.ptr, value.len);
	out->count = value.len / LB_ID;
	out->room = out->count;
	return true;
}

static bool get_field(struct lb_session *s, struct wire *w, const struct wire_field *f)
{
	switch (f->tag) {
	case TAG_HOST:
		return get_text(w, f->value, &s->host);
	case TAG_PROGRAM:
		return get_text(w, f->value, &s->program);
	case TAG_START:
		get_start(w, f->value, &s->start);
		return true;
	case TAG_BEATS:
		s->beats = wire_field_u64(w, f);
		return true;
	case TAG_PACKS:
		return get_packs(w, f->value, &s->packs);
	case TAG_USER:
		return get_text(w, f->value, &s->user);
	default:
		wire_field_unknown(w, f);
		return true;
	}
}

enum err_code lb_session_decode(struct lb_session *s, struct span fields, struct err *err)
{
	struct wire_field f;
	struct wire w;
	unsigned tag = 0;

	wire_init(&w, fields);
	while (wire_field(&w, &f)) {
		tag = f.tag;
		if (!get_field(s, &w, &f))
			return err_nomem(err);
	}
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "session hint: malformed at field %u",
		               tag);
	return ERR_OK;
}

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
