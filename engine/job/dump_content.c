// SPDX-License-Identifier: Apache-2.0
#include "job/dump_internal.h"
#include "pack/reader.h"

#define ZEROS (64u << 10)

static enum err_code emit(struct dump *d, struct span data, struct err *err)
{
	d->result->bytes += data.len;
	if (d->archive)
		return archiver_write(d->archive, data, err);
	return d->o->sink(data, d->o->sink_context, err);
}

static enum err_code emit_zeros(struct dump *d, uint64_t count, struct err *err)
{
	static const char zeros[ZEROS];
	enum err_code rc = ERR_OK;

	while (count > 0 && rc == ERR_OK) {
		size_t n = count < ZEROS ? (size_t)count : ZEROS;

		if (cancel_is_set(d->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = emit(d, span_of(zeros, n), err);
		count -= n;
	}
	return rc;
}

/* Where in the file the next byte of content belongs. */
struct place {
	struct lb_extent_cursor parts;
	struct lb_extent part; /* what is left of it */
	uint64_t at;           /* written so far, holes too */
};

static enum err_code emit_piece(struct dump *d, struct place *p, struct span data,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	while (data.len > 0 && rc == ERR_OK) {
		struct span now;

		if (p->part.length == 0 && !lb_extent_next(&p->parts, &p->part))
			return err_set(err, ERR_CORRUPT,
			               "more content than the file has room for");
		now = span_sub(data, 0,
		               data.len < p->part.length ? data.len
		                                         : (size_t)p->part.length);
		rc = emit_zeros(d, p->part.offset - p->at, err);
		if (rc == ERR_OK)
			rc = emit(d, now, err);
		data = span_from(data, now.len);
		p->part.offset += now.len;
		p->part.length -= now.len;
		p->at = p->part.offset;
	}
	return rc;
}

static enum err_code load(struct dump *d, const struct lb_piece *piece, struct span *data,
                          struct err *err)
{
	enum err_code rc =
		lb_reader_borrow(d->reader, &piece->id, LB_CHUNK_DATA, data, err);

	if (rc == ERR_OK && data->len != piece->length)
		rc = err_set(err, ERR_CORRUPT, "a chunk of %zu bytes stands for %llu",
		             data->len, (unsigned long long)piece->length);
	return rc;
}

enum err_code dump_bytes(struct dump *d, const struct lb_entry *e, struct err *err)
{
	struct place p = { .part = { 0, e->sparse ? 0 : e->size } };
	struct lb_piece piece;
	struct span data;
	uint64_t offset;
	bool more = true;
	enum err_code rc = ERR_OK;

	lb_extent_init(&p.parts, e->extents);
	lb_map_iter_start(d->map, e);
	while (rc == ERR_OK) {
		if (cancel_is_set(d->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = lb_map_iter_next(d->map, &piece, &offset, &more, err);
		if (rc != ERR_OK || !more)
			break;
		rc = load(d, &piece, &data, err);
		if (rc == ERR_OK)
			rc = emit_piece(d, &p, data, err);
	}
	return rc == ERR_OK ? emit_zeros(d, e->size - p.at, err) : rc;
}

enum err_code dump_try_first(struct dump *d, const struct lb_entry *e, struct err *err)
{
	struct lb_piece piece;
	struct span data;
	uint64_t offset;
	bool more = false;
	enum err_code rc;

	lb_map_iter_start(d->map, e);
	rc = lb_map_iter_next(d->map, &piece, &offset, &more, err);
	return rc == ERR_OK && more ? load(d, &piece, &data, err) : rc;
}
