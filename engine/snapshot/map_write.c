// SPDX-License-Identifier: Apache-2.0
#include "snapshot/map_write.h"

#include "base/mem.h"
#include "snapshot/node.h"

#include <string.h>

struct level {
	struct buf pieces; /* of the node in the making */
	size_t count;
	uint64_t length; /* of all below them */
	bool emitted;
};

struct lb_map_writer {
	lb_tree_put *put;
	void *context;
	struct level levels[LB_MAP_LEVELS];
	uint64_t total;
	size_t count; /* pieces of the file, up to LB_ENTRY_CONTENT_MAX + 1 */
	bool finished;
	struct buf node;
};

enum err_code lb_map_writer_new(struct lb_map_writer **out, lb_tree_put *put,
                                void *context, struct err *err)
{
	struct lb_map_writer *w = mem_new(sizeof(*w));

	*out = w;
	if (w == NULL)
		return err_nomem(err);
	w->put = put;
	w->context = context;
	return ERR_OK;
}

void lb_map_writer_free(struct lb_map_writer *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < LB_MAP_LEVELS; i++)
		buf_fini(&w->levels[i].pieces);
	buf_fini(&w->node);
	mem_free(w);
}

void lb_map_writer_reset(struct lb_map_writer *w)
{
	for (size_t i = 0; i < LB_MAP_LEVELS; i++) {
		buf_clear(&w->levels[i].pieces);
		w->levels[i].count = 0;
		w->levels[i].length = 0;
		w->levels[i].emitted = false;
	}
	w->total = 0;
	w->count = 0;
	w->finished = false;
}

static enum err_code emit(struct lb_map_writer *w, unsigned number,
                          struct lb_piece *child, struct err *err)
{
	struct level *l = &w->levels[number];
	enum err_code rc;

	buf_clear(&w->node);
	lb_map_put(&w->node, number, buf_span(&l->pieces), l->count);
	child->length = l->length;
	buf_clear(&l->pieces);
	l->count = 0;
	l->length = 0;
	l->emitted = true;
	if ((rc = buf_err(&w->node, err)) != ERR_OK)
		return rc;
	return w->put(LB_CHUNK_MAP, buf_span(&w->node), &child->id, w->context, err);
}

/* Lists a piece in a level, and what that fills in those above. */
static enum err_code list(struct lb_map_writer *w, unsigned number, struct lb_piece piece,
                          struct err *err)
{
	enum err_code rc = ERR_OK;

	for (; rc == ERR_OK; number++) {
		struct level *l;

		if (number == LB_MAP_LEVELS)
			return err_set(err, ERR_LIMIT, "the file has too many chunks");
		l = &w->levels[number];
		lb_content_put(&l->pieces, &piece);
		if (!buf_ok(&l->pieces))
			return err_nomem(err);
		l->count++;
		l->length += piece.length;
		if (l->count < LB_MAP_FANOUT)
			break;
		rc = emit(w, number, &piece, err);
	}
	return rc;
}

enum err_code lb_map_writer_add(struct lb_map_writer *w, const struct lb_piece *piece,
                                struct err *err)
{
	if (w->finished)
		lb_map_writer_reset(w);
	if (piece->length == 0)
		return err_set(err, ERR_USAGE, "a chunk without bytes");
	if (piece->length > (uint64_t)INT64_MAX - w->total)
		return err_set(err, ERR_LIMIT, "the file is larger than 2^63 bytes");
	w->total += piece->length;
	if (w->count <= LB_ENTRY_CONTENT_MAX)
		w->count++;
	return list(w, 0, *piece, err);
}

static bool sole_child(const struct level *l, struct lb_id *id)
{
	if (l->emitted || l->count != 1)
		return false;
	memcpy(id->b, l->pieces.ptr, LB_ID);
	return true;
}

enum err_code lb_map_writer_finish(struct lb_map_writer *w, struct lb_entry *e,
                                   struct err *err)
{
	enum err_code rc = ERR_OK;
	struct lb_piece piece;

	if (w->finished)
		lb_map_writer_reset(w);
	w->finished = true;
	e->mapped = w->count > LB_ENTRY_CONTENT_MAX;
	e->content = e->mapped ? SPAN_EMPTY : buf_span(&w->levels[0].pieces);
	if (!e->mapped)
		return ERR_OK;
	for (unsigned number = 0; rc == ERR_OK; number++) {
		if (number > 0 && sole_child(&w->levels[number], &e->map))
			break;
		if (w->levels[number].count == 0)
			continue;
		rc = emit(w, number, &piece, err);
		if (rc == ERR_OK)
			rc = list(w, number + 1, piece, err);
	}
	return rc;
}
