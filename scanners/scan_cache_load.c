// SPDX-License-Identifier: Apache-2.0
#include "scan_cache_load.h"

#include "base/cancel.h"
#include "base/mem.h"
#include "base/pool.h"
#include "os/dir.h"

enum { PART = 512 << 10 };

static size_t count_parts(size_t len)
{
	return len / PART + (len % PART != 0);
}

/* Of `len` bytes in all. */
static size_t part_length(size_t len, size_t part)
{
	const size_t left = len - part * PART;

	return left < PART ? left : PART;
}

static enum err_code sum_of(const struct lb_id *ids, size_t count, struct lb_id *out,
                            struct err *err)
{
	return lb_hash(span_of((const char *)ids, count * sizeof(*ids)), out, err);
}

enum err_code scan_cache_sum(struct span body, struct lb_id *out, struct err *err)
{
	const size_t count = count_parts(body.len);
	struct lb_id *ids = NULL;
	enum err_code rc = ERR_OK;

	if (!mem_array(&ids, count + 1, sizeof(*ids)))
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = lb_hash(span_sub(body, i * PART, part_length(body.len, i)), &ids[i],
		             err);
	if (rc == ERR_OK)
		rc = sum_of(ids, count, out, err);
	mem_free(ids);
	return rc;
}

/* ---- reading ---- */

struct load {
	struct os_file file;
	char *bytes; /* of the whole file */
	size_t head;
	size_t body;
	struct lb_id *ids; /* one a part */
};

static enum err_code read_at(const struct load *l, size_t at, size_t len, struct err *err)
{
	size_t got = 0;
	enum err_code rc = os_file_read_at(&l->file, at, len, l->bytes + at, &got, err);

	return rc != ERR_OK || got == len
	               ? rc
	               : err_set(err, ERR_CORRUPT, "it became shorter while it was read");
}

/* An item is the place of the part's hash. */
static enum err_code read_part(void *item, size_t worker, void *context, struct err *err)
{
	const struct load *l = context;
	struct lb_id *id = item;
	const size_t part = (size_t)(id - l->ids);
	const size_t at = l->head + part * PART;
	const size_t len = part_length(l->body, part);
	enum err_code rc = read_at(l, at, len, err);

	(void)worker;
	return rc == ERR_OK ? lb_hash(span_of(l->bytes + at, len), id, err) : rc;
}

static enum err_code read_parts(struct load *l, size_t count, struct err *err)
{
	struct cancel stop = CANCEL_INIT;
	struct pool *pool = NULL;
	enum err_code pushed = ERR_OK;
	enum err_code rc = pool_new(&pool, 0, count + 1, read_part, NULL, l, &stop, err);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; pushed == ERR_OK && i < count; i++)
		pushed = pool_push(pool, &l->ids[i]);
	rc = pool_finish(pool, err);
	return rc == ERR_OK && pushed != ERR_OK ? err_nomem(err) : rc;
}

static enum err_code read_whole(struct load *l, uint64_t max, struct buf *out,
                                struct lb_id *sum, struct err *err)
{
	uint64_t size = 0;
	size_t count;
	enum err_code rc = os_file_size(&l->file, &size, err);

	if (rc != ERR_OK)
		return rc;
	if (size < l->head || size > max)
		return err_set(err, ERR_CORRUPT, "its size is out of bounds");
	l->body = (size_t)size - l->head;
	count = count_parts(l->body);
	if (!buf_reserve(out, (size_t)size) ||
	    !mem_array(&l->ids, count + 1, sizeof(*l->ids)))
		return err_nomem(err);
	l->bytes = out->ptr;
	rc = read_at(l, 0, l->head, err);
	if (rc == ERR_OK)
		rc = count == 1 ? read_part(&l->ids[0], 0, l, err)
		                : read_parts(l, count, err);
	if (rc == ERR_OK)
		rc = sum_of(l->ids, count, sum, err);
	if (rc == ERR_OK)
		out->len = (size_t)size;
	return rc;
}

enum err_code scan_cache_load(const char *path, size_t head, uint64_t max,
                              struct buf *out, struct lb_id *sum, struct err *err)
{
	struct load l = { .head = head };
	enum err_code rc = os_file_open(&l.file, NULL, path, err);

	if (rc != ERR_OK)
		return rc;
	rc = read_whole(&l, max, out, sum, err);
	os_file_close(&l.file);
	mem_free(l.ids);
	return rc;
}
