// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a snapshot and as an edit; what is read is written again the same. */
#include "snapshot/snapshot.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span bytes = span_of((const char *)data, size);
	struct arena arena = ARENA_INIT;
	struct buf once = BUF_INIT;
	struct buf twice = BUF_INIT;
	struct lb_snapshot_edit edit;
	struct lb_snapshot s;

	if (lb_snapshot_decode(bytes, &arena, &s, NULL) == ERR_OK) {
		if (lb_snapshot_encode(&s, &once, NULL) != ERR_OK ||
		    lb_snapshot_decode(buf_span(&once), &arena, &s, NULL) != ERR_OK ||
		    lb_snapshot_encode(&s, &twice, NULL) != ERR_OK ||
		    !span_eq(buf_span(&once), buf_span(&twice)))
			abort();
	}
	if (lb_snapshot_edit_decode(bytes, &arena, &edit, NULL) == ERR_OK) {
		buf_clear(&once);
		if (lb_snapshot_edit_encode(&edit, &once, NULL) != ERR_OK)
			abort();
	}
	buf_fini(&once);
	buf_fini(&twice);
	arena_fini(&arena);
	return 0;
}
