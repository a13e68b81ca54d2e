// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "crypto/ident.h"
#include "job/restore_internal.h"
#include "pack/damage.h"
#include "pack/format.h"
#include "pack/reader.h"

#include <string.h>

/*
 * The bytes of one file. A file's content is that of its parts with data laid end to end;
 * what lies between them is a hole. Pieces are written where they belong as they come, in
 * ascending order, and nothing is written for a piece that cannot be read.
 */

#define STEP (128u << 10) /* is written and read back at a time */

struct writing {
	struct lb_restore_job *j;
	struct lb_restore_worker *w;
	const struct lb_entry *e;
	struct lb_restore_content *c;
	int fd;
	uint64_t there; /* size of the file that is patched */
	struct lb_extent_cursor parts;
	struct lb_extent part; /* the one that comes next, what is left of it */
	uint64_t end;          /* of the part before */
};

static enum err_code room_for(struct lb_restore_worker *w, size_t room, struct err *err)
{
	if (w->room >= room)
		return ERR_OK;
	if (!mem_array(&w->buffer, room, 1))
		return err_nomem(err);
	w->room = room;
	return ERR_OK;
}

/* ---- parts ---- */

/* Between two parts nothing may be left of an earlier file. */
static enum err_code clear_gap(struct writing *wr, uint64_t from, uint64_t to,
                               struct err *err)
{
	struct os_extent x;
	enum err_code rc;

	if (to > wr->there)
		to = wr->there;
	if (!wr->c->patch || from >= to)
		return ERR_OK;
	rc = os_next_extent(wr->fd, from, to, &x, err);
	if (rc != ERR_OK || x.length == 0)
		return rc;
	if (wr->c->stop_early) {
		wr->c->differs = true;
		return ERR_OK;
	}
	wr->c->changed = true;
	return os_make_hole(wr->fd, from, to - from, err);
}

/* Moves on to the part that the next byte of content belongs to. */
static enum err_code next_part(struct writing *wr, struct err *err)
{
	if (wr->part.length > 0)
		return ERR_OK;
	if (!wr->e->sparse) {
		wr->part = (struct lb_extent){ wr->end, wr->e->size - wr->end };
	} else if (!lb_extent_next(&wr->parts, &wr->part)) {
		wr->part.length = 0;
	}
	if (wr->part.length == 0)
		return err_set(err, ERR_CORRUPT,
		               "more content than the file has room for");
	return clear_gap(wr, wr->end, wr->part.offset, err);
}

static size_t step(struct writing *wr, uint64_t want)
{
	size_t n = (size_t)(want < wr->part.length ? want : wr->part.length);

	wr->part.offset += n;
	wr->part.length -= n;
	wr->end = wr->part.offset;
	return n;
}

/* ---- writing ---- */

/* Just written, it is still in the processor's cache, and so is what comes back. */
static enum err_code read_back(struct writing *wr, struct span data, uint64_t offset,
                               struct err *err)
{
	size_t got;
	enum err_code rc = os_read_at(wr->fd, wr->w->buffer, data.len, offset, &got, err);

	if (rc != ERR_OK)
		return rc;
	if (got != data.len || memcmp(wr->w->buffer, data.ptr, got) != 0)
		return err_set(err, ERR_IO,
		               "what was written at %llu reads back as something "
		               "else; test this machine's disk and memory",
		               (unsigned long long)offset);
	return ERR_OK;
}

static enum err_code put_step(struct writing *wr, struct span *data, struct err *err)
{
	const bool verify = !wr->j->o->no_verify;
	uint64_t offset;
	struct span now;
	enum err_code rc = next_part(wr, err);

	if (rc != ERR_OK)
		return rc;
	offset = wr->part.offset;
	now = span_sub(*data, 0, verify && data->len > STEP ? STEP : data->len);
	now = span_sub(now, 0, step(wr, now.len));
	wr->c->changed = true;
	rc = os_write_at(wr->fd, now, offset, err);
	if (rc == ERR_OK && verify)
		rc = read_back(wr, now, offset, err);
	*data = span_from(*data, now.len);
	wr->c->written += now.len;
	return rc;
}

static enum err_code put(struct writing *wr, struct span data, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (data.len > 0 && rc == ERR_OK)
		rc = put_step(wr, &data, err);
	return rc;
}

