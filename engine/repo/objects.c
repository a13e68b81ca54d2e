// SPDX-License-Identifier: Apache-2.0
#include "repo/objects_internal.h"

#include "backend/backend.h"
#include "base/mem.h"
#include "base/pool.h"
#include "pack/index.h"
#include "repo/segment_put.h"
#include "repo/stored.h"

/*
 * The uploader: one thread takes finished packs from a short queue, writes them, tells
 * the index, and adds them to the segment in the making. So a worker never waits for the
 * device unless the device is what limits the backup. Writers (with their buffers) go
 * round: free list -> lane -> queue -> uploader -> free list; their number bounds memory.
 */

#define QUEUED_PACKS 2
#define SEGMENT_ROWS (256u << 10) /* a segment is written when it has so many */

void lb_objects_fail(struct lb_objects *o, enum err_code rc, const struct err *err)
{
	pthread_mutex_lock(&o->lock);
	if (o->failed.code == ERR_OK && err)
		o->failed = *err;
	else if (o->failed.code == ERR_OK)
		err_set(&o->failed, rc, "chunks could not be stored");
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
}

enum err_code lb_objects_error(struct lb_objects *o, struct err *err)
{
	enum err_code rc;

	pthread_mutex_lock(&o->lock);
	rc = o->failed.code;
	if (rc != ERR_OK)
		err_set(err, rc, "%s", o->failed.msg);
	pthread_mutex_unlock(&o->lock);
	return rc;
}

/* ---- segments ---- */

static enum err_code put_segment(struct lb_objects *o, struct err *err)
{
	uint64_t size = 0;
	enum err_code rc = lb_segment_put(&o->segment, o->options.keyring,
	                                  o->options.dry_run ? NULL : o->options.backend,
	                                  &o->segments, &size, err);

	atomic_fetch_add(&o->stored, size);
	return rc;
}

static enum err_code note_pack(struct lb_objects *o, const struct lb_pack_info *info,
                               struct err *err)
{
	enum err_code rc = ERR_OK;

	if (!lb_segment_fits(&o->segment, info) || o->segment.row_count >= SEGMENT_ROWS)
		rc = put_segment(o, err);
	if (rc == ERR_OK)
		rc = lb_segment_add(&o->segment, info, err);
	if (rc == ERR_OK)
		rc = lb_index_store(o->options.index, info, err);
	if (rc == ERR_OK && !lb_ids_add(&o->own, &info->name))
		rc = err_nomem(err);
	return rc;
}

/* ---- the uploader ---- */

static enum err_code upload(struct lb_objects *o, struct lb_parcel *p, struct err *err)
{
	char key[LB_STORE_KEY];
	enum err_code rc = ERR_OK;

	lb_pack_store_key(&p->info.name, key);
	if (!o->options.dry_run)
		rc = lb_backend_put(o->options.backend, key, &p->bytes, 1, err);
	if (rc == ERR_OK)
		rc = note_pack(o, &p->info, err);
	if (rc == ERR_OK) {
		atomic_fetch_add(&o->stored, p->info.size);
		atomic_fetch_add(&o->packs, 1);
	}
	return rc;
}

static void *uploader(void *arg)
{
	struct lb_objects *o = arg;
	void *item;

	while (queue_pop(o->queue, &item)) {
		struct lb_parcel *p = item;
		struct err err = ERR_INIT;

		if (lb_objects_error(o, NULL) == ERR_OK && upload(o, p, &err) != ERR_OK)
			lb_objects_fail(o, err.code, &err);
		lb_parcel_give(o, p);
	}
	return NULL;
}

enum err_code lb_parcel_take(struct lb_objects *o, enum lb_pack_kind kind,
                             struct lb_parcel **out, struct err *err)
{
	struct lb_parcel **at;
	struct lb_parcel *p;
	enum err_code rc;

	pthread_mutex_lock(&o->lock);
	for (at = &o->free; *at && (*at)->kind != kind; at = &(*at)->next)
		;
	p = *at;
	if (p)
		*at = p->next;
	o->busy++;
	pthread_mutex_unlock(&o->lock);
	if (p) {
		*out = p;
		return ERR_OK;
	}
	p = mem_new(sizeof *p);
	rc = p ? lb_pack_writer_new(&p->writer, o->options.keyring, kind, err)
	       : err_nomem(err);
	if (rc != ERR_OK) {
		mem_free(p);
		pthread_mutex_lock(&o->lock);
		o->busy--;
		pthread_mutex_unlock(&o->lock);
		return rc;
	}
	p->kind = kind;
	*out = p;
	return ERR_OK;
}

void lb_parcel_give(struct lb_objects *o, struct lb_parcel *p)
{
	lb_pack_writer_reset(p->writer);
	pthread_mutex_lock(&o->lock);
	p->next = o->free;
	o->free = p;
	o->busy--;
	pthread_cond_broadcast(&o->changed);
	pthread_mutex_unlock(&o->lock);
}

