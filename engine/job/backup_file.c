// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "job/backup_internal.h"
#include "pack/keyring.h"
#include "repo/repo.h"

#include <string.h>

#define READ_SIZE (256u << 10) /* at a time: it is still near when it is cut */

/* ---- workers ---- */

static enum err_code put_for_worker(enum lb_chunk_type type, struct span bytes,
                                    struct lb_id *id, void *context, struct err *err)
{
	struct lb_backup_worker *w = context;

	return lb_putter_put(w->putter, type, bytes, id, err);
}

enum err_code lb_backup_worker_init(struct lb_backup_worker *w, struct lb_backup_job *j,
                                    struct err *err)
{
	const struct lb_config *config = lb_repo_config(j->repo);
	const struct lb_key *key = &lb_repo_keyring(j->repo)->chunker_key;
	enum err_code rc = lb_putter_new(&w->putter, j->objects, err);

	if (rc == ERR_OK)
		rc = lb_chunker_new(&w->chunker, &config->chunker, key, err);
	if (rc == ERR_OK)
		rc = lb_map_writer_new(&w->map, put_for_worker, w, err);
	if (rc == ERR_OK)
		rc = lb_tree_writer_new(&w->tree, key, put_for_worker, w, err);
	/* the longest chunk, and to read on behind it */
	w->most = 2 * (size_t)config->chunker.largest;
	return rc == ERR_OK ? lb_backup_room(w, READ_SIZE, err) : rc;
}

enum err_code lb_backup_room(struct lb_backup_worker *w, size_t need, struct err *err)
{
	size_t room = w->room < w->most / 2 ? 2 * w->room : w->most;

	if (need <= w->room || w->room == w->most)
		return ERR_OK;
	if (room < need)
		room = need < w->most ? need : w->most;
	if (!mem_array(&w->buffer, room, 1))
		return err_nomem(err);
	w->room = room;
	return ERR_OK;
}

void lb_backup_worker_fini(struct lb_backup_worker *w)
{
	lb_tree_writer_free(w->tree);
	lb_map_writer_free(w->map);
	lb_chunker_free(w->chunker);
	lb_putter_free(w->putter);
	mem_free(w->buffer);
	buf_fini(&w->scratch);
	os_xattrs_fini(&w->xattrs);
	*w = (struct lb_backup_worker){ .putter = NULL };
}

/* ---- content ---- */

/* Reading one file: where it is, and what the buffer holds of it. */
struct reading {
	struct lb_backup_job *j;
	struct lb_backup_item *item;
	struct lb_backup_worker *w;
	int fd;
	size_t start; /* of the bytes since the last cut */
	size_t end;
	uint64_t told;   /* bytes that the job counts as being read */
	bool failed;     /* reading did; err says why */
	struct err *err; /* of the file */
};

enum err_code lb_backup_chunk(struct lb_backup_worker *w, struct span bytes,
                              struct err *err)
{
	struct lb_piece piece = { .length = bytes.len };
	enum err_code rc = lb_putter_put(w->putter, LB_CHUNK_DATA, bytes, &piece.id, err);

	return rc == ERR_OK ? lb_map_writer_add(w->map, &piece, err) : rc;
}

static enum err_code put_two(struct lb_backup_worker *w, const struct span bytes[2],
                             struct err *err)
{
	struct lb_id ids[2];
	enum err_code rc = lb_putter_put_two(w->putter, LB_CHUNK_DATA, bytes, ids, err);

	for (size_t i = 0; i < 2 && rc == ERR_OK; i++) {
		struct lb_piece piece = { .id = ids[i], .length = bytes[i].len };

		rc = lb_map_writer_add(w->map, &piece, err);
	}
	return rc;
}

/* The chunk that waits, and the next one unless `len` is 0. */
static enum err_code put_cut(struct lb_backup_worker *w, size_t *start, size_t len,
                             struct err *err)
{
	const char *at = (const char *)w->buffer + *start;
	const struct span bytes[2] = { span_of(at, w->held), span_of(at + w->held, len) };
	enum err_code rc;

	if (len > 0)
		rc = put_two(w, bytes, err);
	else
		rc = lb_backup_chunk(w, bytes[0], err);
	*start += w->held + len;
	w->held = 0;
	return rc;
}

enum err_code lb_backup_cut(struct lb_backup_worker *w, size_t *start, size_t end,
                            bool last, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK) {
		struct span rest = span_of((const char *)w->buffer + *start + w->held,
		                           end - *start - w->held);
		size_t len = lb_chunker_next(w->chunker, rest, last);

		if (len == 0)
			break;
		if (w->held == 0)
			w->held = len;
		else
			rc = put_cut(w, start, len, err);
	}
	return rc == ERR_OK && last && w->held > 0 ? put_cut(w, start, 0, err) : rc;
}

static enum err_code take_chunks(struct reading *r, bool last, struct err *err)
{
	return lb_backup_cut(r->w, &r->start, r->end, last, err);
}

/* Bytes from `offset`, as many as there is room and need for. A file that ends early is
 * no fault: it became shorter. Fails for lack of memory only. */
