// SPDX-License-Identifier: Apache-2.0
/* A session hint that is read comes back the same when it was written. */
#include "repo/session.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT, again = BUF_INIT;
	struct lb_session s, back;
	struct err err;

	lb_session_init(&s);
	lb_session_init(&back);
	if (lb_session_decode(&s, span_of((const char *)data, size), &err) == ERR_OK) {
		lb_session_encode(&s, &out);
		if (lb_session_decode(&back, buf_span(&out), &err) != ERR_OK)
			abort();
		lb_session_encode(&back, &again);
		if (!span_eq(buf_span(&out), buf_span(&again)))
			abort();
	}
	lb_session_fini(&s);
	lb_session_fini(&back);
	buf_fini(&out);
	buf_fini(&again);
	return 0;
}
