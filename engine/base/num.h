// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "base/span.h"

#include <stdint.h>

/* Checked numbers. Every function returns false, and leaves `*out` alone, where the
 * result does not fit or the text is not exactly such a number. */

bool num_add(size_t a, size_t b, size_t *out);
bool num_mul(size_t a, size_t b, size_t *out);
bool num_add_u64(uint64_t a, uint64_t b, uint64_t *out);
bool num_mul_u64(uint64_t a, uint64_t b, uint64_t *out);
bool num_to_size(uint64_t v, size_t *out);

/* Decimal digits only, min <= value <= max. */
bool num_u64(struct span s, uint64_t min, uint64_t max, uint64_t *out);
/* An optional minus, then digits. */
bool num_i64(struct span s, int64_t min, int64_t max, int64_t *out);

#define NUM_DECIMAL_MAX 1000

/*
 * A decimal number as people and JSON write it: [-]digits[.digits][(e|E)[+-]digits], at
 * most NUM_DECIMAL_MAX bytes and an exponent within +-30. The text itself is what exact
 * arithmetic reads later.
 */
bool num_is_decimal(struct span s);
/* The same without leading zeros, which JSON does not have. */
bool num_is_json(struct span s);
/* For times and other measurements where a double will do; point or comma as decimal
 * mark, and with a point also commas between thousands ("1,234.5"). */
bool num_double(struct span s, double *out);

/* "10s" "5m" "24h" "30d" "250ms", a plain number is an error. Result in milliseconds. */
bool num_duration_ms(struct span s, uint64_t *out);
/* "512" "10KiB" "10MiB" "2GiB" "1TiB" (also kB, MB, GB as powers of 1000). Result in
 * bytes. */
bool num_bytes(struct span s, uint64_t *out);

#endif
