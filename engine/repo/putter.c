// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "pack/index.h"
#include "pack/keyring.h"
#include "repo/objects_internal.h"

/* One thread's way into the store: ids, claims, groups, packs. */

struct lb_putter {
	struct lb_objects *objects;
	struct lb_ident *ident;
	struct lb_lane data;
	struct lb_id last_used; /* pack, to ask the shared set less often */
};

/* ---- lanes ---- */

void lb_lane_init(struct lb_lane *l, struct lb_objects *o, enum lb_pack_kind kind)
{
	*l = (struct lb_lane){ .objects = o, .kind = kind };
	pthread_mutex_init(&l->lock, NULL);
	pthread_mutex_lock(&o->lock);
	l->next = o->lanes;
	o->lanes = l;
	pthread_mutex_unlock(&o->lock);
}

static void leave_session(struct lb_lane *l)
{
	struct lb_lane **at = &l->objects->lanes;

	pthread_mutex_lock(&l->objects->lock);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	pthread_mutex_unlock(&l->objects->lock);
}

void lb_lane_fini(struct lb_lane *l)
{
	if (!l->objects)
		return;
	leave_session(l);
	if (l->parcel)
		lb_parcel_give(l->objects, l->parcel);
	lb_pack_verifier_free(l->verifier);
	lb_compressor_free(l->compressor);
	buf_fini(&l->stored);
	buf_fini(&l->group);
	mem_free(l->chunks);
	pthread_mutex_destroy(&l->lock);
	*l = (struct lb_lane){ .objects = NULL };
}

static enum err_code read_back(struct lb_lane *l, struct err *err)
{
	const struct lb_objects_options *o = &l->objects->options;
	const struct lb_parcel *p = l->parcel;
	enum err_code rc = ERR_OK;

	if (!l->verifier)
		rc = lb_pack_verifier_new(&l->verifier, o->keyring, err);
	if (rc != ERR_OK)
		return rc;
	rc = lb_pack_verify(l->verifier, &p->info.name, p->bytes, &p->info, err);
	return rc == ERR_OK ? rc
	                    : err_wrap(err, rc,
	                               "a pack that was just made cannot be read back; "
	                               "nothing of it was stored; test this machine's "
	                               "memory");
}

/* The pack is complete: it is read back, and goes to the uploader. */
static enum err_code send_pack(struct lb_lane *l, struct err *err)
{
	struct lb_parcel *p = l->parcel;
	enum err_code rc = lb_pack_writer_finish(p->writer, &p->info, &p->bytes, err);

	if (rc == ERR_OK && l->objects->options.verify)
		rc = read_back(l, err);
	if (rc != ERR_OK)
		return rc;
	l->parcel = NULL;
	if (!queue_push(l->objects->queue, p)) {
		lb_parcel_give(l->objects, p);
		return err_set(err, ERR_CANCELLED, "the backup is being ended");
	}
	return ERR_OK;
}

static bool is_full(const struct lb_lane *l)
{
	const struct lb_pack_writer *w = l->parcel->writer;

	return lb_pack_writer_size(w) >= l->objects->options.pack_size ||
	       lb_pack_writer_chunks(w) >= LB_OBJECTS_PACK_CHUNKS;
}

/* The pack that has room for the group; an earlier one goes its way. */
static enum err_code open_pack(struct lb_lane *l, size_t stored, size_t chunks,
                               struct err *err)
{
	enum err_code rc = ERR_OK;

	if (l->parcel &&
	    (is_full(l) || !lb_pack_writer_fits(l->parcel->writer, stored, chunks)))
		rc = send_pack(l, err);
	if (rc == ERR_OK && !l->parcel)
		rc = lb_parcel_take(l->objects, l->kind, &l->parcel, err);
	return rc;
}

static enum err_code put_group(struct lb_lane *l, struct span plain,
                               const struct lb_chunk *chunks, size_t count,
                               struct err *err)
{
	enum lb_codec codec;
	struct lb_pack_group g = { .length = (uint32_t)plain.len,
		                   .chunks = chunks,
		                   .count = count };
	enum err_code rc = ERR_OK;

	if (!l->compressor)
		rc = lb_compressor_new(&l->compressor, l->objects->options.level, err);
	if (rc == ERR_OK)
		rc = lb_compress(l->compressor, plain, &l->stored, &codec, err);
	if (rc == ERR_OK)
		rc = open_pack(l, l->stored.len, count, err);
	if (rc != ERR_OK)
		return rc;
	g.stored = codec == LB_CODEC_STORED ? plain : buf_span(&l->stored);
	g.codec = (uint8_t)codec;
	rc = lb_pack_writer_add(l->parcel->writer, &g, err);
	if (rc == ERR_OK) {
		atomic_fetch_add(&l->objects->chunks, count);
		atomic_fetch_add(&l->objects->bytes, plain.len);
	}
	return rc;
}

static enum err_code end_group(struct lb_lane *l, struct err *err)
{
	enum err_code rc;

	if (l->count == 0)
		return ERR_OK;
	rc = put_group(l, buf_span(&l->group), l->chunks, l->count, err);
	buf_clear(&l->group);
	l->count = 0;
	return rc;
}

/* A chunk of half a group or more gains nothing from company, and is not copied. */
static enum err_code add_chunk(struct lb_lane *l, const struct lb_chunk *chunk,
                               struct span plain, struct err *err)
{
	size_t size = l->objects->options.group_size;
	enum err_code rc = ERR_OK;

	if (plain.len >= size / 2)
		return put_group(l, plain, chunk, 1, err);
	if (l->group.len + plain.len > size || l->count == LB_GROUP_CHUNKS_MAX)
		rc = end_group(l, err);
	if (rc != ERR_OK)
		return rc;
	if (!mem_grow(&l->chunks, l->count, &l->cap, sizeof *l->chunks))
		return err_nomem(err);
	l->chunks[l->count++] = *chunk;
	buf_put(&l->group, plain);
	return buf_err(&l->group, err);
}

