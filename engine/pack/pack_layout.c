// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "crypto/ident.h"
#include "pack/pack_internal.h"
#include "pack/pack_write.h"

#include <assert.h>
#include <string.h>

enum { CHECKED = 16, SMALLEST_BODY = 4096, PADME_BELOW = 1 << 20 };

static unsigned log2_floor(uint64_t v)
{
	unsigned n = 0;

	while (v >>= 1)
		n++;
	return n;
}

uint64_t lb_pack_padded(uint64_t len)
{
	uint64_t low = PACK_FRAME - 1;

	if (len <= SMALLEST_BODY)
		return SMALLEST_BODY;
	if (len < PADME_BELOW) {
		unsigned e = log2_floor(len);
		unsigned s = log2_floor(e) + 1;

		assert(e > s && e < 64); /* between SMALLEST_BODY and PADME_BELOW */
		low = (UINT64_C(1) << (e - s)) - 1;
	}
	return (len + low) & ~low;
}

uint64_t pack_body_sealed(uint64_t body)
{
	return body + (body + PACK_FRAME - 1) / PACK_FRAME * LB_TAG;
}

bool pack_kind_holds(enum lb_pack_kind kind, uint8_t type)
{
	if (kind == LB_PACK_DATA)
		return type == LB_CHUNK_DATA;
	return type == LB_CHUNK_TREE || type == LB_CHUNK_MAP;
}

void pack_header_encode(const struct pack_header *h, unsigned char out[PACK_HEADER])
{
	memset(out, 0, PACK_HEADER);
	memcpy(out, "LBPK", 4);
	out[4] = LB_FORMAT_VERSION & 0xff;
	out[5] = LB_FORMAT_VERSION >> 8;
	out[6] = (unsigned char)h->kind;
	out[7] = h->suite;
	out[8] = h->key_mode;
	wire_store_u32(out + 12, h->epoch);
	memcpy(out + 16, h->salt, sizeof(h->salt));
	memcpy(out + 48, h->commit, sizeof(h->commit));
	memcpy(out + 80, h->wrapped, sizeof(h->wrapped));
}

enum err_code pack_header_decode(struct pack_header *h, struct span bytes,
                                 struct err *err)
{
	struct wire w;
	uint16_t version;
	uint8_t kind;

	wire_init(&w, bytes);
	if (!wire_magic(&w, "LBPK", 4))
		return err_set(err, ERR_CORRUPT, "this is no pack");
	version = wire_u16(&w);
	if (version != LB_FORMAT_VERSION)
		return err_set(err, ERR_UNSUPPORTED,
		               "format version %u is not known; a newer program may be",
		               version);
	kind = wire_u8(&w);
	h->suite = wire_u8(&w);
	h->key_mode = wire_u8(&w);
	wire_zeros(&w, 3);
	h->epoch = wire_u32(&w);
	wire_copy(&w, h->salt, sizeof(h->salt));
	wire_copy(&w, h->commit, sizeof(h->commit));
	wire_copy(&w, h->wrapped, sizeof(h->wrapped));
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "the header is malformed");
	if (kind != LB_PACK_DATA && kind != LB_PACK_META)
		return err_set(err, ERR_CORRUPT, "unknown kind %u", kind);
	h->kind = kind == LB_PACK_DATA ? LB_PACK_DATA : LB_PACK_META;
	return ERR_OK;
}

/* check(header || the first 16 bytes of the footer) */
static enum err_code footer_check(const unsigned char *header,
                                  const unsigned char *footer,
                                  unsigned char out[LB_CHECK], struct err *err)
{
	unsigned char both[PACK_HEADER + CHECKED];

	memcpy(both, header, PACK_HEADER);
	memcpy(both + PACK_HEADER, footer, CHECKED);
	return lb_check(span_of((const char *)both, sizeof(both)), out, err);
}

