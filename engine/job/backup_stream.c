// SPDX-License-Identifier: Apache-2.0
#include "job/backup_internal.h"

#include "job/tree_source.h"
#include "os/identity.h"
#include "pack/reader.h"
#include "snapshot/map_read.h"

#include <string.h>

/* A stream as the one file of a snapshot, on the calling thread. */

struct stream {
	struct lb_backup_job *j;
	struct lb_backup_worker *w;
	struct lb_backup_item *item;
	size_t start; /* of the buffer's bytes since the last cut */
	size_t end;
};

static void count(struct stream *s, size_t bytes)
{
	s->item->entry.size += bytes;
	atomic_fetch_add(&s->j->bytes, bytes);
	lb_backup_progress(s->j, s->item);
}

/* ---- the first time ---- */

/* As many of the bytes as there is room for; those before the last cut make it. */
static struct span fill(struct stream *s, struct span bytes)
{
	struct lb_backup_worker *w = s->w;
	size_t room;

	memmove(w->buffer, w->buffer + s->start, s->end - s->start);
	s->end -= s->start;
	s->start = 0;
	room = w->room - s->end;
	if (room > bytes.len)
		room = bytes.len;
	memcpy(w->buffer + s->end, bytes.ptr, room);
	s->end += room;
	return span_from(bytes, room);
}

static enum err_code take(void *taker, struct span bytes, struct err *err)
{
	struct stream *s = taker;
	enum err_code rc = ERR_OK;

	while (bytes.len > 0 && rc == ERR_OK) {
		size_t before = bytes.len;

		if (cancel_is_set(s->j->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		bytes = fill(s, bytes);
		count(s, before - bytes.len);
		if (s->end == s->w->room)
			rc = lb_backup_cut(s->w, &s->start, s->end, false, err);
	}
	return rc;
}

static enum err_code read_stream(struct stream *s, struct err *err)
{
	const struct lb_backup_stream *from = s->j->o->stream;
	enum err_code rc;

	lb_chunker_reset(s->w->chunker);
	s->w->held = 0;
	rc = lb_backup_room(s->w, s->w->most, err);
	if (rc == ERR_OK)
		rc = from->feed(from->context, take, s, err);
	return rc == ERR_OK ? lb_backup_cut(s->w, &s->start, s->end, true, err) : rc;
}

/* ---- again ---- */

static enum err_code take_again(struct stream *s, struct lb_reader *reader,
                                struct lb_map_iter *map, struct err *err)
{
	struct lb_entry e;
	struct lb_piece piece;
	struct span plain;
	uint64_t offset;
	bool more;
	enum err_code rc;

	lb_tree_iter_start(s->j->base, &s->j->root);
	rc = lb_tree_iter_next(s->j->base, &e, &more, err);
	if (rc == ERR_OK && !more)
		rc = err_set(err, ERR_CORRUPT, "its folder is empty");
	if (rc == ERR_OK)
		lb_map_iter_start(map, &e);
	while (rc == ERR_OK && more) {
		rc = lb_map_iter_next(map, &piece, &offset, &more, err);
		if (rc != ERR_OK || !more)
			break;
		rc = lb_reader_borrow(reader, &piece.id, LB_CHUNK_DATA, &plain, err);
		if (rc == ERR_OK)
			rc = lb_backup_chunk(s->w, plain, err);
		if (rc == ERR_OK)
			count(s, plain.len);
	}
	return rc;
}

/* Packs that were condemned are there for a while. */
static enum err_code read_again(struct stream *s, struct lb_reader *reader,
                                struct err *err)
{
	struct lb_tree_source source = lb_tree_source_of(reader);
	struct lb_map_iter *map = NULL;
	enum err_code rc = lb_map_iter_new(&map, &source, err);

	if (rc == ERR_OK)
		rc = take_again(s, reader, map, err);
	lb_map_iter_free(map);
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_LOCKED,
		               "a prune removed what was stored of the stream, which "
		               "cannot be read again; no snapshot was made: run the "
		               "backup again");
	return rc;
}

/* ---- the file ---- */

static void describe(struct stream *s)
{
	const struct lb_backup_job *j = s->j;
	struct lb_entry *e = &s->item->entry;

	e->type = LB_ENTRY_FILE;
	e->perm = 0600;
	e->uid = os_user_id();
	e->gid = os_group_id();
	e->user = buf_span(&j->user);
	buf_clear(&s->w->scratch);
	os_name_of_gid(e->gid, &s->w->scratch);
	e->group = buf_span(&s->w->scratch);
	e->mtime_s = j->start_ns / 1000000000;
	e->mtime_ns = (uint32_t)(j->start_ns % 1000000000);
}

static enum err_code put_file(struct stream *s, struct err *err)
{
	struct lb_entry *e = &s->item->entry;
	enum err_code rc = lb_map_writer_finish(s->w->map, e, err);

	if (rc == ERR_OK)
		rc = lb_tree_writer_add(s->w->tree, e, err);
	if (rc == ERR_OK)
		rc = lb_tree_writer_finish(s->w->tree, &s->j->root, err);
	if (rc != ERR_OK)
		return rc;
	atomic_fetch_add(&s->j->file_count, 1);
	lb_backup_action(s->j, "new", s->item);
	return ERR_OK;
}

enum err_code lb_backup_stream(struct lb_backup_job *j, struct lb_reader *reader,
                               struct err *err)
{
	struct stream s = { .j = j, .w = &j->workers[j->worker_count - 1] };
	enum err_code rc;

	/* the path is "/NAME" */
	s.item = lb_backup_item_new(NULL, span_from(j->paths[0], 1));
	if (!s.item)
		return err_nomem(err);
	describe(&s);
	lb_map_writer_reset(s.w->map);
	rc = lb_id_is_zero(&j->root) ? read_stream(&s, err) : read_again(&s, reader, err);
	if (rc == ERR_OK)
		rc = put_file(&s, err);
	lb_backup_item_free(s.item);
	return rc;
}