/* ---- what is there already ---- */

/* The piece's bytes as the file has them; false if it ends before. */
static enum err_code read_there(struct writing *wr, size_t length, bool *all,
                                struct err *err)
{
	struct writing at = *wr;
	size_t done = 0;

	*all = true;
	while (done < length && *all) {
		size_t got;
		size_t n;
		uint64_t offset;
		enum err_code rc = ERR_OK;

		if (at.part.length == 0 && at.e->sparse &&
		    !lb_extent_next(&at.parts, &at.part))
			at.part.length = 0;
		else if (at.part.length == 0 && !at.e->sparse)
			at.part = (struct lb_extent){ at.end, at.e->size - at.end };
		offset = at.part.offset;
		n = step(&at, length - done);
		if (n > 0)
			rc = os_read_at(wr->fd, wr->w->buffer + done, n, offset, &got,
			                err);
		if (rc != ERR_OK)
			return rc;
		*all = n > 0 && got == n;
		done += n;
	}
	return ERR_OK;
}

static enum err_code matches(struct writing *wr, const struct lb_piece *piece, bool *same,
                             struct err *err)
{
	size_t length = (size_t)piece->length; /* at most LB_CHUNK_MAX */
	struct lb_id id;
	enum err_code rc = room_for(wr->w, length, err);

	*same = false;
	if (rc == ERR_OK)
		rc = read_there(wr, length, same, err);
	if (rc != ERR_OK || !*same)
		return rc;
	rc = lb_ident_of(wr->w->ident, LB_CHUNK_DATA,
	                 span_of((const char *)wr->w->buffer, length), &id, err);
	*same = rc == ERR_OK && lb_id_eq(&id, &piece->id);
	return rc;
}

/* Over content that is not written. */
static enum err_code pass_over(struct writing *wr, uint64_t length, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (length > 0 && rc == ERR_OK) {
		rc = next_part(wr, err);
		if (rc == ERR_OK)
			length -= step(wr, length);
	}
	return rc;
}

/* ---- pieces ---- */

/* Of a file that is spared, nothing has been changed so far: it stays as it is. */
static bool is_spared(struct writing *wr)
{
	if (!wr->c->spare || wr->c->changed)
		return false;
	wr->c->differs = true;
	return true;
}

static void note_loss(struct writing *wr, uint64_t length, const struct err *why)
{
	if (wr->c->lost == 0) {
		wr->c->reason = *why;
		wr->c->lost_at = wr->part.length > 0 ? wr->part.offset : wr->end;
	}
	wr->c->lost += length;
}

/* A part that is lost stays a hole; of an earlier file nothing may show through. */
static enum err_code lose(struct writing *wr, uint64_t length, const struct err *why,
                          struct err *err)
{
	enum err_code rc = ERR_OK;

	if (is_spared(wr))
		return ERR_OK;
	note_loss(wr, length, why);
	while (length > 0 && rc == ERR_OK) {
		uint64_t offset;
		size_t n;

		rc = next_part(wr, err);
		if (rc != ERR_OK)
			break;
		offset = wr->part.offset;
		n = step(wr, length);
		length -= n;
		rc = clear_gap(wr, offset, offset + n, err);
	}
	return rc;
}

static enum err_code load(struct writing *wr, const struct lb_piece *piece,
                          struct span *data, struct err *err)
{
	enum err_code rc =
		lb_reader_borrow(wr->w->reader, &piece->id, LB_CHUNK_DATA, data, err);

	if (rc == ERR_OK && data->len != piece->length)
		rc = err_set(err, ERR_CORRUPT, "a chunk of %zu bytes stands for %llu",
		             data->len, (unsigned long long)piece->length);
	return rc;
}

static enum err_code take_piece(struct writing *wr, const struct lb_piece *piece,
                                struct err *err)
{
	struct err why = ERR_INIT;
	struct span data;
	bool same = false;
	enum err_code rc = ERR_OK;