enum err_code pack_footer_encode(const struct pack_footer *f,
                                 const unsigned char header[PACK_HEADER],
                                 unsigned char out[PACK_FOOTER], struct err *err)
{
	wire_store_u32(out, f->trailer);
	wire_store_u32(out + 4, f->body);
	wire_store_u32(out + 8, f->frames);
	wire_store_u32(out + 12, 0);
	memcpy(out + CHECKED + LB_CHECK, "LBPKEND0", 8);
	return footer_check(header, out, out + CHECKED, err);
}

/* Do the lengths of a footer describe a pack of this size? */
static bool footer_adds_up(const struct pack_footer *f, uint64_t size)
{
	uint64_t least = pack_table_bytes(1, 1) + LB_TAG;
	uint64_t most = pack_table_bytes(LB_PACK_CHUNKS_MAX, LB_PACK_CHUNKS_MAX) + LB_TAG;

	if (size > LB_PACK_MAX || f->body == 0 || f->body > LB_PACK_MAX)
		return false;
	if (f->trailer < least || f->trailer > most || f->body != lb_pack_padded(f->body))
		return false;
	return f->frames == (f->body + PACK_FRAME - 1) / PACK_FRAME &&
	       size == PACK_HEADER + pack_body_sealed(f->body) + f->trailer + PACK_FOOTER;
}

enum err_code pack_footer_decode(struct pack_footer *f, struct span footer,
                                 struct span header, uint64_t size, struct err *err)
{
	unsigned char check[LB_CHECK];
	struct span stored;
	struct wire w;
	enum err_code rc;

	if (header.len != PACK_HEADER || footer.len != PACK_FOOTER)
		return err_set(err, ERR_CORRUPT, "it is cut short");
	wire_init(&w, footer);
	f->trailer = wire_u32(&w);
	f->body = wire_u32(&w);
	f->frames = wire_u32(&w);
	wire_zeros(&w, 4);
	stored = wire_take(&w, LB_CHECK);
	wire_magic(&w, "LBPKEND0", 8);
	if (!wire_end(&w))
		return err_set(err, ERR_CORRUPT, "the footer is damaged or cut off");
	rc = footer_check((const unsigned char *)header.ptr,
	                  (const unsigned char *)footer.ptr, check, err);
	if (rc != ERR_OK)
		return rc;
	if (memcmp(stored.ptr, check, LB_CHECK) != 0)
		return err_set(err, ERR_CORRUPT, "header or footer is damaged");
	if (!footer_adds_up(f, size))
		return err_set(err, ERR_CORRUPT,
		               "the footer does not describe a pack of its size");
	return ERR_OK;
}

uint64_t pack_table_bytes(size_t groups, size_t chunks)
{
	return PACK_TABLE_START + (uint64_t)groups * PACK_GROUP_BYTES +
	       (uint64_t)chunks * PACK_CHUNK_BYTES;
}

void pack_table_encode(const struct lb_pack_table *t, unsigned char *out)
{
	wire_store_u32(out, (uint32_t)t->group_count);
	wire_store_u32(out + 4, (uint32_t)t->chunk_count);
	out += PACK_TABLE_START;
	for (size_t i = 0; i < t->group_count; i++, out += PACK_GROUP_BYTES) {
		const struct lb_group *g = &t->groups[i];

		wire_store_u32(out, g->offset);
		wire_store_u32(out + 4, g->stored);
		wire_store_u32(out + 8, g->length);
		out[12] = g->codec;
		out[13] = 0;
		out[14] = (unsigned char)(g->chunks & 0xff);
		out[15] = (unsigned char)(g->chunks >> 8);
	}
	for (size_t i = 0; i < t->chunk_count; i++, out += PACK_CHUNK_BYTES) {
		memcpy(out, t->chunks[i].id.b, LB_ID);
		wire_store_u32(out + 32, t->chunks[i].length);
		wire_store_u32(out + 36, t->chunks[i].type);
	}
}

static bool group_ok(const struct lb_group *g, uint32_t from, uint32_t body)
{
	if (g->stored == 0 || g->length == 0 || g->length > LB_GROUP_MAX ||
	    g->chunks == 0)
		return false;
	if (g->offset < from || g->offset > body || g->stored > body - g->offset)
		return false;
	if (g->codec == PACK_STORED)
		return g->stored == g->length;
	return g->codec == PACK_ZSTD && g->stored <= LB_GROUP_MAX;
}

