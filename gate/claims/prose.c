// SPDX-License-Identifier: Apache-2.0
#include "claims/grid.h"

/*
 * Numbers in sentences that belong together: "45 of 50 (90 %)", "from 60 to 90 (+50 %)",
 * "367 tests: 345 passed, 22 failed". Both what is stated and what it is
 * computed from stand within a few words, so the time is linear.
 */

enum { NEAR = 6 };

static const struct claims_token *at(const struct claims_work *w, size_t i)
{
	return claims_token(&w->tokens, i);
}

static bool is_plain(const struct claims_token *t)
{
	return claims_is_number(t) && t->number.bound == CLAIMS_EXACT &&
	       !t->number.percent && !t->number.plus;
}

static void put_token(struct buf *out, const struct claims_token *t)
{
	claims_put_number(out, &t->number);
	if (t->number.unit.len > 0) {
		buf_putc(out, ' ');
		buf_put(out, t->number.unit);
	}
}

/* ---- a share of a whole ---- */

/* "a/b", "a of b", "a of the b", "a out of b": behind the second number, or 0. */
static size_t share_end(const struct claims_work *w, size_t i)
{
	size_t k = i + 1;

	if (claims_is_mark(at(w, k), '/'))
		return is_plain(at(w, k + 1)) ? k + 2 : 0;
	/* "45 tests of 50", "45 out of 50" */
	if (claims_is_word(at(w, k), "out"))
		k++;
	if (!claims_is_word(at(w, k), "of"))
		return 0;
	k++;
	while (claims_is_word(at(w, k), "the our all these total a"))
		k++;
	return is_plain(at(w, k)) ? k + 1 : 0;
}

/* The percent number that stands with the pair at [i, end): "(90 %)", "= 90 %", or before
 * it, "90 % (45 of 50)". */
static const struct claims_token *share_percent(const struct claims_work *w, size_t i,
                                                size_t end)
{
	const struct claims_token *t;

	if (i >= 2 && claims_is_mark(at(w, i - 1), '(')) {
		t = at(w, i - 2);
		if (claims_is_number(t) && t->number.percent &&
		    (claims_is_mark(at(w, end), ')') ||
		     claims_is_mark(at(w, end + 1), ')')))
			return t;
	}
	for (size_t k = end; k < end + NEAR; k++) {
		t = at(w, k);
		if (t == NULL || claims_is_mark(t, '.') || claims_is_mark(t, ';') ||
		    claims_is_mark(t, ',') || claims_is_mark(t, CLAIMS_OPAQUE))
			return NULL;
		if (claims_is_mark(t, '(') || claims_is_mark(t, '=')) {
			t = at(w, k + 1);
			if (claims_is_mark(t, '~') || claims_is_mark(t, '='))
				t = at(w, k + 2);
			return claims_is_number(t) && t->number.percent ? t : NULL;
		}
		if (t->kind != CLAIMS_WORD)
			return NULL;
	}
	return NULL;
}

/* What may stand behind the percentage of the two numbers. */
#define SHARED                                                                             \
	"complete completed done pass passed passing covered coverage success successful " \
	"finished translated closed rate"

/* Of a percentage before the two numbers: is it said to be of what is done? Else "90 %
 * (3 of 4 cores)" is a load of three. */
static bool is_of_done(const struct claims_work *w, size_t p)
{
	enum { BEFORE = 5 };

	for (size_t k = p > BEFORE ? p - BEFORE : 0; k < p; k++)
		if (claims_is_word(
			    at(w, k),
			    "progress completion translation pass success share " SHARED) &&
		    !claims_is_word(at(w, k), "coverage covered"))
			return true;
	return p == 0;
}

#define MEASURES                                                                           \
	"b kb mb gb tb kib mib gib tib bytes ms us ns s sec secs seconds second min mins " \
	"minutes h hours days m km kg g w kw"

