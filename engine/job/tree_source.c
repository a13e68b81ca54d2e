// SPDX-License-Identifier: Apache-2.0
#include "job/tree_source.h"

#include "pack/reader.h"

static enum err_code get(const struct lb_id *id, enum lb_chunk_type type, struct buf *out,
                         void *context, struct err *err)
{
	return lb_reader_get(context, id, (uint8_t)type, out, err);
}

struct lb_tree_source lb_tree_source_of(struct lb_reader *reader)
{
	return (struct lb_tree_source){ .get = get, .context = reader };
}
