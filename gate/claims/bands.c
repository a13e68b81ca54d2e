// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "claims/grid.h"

/*
 * Bands against their legend: "80-100 green, 60-79 yellow, 0-59 red" says what a row
 * "72 | green" may not say. Only a legend in the document itself counts, and only words
 * that are commonly bands.
 */

enum { BANDS_MAX = 12 };

#define BANDS                                                                             \
	"green yellow red amber orange excellent good fair poor bad critical low medium " \
	"high pass warn warning fail healthy degraded unhealthy acceptable ready a b c d e f"

struct band {
	struct span name;
	struct gate_ratio low, high;
	bool has_low, has_high;
	bool above; /* low itself is outside, as high of "below" */
	bool below;
	bool percent;
};

struct legend {
	struct band bands[BANDS_MAX];
	size_t count;
	size_t block; /* it stands in, or ends with */
	bool many;    /* another one says something else */
};

static bool same_name(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

static bool is_named(const struct claims_token *t, const struct band *b)
{
	return t->kind == CLAIMS_WORD && same_name(t->text, b->name);
}

static bool is_band(const struct claims_token *t)
{
	if (!claims_is_word(t, BANDS))
		return false;
	/* "a" is an article, "A" a grade. */
	return t->text.len > 1 || (t->text.ptr[0] >= 'A' && t->text.ptr[0] <= 'F');
}

/* A range that begins at `i`: "80-100", ">= 80", "80+", "< 60"; behind it, or 0. */
static size_t read_range(const struct claims_tokens *t, size_t i, struct band *b)
{
	const struct claims_token *n = claims_token(t, i);
	const struct claims_token *m = claims_token(t, i + 2);

	*b = (struct band){ .has_low = false };
	if (!claims_is_number(n) || n->number.unit.len > 0 || n->number.negative)
		return 0;
	b->percent = n->number.percent;
	if (n->number.bound == CLAIMS_EXACT) {
		if (!claims_is_mark(claims_token(t, i + 1), '-') ||
		    !claims_is_number(m) || m->number.bound != CLAIMS_EXACT ||
		    m->number.unit.len > 0)
			return 0;
		b->percent = b->percent || m->number.percent;
		claims_exact(&b->low, &n->number);
		claims_exact(&b->high, &m->number);
		b->has_low = b->has_high = true;
		return gate_ratio_cmp(&b->low, &b->high) < 0 ? i + 3 : 0;
	}
	if (n->number.bound == CLAIMS_OVER) {
		claims_exact(&b->low, &n->number);
		b->has_low = true;
		b->above = i > 0 &&
		           (claims_is_mark(claims_token(t, i - 1), '>') ||
		            claims_is_word(claims_token(t, i - 1), "above over than"));
		return i + 1;
	}
	if (n->number.bound == CLAIMS_UNDER) {
		claims_exact(&b->high, &n->number);
		b->has_high = true;
		b->below = i > 0 &&
		           (claims_is_mark(claims_token(t, i - 1), '<') ||
		            claims_is_word(claims_token(t, i - 1), "below under than"));
		return i + 1;
	}
	return 0;
}

static void band_fini(struct band *b)
{
	gate_ratio_fini(&b->low);
	gate_ratio_fini(&b->high);
}

static void legend_fini(struct legend *l)
{
	for (size_t i = 0; i < l->count; i++)
		band_fini(&l->bands[i]);
	l->count = 0;
}

/* Names in front ("green: 80-100") or behind ("80-100 green"): as the first one has it.
 */
static bool name_before(const struct claims_tokens *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (is_band(&t->items[i]))
			return true;
		if (claims_is_number(&t->items[i]))
			return false;
	}
	return false;
}

static const struct claims_token *name_of(const struct claims_tokens *t, size_t from,
                                          size_t end, bool before)
{
	enum { APART = 4 };
	const struct claims_token *name;

	for (size_t k = 0; k < APART; k++) {
		if (before && from < k + 1)
			return NULL;
		name = claims_token(t, before ? from - k - 1 : end + k);
		if (name == NULL || is_band(name))
			return name;
		if (claims_is_number(name) || claims_is_mark(name, ',') ||
		    claims_is_mark(name, ';'))
			return NULL;
	}
	return NULL;
}