/* All groups; the number of their chunks in `*chunks`. */
static enum err_code groups_decode(struct lb_pack_table *t, struct wire *w, uint32_t body,
                                   size_t *chunks, struct err *err)
{
	uint32_t from = 0;

	*chunks = 0;
	for (size_t i = 0; i < t->group_count; i++) {
		struct lb_group *g = &t->groups[i];

		g->offset = wire_u32(w);
		g->stored = wire_u32(w);
		g->length = wire_u32(w);
		g->codec = wire_u8(w);
		wire_zeros(w, 1);
		g->chunks = wire_u16(w);
		if (!wire_ok(w) || !group_ok(g, from, body))
			return err_set(err, ERR_CORRUPT,
			               "group %zu of its table is wrong", i);
		from = g->offset + g->stored;
		*chunks += g->chunks;
	}
	return ERR_OK;
}

/* The chunks of one group, which add up to its length. */
static bool chunks_decode(const struct lb_group *g, struct lb_chunk *at, struct wire *w,
                          enum lb_pack_kind kind)
{
	uint32_t left = g->length;

	for (size_t i = 0; i < g->chunks; i++) {
		struct lb_chunk *c = &at[i];

		wire_copy(w, c->id.b, LB_ID);
		c->length = wire_u32(w);
		c->type = wire_u8(w);
		wire_zeros(w, 3);
		if (!wire_ok(w) || c->length == 0 || c->length > LB_CHUNK_MAX ||
		    c->length > left || !pack_kind_holds(kind, c->type))
			return false;
		left -= c->length;
	}
	return left == 0;
}

/* The counts, and room for what they say. */
static enum err_code table_start(struct lb_pack_table *t, struct wire *w, size_t len,
                                 struct err *err)
{
	uint32_t groups = wire_u32(w);
	uint32_t chunks = wire_u32(w);

	if (!wire_ok(w) || groups == 0 || groups > chunks ||
	    chunks > LB_PACK_CHUNKS_MAX || pack_table_bytes(groups, chunks) != len)
		return err_set(err, ERR_CORRUPT, "the counts of its table are wrong");
	if (!mem_array(&t->groups, groups, sizeof(*t->groups)) ||
	    !mem_array(&t->chunks, chunks, sizeof(*t->chunks)))
		return err_nomem(err);
	t->group_count = groups;
	t->chunk_count = chunks;
	return ERR_OK;
}

static enum err_code table_decode(struct lb_pack_table *t, struct span plain,
                                  enum lb_pack_kind kind, uint32_t body, struct err *err)
{
	struct wire w;
	size_t count;
	size_t at = 0;
	enum err_code rc;

	wire_init(&w, plain);
	if ((rc = table_start(t, &w, plain.len, err)) != ERR_OK ||
	    (rc = groups_decode(t, &w, body, &count, err)) != ERR_OK)
		return rc;
	if (count != t->chunk_count)
		return err_set(err, ERR_CORRUPT, "its table counts chunks wrongly");
	for (size_t i = 0; i < t->group_count; i++) {
		if (!chunks_decode(&t->groups[i], &t->chunks[at], &w, kind))
			return err_set(err, ERR_CORRUPT,
			               "the chunks of group %zu of its table are wrong",
			               i);
		at += t->groups[i].chunks;
	}
	return ERR_OK;
}

enum err_code pack_table_decode(struct lb_pack_table *out, struct span plain,
                                enum lb_pack_kind kind, uint32_t body, struct err *err)
{
	struct lb_pack_table t = LB_PACK_TABLE_INIT;
	enum err_code rc = table_decode(&t, plain, kind, body, err);

	if (rc == ERR_OK) {
		*out = t;
		t = (struct lb_pack_table)LB_PACK_TABLE_INIT;
	}
	lb_pack_table_fini(&t);
	return rc;
}
