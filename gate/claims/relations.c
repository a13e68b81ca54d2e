// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "claims/grid.h"

/*
 * Columns that depend on others: a total to the right, a share in percent, a product, a
 * difference, a change. That they depend is told by their headers, or by the other rows:
 * where nearly all rows agree, and at least three, the one that does not is wrong.
 */

enum { COLUMNS_MAX = 10, ROWS_MAX = 2000, AGREE_MIN = 3 };

enum relation {
	R_SUM_ALL,
	R_SUM,
	R_DIFFERENCE,
	R_PRODUCT,
	R_PERCENT,
	R_CHANGE,
	R_WEIGHTED,
	RELATIONS
};

struct table {
	struct claims_work *w;
	const struct claims_table *t;
	struct claims_value *values; /* rows by columns */
	enum claims_row_kind *rows;
	size_t columns;
	bool numeric[COLUMNS_MAX]; /* at least half of its cells are numbers */
	bool claimed[COLUMNS_MAX];
};

static struct claims_value *value(const struct table *t, size_t row, size_t column)
{
	return &t->values[(row - 1) * t->columns + column];
}

static struct span header(const struct table *t, size_t column)
{
	return claims_cell(t->w->d, t->t, 0, column);
}

static bool usable(const struct claims_value *v)
{
	return v->kind == CLAIMS_QUANTITY && v->token.number.bound == CLAIMS_EXACT;
}

/* What the relation makes of a row; false where the row does not tell. */
static bool compute(const struct table *t, enum relation r, size_t row, size_t a,
                    size_t b, size_t c, struct gate_ratio *out)
{
	struct gate_ratio x = GATE_RATIO_INIT;
	struct gate_ratio y = GATE_RATIO_INIT;
	struct gate_ratio hundred = GATE_RATIO_INIT;
	bool ok = true;

	gate_ratio_set_u64(&hundred, 100, 1);
	if (r == R_SUM_ALL) {
		gate_ratio_set_u64(out, 0, 1);
		for (size_t i = 1; i < t->columns && ok; i++) {
			if (i == c || !t->numeric[i])
				continue;
			ok = usable(value(t, row, i));
			claims_exact(&x, &value(t, row, i)->token.number);
			gate_ratio_add(out, out, &x);
		}
		goto out;
	}
	ok = usable(value(t, row, a)) && usable(value(t, row, b));
	if (!ok)
		goto out;
	claims_exact(&x, &value(t, row, a)->token.number);
	claims_exact(&y, &value(t, row, b)->token.number);
	switch (r) {
	case R_SUM:
		gate_ratio_add(out, &x, &y);
		break;
	case R_DIFFERENCE:
		gate_ratio_sub(out, &x, &y);
		break;
	case R_PRODUCT:
		gate_ratio_mul(out, &x, &y);
		break;
	case R_WEIGHTED:
		gate_ratio_mul(out, &x, &y);
		if (value(t, row, a)->token.number.percent ||
		    value(t, row, a)->token.number.decimals == 0)
			gate_ratio_div(out, out, &hundred);
		break;
	case R_PERCENT:
	case R_CHANGE:
		ok = gate_ratio_sign(&y) != 0;
		if (!ok)
			break;
		if (r == R_CHANGE)
			gate_ratio_sub(&x, &x, &y);
		gate_ratio_div(out, &x, &y);
		gate_ratio_mul(out, out, &hundred);
		break;
	case R_SUM_ALL: /* above */
	case RELATIONS:
		ok = false;
		break;
	}
out:
	gate_ratio_fini(&x);
	gate_ratio_fini(&y);
	gate_ratio_fini(&hundred);
	return ok;
}

struct count {
	size_t fits;
	size_t telling; /* of these, where 0 and 1 do not make it so by chance */
	size_t differs;
};

