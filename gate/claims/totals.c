// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "claims/column.h"

/*
 * Rows that are made of the others: totals, weighted totals, means. A row is refuted only
 * where every way to make it fails, and nothing around the table says that it is of
 * something else.
 */

enum { ROWS_MAX = 1 << 20, PARTS_MAX = 64 };

static const char DOUBT_ROWS[] = "the rows need not be all";

#define EXCUSES                                                                          \
	"overlap|overlaps|overlapping|double-counted|double counted|counted twice|"      \
	"counted once|more than once|rounding|rounded|not additive|excluding|excludes|"  \
	"excluded|deduplicated|unique|distinct|shared|union|selected|top|largest|main|"  \
	"sample|excerpt|partial|some of|not shown|omitted|subset|normalized|normalised|" \
	"adjusted|capped|cumulative|only the|extract|most important|examples|vat|tax|"   \
	"taxes|gst|discount|shipping|fee|fees|not included|not include|not counted|"     \
	"in parallel|concurrently|optional"

/* ---- what may stand behind a total that is not the sum ---- */

/* "Revenue 100, costs 60, total 40" */
static bool is_difference(const struct claims_column *c)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	struct gate_ratio stated = GATE_RATIO_INIT;
	bool is;

	claims_exact(&v, &c->terms[0].n);
	claims_exact(&stated, &c->stated.token.number);
	gate_ratio_add(&v, &v, &v);
	gate_ratio_sub(&v, &v, &c->sum);
	is = gate_ratio_cmp(&v, &stated) == 0;
	gate_ratio_fini(&v);
	gate_ratio_fini(&stated);
	return is;
}

/* "b*", "b (optional)", "Discount": a row that need not count, or that is taken off. */
static bool is_set_apart(const struct claims_column *c, size_t row)
{
	struct claims_value v;
	static const char *const marks[] = { "*", "[^", "\xe2\x80\xa0", "\xe2\x80\xa1" };

	for (size_t i = 0; i < c->t->columns; i++) {
		struct span cell = claims_cell(c->w->d, c->t, row, i);

		for (size_t k = 0; k < sizeof(marks) / sizeof(*marks); k++)
			if (span_find(cell, span_str(marks[k])) < cell.len)
				return true;
		if (claims_says(cell,
		                "optional|dropped|cancelled|canceled|forecast|projected|"
		                "parallel|concurrently|excluded|deferred|not counted|"
		                "stretch|duplicate|duplicates"))
			return true;
	}
	claims_value(&c->w->more, claims_cell(c->w->d, c->t, row, c->index), &v);
	return !v.token.number.negative &&
	       claims_says(claims_cell(c->w->d, c->t, row, 0),
	                   "discount|refund|refunds|credit|rebate|deduction|deductions|"
	                   "less|minus|rent|expenses|fees|loss|losses|returns|"
	                   "withdrawals|spent");
}

static bool any_set_apart(const struct claims_column *c)
{
	for (size_t row = 1; row <= c->t->rows; row++)
		if (c->rows[row] == CLAIMS_ROW && is_set_apart(c, row))
			return true;
	return false;
}

/* Two or more terms that make up the one before them are its parts: "unit 10, slow 4,
 * fast 6". Adds them up without parts; false where there are none. */
static bool without_parts(const struct claims_column *c, struct gate_ratio *sum)
{
	struct gate_ratio whole = GATE_RATIO_INIT;
	struct gate_ratio parts = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	bool any = false;

	gate_ratio_set_u64(sum, 0, 1);
	for (size_t i = 0; i < c->count; i++) {
		size_t k = i;
		int order = -1;

		claims_exact(&whole, &c->terms[i].n);
		gate_ratio_add(sum, sum, &whole);
		gate_ratio_set_u64(&parts, 0, 1);
		do {
			if (++k == c->count)
				break;
			claims_exact(&v, &c->terms[k].n);
			gate_ratio_add(&parts, &parts, &v);
			order = gate_ratio_cmp(&parts, &whole);
		} while (order < 0 && k < i + PARTS_MAX);
		if (k < c->count && k > i + 1 && order == 0) {
			any = true;
			i = k;
		}
	}
	gate_ratio_fini(&whole);
	gate_ratio_fini(&parts);
	gate_ratio_fini(&v);
	return any;
}

static bool is_of_wholes(const struct claims_column *c)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	bool is = without_parts(c, &sum) &&
	          claims_fits(&c->stated.token.number, &sum, &c->slack) == CLAIMS_FITS;

	gate_ratio_fini(&sum);
	return is;
}

