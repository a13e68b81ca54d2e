// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/copy_internal.h"
#include "job/tree_source.h"
#include "os/clock.h"
#include "os/fs.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "repo/repo.h"

#include <string.h>

#define PROGRESS_NS 100000000u

/* ---- workers ---- */

static enum err_code open_objects(struct lb_copy_job *j, struct err *err)
{
	const struct lb_config *config = lb_repo_config(j->to);
	struct lb_objects_options o = {
		.backend = lb_repo_backend(j->to),
		.keyring = lb_repo_keyring(j->to),
		.index = lb_repo_index(j->to),
		.pack_size = config->pack_size,
		.group_size = config->group_size,
		.level = j->o->level,
		.threads = j->o->threads,
		.verify = !j->o->no_verify,
	};

	return lb_objects_new(&j->objects, &o, err);
}

static enum err_code open_workers(struct lb_copy_job *j, struct err *err)
{
	size_t threads = j->o->threads ? j->o->threads : os_processors();
	enum err_code rc = ERR_OK;

	if (!mem_array(&j->workers, threads + 1, sizeof *j->workers))
		return err_nomem(err);
	memset(j->workers, 0, (threads + 1) * sizeof *j->workers);
	j->worker_count = threads + 1;
	for (size_t i = 0; i < j->worker_count && rc == ERR_OK; i++) {
		struct lb_copy_worker *w = &j->workers[i];

		rc = lb_reader_new(&w->reader, lb_repo_index(j->from),
		                   lb_repo_backend(j->from), lb_repo_keyring(j->from),
		                   err);
		if (rc == ERR_OK)
			rc = lb_putter_new(&w->putter, j->objects, err);
	}
	return rc;
}

static enum err_code open_memos(struct lb_copy_job *j, struct err *err)
{
	const char *dir = lb_repo_cache_dir(j->from);
	struct lb_index *ix = lb_repo_index(j->from);
	enum err_code rc = lb_index_flush(ix, err);

	if (rc == ERR_OK)
		rc = lb_copy_memo_new(&j->chunks, dir, lb_index_rows(ix), err);
	if (rc == ERR_OK)
		rc = lb_copy_memo_new(&j->nodes, dir, lb_index_rows(ix), err);
	return rc;
}

static enum err_code put_map(enum lb_chunk_type type, struct span bytes, struct lb_id *id,
                             void *context, struct err *err)
{
	struct lb_copy_worker *w = context;
	enum err_code rc = lb_putter_put(w->putter, type, bytes, id, err);

	w->failed = w->failed || rc != ERR_OK;
	return rc;
}

enum err_code lb_copy_open(struct lb_copy_job *j, struct err *err)
{
	struct lb_tree_source source;
	enum err_code rc = open_memos(j, err);

	j->kept_ns = os_ticks_ns();
	if (rc == ERR_OK)
		rc = open_objects(j, err);
	if (rc == ERR_OK)
		rc = open_workers(j, err);
	if (rc != ERR_OK)
		return rc;
	source = lb_tree_source_of(lb_copy_walker(j)->reader);
	rc = lb_tree_walk_new(&j->walk, &source, err);
	if (rc == ERR_OK)
		rc = lb_map_iter_new(&j->pieces, &source, err);
	if (rc == ERR_OK)
		rc = lb_map_writer_new(&j->map, put_map, lb_copy_walker(j), err);
	return rc;
}

void lb_copy_close(struct lb_copy_job *j)
{
	for (size_t i = 0; i < j->level_cap; i++)
		lb_tree_writer_free(j->levels[i].writer);
	mem_free(j->levels);
	lb_map_writer_free(j->map);
	lb_map_iter_free(j->pieces);
	lb_tree_walk_free(j->walk);
	for (size_t i = 0; i < j->worker_count; i++) {
		lb_putter_free(j->workers[i].putter);
		lb_reader_free(j->workers[i].reader);
	}
	mem_free(j->workers);
	lb_objects_free(j->objects);
	lb_copy_memo_free(j->nodes);
	lb_copy_memo_free(j->chunks);
}

struct lb_copy_worker *lb_copy_walker(const struct lb_copy_job *j)
{
	return &j->workers[j->worker_count - 1];
}

/* ---- ids ---- */

