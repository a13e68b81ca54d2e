// SPDX-License-Identifier: Apache-2.0
#include "snapshot/snapshot.h"

#include "base/wire.h"

#include <stdlib.h>
#include <string.h>

enum {
	TAG_START = 1,
	TAG_END = 2,
	TAG_HOST = 3,
	TAG_USER = 4,
	TAG_PATHS = 5,
	TAG_TAGS = 6,
	TAG_DESCRIPTION = 7,
	TAG_PARENT = 8,
	TAG_PROGRAM = 9,
	TAG_FIGURES = 10,
	TAG_PINNED = 11,
	TAG_EXCLUDES = 12,
	TAG_ORIGINAL = 13,
	TAG_ROOT = 128,
	TAG_PARTIAL = 129,
	TAG_REPLACES = 130,
};

enum { TAG_TEXT_MAX = 255 };

const char *lb_tag_fault(struct span tag)
{
	if (tag.len == 0)
		return "a tag is empty";
	if (tag.len > TAG_TEXT_MAX)
		return "a tag is longer than 255 bytes";
	for (size_t i = 0; i < tag.len; i++) {
		const unsigned char c = (unsigned char)tag.ptr[i];

		if (c == ',')
			return "a tag has a comma in it";
		if (c < 0x20 || c == 0x7f)
			return "a tag has a control character in it";
	}
	return NULL;
}

static int compare_spans(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

size_t lb_tags_sort(struct span *tags, size_t count)
{
	size_t kept = 0;

	if (count > 0)
		qsort(tags, count, sizeof(*tags), compare_spans);
	for (size_t i = 0; i < count; i++) {
		if (tags[i].len == 0 || (kept > 0 && span_eq(tags[kept - 1], tags[i])))
			continue;
		tags[kept++] = tags[i];
	}
	return kept;
}

bool lb_snapshot_has_tag(const struct lb_snapshot *s, struct span tag)
{
	for (size_t i = 0; i < s->tag_count; i++) {
		if (span_eq(s->tags[i], tag))
			return true;
	}
	return false;
}

/* NULL where the tags ascend and each may stand. */
static const char *tags_fault(const struct span *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *fault = lb_tag_fault(tags[i]);

		if (fault != NULL)
			return fault;
		if (i > 0 && span_cmp(tags[i - 1], tags[i]) >= 0)
			return "the tags are out of order";
	}
	return NULL;
}

static void put_list(struct buf *out, uint8_t tag, const struct span *list, size_t count,
                     struct buf *scratch)
{
	buf_clear(scratch);
	for (size_t i = 0; i < count; i++)
		wire_put_bytes(scratch, list[i]);
	wire_put_field_some(out, tag, buf_span(scratch));
	out->failed = out->failed || scratch->failed;
}

static void put_figures(struct buf *out, const struct lb_snapshot_figures *f,
                        struct buf *scratch)
{
	const struct lb_snapshot_figures none = { 0 };

	if (memcmp(f, &none, sizeof(none)) == 0)
		return;
	buf_clear(scratch);
	wire_put_varint(scratch, f->files);
	wire_put_varint(scratch, f->folders);
	wire_put_varint(scratch, f->others);
	wire_put_varint(scratch, f->bytes);
	wire_put_varint(scratch, f->chunks_new);
	wire_put_varint(scratch, f->bytes_new);
	wire_put_varint(scratch, f->bytes_stored);
	wire_put_varint(scratch, f->errors);
	wire_put_field(out, TAG_FIGURES, buf_span(scratch));
	out->failed = out->failed || scratch->failed;
}

static void put_ids(struct buf *out, uint8_t tag, const struct lb_id16 *ids, size_t count,
                    struct buf *scratch)
{
	buf_clear(scratch);
	for (size_t i = 0; i < count; i++)
		buf_put(scratch, lb_id16_span(&ids[i]));
	wire_put_field_some(out, tag, buf_span(scratch));
	out->failed = out->failed || scratch->failed;
}

enum err_code lb_snapshot_encode(const struct lb_snapshot *s, struct buf *out,
                                 struct err *err)
{
	const char *fault = tags_fault(s->tags, s->tag_count);
	struct buf scratch = BUF_INIT;
	const size_t start = out->len;