/* Less than the sum, but not than the greatest row. */
static bool may_overlap(const struct claims_column *c)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	bool may;

	claims_exact(&v, &c->stated.token.number);
	may = gate_ratio_cmp(&v, &c->sum) < 0 && gate_ratio_cmp(&v, &c->high) >= 0;
	gate_ratio_fini(&v);
	return may;
}

static void doubt_rows(struct claims_column *c)
{
	struct span what = claims_cell(c->w->d, c->t, 0, c->index);

	if (is_of_wholes(c))
		claims_column_doubt(c, "rows may be parts of the one before");
	else if (any_set_apart(c))
		claims_column_doubt(c, "a row may not count, or be taken off");
	else if (!may_overlap(c) &&
	         claims_says(what,
	                     "used|allocated|reserved|assigned|occupied|free|gb|gib|"
	                     "tb|tib|mb|mib|capacity"))
		claims_column_doubt(c, "it may be of all that there is");
	else if (may_overlap(c) &&
	         claims_says(claims_cell(c->w->d, c->t, 0, 0),
	                     "tool|tools|scanner|reviewer|linter|analyzer|analyser|"
	                     "detector|browser|platform|os|device|environment|config|"
	                     "configuration|compiler|architecture|arch"))
		claims_column_doubt(c, "the same ones may be in several rows");
}

static void doubt_sum(struct claims_column *c)
{
	const struct claims_number *n = &c->stated.token.number;

	if (c->kind == CLAIMS_COLUMN_UNION)
		claims_column_doubt(c, "the same ones may be in several rows");
	else if (c->kind == CLAIMS_COLUMN_RATE)
		claims_column_doubt(c, "such numbers do not add up");
	else if (c->kind == CLAIMS_COLUMN_SCORE && claims_column_between(c))
		claims_column_doubt(c, "it may be a mean, or weighted");
	else if ((c->kind == CLAIMS_COLUMN_OTHER || n->percent || n->unit.len > 0) &&
	         claims_column_between(c))
		claims_column_doubt(c, "it may be of something else than the sum");
	doubt_rows(c);
	if (is_difference(c))
		claims_column_doubt(c, "it is the first row less the others");
	if (claims_around_says(c->w, c->t->block, EXCUSES))
		claims_column_doubt(c, "the text around says that it may differ");
}

static bool is_metric_table(const struct claims_column *c)
{
	return claims_says(claims_cell(c->w->d, c->t, 0, 0),
	                   "metric|metrics|measure|statistic|stat|property|field|key|"
	                   "indicator|kpi|parameter|setting|option|percentile|quantile|"
	                   "aggregate");
}

static void judge_sum(struct claims_column *c)
{
	enum claims_fit fit = claims_column_fit_sum(c);

	if (fit != CLAIMS_FITS) {
		if (is_metric_table(c))
			claims_column_doubt(c, "the rows are different things");
		doubt_sum(c);
	}
	claims_column_say(c, GATE_CLAIM_TABLE_SUM, &c->sum, fit);
}

static void judge_weighted(struct claims_column *c)
{
	struct gate_ratio weighted = GATE_RATIO_INIT;
	struct gate_ratio mean = GATE_RATIO_INIT;
	enum claims_fit fit;

	if (gate_ratio_sign(&c->weights) <= 0)
		return;
	fit = claims_column_fit_weighted(c, &weighted);
	if (fit != CLAIMS_FITS) {
		if (claims_column_fit_mean(c, &mean) == CLAIMS_FITS)
			claims_column_doubt(c, "it is the mean without the weights");
		else if (claims_column_fit_sum(c) == CLAIMS_FITS)
			claims_column_doubt(c, "it is the sum without the weights");
		else if (claims_is_far(&c->stated.token.number, &c->low, &c->high))
			claims_column_doubt(c, "it may be of another scale");
		if (claims_around_says(
			    c->w, c->t->block,
			    "capped|cap|penalty|bonus|adjusted|excluding|rounded"))
			claims_column_doubt(c, "the text around says that it may differ");
	}
	claims_column_say(c, GATE_CLAIM_TABLE_WEIGHTED, &weighted, fit);
	gate_ratio_fini(&weighted);
	gate_ratio_fini(&mean);
}

/* Another column of numbers may be the weights of a mean. */
static bool has_other_numbers(const struct claims_column *c)
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

