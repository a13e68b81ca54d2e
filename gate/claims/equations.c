// SPDX-License-Identifier: Apache-2.0
#include "claims/check_internal.h"

/*
 * Sums that are written out: "12 + 5 = 17", "12 servers x 4 cores = 48 cores". Only the
 * plain arithmetic of whole quantities; whatever speaks of another one is passed over.
 */

static const struct claims_token *at(const struct claims_work *w, size_t i)
{
	return claims_token(&w->tokens, i);
}

#define NO_SUMS                                                                             \
	"mod|modulo|binary|hex|hexadecimal|octal|base|xor|bitwise|string|strings|float|"    \
	"floating|ieee|double|javascript|nan|concatenation|overflow|wrap|wraps|saturating|" \
	"integer division|truncat|rounding|version|carry|roman|incorrect|incorrectly|"      \
	"wrong|wrongly|bug|bogus|instead|gf|polynomial|date|seconds since|approximation"

static bool is_operator(const struct claims_token *t)
{
	return claims_is_mark(t, '+') || claims_is_mark(t, '*') ||
	       claims_is_word(t, "x") || (claims_is_mark(t, '-') && t->spaced) ||
	       (claims_is_mark(t, '/') && t->spaced);
}

struct sum {
	struct gate_ratio total; /* of the products so far */
	struct gate_ratio product;
	bool subtract;
};

static void flush(struct sum *s)
{
	if (s->subtract)
		gate_ratio_sub(&s->total, &s->total, &s->product);
	else
		gate_ratio_add(&s->total, &s->total, &s->product);
}

/* One more number behind an operator. False: it cannot be computed. */
static bool apply(struct sum *s, const struct claims_token *op,
                  const struct claims_token *n)
{
	struct gate_ratio v = GATE_RATIO_INIT;
	bool ok = true;

	claims_exact(&v, &n->number);
	if (claims_is_mark(op, '*') || claims_is_word(op, "x")) {
		gate_ratio_mul(&s->product, &s->product, &v);
	} else if (claims_is_mark(op, '/')) {
		ok = gate_ratio_sign(&v) != 0;
		if (ok)
			gate_ratio_div(&s->product, &s->product, &v);
	} else {
		flush(s);
		s->subtract = claims_is_mark(op, '-');
		gate_ratio_set(&s->product, &v);
	}
	gate_ratio_fini(&v);
	return ok;
}

static bool is_term(const struct claims_token *t)
{
	/* "2x" is an unknown, or a factor of something. */
	return claims_is_number(t) && t->number.bound == CLAIMS_EXACT &&
	       !t->number.plus && !t->number.negative &&
	       !claims_word_in(t->number.unit, "x");
}

/* Behind a number and at most two words that say of what. */
static size_t skip_words(const struct claims_work *w, size_t i)
{
	size_t k = i + 1;

	while (k <= i + 2 && at(w, k) != NULL && at(w, k)->kind == CLAIMS_WORD &&
	       !claims_is_word(at(w, k), "x and or"))
		k++;
	return k;
}

/* Something before that makes it only the end of a longer formula? */
static bool is_start(const struct claims_work *w, size_t i)
{
	const struct claims_token *t = i > 0 ? at(w, i - 1) : NULL;

	if (t == NULL)
		return true;
	return t->kind == CLAIMS_WORD ||
	       (t->kind == CLAIMS_MARK &&
	        (claims_is_mark(t, ':') || claims_is_mark(t, '(') ||
	         claims_is_mark(t, ',') || claims_is_mark(t, '.')));
}

static bool ends(const struct claims_token *t)
{
	return t == NULL || t->kind == CLAIMS_WORD || claims_is_mark(t, '.') ||
	       claims_is_mark(t, ',') || claims_is_mark(t, ')') ||
	       claims_is_mark(t, ';') || claims_is_mark(t, ':') || claims_is_mark(t, '!');
}

/* What stands around: of a long text only the part that a reader has in view. */
static struct span window(struct span text, const char *place)
{
	enum { VIEW = 200 };
	size_t offset = (size_t)(place - text.ptr);
	size_t from = offset > VIEW ? offset - VIEW : 0;

	return span_sub(text, from, (size_t)2 * VIEW);
}

static bool may_compute(const struct claims_work *w, size_t from, size_t result,
                        struct span text)
{
	const struct claims_number *n = &at(w, result)->number;

	if (!ends(at(w, result + 1)) || n->decimals > 4 || n->percent || n->plus)
		return false;
	for (size_t i = from; i < result; i++)
		if (claims_is_number(at(w, i)) &&
		    (at(w, i)->number.percent || at(w, i)->number.comma))
			return false;
	return !claims_says(window(text, at(w, result)->text.ptr), NO_SUMS);
}

#define MEASURES                                                                              \
	"h hr hrs hour hours min mins minute minutes s sec secs second seconds ms us ns day " \
	"days week weeks month months year years b kb mb gb tb kib mib gib bytes m cm mm km " \
	"kg g mg w kw usd eur dollars euros"

/* What the number is of, if it is a measure: "5ms", "5 hours". */
static struct span measure_of(const struct claims_work *w, size_t i)
{
	const struct claims_token *t = at(w, i);

	if (t->number.unit.len > 0)
		return t->number.unit;
	return claims_is_word(at(w, i + 1), MEASURES) ? at(w, i + 1)->text : SPAN_EMPTY;
}

