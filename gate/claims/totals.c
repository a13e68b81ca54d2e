// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "claims/grid.h"

/*
 * Rows that are made of the others: totals, weighted totals, means. A row is refuted only
 * where every way to make it fails, and nothing around the table says that it is of
 * something else.
 */

enum { TERMS_SHOWN = 12, ROWS_MAX = 1 << 20 };

struct term {
	struct claims_number n;
	struct claims_number weight;
};

struct column {
	struct claims_work *w;
	const struct claims_table *t;
	size_t index;  /* of the column */
	size_t weight; /* that of the weights, CLAIMS_NONE without */
	enum claims_column_kind kind;
	const enum claims_row_kind *rows; /* from 1 */
	struct claims_value stated;
	/* The rows that are summed up. */
	struct term *terms;
	size_t count, cap;
	const char *doubt; /* why a difference need not be one */
	struct gate_ratio sum, low, high, slack;
	struct gate_ratio weights, weighted;
};

static const char DOUBT_ROWS[] = "the rows need not be all";

static void doubt(struct column *c, const char *why)
{
	if (c->doubt == NULL)
		c->doubt = why;
}

static void add_term(struct column *c, const struct claims_number *n,
                     const struct claims_number *weight)
{
	if (!mem_grow(&c->terms, c->count, &c->cap, sizeof(*c->terms))) {
		c->w->failed = true;
		return;
	}
	c->terms[c->count++] = (struct term){ *n, *weight };
}

static bool take_weight(struct column *c, size_t row, struct claims_number *weight)
{
	struct claims_value v = { .kind = CLAIMS_BLANK };

	if (c->weight == CLAIMS_NONE)
		return true;
	claims_value(&c->w->more, claims_cell(c->w->d, c->t, row, c->weight), &v);
	*weight = v.token.number;
	return v.kind == CLAIMS_QUANTITY && v.token.number.bound == CLAIMS_EXACT;
}

/* One row as a term; false where the column cannot be computed at all. */
static bool take_row(struct column *c, size_t row)
{
	struct claims_number weight = { .mantissa = 0 };
	struct claims_value v;

	claims_value(&c->w->tokens, claims_cell(c->w->d, c->t, row, c->index), &v);
	if (v.kind == CLAIMS_BLANK) {
		doubt(c, "a row has no number");
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
		doubt(c, "a row is only about right");
	if (!take_weight(c, row, &weight))
		doubt(c, "a row has no weight");
	add_term(c, &v.token.number, &weight);
	return true;
}

/* Sums, bounds, and how much rounding of the rows may add up to. */
static void add_up(struct column *c)
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

static bool between(const struct column *c)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	bool in;

	claims_exact(&v, &c->stated.token.number);
	in = gate_ratio_cmp(&v, &c->low) >= 0 && gate_ratio_cmp(&v, &c->high) <= 0;
	gate_ratio_fini(&v);
	return in;
}

/* ---- the arithmetic, for people ---- */

static void put_terms(struct column *c, bool weighted)
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

