// SPDX-License-Identifier: Apache-2.0
#include "pack/pack_read.h"

#include "backend/backend.h"
#include "base/mem.h"
#include "pack/keyring.h"
#include "pack/pack_internal.h"

#include <string.h>

enum { SUITES = 2 };

struct lb_pack_reader {
	struct lb_backend *backend;
	struct span bytes; /* instead of the backend, if ptr is not NULL */
	const struct lb_keyring *keys;
	struct lb_seal *seals[SUITES]; /* by suite - 1, made when met */
	unsigned char *buffer;
	size_t cap;
};

void lb_pack_head_wipe(struct lb_pack_head *h)
{
	lb_key_wipe(&h->key);
}

static enum err_code reader_new(struct lb_pack_reader **out, struct lb_backend *backend,
                                struct span bytes, const struct lb_keyring *k,
                                struct err *err)
{
	struct lb_pack_reader *r = mem_new(sizeof(*r));

	if (!r)
		return err_nomem(err);
	r->backend = backend;
	r->bytes = bytes;
	r->keys = k;
	*out = r;
	return ERR_OK;
}

enum err_code lb_pack_reader_new(struct lb_pack_reader **out, struct lb_backend *backend,
                                 const struct lb_keyring *k, struct err *err)
{
	return reader_new(out, backend, SPAN_EMPTY, k, err);
}

enum err_code lb_pack_reader_new_bytes(struct lb_pack_reader **out, struct span bytes,
                                       const struct lb_keyring *k, struct err *err)
{
	return reader_new(out, NULL, bytes.ptr ? bytes : span_str(""), k, err);
}

void lb_pack_reader_free(struct lb_pack_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < SUITES; i++)
		lb_seal_free(r->seals[i]);
	mem_free(r->buffer);
	mem_free(r);
}

/* "pack abcd..: cause" */
static enum err_code in_pack(const struct lb_id *name, enum err_code rc, struct err *err)
{
	char hex[LB_ID_HEX];

	lb_id_hex(name, hex);
	return err_wrap(err, rc, "pack %s", hex);
}

static enum err_code fetch(struct lb_pack_reader *r, const struct lb_id *name,
                           uint64_t offset, size_t len, unsigned char *out,
                           struct err *err)
{
	char key[LB_STORE_KEY];

	if (!r->bytes.ptr) {
		lb_pack_store_key(name, key);
		return lb_backend_read(r->backend, key, offset, len, out, err);
	}
	if (offset > r->bytes.len || len > r->bytes.len - offset)
		return err_set(err, ERR_CORRUPT, "it is cut short");
	memcpy(out, r->bytes.ptr + offset, len);
	return ERR_OK;
}

static enum err_code size_of(struct lb_pack_reader *r, const struct lb_id *name,
                             uint64_t *size, struct err *err)
{
	char key[LB_STORE_KEY];

	if (r->bytes.ptr) {
		*size = r->bytes.len;
		return ERR_OK;
	}
	lb_pack_store_key(name, key);
	return lb_backend_size(r->backend, key, size, err);
}

static enum err_code room_for(struct lb_pack_reader *r, size_t len, struct err *err)
{
	if (len <= r->cap)
		return ERR_OK;
	if (!mem_array(&r->buffer, len, 1))
		return err_nomem(err);
	r->cap = len;
	return ERR_OK;
}

/* The context of the suite, with the pack's key. */
static enum err_code seal_for(struct lb_pack_reader *r, const struct lb_pack_head *h,
                              struct lb_seal **out, struct err *err)
{
	size_t i = (size_t)h->suite - 1;
	enum err_code rc;

	if (!r->seals[i] &&
	    (rc = lb_seal_new(&r->seals[i],
	                      i == 0 ? LB_SUITE_AES256GCM : LB_SUITE_XCHACHA20, err)) !=
	            ERR_OK)
		return rc;
	*out = r->seals[i];
	return lb_seal_key(*out, &h->key, err);
}

static enum err_code head_load(struct lb_pack_reader *r, uint64_t size,
                               struct lb_pack_head *out, struct err *err)
{
	unsigned char header[PACK_HEADER] = { 0 };
	unsigned char footer[PACK_FOOTER] = { 0 };
	struct span head = span_of((const char *)header, sizeof(header));
	struct pack_header h;
	struct pack_footer f;
	enum err_code rc;

	if (size == 0 && (rc = size_of(r, &out->name, &size, err)) != ERR_OK)
		return rc;
	if (size < PACK_HEADER + PACK_FOOTER)
		return err_set(err, ERR_CORRUPT, "it is cut short");
	if ((rc = fetch(r, &out->name, 0, sizeof(header), header, err)) != ERR_OK ||
	    (rc = fetch(r, &out->name, size - PACK_FOOTER, sizeof(footer), footer,
	                err)) != ERR_OK ||
	    (rc = pack_header_decode(&h, head, err)) != ERR_OK ||
	    (rc = pack_footer_decode(&f, span_of((const char *)footer, sizeof(footer)),
	                             head, size, err)) != ERR_OK)
		return rc;
	if (!lb_suite_known(h.suite))
		return err_set(err, ERR_CORRUPT, "unknown suite %u", h.suite);
	out->size = size;
	memcpy(out->salt, h.salt, sizeof(out->salt));
	out->kind = h.kind;
	out->suite = h.suite;
	out->body = f.body;
	out->frames = f.frames;
	out->trailer = f.trailer;
	return pack_key_open(r->keys, &h, &out->key, err);
}