/* The bands of one text, added to the legend. */
static void read_bands(const struct claims_tokens *t, struct legend *l)
{
	bool before = name_before(t);

	for (size_t i = 0; i < t->count && l->count < BANDS_MAX; i++) {
		struct band b;
		size_t end = read_range(t, i, &b);
		const struct claims_token *name =
			end > 0 ? name_of(t, i, end, before) : NULL;

		if (name == NULL) {
			band_fini(&b);
			continue;
		}
		b.name = name->text;
		l->bands[l->count++] = b;
		i = end - 1;
	}
}

static bool overlap(const struct band *a, const struct band *b)
{
	int order;

	if (a->has_high && b->has_low) {
		order = gate_ratio_cmp(&a->high, &b->low);
		if (order < 0 || (order == 0 && (a->below || b->above)))
			return false;
	}
	if (b->has_high && a->has_low) {
		order = gate_ratio_cmp(&b->high, &a->low);
		if (order < 0 || (order == 0 && (b->below || a->above)))
			return false;
	}
	return true;
}

/* Two bands at least, each of another name and place. */
static bool is_legend(const struct legend *l)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = i + 1; k < l->count; k++)
			if (same_name(l->bands[i].name, l->bands[k].name) ||
			    overlap(&l->bands[i], &l->bands[k]) ||
			    l->bands[i].percent != l->bands[k].percent)
				return false;
	return l->count >= 2;
}

/* ---- finding it ---- */

static bool may_hold(struct span text)
{
	return text.len < 2000 && claims_has_digit(text);
}

/* A list or table whose parts are a band each, or one text with all of them. */
static void read_block(struct claims_work *w, size_t *block, struct legend *l)
{
	const struct claims_document *d = w->d;
	const struct claims_block *b = &d->blocks[*block];
	const struct claims_table *t;

	l->block = *block;
	if (b->kind == CLAIMS_TABLE) {
		t = &d->tables[b->index];
		for (size_t row = 1; row <= t->rows && t->rows <= BANDS_MAX; row++) {
			struct span first = claims_cell(d, t, row, 0);
			struct span last = claims_cell(d, t, row, t->columns - 1);

			/* The cells of a row lie one behind the other. */
			if (t->columns < 2 || t->columns > 4 || first.ptr == NULL ||
			    last.ptr < first.ptr)
				return;
			if (claims_tokens_read(
				    &w->tokens,
				    span_of(first.ptr,
			                    (size_t)(last.ptr - first.ptr) + last.len)))
				read_bands(&w->tokens, l);
		}
		return;
	}
	if (b->kind == CLAIMS_LIST) {
		size_t end = d->lists[b->index].end;

		/* Lists lie in lists: only one of items and nothing else is read. */
		if (d->lists[b->index].items > BANDS_MAX || end <= *block ||
		    end - *block > 2 * BANDS_MAX)
			return;
		for (size_t i = *block + 1; i < end; i++)
			if (may_hold(d->blocks[i].text) &&
			    claims_tokens_read(&w->tokens, d->blocks[i].text))
				read_bands(&w->tokens, l);
		l->block = end;
		return;
	}
	if (may_hold(b->text) && claims_tokens_read(&w->tokens, b->text))
		read_bands(&w->tokens, l);
}

/* False: there is none. */
static bool find_legend(struct claims_work *w, struct legend *out)
{
	for (size_t i = 0; i < w->d->block_count && !w->failed; i++) {
		struct legend l = { .count = 0 };

		read_block(w, &i, &l);
		if (!is_legend(&l)) {
			legend_fini(&l);
			continue;
		}
		i = l.block;
		if (out->count > 0) {
			out->many = true;
			legend_fini(&l);
			continue;
		}
		*out = l;
	}
	return out->count > 0;
}