static void judge_mean(struct claims_column *c)
{
	struct gate_ratio mean = GATE_RATIO_INIT;
	enum claims_fit fit = claims_column_fit_mean(c, &mean);
	const struct claims_number *n = &c->stated.token.number;

	if (fit != CLAIMS_FITS && claims_column_between(c)) {
		if (is_metric_table(c))
			claims_column_doubt(c, "the rows may be other statistics");
		else if (n->percent || c->kind == CLAIMS_COLUMN_RATE ||
		         has_other_numbers(c))
			claims_column_doubt(c, "the rows may count for more or less");
		else if (claims_column_is_geometric(c))
			claims_column_doubt(c, "it is the geometric mean");
	}
	if (fit != CLAIMS_FITS &&
	    claims_around_says(
		    c->w, c->t->block,
		    "geometric|harmonic|weighted|median|rolling|moving|trimmed|" EXCUSES))
		claims_column_doubt(c, "the text around says that it may differ");
	claims_column_say(c, GATE_CLAIM_TABLE_MEAN, &mean, fit);
	gate_ratio_fini(&mean);
}

static bool is_weighted_column(const struct claims_column *c, enum claims_row_kind row)
{
	if (c->weight == CLAIMS_NONE || c->index == c->weight ||
	    c->kind == CLAIMS_COLUMN_SHARE)
		return false;
	return row == CLAIMS_ROW_OVERALL || c->kind == CLAIMS_COLUMN_SCORE ||
	       claims_column_between(c);
}

/* All the terms are there. */
static void judge(struct claims_column *c, enum claims_row_kind row)
{
	struct gate_ratio mean = GATE_RATIO_INIT;

	if (c->count < 2)
		return;
	claims_column_add_up(c);
	if (row == CLAIMS_ROW_MEAN) {
		judge_mean(c);
	} else if (is_weighted_column(c, row)) {
		judge_weighted(c);
	} else if (row == CLAIMS_ROW_OVERALL) {
		claims_column_doubt(c, "it does not say how it is made");
		if (claims_column_fit_sum(c) == CLAIMS_FITS)
			claims_column_say(c, GATE_CLAIM_TABLE_SUM, &c->sum, CLAIMS_FITS);
		else
			judge_mean(c);
	} else if (claims_column_fit_sum(c) != CLAIMS_FITS &&
	           c->kind == CLAIMS_COLUMN_SCORE &&
	           claims_column_fit_mean(c, &mean) == CLAIMS_FITS) {
		claims_column_say(c, GATE_CLAIM_TABLE_MEAN, &mean, CLAIMS_FITS);
	} else {
		judge_sum(c);
	}
	gate_ratio_fini(&mean);
}

/* Which rows the total in `row` is of. */
enum span_of_rows { SINCE_TOTAL, ALL_ROWS, SUBTOTALS, BELOW };

static bool gather(struct claims_column *c, size_t row, enum span_of_rows which)
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
			claims_column_doubt(c, DOUBT_ROWS);
		if (c->rows[i] == CLAIMS_ROW_PART)
			claims_column_doubt(c, "a row is part of another one");
		if (which == SUBTOTALS
		            ? !subtotal
		            : c->rows[i] != CLAIMS_ROW && c->rows[i] != CLAIMS_ROW_MORE)
			continue;
		if (!claims_column_take(c, i))
			return false;
	}
	return !c->w->failed;
}

static bool has_total_before(const struct claims_column *c, size_t row)
{
	for (size_t i = 1; i < row; i++)
		if (c->rows[i] == CLAIMS_ROW_TOTAL || c->rows[i] == CLAIMS_ROW_SUBTOTAL)
			return true;
	return false;
}

/* With totals above there are several ways; the one that fits, else the first. */
static void judge_cell(struct claims_column *c, size_t row)
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
			claims_column_add_up(c);
			if (claims_column_fit_sum(c) == CLAIMS_FITS)
				break;
		}
		c->doubt = NULL;
		if (way == SINCE_TOTAL && c->rows[row] != CLAIMS_ROW_SUBTOTAL)
			claims_column_doubt(c, "there is more than one total");
	}
	if (gather(c, row, way))
		judge(c, c->rows[row]);
}

static void judge_column(struct claims_work *w, const struct claims_table *t,
                         size_t index, size_t weight, const enum claims_row_kind *rows)
{
	struct claims_column c = { .w = w,
		                   .t = t,
		                   .index = index,
		                   .weight = weight,
		                   .rows = rows,
		                   .kind = claims_column_kind(
					   claims_cell(w->d, t, 0, index)) };
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
