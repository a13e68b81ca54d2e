// SPDX-License-Identifier: Apache-2.0
#include "repo/record.h"

#include "base/mem.h"
#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

enum {
	TAG_SEGMENTS = 128,
	TAG_DROPPED = 129,
	TAG_CONDEMNED = 130,
	TAG_DEAD = 131,
	TAG_JUDGED = 132,
	TAG_KEY = 133,
	TAG_KEY_REMOVED = 134,
	TAG_EPOCH_KEYS = 135,
	TAG_CONFIG = 136,

	TAG_FORGET_IDS = 128,
	TAG_META_ID = 128,
	TAG_META_FIELDS = 129,
	TAG_SNAPSHOT_PARTIAL = 129,
	TAG_SNAPSHOT_REPLACES = 130,

	FORM_INLINE = 0,
	FORM_LIST = 1,

	SEALED_KEY = 80,
};

static const struct {
	const char *name;
	uint32_t role;
} types[] = {
	[LB_GENESIS] = { "GENESIS", LB_ROLE_ADMIN },
	[LB_COMMIT] = { "COMMIT", LB_ROLE_BACKUP },
	[LB_FORGET] = { "FORGET", LB_ROLE_PRUNE },
	[LB_CONDEMN] = { "CONDEMN", LB_ROLE_PRUNE },
	[LB_SWEEP] = { "SWEEP", LB_ROLE_PRUNE },
	[LB_MERGE] = { "MERGE", LB_ROLE_PRUNE },
	[LB_META] = { "META", LB_ROLE_PRUNE },
	[LB_KEYS] = { "KEY", LB_ROLE_ADMIN },
	[LB_SEAL] = { "SEAL", LB_ROLE_PRUNE },
	[LB_VOID] = { "VOID", 0 },
};

const char *lb_record_type_name(uint8_t type)
{
	if (type == 0 || type >= sizeof(types) / sizeof(*types))
		return "unknown";
	return types[type].name;
}

const char *lb_role_name(uint32_t role)
{
	switch (role) {
	case LB_ROLE_BACKUP:
		return "backup";
	case LB_ROLE_READ:
		return "read";
	case LB_ROLE_PRUNE:
		return "prune";
	case LB_ROLE_ADMIN:
		return "admin";
	default:
		return "unknown";
	}
}

uint32_t lb_record_role(uint8_t type)
{
	return type < sizeof(types) / sizeof(*types) ? types[type].role : 0;
}

bool lb_ids_add(struct lb_ids *n, const struct lb_id *id)
{
	if (!mem_grow(&n->ids, n->count, &n->room, sizeof(*n->ids)))
		return false;
	n->ids[n->count++] = *id;
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct lb_id));
}

void lb_ids_sort(struct lb_ids *n)
{
	size_t kept = 0;

	if (n->count == 0)
		return;
	qsort(n->ids, n->count, sizeof(*n->ids), compare_ids);
	for (size_t i = 1; i < n->count; i++) {
		if (compare_ids(&n->ids[i], &n->ids[kept]) != 0)
			n->ids[++kept] = n->ids[i];
	}
	n->count = kept + 1;
}

bool lb_ids_has(const struct lb_ids *n, const struct lb_id *id)
{
	return n->count > 0 &&
	       bsearch(id, n->ids, n->count, sizeof(*n->ids), compare_ids) != NULL;
}

bool lb_ids_copy(struct lb_ids *out, const struct lb_ids *n)
{
	struct lb_ids copy = { 0 };

	if (n->count > 0) {
		if (!mem_array(&copy.ids, n->count, sizeof(*copy.ids)))
			return false;
		memcpy(copy.ids, n->ids, n->count * sizeof(*copy.ids));
		copy.count = n->count;
		copy.room = n->count;
	}
	lb_ids_fini(out);
	*out = copy;
	return true;
}

void lb_ids_fini(struct lb_ids *n)
{
	mem_free(n->ids);
	memset(n, 0, sizeof(*n));
}

void lb_record_init(struct lb_record *r, uint8_t type)
{
	memset(r, 0, sizeof(*r));
	r->type = type;
	r->slot = LB_NO_SLOT;
	r->judged = LB_NO_SLOT;
	buf_init(&r->epoch_keys);
	buf_init(&r->private_part);
}

void lb_record_clear_names(struct lb_record *r)
{
	lb_ids_fini(&r->segments);
	lb_ids_fini(&r->dropped);
	lb_ids_fini(&r->condemned);
	lb_ids_fini(&r->dead);
}

