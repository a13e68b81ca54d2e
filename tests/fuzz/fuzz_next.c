// SPDX-License-Identifier: Apache-2.0
/* A successor that is read comes back the same when it is written. */
#include "repo/next.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	struct buf out = BUF_INIT;
	struct lb_next next;
	struct err err;

	lb_next_init(&next);
	if (lb_next_get(&next, bytes, &err) == ERR_OK) {
		lb_next_put(&next, &out);
		if (!span_eq(buf_span(&out), bytes))
			abort();
	}
	lb_next_fini(&next);
	buf_fini(&out);
	return 0;
}