static struct count try_relation(const struct table *t, enum relation r, size_t a,
                                 size_t b, size_t c)
{
	struct gate_ratio computed = GATE_RATIO_INIT;
	struct count n = { 0, 0, 0 };

	for (size_t row = 1; row <= t->t->rows; row++) {
		const struct claims_value *v = value(t, row, c);

		if (t->rows[row] != CLAIMS_ROW || !usable(v) ||
		    !compute(t, r, row, a, b, c, &computed))
			continue;
		if (claims_fits(&v->token.number, &computed, NULL) != CLAIMS_FITS) {
			n.differs++;
			continue;
		}
		n.fits++;
		n.telling +=
			v->token.number.mantissa > 9 &&
			(r == R_SUM_ALL || (value(t, row, a)->token.number.mantissa > 1 &&
		                            value(t, row, b)->token.number.mantissa > 1));
	}
	gate_ratio_fini(&computed);
	return n;
}

static void put_arithmetic(const struct table *t, enum relation r, size_t row, size_t a,
                           size_t b, size_t c)
{
	static const char *const signs[RELATIONS] = { " + ",        " + ", " - ",
		                                      " \xc3\x97 ", " / ", " to ",
		                                      " \xc3\x97 " };
	struct buf *out = &t->w->because;
	bool first = true;

	if (r == R_SUM_ALL) {
		for (size_t i = 1; i < t->columns; i++) {
			if (i == c || !t->numeric[i])
				continue;
			buf_puts(out, first ? "" : " + ");
			first = false;
			claims_put_number(out, &value(t, row, i)->token.number);
		}
		return;
	}
	claims_put_number(out, &value(t, row, r == R_CHANGE ? b : a)->token.number);
	buf_puts(out, signs[r]);
	claims_put_number(out, &value(t, row, r == R_CHANGE ? a : b)->token.number);
}

/* "25 %" less */
static bool is_unsigned(enum relation r, const struct claims_number *stated,
                        const struct gate_ratio *computed)
{
	struct claims_number less = *stated;

	less.negative = !stated->negative;
	return (r == R_CHANGE || r == R_DIFFERENCE) &&
	       claims_fits(&less, computed, NULL) == CLAIMS_FITS;
}

/* All rows of a relation that holds; `sure`: those that differ are wrong. */
static void say_rows(struct table *t, enum relation r, size_t a, size_t b, size_t c,
                     bool sure)
{
	struct gate_ratio computed = GATE_RATIO_INIT;

	t->claimed[c] = true;
	for (size_t row = 1; row <= t->t->rows; row++) {
		const struct claims_value *v = value(t, row, c);
		enum claims_fit fit;

		if (t->rows[row] != CLAIMS_ROW || !usable(v) ||
		    !compute(t, r, row, a, b, c, &computed))
			continue;
		fit = claims_fits(&v->token.number, &computed, NULL);
		put_arithmetic(t, r, row, a, b, c);
		claims_say_fit(t->w, GATE_CLAIM_TABLE_ROW, &v->token, &computed, fit,
		               !sure ? "the columns need not depend on each other"
		               : is_unsigned(r, &v->token.number, &computed)
		                       ? "the sign may be left out"
		                       : NULL);
	}
	gate_ratio_fini(&computed);
}

/* Numbers that were rounded before need not give what is stated. */
static bool is_rough(const struct table *t, size_t row, size_t column)
{
	const struct claims_number *n = &value(t, row, column)->token.number;

	return n->decimals > 0 || n->unit.len > 0;
}

static bool any_rough(const struct table *t, size_t a, size_t b)
{
	for (size_t row = 1; row <= t->t->rows; row++)
		if ((usable(value(t, row, a)) && is_rough(t, row, a)) ||
		    (usable(value(t, row, b)) && is_rough(t, row, b)))
			return true;
	return false;
}

/* Nearly all rows agree, and enough of them. */
static bool holds(const struct count *n)
{
	return n->telling >= AGREE_MIN && n->fits >= 4 * n->differs;
}

static bool excused(const struct table *t)
{
	return claims_around_says(
		t->w, t->t->block,
		"adjusted|capped|rounded|rounding|estimated|discount|except|"
		"excluding|normalized|normalised|other|unrounded|raw");
}

