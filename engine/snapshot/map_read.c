// SPDX-License-Identifier: Apache-2.0
#include "snapshot/map_read.h"

#include "base/mem.h"
#include "snapshot/node.h"

/* A map on the way from the topmost to the one in use. */
struct frame {
	struct buf bytes;
	struct lb_map_node node;
	uint64_t end; /* offset in the content where all below it ends */
	bool last;    /* of its level: need not be full */
};

struct lb_map_iter {
	struct lb_tree_source source;
	struct frame frames[LB_MAP_LEVELS];
	size_t depth;
	struct lb_entry file;
	struct wire list; /* of a file that is not mapped */
	uint64_t data;    /* bytes that the content has to have */
	uint64_t at;
	bool begun; /* the topmost map was read */
	lb_map_visit *visit;
	void *context;
};

enum err_code lb_map_iter_new(struct lb_map_iter **out,
                              const struct lb_tree_source *source, struct err *err)
{
	struct lb_map_iter *it = mem_new(sizeof(*it));

	*out = it;
	if (it == NULL)
		return err_nomem(err);
	it->source = *source;
	return ERR_OK;
}

void lb_map_iter_free(struct lb_map_iter *it)
{
	if (it == NULL)
		return;
	for (size_t i = 0; i < LB_MAP_LEVELS; i++)
		buf_fini(&it->frames[i].bytes);
	mem_free(it);
}

void lb_map_iter_start(struct lb_map_iter *it, const struct lb_entry *file)
{
	it->file = *file;
	it->data = lb_entry_data(file);
	wire_init(&it->list, file->content);
	it->at = 0;
	it->depth = 0;
	it->begun = false;
}

static enum err_code malformed(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "map: %s", what);
}

/* The form that the writer gives: so that equal files have equal maps. */
static enum err_code check_node(const struct lb_map_iter *it, const struct frame *f,
                                struct err *err)
{
	const size_t count = f->node.count;

	if (it->depth > 0 && f->node.level + 1 != it->frames[it->depth - 1].node.level)
		return malformed(err, "a node of the wrong level");
	if (!f->last && count < LB_MAP_FANOUT)
		return malformed(err, "a node that is not full");
	if (it->depth == 0 &&
	    (f->node.level > 0 ? count == 1 : count <= LB_ENTRY_CONTENT_MAX))
		return malformed(err, "too few children at the top");
	return ERR_OK;
}

static enum err_code enter(struct lb_map_iter *it, const struct lb_piece *map, bool last,
                           struct err *err)
{
	struct frame *f;
	enum err_code rc;

	if (it->depth == LB_MAP_LEVELS)
		return malformed(err, "too many levels");
	f = &it->frames[it->depth];
	f->end = it->at + map->length;
	f->last = last;
	if (it->visit != NULL) {
		rc = it->visit(LB_CHUNK_MAP, &map->id, map->length, it->context, err);
		if (rc != ERR_OK)
			return rc;
	}
	rc = it->source.get(&map->id, LB_CHUNK_MAP, &f->bytes, it->source.context, err);
	if (rc != ERR_OK)
		return rc;
	if ((rc = lb_map_node_open(&f->node, buf_span(&f->bytes), err)) != ERR_OK)
		return rc;
	if ((rc = check_node(it, f, err)) != ERR_OK)
		return rc;
	it->depth++;
	return ERR_OK;
}

static enum err_code begin(struct lb_map_iter *it, struct err *err)
{
	const struct lb_piece top = { it->file.map, it->data };

	if (it->begun || !it->file.mapped)
		return ERR_OK;
	it->begun = true;
	return enter(it, &top, true, err);
}

/* The next child of the innermost map, checked; leaves maps that are used up. */
static enum err_code next_child(struct lb_map_iter *it, struct lb_piece *out, bool *more,
                                struct err *err)
{
	enum err_code rc;

