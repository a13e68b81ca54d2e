// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "os/mapped.h"
#include "os/random.h"
#include "snapshot/entry.h"
#include "snapshot/files_cache.h"
#include "snapshot/files_internal.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_BYTES = 8, WRITE_BYTES = 1 << 20 };

struct folder_row {
	unsigned char hash[LB_FILES_HASH];
	uint64_t offset;
};

struct lb_files_writer {
	struct buf path;
	struct buf temporary;
	int fd;
	struct lb_id repository;
	struct buf out;  /* not written yet */
	uint64_t offset; /* in the file, of `out` */
	struct folder_row *folders;
	size_t count;
	size_t cap;
	unsigned char hash[LB_FILES_HASH]; /* of the folder begun */
	bool begun;
	bool listed; /* it has a block, and so stands in the index */
	struct buf rows;
	struct buf last; /* name added last to the folder */
};

static void temporary_name(struct lb_files_writer *w)
{
	unsigned char token[TOKEN_BYTES];
	char hex[2 * TOKEN_BYTES + 1];

	os_random(token, sizeof(token));
	str_hex(token, sizeof(token), hex);
	buf_printf(&w->temporary, "%s.tmp-%s", buf_str(&w->path), hex);
}

enum err_code lb_files_writer_new(struct lb_files_writer **out, const char *path,
                                  const struct lb_id *repository, struct err *err)
{
	struct lb_files_writer *w = mem_new(sizeof(*w));
	enum err_code rc;

	*out = NULL;
	if (w == NULL)
		return err_nomem(err);
	w->fd = -1;
	w->repository = *repository;
	w->offset = FILES_HEADER;
	buf_puts(&w->path, path);
	temporary_name(w);
	if (!buf_ok(&w->path) || !buf_ok(&w->temporary))
		rc = err_nomem(err);
	else
		rc = os_piece_create(buf_str(&w->temporary), &w->fd, err);
	if (rc == ERR_OK) {
		*out = w;
		w = NULL;
	}
	lb_files_writer_free(w);
	return rc;
}

void lb_files_writer_free(struct lb_files_writer *w)
{
	if (w == NULL)
		return;
	if (w->fd >= 0) {
		os_piece_abandon(w->fd);
		os_discard(buf_str(&w->temporary));
	}
	buf_fini(&w->path);
	buf_fini(&w->temporary);
	buf_fini(&w->out);
	buf_fini(&w->rows);
	buf_fini(&w->last);
	mem_free(w->folders);
	mem_free(w);
}

static enum err_code flush(struct lb_files_writer *w, struct err *err)
{
	enum err_code rc = buf_err(&w->out, err);

	if (rc != ERR_OK || w->out.len == 0)
		return rc;
	rc = os_piece_write(w->fd, buf_str(&w->temporary), w->offset, buf_span(&w->out),
	                    err);
	w->offset += w->out.len;
	buf_clear(&w->out);
	return rc;
}

static enum err_code list_folder(struct lb_files_writer *w, struct err *err)
{
	struct folder_row row;

	if (w->listed)
		return ERR_OK;
	if (!mem_grow(&w->folders, w->count, &w->cap, sizeof(*w->folders)))
		return err_nomem(err);
	memcpy(row.hash, w->hash, LB_FILES_HASH);
	row.offset = w->offset + w->out.len;
	w->folders[w->count++] = row;
	w->listed = true;
	return ERR_OK;
}

/* Ends the block in the making. */
static enum err_code end_block(struct lb_files_writer *w, struct err *err)
{
	const size_t start = w->out.len;
	enum err_code rc;

	if (w->rows.len == 0)
		return buf_err(&w->rows, err);
	if ((rc = list_folder(w, err)) != ERR_OK)
		return rc;
	wire_put_zeros(&w->out, LB_CHECK);
	wire_put_u32(&w->out, (uint32_t)w->rows.len);
	wire_put_u32(&w->out, 0);
	wire_put_raw(&w->out, w->hash, LB_FILES_HASH);
	buf_put(&w->out, buf_span(&w->rows));
	if (!buf_ok(&w->out) || !buf_ok(&w->rows))
		return err_nomem(err);
	buf_clear(&w->rows);
	rc = lb_check(span_from(buf_span(&w->out), start + LB_CHECK),
	              (unsigned char *)w->out.ptr + start, err);
	if (rc == ERR_OK && w->out.len >= WRITE_BYTES)
		rc = flush(w, err);
	return rc;
}

enum err_code lb_files_writer_folder(struct lb_files_writer *w, struct span path,
                                     struct err *err)
{
	struct lb_id hash;
	enum err_code rc;

	if ((rc = end_block(w, err)) != ERR_OK)
		return rc;
	if ((rc = lb_hash(path, &hash, err)) != ERR_OK)
		return rc;
	memcpy(w->hash, hash.b, LB_FILES_HASH);
	w->begun = true;
	w->listed = false;
	buf_clear(&w->last);
	return ERR_OK;
}