void lb_record_fini(struct lb_record *r)
{
	lb_record_clear_names(r);
	buf_fini(&r->epoch_keys);
	buf_fini(&r->private_part);
}

/* Writing */

static void put_names(struct buf *out, uint8_t tag, const struct lb_ids *n)
{
	struct buf value = BUF_INIT;

	if (n->listed) {
		wire_put_u8(&value, FORM_LIST);
		wire_put_raw(&value, n->list.b, LB_ID);
		wire_put_u32(&value, n->list_count);
	} else if (n->count > 0) {
		wire_put_u8(&value, FORM_INLINE);
		wire_put_raw(&value, n->ids, n->count * sizeof(*n->ids));
	}
	out->failed = out->failed || value.failed;
	wire_put_field_some(out, tag, buf_span(&value));
	buf_fini(&value);
}

static void put_key(struct buf *out, const struct lb_key_entry *k)
{
	struct buf value = BUF_INIT;

	wire_put_raw(&value, k->slot.b, LB_ID16);
	wire_put_raw(&value, k->sign_public.b, LB_PUBLIC);
	wire_put_raw(&value, k->box_public.b, LB_PUBLIC);
	wire_put_u32(&value, k->roles);
	wire_put_i64(&value, k->time);
	wire_put_raw(&value, k->label, strlen(k->label));
	out->failed = out->failed || value.failed;
	wire_put_field(out, TAG_KEY, buf_span(&value));
	buf_fini(&value);
}

void lb_record_put_shared(const struct lb_record *r, struct buf *out)
{
	put_names(out, TAG_SEGMENTS, &r->segments);
	put_names(out, TAG_DROPPED, &r->dropped);
	put_names(out, TAG_CONDEMNED, &r->condemned);
	put_names(out, TAG_DEAD, &r->dead);
	if (r->judged != LB_NO_SLOT) {
		unsigned char at[8];

		wire_store_u32(at, LB_SLOT_EPOCH(r->judged));
		wire_store_u32(at + 4, LB_SLOT_SEQ(r->judged));
		wire_put_field(out, TAG_JUDGED, span_of((char *)at, sizeof(at)));
	}
	if (r->has_key)
		put_key(out, &r->key);
	if (r->has_key_removed)
		wire_put_field(out, TAG_KEY_REMOVED, lb_id16_span(&r->key_removed));
	wire_put_field_some(out, TAG_EPOCH_KEYS, buf_span(&r->epoch_keys));
	if (r->has_config)
		wire_put_field(out, TAG_CONFIG, lb_id_span(&r->config));
}

/* Reading */

static bool get_names(struct wire *w, struct span value, struct lb_ids *n)
{
	struct wire v;
	uint8_t form;

	wire_init(&v, value);
	form = wire_u8(&v);
	if (form == FORM_LIST) {
		wire_copy(&v, n->list.b, LB_ID);
		n->list_count = wire_u32(&v);
		n->listed = true;
		if (!wire_end(&v) || n->list_count == 0)
			wire_fail(w);
		return true;
	}
	if (form != FORM_INLINE || v.left == 0 || v.left % LB_ID != 0) {
		wire_fail(w);
		return true;
	}
	n->count = v.left / LB_ID;
	if (!mem_array(&n->ids, n->count, sizeof(*n->ids))) {
		n->count = 0;
		return false;
	}
	n->room = n->count;
	wire_copy(&v, n->ids, n->count * LB_ID);
	return true;
}

static void get_judged(struct wire *w, struct span value, uint64_t *slot)
{
	struct wire v;
	uint32_t epoch, seq;

	wire_init(&v, value);
	epoch = wire_u32(&v);
	seq = wire_u32(&v);
	*slot = LB_SLOT(epoch, seq);
	if (!wire_end(&v) || *slot == LB_NO_SLOT)
		wire_fail(w);
}

static void get_key(struct wire *w, struct span value, struct lb_key_entry *k)
{
	struct wire v;
	struct span label;

	wire_init(&v, value);
	wire_copy(&v, k->slot.b, LB_ID16);
	wire_copy(&v, k->sign_public.b, LB_PUBLIC);
	wire_copy(&v, k->box_public.b, LB_PUBLIC);
	k->roles = wire_u32(&v);
	k->time = wire_i64(&v);
	label = wire_rest(&v);
	if (!wire_end(&v) || label.len >= sizeof(k->label) ||
	    span_find_byte(label, '\0') != label.len) {
		wire_fail(w);
		return;
	}
	if (label.len > 0)
		memcpy(k->label, label.ptr, label.len);
	k->label[label.len] = '\0';
}

