// SPDX-License-Identifier: Apache-2.0
#include "pack/reader.h"

#include "base/mem.h"
#include "chunk/compress.h"
#include "crypto/ident.h"
#include "pack/index.h"
#include "pack/keyring.h"
#include "pack/pack_read.h"

#include <string.h>

enum { HEADS = 64, GROUPS = 16, COPIES = 8, LOOKS = 4, GROUP_BYTES_MAX = 24 << 20 };

struct cached_head {
	struct lb_pack_head head;
	uint64_t used; /* 0 = empty */
};

/* A plain group. */
struct cached_group {
	struct lb_id pack;
	uint32_t offset;
	uint64_t used;
	uint64_t loaded; /* another at each load */
	struct buf plain;
};

struct expected {
	struct lb_id id;
	uint8_t type;
	bool any;
};

/* A chunk that was checked beside another, before it was asked for. */
struct checked {
	struct expected chunk;
	struct lb_place place;
	uint64_t loaded; /* of its group: one that was loaded anew is not checked */
};

struct lb_reader {
	struct lb_index *index;
	struct lb_pack_reader *packs;
	struct lb_ident *ident;
	struct lb_decompressor *decompressor;
	uint64_t clock;
	struct cached_head heads[HEADS];
	struct cached_group groups[GROUPS];
	struct expected next;
	struct checked checked;
	struct buf stored;
	lb_reader_damage *tell;
	void *tell_context;
	lb_reader_look *look;
	void *look_context;
	uint64_t seen;
};

enum err_code lb_reader_new(struct lb_reader **out, struct lb_index *ix,
                            struct lb_backend *backend, const struct lb_keyring *k,
                            struct err *err)
{
	struct lb_reader *r = mem_new(sizeof(*r));
	enum err_code rc;

	if (!r)
		return err_nomem(err);
	r->index = ix;
	if ((rc = lb_pack_reader_new(&r->packs, backend, k, err)) != ERR_OK ||
	    (rc = lb_ident_new(&r->ident, k->ident, &k->id_key, err)) != ERR_OK ||
	    (rc = lb_decompressor_new(&r->decompressor, err)) != ERR_OK)
		goto out;
	*out = r;
	r = NULL;
out:
	lb_reader_free(r);
	return rc;
}

void lb_reader_free(struct lb_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < HEADS; i++)
		lb_pack_head_wipe(&r->heads[i].head);
	for (size_t i = 0; i < GROUPS; i++)
		buf_fini(&r->groups[i].plain);
	buf_fini(&r->stored);
	lb_pack_reader_free(r->packs);
	lb_ident_free(r->ident);
	lb_decompressor_free(r->decompressor);
	mem_free(r);
}

void lb_reader_on_damage(struct lb_reader *r, lb_reader_damage *tell, void *context)
{
	r->tell = tell;
	r->tell_context = context;
}

void lb_reader_on_gone(struct lb_reader *r, lb_reader_look *look, void *context)
{
	r->look = look;
	r->look_context = context;
}

static enum err_code in_pack(const struct lb_id *pack, enum err_code rc, struct err *err)
{
	char hex[LB_ID_HEX];

	lb_id_hex(pack, hex);
	return err_wrap(err, rc, "pack %s", hex);
}

static enum err_code head_of(struct lb_reader *r, const struct lb_place *p,
                             const struct lb_pack_head **out, struct err *err)
{
	struct cached_head *oldest = &r->heads[0];
	enum err_code rc;

	for (size_t i = 0; i < HEADS; i++) {
		struct cached_head *c = &r->heads[i];

		if (c->used > 0 && lb_id_eq(&c->head.name, &p->pack)) {
			c->used = ++r->clock;
			*out = &c->head;
			return ERR_OK;
		}
		if (c->used < oldest->used)
			oldest = c;
	}
	oldest->used = 0;
	rc = lb_pack_head_load(r->packs, &p->pack, p->pack_size, &oldest->head, err);
	if (rc != ERR_OK)
		return rc;
	oldest->used = ++r->clock;
	*out = &oldest->head;
	return ERR_OK;
}

/* Exactly `len` bytes in the buffer, to be written by the caller. */
static enum err_code take_room(struct buf *b, size_t len, struct err *err)
{
	buf_clear(b);
	if (!buf_reserve(b, len))
		return err_nomem(err);
	b->len = len;
	return ERR_OK;
}

static struct cached_group *least_used(struct lb_reader *r, bool full)
{
	struct cached_group *best = NULL;