/* ---- against it ---- */

static bool holds(const struct band *b, const struct gate_ratio *v)
{
	int order;

	if (b->has_low) {
		order = gate_ratio_cmp(v, &b->low);
		if (order < 0 || (order == 0 && b->above))
			return false;
	}
	if (b->has_high) {
		order = gate_ratio_cmp(v, &b->high);
		if (order > 0 || (order == 0 && b->below))
			return false;
	}
	return true;
}

static const struct band *band_named(const struct legend *l, const struct claims_token *t)
{
	for (size_t i = 0; i < l->count; i++)
		if (is_named(t, &l->bands[i]))
			return &l->bands[i];
	return NULL;
}

static void judge(struct claims_work *w, const struct legend *l,
                  const struct claims_token *score, const struct claims_token *name,
                  const char *doubt)
{
	const struct band *stated = band_named(l, name);
	const struct band *right = NULL;
	struct gate_ratio v = GATE_RATIO_INIT;
	enum gate_claim_verdict verdict;

	if (score->number.bound != CLAIMS_EXACT || score->number.unit.len > 0)
		return;
	claims_exact(&v, &score->number);
	for (size_t i = 0; i < l->count; i++)
		if (holds(&l->bands[i], &v))
			right = &l->bands[i];
	verdict = right == stated ? GATE_CLAIM_CONFIRMED : GATE_CLAIM_REFUTED;
	if (right == NULL) {
		verdict = GATE_CLAIM_UNCHECKED;
		buf_puts(&w->because, "the legend has no band for ");
	} else {
		buf_put(&w->computed, right->name);
	}
	buf_put(&w->stated, name->text);
	claims_put_number(&w->because, &score->number);
	if (right != NULL) {
		buf_puts(&w->because, " is ");
		buf_put(&w->because, right->name);
	}
	if (l->many)
		doubt = "there is more than one legend";
	if (verdict == GATE_CLAIM_REFUTED && doubt != NULL) {
		verdict = GATE_CLAIM_UNCHECKED;
		buf_printf(&w->because, "; %s", doubt);
	} else if (verdict == GATE_CLAIM_REFUTED) {
		buf_puts(&w->because, ", not ");
		buf_put(&w->because, name->text);
	}
	claims_say(w, GATE_CLAIM_TABLE_BAND, verdict, name->text.ptr);
	gate_ratio_fini(&v);
}

/* The one band of a cell, a sign beside it at most. */
static bool cell_band(struct claims_tokens *t, struct span cell, const struct legend *l,
                      struct claims_token *out)
{
	size_t words = 0;

	if (cell.len == 0 || cell.len > 40 || !claims_tokens_read(t, cell))
		return false;
	for (size_t i = 0; i < t->count; i++) {
		if (t->items[i].kind == CLAIMS_MARK)
			continue;
		if (words++ > 0 || band_named(l, &t->items[i]) == NULL)
			return false;
		*out = t->items[i];
	}
	return words == 1;
}

static size_t band_column(struct claims_work *w, const struct claims_table *t,
                          const struct legend *l)
{
	struct claims_token name;

	for (size_t c = 1; c < t->columns; c++) {
		size_t bands = 0;
		size_t other = 0;

		for (size_t row = 1; row <= t->rows && other == 0; row++) {
			struct span cell = claims_cell(w->d, t, row, c);

			if (cell_band(&w->tokens, cell, l, &name))
				bands++;
			else if (cell.len > 1)
				other++;
		}
		if (bands > 0 && other == 0)
			return c;
	}
	return CLAIMS_NONE;
}

/* The column of scores: the one that is called so, or the only one of numbers, if
 * it may be one. */
