// SPDX-License-Identifier: Apache-2.0
#include "claims/grid.h"

/*
 * Numbers far apart that are of the same thing: how many tests fail, where the document
 * gives their number and the pass rate; the weighted score, where it has the table.
 */

/* ---- what a pass rate leaves ---- */

struct rate {
	struct claims_number tests;
	struct claims_number passed; /* percent */
	size_t block;
	bool found;
	bool many; /* different ones: nobody knows which is meant */
};

static bool same_number(const struct claims_number *a, const struct claims_number *b)
{
	return a->mantissa == b->mantissa && a->decimals == b->decimals;
}

static bool is_pass_word(const struct claims_token *t)
{
	return claims_is_word(t, "pass passed passing passes success green");
}

/* "84 % pass rate", "84 % test pass rate", "84 % passing". */
static bool is_pass_rate(const struct claims_tokens *t, size_t i)
{
	const struct claims_token *p = claims_token(t, i);
	size_t k = i + 1;

	if (!claims_is_number(p) || !p->number.percent ||
	    p->number.bound != CLAIMS_EXACT || p->number.plus)
		return false;
	if (claims_is_word(claims_token(t, k), "test tests of are overall"))
		k++;
	return is_pass_word(claims_token(t, k));
}

/* "of 367 tests" */
static bool is_of_tests(const struct claims_tokens *t, size_t i)
{
	return claims_is_word(claims_token(t, i), "of for across over") &&
	       claims_is_count(claims_token(t, i + 1)) &&
	       claims_is_word(claims_token(t, i + 2), "tests");
}

/* Behind a pass rate at `i`, and the tests that it is said to be of. */
static size_t rate_end(const struct claims_tokens *t, size_t i)
{
	size_t k = i + 1;

	if (!is_pass_word(claims_token(t, k)))
		k++;
	k++;
	if (claims_is_word(claims_token(t, k), "rate"))
		k++;
	return is_of_tests(t, k) ? k + 3 : k;
}

#define NOT_NOW                                                                          \
	"target goal should will must expect expected aim increase increases increased " \
	"reach reaches previously was were before earlier from to until formerly minimum"

static bool is_not_now(const struct claims_tokens *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (claims_is_word(claims_token(t, i), NOT_NOW))
			return true;
	return false;
}

/* Of one block: "367 tests .. 84 % pass rate". */
static void find_rate(const struct claims_tokens *t, size_t block, struct rate *r)
{
	enum { APART = 8 };

	for (size_t i = 0; i < t->count; i++) {
		const struct claims_token *p = &t->items[i];
		const struct claims_token *n = NULL;

		if (!is_pass_rate(t, i) || is_not_now(t, i > 3 ? i - 3 : 0, i))
			continue;
		if (r->found && !same_number(&r->passed, &p->number))
			r->many = true;
		for (size_t k = i; k-- > 0 && k + APART > i && n == NULL;)
			if (claims_is_count(&t->items[k]) &&
			    claims_is_word(claims_token(t, k + 1), "tests"))
				n = &t->items[k];
		if (n == NULL && is_of_tests(t, rate_end(t, i) - 3))
			n = &t->items[rate_end(t, i) - 2];
		if (n == NULL)
			continue;
		if (r->found && !same_number(&r->tests, &n->number))
			r->many = true;
		*r = (struct rate){ n->number, p->number, block, true, r->many };
	}
}

/* "failing tests", "tests fail", "tests are failing", "test failures": how many words. */
static size_t failing_words(const struct claims_tokens *t, size_t k)
{
	static const char *const ways[][3] = {
		{ "failing failed", "tests", NULL },
		{ "tests", "fail failing failed", NULL },
		{ "tests", "are", "failing" },
		{ "test", "failures", NULL },
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		size_t n = 0;

		while (n < 3 && ways[i][n] != NULL &&
		       claims_is_word(claims_token(t, k + n), ways[i][n]))
			n++;
		if (n == 3 || ways[i][n] == NULL)
			return n;
	}
	return 0;
}

