// SPDX-License-Identifier: Apache-2.0
#include "record/dsse.h"

#include <assert.h>

/* DSSE envelopes: what was read is written, and read again as the same. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct gate_envelope e;
	struct gate_envelope again;
	struct buf text = BUF_INIT;
	struct buf same = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_envelope_read(&e, span_of((const char *)data, size), "input", &err) ==
	    ERR_OK) {
		gate_envelope_write(&e, &text);
		assert(gate_envelope_read(&again, buf_span(&text), "again", &err) ==
		       ERR_OK);
		gate_envelope_write(&again, &same);
		assert(span_eq(buf_span(&text), buf_span(&same)));
		assert(again.count == e.count && span_eq(again.payload, e.payload));
		gate_envelope_fini(&again);
	} else {
		assert(err.msg[0] != '\0');
	}
	gate_envelope_fini(&e);
	buf_fini(&text);
	buf_fini(&same);
	return 0;
}
