// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/pool.h"
#include "job/copy_internal.h"
#include "os/clock.h"

#include <string.h>

/*
 * Chunks of one file, and of files beside each other, mostly lie beside each other in
 * packs too. So they travel in batches, and each worker reads a stretch of a pack.
 *
 * A folder or map that was looked at is marked in the memo of nodes, with a value that is
 * no id: zeros, and the number of the walk. So equal ones are looked at once however
 * often they occur, and a second walk looks again.
 */

#define BATCH_CHUNKS 256
#define BATCH_BYTES ((uint64_t)4 << 20)
#define QUEUED_BATCHES 4
#define KEEP_NS 60000000000u /* a minute of work is what a stop may cost */

struct batch {
	struct lb_piece pieces[BATCH_CHUNKS];
	size_t count;
	uint64_t bytes;
};

struct ahead {
	struct lb_copy_job *j;
	struct pool *pool;
	struct batch *batch;
};

/* ---- on the workers ---- */

static bool is_ours(enum err_code rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED;
}

static enum err_code copy_piece(struct lb_copy_job *j, struct lb_copy_worker *w,
                                const struct lb_piece *piece, struct err *err)
{
	struct lb_id id;
	enum err_code rc = lb_copy_go_on(j, err);

	if (rc == ERR_OK)
		rc = lb_copy_chunk(j, w, piece, &id, err);
	if (rc == ERR_OK)
		lb_copy_progress(j, 0, piece->length);
	if (rc == ERR_OK || w->failed || is_ours(rc))
		return rc;
	/* the writing of the tree will say where */
	atomic_fetch_add(&j->missed, 1);
	return ERR_OK;
}

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct lb_copy_job *j = context;
	struct batch *b = item;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < b->count && rc == ERR_OK; i++)
		rc = copy_piece(j, &j->workers[worker], &b->pieces[i], err);
	mem_free(b);
	return rc;
}

static void drop(void *item, void *context)
{
	(void)context;
	mem_free(item);
}

/* ---- on the calling thread ---- */

static enum err_code start_pool(struct ahead *a, struct err *err)
{
	const size_t threads = a->j->worker_count - 1;

	return pool_new(&a->pool, threads, QUEUED_BATCHES * threads, work, drop, a->j,
	                &a->j->cancel, err);
}

/* Once in a while the workers rest, so that what they stored can be registered. */
static enum err_code keep(struct ahead *a, struct err *err)
{
	struct lb_copy_job *j = a->j;
	uint64_t wait = j->o->keep_ns ? j->o->keep_ns : KEEP_NS;
	enum err_code rc;

	/* a mend is part of another append already */
	if (j->mended || os_ticks_ns() - j->kept_ns < wait)
		return ERR_OK;
	rc = pool_finish(a->pool, err);
	a->pool = NULL;
	if (rc == ERR_OK)
		rc = lb_copy_keep(j, err);
	if (rc == ERR_OK)
		rc = start_pool(a, err);
	lb_copy_walker(j)->failed |= rc != ERR_OK;
	j->kept_ns = os_ticks_ns();
	return rc;
}

static enum err_code send(struct ahead *a, struct err *err)
{
	enum err_code rc;

	if (!a->batch || a->batch->count == 0)
		return ERR_OK;
	rc = pool_push(a->pool, a->batch);
	if (rc != ERR_OK) /* the pool knows why and says so at its end */
		return err_set(err, rc, "the copy was stopped");
	a->batch = NULL;
	return keep(a, err);
}

static enum err_code add(struct ahead *a, const struct lb_piece *piece, struct err *err)
{
	struct lb_id id;
	bool known;
	enum err_code rc =
		lb_copy_known(a->j, LB_CHUNK_DATA, &piece->id, &id, &known, err);

	if (rc == ERR_OK && known)
		lb_copy_progress(a->j, 0, piece->length);
	if (rc != ERR_OK || known)
		return rc;
	if (!a->batch)
		a->batch = mem_new(sizeof *a->batch);
	if (!a->batch)
		return err_nomem(err);
	a->batch->pieces[a->batch->count++] = *piece;
	a->batch->bytes += piece->length;
	if (a->batch->count < BATCH_CHUNKS && a->batch->bytes < BATCH_BYTES)
		return ERR_OK;
	return send(a, err);
}