static size_t score_column(struct claims_work *w, const struct claims_table *t)
{
	size_t only = CLAIMS_NONE;
	size_t named = CLAIMS_NONE;
	size_t numbers = 0;
	struct claims_value v;

	for (size_t c = 0; c < t->columns; c++) {
		enum claims_column_kind kind =
			claims_column_kind(claims_cell(w->d, t, 0, c));

		claims_value(&w->tokens, claims_cell(w->d, t, 1, c), &v);
		if ((v.kind != CLAIMS_QUANTITY && v.kind != CLAIMS_PAIR) ||
		    kind == CLAIMS_COLUMN_WEIGHT || kind == CLAIMS_COLUMN_SHARE)
			continue;
		numbers++;
		only = c;
		if (kind == CLAIMS_COLUMN_SCORE)
			named = named == CLAIMS_NONE ? c : CLAIMS_NONE - 1;
	}
	if (named < CLAIMS_NONE - 1)
		return named;
	if (numbers == 1 &&
	    claims_says(
		    claims_cell(w->d, t, 0, only),
		    "value|result|coverage|rate|percent|percentage|total|level|readiness"))
		return only;
	return CLAIMS_NONE;
}

static void check_table(struct claims_work *w, const struct claims_table *t,
                        const struct legend *l)
{
	size_t band = t->columns > 1 && t->rows > 0 ? band_column(w, t, l) : CLAIMS_NONE;
	size_t score = band != CLAIMS_NONE ? score_column(w, t) : CLAIMS_NONE;
	const char *doubt = NULL;

	if (score == CLAIMS_NONE)
		return;
	if (claims_says(claims_cell(w->d, t, 0, band),
	                "target|goal|expected|wanted|planned|before|previous|next"))
		doubt = "the column may be of another time";
	if (claims_around_says(w, t->block,
	                       "override|overridden|manual|manually|capped|adjusted|"
	                       "judgement|judgment|trend|risk|previous"))
		doubt = "the text around says that it may differ";
	for (size_t row = 1; row <= t->rows; row++) {
		struct claims_token name;
		struct claims_value v;

		claims_value(&w->tokens, claims_cell(w->d, t, row, score), &v);
		if ((v.kind != CLAIMS_QUANTITY && v.kind != CLAIMS_PAIR) ||
		    !cell_band(&w->more, claims_cell(w->d, t, row, band), l, &name))
			continue;
		if (v.kind == CLAIMS_PAIR && (v.of.mantissa != 100 || v.of.decimals != 0))
			continue;
		judge(w, l, &v.token, &name, doubt);
	}
}

/* "Frontend: 88/100 - green": one score and one band. */
static void check_item(struct claims_work *w, struct span text, const struct legend *l)
{
	const struct claims_token *score = NULL;
	const struct claims_token *name = NULL;
	size_t at = 0;

	if (text.len > 160 || !claims_has_digit(text) ||
	    !claims_tokens_read(&w->tokens, text))
		return;
	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct claims_token *t = &w->tokens.items[i];

		if (t->kind == CLAIMS_WORD && band_named(l, t) != NULL) {
			if (name != NULL || score == NULL)
				return;
			name = t;
		} else if (claims_is_number(t)) {
			if (score != NULL && i == at + 2 &&
			    claims_is_mark(&w->tokens.items[i - 1], '/') &&
			    t->number.mantissa == 100)
				continue;
			if (score != NULL)
				return;
			score = t;
			at = i;
		}
	}
	/* "88 - green", "88/100 (green)" and nothing between or behind. */
	if (name == NULL || name + 2 < &w->tokens.items[w->tokens.count] ||
	    name > score + 5)
		return;
	judge(w, l, score, name, NULL);
}

void claims_bands(struct claims_work *w)
{
	struct legend l = { .count = 0 };

	if (find_legend(w, &l)) {
		for (size_t i = 0; i < w->d->table_count; i++)
			if (w->d->tables[i].block != l.block)
				check_table(w, &w->d->tables[i], &l);
		for (size_t i = 0; i < w->d->block_count; i++)
			if (w->d->blocks[i].kind == CLAIMS_ITEM)
				check_item(w, w->d->blocks[i].text, &l);
	}
	legend_fini(&l);
}
