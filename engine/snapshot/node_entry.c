// SPDX-License-Identifier: Apache-2.0
/* The stored form of an entry. */
#include "snapshot/node.h"

#include <string.h>

enum {
	TAG_LINK_GROUP = 1,
	TAG_XATTRS = 2,
	TAG_FLAGS = 3,
	TAG_PROJECT = 4,
	TAG_BTIME = 5,
	TAG_DAMAGED = 6,
	TAG_SIZE = 128,
	TAG_CONTENT = 129,
	TAG_MAP = 130,
	TAG_SUBTREE = 131,
	TAG_TARGET = 132,
	TAG_DEVICE = 133,
	TAG_EXTENTS = 134,
};

/* Which of the tags from 128 on were there, for what a type must have. */
#define SEEN(tag) (1u << ((tag)-TAG_SIZE))

static void put_btime(struct buf *out, const struct lb_entry *e)
{
	const uint64_t zigzag =
		(uint64_t)e->btime_s << 1 ^ (e->btime_s < 0 ? UINT64_MAX : 0);

	wire_put_u8(out, TAG_BTIME);
	wire_put_varint(out, wire_varint_len(zigzag) + wire_varint_len(e->btime_ns));
	wire_put_varint(out, zigzag);
	wire_put_varint(out, e->btime_ns);
}

static void put_device(struct buf *out, const struct lb_entry *e)
{
	wire_put_u8(out, TAG_DEVICE);
	wire_put_varint(out,
	                wire_varint_len(e->rdev_major) + wire_varint_len(e->rdev_minor));
	wire_put_varint(out, e->rdev_major);
	wire_put_varint(out, e->rdev_minor);
}

static void put_fields(struct buf *out, const struct lb_entry *e)
{
	if (e->linked)
		wire_put_field(out, TAG_LINK_GROUP,
		               span_of((const char *)e->link_group, LB_LINK_GROUP));
	wire_put_field_some(out, TAG_XATTRS, e->xattrs);
	wire_put_field_u32(out, TAG_FLAGS, e->flags);
	wire_put_field_varint(out, TAG_PROJECT, e->project);
	if (e->has_btime)
		put_btime(out, e);
	wire_put_field_u8(out, TAG_DAMAGED, e->damaged ? 1 : 0);
	wire_put_field_varint(out, TAG_SIZE, e->size);
	wire_put_field_some(out, TAG_CONTENT, e->content);
	if (e->mapped)
		wire_put_field(out, TAG_MAP, lb_id_span(&e->map));
	if (e->type == LB_ENTRY_FOLDER)
		wire_put_field(out, TAG_SUBTREE, lb_id_span(&e->subtree));
	wire_put_field_some(out, TAG_TARGET, e->target);
	if (e->type == LB_ENTRY_CHARACTER || e->type == LB_ENTRY_BLOCK)
		put_device(out, e);
	wire_put_field_some(out, TAG_EXTENTS, e->extents);
}

enum err_code lb_entry_encode(struct buf *out, const struct lb_entry *e,
                              struct buf *scratch, struct err *err)
{
	const char *fault = lb_entry_fault(e);
	enum err_code rc;

	if (fault != NULL)
		return err_set(err, ERR_USAGE, "%s", fault);
	buf_clear(scratch);
	wire_put_bytes(scratch, e->name);
	wire_put_u8(scratch, (uint8_t)e->type);
	wire_put_varint(scratch, e->perm);
	wire_put_varint(scratch, e->uid);
	wire_put_varint(scratch, e->gid);
	wire_put_svarint(scratch, e->mtime_s);
	wire_put_varint(scratch, e->mtime_ns);
	put_fields(scratch, e);
	if ((rc = buf_err(scratch, err)) != ERR_OK)
		return rc;
	if (scratch->len > LB_ENTRY_MAX)
		return err_set(err, ERR_LIMIT, "its metadata is larger than 1 MiB");
	wire_put_bytes(out, buf_span(scratch));
	return buf_err(out, err);
}

static uint32_t read_u32(struct wire *w)
{
	const uint64_t v = wire_varint(w);

	if (v > UINT32_MAX)
		wire_fail(w);
	return (uint32_t)v;
}

static void read_head(struct wire *w, struct lb_entry *e)
{
	e->name = wire_bytes(w);
	e->type = (enum lb_entry_type)wire_u8(w);
	e->perm = read_u32(w);
	e->uid = read_u32(w);
	e->gid = read_u32(w);
	e->mtime_s = wire_svarint(w);
	e->mtime_ns = read_u32(w);
}

