// SPDX-License-Identifier: Apache-2.0
/* Two versions (the second behind a NUL) in each order: compared either way round, they
 * give opposite answers, and each equals itself. */
#include "scanners/version/version.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(enum scan_order order, struct span a, struct span b)
{
	struct buf x = BUF_INIT;
	struct buf y = BUF_INIT;

	if (scan_version_key(order, a, &x) && scan_version_key(order, b, &y)) {
		int there = scan_version_compare(order, buf_span(&x), buf_span(&y));
		int back = scan_version_compare(order, buf_span(&y), buf_span(&x));

		if ((there < 0) != (back > 0) || (there == 0) != (back == 0) ||
		    scan_version_compare(order, buf_span(&x), buf_span(&x)) != 0)
			abort();
	}
	buf_fini(&x);
	buf_fini(&y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of((const char *)data, size);
	struct span a = span_sub(all, 0, span_find_byte(all, '\0'));

	for (int order = 0; order < SCAN_ORDERS; order++)
		compare((enum scan_order)order, a, span_from(all, a.len + 1));
	return 0;
}
