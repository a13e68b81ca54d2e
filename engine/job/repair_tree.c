// SPDX-License-Identifier: Apache-2.0
#include "job/repair_tree.h"

#include "base/mem.h"
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

/* A folder on its way; kept on the heap, since folders may be thousands deep. */
struct repair_folder {
	struct repair_folder *outer;
	struct lb_tree_iter *it;
	struct lb_tree_writer *w;
	struct lb_entry entry; /* the one that is looked at, borrowed from `it` */
	bool damaged;          /* not all entries could be read */
};

static void folder_free(struct repair_folder *f)
{
	if (!f)
		return;
	lb_tree_writer_free(f->w);
	lb_tree_iter_free(f->it);
	mem_free(f);
}

static enum err_code enter(struct repair_tree *t, const struct lb_id *root,
                           struct err *err)
{
	const struct lb_keyring *k = lb_repo_keyring(t->r->j.repo);
	struct repair_folder *f;
	enum err_code rc;

	if (t->depth > LB_TREE_DEPTH)
		return err_set(err, ERR_LIMIT, "too many folders inside one another");
	f = mem_new(sizeof *f);
	if (!f)
		return err_nomem(err);
	rc = lb_tree_iter_new(&f->it, &t->r->j.source, err);
	if (rc == ERR_OK)
		rc = lb_tree_writer_new(&f->w, &k->chunker_key, put_node, t->r, err);
	if (rc != ERR_OK) {
		folder_free(f);
		return rc;
	}
	lb_tree_iter_start(f->it, root);
	f->outer = t->top;
	t->top = f;
	t->depth++;
	return ERR_OK;
}

static enum err_code add_entry(struct repair_tree *t, struct err *err)
{
	t->entries++;
	return lb_tree_writer_add(t->top->w, &t->top->entry, err);
}

/* The entry, as it is or mended; a folder with damage in it comes later. */
static enum err_code take_entry(struct repair_tree *t, struct err *err)
{
	struct lb_entry *e = &t->top->entry;
	enum err_code rc = ERR_OK;

	if (e->type == LB_ENTRY_FOLDER && is_damaged(t, &e->subtree))
		return enter(t, &e->subtree, err);
	if (e->type == LB_ENTRY_FILE)
		rc = cut_file(t, e, err);
	return rc == ERR_OK ? add_entry(t, err) : rc;
}

/* The innermost folder is complete. */
static enum err_code leave(struct repair_tree *t, struct lb_id *out, bool *damaged,
                           struct err *err)
{
	struct repair_folder *f = t->top;
	enum err_code rc = lb_tree_writer_finish(f->w, out, err);

	*damaged = f->damaged;
	t->top = f->outer;
	t->depth--;
	folder_free(f);
	if (rc != ERR_OK || !t->top)
		return rc;
	t->top->entry.subtree = *out;
	t->top->entry.damaged = t->top->entry.damaged || *damaged;
	return add_entry(t, err);
}

static enum err_code step(struct repair_tree *t, struct lb_id *out, bool *damaged,
                          struct err *err)
{
	struct repair_folder *f = t->top;
	struct err fault = ERR_INIT;
	bool more = false;
	enum err_code rc = check_go_on(&t->r->j, err);

	if (rc != ERR_OK)
		return rc;
	rc = lb_tree_iter_next(f->it, &f->entry, &more, &fault);
	if (rc == ERR_OK && more)
		return take_entry(t, err);
	if (check_is_damage(rc)) {
		f->damaged = true;
		t->marked++;
	} else if (rc != ERR_OK) {
		return err_set(err, rc, "%s", fault.msg);
	}
	return leave(t, out, damaged, err);
}

enum err_code repair_tree(struct repair_tree *t, const struct lb_id *root,
                          struct lb_id *out, bool *damaged, struct err *err)
{
	enum err_code rc = enter(t, root, err);

	*damaged = false;
	while (rc == ERR_OK && t->top)
		rc = step(t, out, damaged, err);
	return rc;
}

void repair_tree_fini(struct repair_tree *t)
{
	lb_map_writer_free(t->map);
	lb_map_iter_free(t->pieces);
	buf_fini(&t->extents);
	while (t->top) {
		struct repair_folder *f = t->top;

		t->top = f->outer;
		folder_free(f);
	}
}
