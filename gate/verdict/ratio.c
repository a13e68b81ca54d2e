// SPDX-License-Identifier: Apache-2.0
#include "verdict/ratio.h"

#include "base/num.h"

#include <assert.h>
#include <gmp.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct gate_ratio_value {
	mpq_t q;
};

/* 0/1, the value of every ratio that was never written to; no room (the first field), so
 * GMP never resizes it. */
static mp_limb_t one_limb[] = { 1 };
static const mpq_t zero = { { { 0, 0, one_limb }, { 0, 1, one_limb } } };

static mpq_srcptr read_of(const struct gate_ratio *r)
{
	return r->value != NULL ? r->value->q : zero;
}

/* By GMP's own allocator, which ends the process when there is none. */
static mpq_ptr write_of(struct gate_ratio *r)
{
	void *(*allocate)(size_t size);

	if (r->value == NULL) {
		mp_get_memory_functions(&allocate, NULL, NULL);
		r->value = allocate(sizeof(*r->value));
		mpq_init(r->value->q);
	}
	return r->value->q;
}

/* unsigned long, which GMP takes, need not have 64 bits. */
static void set_u64(mpz_ptr z, uint64_t v)
{
	if (v <= ULONG_MAX)
		mpz_set_ui(z, (unsigned long)v);
	else
		mpz_import(z, 1, -1, sizeof(v), 0, 0, &v);
}

void gate_ratio_init(struct gate_ratio *r)
{
	r->value = NULL;
}

void gate_ratio_fini(struct gate_ratio *r)
{
	void (*release)(void *p, size_t size);

	if (r->value == NULL)
		return;
	mpq_clear(r->value->q);
	mp_get_memory_functions(NULL, NULL, &release);
	release(r->value, sizeof(*r->value));
	r->value = NULL;
}

void gate_ratio_set(struct gate_ratio *r, const struct gate_ratio *from)
{
	mpq_set(write_of(r), read_of(from));
}

void gate_ratio_set_u64(struct gate_ratio *r, uint64_t numerator, uint64_t denominator)
{
	mpq_ptr q = write_of(r);

	assert(denominator != 0);
	set_u64(mpq_numref(q), numerator);
	set_u64(mpq_denref(q), denominator);
	if (denominator != 1)
		mpq_canonicalize(q);
}

/* Reads [-]digits[.digits] into q's numerator; the result is how many digits followed the
 * point, `*used` how much was read. */
static unsigned long read_digits(mpq_ptr q, struct span text, size_t *used)
{
	unsigned long after_point = 0;
	bool negative = false;
	bool point = false;
	size_t i;

	mpq_set_ui(q, 0, 1);
	for (i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '-' && i == 0) {
			negative = true;
		} else if (c == '.') {
			point = true;
		} else if (c >= '0' && c <= '9') {
			mpz_mul_ui(mpq_numref(q), mpq_numref(q), 10);
			mpz_add_ui(mpq_numref(q), mpq_numref(q), (unsigned)(c - '0'));
			after_point += point;
		} else {
			break;
		}
	}
	if (negative)
		mpq_neg(q, q);
	*used = i;
	return after_point;
}

static void scale_by_power_of_ten(mpq_ptr q, int64_t exponent)
{
	uint64_t size = exponent < 0 ? (uint64_t)-exponent : (uint64_t)exponent;
	mpz_t power;

	mpz_init(power);
	mpz_ui_pow_ui(power, 10, (unsigned long)size);
	if (exponent < 0)
		mpz_mul(mpq_denref(q), mpq_denref(q), power);
	else
		mpz_mul(mpq_numref(q), mpq_numref(q), power);
	mpz_clear(power);
	mpq_canonicalize(q);
}

bool gate_ratio_set_decimal(struct gate_ratio *r, struct span text)
{
	mpq_ptr q;
	unsigned long after_point;
	int64_t exponent = 0;
	size_t used = 0;

	if (!num_is_decimal(text))
		return false;
	q = write_of(r);
	after_point = read_digits(q, text, &used);
	if (used < text.len) { /* at the e of the exponent */
		struct span rest = span_from(text, used + 1);

		if (rest.len > 0 && rest.ptr[0] == '+')
			rest = span_from(rest, 1);
		/* num_is_decimal bounds it; the range here only satisfies num_i64. */
		if (!num_i64(rest, -1000, 1000, &exponent))
			exponent = 0;
	}
	scale_by_power_of_ten(q, exponent - (int64_t)after_point);
	return true;
}

void gate_ratio_add(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b)
{
	mpq_add(write_of(r), read_of(a), read_of(b));
}

void gate_ratio_sub(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b)
{
	mpq_sub(write_of(r), read_of(a), read_of(b));
}

void gate_ratio_mul(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b)
{
	mpq_mul(write_of(r), read_of(a), read_of(b));
}

void gate_ratio_div(struct gate_ratio *r, const struct gate_ratio *a,
                    const struct gate_ratio *b)
{
	assert(gate_ratio_sign(b) != 0);
	mpq_div(write_of(r), read_of(a), read_of(b));
}

