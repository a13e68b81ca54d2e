// SPDX-License-Identifier: Apache-2.0
/* Any bytes through the decoders and every check of a secret: what they point at is
 * inside the text, and decoding does not make more of it. */
#include "scanners/decode.h"
#include "scanners/glance.h"
#include "scanners/secret_check.h"
#include "scanners/secret_value.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(struct span text)
{
	struct buf out = BUF_INIT;
	struct scan_encoded found;
	struct scan_glance glance = { .runs = NULL };
	struct scan_decoder d;
	size_t runs = 0;

	if (!scan_glance_look(&glance, text, true))
		return;
	scan_decoder_init(&d, text, glance.runs, glance.run_count);
	while (scan_decoder_next(&d, &found, &out)) {
		if (found.start >= found.end || found.end > text.len ||
		    out.len > found.end - found.start || ++runs > text.len)
			abort();
	}
	scan_glance_fini(&glance);
	buf_fini(&out);
}

static void check_all(struct span text, size_t start, size_t end, size_t key)
{
	const char *name;

	for (size_t i = 0; (name = scan_check_name(i)) != NULL; i++) {
		struct scan_hit hit = { .text = text,
			                .path = SPAN_LIT("a.yaml"),
			                .start = start,
			                .end = end,
			                .key = key < start ? key : start,
			                .key_end = start };

		(void)scan_check_named(name)(&hit);
		if (hit.start > hit.end || hit.end > text.len)
			abort();
		(void)scan_secret_check(&hit, i % 2 == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	size_t start;
	size_t end;

	if (size < 8 || size > 4096)
		return 0;
	start = 3 + data[0] % (size - 4);
	end = start + 1 + data[1] % (size - start);
	decode(text);
	check_all(text, start, end, data[2] % size);
	return 0;
}
