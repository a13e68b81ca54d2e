// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "chunk/compress.h"
#include "job/prune_internal.h"
#include "pack/damage.h"
#include "pack/index.h"
#include "pack/pack_read.h"
#include "pack/reader.h"
#include "repo/objects.h"
#include "repo/repo.h"
#include "repo/stored.h"

struct copy {
	struct lb_prune_job *j;
	struct lb_index *index;
	struct lb_reader *reader;
	struct lb_objects *objects;
	struct lb_putter *putter;
};

static void leave_out(struct lb_prune_job *j, struct lb_prune_source *s,
                      const struct err *err)
{
	const struct lb_events *e = j->o->events;
	char key[LB_STORE_KEY];

	s->left_out = true;
	lb_pack_store_key(&s->pack, key);
	if (err && e && e->trouble)
		e->trouble(e->context, span_str(key), err);
}

/* ---- what is needed of each source ---- */

static enum err_code add_needed(struct lb_prune_job *j, const struct lb_prune_source *s,
                                const struct lb_chunk *chunk, struct err *err)
{
	struct lb_place copies[LB_MARK_COPIES];
	size_t count;
	enum err_code rc = lb_index_find(lb_repo_index(j->repo), &chunk->id, chunk->type,
	                                 copies, LB_MARK_COPIES, &count, err);
	bool needed = false;

	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		needed = needed || (lb_id_eq(&copies[i].pack, &s->pack) &&
		                    lb_mark_has(&j->mark, copies[i].row));
	if (rc != ERR_OK || !needed)
		return rc;
	if (!mem_grow(&j->chunks, j->chunk_count, &j->chunk_cap, sizeof *j->chunks))
		return err_nomem(err);
	j->chunks[j->chunk_count++] =
		(struct lb_prune_chunk){ .id = chunk->id, .type = chunk->type };
	return ERR_OK;
}

static enum err_code list_source(struct lb_prune_job *j, struct lb_pack_reader *r,
                                 struct lb_prune_source *s, struct err *err)
{
	struct lb_pack_info info = { .size = 0 };
	enum err_code rc = lb_pack_info_load(r, &s->pack, &info, err);

	s->first = j->chunk_count;
	for (size_t i = 0; rc == ERR_OK && i < info.table.chunk_count; i++)
		rc = add_needed(j, s, &info.table.chunks[i], err);
	lb_pack_table_fini(&info.table);
	return rc;
}

/* While the mark still fits the index. */
static enum err_code list_sources(struct lb_prune_job *j, struct err *err)
{
	struct lb_pack_reader *r = NULL;
	enum err_code rc = lb_pack_reader_new(&r, lb_repo_backend(j->repo),
	                                      lb_repo_keyring(j->repo), err);

	for (size_t i = 0; rc == ERR_OK && i < j->source_count; i++) {
		struct lb_prune_source *s = &j->sources[i];
		struct err cause = ERR_INIT;

		if (lb_prune_late(j) || j->chunk_count >= LB_PRUNE_ROUND_CHUNKS) {
			j->out->stopped = j->out->stopped || lb_prune_late(j);
			j->more = j->more || !lb_prune_late(j);
			j->source_count = i;
			break;
		}
		rc = list_source(j, r, s, &cause);
		if (lb_is_damage(rc)) {
			j->chunk_count = s->first;
			leave_out(j, s, &cause);
			rc = ERR_OK;
		} else if (rc != ERR_OK && err) {
			*err = cause;
		}
	}
	lb_pack_reader_free(r);
	return rc;
}

/* ---- copying ---- */

/* What goes is no copy to lean on. */
static enum err_code bar_all(struct lb_prune_job *j, struct err *err)
{
	struct lb_index *ix = lb_repo_index(j->repo);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < j->gone.count && rc == ERR_OK; i++)
		rc = lb_index_set_usable(ix, &j->gone.ids[i], false, err);
	for (size_t i = 0; i < j->source_count && rc == ERR_OK; i++)
		if (!j->sources[i].left_out)
			rc = lb_index_set_usable(ix, &j->sources[i].pack, false, err);
	return rc;
}