/* All measures are alike, or only some have any: "2 h + 30 min = 2.5 h" is none. */
static bool units_agree(const struct claims_work *w, size_t from, size_t result)
{
	struct span unit = SPAN_EMPTY;

	for (size_t i = from; i <= result; i++) {
		struct span own;

		if (!claims_is_number(at(w, i)))
			continue;
		own = measure_of(w, i);
		if (unit.len > 0 && own.len > 0 && !span_eq(unit, own))
			return false;
		unit = own.len > 0 ? own : unit;
	}
	return true;
}

#define MAGNITUDES                                                                        \
	"hundred hundreds thousand thousands million millions billion billions trillion " \
	"dozen dozens pair pairs couple gross score lakh crore k mio bn"

static bool begins(struct span word, struct span with)
{
	return with.len > 2 && word.len >= with.len &&
	       span_find_caseless(span_sub(word, 0, with.len), with) == 0;
}

static bool is_large(struct span word)
{
	return claims_word_in(word, MAGNITUDES) || begins(word, SPAN_LIT("kilo")) ||
	       begins(word, SPAN_LIT("mega")) || begins(word, SPAN_LIT("giga")) ||
	       begins(word, SPAN_LIT("tera"));
}

/* "1 million", "2 megapixels", "1k": some number counts others than ones. */
static bool counts_others(const struct claims_work *w, size_t from, size_t result)
{
	bool bare = at(w, from)->number.unit.len == 0;

	for (size_t i = from; i <= result + 1; i++)
		if (at(w, i) != NULL &&
		    ((at(w, i)->kind == CLAIMS_WORD && is_large(at(w, i)->text)) ||
		     (claims_is_number(at(w, i)) && is_large(at(w, i)->number.unit))))
			return true;
	return bare && at(w, result)->number.unit.len > 0;
}

#define NO_NOUN                                                                           \
	"in of and or for per which that is are was were the at so as by on to with but " \
	"if when because now overall total altogether each"

/* "2 teams + 3 freelancers = 11 people": what is counted has another name behind "=". */
static bool is_renamed(const struct claims_work *w, size_t from, size_t result)
{
	const struct claims_token *noun = at(w, result + 1);
	bool named = false;

	if (noun == NULL || noun->kind != CLAIMS_WORD || claims_is_word(noun, NO_NOUN))
		return false;
	for (size_t i = from; i < result; i++) {
		const struct claims_token *t = at(w, i);

		if (t->kind != CLAIMS_WORD || claims_is_word(t, "x"))
			continue;
		named = true;
		if (begins(t->text, noun->text) || begins(noun->text, t->text))
			return false;
	}
	return named;
}

/* "1.000 + 500": a point may part thousands. */
static bool has_thousands(const struct claims_work *w, size_t from, size_t result)
{
	bool three = false;
	bool whole = false;

	for (size_t i = from; i <= result; i++) {
		const struct claims_token *t = at(w, i);

		three = three || (claims_is_number(t) && t->number.decimals == 3);
		whole = whole || (claims_is_number(t) && t->number.decimals == 0);
	}
	return three && whole;
}

static const char *doubt_equation(const struct claims_work *w, size_t from, size_t result,
                                  bool product, const struct gate_ratio *total)
{
	/* "pages 10 - 12 = 3 pages" */
	if (gate_ratio_sign(total) < 0 && !at(w, result)->number.negative)
		return "it may be a range";
	if (has_thousands(w, from, result))
		return "a point may part thousands";
	if (product && measure_of(w, result).len > 0)
		return "the units may be of different size";
	if (counts_others(w, from, result))
		return "a number may be of another size";
	return is_renamed(w, from, result) ? "it may count something else" : NULL;
}

/* An equation that begins at the number `i`; behind its result, or 0. */
static size_t check_equation(struct claims_work *w, size_t i, struct span text)
{
	struct sum s = { GATE_RATIO_INIT, GATE_RATIO_INIT, false };
	size_t from = i;
	size_t operators = 0;
	size_t result = 0;
	bool ok = is_start(w, i);
	bool product = false;

	claims_exact(&s.product, &at(w, i)->number);
	while (ok) {
		size_t k = skip_words(w, i);
		const struct claims_token *op = at(w, k);

		if (claims_is_mark(op, '=') && operators > 0) {
			result = k + 1;
			break;
		}
		ok = is_operator(op) && is_term(at(w, k + 1)) && operators++ < 32 &&
		     apply(&s, op, at(w, k + 1));
		product =
			product || !(claims_is_mark(op, '+') || claims_is_mark(op, '-'));
		i = k + 1;
	}
	flush(&s);
	if (claims_is_mark(at(w, result), '~'))
		result++;
	if (result > 0 && claims_is_number(at(w, result)) &&
	    (product || units_agree(w, from, result)) &&
	    may_compute(w, from, result, text)) {
		const struct claims_token *r = at(w, result);
		struct span sum = span_of(
			at(w, from)->text.ptr,
			(size_t)(at(w, result - 1)->text.ptr - at(w, from)->text.ptr));
		enum claims_fit fit = claims_fits(&r->number, &s.total, NULL);

		buf_put(&w->because, span_trim(sum));
		claims_say_fit(w, GATE_CLAIM_NUMBER_EQUATION, r, &s.total, fit,
		               doubt_equation(w, from, result, product, &s.total));
	} else {
		result = 0;
	}
	gate_ratio_fini(&s.total);
	gate_ratio_fini(&s.product);
	return result;
}

void claims_equations(struct claims_work *w, struct span text)
{
	if (span_find_byte(text, '=') == text.len)
		return;
	for (size_t i = 0; i < w->tokens.count; i++) {
		size_t end;

		if (!is_term(at(w, i)))
			continue;
		end = check_equation(w, i, text);
		i = end > 0 ? end : i;
	}
}