static void check_share(struct claims_work *w, size_t i)
{
	size_t end = share_end(w, i);
	const struct claims_token *a = at(w, i);
	const struct claims_token *b = end > 0 ? at(w, end - 1) : NULL;
	const struct claims_token *p = end > 0 ? share_percent(w, i, end) : NULL;
	struct gate_ratio x = GATE_RATIO_INIT;
	struct gate_ratio y = GATE_RATIO_INIT;
	struct gate_ratio rest = GATE_RATIO_INIT;
	const char *doubt = NULL;
	enum claims_fit fit;

	if (p == NULL || !is_plain(a) || b->number.mantissa == 0)
		return;
	if (!claims_is_mark(at(w, i + 1), '/') && a->number.unit.len > 0 &&
	    b->number.unit.len > 0 && !span_eq(a->number.unit, b->number.unit))
		return;
	if (i > 0 && claims_is_mark(at(w, i - 1), '/')) /* "1/2/3" is a date */
		return;
	claims_exact(&x, &a->number);
	claims_exact(&y, &b->number);
	gate_ratio_div(&x, &x, &y);
	gate_ratio_set_u64(&y, 100, 1);
	gate_ratio_mul(&x, &x, &y);
	fit = claims_fits(&p->number, &x, NULL);
	/* "5 of 50 failed (90 % pass)" is of the others. */
	gate_ratio_sub(&rest, &y, &x);
	if (fit != CLAIMS_FITS && claims_fits(&p->number, &rest, NULL) != CLAIMS_DIFFERS)
		doubt = "it is the share of the others";
	if (p + 1 < w->tokens.items + w->tokens.count && p[1].kind == CLAIMS_WORD &&
	    p > a && !claims_is_word(p + 1, SHARED))
		doubt = "the percentage may be of something else";
	if (p < a && at(w, end) != NULL && at(w, end)->kind == CLAIMS_WORD &&
	    !is_of_done(w, i - 2))
		doubt = "the percentage may be of something else";
	/* "2 of 3 (50 % + 1)" */
	if (p > a && p + 1 < w->tokens.items + w->tokens.count &&
	    (claims_is_mark(p + 1, '+') || claims_is_mark(p + 1, '-')))
		doubt = "the percentage may be of something else";
	if (gate_ratio_cmp(&x, &y) > 0)
		doubt = "it is more than the whole";
	if (a->number.unit.len > 0 || b->number.unit.len > 0 || p->number.plus ||
	    p->number.negative)
		doubt = "the numbers may be rounded, or it may be a change";
	if ((a->number.decimals > 0 || b->number.decimals > 0) &&
	    claims_is_word(b + 1 < w->tokens.items + w->tokens.count ? b + 1 : NULL,
	                   MEASURES))
		doubt = "the numbers may be rounded";
	put_token(&w->because, a);
	buf_puts(&w->because, " / ");
	put_token(&w->because, b);
	claims_say_fit(w, GATE_CLAIM_PERCENT_OF, p, &x, fit, doubt);
	gate_ratio_fini(&x);
	gate_ratio_fini(&y);
	gate_ratio_fini(&rest);
}

/* ---- a change ---- */

#define GREW                                                                               \
	"increase increased increases grew grow grown growth rise rose risen raised gain " \
	"gained improved improvement up higher more faster larger"
#define SHRANK                                                                             \
	"decrease decreased decreases reduced reduces reduction dropped drop fell fallen " \
	"shrank shrunk cut lowered down less fewer smaller saving savings saved slower "   \
	"declined decline"

static bool is_amount(const struct claims_token *t)
{
	return claims_is_number(t) && t->number.bound == CLAIMS_EXACT && !t->number.plus;
}

/* "from a to b": `i` is at "from"; gives a and b. Or "a -> b". */
static size_t change_of(const struct claims_work *w, size_t i, size_t *a)
{
	const struct claims_token *first = at(w, i + 1);
	size_t k = i + 2;

	if (!claims_is_word(at(w, i), "from") || !is_amount(first))
		return 0;
	*a = i + 1;
	for (; k < i + 2 + 3; k++) {
		if (claims_is_word(at(w, k), "to"))
			break;
		if (at(w, k) == NULL || at(w, k)->kind != CLAIMS_WORD)
			return 0;
	}
	return claims_is_word(at(w, k), "to") && is_amount(at(w, k + 1)) ? k + 1 : 0;
}

