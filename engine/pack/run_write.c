// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/mem.h"
#include "base/wire.h"
#include "os/mapped.h"
#include "pack/run_internal.h"

#include <assert.h>

enum { BATCH = 16 }; /* pages written at once */

/* One section on its way to the file. */
struct stream {
	unsigned char *pages;
	size_t fill;        /* pages complete */
	uint32_t on_page;   /* elements of the page being filled */
	uint64_t next_page; /* of the file, for pages[0] */
	uint64_t count;     /* elements so far */
};

struct lb_run_writer {
	char *path;
	int fd;
	struct lb_id repo;
	struct lb_run_size most;
	struct run_layout layout;
	struct stream stream[RUN_SECTIONS];
	unsigned char block[RUN_BLOCK]; /* of the filter, being filled */
};

enum err_code lb_run_writer_new(struct lb_run_writer **out, const char *path,
                                const struct lb_id *repo, const struct lb_run_size *most,
                                struct err *err)
{
	struct lb_run_writer *w;
	enum err_code rc = ERR_OK;

	if (most->rows > UINT32_MAX || most->packs > UINT32_MAX)
		return err_set(err, ERR_LIMIT, "more than %u rows in one run",
		               UINT32_MAX);
	if (!(w = mem_new(sizeof(*w))))
		return err_nomem(err);
	w->fd = -1;
	w->repo = *repo;
	w->most = *most;
	run_layout_init(&w->layout, most);
	w->path = mem_strdup(path);
	for (int s = 0; s < RUN_SECTIONS; s++) {
		w->stream[s].next_page = w->layout.page[s];
		w->stream[s].pages = mem_new((size_t)BATCH * RUN_PAGE);
		if (!w->stream[s].pages || !w->path)
			rc = err_nomem(err);
	}
	if (rc == ERR_OK)
		rc = os_piece_create(path, &w->fd, err);
	if (rc != ERR_OK) {
		lb_run_writer_free(w);
		return rc;
	}
	*out = w;
	return ERR_OK;
}

void lb_run_writer_free(struct lb_run_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0) {
		os_piece_abandon(w->fd);
		os_discard(w->path);
	}
	for (int s = 0; s < RUN_SECTIONS; s++)
		mem_free(w->stream[s].pages);
	mem_free(w->path);
	mem_free(w);
}

static enum err_code write_out(struct lb_run_writer *w, struct stream *s, struct err *err)
{
	size_t len = s->fill * RUN_PAGE;
	enum err_code rc;

	if (len == 0)
		return ERR_OK;
	rc = os_piece_write(w->fd, w->path, s->next_page * RUN_PAGE,
	                    span_of((const char *)s->pages, len), err);
	memset(s->pages, 0, (size_t)BATCH * RUN_PAGE);
	s->next_page += s->fill;
	s->fill = 0;
	return rc;
}

static enum err_code close_page(struct lb_run_writer *w, struct stream *s,
                                struct err *err)
{
	unsigned char *page = s->pages + s->fill * RUN_PAGE;
	uint64_t check = run_page_check(page, s->next_page + s->fill);

	memcpy(page + RUN_CONTENT, &check, sizeof(check));
	s->on_page = 0;
	s->fill++;
	return s->fill == BATCH ? write_out(w, s, err) : ERR_OK;
}

/* Appends to the section. */
static enum err_code put(struct lb_run_writer *w, enum run_section section,
                         const unsigned char *element, struct err *err)
{
	struct stream *s = &w->stream[section];
	uint32_t size = run_element(section);

	assert(s->count < w->layout.count[section]);
	memcpy(s->pages + s->fill * RUN_PAGE + (size_t)s->on_page * size, element, size);
	s->on_page++;
	s->count++;
	return s->on_page == run_per_page(section) ? close_page(w, s, err) : ERR_OK;
}

enum err_code lb_run_writer_segment(struct lb_run_writer *w, const struct lb_id *name,
                                    struct err *err)
{
	return put(w, RUN_SEGMENTS, name->b, err);
}

enum err_code lb_run_writer_pack(struct lb_run_writer *w, const struct lb_run_pack *pack,
                                 struct err *err)
{
	unsigned char at[RUN_PACK_BYTES] = { 0 };

