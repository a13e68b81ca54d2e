// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EXPONENT_MAX 30

bool num_add(size_t a, size_t b, size_t *out)
{
	if (a > SIZE_MAX - b)
		return false;
	*out = a + b;
	return true;
}

bool num_mul(size_t a, size_t b, size_t *out)
{
	if (b != 0 && a > SIZE_MAX / b)
		return false;
	*out = a * b;
	return true;
}

bool num_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
	if (a > UINT64_MAX - b)
		return false;
	*out = a + b;
	return true;
}

bool num_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
	if (b != 0 && a > UINT64_MAX / b)
		return false;
	*out = a * b;
	return true;
}

bool num_to_size(uint64_t v, size_t *out)
{
	if (v > SIZE_MAX)
		return false;
	*out = (size_t)v;
	return true;
}

static size_t count_digits(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] >= '0' && s.ptr[n] <= '9')
		n++;
	return n;
}

bool num_u64(struct span s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (s.len == 0 || count_digits(s) != s.len)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!num_mul_u64(value, 10, &value) ||
		    !num_add_u64(value, (uint64_t)(s.ptr[i] - '0'), &value))
			return false;
	}
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

bool num_i64(struct span s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = span_starts(s, SPAN_LIT("-"));
	uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
	uint64_t magnitude;
	int64_t value;

	if (!num_u64(span_from(s, negative ? 1 : 0), 0, limit, &magnitude))
		return false;
	/* -(magnitude - 1) - 1 reaches INT64_MIN without passing INT64_MAX. */
	if (negative && magnitude > 0)
		value = -(int64_t)(magnitude - 1) - 1;
	else
		value = (int64_t)magnitude;
	if (value < min || value > max)
		return false;
	*out = value;
	return true;
}

/* Steps over "digits[MARKdigits]"; false if there is none. */
static bool skip_fixed(struct span *s, const char *marks)
{
	size_t n = count_digits(*s);

	if (n == 0)
		return false;
	*s = span_from(*s, n);
	if (s->len == 0 || s->ptr[0] == '\0' || strchr(marks, s->ptr[0]) == NULL)
		return true;
	n = count_digits(span_from(*s, 1));
	*s = span_from(*s, n + 1);
	return n > 0;
}

/* Steps over "[eE][+-]digits" if it is there. `*exponent` is cut at 9999. */
static bool skip_exponent(struct span *s, int *exponent)
{
	size_t n;

	*exponent = 0;
	if (s->len == 0 || (s->ptr[0] != 'e' && s->ptr[0] != 'E'))
		return true;
	*s = span_from(*s, 1);
	if (s->len > 0 && (s->ptr[0] == '+' || s->ptr[0] == '-'))
		*s = span_from(*s, 1);
	n = count_digits(*s);
	for (size_t i = 0; i < n; i++)
		*exponent = *exponent > 999 ? 9999 : *exponent * 10 + (s->ptr[i] - '0');
	*s = span_from(*s, n);
	return n > 0;
}

/* [-]digits[MARKdigits][e[+-]digits] and nothing else. */
static bool is_number(struct span s, const char *marks, int exponent_max)
{
	int exponent;

	if (s.len > NUM_DECIMAL_MAX)
		return false;
	if (span_starts(s, SPAN_LIT("-")))
		s = span_from(s, 1);
	return skip_fixed(&s, marks) && skip_exponent(&s, &exponent) && s.len == 0 &&
	       exponent <= exponent_max;
}

bool num_is_decimal(struct span s)
{
	return is_number(s, ".", EXPONENT_MAX);
}

bool num_is_json(struct span s)
{
	struct span digits = s;

	if (!num_is_decimal(s))
		return false;
	if (digits.ptr[0] == '-')
		digits = span_from(digits, 1);
	return digits.ptr[0] != '0' || count_digits(digits) == 1;
}

/*
 * Copies without the commas that group thousands, as in "1,234.5"; a comma is one only
 * where a point follows. False where the groups are not of three.
 */
static bool drop_groups(struct span s, char *out, size_t *len)
{
	size_t point = span_find_byte(s, '.');
	size_t first = span_find_byte(s, ',');

	*len = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != ',' || point == s.len)
			out[(*len)++] = s.ptr[i];
		else if (i == 0 || s.ptr[i - 1] == '-' || i > point ||
		         (point - i) % 4 != 0)
			return false;
	}
	/* At most three digits, and a sign, stand before the first group. */
	return point == s.len || first == s.len || first <= (s.ptr[0] == '-' ? 4U : 3U);
}

bool num_double(struct span s, double *out)
{
	char text[NUM_DECIMAL_MAX + 1];
	char *comma;
	double value;
	size_t len;

	if (s.len > NUM_DECIMAL_MAX || !drop_groups(s, text, &len) ||
	    !is_number(span_of(text, len), ".,", 9999))
		return false;
	text[len] = '\0';
	comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '.';
	/* The programs never leave the C locale, so the mark is a point. */
	value = strtod(text, NULL);
	if (!isfinite(value))
		return false;
	*out = value;
	return true;
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* Digits and one of the units (ended by a NULL name). */
static bool with_unit(struct span s, const struct unit *units, uint64_t *out)
{
	size_t n = count_digits(s);
	struct span name = span_from(s, n);
	uint64_t value;

	if (!num_u64(span_sub(s, 0, n), 0, UINT64_MAX, &value))
		return false;
	for (const struct unit *unit = units; unit->name != NULL; unit++)
		if (span_eq_str(name, unit->name))
			return num_mul_u64(value, unit->factor, out);
	return false;
}

bool num_duration_ms(struct span s, uint64_t *out)
{
	static const struct unit units[] = {
		{ "ms", 1 },      { "s", 1000 },     { "m", 60000 },
		{ "h", 3600000 }, { "d", 86400000 }, { NULL, 0 },
	};

	return with_unit(s, units, out);
}

bool num_bytes(struct span s, uint64_t *out)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "kB", 1000 },
		{ "MB", 1000000 },
		{ "GB", 1000000000 },
		{ "TB", 1000000000000 },
		{ "KiB", UINT64_C(1) << 10 },
		{ "MiB", UINT64_C(1) << 20 },
		{ "GiB", UINT64_C(1) << 30 },
		{ "TiB", UINT64_C(1) << 40 },
		{ NULL, 0 },
	};

	return with_unit(s, units, out);
}