	for (size_t i = 0; i < GROUPS; i++) {
		struct cached_group *c = &r->groups[i];

		if ((!full || c->used > 0) && (!best || c->used < best->used))
			best = c;
	}
	return best;
}

static void drop_group(struct cached_group *c)
{
	buf_fini(&c->plain);
	c->used = 0;
}

/* An empty place for a group of so many bytes; what was used longest ago makes room. */
static struct cached_group *make_room(struct lb_reader *r, size_t len)
{
	struct cached_group *c;

	for (;;) {
		size_t total = len;

		for (size_t i = 0; i < GROUPS; i++)
			total += r->groups[i].plain.cap;
		c = least_used(r, true);
		if (total <= GROUP_BYTES_MAX || !c)
			break;
		drop_group(c);
	}
	c = least_used(r, false);
	c->used = 0;
	return c;
}

static struct cached_group *cached(struct lb_reader *r, const struct lb_place *p)
{
	for (size_t i = 0; i < GROUPS; i++) {
		struct cached_group *c = &r->groups[i];

		if (c->used > 0 && c->offset == p->group_offset &&
		    lb_id_eq(&c->pack, &p->pack))
			return c;
	}
	return NULL;
}

static enum err_code load_group(struct lb_reader *r, const struct lb_place *p,
                                struct buf *plain, struct err *err)
{
	bool packed = p->codec != LB_CODEC_STORED;
	struct buf *into = packed ? &r->stored : plain;
	const struct lb_pack_head *head;
	enum err_code rc;

	if (p->group_length > LB_GROUP_MAX || p->stored > LB_GROUP_MAX ||
	    (!packed && p->stored != p->group_length))
		return in_pack(&p->pack,
		               err_set(err, ERR_CORRUPT, "the index tells wrong lengths"),
		               err);
	if ((rc = head_of(r, p, &head, err)) != ERR_OK ||
	    (rc = take_room(into, p->stored, err)) != ERR_OK ||
	    (rc = lb_pack_read(r->packs, head, p->group_offset, p->stored,
	                       (unsigned char *)into->ptr, err)) != ERR_OK)
		return rc;
	if (!packed)
		return ERR_OK;
	if ((rc = take_room(plain, p->group_length, err)) != ERR_OK)
		return rc;
	rc = lb_decompress(r->decompressor, p->codec, buf_span(&r->stored),
	                   p->group_length, (unsigned char *)plain->ptr, err);
	return rc == ERR_OK ? ERR_OK : in_pack(&p->pack, rc, err);
}

/* The plain group of a place, from the cache or loaded into it. */
static enum err_code group_of(struct lb_reader *r, const struct lb_place *p,
                              struct span *out, struct err *err)
{
	struct cached_group *c = cached(r, p);
	enum err_code rc;

	if (!c) {
		c = make_room(r, p->group_length);
		if ((rc = load_group(r, p, &c->plain, err)) != ERR_OK)
			return rc;
		c->pack = p->pack;
		c->offset = p->group_offset;
		c->loaded = ++r->clock;
	}
	c->used = ++r->clock;
	*out = buf_span(&c->plain);
	return ERR_OK;
}

/* ---- two side by side ---- */

void lb_reader_expect(struct lb_reader *r, const struct lb_id *id, uint8_t type)
{
	if (lb_ident_has_lanes(r->ident))
		r->next = (struct expected){ *id, type, true };
}

/* The bytes of the chunk that is expected, if its group fits beside the one in hand,
 * which stays: it was used last. Errors are told when the chunk is asked for. */
static bool look_ahead(struct lb_reader *r, const struct lb_place *in_hand,
                       struct lb_ident_job *out)
{
	struct checked c = { .chunk = r->next };
	const struct lb_place *p = &c.place;
	struct span group;
	size_t count = 0;

	r->next.any = false;
	r->checked.chunk.any = false;
	if (!c.chunk.any ||
	    lb_index_find(r->index, &c.chunk.id, c.chunk.type, &c.place, 1, &count,
	                  NULL) != ERR_OK ||
	    count == 0 ||
	    (uint64_t)p->group_length + in_hand->group_length > GROUP_BYTES_MAX ||
	    group_of(r, p, &group, NULL) != ERR_OK)
		return false;
	c.loaded = cached(r, p)->loaded;
	r->checked = c;
	*out = (struct lb_ident_job){ .type = (enum lb_chunk_type)c.chunk.type,
		                      .plain = span_sub(group, p->inner, p->length) };
	return true;
}