/* Was the node written anew, or looked at by this walk? If not, it is from now on. */
static enum err_code look_once(struct ahead *a, enum lb_chunk_type type,
                               const struct lb_id *id, bool *seen, struct err *err)
{
	struct lb_id mark = { { 0 } };
	struct lb_id value;
	enum err_code rc = lb_copy_memo_get(a->j->nodes, id, &value, seen, err);

	memcpy(mark.b + LB_ID - sizeof a->j->round, &a->j->round, sizeof a->j->round);
	lb_copy_walker(a->j)->failed |= rc != ERR_OK;
	*seen = *seen && (lb_id_eq(&value, &mark) || !lb_copy_is_mark(&value));
	if (rc == ERR_OK && !*seen)
		rc = lb_copy_note(a->j, type, id, &mark, err);
	return rc;
}

static enum err_code add_file(struct ahead *a, const struct lb_entry *e, struct err *err)
{
	struct lb_piece piece;
	uint64_t offset;
	bool more = false;
	enum err_code rc = ERR_OK;

	if (e->mapped)
		rc = look_once(a, LB_CHUNK_MAP, &e->map, &more, err);
	if (rc != ERR_OK || more)
		return rc;
	lb_map_iter_start(a->j->pieces, e);
	do {
		rc = lb_copy_go_on(a->j, err);
		if (rc == ERR_OK)
			rc = lb_map_iter_next(a->j->pieces, &piece, &offset, &more, err);
		if (rc == ERR_OK && more)
			rc = add(a, &piece, err);
	} while (rc == ERR_OK && more);
	return rc;
}

static enum err_code add_entry(struct ahead *a, const struct lb_walk_step *step,
                               struct err *err)
{
	const struct lb_entry *e = &step->entry;
	bool seen = false;
	enum err_code rc = ERR_OK;

	if (e->type == LB_ENTRY_FILE) {
		rc = add_file(a, e, err);
		lb_copy_progress(a->j, 1, 0);
	} else if (e->type == LB_ENTRY_FOLDER) {
		rc = look_once(a, LB_CHUNK_TREE, &e->subtree, &seen, err);
		if (rc == ERR_OK && seen)
			lb_tree_walk_skip(a->j->walk);
	}
	return rc;
}

static enum err_code walk(struct ahead *a, const struct lb_id *root, struct err *err)
{
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	bool seen;
	enum err_code rc = look_once(a, LB_CHUNK_TREE, root, &seen, err);

	if (rc != ERR_OK || seen)
		return rc;
	lb_tree_walk_start(a->j->walk, root);
	while (rc == ERR_OK && step.event != LB_WALK_END) {
		rc = lb_copy_go_on(a->j, err);
		if (rc == ERR_OK)
			rc = lb_tree_walk_next(a->j->walk, &step, err);
		if (rc == ERR_OK && step.event == LB_WALK_ENTRY)
			rc = add_entry(a, &step, err);
	}
	return rc == ERR_OK ? send(a, err) : rc;
}

enum err_code lb_copy_ahead(struct lb_copy_job *j, const struct lb_id *root,
                            struct err *err)
{
	struct ahead a = { .j = j };
	struct err walk_err = ERR_INIT;
	enum err_code walked;
	enum err_code rc;

	j->round++;
	atomic_store(&j->missed, 0);
	cancel_init(&j->cancel);
	rc = start_pool(&a, err);
	if (rc != ERR_OK)
		return rc;
	walked = walk(&a, root, &walk_err);
	if (is_ours(walked) || lb_copy_walker(j)->failed)
		cancel_set(&j->cancel, 0);
	rc = a.pool ? pool_finish(a.pool, err) : ERR_OK;
	mem_free(a.batch);
	if (rc != ERR_OK && rc != ERR_CANCELLED)
		return rc;
	if (!is_ours(walked) && !lb_copy_walker(j)->failed) /* the tree cannot be read */
		return rc;
	if (err)
		*err = walk_err;
	return walked;
}