static void say(struct column *c, enum gate_claim_kind kind,
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

static enum claims_fit fit_sum(struct column *c)
{
	return claims_fits(&c->stated.token.number, &c->sum, &c->slack);
}

static enum claims_fit fit_mean(struct column *c, struct gate_ratio *mean)
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
static enum claims_fit fit_weighted(struct column *c, struct gate_ratio *mean)
{
	struct gate_ratio slack = GATE_RATIO_INIT;
	enum claims_fit fit;

	gate_ratio_div(mean, &c->weighted, &c->weights);
	claims_unit(&slack, c->terms[0].n.decimals, 2);
	fit = claims_fits(&c->stated.token.number, mean, &slack);
	gate_ratio_fini(&slack);
	return fit;
}

/* Is the geometric mean what is stated? Then it is no arithmetic one that is wrong. */
static bool is_geometric(struct column *c)
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

#define EXCUSES                                                                          \
	"overlap|overlaps|overlapping|double-counted|double counted|counted twice|"      \
	"counted once|more than once|rounding|rounded|not additive|excluding|excludes|"  \
	"excluded|deduplicated|unique|distinct|shared|union|selected|top|largest|main|"  \
	"sample|excerpt|partial|some of|not shown|omitted|subset|normalized|normalised|" \
	"adjusted|capped|cumulative|only the|extract|most important|examples"

/* What may stand behind a total that is not the sum. */
static void doubt_sum(struct column *c)
{
	const struct claims_number *n = &c->stated.token.number;

	if (c->kind == CLAIMS_COLUMN_UNION)
		doubt(c, "the same ones may be in several rows");
	else if (c->kind == CLAIMS_COLUMN_RATE)
		doubt(c, "such numbers do not add up");
	else if (c->kind == CLAIMS_COLUMN_SCORE && between(c))
		doubt(c, "it may be a mean, or weighted");
	else if ((c->kind == CLAIMS_COLUMN_OTHER || n->percent || n->unit.len > 0) &&
	         between(c))
		doubt(c, "it may be of something else than the sum");
	if (claims_around_says(c->w, c->t->block, EXCUSES))
		doubt(c, "the text around says that it may differ");
}

static bool is_metric_table(const struct column *c)
{
	return claims_says(claims_cell(c->w->d, c->t, 0, 0),
	                   "metric|metrics|measure|statistic|stat|property|field|key|"
	                   "indicator|kpi|parameter|setting|option");
}

static void judge_sum(struct column *c)
{
	enum claims_fit fit = fit_sum(c);

	if (fit != CLAIMS_FITS) {
		if (is_metric_table(c))
			doubt(c, "the rows are different things");
		doubt_sum(c);
	}
	say(c, GATE_CLAIM_TABLE_SUM, &c->sum, fit);
}

static void judge_weighted(struct column *c)
{
	struct gate_ratio weighted = GATE_RATIO_INIT;
	struct gate_ratio mean = GATE_RATIO_INIT;
	enum claims_fit fit;

	if (gate_ratio_sign(&c->weights) <= 0)
		return;
	fit = fit_weighted(c, &weighted);
	if (fit != CLAIMS_FITS) {
		if (fit_mean(c, &mean) == CLAIMS_FITS)
			doubt(c, "it is the mean without the weights");
		else if (fit_sum(c) == CLAIMS_FITS)
			doubt(c, "it is the sum without the weights");
		if (claims_around_says(
			    c->w, c->t->block,
			    "capped|cap|penalty|bonus|adjusted|excluding|rounded"))
			doubt(c, "the text around says that it may differ");
	}
	say(c, GATE_CLAIM_TABLE_WEIGHTED, &weighted, fit);
	gate_ratio_fini(&weighted);
	gate_ratio_fini(&mean);
}

/* Another column of numbers may be the weights of a mean. */
static bool has_other_numbers(const struct column *c)
{
	struct claims_value v;

	for (size_t i = 0; i < c->t->columns; i++) {
		if (i == c->index)
			continue;
		claims_value(&c->w->more, claims_cell(c->w->d, c->t, 1, i), &v);
		if (v.kind == CLAIMS_QUANTITY || v.kind == CLAIMS_PAIR)
			return true;
	}
	return false;
}

static void judge_mean(struct column *c)
{
	struct gate_ratio mean = GATE_RATIO_INIT;
	enum claims_fit fit = fit_mean(c, &mean);
	const struct claims_number *n = &c->stated.token.number;

	if (fit != CLAIMS_FITS && between(c)) {
		if (n->percent || c->kind == CLAIMS_COLUMN_RATE || has_other_numbers(c))
			doubt(c, "the rows may count for more or less");
		else if (is_geometric(c))
			doubt(c, "it is the geometric mean");
	}
	if (fit != CLAIMS_FITS &&
	    claims_around_says(
		    c->w, c->t->block,
		    "geometric|harmonic|weighted|median|rolling|moving|trimmed|" EXCUSES))
		doubt(c, "the text around says that it may differ");
	say(c, GATE_CLAIM_TABLE_MEAN, &mean, fit);
	gate_ratio_fini(&mean);
}

static bool is_weighted_column(const struct column *c, enum claims_row_kind row)
{
	if (c->weight == CLAIMS_NONE || c->index == c->weight ||
	    c->kind == CLAIMS_COLUMN_SHARE)
		return false;
	return row == CLAIMS_ROW_OVERALL || c->kind == CLAIMS_COLUMN_SCORE || between(c);
}

/* All the terms are there. */
static void judge(struct column *c, enum claims_row_kind row)
{
	struct gate_ratio mean = GATE_RATIO_INIT;

	if (c->count < 2)
		return;
	add_up(c);
	if (row == CLAIMS_ROW_MEAN) {
		judge_mean(c);
	} else if (is_weighted_column(c, row)) {
		judge_weighted(c);
	} else if (row == CLAIMS_ROW_OVERALL) {
		doubt(c, "it does not say how it is made");
		if (fit_sum(c) == CLAIMS_FITS)
			say(c, GATE_CLAIM_TABLE_SUM, &c->sum, CLAIMS_FITS);
		else
			judge_mean(c);
	} else if (fit_sum(c) != CLAIMS_FITS && c->kind == CLAIMS_COLUMN_SCORE &&
	           fit_mean(c, &mean) == CLAIMS_FITS) {
		say(c, GATE_CLAIM_TABLE_MEAN, &mean, CLAIMS_FITS);
	} else {
		judge_sum(c);
	}
	gate_ratio_fini(&mean);
}

/* Which rows the total in `row` is of. */
enum span_of_rows { SINCE_TOTAL, ALL_ROWS, SUBTOTALS, BELOW };

static bool gather(struct column *c, size_t row, enum span_of_rows which)
{
	size_t from = which == BELOW ? row + 1 : 1;
	size_t to = which == BELOW ? c->t->rows + 1 : row;

	c->count = 0;
	for (size_t i = row; which == SINCE_TOTAL && i > 1; i--)
		if (c->rows[i - 1] == CLAIMS_ROW_TOTAL ||
		    c->rows[i - 1] == CLAIMS_ROW_SUBTOTAL) {
			from = i;
			break;
		}
	for (size_t i = from; i < to; i++) {
		bool subtotal = c->rows[i] == CLAIMS_ROW_SUBTOTAL ||
		                (which == SUBTOTALS && c->rows[i] == CLAIMS_ROW_TOTAL);

		if (c->rows[i] == CLAIMS_ROW_MORE)
			doubt(c, DOUBT_ROWS);
		if (c->rows[i] == CLAIMS_ROW_PART)
			doubt(c, "a row is part of another one");
		if (which == SUBTOTALS
		            ? !subtotal
		            : c->rows[i] != CLAIMS_ROW && c->rows[i] != CLAIMS_ROW_MORE)
			continue;
		if (!take_row(c, i))
			return false;
	}
	return !c->w->failed;
}

static bool has_total_before(const struct column *c, size_t row)
{
	for (size_t i = 1; i < row; i++)
		if (c->rows[i] == CLAIMS_ROW_TOTAL || c->rows[i] == CLAIMS_ROW_SUBTOTAL)
			return true;
	return false;
}

/* With totals above there are several ways; the one that fits, else the first. */
static void judge_cell(struct column *c, size_t row)
{
	enum span_of_rows way = row == 1 ? BELOW : SINCE_TOTAL;

	c->doubt = NULL;
	claims_value(&c->w->tokens, claims_cell(c->w->d, c->t, row, c->index),
	             &c->stated);
	if (c->stated.kind != CLAIMS_QUANTITY)
		return;
	if (row > 1 && has_total_before(c, row)) {
		for (way = SUBTOTALS; way > SINCE_TOTAL; way--) {
			if (!gather(c, row, way) || c->count < 2)
				continue;
			add_up(c);
			if (fit_sum(c) == CLAIMS_FITS)
				break;
		}
		c->doubt = NULL;
		if (way == SINCE_TOTAL && c->rows[row] != CLAIMS_ROW_SUBTOTAL)
			doubt(c, "there is more than one total");
	}
	if (gather(c, row, way))
		judge(c, c->rows[row]);
}

static void judge_column(struct claims_work *w, const struct claims_table *t,
                         size_t index, size_t weight, const enum claims_row_kind *rows)
{
	struct column c = { .w = w,
		            .t = t,
		            .index = index,
		            .weight = weight,
		            .rows = rows,
		            .kind = claims_column_kind(claims_cell(w->d, t, 0, index)) };
	size_t judged = 0;

	if (index == weight)
		c.weight = CLAIMS_NONE;
	for (size_t row = 1; row <= t->rows && judged < 8; row++) {
		if (rows[row] == CLAIMS_ROW || rows[row] >= CLAIMS_ROW_PART)
			continue;
		judge_cell(&c, row);
		judged++;
	}
	mem_free(c.terms);
	gate_ratio_fini(&c.sum);
	gate_ratio_fini(&c.low);
	gate_ratio_fini(&c.high);
	gate_ratio_fini(&c.slack);
	gate_ratio_fini(&c.weights);
	gate_ratio_fini(&c.weighted);
}

/* The label of a row: its first cell that is no number. */
static struct span label_of(struct claims_work *w, const struct claims_table *t,
                            size_t row)
{
	struct span first = claims_cell(w->d, t, row, 0);

	if (first.len > 0 && !(first.ptr[0] >= '0' && first.ptr[0] <= '9'))
		return first;
	return t->columns > 2 ? claims_cell(w->d, t, row, 1) : first;
}

void claims_totals(struct claims_work *w, const struct claims_table *t)
{
	enum claims_row_kind *rows = NULL;
	size_t weight = CLAIMS_NONE;
	bool any = false;

	if (t->rows < 3 || t->rows > ROWS_MAX || t->columns < 2)
		return;
	if (!mem_array(&rows, t->rows + 1, sizeof(*rows))) {
		w->failed = true;
		return;
	}
	rows[0] = CLAIMS_ROW;
	for (size_t i = 1; i <= t->rows; i++) {
		rows[i] = claims_row_kind(&w->more, label_of(w, t, i), i == t->rows);
		any = any || (rows[i] != CLAIMS_ROW && rows[i] < CLAIMS_ROW_PART);
	}
	for (size_t i = 1; any && i < t->columns && weight == CLAIMS_NONE; i++)
		if (claims_column_kind(claims_cell(w->d, t, 0, i)) ==
		    CLAIMS_COLUMN_WEIGHT)
			weight = i;
	for (size_t i = 1; any && i < t->columns; i++)
		judge_column(w, t, i, weight, rows);
	mem_free(rows);
}
