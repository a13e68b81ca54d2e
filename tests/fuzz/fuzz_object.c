// SPDX-License-Identifier: Apache-2.0
/* Sealed objects: hostile bytes are refused, what was sealed opens as it was, and what is
 * sealed under a header that lies about it does not get far. */
#include "fuzz/fuzz_keys.h"
#include "pack/object.h"

#include <assert.h>

enum { MAX = 1 << 20, LENGTH_AT = 72, CODEC_AT = 76 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct lb_keyring *k, struct span plain, struct buf *sealed)
{
	struct buf out = BUF_INIT;

	if (lb_object_seal(k, LB_OBJECT_LIST, plain, sealed, NULL, NULL) == ERR_OK) {
		assert(lb_object_open(k, LB_OBJECT_LIST, NULL, buf_span(sealed), MAX,
		                      &out, NULL) == ERR_OK);
		assert(span_eq(buf_span(&out), plain));
	}
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of((const char *)data, size);
	struct lb_keyring *k = fuzz_keys();
	struct buf sealed = BUF_INIT;
	struct buf out = BUF_INIT;

	if (lb_object_open(k, LB_OBJECT_SEGMENT, NULL, bytes, MAX, &out, NULL) == ERR_OK)
		assert(out.len <= MAX);
	if (size >= 4 && size <= MAX) {
		round_trip(k, bytes, &sealed);
		/* Length and codec as the input says: hostile bytes reach zstd. */
		memcpy(sealed.ptr + LENGTH_AT, data, 3);
		sealed.ptr[CODEC_AT] ^= (char)(data[3] & 1);
		if (lb_object_open(k, LB_OBJECT_LIST, NULL, buf_span(&sealed), MAX, &out,
		                   NULL) == ERR_OK)
			assert(out.len <= MAX);
	}
	buf_fini(&sealed);
	buf_fini(&out);
	return 0;
}
