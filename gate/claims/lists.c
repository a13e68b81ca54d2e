// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "claims/grid.h"

/*
 * Lists that add up: items "Unit tests: 120", "Integration: 30" and a last one "Total:
 * 160". Each item has to be a label and one number.
 */

enum { ITEMS_MAX = 200, TERMS_SHOWN = 12 };

struct entry {
	struct span label;
	struct claims_token token;
};

/* "Label: 12", "**Label** - 12", "12 label" has one number, alone or at its end. */
static bool read_item(struct claims_work *w, struct span text, struct entry *e)
{
	struct claims_tokens *t = &w->tokens;
	size_t at;

	if (text.len > 160 || !claims_has_digit(text) || !claims_tokens_read(t, text) ||
	    t->count < 3)
		return false;
	for (at = 1; at < t->count; at++)
		if (claims_is_mark(&t->items[at], ':') ||
		    claims_is_mark(&t->items[at], CLAIMS_DASH))
			break;
	if (at + 1 >= t->count || !claims_is_number(&t->items[at + 1]))
		return false;
	for (size_t i = 0; i < t->count; i++)
		if (i != at + 1 &&
		    (claims_is_number(&t->items[i]) || t->items[i].kind == CLAIMS_DATE))
			return false;
	e->label = span_sub(text, 0, (size_t)(t->items[at].text.ptr - text.ptr));
	e->token = t->items[at + 1];
	/* "Tests: 120 passed": a word behind it is a unit. */
	if (at + 2 < t->count && t->items[at + 2].kind == CLAIMS_WORD &&
	    at + 3 >= t->count)
		e->token.number.unit = t->items[at + 2].text;
	return at + 3 >= t->count;
}

static void put_terms(struct claims_work *w, const struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == TERMS_SHOWN) {
			buf_printf(&w->because, " + .. (%zu items)", count);
			return;
		}
		buf_puts(&w->because, i > 0 ? " + " : "");
		claims_put_number(&w->because, &entries[i].token.number);
	}
}

static bool is_additive(const struct entry *entries, size_t count)
{
	const struct claims_number *total = &entries[count].token.number;

	for (size_t i = 0; i < count; i++)
		if (!claims_same_unit(&entries[i].token.number, total) ||
		    entries[i].token.number.bound != CLAIMS_EXACT)
			return false;
	return true;
}

static void judge(struct claims_work *w, const struct claims_list *l,
                  const struct entry *entries, size_t count)
{
	struct gate_ratio sum = GATE_RATIO_INIT;
	struct gate_ratio slack = GATE_RATIO_INIT;
	struct gate_ratio v = GATE_RATIO_INIT;
	const char *doubt = NULL;
	enum claims_fit fit;

	for (size_t i = 0; i < count; i++) {
		claims_exact(&v, &entries[i].token.number);
		gate_ratio_add(&sum, &sum, &v);
		if (claims_is_rounded(&entries[i].token.number)) {
			claims_unit(&v, entries[i].token.number.decimals, 2);
			gate_ratio_add(&slack, &slack, &v);
		}
		if (claims_column_kind(entries[i].label) == CLAIMS_COLUMN_RATE ||
		    claims_column_kind(entries[i].label) == CLAIMS_COLUMN_UNION)
			doubt = "the items are different things";
	}
	fit = claims_fits(&entries[count].token.number, &sum, &slack);
	claims_exact(&v, &entries[0].token.number);
	gate_ratio_add(&v, &v, &v);
	gate_ratio_sub(&v, &v, &sum);
	if (fit != CLAIMS_FITS &&
	    claims_fits(&entries[count].token.number, &v, NULL) == CLAIMS_FITS)
		doubt = "it is the first item less the others";
	if (fit != CLAIMS_FITS && entries[count].token.number.percent)
		doubt = "shares of different things do not add up";
	for (size_t i = 0; fit != CLAIMS_FITS && i < count; i++)
		if (claims_says(entries[i].label,
		                "flaky|retried|slow|new|optional|including|of which|"
		                "discount|refund|less"))
			doubt = "an item may be a part, or be taken off";
	if (fit != CLAIMS_FITS &&
	    claims_around_says(
		    w, l->block,
		    "overlap|overlapping|excluding|unique|top|some|example|including|"
		    "selected|main|largest|rounded|rounding|median|statistics|time"))
		doubt = "the text around says that it may differ";
	put_terms(w, entries, count);
	claims_say_fit(w, GATE_CLAIM_TABLE_SUM, &entries[count].token, &sum, fit, doubt);
	gate_ratio_fini(&sum);
	gate_ratio_fini(&slack);
	gate_ratio_fini(&v);
}

/* All items of the list's own level are labels with numbers, the last one a total. */
static void check_list(struct claims_work *w, const struct claims_list *l,
                       struct entry *entries)
{
	const struct claims_document *d = w->d;
	size_t count = 0;

	if (l->items < 3 || l->items > ITEMS_MAX || l->end <= l->block)
		return;
	for (size_t i = l->block + 1; i < l->end; i++) {
		if (d->blocks[i].kind == CLAIMS_END || d->blocks[i].kind == CLAIMS_LIST)
			return;
		if (d->blocks[i].kind != CLAIMS_ITEM)
			continue;
		if (!read_item(w, d->blocks[i].text, &entries[count++]))
			return;
	}
	if (count >= 3 &&
	    claims_row_kind(&w->more, entries[count - 1].label, false) ==
	            CLAIMS_ROW_TOTAL &&
	    is_additive(entries, count - 1))
		judge(w, l, entries, count - 1);
}

void claims_lists(struct claims_work *w)
{
	struct entry *entries = NULL;

	if (!mem_array(&entries, ITEMS_MAX, sizeof(*entries))) {
		w->failed = true;
		return;
	}
	for (size_t i = 0; i < w->d->list_count && !w->failed; i++)
		check_list(w, &w->d->lists[i], entries);
	mem_free(entries);
}
