// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "job/copy_internal.h"
#include "pack/keyring.h"
#include "repo/repo.h"

#include <string.h>

/*
 * Nodes are cut by keyed hashes of names, so those of the target have other bounds, and
 * folders are written entry by entry. Each distinct folder is written once, and so is
 * each distinct map. Groups of hard links keep their numbers: those are drawn from a key
 * of the source, but all that counts is which entries share one.
 */

/* Writers of folders deeper than this are not kept for the next ones. */
#define KEPT_LEVELS 32

/* ---- files ---- */

/* The id that the chunk has in the target; it comes over if it did not before. */
static enum err_code piece_id(struct lb_copy_job *j, struct lb_piece *piece,
                              struct err *err)
{
	struct lb_id id;
	bool known;
	enum err_code rc = lb_copy_known(j, LB_CHUNK_DATA, &piece->id, &id, &known, err);

	if (rc == ERR_OK && !known)
		rc = lb_copy_chunk(j, lb_copy_walker(j), piece, &id, err);
	if (rc == ERR_OK)
		piece->id = id;
	return rc;
}

static enum err_code copy_pieces(struct lb_copy_job *j, struct lb_entry *e,
                                 struct err *err)
{
	struct lb_piece piece;
	uint64_t offset;
	bool more = true;
	enum err_code rc = ERR_OK;

	lb_map_writer_reset(j->map);
	lb_map_iter_start(j->pieces, e);
	while (rc == ERR_OK && more) {
		rc = lb_copy_go_on(j, err);
		if (rc == ERR_OK)
			rc = lb_map_iter_next(j->pieces, &piece, &offset, &more, err);
		if (rc == ERR_OK && more)
			rc = piece_id(j, &piece, err);
		if (rc == ERR_OK && more)
			rc = lb_map_writer_add(j->map, &piece, err);
	}
	return rc == ERR_OK ? lb_map_writer_finish(j->map, e, err) : rc;
}

static enum err_code copy_file(struct lb_copy_job *j, struct lb_entry *e, struct err *err)
{
	const bool mapped = e->mapped;
	const struct lb_id map = e->map;
	bool known = false;
	enum err_code rc = ERR_OK;

	if (mapped)
		rc = lb_copy_known(j, LB_CHUNK_MAP, &map, &e->map, &known, err);
	if (rc != ERR_OK || known)
		return rc;
	e->map = map;
	rc = copy_pieces(j, e, err);
	if (rc == ERR_OK && mapped && e->mapped)
		rc = lb_copy_note(j, LB_CHUNK_MAP, &map, &e->map, err);
	return rc;
}

/* ---- folders ---- */

static enum err_code put_tree(enum lb_chunk_type type, struct span bytes,
                              struct lb_id *id, void *context, struct err *err)
{
	struct lb_copy_worker *w = lb_copy_walker(context);
	enum err_code rc = lb_putter_put(w->putter, type, bytes, id, err);

	w->failed = w->failed || rc != ERR_OK;
	return rc;
}

static enum err_code go_in(struct lb_copy_job *j, struct err *err)
{
	const size_t before = j->level_cap;
	struct lb_copy_level *l;

	if (!mem_grow(&j->levels, j->level_count, &j->level_cap, sizeof *j->levels))
		return err_nomem(err);
	memset(&j->levels[before], 0, (j->level_cap - before) * sizeof *j->levels);
	l = &j->levels[j->level_count++];
	if (l->writer)
		return ERR_OK;
	return lb_tree_writer_new(&l->writer, &lb_repo_keyring(j->to)->chunker_key,
	                          put_tree, j, err);
}

/* The innermost folder is complete; `old` is its root in the source. */
static enum err_code go_out(struct lb_copy_job *j, const struct lb_id *old,
                            struct lb_id *root, struct err *err)
{
	struct lb_copy_level *l = &j->levels[--j->level_count];
	enum err_code rc = lb_tree_writer_finish(l->writer, root, err);

	if (j->level_count >= KEPT_LEVELS) {
		lb_tree_writer_free(l->writer);
		l->writer = NULL;
	}
	return rc == ERR_OK ? lb_copy_note(j, LB_CHUNK_TREE, old, root, err) : rc;
}

static enum err_code add(struct lb_copy_job *j, const struct lb_entry *e, struct err *err)
{
	return lb_tree_writer_add(j->levels[j->level_count - 1].writer, e, err);
}

static enum err_code copy_entry(struct lb_copy_job *j, struct lb_entry *e,
                                struct err *err)
{
	struct lb_id root;
	bool known = false;
	enum err_code rc = ERR_OK;

	if (e->type == LB_ENTRY_FILE)
		rc = copy_file(j, e, err);
	if (e->type != LB_ENTRY_FOLDER)
		return rc == ERR_OK ? add(j, e, err) : rc;
	rc = lb_copy_known(j, LB_CHUNK_TREE, &e->subtree, &root, &known, err);
	if (rc != ERR_OK)
		return rc;
	if (!known) /* it is added when it has been left */
		return go_in(j, err);
	lb_tree_walk_skip(j->walk);
	e->subtree = root;
	return add(j, e, err);
}

static enum err_code leave(struct lb_copy_job *j, struct lb_entry *e, struct err *err)
{
	const struct lb_id old = e->subtree;
	enum err_code rc = go_out(j, &old, &e->subtree, err);

	return rc == ERR_OK ? add(j, e, err) : rc;
}

static enum err_code copy_step(struct lb_copy_job *j, struct lb_walk_step *step,
                               const struct lb_id *root, struct lb_id *out,
                               struct err *err)
{
	switch (step->event) {
	case LB_WALK_ENTRY:
		return copy_entry(j, &step->entry, err);
	case LB_WALK_LEAVE:
		return leave(j, &step->entry, err);
	case LB_WALK_END:
		break;
	}
	return go_out(j, root, out, err);
}

static enum err_code wrap_path(struct span path, enum err_code rc, struct err *err)
{
	struct buf text = BUF_INIT;

	str_display_cut(&text, path, 200);
	if (buf_ok(&text))
		err_wrap(err, rc, "/%s", buf_str(&text));
	buf_fini(&text);
	return rc;
}

/* Folders begun are given up. */
static void reset(struct lb_copy_job *j)
{
	for (size_t i = 0; i < j->level_cap; i++)
		if (j->levels[i].writer)
			lb_tree_writer_reset(j->levels[i].writer);
	j->level_count = 0;
}

static enum err_code copy_tree(struct lb_copy_job *j, const struct lb_id *root,
                               struct lb_id *out, struct err *err)
{
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	enum err_code rc = go_in(j, err);

	lb_tree_walk_start(j->walk, root);
	while (rc == ERR_OK && step.event != LB_WALK_END) {
		rc = lb_copy_go_on(j, err);
		if (rc == ERR_OK)
			rc = lb_tree_walk_next(j->walk, &step, err);
		if (rc == ERR_OK)
			rc = copy_step(j, &step, root, out, err);
		if (rc != ERR_OK && rc != ERR_CANCELLED && !lb_copy_walker(j)->failed)
			wrap_path(step.path, rc, err);
	}
	return rc;
}

enum err_code lb_copy_tree(struct lb_copy_job *j, const struct lb_id *root,
                           struct lb_id *out, struct err *err)
{
	bool known;
	enum err_code rc = lb_copy_known(j, LB_CHUNK_TREE, root, out, &known, err);

	if (rc != ERR_OK || known)
		return rc;
	rc = copy_tree(j, root, out, err);
	reset(j);
	return rc;
}
