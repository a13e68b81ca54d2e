// SPDX-License-Identifier: Apache-2.0
#include "policy/decimal.h"

#include "base/num.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

/*
 * A decimal has at most NUM_DECIMAL_MAX bytes and an exponent within +-EXPONENT_MAX, so
 * every digit has a weight below their sum and finds its place in a fixed row of digits.
 */
enum {
	EXPONENT_MAX = 100,
	POINT = NUM_DECIMAL_MAX + EXPONENT_MAX,
	DIGITS = 2 * POINT,
};

struct digits {
	bool negative;
	bool zero;
	unsigned char row[DIGITS]; /* row[POINT - 1] are the ones */
};

static int64_t exponent_of(struct span *text)
{
	int64_t exponent = 0;
	size_t at = span_find_byte(*text, 'e');
	struct span digits;

	if (at == text->len)
		at = span_find_byte(*text, 'E');
	digits = span_from(*text, at + 1);
	if (digits.len > 0 && digits.ptr[0] == '+')
		digits = span_from(digits, 1);
	if (at < text->len && !num_i64(digits, -EXPONENT_MAX, EXPONENT_MAX, &exponent))
		exponent = 0;
	*text = span_sub(*text, 0, at);
	return exponent;
}

static void read_digits(struct span text, struct digits *out)
{
	int64_t weight;
	size_t point;

	memset(out, 0, sizeof(*out));
	out->zero = true;
	out->negative = text.len > 0 && text.ptr[0] == '-';
	text = span_from(text, out->negative ? 1 : 0);
	weight = exponent_of(&text);
	point = span_find_byte(text, '.');
	weight += (int64_t)point - 1; /* of the first digit */
	for (size_t i = 0; i < text.len; i++) {
		if (i == point)
			continue;
		assert(weight < POINT && weight >= -POINT);
		out->row[POINT - 1 - weight] = (unsigned char)(text.ptr[i] - '0');
		out->zero = out->zero && text.ptr[i] == '0';
		weight--;
	}
	out->negative = out->negative && !out->zero;
}

int gate_decimal_cmp(struct span a, struct span b)
{
	struct digits x, y;
	int order;

	read_digits(a, &x);
	read_digits(b, &y);
	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	order = memcmp(x.row, y.row, sizeof(x.row));
	return x.negative ? -order : order;
}
