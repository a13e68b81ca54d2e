// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "pack/segment.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every row that is taken lies within its group, and encodes to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lb_segment_view v;
	unsigned char again[LB_ROW_BYTES];
	struct lb_row row;

	if (lb_segment_view_init(span_of((const char *)data, size), &v, NULL) != ERR_OK)
		return 0;
	for (size_t i = 0; i < v.row_count; i++) {
		lb_segment_view_row(&v, i, &row);
		assert(row.pack < v.pack_count && row.group_length <= LB_GROUP_MAX);
		assert(row.inner + row.length <= row.group_length);
		lb_row_encode(&row, again);
		assert(memcmp(again, v.rows + i * LB_ROW_BYTES, LB_ROW_BYTES) == 0);
	}
	return 0;
}