	if (piece->length > LB_CHUNK_MAX)
		return err_set(err, ERR_CORRUPT, "a chunk larger than any may be");
	if (wr->c->patch)
		rc = matches(wr, piece, &same, err);
	if (rc != ERR_OK)
		return rc;
	if (same)
		return pass_over(wr, piece->length, err);
	if (wr->c->stop_early) {
		wr->c->differs = true;
		return ERR_OK;
	}
	rc = load(wr, piece, &data, &why);
	if (rc == ERR_OK)
		return put(wr, data, err);
	if (lb_is_damage(rc) || rc == ERR_IO) /* the rest may still be good */
		return lose(wr, piece->length, &why, err);
	if (err)
		*err = why;
	return rc;
}

/* The list of pieces ends in a map node that cannot be read: the rest is lost. */
static enum err_code lose_rest(struct writing *wr, uint64_t done, const struct err *why,
                               struct err *err)
{
	uint64_t all = lb_entry_data(wr->e);

	if (done < all)
		return lose(wr, all - done, why, err);
	if (!is_spared(wr))
		note_loss(wr, 1, why);
	return ERR_OK;
}

/* A piece of the list, or its end, or why there is none. */
struct coming {
	struct lb_piece piece;
	uint64_t offset;
	bool more;
	enum err_code rc;
	struct err why;
};

static void fetch(struct writing *wr, struct coming *c)
{
	c->more = false;
	c->rc = lb_map_iter_next(wr->w->map, &c->piece, &c->offset, &c->more, &c->why);
}

/* What is patched may be there already, and is not loaded then. */
static void expect(struct writing *wr, const struct coming *next)
{
	if (wr->c->patch || next->rc != ERR_OK)
		return;
	if (next->more)
		lb_reader_expect(wr->w->reader, &next->piece.id, LB_CHUNK_DATA);
	else if (wr->w->has_after)
		lb_reader_expect(wr->w->reader, &wr->w->after, LB_CHUNK_DATA);
}

static enum err_code take_pieces(struct writing *wr, struct err *err)
{
	struct coming c[2] = { { .why = ERR_INIT }, { .why = ERR_INIT } };
	struct coming *now = &c[0];
	uint64_t done = 0;
	enum err_code rc = ERR_OK;

	lb_map_iter_start(wr->w->map, wr->e);
	fetch(wr, now);
	while (rc == ERR_OK && !wr->c->differs) {
		struct coming *next = now == c ? &c[1] : &c[0];

		if (lb_restore_stopped(wr->j))
			return err_set(err, ERR_CANCELLED, "stopped");
		if (lb_is_damage(now->rc) || now->rc == ERR_IO)
			return lose_rest(wr, done, &now->why, err);
		if (now->rc != ERR_OK && err)
			*err = now->why;
		if (now->rc != ERR_OK || !now->more)
			return now->rc;
		fetch(wr, next);
		expect(wr, next);
		rc = take_piece(wr, &now->piece, err);
		done = now->offset + now->piece.length;
		now = next;
	}
	return rc;
}

/* Behind the last part there is a hole up to the file's size, and nothing after it. */
static enum err_code end_file(struct writing *wr, struct err *err)
{
	const struct lb_entry *e = wr->e;
	enum err_code rc = clear_gap(wr, wr->end, e->size, err);

	if (rc != ERR_OK || wr->c->differs || wr->there == e->size ||
	    (!wr->c->patch && wr->c->lost == 0 && wr->end == e->size))
		return rc;
	if (wr->c->stop_early) {
		wr->c->differs = true;
		return ERR_OK;
	}
	wr->c->changed = true;
	return os_set_size(wr->fd, e->size, err);
}

enum err_code lb_restore_content_write(struct lb_restore_job *j,
                                       struct lb_restore_worker *w,
                                       const struct lb_entry *e, int fd,
                                       struct lb_restore_content *c, struct err *err)
{
	struct writing wr = { .j = j, .w = w, .e = e, .c = c, .fd = fd };
	struct os_meta m;
	enum err_code rc = room_for(w, STEP, err);

	lb_extent_init(&wr.parts, e->extents);
	if (rc == ERR_OK && c->patch) {
		rc = os_meta_of(fd, "the file", &m, err);
		wr.there = rc == ERR_OK ? m.size : 0;
	}
	if (rc == ERR_OK)
		rc = take_pieces(&wr, err);
	if (rc == ERR_OK && !c->differs)
		rc = end_file(&wr, err);
	return rc;
}