enum err_code lb_files_writer_add(struct lb_files_writer *w, struct span name,
                                  const struct lb_file_state *state, struct err *err)
{
	if (!w->begun || lb_entry_name_fault(name) != NULL ||
	    (w->last.len > 0 && span_cmp(buf_span(&w->last), name) >= 0))
		return err_set(err, ERR_USAGE, "files cache: a name out of order");
	buf_clear(&w->last);
	buf_put(&w->last, name);
	wire_put_u64(&w->rows, state->ino);
	wire_put_i64(&w->rows, state->ctime_ns);
	wire_put_i64(&w->rows, state->mtime_ns);
	wire_put_u64(&w->rows, state->size);
	wire_put_u8(&w->rows, state->type);
	wire_put_u16(&w->rows, (uint16_t)name.len);
	buf_put(&w->rows, name);
	if (!buf_ok(&w->last) || !buf_ok(&w->rows))
		return err_nomem(err);
	return w->rows.len < FILES_BLOCK_ROWS ? ERR_OK : end_block(w, err);
}

static int compare_folders(const void *a, const void *b)
{
	return memcmp(((const struct folder_row *)a)->hash,
	              ((const struct folder_row *)b)->hash, LB_FILES_HASH);
}

static enum err_code put_index(struct lb_files_writer *w, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (w->count > 0)
		qsort(w->folders, w->count, sizeof(*w->folders), compare_folders);
	for (size_t i = 0; rc == ERR_OK && i < w->count; i++) {
		wire_put_raw(&w->out, w->folders[i].hash, LB_FILES_HASH);
		wire_put_u64(&w->out, w->folders[i].offset);
		if (w->out.len >= WRITE_BYTES)
			rc = flush(w, err);
	}
	return rc == ERR_OK ? flush(w, err) : rc;
}

/* Written last: until then the file has no magic and is empty for every reader. */
static enum err_code put_header(struct lb_files_writer *w, const struct lb_id16 *snapshot,
                                uint64_t index, struct err *err)
{
	const uint64_t size = w->offset;
	enum err_code rc;

	wire_put_raw(&w->out, FILES_MAGIC, FILES_MAGIC_LEN);
	wire_put_raw(&w->out, w->repository.b, LB_ID);
	wire_put_raw(&w->out, snapshot->b, LB_ID16);
	wire_put_u64(&w->out, w->count);
	wire_put_u64(&w->out, index);
	wire_put_u64(&w->out, size);
	wire_put_zeros(&w->out, LB_CHECK);
	if ((rc = buf_err(&w->out, err)) != ERR_OK)
		return rc;
	rc = lb_check(span_sub(buf_span(&w->out), 0, FILES_HEADER - LB_CHECK),
	              (unsigned char *)w->out.ptr + FILES_HEADER - LB_CHECK, err);
	w->offset = 0;
	if (rc == ERR_OK)
		rc = flush(w, err);
	w->offset = size;
	return rc;
}

/* Index and header, and the file takes its name. All blocks are written. */
static enum err_code publish(struct lb_files_writer *w, const struct lb_id16 *snapshot,
                             struct err *err)
{
	const char *temporary = buf_str(&w->temporary);
	const uint64_t index = w->offset;
	enum err_code rc;

	if ((rc = put_index(w, err)) != ERR_OK)
		return rc;
	if ((rc = put_header(w, snapshot, index, err)) != ERR_OK)
		return rc;
	rc = os_piece_finish(w->fd, temporary, w->offset, err);
	w->fd = -1;
	if (rc == ERR_OK)
		rc = os_rename(temporary, buf_str(&w->path), err);
	if (rc != ERR_OK)
		os_discard(temporary);
	return rc;
}

enum err_code lb_files_writer_commit(struct lb_files_writer *w,
                                     const struct lb_id16 *snapshot, struct err *err)
{
	enum err_code rc;

	if ((rc = end_block(w, err)) != ERR_OK || (rc = flush(w, err)) != ERR_OK)
		return rc;
	return publish(w, snapshot, err);
}

/* The blocks of one file into another, at the same places. */
static enum err_code copy_blocks(struct lb_files_writer *to,
                                 const struct lb_files_writer *from, struct err *err)
{
	struct os_mapped m = OS_MAPPED_INIT;
	enum err_code rc;

	if (from->offset == FILES_HEADER)
		return ERR_OK;
	if ((rc = os_map(&m, buf_str(&from->temporary), err)) != ERR_OK)
		return rc;
	if (m.len < from->offset)
		rc = err_set(err, ERR_CORRUPT, "files cache: it became shorter");
	else
		rc = os_piece_write(to->fd, buf_str(&to->temporary), FILES_HEADER,
		                    span_of((const char *)m.ptr + FILES_HEADER,
		                            (size_t)from->offset - FILES_HEADER),
		                    err);
	to->offset = from->offset;
	os_unmap(&m);
	return rc;
}

enum err_code lb_files_writer_checkpoint(struct lb_files_writer *w,
                                         const struct lb_id16 *snapshot, struct err *err)
{
	struct lb_files_writer *copy = NULL;
	enum err_code rc;

	if ((rc = end_block(w, err)) != ERR_OK || (rc = flush(w, err)) != ERR_OK)
		return rc;
	rc = lb_files_writer_new(&copy, buf_str(&w->path), &w->repository, err);
	if (rc == ERR_OK)
		rc = copy_blocks(copy, w, err);
	if (rc == ERR_OK && !mem_array(&copy->folders, w->count, sizeof(*w->folders)))
		rc = err_nomem(err);
	if (rc == ERR_OK) {
		if (w->count > 0)
			memcpy(copy->folders, w->folders, w->count * sizeof(*w->folders));
		copy->count = w->count;
		rc = publish(copy, snapshot, err);
	}
	lb_files_writer_free(copy);
	return rc;
}