	*more = false;
	while (!*more && it->depth > 0) {
		struct frame *f = &it->frames[it->depth - 1];

		rc = lb_map_node_next(&f->node, out, more, err);
		if (rc != ERR_OK)
			return rc;
		if (*more && out->length > f->end - it->at)
			return malformed(err, "children longer than they should be");
		if (!*more && it->at != f->end)
			return malformed(err, "children shorter than they should be");
		if (!*more)
			it->depth--;
	}
	return ERR_OK;
}

static enum err_code next_listed(struct lb_map_iter *it, struct lb_piece *out, bool *more,
                                 struct err *err)
{
	*more = lb_content_next(&it->list, out);
	if (!wire_ok(&it->list) || (*more && out->length > it->data - it->at) ||
	    (!*more && it->at != it->data))
		return malformed(err, "the list of content is malformed");
	return ERR_OK;
}

/* Goes down to the next piece of the file. */
static enum err_code next_mapped(struct lb_map_iter *it, struct lb_piece *out, bool *more,
                                 struct err *err)
{
	enum err_code rc = begin(it, err);

	while (rc == ERR_OK) {
		rc = next_child(it, out, more, err);
		if (rc != ERR_OK || !*more)
			break;
		const struct frame *f = &it->frames[it->depth - 1];

		if (f->node.level == 0)
			break;
		rc = enter(it, out, f->last && f->node.left == 0, err);
	}
	return rc;
}

enum err_code lb_map_iter_next(struct lb_map_iter *it, struct lb_piece *out,
                               uint64_t *offset, bool *more, struct err *err)
{
	enum err_code rc;

	*more = false;
	rc = it->file.mapped ? next_mapped(it, out, more, err)
	                     : next_listed(it, out, more, err);
	if (rc != ERR_OK || !*more)
		return rc;
	*offset = it->at;
	it->at += out->length;
	return ERR_OK;
}

static enum err_code seek_listed(struct lb_map_iter *it, uint64_t offset, struct err *err)
{
	struct lb_piece piece;
	enum err_code rc;
	struct wire before;
	bool more = true;

	for (;;) {
		before = it->list;
		rc = next_listed(it, &piece, &more, err);
		if (rc != ERR_OK || !more)
			return rc;
		if (offset - it->at < piece.length)
			break;
		it->at += piece.length;
	}
	it->list = before;
	return ERR_OK;
}

static enum err_code seek_mapped(struct lb_map_iter *it, uint64_t offset, struct err *err)
{
	enum err_code rc = begin(it, err);
	struct lb_piece piece;
	bool more = true;

	while (rc == ERR_OK && it->depth > 0) {
		struct frame *f = &it->frames[it->depth - 1];
		const struct lb_map_node before = f->node;

		rc = next_child(it, &piece, &more, err);
		if (rc != ERR_OK || !more)
			break;
		if (offset - it->at >= piece.length) {
			it->at += piece.length;
			continue;
		}
		if (f->node.level == 0) {
			f->node = before;
			break;
		}
		rc = enter(it, &piece, f->last && f->node.left == 0, err);
	}
	return rc;
}

enum err_code lb_map_iter_seek(struct lb_map_iter *it, uint64_t offset, struct err *err)
{
	const struct lb_entry file = it->file;

	lb_map_iter_start(it, &file);
	if (offset >= it->data)
		offset = it->data;
	return it->file.mapped ? seek_mapped(it, offset, err)
	                       : seek_listed(it, offset, err);
}

enum err_code lb_map_each(struct lb_map_iter *it, const struct lb_entry *file,
                          lb_map_visit *visit, void *context, struct err *err)
{
	struct lb_piece piece;
	enum err_code rc;
	uint64_t offset;
	bool more = true;

	lb_map_iter_start(it, file);
	it->visit = visit;
	it->context = context;
	for (;;) {
		rc = lb_map_iter_next(it, &piece, &offset, &more, err);
		if (rc != ERR_OK || !more)
			break;
		rc = visit(LB_CHUNK_DATA, &piece.id, piece.length, context, err);
		if (rc != ERR_OK)
			break;
	}
	it->visit = NULL;
	return rc;
}