	if (fault != NULL)
		return err_set(err, ERR_USAGE, "%s", fault);
	wire_put_field_i64(out, TAG_START, s->start_ns);
	wire_put_field_i64(out, TAG_END, s->end_ns);
	wire_put_field_some(out, TAG_HOST, s->host);
	wire_put_field_some(out, TAG_USER, s->user);
	put_list(out, TAG_PATHS, s->paths, s->path_count, &scratch);
	put_list(out, TAG_TAGS, s->tags, s->tag_count, &scratch);
	wire_put_field_some(out, TAG_DESCRIPTION, s->description);
	if (s->has_parent)
		wire_put_field(out, TAG_PARENT, lb_id16_span(&s->parent));
	wire_put_field_some(out, TAG_PROGRAM, s->program);
	put_figures(out, &s->figures, &scratch);
	wire_put_field_u8(out, TAG_PINNED, s->pinned ? 1 : 0);
	put_list(out, TAG_EXCLUDES, s->excludes, s->exclude_count, &scratch);
	if (s->has_original)
		wire_put_field(out, TAG_ORIGINAL, lb_id16_span(&s->original));
	wire_put_field(out, TAG_ROOT, lb_id_span(&s->root));
	wire_put_field_u8(out, TAG_PARTIAL, s->partial ? 1 : 0);
	put_ids(out, TAG_REPLACES, s->replaces, s->replace_count, &scratch);
	buf_fini(&scratch);
	if (!buf_ok(out))
		return err_nomem(err);
	if (out->len - start > LB_SNAPSHOT_MAX)
		return err_set(err, ERR_LIMIT,
		               "the snapshot's paths, tags, patterns and description "
		               "take more than %u bytes",
		               LB_SNAPSHOT_MAX);
	return ERR_OK;
}

/* A list of `bytes`, whose memory is `copy`, already in the arena. */
static const struct span *read_list(struct wire *w, struct span copy, size_t *count,
                                    struct arena *arena)
{
	struct span *list;
	struct wire v;
	size_t n = 0;

	wire_init(&v, copy);
	while (wire_ok(&v) && v.left > 0) {
		(void)wire_bytes(&v);
		n++;
	}
	*count = 0;
	if (!wire_end(&v) || n == 0) {
		wire_fail(w);
		return NULL;
	}
	list = arena_array(arena, n, sizeof(*list));
	if (list == NULL)
		return NULL;
	wire_init(&v, copy);
	for (size_t i = 0; i < n; i++)
		list[i] = wire_bytes(&v);
	*count = n;
	return list;
}

static void read_figures(struct wire *w, struct span value, struct lb_snapshot_figures *f)
{
	struct wire v;

	wire_init(&v, value);
	f->files = wire_varint(&v);
	f->folders = wire_varint(&v);
	f->others = wire_varint(&v);
	f->bytes = wire_varint(&v);
	f->chunks_new = wire_varint(&v);
	f->bytes_new = wire_varint(&v);
	f->bytes_stored = wire_varint(&v);
	f->errors = wire_varint(&v);
	if (!wire_end(&v))
		wire_fail(w);
}

static const struct lb_id16 *read_ids(struct wire *w, struct span value, size_t *count,
                                      struct arena *arena)
{
	const size_t n = value.len / LB_ID16;
	struct lb_id16 *ids;

	*count = 0;
	if (n == 0 || value.len % LB_ID16 != 0) {
		wire_fail(w);
		return NULL;
	}
	ids = arena_array(arena, n, sizeof(*ids));
	if (ids == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		memcpy(ids[i].b, value.ptr + i * LB_ID16, LB_ID16);
	*count = n;
	return ids;
}

static bool read_flag(struct wire *w, const struct wire_field *f)
{
	if (wire_field_u8(w, f) != 1)
		wire_fail(w);
	return true;
}

/* One field, whose value lies in the arena already. */
static void read_field(struct wire *w, const struct wire_field *f, struct arena *arena,
                       struct lb_snapshot *s)
{
	switch (f->tag) {
	case TAG_START:
		s->start_ns = wire_field_i64(w, f);
		break;
	case TAG_END:
		s->end_ns = wire_field_i64(w, f);
		break;
	case TAG_HOST:
		s->host = f->value;
		break;
	case TAG_USER:
		s->user = f->value;
		break;
	case TAG_PATHS:
		s->paths = read_list(w, f->value, &s->path_count, arena);
		break;
	case TAG_TAGS:
		s->tags = read_list(w, f->value, &s->tag_count, arena);
		break;
	case TAG_DESCRIPTION:
		s->description = f->value;
		break;
	case TAG_PARENT:
		s->has_parent = true;
		wire_field_copy(w, f, s->parent.b, LB_ID16);
		break;
	case TAG_PROGRAM:
		s->program = f->value;
		break;
	case TAG_FIGURES:
		read_figures(w, f->value, &s->figures);
		break;
	case TAG_PINNED:
		s->pinned = read_flag(w, f);
		break;
	case TAG_EXCLUDES:
		s->excludes = read_list(w, f->value, &s->exclude_count, arena);
		break;
	case TAG_ORIGINAL:
		s->has_original = true;
		wire_field_copy(w, f, s->original.b, LB_ID16);
		break;
	case TAG_ROOT:
		wire_field_copy(w, f, s->root.b, LB_ID);
		break;
	case TAG_PARTIAL:
		s->partial = read_flag(w, f);
		break;
	case TAG_REPLACES:
		s->replaces = read_ids(w, f->value, &s->replace_count, arena);
		break;
	default:
		wire_field_unknown(w, f);
		break;
	}
}

/* The fields as a copy in the arena, which what is read borrows from. */
static enum err_code copy_fields(struct span fields, struct arena *arena,
                                 struct span *copy, struct err *err)
{
	if (fields.len > LB_SNAPSHOT_MAX)
		return err_set(err, ERR_LIMIT, "snapshot: larger than %u bytes",
		               LB_SNAPSHOT_MAX);
	copy->ptr = arena_dup(arena, fields);
	copy->len = fields.len;
	return arena_err(arena, err);
}

enum err_code lb_snapshot_decode(struct span fields, struct arena *arena,
                                 struct lb_snapshot *out, struct err *err)
{
	struct wire_field f;
	bool root = false;
	struct span copy;
	enum err_code rc;
	struct wire w;