	memcpy(at, pack->name.b, LB_ID);
	wire_store_u64(at + 32, pack->size);
	wire_store_u32(at + 40, pack->kind);
	wire_store_u32(at + 44, pack->chunks);
	wire_store_u32(at + 48, pack->segment);
	return put(w, RUN_PACKS, at, err);
}

/* Buckets up to `bucket` begin at the row that comes next. */
static enum err_code fill_buckets(struct lb_run_writer *w, uint64_t bucket,
                                  struct err *err)
{
	unsigned char at[4];
	enum err_code rc = ERR_OK;

	wire_store_u32(at, (uint32_t)w->stream[RUN_ROWS].count);
	while (rc == ERR_OK && w->stream[RUN_BUCKETS].count <= bucket)
		rc = put(w, RUN_BUCKETS, at, err);
	return rc;
}

/* Blocks before `block` are complete. */
static enum err_code fill_filter(struct lb_run_writer *w, uint64_t block, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && w->stream[RUN_FILTER].count < block) {
		rc = put(w, RUN_FILTER, w->block, err);
		memset(w->block, 0, RUN_BLOCK);
	}
	return rc;
}

enum err_code lb_run_writer_row(struct lb_run_writer *w, const struct lb_row *row,
                                struct err *err)
{
	uint64_t high = run_high(row->prefix);
	uint64_t bits = run_load(row->prefix + 8);
	unsigned char at[LB_ROW_BYTES];
	enum err_code rc;

	if ((rc = fill_buckets(w, run_bucket(high, w->layout.bucket_bits), err)) !=
	            ERR_OK ||
	    (rc = fill_filter(w, run_block(high, w->layout.count[RUN_FILTER]), err)) !=
	            ERR_OK)
		return rc;
	for (int i = 0; i < RUN_PROBES; i++, bits >>= 9)
		w->block[(bits & 511) >> 3] |= (unsigned char)(1u << (bits & 7));
	lb_row_encode(row, at);
	return put(w, RUN_ROWS, at, err);
}

static enum err_code write_header(struct lb_run_writer *w, struct err *err)
{
	struct buf b = BUF_INIT;
	uint64_t check;
	enum err_code rc;

	wire_put_raw(&b, "LBRUN\0\0", 8);
	wire_put_u32(&b, RUN_VERSION);
	wire_put_raw(&b, w->repo.b, LB_ID);
	wire_put_u64(&b, w->most.segments);
	wire_put_u64(&b, w->most.packs);
	wire_put_u64(&b, w->most.rows);
	wire_put_u64(&b, w->stream[RUN_SEGMENTS].count);
	wire_put_u64(&b, w->stream[RUN_PACKS].count);
	wire_put_u64(&b, w->stream[RUN_ROWS].count);
	wire_put_zeros(&b, RUN_PAGE - b.len);
	if ((rc = buf_err(&b, err)) == ERR_OK) {
		check = run_page_check((const unsigned char *)b.ptr, 0);
		memcpy(b.ptr + RUN_CONTENT, &check, sizeof(check));
		rc = os_piece_write(w->fd, w->path, 0, buf_span(&b), err);
	}
	buf_fini(&b);
	return rc;
}

enum err_code lb_run_writer_finish(struct lb_run_writer *w, struct err *err)
{
	enum err_code rc;
	int fd;

	if ((rc = fill_buckets(w, w->layout.count[RUN_BUCKETS] - 1, err)) != ERR_OK ||
	    (rc = fill_filter(w, w->layout.count[RUN_FILTER], err)) != ERR_OK)
		return rc;
	for (int s = 0; s < RUN_SECTIONS; s++) {
		struct stream *t = &w->stream[s];

		if (t->on_page > 0 && (rc = close_page(w, t, err)) != ERR_OK)
			return rc;
		if ((rc = write_out(w, t, err)) != ERR_OK)
			return rc;
	}
	if ((rc = write_header(w, err)) != ERR_OK)
		return rc;
	fd = w->fd;
	w->fd = -1;
	if ((rc = os_piece_finish(fd, w->path, w->layout.pages * RUN_PAGE, err)) !=
	    ERR_OK)
		os_discard(w->path);
	return rc;
}