/* A value that is made of several numbers. */
static void read_pair(struct wire *w, const struct wire_field *f, struct lb_entry *e)
{
	struct wire v;

	wire_init(&v, f->value);
	if (f->tag == TAG_BTIME) {
		e->has_btime = true;
		e->btime_s = wire_svarint(&v);
		e->btime_ns = read_u32(&v);
	} else {
		e->rdev_major = read_u32(&v);
		e->rdev_minor = read_u32(&v);
	}
	if (!wire_end(&v))
		wire_fail(w);
}

/* A number that is 0 is left out, so 0 is malformed. */
static uint64_t not_zero(struct wire *w, uint64_t v)
{
	if (v == 0)
		wire_fail(w);
	return v;
}

static struct span not_empty(struct wire *w, const struct wire_field *f)
{
	if (f->value.len == 0)
		wire_fail(w);
	return f->value;
}

static void read_optional(struct wire *w, const struct wire_field *f, struct lb_entry *e)
{
	uint64_t v;

	switch (f->tag) {
	case TAG_LINK_GROUP:
		e->linked = true;
		wire_field_copy(w, f, e->link_group, LB_LINK_GROUP);
		break;
	case TAG_XATTRS:
		e->xattrs = not_empty(w, f);
		break;
	case TAG_FLAGS:
		e->flags = (uint32_t)not_zero(w, wire_field_u32(w, f));
		break;
	case TAG_PROJECT:
		v = not_zero(w, wire_field_varint(w, f));
		if (v > UINT32_MAX)
			wire_fail(w);
		e->project = (uint32_t)v;
		break;
	case TAG_BTIME:
		read_pair(w, f, e);
		break;
	case TAG_DAMAGED:
		e->damaged = true;
		if (wire_field_u8(w, f) != 1)
			wire_fail(w);
		break;
	default:
		break; /* of a later version, and may be ignored */
	}
}

static void read_required(struct wire *w, const struct wire_field *f, struct lb_entry *e)
{
	switch (f->tag) {
	case TAG_SIZE:
		e->size = not_zero(w, wire_field_varint(w, f));
		break;
	case TAG_CONTENT:
		e->content = not_empty(w, f);
		break;
	case TAG_MAP:
		e->mapped = true;
		wire_field_copy(w, f, e->map.b, LB_ID);
		break;
	case TAG_SUBTREE:
		wire_field_copy(w, f, e->subtree.b, LB_ID);
		break;
	case TAG_TARGET:
		e->target = not_empty(w, f);
		break;
	case TAG_DEVICE:
		read_pair(w, f, e);
		break;
	case TAG_EXTENTS:
		e->sparse = true;
		e->extents = not_empty(w, f);
		break;
	default:
		break; /* the caller looked */
	}
}

/* The fields that tell what an entry is must be exactly those of its type. */
static bool type_has(enum lb_entry_type type, unsigned seen)
{
	const unsigned folder = SEEN(TAG_SUBTREE);
	const unsigned device = SEEN(TAG_DEVICE);

	return ((seen & folder) != 0) == (type == LB_ENTRY_FOLDER) &&
	       ((seen & device) != 0) ==
	               (type == LB_ENTRY_CHARACTER || type == LB_ENTRY_BLOCK);
}

enum err_code lb_entry_decode(struct span bytes, struct lb_entry *out, struct err *err)
{
	struct wire_field f;
	const char *fault;
	unsigned seen = 0;
	struct wire w;

	memset(out, 0, sizeof(*out));
	if (bytes.len > LB_ENTRY_MAX)
		return err_set(err, ERR_LIMIT, "larger than 1 MiB");
	wire_init(&w, bytes);
	read_head(&w, out);
	while (wire_field(&w, &f)) {
		if (f.tag > TAG_EXTENTS)
			return err_set(err, ERR_UNSUPPORTED,
			               "field %u is of a later version", f.tag);
		if (f.tag < TAG_SIZE) {
			read_optional(&w, &f, out);
			continue;
		}
		seen |= SEEN(f.tag);
		read_required(&w, &f, out);
	}
	if (!wire_end(&w) || !type_has(out->type, seen))
		return err_set(err, ERR_CORRUPT, "it is malformed");
	fault = lb_entry_fault(out);
	return fault == NULL ? ERR_OK : err_set(err, ERR_CORRUPT, "%s", fault);
}