static enum err_code copy_chunk(struct copy *c, const struct lb_prune_chunk *chunk,
                                struct err *err)
{
	struct span plain;
	struct lb_id id;
	enum err_code rc;

	if (cancel_is_set(c->j->o->cancel))
		return err_set(err, ERR_CANCELLED, "cancelled");
	rc = lb_reader_borrow(c->reader, &chunk->id, chunk->type, &plain, err);
	if (rc != ERR_OK)
		return rc;
	return lb_putter_put(c->putter, (enum lb_chunk_type)chunk->type, plain, &id, err);
}

/* A source that fails halfway leaves copies that do no harm. */
static enum err_code copy_source(struct copy *c, size_t i, struct err *err)
{
	struct lb_prune_job *j = c->j;
	struct lb_prune_source *s = &j->sources[i];
	size_t end = i + 1 < j->source_count ? j->sources[i + 1].first : j->chunk_count;
	struct err cause = ERR_INIT;
	enum err_code rc = ERR_OK;

	for (size_t k = s->first; k < end && rc == ERR_OK; k++)
		rc = copy_chunk(c, &j->chunks[k], &cause);
	if (lb_is_damage(rc)) {
		leave_out(j, s, &cause);
		return lb_index_set_usable(c->index, &s->pack, true, err);
	}
	if (rc != ERR_OK) {
		if (err)
			*err = cause;
		return rc;
	}
	j->out->repacked++;
	j->out->copied += j->packs[s->number].used;
	return ERR_OK;
}

static enum err_code copy_sources(struct copy *c, struct err *err)
{
	struct lb_prune_job *j = c->j;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < j->source_count && rc == ERR_OK; i++) {
		if (j->sources[i].left_out)
			continue;
		if (lb_prune_late(j)) {
			j->out->stopped = true;
			leave_out(j, &j->sources[i], NULL);
			rc = lb_index_set_usable(c->index, &j->sources[i].pack, true,
			                         err);
		} else {
			rc = copy_source(c, i, err);
		}
	}
	return rc;
}

static enum err_code open_copy(struct copy *c, struct err *err)
{
	struct lb_repo *repo = c->j->repo;
	const struct lb_config *config = lb_repo_config(repo);
	struct lb_objects_options o = {
		.backend = lb_repo_backend(repo),
		.keyring = lb_repo_keyring(repo),
		.index = c->index,
		.pack_size = config->pack_size,
		.group_size = config->group_size,
		.level = LB_LEVEL_DEFAULT,
		.verify = true,
	};
	enum err_code rc = lb_reader_new(&c->reader, c->index, o.backend, o.keyring, err);

	if (rc == ERR_OK)
		rc = lb_objects_new(&c->objects, &o, err);
	return rc == ERR_OK ? lb_putter_new(&c->putter, c->objects, err) : rc;
}

static enum err_code copy_all(struct lb_prune_job *j, struct lb_condemn *out,
                              struct err *err)
{
	struct copy c = { .j = j, .index = lb_repo_index(j->repo) };
	struct lb_stored stored = { 0 };
	enum err_code rc = open_copy(&c, err);

	if (rc == ERR_OK)
		rc = copy_sources(&c, err);
	if (rc == ERR_OK)
		rc = lb_objects_finish(c.objects, &stored, err);
	if (rc == ERR_OK && (!lb_ids_copy(&out->segments, &stored.segments) ||
	                     !lb_ids_copy(&out->copies, &stored.own)))
		rc = err_nomem(err);
	lb_putter_free(c.putter);
	lb_objects_free(c.objects);
	lb_reader_free(c.reader);
	lb_stored_fini(&stored);
	return rc;
}

enum err_code lb_prune_copy(struct lb_prune_job *j, struct lb_condemn *c, struct err *err)
{
	enum err_code rc = list_sources(j, err);

	if (rc == ERR_OK)
		rc = bar_all(j, err);
	if (rc == ERR_OK && j->source_count > 0)
		rc = copy_all(j, c, err);
	if (rc == ERR_OK && !lb_ids_copy(&c->packs, &j->gone))
		rc = err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < j->source_count; i++)
		if (!j->sources[i].left_out &&
		    !lb_ids_add(&c->packs, &j->sources[i].pack))
			rc = err_nomem(err);
	return rc;
}