static enum err_code fill_buffer(struct reading *r, uint64_t offset, uint64_t want,
                                 size_t *got, struct err *err)
{
	struct lb_backup_worker *w = r->w;
	size_t most = want < READ_SIZE ? (size_t)want : READ_SIZE;
	size_t room;
	enum err_code rc;

	*got = 0;
	if (r->start > 0) {
		memmove(w->buffer, w->buffer + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	rc = lb_backup_room(w, r->end + most, err);
	if (rc != ERR_OK)
		return rc;
	room = w->room - r->end;
	if (os_read_at(r->fd, w->buffer + r->end, room < most ? room : most, offset, got,
	               r->err) != ERR_OK)
		r->failed = true;
	r->end += *got;
	return ERR_OK;
}

static void tell(struct reading *r, size_t n)
{
	r->told += n;
	atomic_fetch_add(&r->j->reading, n);
	lb_backup_progress(r->j, r->item);
}

/* One part of the file with data. `*whole` false: it ended before, or could not be read.
 */
static enum err_code read_extent(struct reading *r, const struct lb_extent *x,
                                 uint64_t *got, struct err *err)
{
	enum err_code rc = ERR_OK;

	*got = 0;
	while (*got < x->length && rc == ERR_OK) {
		size_t n;

		rc = fill_buffer(r, x->offset + *got, x->length - *got, &n, err);
		if (rc != ERR_OK || n == 0)
			break;
		*got += n;
		rc = take_chunks(r, false, err);
		tell(r, n);
		/* one file may take hours */
		if (rc == ERR_OK && lb_backup_stopped(r->j))
			rc = err_set(err, ERR_CANCELLED, "stopped");
	}
	return rc;
}

/* The parts with data; a file without holes is one part. */
struct parts {
	struct lb_extent *items;
	size_t count;
	size_t cap;
};

/* Fails for lack of memory only. A file that cannot be asked any more ends there. */
static enum err_code find_parts(struct reading *r, uint64_t *size, struct parts *p)
{
	uint64_t at = 0;

	while (at < *size) {
		struct os_extent x;

		if (os_next_extent(r->fd, at, *size, &x, r->err) != ERR_OK) {
			r->failed = true;
			*size = at;
			return ERR_OK;
		}
		if (x.length == 0)
			return ERR_OK;
		if (!mem_grow(&p->items, p->count, &p->cap, sizeof *p->items))
			return ERR_NOMEM;
		p->items[p->count++] = (struct lb_extent){ x.offset, x.length };
		at = x.offset + x.length;
	}
	return ERR_OK;
}

static enum err_code read_parts(struct reading *r, struct parts *p, uint64_t *size,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < p->count && rc == ERR_OK; i++) {
		uint64_t got;

		rc = read_extent(r, &p->items[i], &got, err);
		if (got < p->items[i].length) {
			/* what is stored is the file as far as it was there */
			*size = p->items[i].offset + got;
			p->items[i].length = got;
			p->count = got > 0 ? i + 1 : i;
		}
	}
	return rc == ERR_OK ? take_chunks(r, true, err) : rc;
}

static enum err_code store_content(struct lb_backup_job *j, struct lb_backup_worker *w,
                                   struct lb_backup_item *item, int fd,
                                   struct err *file_err, struct err *err)
{
	struct reading r = { .j = j, .item = item, .w = w, .fd = fd, .err = file_err };
	struct parts p = { NULL, 0, 0 };
	struct lb_entry *e = &item->entry;
	uint64_t size = item->meta.size;
	enum err_code rc = find_parts(&r, &size, &p);

	lb_chunker_reset(w->chunker);
	w->held = 0;
	lb_map_writer_reset(w->map);
	if (rc == ERR_NOMEM)
		err_nomem(err);
	else
		rc = read_parts(&r, &p, &size, err);
	/* from here on the file counts as a whole */
	atomic_fetch_sub(&j->reading, r.told);
	if (rc == ERR_OK) {
		e->size = size;
		e->damaged = r.failed;
		buf_clear(&w->scratch);
		e->sparse = lb_extents_put(&w->scratch, p.items, p.count, size);
		e->extents = buf_span(&w->scratch);
		rc = lb_map_writer_finish(w->map, e, err);
	}
	if (rc == ERR_OK &&
	    (!buf_ok(&w->scratch) || !lb_backup_own(&item->extents, &e->extents) ||
	     !lb_backup_own(&item->content, &e->content)))
		rc = err_nomem(err);
	mem_free(p.items);
	return rc;
}

/* ---- attributes ---- */

/* What cannot be asked is told; the file is kept without it. */
static enum err_code take_xattrs(struct lb_backup_job *j, struct lb_backup_worker *w,
                                 struct lb_backup_item *item, enum err_code rc,
                                 const struct err *file_err, struct err *err)
{
	struct lb_entry *e = &item->entry;

	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		lb_backup_trouble(j, item->in, item->name, file_err);
	buf_clear(&w->scratch);
	for (size_t i = 0; i < w->xattrs.count; i++) {
		struct lb_xattr x = { w->xattrs.list[i].name, w->xattrs.list[i].value };

		lb_xattr_put(&w->scratch, &x);
	}
	e->xattrs = buf_span(&w->scratch);
	if (!buf_ok(&w->scratch) || !lb_backup_own(&item->xattrs, &e->xattrs))
		return err_nomem(err);
	return ERR_OK;
}

static enum err_code read_attributes(struct lb_backup_job *j, struct lb_backup_worker *w,
                                     struct lb_backup_item *item, int fd, struct err *err)
{
	struct err file_err = ERR_INIT;
	enum err_code rc = os_xattrs_load(&w->xattrs, fd, item->name, &file_err);

	os_flags_get(fd, &item->entry.flags, &item->entry.project);
	return take_xattrs(j, w, item, rc, &file_err, err);
}

/* ---- one file ---- */

static void leave_out(struct lb_backup_job *j, struct lb_backup_item *item,
                      const struct err *err)
{
	item->left_out = true;
	if (err->code == ERR_NOT_FOUND) /* it went away: no longer part of the source */
		return;
	item->unread = true;
	lb_backup_trouble(j, item->in, item->name, err);
}

/* The file as it is once it is open; what changed since the walk counts. */
static bool settle(struct lb_backup_item *item, int fd, struct err *err)
{
	struct os_meta now;

	if (os_meta_of(fd, item->name, &now, err) != ERR_OK)
		return false;
	if (now.kind != OS_KIND_FILE) {
		err_set(err, ERR_UNSUPPORTED, "it is no file any more");
		return false;
	}
	lb_backup_redescribe(item, &now);
	return true;
}

static void note_change(struct lb_backup_job *j, struct lb_backup_item *item, int fd)
{
	struct os_meta now;

	if (os_meta_of(fd, item->name, &now, NULL) != ERR_OK ||
	    (now.size == item->meta.size &&
	     os_time_cmp(now.mtime, item->meta.mtime) == 0))
		return;
	atomic_fetch_add(&j->changing, 1);
	lb_backup_action(j, "changing", item);
}

static enum err_code store_file(struct lb_backup_job *j, struct lb_backup_worker *w,
                                struct lb_backup_item *item, int fd, struct err *err)
{
	struct err file_err = ERR_INIT;
	enum err_code rc;

	if (!settle(item, fd, &file_err)) {
		leave_out(j, item, &file_err);
		return ERR_OK;
	}
	rc = read_attributes(j, w, item, fd, err);
	if (rc == ERR_OK)
		rc = store_content(j, w, item, fd, &file_err, err);
	if (rc != ERR_OK)
		return rc;
	if (item->entry.damaged)
		lb_backup_trouble(j, item->in, item->name, &file_err);
	note_change(j, item, fd);
	atomic_fetch_add(&j->file_count, 1);
	atomic_fetch_add(&j->bytes, item->entry.size);
	lb_backup_action(j, "new", item);
	lb_backup_progress(j, item);
	return ERR_OK;
}

enum err_code lb_backup_file(struct lb_backup_job *j, struct lb_backup_worker *w,
                             struct lb_backup_item *item, struct err *err)
{
	struct err file_err = ERR_INIT;
	int fd;
	enum err_code rc = os_open_file(item->dir->fd, item->name, &fd, &file_err);

	if (rc != ERR_OK) {
		leave_out(j, item, &file_err);
		return ERR_OK;
	}
	rc = store_file(j, w, item, fd, err);
	os_close(&fd);
	return rc;
}

/* ---- folders and others ---- */

enum err_code lb_backup_read_folder(struct lb_backup_job *j, struct lb_backup_folder *f,
                                    struct err *err)
{
	struct lb_backup_worker *w = &j->workers[j->worker_count - 1];

	if (!f->parent) /* the root has no entry; its device counts */
		return os_meta_of(f->dir->fd, f->source->path, &f->item->meta, err);
	if (f->item->known)
		return ERR_OK;
	return read_attributes(j, w, f->item, f->dir->fd, err);
}

enum err_code lb_backup_read_other(struct lb_backup_job *j, struct lb_backup_folder *f,
                                   struct lb_backup_item *item, struct err *err)
{
	struct lb_backup_worker *w = &j->workers[j->worker_count - 1];
	struct lb_entry *e = &item->entry;
	struct err file_err = ERR_INIT;
	int handle = -1;
	enum err_code rc = ERR_OK;

	if (e->type == LB_ENTRY_LINK) {
		rc = os_read_link(f->dir->fd, item->name, &w->scratch, &file_err);
		e->target = buf_span(&w->scratch);
	}
	if (rc != ERR_OK) {
		leave_out(j, item, &file_err);
		return rc == ERR_NOMEM ? err_nomem(err) : ERR_OK;
	}
	if (!lb_backup_own(&item->target, &e->target))
		return err_nomem(err);
	rc = os_open_handle(f->dir->fd, item->name, &handle, &file_err);
	if (rc == ERR_OK)
		rc = os_xattrs_load(&w->xattrs, handle, item->name, &file_err);
	os_close(&handle);
	return take_xattrs(j, w, item, rc, &file_err, err);
}
