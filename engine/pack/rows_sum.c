// SPDX-License-Identifier: Apache-2.0
#include "pack/rows_sum.h"

#include "base/mem.h"
#include "base/wire.h"
#include "crypto/digest.h"

enum err_code lb_rows_sum_add(struct lb_rows_sum *s, const struct lb_row *row,
                              struct err *err)
{
	unsigned char bytes[LB_ROW_BYTES];
	unsigned char digest[LB_CHECK];
	struct lb_row one = *row;
	enum err_code rc;

	one.pack = 0;
	lb_row_encode(&one, bytes);
	rc = lb_check(span_of((const char *)bytes, sizeof(bytes)), digest, err);
	if (rc != ERR_OK)
		return rc;
	s->rows++;
	s->sum += wire_load_u64(digest); /* wraps: a sum of digests, in any order */
	return ERR_OK;
}

enum err_code lb_rows_sum_of(struct lb_rows_sum *s, const struct lb_pack_info *info,
                             struct err *err)
{
	const size_t count = info->table.chunk_count;
	struct lb_row *rows = NULL;
	enum err_code rc = ERR_OK;

	*s = (struct lb_rows_sum){ .rows = 0 };
	if (count == 0)
		return ERR_OK;
	if (!mem_array(&rows, count, sizeof(*rows)))
		return err_nomem(err);
	lb_rows_of_pack(info, 0, rows);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = lb_rows_sum_add(s, &rows[i], err);
	mem_free(rows);
	return rc;
}

bool lb_rows_sum_fits(const struct lb_rows_sum *index, const struct lb_rows_sum *pack)
{
	if (pack->rows == 0 || index->rows == 0 || index->rows % pack->rows != 0)
		return false;
	return index->sum == index->rows / pack->rows * pack->sum;
}
