// SPDX-License-Identifier: Apache-2.0
#include "record/key_file.h"

#include <assert.h>

/* Files of signing keys: what was read is written, and read again as the same. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct gate_key_file k;
	struct gate_key_file again;
	struct buf text = BUF_INIT;
	struct buf same = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_key_file_read(&k, span_of((const char *)data, size), "input", &err) ==
	    ERR_OK) {
		gate_key_file_write(&k, &text);
		assert(gate_key_file_read(&again, buf_span(&text), "again", &err) ==
		       ERR_OK);
		gate_key_file_write(&again, &same);
		assert(span_eq(buf_span(&text), buf_span(&same)));
		assert(lb_verifier_eq(&k.verifier, &again.verifier));
	} else {
		assert(err.msg[0] != '\0');
	}
	buf_fini(&text);
	buf_fini(&same);
	return 0;
}