static struct lb_copy_memo *memo_of(const struct lb_copy_job *j, enum lb_chunk_type type)
{
	return type == LB_CHUNK_DATA ? j->chunks : j->nodes;
}

bool lb_copy_is_mark(const struct lb_id *value)
{
	static const unsigned char zeros[LB_ID - sizeof(uint64_t)];

	return memcmp(value->b, zeros, sizeof zeros) == 0;
}

enum err_code lb_copy_known(struct lb_copy_job *j, enum lb_chunk_type type,
                            const struct lb_id *id, struct lb_id *out, bool *known,
                            struct err *err)
{
	struct lb_copy_worker *w = lb_copy_walker(j);
	enum err_code rc = lb_copy_memo_get(memo_of(j, type), id, out, known, err);

	if (rc == ERR_OK && *known && type == LB_CHUNK_DATA && j->mended)
		rc = lb_putter_has(w->putter, type, out, known, err);
	*known = *known && !lb_copy_is_mark(out);
	w->failed = w->failed || rc != ERR_OK;
	return rc;
}

enum err_code lb_copy_note(struct lb_copy_job *j, enum lb_chunk_type type,
                           const struct lb_id *id, const struct lb_id *value,
                           struct err *err)
{
	struct lb_copy_worker *w = lb_copy_walker(j);
	enum err_code rc = lb_copy_memo_put(memo_of(j, type), id, value, err);

	w->failed = w->failed || rc != ERR_OK;
	return rc;
}

enum err_code lb_copy_chunk(struct lb_copy_job *j, struct lb_copy_worker *w,
                            const struct lb_piece *piece, struct lb_id *out,
                            struct err *err)
{
	struct span plain;
	enum err_code rc =
		lb_reader_borrow(w->reader, &piece->id, LB_CHUNK_DATA, &plain, err);

	if (rc == ERR_OK && plain.len != piece->length)
		rc = err_set(err, ERR_CORRUPT,
		             "a chunk of %zu bytes, of which the file says that it has "
		             "%llu",
		             plain.len, (unsigned long long)piece->length);
	if (rc != ERR_OK)
		return rc;
	rc = lb_putter_put(w->putter, LB_CHUNK_DATA, plain, out, err);
	if (rc == ERR_OK)
		rc = lb_copy_memo_put(j->chunks, &piece->id, out, err);
	w->failed = rc != ERR_OK;
	return rc;
}

/* ---- the job ---- */

enum err_code lb_copy_go_on(const struct lb_copy_job *j, struct err *err)
{
	if (cancel_is_set(j->o->cancel))
		return err_set(err, ERR_CANCELLED, "cancelled");
	return ERR_OK;
}

/* Of the snapshots before, and of this one what is not more than it has: after a prune it
 * is looked at again. */
static uint64_t capped(uint64_t before, uint64_t now, uint64_t most)
{
	return before + (now < most ? now : most);
}

static void tell_progress(struct lb_copy_job *j)
{
	const struct lb_snapshot_figures *f = &j->now->snapshot->figures;
	const struct lb_events *e = j->o->events;
	char id[LB_ID16_HEX];
	struct lb_progress p = {
		.files_done = capped(j->files_before, atomic_load(&j->files), f->files),
		.bytes_done = capped(j->bytes_before, atomic_load(&j->bytes), f->bytes),
		.files_total = j->files_total,
		.bytes_total = j->bytes_total,
		.errors = j->result->lost,
	};

	lb_id16_hex(&j->now->id, id);
	p.current = span_of(id, 8);
	if (p.bytes_done >= j->bytes_told)
		e->progress(e->context, &p);
	j->bytes_told = p.bytes_done;
}

void lb_copy_progress(struct lb_copy_job *j, uint64_t files, uint64_t bytes)
{
	const struct lb_events *e = j->o->events;
	uint64_t now;

	atomic_fetch_add(&j->files, files);
	atomic_fetch_add(&j->bytes, bytes);
	if (!e || !e->progress)
		return;
	now = os_ticks_ns();
	pthread_mutex_lock(&j->lock);
	if (now - j->told_ns >= PROGRESS_NS) {
		j->told_ns = now;
		tell_progress(j);
	}
	pthread_mutex_unlock(&j->lock);
}
