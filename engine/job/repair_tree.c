// SPDX-License-Identifier: Apache-2.0
#include "job/repair_tree.h"

#include "pack/keyring.h"
#include "snapshot/map_write.h"
#include "snapshot/tree_write.h"

static enum err_code put_node(enum lb_chunk_type type, struct span bytes,
                              struct lb_id *id, void *context, struct err *err)
{
	struct repair_job *r = context;

	return lb_putter_put(r->putter, type, bytes, id, err);
}

enum err_code repair_tree_init(struct repair_tree *t, struct repair_job *r,
                               struct err *err)
{
	enum err_code rc;

	*t = (struct repair_tree){ .r = r };
	rc = lb_map_writer_new(&t->map, put_node, r, err);
	return rc == ERR_OK ? lb_map_iter_new(&t->pieces, &r->j.source, err) : rc;
}

void repair_tree_fini(struct repair_tree *t)
{
	lb_map_writer_free(t->map);
	lb_map_iter_free(t->pieces);
	buf_fini(&t->extents);
}

static bool is_damaged(const struct repair_tree *t, const struct lb_id *id)
{
	return map_has(&t->r->j.damaged, lb_id_span(id));
}

/* ---- files ---- */

/* The pieces before the first one that is lost go to the map writer. */
static enum err_code take_good(struct repair_tree *t, const struct lb_entry *e,
                               uint64_t *bytes, bool *whole, struct err *err)
{
	struct lb_piece piece;
	struct err fault = ERR_INIT;
	uint64_t offset;
	bool more = true;
	enum err_code rc;

	*bytes = 0;
	*whole = false;
	lb_map_writer_reset(t->map);
	lb_map_iter_start(t->pieces, e);
	for (;;) {
		rc = lb_map_iter_next(t->pieces, &piece, &offset, &more, &fault);
		if (check_is_damage(rc))
			return ERR_OK;
		if (rc != ERR_OK)
			return err_set(err, rc, "%s", fault.msg);
		if (!more || is_damaged(t, &piece.id))
			break;
		rc = lb_map_writer_add(t->map, &piece, err);
		if (rc != ERR_OK)
			return rc;
		*bytes += piece.length;
	}
	*whole = !more;
	return ERR_OK;
}

/* Extents up to so many bytes of data; the file ends with the last of them. */
static void cut_extents(struct repair_tree *t, struct lb_entry *e, uint64_t bytes)
{
	struct lb_extent_cursor c;
	struct lb_extent x;
	uint64_t end = 0;
	bool any = false;

	buf_clear(&t->extents);
	lb_extent_init(&c, e->extents);
	while (bytes > 0 && lb_extent_next(&c, &x)) {
		uint64_t length = x.length < bytes ? x.length : bytes;

		/* gap and length, as the format has them */
		wire_put_varint(&t->extents, x.offset - end);
		wire_put_varint(&t->extents, length);
		any = any || x.offset > end;
		end = x.offset + length;
		bytes -= length;
	}
	e->size = end;
	e->sparse = any;
	e->extents = any ? buf_span(&t->extents) : SPAN_EMPTY;
}

static enum err_code cut_file(struct repair_tree *t, struct lb_entry *e, struct err *err)
{
	uint64_t bytes;
	bool whole;
	enum err_code rc = take_good(t, e, &bytes, &whole, err);

	if (rc != ERR_OK || whole)
		return rc;
	if (e->sparse)
		cut_extents(t, e, bytes);
	else
		e->size = bytes;
	e->content = SPAN_EMPTY;
	e->mapped = false;
	e->damaged = true;
	t->marked++;
	rc = buf_err(&t->extents, err);
	return rc == ERR_OK ? lb_map_writer_finish(t->map, e, err) : rc;
}

/* ---- folders ---- */

static enum err_code mend_entry(struct repair_tree *t, struct lb_entry *e, unsigned depth,
                                struct err *err)
{
	struct lb_id root;
	bool damaged;
	enum err_code rc;

	if (e->type == LB_ENTRY_FILE)
		return cut_file(t, e, err);
	if (e->type != LB_ENTRY_FOLDER || !is_damaged(t, &e->subtree))
		return ERR_OK;
	rc = repair_tree(t, &e->subtree, depth + 1, &root, &damaged, err);
	if (rc != ERR_OK)
		return rc;
	e->subtree = root;
	e->damaged = e->damaged || damaged;
	return ERR_OK;
}

static enum err_code mend_entries(struct repair_tree *t, struct lb_tree_iter *it,
                                  struct lb_tree_writer *w, unsigned depth, bool *damaged,
                                  struct err *err)
{
	struct err fault = ERR_INIT;
	struct lb_entry e;
	bool more;
	enum err_code rc;

	for (;;) {
		rc = check_go_on(&t->r->j, err);
		if (rc != ERR_OK)
			return rc;
		rc = lb_tree_iter_next(it, &e, &more, &fault);
		if (check_is_damage(rc)) {
			*damaged = true;
			t->marked++;
			return ERR_OK;
		}
		if (rc != ERR_OK)
			return err_set(err, rc, "%s", fault.msg);
		if (!more)
			return ERR_OK;
		rc = mend_entry(t, &e, depth, err);
		if (rc == ERR_OK)
			rc = lb_tree_writer_add(w, &e, err);
		if (rc != ERR_OK)
			return rc;
		t->entries++;
	}
}

enum err_code repair_tree(struct repair_tree *t, const struct lb_id *root, unsigned depth,
                          struct lb_id *out, bool *damaged, struct err *err)
{
	const struct lb_keyring *k = lb_repo_keyring(t->r->j.repo);
	struct lb_tree_iter *it = NULL;
	struct lb_tree_writer *w = NULL;
	enum err_code rc;

	*damaged = false;
	if (depth > LB_TREE_DEPTH)
		return err_set(err, ERR_LIMIT, "too many folders inside one another");
	rc = lb_tree_iter_new(&it, &t->r->j.source, err);
	if (rc == ERR_OK)
		rc = lb_tree_writer_new(&w, &k->chunker_key, put_node, t->r, err);
	if (rc == ERR_OK) {
		lb_tree_iter_start(it, root);
		rc = mend_entries(t, it, w, depth, damaged, err);
	}
	if (rc == ERR_OK)
		rc = lb_tree_writer_finish(w, out, err);
	lb_tree_writer_free(w);
	lb_tree_iter_free(it);
	return rc;
}
