// SPDX-License-Identifier: Apache-2.0
#include "repo/session.h"

#include "base/mem.h"
#include "base/wire.h"

#include <string.h>

enum {
	TAG_HOST = 1,
	TAG_PROGRAM = 2,
	TAG_START = 3,
	TAG_BEATS = 4,
	TAG_PACKS = 5,
	TAG_USER = 6,

	TEXT_MAX = 4096,
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
