// SPDX-License-Identifier: Apache-2.0
#include "pack/pack_write.h"

#include "base/mem.h"
#include "base/num.h"
#include "crypto/digest.h"
#include "pack/keyring.h"
#include "pack/pack_internal.h"

#include <string.h>

enum { FIRST_CAP = 1 << 20 };

struct lb_pack_writer {
	const struct lb_keyring *keys;
	enum lb_pack_kind kind;
	struct lb_seal *seal;
	struct digest *hash; /* of all bytes before the first frame that is not sealed */
	struct lb_aad aad;
	/* The finished pack as far as it is known: frame i at its final place, sealed if
	 * i < sealed, else plain. */
	unsigned char *bytes;
	size_t cap;
	size_t body;
	size_t groups_end; /* body without the padding */
	size_t sealed;
	struct lb_pack_table table;
	size_t group_cap;
	size_t chunk_cap;
	bool begun;
	bool finished;
};

enum err_code lb_pack_writer_new(struct lb_pack_writer **out, const struct lb_keyring *k,
                                 enum lb_pack_kind kind, struct err *err)
{
	struct lb_pack_writer *w = mem_new(sizeof(*w));
	enum err_code rc;

	if (!w)
		return err_nomem(err);
	w->keys = k;
	w->kind = kind;
	if ((rc = lb_seal_new(&w->seal, k->suite, err)) != ERR_OK) {
		lb_pack_writer_free(w);
		return rc;
	}
	*out = w;
	return ERR_OK;
}

void lb_pack_writer_free(struct lb_pack_writer *w)
{
	if (!w)
		return;
	lb_seal_free(w->seal);
	digest_free(w->hash);
	mem_free(w->bytes);
	lb_pack_table_fini(&w->table);
	mem_free(w);
}

void lb_pack_writer_reset(struct lb_pack_writer *w)
{
	digest_free(w->hash);
	w->hash = NULL;
	w->body = w->groups_end = w->sealed = 0;
	w->table.group_count = w->table.chunk_count = 0;
	w->begun = w->finished = false;
}

size_t lb_pack_writer_size(const struct lb_pack_writer *w)
{
	return w->finished ? 0 : w->groups_end;
}

size_t lb_pack_writer_chunks(const struct lb_pack_writer *w)
{
	return w->finished ? 0 : w->table.chunk_count;
}

bool lb_pack_writer_fits(const struct lb_pack_writer *w, size_t stored, size_t chunks)
{
	size_t have = lb_pack_writer_chunks(w);
	size_t groups = w->finished ? 0 : w->table.group_count;

	if (stored > LB_GROUP_MAX || chunks > LB_PACK_CHUNKS_MAX - have)
		return false;
	return PACK_HEADER +
	               pack_body_sealed(lb_pack_padded(lb_pack_writer_size(w) + stored)) +
	               pack_table_bytes(groups + 1, have + chunks) + LB_TAG +
	               PACK_FOOTER <=
	       LB_PACK_MAX;
}

static bool room_for(struct lb_pack_writer *w, size_t len)
{
	size_t cap = w->cap ? w->cap : FIRST_CAP;

	if (len <= w->cap)
		return true;
	while (cap < len)
		cap *= 2;
	if (!mem_array(&w->bytes, cap, 1))
		return false;
	w->cap = cap;
	return true;
}

static enum err_code begin(struct lb_pack_writer *w, struct err *err)
{
	struct pack_header h = { .kind = w->kind };
	struct lb_key key;
	enum err_code rc;

	lb_pack_writer_reset(w);
	if (!room_for(w, PACK_HEADER))
		return err_nomem(err);
	if ((rc = pack_key_make(w->keys, &h, &key, err)) != ERR_OK)
		return rc;
	pack_header_encode(&h, w->bytes);
	pack_aad(&w->aad, w->keys, LB_SEALED_FRAME, h.salt, 0);
	if ((rc = lb_seal_key(w->seal, &key, err)) == ERR_OK &&
	    (rc = digest_new(&w->hash, err)) == ERR_OK)
		rc = digest_add(w->hash, span_of((const char *)w->bytes, PACK_HEADER),
		                err);
	lb_key_wipe(&key);
	w->begun = rc == ERR_OK;
	return rc;
}

static unsigned char *frame_at(const struct lb_pack_writer *w, size_t i)
{
	return w->bytes + PACK_HEADER + i * PACK_FRAME_SEALED;
}

/* Seals the next frame, of `len` bytes, where it lies. */
static enum err_code seal_frame(struct lb_pack_writer *w, size_t len, struct err *err)
{
	unsigned char *at = frame_at(w, w->sealed);
	enum err_code rc;

	w->aad.slot = w->sealed;
	rc = lb_seal_put(w->seal, w->sealed, &w->aad, span_of((const char *)at, len), at,
	                 err);
	if (rc != ERR_OK)
		return rc;
	w->sealed++;
	return digest_add(w->hash, span_of((const char *)at, len + LB_TAG), err);
}

