// SPDX-License-Identifier: Apache-2.0
#include "chunk/compress.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LENGTH_MAX = 1 << 20 };

/* What comes out is compressed and comes out again. */
static void round_trip(const unsigned char *plain, size_t length)
{
	struct lb_compressor *c = NULL;
	struct lb_decompressor *d = NULL;
	struct buf stored = BUF_INIT;
	unsigned char *back = malloc(length + 1);
	const struct span whole = span_of((const char *)plain, length);
	struct span form = whole;
	enum lb_codec codec;
	struct err err = ERR_INIT;

	if (back == NULL || lb_compressor_new(&c, LB_LEVEL_DEFAULT, &err) != ERR_OK ||
	    lb_decompressor_new(&d, &err) != ERR_OK ||
	    lb_compress(c, whole, &stored, &codec, &err) != ERR_OK)
		abort();
	if (codec == LB_CODEC_ZSTD)
		form = buf_span(&stored);
	if (lb_decompress(d, codec, form, length, back, &err) != ERR_OK ||
	    memcmp(back, plain, length) != 0)
		abort();
	lb_compressor_free(c);
	lb_decompressor_free(d);
	buf_fini(&stored);
	free(back);
}

/* Four bytes: codec and length that the table claims; the rest is what is stored. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lb_decompressor *d = NULL;
	struct err err = ERR_INIT;
	unsigned char *out;
	size_t length;

	if (size < 4)
		return 0;
	length = (data[1] | (size_t)data[2] << 8 | (size_t)data[3] << 16) % LENGTH_MAX;
	out = malloc(length + 1);
	if (out == NULL || lb_decompressor_new(&d, &err) != ERR_OK)
		abort();
	if (lb_decompress(d, data[0] & 3, span_of((const char *)data + 4, size - 4),
	                  length, out, &err) == ERR_OK)
		round_trip(out, length);
	lb_decompressor_free(d);
	free(out);
	return 0;
}