/* "84 % pass rate (~22 failing)", "84 % pass rate of 367 tests leaves ~22 failing": do
 * only a mark or such a word stand between the rate and token `i`? Then the tests need
 * not be named again. */
static bool is_behind_rate(const struct claims_tokens *t, size_t i)
{
	enum { BETWEEN = 4, RATE = 12 };
	size_t k = i;

	while (k > 0 && i - k < BETWEEN &&
	       (claims_is_mark(&t->items[k - 1], '(') ||
	        claims_is_mark(&t->items[k - 1], ',') ||
	        claims_is_mark(&t->items[k - 1], ';') ||
	        claims_is_mark(&t->items[k - 1], '~') ||
	        claims_is_word(&t->items[k - 1], "and with so leaving leaves about")))
		k--;
	if (k == i)
		return false;
	for (size_t from = k; from-- > 0 && from + RATE > k;)
		if (is_pass_rate(t, from))
			return rate_end(t, from) == k;
	return false;
}

/* "failing" and then the end of what is said: a part would be named behind it. */
static bool is_failing_alone(const struct claims_tokens *t, size_t k)
{
	const struct claims_token *end = claims_token(t, k + 1);

	return claims_is_word(claims_token(t, k), "failing failed failures fail") &&
	       (end == NULL || claims_is_mark(end, ')') || claims_is_mark(end, '.') ||
	        claims_is_mark(end, ',') || claims_is_mark(end, ';'));
}

/* "~22 failing tests": the token behind it, or 0. What is said to be in or of something
 * is only a part. */
static size_t failing_at(const struct claims_tokens *t, size_t i)
{
	size_t behind;
	const struct claims_token *n = claims_token(t, i);
	size_t k = i + 1;

	if (i > 0 && (claims_is_word(claims_token(t, i - 1), "of the") ||
	              claims_is_mark(claims_token(t, i - 1), '/')))
		return 0;
	if (!claims_is_number(n) || n->number.percent || n->number.decimals > 0 ||
	    n->number.unit.len > 0 || n->number.plus)
		return 0;
	if (claims_is_word(claims_token(t, k), "remaining"))
		k++;
	behind = failing_words(t, k);
	if (behind == 0)
		return is_failing_alone(t, k) && is_behind_rate(t, i) ? k + 1 : 0;
	k += behind;
	if (claims_is_word(
		    claims_token(t, k),
		    "in on under of from for with when at because due after before only "
		    "on since"))
		return 0;
	return k;
}

static void judge_failing(struct claims_work *w, const struct rate *r,
                          const struct claims_token *stated, const char *doubt)
{
	struct gate_ratio rest = GATE_RATIO_INIT;
	struct gate_ratio slack = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	enum claims_fit fit;

	claims_exact(&v, &r->passed);
	gate_ratio_set_u64(&rest, 100, 1);
	gate_ratio_sub(&rest, &rest, &v);
	claims_exact(&v, &r->tests);
	claims_put_number(&w->because, &r->tests);
	buf_puts(&w->because, " \xc3\x97 ");
	claims_put_ratio(&w->because, &rest, CLAIMS_DECIMALS_MAX);
	buf_puts(&w->because, " %");
	gate_ratio_mul(&rest, &rest, &v);
	claims_unit(&slack, r->passed.decimals, 100);
	gate_ratio_mul(&slack, &slack, &v);
	gate_ratio_set_u64(&v, 1, 100);
	gate_ratio_mul(&rest, &rest, &v);
	fit = claims_fits(&stated->number, &rest, &slack);
	if (fit == CLAIMS_MAY_FIT && stated->number.bound == CLAIMS_EXACT)
		fit = CLAIMS_FITS; /* the rate is rounded */
	claims_say_fit(w, GATE_CLAIM_PERCENT_REST, stated, &rest, fit, doubt);
	gate_ratio_fini(&rest);
	gate_ratio_fini(&slack);
	gate_ratio_fini(&v);
}