static bool take(struct table *t, enum relation r, size_t a, size_t b, size_t c,
                 bool named)
{
	struct count n = try_relation(t, r, a, b, c);
	bool rough = r != R_SUM_ALL && any_rough(t, a, b) && r >= R_PRODUCT;

	if (!holds(&n) && !(named && n.fits + n.differs > 0 && !rough))
		return false;
	/* What only the header says holds for one row at least, or it is something else.
	 */
	if (named && !holds(&n) && n.differs > 0 && n.fits < n.differs && n.fits < 2 &&
	    n.fits + n.differs > 1)
		return false;
	say_rows(t, r, a, b, c, n.differs == 0 || (n.fits > 0 && !(rough || excused(t))));
	return true;
}

/* ---- what headers say ---- */

static size_t find_column(const struct table *t, const char *phrases, size_t but)
{
	size_t found = CLAIMS_NONE;

	for (size_t i = 0; i < t->columns; i++) {
		if (i == but || !t->numeric[i] || !claims_says(header(t, i), phrases))
			continue;
		if (found != CLAIMS_NONE)
			return CLAIMS_NONE;
		found = i;
	}
	return found;
}

#define OUTCOMES                                                                              \
	"passed|failed|skipped|errors|error|pass|fail|skip|passing|failing|unit|integration|" \
	"e2e|end-to-end|open|closed|done|pending|todo|added|removed|changed|low|medium|high|" \
	"critical|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q1|q2|q3|q4|male|female"

/* All other columns of numbers are outcomes, so that they make up the total. */
static bool are_outcomes(const struct table *t, size_t total)
{
	size_t count = 0;

	for (size_t i = 1; i < t->columns; i++) {
		if (i == total || !t->numeric[i])
			continue;
		if (!claims_says(header(t, i), OUTCOMES))
			return false;
		count++;
	}
	return count >= 2 && !t->numeric[0];
}

static bool named_percent(struct table *t)
{
	size_t p =
		find_column(t, "%|percent|percentage|rate|coverage|share|pass rate|ratio",
	                    CLAIMS_NONE);
	size_t a = find_column(
		t,
		"passed|passing|pass|covered|done|completed|complete|hit|hits|"
		"closed|used|succeeded",
		p);
	size_t b =
		find_column(t, "total|all|lines|tests|count|of|planned|size|overall", p);

	if (p == CLAIMS_NONE || a == CLAIMS_NONE || b == CLAIMS_NONE || a == b)
		return false;
	for (size_t row = 1; row <= t->t->rows; row++)
		if (usable(value(t, row, p)) && !value(t, row, p)->token.number.percent &&
		    !claims_says(header(t, p), "%|percent|percentage") &&
		    span_find_byte(header(t, p), '%') == header(t, p).len)
			return false;
	return take(t, R_PERCENT, a, b, p, true);
}

static bool named_product(struct table *t)
{
	size_t q = find_column(t, "qty|quantity|units|count|number|hours|nodes|servers",
	                       CLAIMS_NONE);
	size_t p = find_column(
		t, "price|unit price|cost per unit|unit cost|rate|each|per hour", q);
	size_t c =
		find_column(t, "total|amount|line total|subtotal|cost|sum|total cost", p);

	if (q == CLAIMS_NONE || p == CLAIMS_NONE || c == CLAIMS_NONE || c == q)
		return false;
	return take(t, R_PRODUCT, q, p, c, true);
}

/* "Weight", "Score" and "Weighted": the third is of the first two. */
static bool named_weighted(struct table *t)
{
	size_t c = find_column(t, "contribution|weighted|weighted score|contrib",
	                       CLAIMS_NONE);
	size_t a = find_column(t, "weight|weights|weighting", c);
	size_t b = find_column(t, "score|rating|grade|points", c);

	if (a == CLAIMS_NONE || b == CLAIMS_NONE || c == CLAIMS_NONE || a == b)
		return false;
	if (value(t, 1, a)->token.number.percent ||
	    value(t, 1, a)->token.number.decimals > 0 ||
	    claims_says(header(t, a), "%|percent") ||
	    span_find_byte(header(t, a), '%') < header(t, a).len)
		return take(t, R_WEIGHTED, a, b, c, true);
	return take(t, R_WEIGHTED, a, b, c, false) || take(t, R_PRODUCT, a, b, c, false);
}

