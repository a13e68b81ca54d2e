// SPDX-License-Identifier: Apache-2.0
/* Lists of names and checkpoints; names that are read come back the same. */
#include "repo/list.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void names(struct span bytes, enum lb_list_kind kind)
{
	struct lb_ids ids = { 0 };
	struct buf out = BUF_INIT;
	struct err err;

	if (lb_list_get(bytes, kind, &ids, &err) == ERR_OK) {
		lb_list_put(kind, &ids, &out);
		if (!span_eq(buf_span(&out), bytes))
			abort();
	}
	lb_ids_fini(&ids);
	buf_fini(&out);
}

static void checkpoint(struct span rest)
{
	struct span record;
	struct err err;
	uint32_t count;

	if (lb_checkpoint_open(&rest, &count, &err) != ERR_OK)
		return;
	while (count-- > 0 && lb_checkpoint_take(&rest, &record, &err) == ERR_OK)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);

	names(bytes, LB_LIST_SEGMENTS);
	names(bytes, LB_LIST_PACKS);
	checkpoint(bytes);
	return 0;
}