/* The percent number of the change: in brackets behind it, or "by 20 %" before it. */
static const struct claims_token *change_percent(const struct claims_work *w, size_t from,
                                                 size_t b)
{
	const struct claims_token *t;

	for (size_t k = b + 1; k < b + 5; k++) {
		t = at(w, k);
		if (t == NULL || (t->kind != CLAIMS_WORD && !claims_is_mark(t, '(')))
			break;
		if (!claims_is_mark(t, '('))
			continue;
		t = at(w, k + 1);
		if (claims_is_mark(t, '~'))
			t = at(w, k + 2);
		if (claims_is_mark(t, '-'))
			t = at(w, k + 2);
		return claims_is_number(t) && t->number.percent ? t : NULL;
	}
	if (from < 2)
		return NULL;
	/* "reduced by 20 % from .." */
	t = at(w, from - 1);
	if (claims_is_mark(t, ',') || claims_is_mark(t, '('))
		t = from > 2 ? at(w, from - 2) : NULL;
	if (!claims_is_number(t) || !t->number.percent || t < at(w, 1))
		return NULL;
	return claims_is_word(
		       t - 1,
		       "by about around roughly nearly over almost approximately " GREW
		       " " SHRANK)
	               ? t
	               : NULL;
}

/* Does the sentence speak of a change near the two numbers, or the percentage have a
 * sign? */
static bool is_change(const struct claims_work *w, size_t from, size_t b,
                      const struct claims_token *p)
{
	enum { BEFORE = 8, BEHIND = 6 };

	if (p->number.plus || p->number.negative)
		return true;
	for (size_t k = from > BEFORE ? from - BEFORE : 0; k < b + BEHIND; k++)
		if (claims_is_word(at(w, k), GREW " " SHRANK))
			return true;
	return false;
}

static bool is_year(const struct claims_token *t)
{
	return claims_is_count(t) && !t->number.grouped && t->number.mantissa >= 1900 &&
	       t->number.mantissa <= 2100;
}

/* All that "20 %" may mean between a and b: of a, of b, or percentage points. */
static enum claims_fit fit_change(const struct claims_number *stated,
                                  const struct claims_token *a,
                                  const struct claims_token *b, struct gate_ratio *of_a)
{
	struct gate_ratio x = GATE_RATIO_INIT;
	struct gate_ratio y = GATE_RATIO_INIT;
	struct gate_ratio d = GATE_RATIO_INIT;
	struct gate_ratio hundred = GATE_RATIO_INIT;
	struct gate_ratio zero = GATE_RATIO_INIT;
	struct claims_number size = *stated;
	enum claims_fit fit;
	enum claims_fit other = CLAIMS_DIFFERS;

	size.negative = false;
	claims_exact(&x, &a->number);
	claims_exact(&y, &b->number);
	gate_ratio_set_u64(&hundred, 100, 1);
	gate_ratio_sub(&d, &y, &x);
	if (gate_ratio_sign(&d) < 0)
		gate_ratio_sub(&d, &zero, &d);
	if (claims_fits(&size, &d, NULL) == CLAIMS_FITS)
		other = CLAIMS_FITS; /* points */
	gate_ratio_mul(&d, &d, &hundred);
	gate_ratio_div(of_a, &d, &x);
	fit = claims_fits(&size, of_a, NULL);
	if (gate_ratio_sign(&y) != 0) {
		gate_ratio_div(&d, &d, &y);
		if (claims_fits(&size, &d, NULL) != CLAIMS_DIFFERS)
			other = CLAIMS_FITS;
		gate_ratio_mul(&y, &y, &hundred);
		gate_ratio_div(&y, &y, &x);
		if (claims_fits(&size, &y, NULL) != CLAIMS_DIFFERS)
			other = CLAIMS_FITS; /* b as a share of a */
	}
	if (fit != CLAIMS_FITS && other == CLAIMS_FITS)
		fit = CLAIMS_MAY_FIT;
	gate_ratio_fini(&x);
	gate_ratio_fini(&y);
	gate_ratio_fini(&d);
	gate_ratio_fini(&hundred);
	return fit;
}

/* Says what stands around the percentage that it is of something else than the two
 * numbers: "(10 % per year)", "(50 % fewer errors)", "60 % from 10 to 20 users"? */
static bool is_of_other(const struct claims_work *w, const struct claims_token *p,
                        const struct claims_token *b)
{
	const struct claims_token *end = w->tokens.items + w->tokens.count;
	const struct claims_token *next = p < b ? b + 1 : p + 1;

	if (next >= end)
		return p > b; /* the bracket is open */
	if (p < b)
		return next->kind == CLAIMS_WORD &&
		       !claims_is_word(next, MEASURES " percent points on in by and with "
		                                      "after for since per");
	if (claims_is_word(next, GREW " " SHRANK) &&
	    (b->number.unit.len > 0 || b->number.percent ||
	     claims_is_word(b + 1, MEASURES)))
		next++;
	return next >= end || !claims_is_mark(next, ')');
}