enum err_code lb_pack_head_load(struct lb_pack_reader *r, const struct lb_id *name,
                                uint64_t size, struct lb_pack_head *out, struct err *err)
{
	struct lb_pack_head h = { .name = *name };
	enum err_code rc = head_load(r, size, &h, err);

	if (rc != ERR_OK)
		return in_pack(name, rc, err);
	*out = h;
	lb_pack_head_wipe(&h);
	return ERR_OK;
}

/* Plain bytes of frame `i`. */
static size_t frame_len(const struct lb_pack_head *h, uint32_t i)
{
	return i + 1 < h->frames ? PACK_FRAME : h->body - i * PACK_FRAME;
}

/* What [offset, offset + len) of the body means in frames. */
struct range {
	uint32_t first;
	uint32_t last;
	uint64_t at;   /* in the pack */
	size_t stored; /* all frames with their tags */
};

static struct range range_of(const struct lb_pack_head *h, uint32_t offset, uint32_t len)
{
	struct range g = { .first = offset / PACK_FRAME,
		           .last = (offset + len - 1) / PACK_FRAME };

	g.at = PACK_HEADER + (uint64_t)g.first * PACK_FRAME_SEALED;
	g.stored = (size_t)(g.last - g.first) * PACK_FRAME_SEALED + frame_len(h, g.last) +
	           LB_TAG;
	return g;
}

/* Opens the frames in the buffer; copies the wanted part of each while it is in cache. */
static enum err_code open_frames(struct lb_pack_reader *r, const struct lb_pack_head *h,
                                 const struct range *g, uint32_t offset, uint32_t len,
                                 unsigned char *out, struct err *err)
{
	unsigned char *at = r->buffer;
	size_t skip = offset % PACK_FRAME;
	struct lb_seal *seal;
	struct lb_aad aad;
	enum err_code rc;

	if ((rc = seal_for(r, h, &seal, err)) != ERR_OK)
		return rc;
	pack_aad(&aad, r->keys, LB_SEALED_FRAME, h->salt, 0);
	for (uint32_t i = g->first; i <= g->last; i++) {
		size_t plain = frame_len(h, i);
		size_t n = plain - skip < len ? plain - skip : len;

		aad.slot = i;
		rc = lb_seal_get(seal, i, &aad, span_of((const char *)at, plain + LB_TAG),
		                 at, err);
		if (rc != ERR_OK)
			return err_wrap(err, rc, "frame %u", (unsigned)i);
		memcpy(out, at + skip, n);
		out += n;
		len -= (uint32_t)n;
		skip = 0;
		at += PACK_FRAME_SEALED;
	}
	return ERR_OK;
}

enum err_code lb_pack_read(struct lb_pack_reader *r, const struct lb_pack_head *h,
                           uint32_t offset, uint32_t len, unsigned char *out,
                           struct err *err)
{
	struct range g;
	enum err_code rc;

	if (offset > h->body || len > h->body - offset)
		return in_pack(&h->name,
		               err_set(err, ERR_CORRUPT,
		                       "the index points behind the end of its body"),
		               err);
	if (len == 0)
		return ERR_OK;
	g = range_of(h, offset, len);
	if ((rc = room_for(r, g.stored, err)) == ERR_OK &&
	    (rc = fetch(r, &h->name, g.at, g.stored, r->buffer, err)) == ERR_OK)
		rc = open_frames(r, h, &g, offset, len, out, err);
	return rc == ERR_OK ? ERR_OK : in_pack(&h->name, rc, err);
}

static enum err_code table_load(struct lb_pack_reader *r, const struct lb_pack_head *h,
                                struct lb_pack_table *out, struct err *err)
{
	uint64_t at = h->size - PACK_FOOTER - h->trailer;
	struct lb_seal *seal;
	struct lb_aad aad;
	enum err_code rc;

	if ((rc = room_for(r, h->trailer, err)) != ERR_OK ||
	    (rc = fetch(r, &h->name, at, h->trailer, r->buffer, err)) != ERR_OK ||
	    (rc = seal_for(r, h, &seal, err)) != ERR_OK)
		return rc;
	pack_aad(&aad, r->keys, LB_SEALED_TRAILER, h->salt, h->frames);
	rc = lb_seal_get(seal, LB_COUNTER_TRAILER, &aad,
	                 span_of((const char *)r->buffer, h->trailer), r->buffer, err);
	if (rc != ERR_OK)
		return err_wrap(err, rc, "trailer");
	return pack_table_decode(out,
	                         span_of((const char *)r->buffer, h->trailer - LB_TAG),
	                         h->kind, h->body, err);
}

enum err_code lb_pack_table_load(struct lb_pack_reader *r, const struct lb_pack_head *h,
                                 struct lb_pack_table *out, struct err *err)
{
	enum err_code rc = table_load(r, h, out, err);

	return rc == ERR_OK ? ERR_OK : in_pack(&h->name, rc, err);
}

enum err_code lb_pack_info_load(struct lb_pack_reader *r, const struct lb_id *name,
                                struct lb_pack_info *info, struct err *err)
{
	struct lb_pack_head h;
	enum err_code rc = lb_pack_head_load(r, name, 0, &h, err);

	if (rc != ERR_OK)
		return rc;
	if ((rc = lb_pack_table_load(r, &h, &info->table, err)) == ERR_OK) {
		info->name = *name;
		info->size = h.size;
		info->kind = h.kind;
	}
	lb_pack_head_wipe(&h);
	return rc;
}