/* Other parts of a document are of other suites, or of another month. */
static bool is_same_part(const struct claims_document *d, size_t a, size_t b)
{
	enum { PART = 2 }; /* the level of headings that part it */
	size_t from = a < b ? a : b;
	size_t to = a < b ? b : a;

	for (size_t i = from + 1; i <= to; i++)
		if (d->blocks[i].kind == CLAIMS_HEADING && d->blocks[i].level <= PART)
			return false;
	return true;
}

static bool may_hold_rate(struct span text)
{
	return claims_has_digit(text) && span_find_byte(text, '%') < text.len &&
	       span_find_caseless(text, SPAN_LIT("pass")) < text.len;
}

void claims_pass_rate(struct claims_work *w)
{
	const struct claims_document *d = w->d;
	struct rate r = { .found = false };
	const char *doubt = NULL;

	for (size_t i = 0; i < d->block_count; i++)
		if (may_hold_rate(d->blocks[i].text) &&
		    claims_tokens_read(&w->tokens, d->blocks[i].text))
			find_rate(&w->tokens, i, &r);
	if (!r.found)
		return;
	if (r.many)
		doubt = "there is more than one pass rate";
	else if (claims_says(
			 buf_span(&d->text),
			 "skipped|xfail|ignored|disabled|quarantined|timed out|not run"))
		doubt = "the others need not all have failed";
	for (size_t i = 0; i < d->block_count; i++) {
		if (!claims_has_digit(d->blocks[i].text) ||
		    span_find_caseless(d->blocks[i].text, SPAN_LIT("fail")) ==
		            d->blocks[i].text.len ||
		    !claims_tokens_read(&w->tokens, d->blocks[i].text))
			continue;
		for (size_t k = 0; k < w->tokens.count; k++)
			if (failing_at(&w->tokens, k) > 0 &&
			    !is_not_now(&w->tokens, k > 3 ? k - 3 : 0, k))
				judge_failing(w, &r, &w->tokens.items[k],
				              doubt == NULL &&
				                              !is_same_part(d, r.block, i)
				                      ? "it may be of other tests"
				                      : doubt);
	}
}

/* ---- a weighted score in a sentence ---- */

struct weighted {
	struct gate_ratio mean, low, high;
	bool complete;
	bool has_total;
	size_t rows;
};

/* The table's weighted mean; false where it has not one column of weights and one of
 * scores. */
static bool read_weighted(struct claims_work *w, const struct claims_table *t,
                          struct weighted *out)
{
	struct gate_ratio weights = GATE_RATIO_INIT;
	struct gate_ratio sum = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	struct gate_ratio x = GATE_RATIO_INIT;
	size_t weight = CLAIMS_NONE;
	size_t score = CLAIMS_NONE;
	size_t scores = 0;

	for (size_t i = 1; i < t->columns; i++) {
		enum claims_column_kind kind =
			claims_column_kind(claims_cell(w->d, t, 0, i));

		if (kind == CLAIMS_COLUMN_WEIGHT && weight == CLAIMS_NONE)
			weight = i;
		scores += kind == CLAIMS_COLUMN_SCORE;
		if (kind == CLAIMS_COLUMN_SCORE)
			score = i;
	}
	if (weight == CLAIMS_NONE || scores != 1)
		return false;
	out->complete = true;
	for (size_t row = 1; row <= t->rows; row++) {
		struct claims_value a;
		struct claims_value b;

		if (claims_row_kind(&w->more, claims_cell(w->d, t, row, 0),
		                    row == t->rows) != CLAIMS_ROW) {
			out->has_total = true;
			continue;
		}
		claims_value(&w->more, claims_cell(w->d, t, row, weight), &a);
		claims_value(&w->more, claims_cell(w->d, t, row, score), &b);
		if (a.kind != CLAIMS_QUANTITY || b.kind != CLAIMS_QUANTITY ||
		    a.token.number.bound != CLAIMS_EXACT ||
		    b.token.number.bound != CLAIMS_EXACT) {
			out->complete = false;
			continue;
		}
		claims_exact(&v, &a.token.number);
		claims_exact(&x, &b.token.number);
		if (out->rows == 0 || gate_ratio_cmp(&x, &out->low) < 0)
			gate_ratio_set(&out->low, &x);
		if (out->rows++ == 0 || gate_ratio_cmp(&x, &out->high) > 0)
			gate_ratio_set(&out->high, &x);
		gate_ratio_add(&weights, &weights, &v);
		gate_ratio_mul(&v, &v, &x);
		gate_ratio_add(&sum, &sum, &v);
	}
	out->complete = out->complete && out->rows >= 2 && gate_ratio_sign(&weights) > 0;
	if (out->complete)
		gate_ratio_div(&out->mean, &sum, &weights);
	gate_ratio_fini(&weights);
	gate_ratio_fini(&sum);
	gate_ratio_fini(&v);
	gate_ratio_fini(&x);
	return out->complete;
}