/* "5ms" and "5 ms" */
static struct span unit_of(const struct claims_work *w, size_t i)
{
	if (at(w, i)->number.unit.len > 0)
		return at(w, i)->number.unit;
	return claims_is_word(at(w, i + 1), MEASURES) ? at(w, i + 1)->text : SPAN_EMPTY;
}

static bool is_measured(const struct claims_work *w, size_t i)
{
	return claims_is_rounded(&at(w, i)->number) ||
	       (at(w, i + 1) != NULL && claims_is_word(at(w, i + 1), MEASURES));
}

/* May the change be the stated one if both numbers were rounded? */
static bool fits_rounded(const struct claims_number *stated,
                         const struct claims_number *a, const struct claims_number *b)
{
	struct gate_ratio x = GATE_RATIO_INIT;
	struct gate_ratio d = GATE_RATIO_INIT;
	struct gate_ratio ux = GATE_RATIO_INIT;
	struct gate_ratio u = GATE_RATIO_INIT;
	struct gate_ratio s = GATE_RATIO_INIT;
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;
	struct claims_number size = *stated;
	bool may;

	size.negative = false;
	claims_exact(&x, a);
	claims_exact(&d, b);
	claims_unit(&ux, a->decimals, 2);
	claims_unit(&u, b->decimals, 2);
	gate_ratio_add(&u, &u, &ux);
	gate_ratio_sub(&d, &d, &x);
	if (gate_ratio_sign(&d) < 0)
		gate_ratio_sub(&d, &low, &d);
	/* stated * (x - ux) <= 100 * (d + u), and the other way round */
	claims_exact(&s, &size);
	gate_ratio_sub(&high, &x, &ux);
	gate_ratio_mul(&high, &high, &s);
	gate_ratio_add(&low, &x, &ux);
	gate_ratio_mul(&low, &low, &s);
	gate_ratio_set_u64(&s, 100, 1);
	gate_ratio_add(&x, &d, &u);
	gate_ratio_mul(&x, &x, &s);
	gate_ratio_sub(&d, &d, &u);
	gate_ratio_mul(&d, &d, &s);
	may = gate_ratio_cmp(&high, &x) <= 0 && gate_ratio_cmp(&low, &d) >= 0;
	gate_ratio_fini(&x);
	gate_ratio_fini(&d);
	gate_ratio_fini(&ux);
	gate_ratio_fini(&u);
	gate_ratio_fini(&s);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
	return may;
}

static void check_change(struct claims_work *w, size_t i)
{
	size_t first = 0;
	size_t second = change_of(w, i, &first);
	const struct claims_token *a = at(w, first);
	const struct claims_token *b = at(w, second);
	const struct claims_token *p = second > 0 ? change_percent(w, i, second) : NULL;
	struct gate_ratio of_a = GATE_RATIO_INIT;
	const char *doubt = NULL;
	enum claims_fit fit;

	if (p == NULL || a->number.mantissa == 0 || p->number.mantissa == 0 ||
	    (is_year(a) && is_year(b)) || !is_change(w, i, second, p))
		return;
	/* "from 5 to 10 ms": the first has the unit of the second. */
	if (unit_of(w, first).len > 0 && unit_of(w, second).len > 0 &&
	    !span_eq(unit_of(w, first), unit_of(w, second)))
		return;
	fit = fit_change(&p->number, a, b, &of_a);
	if (fit == CLAIMS_MAY_FIT)
		doubt = "it may be in points, or of the other number";
	else if ((is_measured(w, first) || is_measured(w, second)) &&
	         fits_rounded(&p->number, &a->number, &b->number))
		doubt = "the numbers may be rounded";
	if (doubt == NULL && is_of_other(w, p, b))
		doubt = "the percentage may be of something else";
	if (a->number.decimals == 0 && a->number.mantissa < 10)
		doubt = doubt != NULL ? doubt : "the numbers may be rounded";
	buf_puts(&w->because, "from ");
	put_token(&w->because, a);
	buf_puts(&w->because, " to ");
	put_token(&w->because, b);
	claims_say_fit(w, GATE_CLAIM_PERCENT_CHANGE, p, &of_a, fit,
	               fit == CLAIMS_FITS ? NULL : doubt);
	gate_ratio_fini(&of_a);
}

void claims_percents(struct claims_work *w, struct span text)
{
	(void)text;
	for (size_t i = 0; i < w->tokens.count; i++) {
		if (is_plain(at(w, i)))
			check_share(w, i);
		else if (claims_is_word(at(w, i), "from"))
			check_change(w, i);
	}
}