/* Depth is the logarithm of the count. */
static void sum_into(mpq_ptr out, const struct gate_ratio *const *items, size_t count)
{
	mpq_t right;

	if (count == 0) {
		mpq_set_ui(out, 0, 1);
	} else if (count == 1) {
		mpq_set(out, read_of(items[0]));
	} else {
		mpq_init(right);
		sum_into(out, items, count / 2);
		sum_into(right, items + count / 2, count - count / 2);
		mpq_add(out, out, right);
		mpq_clear(right);
	}
}

void gate_ratio_sum(struct gate_ratio *r, const struct gate_ratio *const *items,
                    size_t count)
{
	mpq_t sum; /* r may be among the items */

	mpq_init(sum);
	sum_into(sum, items, count);
	mpq_swap(write_of(r), sum);
	mpq_clear(sum);
}

int gate_ratio_cmp(const struct gate_ratio *a, const struct gate_ratio *b)
{
	int c = mpq_cmp(read_of(a), read_of(b));

	return (c > 0) - (c < 0);
}

int gate_ratio_sign(const struct gate_ratio *a)
{
	return mpq_sgn(read_of(a));
}

static int64_t clip(mpz_srcptr z)
{
	uint64_t magnitude = 0;

	if (mpz_sizeinbase(z, 2) > 63)
		return mpz_sgn(z) < 0 ? INT64_MIN : INT64_MAX;
	mpz_export(&magnitude, NULL, -1, sizeof(magnitude), 0, 0, z);
	return mpz_sgn(z) < 0 ? -(int64_t)magnitude : (int64_t)magnitude;
}

int64_t gate_ratio_floor(const struct gate_ratio *a, uint64_t scale)
{
	mpq_srcptr q = read_of(a);
	int64_t result;
	mpz_t z;

	mpz_init(z);
	set_u64(z, scale);
	mpz_mul(z, z, mpq_numref(q));
	mpz_fdiv_q(z, z, mpq_denref(q));
	result = clip(z);
	mpz_clear(z);
	return result;
}

void gate_ratio_text(const struct gate_ratio *a, unsigned digits, char out[64])
{
	uint64_t unit = 1;
	uint64_t magnitude;
	int64_t floored;

	assert(digits <= 18);
	for (unsigned i = 0; i < digits; i++)
		unit *= 10;
	floored = gate_ratio_floor(a, unit);
	magnitude = floored < 0 ? 0 - (uint64_t)floored : (uint64_t)floored;
	if (digits == 0)
		snprintf(out, 64, "%" PRId64, floored);
	else
		snprintf(out, 64, "%s%" PRIu64 ".%0*" PRIu64, floored < 0 ? "-" : "",
		         magnitude / unit, (int)digits, magnitude % unit);
}

static void put_integer(mpz_srcptr z, struct buf *out)
{
	/* A sign and a NUL beside the digits. */
	size_t room = mpz_sizeinbase(z, 10) + 2;

	if (!buf_reserve(out, room + 1))
		return;
	mpz_get_str(out->ptr + out->len, 10, z);
	out->len += span_str(out->ptr + out->len).len;
}

void gate_ratio_fraction(const struct gate_ratio *a, struct buf *out)
{
	mpq_srcptr q = read_of(a);

	put_integer(mpq_numref(q), out);
	if (mpz_cmp_ui(mpq_denref(q), 1) != 0) {
		buf_putc(out, '/');
		put_integer(mpq_denref(q), out);
	}
}

/* Digits without a leading zero, but for 0 itself; false for others. */
static bool set_digits(mpz_ptr z, struct span digits)
{
	char text[GATE_FRACTION_MAX + 1];

	if (digits.len == 0 || (digits.len > 1 && digits.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return false;
	memcpy(text, digits.ptr, digits.len);
	text[digits.len] = '\0';
	return mpz_set_str(z, text, 10) == 0;
}

bool gate_ratio_set_fraction(struct gate_ratio *r, struct span text)
{
	const bool negative = span_starts(text, SPAN_LIT("-"));
	const struct span whole = span_from(text, negative);
	const size_t slash = span_find_byte(whole, '/');
	struct gate_ratio read = GATE_RATIO_INIT;
	mpq_ptr q = write_of(&read);
	struct buf again = BUF_INIT;
	bool good = text.len <= GATE_FRACTION_MAX &&
	            set_digits(mpq_numref(q), span_sub(whole, 0, slash)) &&
	            (slash == whole.len ||
	             set_digits(mpq_denref(q), span_from(whole, slash + 1))) &&
	            mpz_sgn(mpq_denref(q)) != 0;

	/* Only lowest terms come out again as they were. */
	if (good) {
		mpq_canonicalize(q);
		if (negative)
			mpq_neg(q, q);
		gate_ratio_fraction(&read, &again);
		good = buf_ok(&again) && span_eq(buf_span(&again), text);
	}
	if (good)
		gate_ratio_set(r, &read);
	buf_fini(&again);
	gate_ratio_fini(&read);
	return good;
}
