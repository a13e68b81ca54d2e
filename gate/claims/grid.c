// SPDX-License-Identifier: Apache-2.0
#include "claims/grid.h"

#include <string.h>

static bool is_blank(struct claims_tokens *t)
{
	if (t->count == 0)
		return true;
	if (t->count == 1 && t->items[0].kind == CLAIMS_MARK)
		return strchr("-E.?/", t->items[0].mark) != NULL;
	if (t->count == 1)
		return claims_is_word(&t->items[0], "none nil na tbd");
	return t->count == 3 && claims_is_word(&t->items[0], "n") &&
	       claims_is_mark(&t->items[1], '/') && claims_is_word(&t->items[2], "a");
}

/* "45 ms": one word behind the number is its unit. */
static bool take_unit(const struct claims_tokens *t, size_t *at, struct claims_number *n)
{
	const struct claims_token *word = claims_token(t, *at);

	if (word == NULL || n->unit.len > 0 || n->percent)
		return true;
	if (word->kind == CLAIMS_WORD) {
		n->unit = word->text;
		(*at)++;
	} else if (claims_is_mark(word, '$')) {
		n->currency = true;
		(*at)++;
	}
	return true;
}

/* Marks of footnotes and ticks behind a number say nothing about it. */
static bool only_marks(const struct claims_tokens *t, size_t at)
{
	for (; at < t->count; at++)
		if (t->items[at].kind != CLAIMS_MARK ||
		    strchr("*?^!", t->items[at].mark) == NULL)
			return false;
	return true;
}

static bool is_prefix(const struct claims_token *t)
{
	return claims_is_mark(t, '~') || claims_is_mark(t, '<') ||
	       claims_is_mark(t, '>') || claims_is_mark(t, CLAIMS_AT_MOST) ||
	       claims_is_mark(t, CLAIMS_AT_LEAST) || claims_is_mark(t, CLAIMS_OTHER) ||
	       claims_is_word(t, "about around approximately approx ca");
}

void claims_value(struct claims_tokens *t, struct span cell, struct claims_value *v)
{
	size_t at = 0;

	*v = (struct claims_value){ .kind = CLAIMS_WORDS };
	if (!claims_tokens_read(t, cell) || is_blank(t)) {
		v->kind = CLAIMS_BLANK;
		return;
	}
	while (is_prefix(claims_token(t, at)) && at < 3)
		at++;
	if (!claims_is_number(claims_token(t, at)))
		return;
	v->token = t->items[at++];
	if (claims_is_mark(claims_token(t, at), '/') &&
	    claims_is_number(claims_token(t, at + 1))) {
		v->of = t->items[at + 1].number;
		if (only_marks(t, at + 2))
			v->kind = CLAIMS_PAIR;
		return;
	}
	(void)take_unit(t, &at, &v->token.number);
	if (only_marks(t, at))
		v->kind = CLAIMS_QUANTITY;
}

/* ---- labels ---- */

struct label {
	const struct claims_token *words[6];
	size_t count;
	bool numbers; /* "Total (2023)" is of something else */
};

static bool read_label(struct claims_tokens *t, struct span text, struct label *l)
{
	l->count = 0;
	l->numbers = false;
	if (!claims_tokens_read(t, text))
		return false;
	for (size_t i = 0; i < t->count; i++) {
		l->numbers = l->numbers || claims_has_digit(t->items[i].text);
		if (t->items[i].kind != CLAIMS_WORD)
			continue;
		if (l->count == sizeof(l->words) / sizeof(*l->words))
			return false;
		l->words[l->count++] = &t->items[i];
	}
	return true;
}

static bool is_total(const struct label *l, bool last)
{
	size_t n = l->count;

	if (n == 1)
		return claims_is_word(l->words[0], "total totals sum altogether");
	if (claims_is_word(l->words[n - 1], "total totals sum") && n == 2)
		return claims_is_word(l->words[0], "grand overall in sum column");
	/* "Total as declared", "Total tests" */
	return n <= 4 && last && claims_is_word(l->words[0], "total totals");
}

static bool is_overall(const struct label *l)
{
	if (l->count == 1)
		return claims_is_word(l->words[0], "overall all result score");
	if (l->count > 3)
		return false;
	return claims_is_word(l->words[0], "overall weighted final composite") &&
	       claims_is_word(
		       l->words[l->count - 1],
		       "score total average mean sum result rating grade readiness");
}

