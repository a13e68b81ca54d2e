// SPDX-License-Identifier: Apache-2.0
/* Reading; files_write.c writes. */
#include "snapshot/files_cache.h"

#include "base/mem.h"
#include "base/wire.h"
#include "crypto/digest.h"
#include "os/mapped.h"
#include "snapshot/files_internal.h"

#include <string.h>

struct lb_files_cache {
	struct os_mapped map;
	struct lb_id16 snapshot;
	uint64_t folders;
	uint64_t index; /* offset; the blocks end there */
};

static struct span bytes_at(const struct lb_files_cache *c, uint64_t offset, uint64_t len)
{
	if (offset > c->map.len || len > c->map.len - offset)
		return SPAN_EMPTY;
	return span_of((const char *)c->map.ptr + offset, (size_t)len);
}

/* A failure to compute it is as good as damage. */
static bool check_holds(struct span content, const void *check)
{
	unsigned char want[LB_CHECK];

	return lb_check(content, want, NULL) == ERR_OK &&
	       memcmp(want, check, LB_CHECK) == 0;
}

/* Takes the header apart; false if the file is of no use. */
static bool read_header(struct lb_files_cache *c, const struct lb_id *repository)
{
	const struct span head = bytes_at(c, 0, FILES_HEADER);
	struct lb_id id;
	struct wire w;

	wire_init(&w, head);
	wire_magic(&w, FILES_MAGIC, FILES_MAGIC_LEN);
	wire_copy(&w, id.b, LB_ID);
	wire_copy(&w, c->snapshot.b, LB_ID16);
	c->folders = wire_u64(&w);
	c->index = wire_u64(&w);
	if (wire_u64(&w) != c->map.len || !wire_ok(&w) || !lb_id_eq(&id, repository))
		return false;
	if (!check_holds(span_sub(head, 0, FILES_HEADER - LB_CHECK), w.at))
		return false;
	return c->index >= FILES_HEADER && c->index <= c->map.len &&
	       (c->map.len - c->index) / FILES_INDEX_ROW == c->folders &&
	       (c->map.len - c->index) % FILES_INDEX_ROW == 0;
}

enum err_code lb_files_cache_open(struct lb_files_cache **out, const char *path,
                                  const struct lb_id *repository, struct err *err)
{
	struct lb_files_cache *c = mem_new(sizeof(*c));

	*out = c;
	if (c == NULL)
		return err_nomem(err);
	/* Whatever is wrong with it, the backup works without. */
	if (path && os_map(&c->map, path, NULL) == ERR_OK && !read_header(c, repository))
		os_unmap(&c->map);
	if (c->map.ptr == NULL)
		c->folders = 0;
	return ERR_OK;
}

void lb_files_cache_free(struct lb_files_cache *c)
{
	if (c == NULL)
		return;
	os_unmap(&c->map);
	mem_free(c);
}

bool lb_files_cache_is_empty(const struct lb_files_cache *c)
{
	return c->folders == 0;
}

const struct lb_id16 *lb_files_cache_snapshot(const struct lb_files_cache *c)
{
	return &c->snapshot;
}

/* Head of the block at an offset: where it ends and whose it is. */
static bool read_block(const struct lb_files_cache *c, uint64_t offset,
                       struct span *content, struct span *path, uint64_t *end)
{
	const struct span head = bytes_at(c, offset, FILES_BLOCK_HEAD);
	uint32_t rows;
	struct wire w;

	if (head.len == 0 || offset >= c->index)
		return false;
	wire_init(&w, span_from(head, LB_CHECK));
	rows = wire_u32(&w);
	wire_zeros(&w, sizeof(uint32_t));
	*path = wire_take(&w, LB_FILES_HASH);
	*end = offset + FILES_BLOCK_HEAD + rows;
	*content = bytes_at(c, offset + LB_CHECK, FILES_BLOCK_HEAD - LB_CHECK + rows);
	return wire_ok(&w) && content->len > 0 && *end <= c->index;
}