	memset(out, 0, sizeof(*out));
	if ((rc = copy_fields(fields, arena, &copy, err)) != ERR_OK)
		return rc;
	wire_init(&w, copy);
	while (wire_field(&w, &f)) {
		if (f.tag > TAG_REPLACES)
			return err_set(err, ERR_UNSUPPORTED,
			               "snapshot: field %u is of a later version", f.tag);
		if (f.value.len == 0)
			wire_fail(&w);
		root = root || f.tag == TAG_ROOT;
		read_field(&w, &f, arena, out);
	}
	if (!arena_ok(arena))
		return err_nomem(err);
	if (!wire_end(&w) || !root || tags_fault(out->tags, out->tag_count) != NULL)
		return err_set(err, ERR_CORRUPT, "snapshot: its fields are malformed");
	return ERR_OK;
}

enum err_code lb_snapshot_edit_encode(const struct lb_snapshot_edit *e, struct buf *out,
                                      struct err *err)
{
	const char *fault = e->set_tags ? tags_fault(e->tags, e->tag_count) : NULL;
	const size_t start = out->len;
	struct buf list = BUF_INIT;

	if (fault != NULL)
		return err_set(err, ERR_USAGE, "%s", fault);
	for (size_t i = 0; e->set_tags && i < e->tag_count; i++)
		wire_put_bytes(&list, e->tags[i]);
	if (e->set_tags)
		wire_put_field(out, TAG_TAGS, buf_span(&list));
	if (e->set_description)
		wire_put_field(out, TAG_DESCRIPTION, e->description);
	if (e->set_pinned)
		wire_put_field(out, TAG_PINNED, e->pinned ? SPAN_LIT("\1") : SPAN_EMPTY);
	out->failed = out->failed || list.failed;
	buf_fini(&list);
	if (!buf_ok(out))
		return err_nomem(err);
	if (out->len - start > LB_SNAPSHOT_MAX)
		return err_set(err, ERR_LIMIT,
		               "tags and description take more than %u bytes",
		               LB_SNAPSHOT_MAX);
	return ERR_OK;
}

static void read_edit(struct wire *w, const struct wire_field *f, struct arena *arena,
                      struct lb_snapshot_edit *e)
{
	switch (f->tag) {
	case TAG_TAGS:
		e->set_tags = true;
		if (f->value.len > 0)
			e->tags = read_list(w, f->value, &e->tag_count, arena);
		break;
	case TAG_DESCRIPTION:
		e->set_description = true;
		e->description = f->value;
		break;
	case TAG_PINNED:
		e->set_pinned = true;
		e->pinned = f->value.len > 0 && read_flag(w, f);
		break;
	default:
		wire_field_unknown(w, f);
		break;
	}
}

enum err_code lb_snapshot_edit_decode(struct span fields, struct arena *arena,
                                      struct lb_snapshot_edit *out, struct err *err)
{
	struct wire_field f;
	struct span copy;
	enum err_code rc;
	struct wire w;

	memset(out, 0, sizeof(*out));
	if ((rc = copy_fields(fields, arena, &copy, err)) != ERR_OK)
		return rc;
	wire_init(&w, copy);
	while (wire_field(&w, &f))
		read_edit(&w, &f, arena, out);
	if (!arena_ok(arena))
		return err_nomem(err);
	if (!wire_end(&w) || tags_fault(out->tags, out->tag_count) != NULL)
		return err_set(err, ERR_CORRUPT, "snapshot edit: it is malformed");
	return ERR_OK;
}

void lb_snapshot_apply(struct lb_snapshot *s, const struct lb_snapshot_edit *e)
{
	if (e->set_tags) {
		s->tags = e->tags;
		s->tag_count = e->tag_count;
	}
	if (e->set_description)
		s->description = e->description;
	if (e->set_pinned)
		s->pinned = e->pinned;
}