enum claims_row_kind claims_row_kind(struct claims_tokens *t, struct span label,
                                     bool last)
{
	struct label l;

	if (claims_says(label, "of which|thereof|including|incl"))
		return CLAIMS_ROW_PART;
	if (!read_label(t, label, &l))
		return CLAIMS_ROW;
	if (l.count == 0)
		return span_find(label, SPAN_LIT("...")) < label.len ||
		                       span_find(label, SPAN_LIT("\xe2\x80\xa6")) <
		                               label.len
		               ? CLAIMS_ROW_MORE
		               : CLAIMS_ROW;
	if (claims_is_word(l.words[0], "subtotal subtotals sub-total") ||
	    (l.count > 1 && claims_is_word(l.words[0], "sub") &&
	     claims_is_word(l.words[1], "total")) ||
	    claims_is_word(l.words[l.count - 1], "subtotal sub-total"))
		return CLAIMS_ROW_SUBTOTAL;
	if (is_overall(&l))
		return CLAIMS_ROW_OVERALL;
	if (is_total(&l, last))
		return l.numbers ? CLAIMS_ROW_PART : CLAIMS_ROW_TOTAL;
	if (l.count <= 2 && claims_is_word(l.words[0], "average mean avg"))
		return CLAIMS_ROW_MEAN;
	if (l.count == 2 && claims_is_word(l.words[0], "arithmetic overall simple") &&
	    claims_is_word(l.words[1], "mean average"))
		return CLAIMS_ROW_MEAN;
	return claims_is_word(l.words[0], "etc more others other rest remaining")
	               ? CLAIMS_ROW_MORE
	               : CLAIMS_ROW;
}

enum claims_column_kind claims_column_kind(struct span header)
{
	if (claims_says(header, "contribution|contrib|weighted|weighted score"))
		return CLAIMS_COLUMN_SHARE;
	if (claims_says(header, "weight|weights|weighting|wt"))
		return CLAIMS_COLUMN_WEIGHT;
	if (claims_says(
		    header,
		    "active|account|accounts|subscriber|subscribers|clients|devices|"
		    "attendees|employees|students|readers|players|user|users|contributor|contributors|author|authors|people|developers|"
		    "visitors|unique|distinct|customers|participants|members|reviewers|"
		    "countries|hosts|languages|ips|dependencies|deps|cves|responses|"
		    "answers|mentions|vulnerabilities|advisories"))
		return CLAIMS_COLUMN_UNION;
	if (claims_says(
		    header,
		    "avg|average|mean|median|max|min|peak|rate|ratio|coverage|latency|p50|"
		    "p90|p95|p99|per|percentile|speed|throughput|version|year|id|rank|"
		    "priority|level|time|duration|elapsed|uptime|response|change|growth|"
		    "delta|diff|difference|utilization|usage|speedup|factor|cpu|density|"
		    "temperature|complexity|date|port|timeline|mb/s|gb/s|ops/s|stddev|"
		    "memory|rss|depth|age|runtime|wall|wall-clock|gzip|gzipped|"
		    "compressed|minified"))
		return CLAIMS_COLUMN_RATE;
	if (claims_says(header, "score|scores|rating|grade|readiness|points|mark|marks"))
		return CLAIMS_COLUMN_SCORE;
	if (claims_says(
		    header,
		    "count|counts|number|tests|test|cases|passed|passing|pass|failed|"
		    "failing|fail|failures|skipped|errors|files|lines|loc|sloc|blank|"
		    "comments|comment|code|cost|costs|price|amount|total|sum|qty|"
		    "quantity|hours|effort|commits|issues|bugs|todos|todo|items|tasks|"
		    "findings|hits|bytes|size|votes|blanks|warnings|open|closed|done|"
		    "units|sales|revenue|budget|expenses|endpoints|functions|classes|"
		    "packages|modules|pages|docs|story points|estimate|value|days"))
		return CLAIMS_COLUMN_COUNT;
	return CLAIMS_COLUMN_OTHER;
}

bool claims_same_unit(const struct claims_number *a, const struct claims_number *b)
{
	return a->percent == b->percent && a->currency == b->currency &&
	       span_eq(a->unit, b->unit);
}

bool claims_is_rounded(const struct claims_number *n)
{
	return n->decimals > 0 || n->percent || n->unit.len > 0 ||
	       n->bound != CLAIMS_EXACT;
}
