// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a map that is its own child, and as the list of a file. */
#include "snapshot/map_read.h"
#include "snapshot/node.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err_code get(const struct lb_id *id, enum lb_chunk_type type, struct buf *out,
                         void *context, struct err *err)
{
	(void)id;
	(void)type;
	buf_clear(out);
	buf_put(out, *(const struct span *)context);
	return buf_err(out, err);
}

static void walk(struct lb_map_iter *it, const struct lb_entry *file, uint64_t from)
{
	struct lb_piece piece;
	uint64_t offset;
	bool more = true;
	int steps = 0;

	lb_map_iter_start(it, file);
	if (from > 0 && lb_map_iter_seek(it, from, NULL) != ERR_OK)
		return;
	while (steps++ < 5000 &&
	       lb_map_iter_next(it, &piece, &offset, &more, NULL) == ERR_OK && more) {
		if (offset > file->size || piece.length > file->size - offset)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	const struct lb_tree_source source = { get, &bytes };
	struct lb_entry file = { .type = LB_ENTRY_FILE, .mapped = true };
	struct lb_map_iter *it;
	struct lb_map_node n;
	struct lb_piece piece;
	bool more = true;

	if (lb_map_node_open(&n, bytes, NULL) != ERR_OK ||
	    lb_map_iter_new(&it, &source, NULL) != ERR_OK)
		return 0;
	while (lb_map_node_next(&n, &piece, &more, NULL) == ERR_OK && more &&
	       piece.length <= (uint64_t)INT64_MAX - file.size)
		file.size += piece.length;
	walk(it, &file, 0);
	walk(it, &file, file.size / 2);
	file.mapped = false;
	file.content = bytes;
	walk(it, &file, 0);
	walk(it, &file, 1);
	lb_map_iter_free(it);
	return 0;
}
