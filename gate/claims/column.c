// SPDX-License-Identifier: Apache-2.0
#include "claims/column.h"

#include "base/mem.h"

enum { TERMS_SHOWN = 12 };

void claims_column_doubt(struct claims_column *c, const char *why)
{
	if (c->doubt == NULL)
		c->doubt = why;
}

static void add_term(struct claims_column *c, const struct claims_number *n,
                     const struct claims_number *weight)
{
	if (!mem_grow(&c->terms, c->count, &c->cap, sizeof(*c->terms))) {
		c->w->failed = true;
		return;
	}
	c->terms[c->count++] = (struct claims_term){ *n, *weight };
}

static bool take_weight(struct claims_column *c, size_t row, struct claims_number *weight)
{
	struct claims_value v = { .kind = CLAIMS_BLANK };

	if (c->weight == CLAIMS_NONE)
		return true;
	claims_value(&c->w->more, claims_cell(c->w->d, c->t, row, c->weight), &v);
	*weight = v.token.number;
	return v.kind == CLAIMS_QUANTITY && v.token.number.bound == CLAIMS_EXACT;
}

/* One row as a term; false where the column cannot be computed at all. */
bool claims_column_take(struct claims_column *c, size_t row)
{
	struct claims_number weight = { .mantissa = 0 };
	struct claims_value v;

	claims_value(&c->w->tokens, claims_cell(c->w->d, c->t, row, c->index), &v);
	if (v.kind == CLAIMS_BLANK) {
		claims_column_doubt(c, "a row has no number");
		return true;
	}
	if (v.kind == CLAIMS_WORDS || v.kind != c->stated.kind ||
	    v.token.number.comma != c->stated.token.number.comma)
		return false;
	if (!claims_same_unit(&v.token.number, &c->stated.token.number)) {
		/* Of a column of percentages often only some cells have the sign. */
		if (v.token.number.unit.len > 0 || c->stated.token.number.unit.len > 0)
			return false;
	}
	if (v.token.number.bound != CLAIMS_EXACT)
		claims_column_doubt(c, "a row is only about right");
	if (!take_weight(c, row, &weight))
		claims_column_doubt(c, "a row has no weight");
	add_term(c, &v.token.number, &weight);
	return true;
}

void claims_column_add_up(struct claims_column *c)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	struct gate_ratio x = GATE_RATIO_INIT;

	gate_ratio_set_u64(&c->sum, 0, 1);
	gate_ratio_set_u64(&c->slack, 0, 1);
	gate_ratio_set_u64(&c->weights, 0, 1);
	gate_ratio_set_u64(&c->weighted, 0, 1);
	for (size_t i = 0; i < c->count; i++) {
		claims_exact(&v, &c->terms[i].n);
		gate_ratio_add(&c->sum, &c->sum, &v);
		if (i == 0 || gate_ratio_cmp(&v, &c->low) < 0)
			gate_ratio_set(&c->low, &v);
		if (i == 0 || gate_ratio_cmp(&v, &c->high) > 0)
			gate_ratio_set(&c->high, &v);
		if (claims_is_rounded(&c->terms[i].n)) {
			claims_unit(&x, c->terms[i].n.decimals, 2);
			gate_ratio_add(&c->slack, &c->slack, &x);
		}
		if (c->weight == CLAIMS_NONE)
			continue;
		claims_exact(&x, &c->terms[i].weight);
		gate_ratio_add(&c->weights, &c->weights, &x);
		gate_ratio_mul(&x, &x, &v);
		gate_ratio_add(&c->weighted, &c->weighted, &x);
	}
	gate_ratio_fini(&v);
	gate_ratio_fini(&x);
}

bool claims_column_between(const struct claims_column *c)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	bool in;

	claims_exact(&v, &c->stated.token.number);
	in = gate_ratio_cmp(&v, &c->low) >= 0 && gate_ratio_cmp(&v, &c->high) <= 0;
	gate_ratio_fini(&v);
	return in;
}

/* ---- the arithmetic, for people ---- */

