// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_ROWS_SUM_H
#define PACK_ROWS_SUM_H

#include "pack/segment.h"

/*
 * What the rows of one pack say, in whatever order they come and in 16 bytes, so that an
 * index can be compared with the packs' own tables in one pass over it. It finds
 * mistakes, not attackers: whoever may write segments may write any.
 */
struct lb_rows_sum {
	uint64_t rows;
	uint64_t sum;
};

/* Position of the pack and order do not count. */
enum err_code lb_rows_sum_add(struct lb_rows_sum *s, const struct lb_row *row,
                              struct err *err) ERR_CHECKED;
/* Of all rows that the pack's own table makes. */
enum err_code lb_rows_sum_of(struct lb_rows_sum *s, const struct lb_pack_info *info,
                             struct err *err) ERR_CHECKED;
/* Are the rows of the index those of the pack, each as often as the others? Several
 * segments may name one pack. */
bool lb_rows_sum_fits(const struct lb_rows_sum *index, const struct lb_rows_sum *pack);

#endif