static void get_epoch_keys(struct wire *w, struct span value, struct buf *out)
{
	if (value.len < 4 + LB_ID16 + SEALED_KEY ||
	    (value.len - 4) % (LB_ID16 + SEALED_KEY) != 0)
		wire_fail(w);
	buf_put(out, value);
}

/* One shared field; false on running out of memory. */
static bool get_shared(struct lb_record *r, struct wire *w, const struct wire_field *f)
{
	switch (f->tag) {
	case TAG_SEGMENTS:
		return get_names(w, f->value, &r->segments);
	case TAG_DROPPED:
		return get_names(w, f->value, &r->dropped);
	case TAG_CONDEMNED:
		return get_names(w, f->value, &r->condemned);
	case TAG_DEAD:
		return get_names(w, f->value, &r->dead);
	case TAG_JUDGED:
		get_judged(w, f->value, &r->judged);
		return true;
	case TAG_KEY:
		r->has_key = true;
		get_key(w, f->value, &r->key);
		return true;
	case TAG_KEY_REMOVED:
		r->has_key_removed = true;
		wire_field_copy(w, f, r->key_removed.b, LB_ID16);
		return true;
	case TAG_EPOCH_KEYS:
		get_epoch_keys(w, f->value, &r->epoch_keys);
		return buf_ok(&r->epoch_keys);
	case TAG_CONFIG:
		r->has_config = true;
		wire_field_copy(w, f, r->config.b, LB_ID);
		return true;
	default:
		wire_field_unknown(w, f);
		return true;
	}
}

enum err_code lb_record_get_shared(struct lb_record *r, struct span fields,
                                   struct err *err)
{
	struct wire_field f;
	struct wire w;
	unsigned tag = 0;

	wire_init(&w, fields);
	while (wire_field(&w, &f)) {
		tag = f.tag;
		if (!get_shared(r, &w, &f))
			return err_nomem(err);
	}
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "shared part: malformed at field %u",
		               tag);
	return ERR_OK;
}

/* Private parts */

/* The value of one field; empty when it is missing. */
static enum err_code find_field(struct span fields, uint8_t tag, const char *what,
                                struct span *value, struct err *err)
{
	struct wire_field f;
	struct wire w;

	*value = SPAN_EMPTY;
	wire_init(&w, fields);
	while (wire_field(&w, &f)) {
		if (f.tag == tag)
			*value = f.value;
	}
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "%s: malformed private part", what);
	return ERR_OK;
}

static enum err_code find_ids(const struct lb_record *r, uint8_t tag, struct span *ids,
                              struct err *err)
{
	const char *what = lb_record_type_name(r->type);
	enum err_code rc;

	rc = find_field(buf_span(&r->private_part), tag, what, ids, err);
	if (rc == ERR_OK && ids->len % LB_ID16 != 0)
		rc = err_set(err, ERR_CORRUPT, "%s: a cut snapshot id", what);
	return rc;
}

void lb_record_put_forget(const struct lb_id16 *ids, size_t count, struct buf *out)
{
	wire_put_field_some(out, TAG_FORGET_IDS,
	                    span_of((const char *)ids, count * sizeof(*ids)));
}

enum err_code lb_record_get_forget(const struct lb_record *r, struct span *ids,
                                   struct err *err)
{
	return find_ids(r, TAG_FORGET_IDS, ids, err);
}

bool lb_record_partial(struct span fields)
{
	struct span value;

	return find_field(fields, TAG_SNAPSHOT_PARTIAL, "COMMIT", &value, NULL) ==
	               ERR_OK &&
	       value.len == 1 && value.ptr[0] == 1;
}

enum err_code lb_record_get_replaced(const struct lb_record *r, struct span *ids,
                                     struct err *err)
{
	return find_ids(r, TAG_SNAPSHOT_REPLACES, ids, err);
}

void lb_record_put_meta(const struct lb_id16 *id, struct span fields, struct buf *out)
{
	wire_put_field(out, TAG_META_ID, lb_id16_span(id));
	wire_put_field_some(out, TAG_META_FIELDS, fields);
}

enum err_code lb_record_get_meta(const struct lb_record *r, struct lb_id16 *id,
                                 struct span *fields, struct err *err)
{
	struct span part = buf_span(&r->private_part);
	struct span found;
	struct wire w;
	enum err_code rc;

	rc = find_field(part, TAG_META_ID, "META", &found, err);
	if (rc != ERR_OK)
		return rc;
	wire_init(&w, found);
	wire_copy(&w, id->b, LB_ID16);
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "META: names no snapshot");
	return find_field(part, TAG_META_FIELDS, "META", fields, err);
}