static void named(struct table *t)
{
	size_t total = find_column(t, "total|sum|all", CLAIMS_NONE);

	if (total != CLAIMS_NONE && are_outcomes(t, total))
		(void)take(t, R_SUM_ALL, 0, 0, total, true);
	(void)named_percent(t);
	(void)named_product(t);
	(void)named_weighted(t);
}

/* ---- what other rows say ---- */

/* What a column has to be called before it is tried whether it depends on others. */
static const char *const hints[RELATIONS] = {
	[R_SUM_ALL] = "total|sum|all|combined|overall",
	[R_SUM] = "total|sum|all|combined|overall|gross",
	[R_DIFFERENCE] =
		"diff|difference|delta|net|gap|remaining|left|gain|loss|change|saved",
	[R_PRODUCT] = "total|amount|cost|area|sum|volume",
	[R_PERCENT] = "%|percent|percentage|rate|share|coverage|ratio",
	[R_CHANGE] =
		"change|growth|delta|increase|decrease|diff|improvement|reduction|gain",
};

static bool hinted(const struct table *t, enum relation r, size_t c)
{
	struct span name = header(t, c);

	return hints[r] != NULL &&
	       (claims_says(name, hints[r]) ||
	        (r == R_PERCENT && span_find_byte(name, '%') < name.len));
}

static void discover_pairs(struct table *t, enum relation r, size_t c)
{
	for (size_t a = 0; a < t->columns; a++)
		for (size_t b = 0; b < t->columns && !t->claimed[c]; b++) {
			if (a == b || a == c || b == c || (r == R_SUM && a > b) ||
			    !t->numeric[a] || !t->numeric[b])
				continue;
			if (t->w->budget < t->t->rows)
				return;
			t->w->budget -= t->t->rows;
			(void)take(t, r, a, b, c, false);
		}
}

static void discovered(struct table *t)
{
	for (size_t c = 1; c < t->columns; c++) {
		if (!t->numeric[c] || t->claimed[c] || t->w->failed)
			continue;
		if (hinted(t, R_SUM_ALL, c) && take(t, R_SUM_ALL, 0, 0, c, false))
			continue;
		for (int r = R_SUM; r < R_WEIGHTED && !t->claimed[c]; r++)
			if (hinted(t, (enum relation)r, c))
				discover_pairs(t, (enum relation)r, c);
	}
}

static void read_values(struct table *t)
{
	for (size_t i = 0; i < t->columns; i++) {
		size_t numbers = 0;
		size_t all = 0;

		for (size_t row = 1; row <= t->t->rows; row++) {
			struct claims_value *v = value(t, row, i);

			claims_value(&t->w->tokens, claims_cell(t->w->d, t->t, row, i),
			             v);
			if (t->rows[row] != CLAIMS_ROW)
				continue;
			numbers += v->kind == CLAIMS_QUANTITY;
			all++;
		}
		t->numeric[i] = numbers > 0 && numbers * 2 >= all;
	}
}

void claims_relations(struct claims_work *w, const struct claims_table *table)
{
	struct table t = { .w = w, .t = table, .columns = table->columns };
	size_t numeric = 0;

	if (table->columns < 3 || table->columns > COLUMNS_MAX || table->rows == 0 ||
	    table->rows > ROWS_MAX)
		return;
	if (!mem_array(&t.values, table->rows * t.columns, sizeof(*t.values)) ||
	    !mem_array(&t.rows, table->rows + 1, sizeof(*t.rows))) {
		w->failed = true;
		goto out;
	}
	for (size_t row = 1; row <= table->rows; row++)
		t.rows[row] = claims_row_kind(&w->more, claims_cell(w->d, table, row, 0),
		                              row == table->rows);
	read_values(&t);
	for (size_t i = 0; i < t.columns; i++)
		numeric += t.numeric[i];
	if (numeric >= 3) {
		named(&t);
		discovered(&t);
	}
out:
	mem_free(t.values);
	mem_free(t.rows);
}