/* ---- the session's side ---- */

enum err_code lb_objects_new(struct lb_objects **out,
                             const struct lb_objects_options *options, struct err *err)
{
	struct lb_objects *o = mem_new(sizeof *o);
	enum err_code rc;

	if (!o)
		return err_nomem(err);
	o->options = *options;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->changed, NULL);
	lb_lane_init(&o->meta, o, LB_PACK_META);
	rc = queue_new(&o->queue, QUEUED_PACKS, err);
	if (rc == ERR_OK && pthread_create(&o->thread, NULL, uploader, o) != 0)
		rc = err_set(err, ERR_LIMIT, "no more threads can be started");
	if (rc == ERR_OK)
		o->started = true;
	else
		lb_objects_free(o);
	if (rc == ERR_OK)
		*out = o;
	return rc;
}

static void free_parcels(struct lb_objects *o)
{
	while (o->free) {
		struct lb_parcel *p = o->free;

		o->free = p->next;
		lb_pack_writer_free(p->writer);
		mem_free(p);
	}
}

void lb_objects_free(struct lb_objects *o)
{
	if (!o)
		return;
	lb_lane_fini(&o->meta);
	if (o->queue)
		queue_close(o->queue);
	if (o->started)
		pthread_join(o->thread, NULL);
	queue_free(o->queue);
	lb_index_end_session(o->options.index);
	free_parcels(o);
	lb_segment_fini(&o->segment);
	lb_ids_fini(&o->segments);
	lb_ids_fini(&o->own);
	map_fini(&o->used);
	pthread_cond_destroy(&o->changed);
	pthread_mutex_destroy(&o->lock);
	mem_free(o);
}

/* ---- the end ---- */

static enum err_code flush_lane(void *lane, size_t worker, void *context, struct err *err)
{
	(void)worker;
	(void)context;
	return lb_lane_flush(lane, err);
}

/* Reading back the last packs takes as long as any: side by side. */
static enum err_code flush_all(struct lb_objects *o, struct err *err)
{
	struct pool *pool;
	size_t count = 0;
	enum err_code rc;

	for (const struct lb_lane *l = o->lanes; l; l = l->next)
		count++;
	rc = pool_new(&pool, o->options.threads, count, flush_lane, NULL, NULL, NULL,
	              err);
	if (rc != ERR_OK)
		return rc;
	for (struct lb_lane *l = o->lanes; l && rc == ERR_OK; l = l->next)
		rc = pool_push(pool, l);
	return pool_finish(pool, err);
}

/* Until no pack is on its way. After an error an open one may be left in a lane. */
static enum err_code drain(struct lb_objects *o, struct err *err)
{
	pthread_mutex_lock(&o->lock);
	while (o->busy > 0 && o->failed.code == ERR_OK)
		pthread_cond_wait(&o->changed, &o->lock);
	pthread_mutex_unlock(&o->lock);
	return lb_objects_error(o, err);
}

/* Chunks may also have been found in packs of this session, which are no others'. */
static enum err_code take_used(struct lb_objects *o, struct lb_ids *own,
                               struct lb_ids *used, struct err *err)
{
	struct span key;
	size_t at = 0;
	void *value;
	enum err_code rc = ERR_OK;

	lb_ids_sort(own);
	while (rc == ERR_OK && map_next(&o->used, &at, &key, &value)) {
		struct lb_id id;

		for (size_t i = 0; i < sizeof id.b; i++)
			id.b[i] = (unsigned char)key.ptr[i];
		if (!lb_ids_has(own, &id) && !lb_ids_add(used, &id))
			rc = err_nomem(err);
	}
	map_fini(&o->used);
	map_init(&o->used);
	return rc;
}

static enum err_code take_names(struct lb_ids *from, struct lb_ids *to, struct err *err)
{
	for (size_t i = 0; i < from->count; i++)
		if (!lb_ids_add(to, &from->ids[i]))
			return err_nomem(err);
	from->count = 0;
	return ERR_OK;
}

enum err_code lb_objects_finish(struct lb_objects *o, struct lb_stored *stored,
                                struct err *err)
{
	enum err_code rc = flush_all(o, err);

	if (rc == ERR_OK)
		rc = drain(o, err);
	if (rc == ERR_OK)
		rc = put_segment(o, err);
	if (rc == ERR_OK)
		rc = take_names(&o->segments, &stored->segments, err);
	if (rc == ERR_OK)
		rc = take_names(&o->own, &stored->own, err);
	if (rc == ERR_OK)
		rc = take_used(o, &stored->own, &stored->used, err);
	return rc;
}

void lb_objects_count(struct lb_objects *o, struct lb_objects_figures *out)
{
	out->chunks = atomic_load(&o->chunks);
	out->bytes = atomic_load(&o->bytes);
	out->stored = atomic_load(&o->stored);
	out->packs = atomic_load(&o->packs);
}