/* Names the chunk in hand, and checks the next one on the way. */
static enum err_code name_of(struct lb_reader *r, const struct lb_place *p,
                             struct lb_ident_job jobs[2], struct err *err)
{
	bool two = look_ahead(r, p, &jobs[1]);
	enum err_code rc = lb_ident_of_all(r->ident, jobs, two ? 2 : 1, err);

	if (two && (rc != ERR_OK || !lb_id_eq(&jobs[1].id, &r->checked.chunk.id)))
		r->checked.chunk.any = false;
	return rc;
}

/* Was the chunk checked with the one before, and is what was checked still there? */
static bool was_checked(struct lb_reader *r, const struct lb_id *id, uint8_t type,
                        struct span *out)
{
	const struct checked *c = &r->checked;
	struct cached_group *g;

	if (!c->chunk.any || c->chunk.type != type || !lb_id_eq(&c->chunk.id, id))
		return false;
	g = cached(r, &c->place);
	if (!g || g->loaded != c->loaded)
		return false;
	g->used = ++r->clock;
	*out = span_sub(buf_span(&g->plain), c->place.inner, c->place.length);
	return true;
}

/* ---- copies ---- */

/* One copy, checked. */
static enum err_code try_copy(struct lb_reader *r, const struct lb_place *p,
                              const struct lb_id *id, uint8_t type, struct span *out,
                              struct err *err)
{
	struct lb_ident_job jobs[2] = { { .type = (enum lb_chunk_type)type } };
	char hex[LB_ID_HEX];
	struct span group;
	enum err_code rc = group_of(r, p, &group, err);

	if (rc != ERR_OK)
		return rc;
	*out = span_sub(group, p->inner, p->length);
	jobs[0].plain = *out;
	rc = name_of(r, p, jobs, err);
	if (rc != ERR_OK || lb_id_eq(&jobs[0].id, id))
		return rc;
	lb_id_hex(id, hex);
	return in_pack(&p->pack,
	               err_set(err, ERR_CORRUPT,
	                       "what is at the place of chunk %s is not that chunk", hex),
	               err);
}

/* Faults of this program rather than of a copy. */
static bool is_our_own(enum err_code rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED || rc == ERR_AUTH;
}

/* The best copy; `*gone` if one of them, or all knowledge of them, is not there. */
static enum err_code try_copies(struct lb_reader *r, const struct lb_id *id, uint8_t type,
                                struct span *out, bool *gone, struct err *err)
{
	struct lb_place places[COPIES];
	struct err first = ERR_INIT;
	char hex[LB_ID_HEX];
	size_t count;
	enum err_code rc = lb_index_find(r->index, id, type, places, COPIES, &count, err);

	*gone = rc == ERR_OK && count == 0;
	if (rc != ERR_OK)
		return rc;
	if (count == 0) {
		lb_id_hex(id, hex);
		return err_set(err, ERR_NOT_FOUND, "chunk %s (%s) is in no known pack",
		               hex, lb_chunk_type_name((enum lb_chunk_type)type));
	}
	for (size_t i = 0; i < count; i++) {
		struct err why = ERR_INIT;

		rc = try_copy(r, &places[i], id, type, out, &why);
		if (rc == ERR_OK)
			return ERR_OK;
		*gone = *gone || rc == ERR_NOT_FOUND;
		if (i == 0 || is_our_own(rc))
			first = why;
		if (is_our_own(rc))
			break;
		if (r->tell)
			r->tell(&places[i].pack, &why, r->tell_context);
	}
	return err_set(err, first.code, "%s", first.msg);
}

enum err_code lb_reader_borrow(struct lb_reader *r, const struct lb_id *id, uint8_t type,
                               struct span *out, struct err *err)
{
	bool gone;
	enum err_code rc;

	if (was_checked(r, id, type, out))
		return ERR_OK;
	rc = try_copies(r, id, type, out, &gone, err);
	for (int turn = 0; turn < LOOKS && rc != ERR_OK && gone && r->look; turn++) {
		if (!r->look(r->look_context, &r->seen))
			break;
		rc = try_copies(r, id, type, out, &gone, err);
	}
	return rc;
}

enum err_code lb_reader_get(struct lb_reader *r, const struct lb_id *id, uint8_t type,
                            struct buf *out, struct err *err)
{
	struct span chunk = SPAN_EMPTY;
	enum err_code rc = lb_reader_borrow(r, id, type, &chunk, err);

	buf_clear(out);
	if (rc != ERR_OK)
		return rc;
	buf_put(out, chunk);
	return buf_err(out, err);
}
