// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RATIO_H
#define GATE_RATIO_H

#include "base/buf.h"
#include "base/span.h"

#include <stdint.h>

/*
 * Exact rational numbers of any size, over GMP (its only includer). A ratio starts as
 * gate_ratio_init (0; zeroed memory is as good) and ends with gate_ratio_fini; results
 * may be one of the operands. There is no error path: like GMP itself, a ratio ends the
 * process when memory runs out, so inputs are bounded before they come here.
 */
struct gate_ratio {
	struct gate_ratio_value *value; /* NULL is 0 */
};

#define GATE_RATIO_INIT \
	{               \
		NULL    \
	}

void gate_ratio_init(struct gate_ratio *r);
void gate_ratio_fini(struct gate_ratio *r);
void gate_ratio_set(struct gate_ratio *r, const struct gate_ratio *from);
/* numerator / denominator; the denominator must not be 0. */
void gate_ratio_set_u64(struct gate_ratio *r, uint64_t numerator, uint64_t denominator);
/* False, and r untouched, if the text is no decimal (num_is_decimal). */
bool gate_ratio_set_decimal(struct gate_ratio *r, struct span text);
void gate_ratio_add(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b);
void gate_ratio_sub(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b);
void gate_ratio_mul(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b);
/* b must not be 0. */
void gate_ratio_div(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b);
/* The sum of many, in halves: numbers with unlike denominators stay small for long. */
void gate_ratio_sum(struct gate_ratio *r, const struct gate_ratio *const *items,
                    size_t count);
int gate_ratio_cmp(const struct gate_ratio *a, const struct gate_ratio *b);
int gate_ratio_sign(const struct gate_ratio *a);
/* floor(a * scale), clipped to the int64_t range. */
int64_t gate_ratio_floor(const struct gate_ratio *a, uint64_t scale);
/* floor(a * 10^digits) / 10^digits as text, e.g. "0.333333"; at most 18 digits, clipped
 * as gate_ratio_floor. */
void gate_ratio_text(const struct gate_ratio *a, unsigned digits, char out[64]);
/* Appends "numerator/denominator" in lowest terms, "n" for a whole number. */
void gate_ratio_fraction(const struct gate_ratio *a, struct buf *out);
/* Reads what that wrote, of at most GATE_FRACTION_MAX bytes. False, and r untouched, for
 * what it does not write. */
#define GATE_FRACTION_MAX 20000
bool gate_ratio_set_fraction(struct gate_ratio *r, struct span text);

#endif
