// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FUZZ_COVERAGE_H
#define TESTS_FUZZ_COVERAGE_H

#include "collect/coverage/reader_internal.h"

#include <assert.h>

/* What must hold of every coverage reader: an error has a message, points are sorted and
 * each there once, no more is hit than there is, and it does not matter how the text was
 * cut. The last byte says into which pieces. */
static inline uint64_t check_sums(const struct gate_coverage *c)
{
	uint64_t all = 0;
	uint64_t held = 0;

	for (size_t i = 0; i < c->count; i++)
		for (int k = 0; k < GATE_COV_KINDS; k++) {
			const struct gate_cov_points *p = &c->files[i]->of[k];
			struct gate_cov_sum sum = { 0, 0 };

			gate_coverage_count(c->files[i], (enum gate_cov_kind)k, &sum);
			assert(sum.hit <= sum.total);
			assert(p->sorted == p->count);
			for (size_t n = 1; n < p->count; n++)
				assert(p->items[n - 1].line < p->items[n].line ||
				       (p->items[n - 1].line == p->items[n].line &&
				        p->items[n - 1].id < p->items[n].id));
			all = all * 31 + sum.total * 7 + sum.hit;
			held += p->count;
		}
	assert(held == c->points);
	return all;
}

static inline uint64_t check_pieces(const struct gate_cov_format *format,
                                    struct span text, size_t piece, enum err_code *rc)
{
	struct gate_cov_report r = { .set = NULL };
	struct err err = ERR_INIT;
	uint64_t sum = 0;

	*rc = gate_cov_read_as(format, text, piece, &r, &err);
	if (*rc == ERR_OK)
		sum = check_sums(r.set);
	else
		assert(err.msg[0] != '\0');
	gate_coverage_free(r.set);
	return sum;
}

static inline void check_coverage(const struct gate_cov_format *format,
                                  const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	enum err_code whole;
	enum err_code pieces;
	uint64_t sum = check_pieces(format, text, size + 1, &whole);
	size_t piece = size > 0 ? 1 + data[size - 1] % 64 : 1;

	uint64_t again = check_pieces(format, text, piece, &pieces);

	assert(again == sum);
	assert((whole == ERR_OK) == (pieces == ERR_OK));
}

#endif