static void put_terms(struct claims_column *c, bool weighted)
{
	struct buf *out = &c->w->because;

	for (size_t i = 0; i < c->count; i++) {
		if (i == TERMS_SHOWN) {
			buf_printf(out, " + .. (%zu rows)", c->count);
			return;
		}
		if (i > 0)
			buf_puts(out, " + ");
		if (weighted) {
			c->terms[i].weight.percent = false;
			claims_put_number(out, &c->terms[i].weight);
			buf_puts(out, " \xc3\x97 ");
		}
		c->terms[i].n.percent = false;
		claims_put_number(out, &c->terms[i].n);
	}
}

void claims_column_say(struct claims_column *c, enum gate_claim_kind kind,
                       const struct gate_ratio *computed, enum claims_fit fit)
{
	struct buf *out = &c->w->because;

	if (kind == GATE_CLAIM_TABLE_SUM) {
		put_terms(c, false);
	} else if (kind == GATE_CLAIM_TABLE_WEIGHTED) {
		buf_putc(out, '(');
		put_terms(c, true);
		buf_puts(out, ") / ");
		claims_put_ratio(out, &c->weights, CLAIMS_DECIMALS_MAX);
	} else {
		buf_putc(out, '(');
		put_terms(c, false);
		buf_printf(out, ") / %zu", c->count);
	}
	claims_say_fit(c->w, kind, &c->stated.token, computed, fit, c->doubt);
}

/* ---- ways to make a total ---- */

enum claims_fit claims_column_fit_sum(struct claims_column *c)
{
	return claims_fits(&c->stated.token.number, &c->sum, &c->slack);
}

enum claims_fit claims_column_fit_mean(struct claims_column *c, struct gate_ratio *mean)
{
	struct gate_ratio n = GATE_RATIO_INIT;
	enum claims_fit fit;

	gate_ratio_set_u64(&n, c->count, 1);
	gate_ratio_div(mean, &c->sum, &n);
	gate_ratio_div(&n, &c->slack, &n);
	fit = claims_fits(&c->stated.token.number, mean, &n);
	gate_ratio_fini(&n);
	return fit;
}

/* Scores are typed in as whole numbers: half a point may be rounding. */
enum claims_fit claims_column_fit_weighted(struct claims_column *c,
                                           struct gate_ratio *mean)
{
	struct gate_ratio slack = GATE_RATIO_INIT;
	enum claims_fit fit;

	gate_ratio_div(mean, &c->weighted, &c->weights);
	claims_unit(&slack, c->terms[0].n.decimals, 2);
	fit = claims_fits(&c->stated.token.number, mean, &slack);
	gate_ratio_fini(&slack);
	return fit;
}

bool claims_column_is_geometric(struct claims_column *c)
{
	enum { MANY = 64 };
	struct gate_ratio product = GATE_RATIO_INIT;
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	struct gate_ratio unit = GATE_RATIO_INIT;
	struct gate_ratio pl = GATE_RATIO_INIT;
	struct gate_ratio ph = GATE_RATIO_INIT;
	bool is = false;

	if (c->count > MANY || gate_ratio_sign(&c->low) <= 0)
		return false;
	claims_exact(&v, &c->stated.token.number);
	claims_unit(&unit, c->stated.token.number.decimals, 1);
	gate_ratio_sub(&low, &v, &unit);
	gate_ratio_add(&high, &v, &unit);
	gate_ratio_set_u64(&product, 1, 1);
	gate_ratio_set_u64(&pl, 1, 1);
	gate_ratio_set_u64(&ph, 1, 1);
	for (size_t i = 0; i < c->count; i++) {
		claims_exact(&v, &c->terms[i].n);
		gate_ratio_mul(&product, &product, &v);
		gate_ratio_mul(&pl, &pl, &low);
		gate_ratio_mul(&ph, &ph, &high);
	}
	is = gate_ratio_sign(&low) > 0 && gate_ratio_cmp(&product, &pl) > 0 &&
	     gate_ratio_cmp(&product, &ph) < 0;
	gate_ratio_fini(&product);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
	gate_ratio_fini(&v);
	gate_ratio_fini(&unit);
	gate_ratio_fini(&pl);
	gate_ratio_fini(&ph);
	return is;
}
