// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/backup_internal.h"

/*
 * Handing over a file costs two thread switches in the worst case, more than reading a
 * small one; so small files travel together, in the order of the walk, which is also the
 * order in which a group then holds them.
 */

#define BATCH_FILES 64
#define BATCH_BYTES (1u << 20)

struct lb_backup_batch {
	struct lb_backup_item *items[BATCH_FILES];
	size_t count;
	uint64_t bytes;
};

enum err_code lb_backup_queue_flush(struct lb_backup_job *j, struct err *err)
{
	struct lb_backup_batch *b = j->batch;
	enum err_code rc;

	if (!b || b->count == 0)
		return ERR_OK;
	rc = pool_push(j->pool, b);
	if (rc != ERR_OK) /* the pool knows why and says so at its end */
		return err_set(err, rc, "the backup was stopped");
	j->batch = NULL;
	return ERR_OK;
}

enum err_code lb_backup_queue(struct lb_backup_job *j, struct lb_backup_item *item,
                              struct err *err)
{
	if (!j->batch)
		j->batch = mem_new(sizeof *j->batch);
	if (!j->batch)
		return err_nomem(err);
	j->batch->items[j->batch->count++] = item;
	j->batch->bytes += item->meta.size;
	if (j->batch->count < BATCH_FILES && j->batch->bytes < BATCH_BYTES)
		return ERR_OK;
	return lb_backup_queue_flush(j, err);
}

enum err_code lb_backup_work(void *work, size_t worker, void *context, struct err *err)
{
	struct lb_backup_job *j = context;
	struct lb_backup_worker *w = &j->workers[worker];
	struct lb_backup_batch *b = work;
	enum err_code rc = w->putter ? ERR_OK : lb_backup_worker_init(w, j, err);

	for (size_t i = 0; i < b->count && rc == ERR_OK; i++) {
		if (lb_backup_stopped(j))
			rc = err_set(err, ERR_CANCELLED, "stopped");
		if (rc == ERR_OK)
			rc = lb_backup_file(j, w, b->items[i], err);
		if (rc == ERR_OK)
			rc = lb_backup_complete(j, b->items[i], w, err);
	}
	mem_free(b);
	return rc;
}

void lb_backup_drop(void *work, void *context)
{
	(void)context; /* the items belong to their folders */
	mem_free(work);
}