enum err_code lb_lane_add(struct lb_lane *l, const struct lb_chunk *chunk,
                          struct span plain, struct err *err)
{
	enum err_code rc;

	pthread_mutex_lock(&l->lock);
	rc = add_chunk(l, chunk, plain, err);
	pthread_mutex_unlock(&l->lock);
	if (rc != ERR_OK)
		lb_objects_fail(l->objects, rc, err);
	return rc;
}

enum err_code lb_lane_flush(struct lb_lane *l, struct err *err)
{
	enum err_code rc;

	pthread_mutex_lock(&l->lock);
	rc = end_group(l, err);
	if (rc == ERR_OK && l->parcel && lb_pack_writer_size(l->parcel->writer) > 0)
		rc = send_pack(l, err);
	pthread_mutex_unlock(&l->lock);
	if (rc != ERR_OK)
		lb_objects_fail(l->objects, rc, err);
	return rc;
}

/* ---- putters ---- */

enum err_code lb_putter_new(struct lb_putter **out, struct lb_objects *o, struct err *err)
{
	struct lb_putter *p = mem_new(sizeof *p);
	const struct lb_keyring *k = o->options.keyring;
	enum err_code rc;

	if (!p)
		return err_nomem(err);
	p->objects = o;
	rc = lb_ident_new(&p->ident, k->ident, &k->id_key, err);
	if (rc != ERR_OK) {
		lb_putter_free(p);
		return rc;
	}
	lb_lane_init(&p->data, o, LB_PACK_DATA);
	*out = p;
	return rc;
}

void lb_putter_free(struct lb_putter *p)
{
	if (!p)
		return;
	lb_lane_fini(&p->data);
	lb_ident_free(p->ident);
	mem_free(p);
}

/* The commit will have to see that the pack still counts. Chunks that this session is
 * still storing stand in no pack yet, or in one that counts no longer. */
static enum err_code note_used(struct lb_putter *p, const struct lb_id *id,
                               enum lb_chunk_type type, struct err *err)
{
	struct lb_objects *o = p->objects;
	struct lb_place place;
	size_t count;
	enum err_code rc = lb_index_find(o->options.index, id, (uint8_t)type, &place, 1,
	                                 &count, err);

	if (rc != ERR_OK || count == 0 || !place.usable ||
	    lb_id_eq(&place.pack, &p->last_used))
		return rc;
	p->last_used = place.pack;
	pthread_mutex_lock(&o->lock);
	if (!map_set(&o->used, lb_id_span(&place.pack), o))
		rc = err_nomem(err);
	pthread_mutex_unlock(&o->lock);
	return rc;
}

static enum err_code check_put(struct lb_putter *p, struct span plain, struct err *err)
{
	enum err_code rc = lb_objects_error(p->objects, err);

	if (rc == ERR_OK && (plain.len == 0 || plain.len > LB_CHUNK_MAX))
		rc = err_set(err, ERR_LIMIT, "a chunk of %zu bytes", plain.len);
	return rc;
}

static enum err_code put_named(struct lb_putter *p, enum lb_chunk_type type,
                               struct span plain, const struct lb_id *id, struct err *err)
{
	struct lb_objects *o = p->objects;
	struct lb_chunk chunk = { .id = *id,
		                  .length = (uint32_t)plain.len,
		                  .type = (uint8_t)type };
	enum lb_claim claim;
	enum err_code rc =
		lb_index_claim(o->options.index, id, (uint8_t)type, &claim, err);

	if (rc != ERR_OK)
		return rc;
	if (claim == LB_KNOWN)
		return note_used(p, id, type, err);
	rc = lb_lane_add(type == LB_CHUNK_DATA ? &p->data : &o->meta, &chunk, plain, err);
	if (rc != ERR_OK)
		lb_index_release(o->options.index, id);
	return rc;
}

enum err_code lb_putter_put(struct lb_putter *p, enum lb_chunk_type type,
                            struct span plain, struct lb_id *id, struct err *err)
{
	enum err_code rc = check_put(p, plain, err);

	if (rc == ERR_OK)
		rc = lb_ident_of(p->ident, type, plain, id, err);
	return rc == ERR_OK ? put_named(p, type, plain, id, err) : rc;
}

enum err_code lb_putter_put_two(struct lb_putter *p, enum lb_chunk_type type,
                                const struct span plain[2], struct lb_id id[2],
                                struct err *err)
{
	struct lb_ident_job jobs[2];
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < 2 && rc == ERR_OK; i++) {
		jobs[i] = (struct lb_ident_job){ .type = type, .plain = plain[i] };
		rc = check_put(p, plain[i], err);
	}
	if (rc == ERR_OK)
		rc = lb_ident_of_all(p->ident, jobs, 2, err);
	for (size_t i = 0; i < 2 && rc == ERR_OK; i++) {
		id[i] = jobs[i].id;
		rc = put_named(p, type, plain[i], &id[i], err);
	}
	return rc;
}

enum err_code lb_putter_has(struct lb_putter *p, enum lb_chunk_type type,
                            const struct lb_id *id, bool *has, struct err *err)
{
	struct lb_index *ix = p->objects->options.index;
	enum lb_claim claim;
	enum err_code rc = lb_index_claim(ix, id, (uint8_t)type, &claim, err);

	*has = rc == ERR_OK && claim == LB_KNOWN;
	if (*has)
		rc = note_used(p, id, type, err);
	else if (rc == ERR_OK)
		lb_index_release(ix, id);
	return rc;
}