/* ---- parts of a whole: tests ---- */

enum part { PASSED, FAILED, SKIPPED, ERRORS, PARTS };

static enum part part_of(const struct claims_token *t)
{
	if (claims_is_word(t, "passed passing pass passes succeeded successful ok green"))
		return PASSED;
	if (claims_is_word(t, "failed failing fail failures failure fails"))
		return FAILED;
	if (claims_is_word(t, "skipped skip skips ignored disabled pending"))
		return SKIPPED;
	if (claims_is_word(t, "errors error errored"))
		return ERRORS;
	return PARTS;
}

struct parts {
	const struct claims_token *whole;
	const struct claims_token *n[PARTS];
	bool other; /* some kind that is not known here */
};

/* "345 passed", "345 tests passed", or "passed: 345". */
static size_t take_part(const struct claims_work *w, size_t i, struct parts *p)
{
	enum part kind;
	size_t k = i + 1;

	if (claims_is_word(at(w, k), "test tests cases have has are were"))
		k++;
	if (claims_is_word(at(w, k), "have has are were"))
		k++;
	kind = part_of(at(w, k));
	if (kind == PARTS)
		return 0;
	if (p->n[kind] != NULL)
		p->other = true;
	p->n[kind] = at(w, i);
	/* "22 failed assertions", "3 failing modules" are of something else */
	if (at(w, k + 1) != NULL && at(w, k + 1)->kind == CLAIMS_WORD &&
	    !claims_is_word(at(w, k + 1), "and test tests cases with but or while"))
		p->other = true;
	return k;
}

/* Is the number at `i` all tests: "367 tests", "367 tests total"? */
static size_t take_whole(const struct claims_work *w, size_t i, struct parts *p)
{
	size_t k = i + 1;

	while (claims_is_word(at(w, k), "total unit automated"))
		k++;
	if (!claims_is_word(at(w, k), "tests cases") || p->whole != NULL)
		return 0;
	p->whole = at(w, i);
	return k;
}

static void judge_parts(struct claims_work *w, const struct parts *p)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	const char *doubt = NULL;
	size_t count = 0;
	enum claims_fit fit;
	int order;

	for (size_t i = 0; i < PARTS; i++) {
		if (p->n[i] == NULL)
			continue;
		buf_puts(&w->because, count++ > 0 ? " + " : "");
		put_token(&w->because, p->n[i]);
		claims_exact(&v, &p->n[i]->number);
		gate_ratio_add(&sum, &sum, &v);
	}
	claims_exact(&v, &p->whole->number);
	order = gate_ratio_cmp(&sum, &v);
	fit = claims_fits(&p->whole->number, &sum, NULL);
	/* Fewer: those that are not named have been skipped, or the like. */
	if (order < 0 && !(p->n[PASSED] && p->n[FAILED] && p->n[SKIPPED]))
		doubt = "the others may have been skipped";
	if (p->other)
		doubt = "the parts may be of something else";
	claims_say_fit(w, GATE_CLAIM_COUNT_PARTS, p->whole, &sum, fit, doubt);
	gate_ratio_fini(&sum);
	gate_ratio_fini(&v);
}

void claims_parts(struct claims_work *w, struct span text)
{
	struct parts p = { .whole = NULL };
	size_t known;

	for (size_t i = 0; i <= w->tokens.count; i++) {
		const struct claims_token *t = at(w, i);
		size_t next = 0;

		if (t == NULL || claims_is_mark(t, '.') || claims_is_mark(t, ';')) {
			known = (size_t)(p.n[PASSED] != NULL) + (p.n[FAILED] != NULL) +
			        (p.n[SKIPPED] != NULL) + (p.n[ERRORS] != NULL);
			if (p.whole != NULL && known >= 2)
				judge_parts(w, &p);
			p = (struct parts){ .whole = NULL };
			continue;
		}
		if (claims_is_word(
			    t, "flaky xfailed xpassed quarantined todo expected retried "
			       "assertions suites files modules cancelled inconclusive "
			       "warnings of"))
			p.other = true;
		if (!claims_is_count(t))
			continue;
		next = take_part(w, i, &p);
		if (next == 0)
			next = take_whole(w, i, &p);
		if (next == 0)
			p.other = p.other || p.whole != NULL;
		else
			i = next;
	}
	(void)text;
}
