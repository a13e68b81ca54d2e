// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/restore_internal.h"
#include "pack/index.h"
#include "repo/repo.h"

/*
 * Small files lie together in groups, which are unpacked as a whole. A backup fills one
 * group a worker at a time, so in the order of the walk the files of a few groups take
 * turns. Here they are sorted out again: a few batches are open, one a group, and each
 * goes to one worker. What is large enough to have groups of its own travels alone.
 */

#define BATCH_FILES 256
#define BATCH_BYTES (8u << 20)
#define LARGE (256u << 10)

struct lb_restore_batch {
	struct lb_restore_item *items[BATCH_FILES];
	size_t count;
	uint64_t bytes;
	struct lb_id pack; /* zeros: files without content */
	uint32_t group;
	uint64_t used;
};

static void batch_free(struct lb_restore_batch *b)
{
	for (size_t i = 0; b && i < b->count; i++)
		lb_restore_item_free(b->items[i]);
	mem_free(b);
}

static enum err_code push(struct lb_restore_job *j, struct lb_restore_batch *b,
                          struct err *err)
{
	enum err_code rc = pool_push(j->pool, b);

	if (rc == ERR_OK)
		return ERR_OK;
	batch_free(b);
	/* the pool knows why and says so at its end */
	return err_set(err, rc, "the restore was stopped");
}

static bool first_piece(const struct lb_entry *e, struct lb_piece *out)
{
	struct wire at;

	wire_init(&at, e->content);
	return e->type == LB_ENTRY_FILE && !e->mapped && lb_content_next(&at, out);
}

/* Where the file begins; what cannot be found is told when it is read. */
static void locate(struct lb_restore_job *j, const struct lb_entry *e, struct lb_id *pack,
                   uint32_t *group)
{
	struct lb_piece piece;
	struct lb_place place;
	size_t count = 0;

	*pack = (struct lb_id){ { 0 } };
	*group = 0;
	if (!first_piece(e, &piece) ||
	    lb_index_find(lb_repo_index(j->repo), &piece.id, LB_CHUNK_DATA, &place, 1,
	                  &count, NULL) != ERR_OK ||
	    count == 0)
		return;
	*pack = place.pack;
	*group = place.group_offset;
}

/* The slot of the group's batch, or one that is free or was used longest ago. */
static size_t slot_of(const struct lb_restore_job *j, const struct lb_id *pack,
                      uint32_t group)
{
	size_t best = 0;

	for (size_t i = 0; i < LB_RESTORE_OPEN_BATCHES; i++) {
		const struct lb_restore_batch *b = j->batches[i];
		const struct lb_restore_batch *o = j->batches[best];

		if (b && b->group == group && lb_id_eq(&b->pack, pack))
			return i;
		if (o && (!b || b->used < o->used))
			best = i;
	}
	return best;
}

static enum err_code open_batch(struct lb_restore_job *j, size_t slot,
                                const struct lb_id *pack, uint32_t group, struct err *err)
{
	struct lb_restore_batch *b = j->batches[slot];
	enum err_code rc = ERR_OK;

	if (b && b->group == group && lb_id_eq(&b->pack, pack))
		return ERR_OK;
	j->batches[slot] = NULL;
	if (b)
		rc = push(j, b, err);
	if (rc != ERR_OK)
		return rc;
	b = mem_new(sizeof *b);
	if (!b)
		return err_nomem(err);
	b->pack = *pack;
	b->group = group;
	j->batches[slot] = b;
	return ERR_OK;
}

static enum err_code push_alone(struct lb_restore_job *j, struct lb_restore_item *item,
                                struct err *err)
{
	struct lb_restore_batch *b = mem_new(sizeof *b);

	if (!b) {
		lb_restore_item_free(item);
		return err_nomem(err);
	}
	b->items[b->count++] = item;
	return push(j, b, err);
}

enum err_code lb_restore_queue(struct lb_restore_job *j, struct lb_restore_item *item,
                               struct err *err)
{
	struct lb_restore_batch *b;
	struct lb_id pack;
	uint32_t group;
	size_t slot;
	enum err_code rc;

	if (item->entry.size >= LARGE)
		return push_alone(j, item, err);
	locate(j, &item->entry, &pack, &group);
	slot = slot_of(j, &pack, group);
	rc = open_batch(j, slot, &pack, group, err);
	if (rc != ERR_OK) {
		lb_restore_item_free(item);
		return rc;
	}
	b = j->batches[slot];
	b->items[b->count++] = item;
	b->bytes += item->entry.size + item->entry.xattrs.len;
	b->used = ++j->batch_clock;
	if (b->count < BATCH_FILES && b->bytes < BATCH_BYTES)
		return ERR_OK;
	j->batches[slot] = NULL;
	return push(j, b, err);
}

enum err_code lb_restore_queue_flush(struct lb_restore_job *j, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < LB_RESTORE_OPEN_BATCHES && rc == ERR_OK; i++) {
		struct lb_restore_batch *b = j->batches[i];

		j->batches[i] = NULL;
		if (b)
			rc = push(j, b, err);
	}
	return rc;
}

void lb_restore_batches_free(struct lb_restore_job *j)
{
	for (size_t i = 0; i < LB_RESTORE_OPEN_BATCHES; i++) {
		batch_free(j->batches[i]);
		j->batches[i] = NULL;
	}
}

/* So that it can be checked beside the last one of this file. */
static void tell_after(struct lb_restore_worker *w, const struct lb_restore_batch *b,
                       size_t i)
{
	struct lb_piece piece;

	w->has_after = i + 1 < b->count && first_piece(&b->items[i + 1]->entry, &piece);
	if (w->has_after)
		w->after = piece.id;
}

enum err_code lb_restore_work(void *work, size_t worker, void *context, struct err *err)
{
	struct lb_restore_job *j = context;
	struct lb_restore_worker *w = &j->workers[worker];
	struct lb_restore_batch *b = work;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < b->count && rc == ERR_OK; i++) {
		struct lb_restore_item *item = b->items[i];

		if (lb_restore_stopped(j)) {
			rc = err_set(err, ERR_CANCELLED, "stopped");
			break;
		}
		b->items[i] = NULL;
		tell_after(w, b, i);
		rc = lb_restore_whole(j, w, item, err);
	}
	batch_free(b);
	return rc;
}

void lb_restore_drop(void *work, void *context)
{
	(void)context;
	batch_free(work);
}