/* Appends to the body; NULL appends zeros. Frames are sealed as they fill. */
static enum err_code append(struct lb_pack_writer *w, const char *from, size_t len,
                            struct err *err)
{
	while (len > 0) {
		size_t inside = w->body % PACK_FRAME;
		size_t n = PACK_FRAME - inside < len ? PACK_FRAME - inside : len;
		unsigned char *at = frame_at(w, w->body / PACK_FRAME) + inside;
		enum err_code rc;

		if (from) {
			memcpy(at, from, n);
			from += n;
		} else {
			memset(at, 0, n);
		}
		w->body += n;
		len -= n;
		if (w->body % PACK_FRAME == 0 &&
		    (rc = seal_frame(w, PACK_FRAME, err)) != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

/* A group that a reader would refuse must never be written. */
static bool group_is_sound(const struct lb_pack_writer *w, const struct lb_pack_group *g)
{
	uint64_t sum = 0;

	if (g->count == 0 || g->count > LB_GROUP_CHUNKS_MAX || g->stored.len == 0)
		return false;
	for (size_t i = 0; i < g->count; i++) {
		if (g->chunks[i].length == 0 || g->chunks[i].length > LB_CHUNK_MAX ||
		    !pack_kind_holds(w->kind, g->chunks[i].type))
			return false;
		sum += g->chunks[i].length;
	}
	return sum == g->length && sum <= LB_GROUP_MAX;
}

static bool note_group(struct lb_pack_writer *w, const struct lb_pack_group *g)
{
	struct lb_pack_table *t = &w->table;
	size_t cap = w->chunk_cap ? w->chunk_cap : 64;

	if (!mem_grow(&t->groups, t->group_count, &w->group_cap, sizeof(*t->groups)))
		return false;
	while (cap < t->chunk_count + g->count)
		cap *= 2;
	if (cap > w->chunk_cap) {
		if (!mem_array(&t->chunks, cap, sizeof(*t->chunks)))
			return false;
		w->chunk_cap = cap;
	}
	memcpy(&t->chunks[t->chunk_count], g->chunks, g->count * sizeof(*g->chunks));
	t->groups[t->group_count++] = (struct lb_group){
		.offset = (uint32_t)w->groups_end,
		.stored = (uint32_t)g->stored.len,
		.length = g->length,
		.chunks = (uint16_t)g->count,
		.codec = g->codec,
	};
	t->chunk_count += g->count;
	return true;
}

enum err_code lb_pack_writer_add(struct lb_pack_writer *w, const struct lb_pack_group *g,
                                 struct err *err)
{
	enum err_code rc;

	if (!group_is_sound(w, g))
		return err_set(err, ERR_USAGE, "a group that no pack of kind %d may have",
		               (int)w->kind);
	if (!lb_pack_writer_fits(w, g->stored.len, g->count))
		return err_set(err, ERR_LIMIT, "the pack is full");
	if ((!w->begun || w->finished) && (rc = begin(w, err)) != ERR_OK)
		return rc;
	if (!room_for(w, PACK_HEADER + pack_body_sealed(w->body + g->stored.len)) ||
	    !note_group(w, g))
		return err_nomem(err);
	rc = append(w, g->stored.ptr, g->stored.len, err);
	w->groups_end = w->body;
	return rc;
}

static enum err_code pad(struct lb_pack_writer *w, struct err *err)
{
	size_t padded = (size_t)lb_pack_padded(w->groups_end);
	enum err_code rc;

	if ((rc = append(w, NULL, padded - w->body, err)) != ERR_OK)
		return rc;
	return padded % PACK_FRAME ? seal_frame(w, padded % PACK_FRAME, err) : ERR_OK;
}

/* The sealed table at `at`, the footer behind it. */
static enum err_code seal_end(struct lb_pack_writer *w, unsigned char *at, size_t len,
                              struct err *err)
{
	struct pack_footer f = {
		.trailer = (uint32_t)(len + LB_TAG),
		.body = (uint32_t)w->body,
		.frames = (uint32_t)w->sealed,
	};
	struct lb_aad aad = w->aad;
	enum err_code rc;

	pack_table_encode(&w->table, at);
	aad.type = LB_SEALED_TRAILER;
	aad.slot = w->sealed;
	rc = lb_seal_put(w->seal, LB_COUNTER_TRAILER, &aad,
	                 span_of((const char *)at, len), at, err);
	if (rc == ERR_OK)
		rc = pack_footer_encode(&f, w->bytes, at + f.trailer, err);
	if (rc == ERR_OK)
		rc = digest_add(
			w->hash,
			span_of((const char *)at, (size_t)f.trailer + PACK_FOOTER), err);
	return rc;
}

enum err_code lb_pack_writer_finish(struct lb_pack_writer *w, struct lb_pack_info *info,
                                    struct span *bytes, struct err *err)
{
	size_t table =
		(size_t)pack_table_bytes(w->table.group_count, w->table.chunk_count);
	size_t end;
	struct digest *hash;
	enum err_code rc;

	if (lb_pack_writer_size(w) == 0)
		return err_set(err, ERR_USAGE, "an empty pack");
	end = (size_t)(PACK_HEADER + pack_body_sealed(lb_pack_padded(w->groups_end)));
	if (!room_for(w, end + table + LB_TAG + PACK_FOOTER))
		return err_nomem(err);
	if ((rc = pad(w, err)) != ERR_OK ||
	    (rc = seal_end(w, w->bytes + end, table, err)) != ERR_OK)
		return rc;
	hash = w->hash;
	w->hash = NULL;
	if ((rc = digest_finish_id(hash, &info->name, err)) != ERR_OK)
		return rc;
	w->finished = true;
	info->size = end + table + LB_TAG + PACK_FOOTER;
	info->kind = w->kind;
	info->table = w->table;
	*bytes = span_of((const char *)w->bytes, (size_t)info->size);
	return ERR_OK;
}