/* Makes the block at an offset the one in use, if it is the cursor's folder's. */
static bool enter_block(struct lb_files_cursor *cursor, uint64_t offset)
{
	const struct lb_files_cache *c = cursor->cache;
	struct span content;
	struct span path;
	uint64_t end;

	if (!read_block(c, offset, &content, &path, &end) ||
	    memcmp(path.ptr, cursor->path, LB_FILES_HASH) != 0 ||
	    !check_holds(content, c->map.ptr + offset))
		return false;
	cursor->rows = span_from(content, FILES_BLOCK_HEAD - LB_CHECK);
	cursor->at = 0;
	cursor->next = end;
	return true;
}

/* The first block behind those of the cursor's folder. */
static uint64_t skip_folder(const struct lb_files_cursor *cursor)
{
	uint64_t offset = cursor->next;
	struct span content;
	struct span path;
	uint64_t end;

	while (read_block(cursor->cache, offset, &content, &path, &end) &&
	       memcmp(path.ptr, cursor->path, LB_FILES_HASH) == 0)
		offset = end;
	return offset;
}

/* Offset of a folder's first block, 0 if the index has none. */
static uint64_t search(const struct lb_files_cache *c, const unsigned char *path)
{
	uint64_t low = 0;
	uint64_t high = c->folders;

	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		const unsigned char *row =
			c->map.ptr + c->index + middle * FILES_INDEX_ROW;
		const int order = memcmp(row, path, LB_FILES_HASH);

		if (order == 0)
			return wire_load_u64(row + LB_FILES_HASH);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

bool lb_files_cache_folder(const struct lb_files_cache *c, struct span path,
                           const struct lb_files_cursor *after,
                           struct lb_files_cursor *out)
{
	struct lb_files_cursor cursor = { .cache = c };
	struct lb_id hash;

	if (c->folders > 0 && lb_hash(path, &hash, NULL) == ERR_OK) {
		memcpy(cursor.path, hash.b, LB_FILES_HASH);
		if (after != NULL && after->cache == c && after->next > 0) {
			cursor.first = skip_folder(after);
			if (enter_block(&cursor, cursor.first)) {
				*out = cursor;
				return true;
			}
		}
		cursor.first = search(c, cursor.path);
		if (cursor.first > 0 && enter_block(&cursor, cursor.first)) {
			*out = cursor;
			return true;
		}
	}
	*out = (struct lb_files_cursor){ 0 };
	return false;
}

/* The row at the cursor; false at the end of the block. */
static bool read_row(const struct lb_files_cursor *cursor, struct lb_file_state *state,
                     struct span *name, size_t *next)
{
	struct wire w;

	wire_init(&w, span_from(cursor->rows, cursor->at));
	if (w.left == 0)
		return false;
	state->ino = wire_u64(&w);
	state->ctime_ns = wire_i64(&w);
	state->mtime_ns = wire_i64(&w);
	state->size = wire_u64(&w);
	state->type = wire_u8(&w);
	*name = wire_take(&w, wire_u16(&w));
	*next = cursor->rows.len - w.left;
	return wire_ok(&w) && name->len > 0;
}

bool lb_files_cursor_find(struct lb_files_cursor *cursor, struct span name,
                          struct lb_file_state *out)
{
	struct span found;
	size_t next;

	if (cursor->cache == NULL)
		return false;
	if (cursor->last.len > 0 && span_cmp(name, cursor->last) <= 0) {
		cursor->last = SPAN_EMPTY;
		if (!enter_block(cursor, cursor->first))
			return false;
	}
	for (;;) {
		int order;

		if (!read_row(cursor, out, &found, &next)) {
			if (!enter_block(cursor, cursor->next))
				return false;
			continue;
		}
		order = span_cmp(found, name);
		if (order > 0)
			return false;
		cursor->last = found;
		cursor->at = next;
		if (order == 0)
			return true;
	}
}
