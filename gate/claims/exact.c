// SPDX-License-Identifier: Apache-2.0
#include "claims/exact.h"

#include <inttypes.h>

static uint64_t power(unsigned decimals)
{
	uint64_t p = 1;

	while (decimals-- > 0)
		p *= 10;
	return p;
}

void claims_exact(struct gate_ratio *r, const struct claims_number *n)
{
	struct gate_ratio zero = GATE_RATIO_INIT;

	gate_ratio_set_u64(r, n->mantissa, power(n->decimals));
	if (n->negative)
		gate_ratio_sub(r, &zero, r);
}

void claims_unit(struct gate_ratio *r, unsigned decimals, uint64_t divisor)
{
	gate_ratio_set_u64(r, 1, power(decimals) * divisor);
}

void claims_put_number(struct buf *out, const struct claims_number *n)
{
	const uint64_t p = power(n->decimals);

	buf_printf(out, "%s%" PRIu64, n->negative ? "-" : "", n->mantissa / p);
	if (n->decimals > 0)
		buf_printf(out, ".%0*" PRIu64, (int)n->decimals, n->mantissa % p);
	if (n->percent)
		buf_puts(out, " %");
}

void claims_put_ratio(struct buf *out, const struct gate_ratio *r, unsigned decimals)
{
	struct gate_ratio rounded = GATE_RATIO_INIT;
	struct gate_ratio half = GATE_RATIO_INIT;
	struct gate_ratio zero = GATE_RATIO_INIT;
	bool negative = gate_ratio_sign(r) < 0;
	char text[64];
	struct span s;

	claims_unit(&half, decimals, 2);
	if (negative)
		gate_ratio_sub(&rounded, &zero, r);
	else
		gate_ratio_set(&rounded, r);
	gate_ratio_add(&rounded, &rounded, &half);
	gate_ratio_text(&rounded, decimals, text);
	s = span_str(text);
	if (span_find_byte(s, '.') < s.len) {
		while (s.ptr[s.len - 1] == '0')
			s.len--;
		s.len -= s.ptr[s.len - 1] == '.';
	}
	if (negative && !span_eq(s, SPAN_LIT("0")))
		buf_putc(out, '-');
	buf_put(out, s);
	gate_ratio_fini(&rounded);
	gate_ratio_fini(&half);
}

void claims_put_computed(struct buf *out, const struct gate_ratio *r,
                         const struct claims_number *stated)
{
	claims_put_ratio(out, r,
	                 stated->bound != CLAIMS_EXACT ? stated->decimals
	                                               : stated->decimals + 2);
}

bool claims_within(const struct gate_ratio *a, const struct gate_ratio *b,
                   const struct gate_ratio *by)
{
	struct gate_ratio d = GATE_RATIO_INIT;
	struct gate_ratio zero = GATE_RATIO_INIT;
	bool within;

	gate_ratio_sub(&d, a, b);
	if (gate_ratio_sign(&d) < 0)
		gate_ratio_sub(&d, &zero, &d);
	within = gate_ratio_cmp(&d, by) <= 0;
	gate_ratio_fini(&d);
	return within;
}

/* Less than one unit of the last decimal away, as every way of rounding leaves it. */
static enum claims_fit fit_exact(const struct claims_number *stated,
                                 const struct gate_ratio *value,
                                 const struct gate_ratio *computed,
                                 const struct gate_ratio *slack)
{
	struct gate_ratio by = GATE_RATIO_INIT;
	struct gate_ratio tiny = GATE_RATIO_INIT;
	enum claims_fit fit = CLAIMS_DIFFERS;

	/* Below one by less than anything that can be computed here. */
	claims_unit(&by, stated->decimals, 1);
	gate_ratio_set_u64(&tiny, 1, UINT64_MAX);
	gate_ratio_sub(&by, &by, &tiny);
	if (claims_within(value, computed, &by))
		fit = CLAIMS_FITS;
	else if (slack != NULL) {
		gate_ratio_add(&by, &by, slack);
		if (claims_within(value, computed, &by))
			fit = CLAIMS_MAY_FIT;
	}
	gate_ratio_fini(&by);
	gate_ratio_fini(&tiny);
	return fit;
}

/* Within a fifth, or a third, of what is computed; or one off. */
static enum claims_fit fit_about(const struct claims_number *stated,
                                 const struct gate_ratio *value,
                                 const struct gate_ratio *computed)
{
	struct gate_ratio by = GATE_RATIO_INIT;
	struct gate_ratio one = GATE_RATIO_INIT;
	struct gate_ratio part = GATE_RATIO_INIT;
	struct gate_ratio zero = GATE_RATIO_INIT;
	enum claims_fit fit = CLAIMS_DIFFERS;

	claims_unit(&one, stated->decimals, 1);
	for (uint64_t parts = 5; parts > 1 && fit == CLAIMS_DIFFERS; parts /= 2) {
		gate_ratio_set_u64(&part, 1, parts);
		gate_ratio_mul(&by, computed, &part);
		if (gate_ratio_sign(&by) < 0)
			gate_ratio_sub(&by, &zero, &by);
		if (gate_ratio_cmp(&by, &one) < 0)
			gate_ratio_set(&by, &one);
		if (claims_within(value, computed, &by))
			fit = parts == 5 ? CLAIMS_FITS : CLAIMS_MAY_FIT;
	}
	gate_ratio_fini(&by);
	gate_ratio_fini(&one);
	gate_ratio_fini(&part);
	return fit;
}

bool claims_is_far(const struct claims_number *n, const struct gate_ratio *low,
                   const struct gate_ratio *high)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	struct gate_ratio limit = GATE_RATIO_INIT;
	bool far;

	claims_exact(&v, n);
	gate_ratio_set_u64(&limit, 5, 4);
	gate_ratio_mul(&limit, &limit, high);
	far = gate_ratio_cmp(&v, &limit) >= 0;
	gate_ratio_set_u64(&limit, 3, 4);
	gate_ratio_mul(&limit, &limit, low);
	far = far || gate_ratio_cmp(&v, &limit) <= 0;
	gate_ratio_fini(&v);
	gate_ratio_fini(&limit);
	return far;
}

enum claims_fit claims_fits(const struct claims_number *stated,
                            const struct gate_ratio *computed,
                            const struct gate_ratio *slack)
{
	struct gate_ratio value = GATE_RATIO_INIT;
	enum claims_fit fit = CLAIMS_DIFFERS;
	int order;

	claims_exact(&value, stated);
	order = gate_ratio_cmp(computed, &value);
	switch (stated->bound) {
	case CLAIMS_EXACT:
		fit = fit_exact(stated, &value, computed, slack);
		break;
	case CLAIMS_ABOUT:
		fit = fit_about(stated, &value, computed);
		break;
	case CLAIMS_OVER:
	case CLAIMS_UNDER:
		fit = fit_exact(stated, &value, computed, slack);
		if (order == (stated->bound == CLAIMS_OVER ? 1 : -1))
			fit = CLAIMS_FITS;
		break;
	}
	gate_ratio_fini(&value);
	return fit;
}