/* "Weighted sum of the rows: 71.2", "Overall score: 78/100": the number, or NULL. */
static const struct claims_token *score_claim(const struct claims_tokens *t, size_t i,
                                              bool overall)
{
	enum { APART = 6 };
	const struct claims_token *next = claims_token(t, i + 1);

	if (!claims_is_word(claims_token(t, i),
	                    overall ? "weighted overall total final" : "weighted") ||
	    !claims_is_word(next, "sum total score average mean"))
		return NULL;
	for (size_t k = i + 2; k < i + 2 + APART; k++) {
		const struct claims_token *n = claims_token(t, k);

		if (n == NULL || claims_is_mark(n, '.') || claims_is_mark(n, ',') ||
		    claims_is_word(n, "target goal was previously previous last before "
		                      "earlier should must from"))
			return NULL;
		if (!claims_is_number(n))
			continue;
		if (n->number.unit.len > 0 || n->number.plus)
			return NULL;
		/* "78 -> 85": two of them */
		if (claims_is_mark(claims_token(t, k + 1), '/') &&
		    claims_token(t, k + 3) != NULL &&
		    claims_is_mark(claims_token(t, k + 3), CLAIMS_ARROW))
			return NULL;
		return n;
	}
	return NULL;
}

static void check_near(struct claims_work *w, const struct claims_table *t,
                       const struct weighted *m)
{
	const struct claims_document *d = w->d;
	size_t from = t->block > 3 ? t->block - 3 : 0;

	for (size_t i = from; i < t->block + 4 && i < d->block_count; i++) {
		struct span text = d->blocks[i].text;

		if (i == t->block || !claims_has_digit(text) ||
		    !claims_tokens_read(&w->tokens, text))
			continue;
		for (size_t k = 0; k < w->tokens.count; k++) {
			const struct claims_token *n =
				score_claim(&w->tokens, k, !m->has_total);

			if (n == NULL)
				continue;
			buf_printf(&w->because, "weighted mean of %zu rows", m->rows);
			claims_say_fit(
				w, GATE_CLAIM_TABLE_WEIGHTED, n, &m->mean,
				claims_fits(&n->number, &m->mean, NULL),
				claims_is_far(&n->number, &m->low, &m->high)
					? "it may be of another scale"
				: claims_around_says(w, t->block,
			                             "capped|cap|penalty|bonus|adjusted")
					? "the text around says that it may differ"
					: NULL);
		}
	}
}

void claims_weighted_prose(struct claims_work *w)
{
	for (size_t i = 0; i < w->d->table_count && !w->failed; i++) {
		struct weighted m = { .rows = 0 };

		if (read_weighted(w, &w->d->tables[i], &m))
			check_near(w, &w->d->tables[i], &m);
		gate_ratio_fini(&m.mean);
		gate_ratio_fini(&m.low);
		gate_ratio_fini(&m.high);
	}
}
