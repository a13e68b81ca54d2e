// SPDX-License-Identifier: Apache-2.0
/* The scorecard for a terminal: headline, why, blockers, conditions, the table. Words say
 * everything; colour and bars only repeat it. */
#include "human_internal.h"

#include "base/str.h"
#include "bench.h"
#include "view.h"
#include "writers.h"

#include <inttypes.h>

static enum term_style decision_style(enum rep_decision d)
{
	switch (d) {
	case REP_GO:
		return TERM_BOLD_GREEN;
	case REP_CONDITIONAL_GO:
		return TERM_BOLD_YELLOW;
	case REP_NO_GO:
		return TERM_BOLD_RED;
	}
	return TERM_BOLD;
}

/* Puts the scratch text as the next part of the headline, on a new line if it must. */
static void headline_part(struct human *h, size_t *at)
{
	size_t wide = str_columns(buf_span(&h->scratch));
	const size_t indent = 7;

	if (*at + 3 + wide > h->columns) {
		hum_end(h);
		buf_fill(h->out, ' ', indent);
		*at = indent;
	} else {
		buf_puts(h->out, "   ");
		*at += 3;
	}
	hum_cell(h, TERM_PLAIN, buf_span(&h->scratch), wide, HUM_LEFT);
	*at += wide;
	buf_clear(&h->scratch);
}

/* " (raw 71.2, capped by security.secrets)" where a cap took something away. */
static void put_cap(struct human *h)
{
	char raw[REP_NUMBER];

	if (!h->s->has_cap || h->s->final == h->s->lower)
		return;
	buf_printf(&h->scratch, " (raw %s, capped by ", rep_tenths(h->s->lower, raw));
	buf_put(&h->scratch, rep_cap_check(h->s));
	buf_putc(&h->scratch, ')');
}

static void headline(struct human *h)
{
	const char *word = rep_decision_name(h->s->decision);
	struct rep_shares shares = rep_coverage_shares(h->s);
	char a[REP_NUMBER], b[REP_NUMBER], c[REP_NUMBER];
	size_t at = span_str(word).len + 2;
	size_t wide;

	hum_put(h, decision_style(h->s->decision), word);
	buf_puts(h->out, "  ");
	hum_put(h, TERM_BOLD, rep_tenths(h->s->final, a));
	put_cap(h);
	at += span_str(a).len;
	wide = str_columns(buf_span(&h->scratch));
	wide = wide < h->columns - at ? wide : h->columns - at;
	hum_cell(h, TERM_PLAIN, buf_span(&h->scratch), wide, HUM_LEFT);
	at += wide;
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "possible %s%s%s", rep_tenths(h->s->lower, a),
	           hum_sign(h, "–", "-"), rep_tenths(h->s->upper, b));
	headline_part(h, &at);
	buf_printf(&h->scratch, "evidence %s %% (measured %s, attested %s)",
	           rep_tenths(shares.total, a), rep_tenths(shares.measured, b),
	           rep_tenths(shares.attested, c));
	headline_part(h, &at);
	hum_end(h);
}

static void texts(struct human *h, const char *heading, const char *const *list,
                  size_t count)
{
	if (count > 0)
		hum_heading(h, heading);
	for (size_t i = 0; i < count; i++)
		hum_wrap(h, (struct hum_par){ .indent = 4, .lead = "  - " },
		         span_str(list[i]));
}

static void blocker(struct human *h, const struct rep_blocker *b)
{
	buf_puts(h->out, "  ");
	hum_cell(h, TERM_BOLD, span_str(b->priority), 3, HUM_LEFT);
	hum_state(h, b->state);
	buf_puts(h->out, "  ");
	hum_cell(h, TERM_PLAIN, span_str(b->check), h->columns - 23, HUM_LEFT);
	hum_put(h, TERM_YELLOW, b->waived ? "  waived" : "");
	hum_end(h);
}

static void mend(struct human *h, const char *remedy)
{
	if (remedy != NULL)
		hum_wrap(h,
		         (struct hum_par){ .indent = 20,
		                           .lead = "              mend: ",
		                           .lines = 3 },
		         span_str(remedy));
}

/* What mends several blockers in a row stands once, below the last of them. */
static void blockers(struct human *h)
{
	const struct rep_blocker *b;
	const char *remedy = NULL;
	const char *message = NULL;
	size_t at = 0;
	size_t hint = 0;
	bool any = false;

	while ((b = rep_next_blocker(h->s, &at)) != NULL) {
		const struct rep_check *c = rep_check_find(h->s, b->check, &hint);
		const char *next = c != NULL ? c->remedy : NULL;

		if (!any)
			hum_heading(h, "Blockers");
		else if (!str_eq(next, remedy))
			mend(h, remedy);
		any = true;
		blocker(h, b);
		if (c != NULL && c->message != NULL && !str_eq(c->message, message))
			hum_wrap(h, (struct hum_par){ .indent = 14, .lines = 3 },
			         span_str(c->message));
		message = c != NULL ? c->message : NULL;
		remedy = next;
	}
	mend(h, remedy);
}

static void condition(struct human *h, const struct rep_condition *c)
{
	struct buf *text = &h->scratch;

	buf_clear(text);
	if (c->check != NULL && !c->of_sum && !str_starts(c->reason, c->check))
		buf_printf(text, "%s: ", c->check);
	buf_puts(text, c->reason);
	if (c->check != NULL && c->of_sum)
		buf_printf(text, "; %s would do most", c->check);
	if (c->owner != NULL)
		buf_printf(text, "; owner %s", c->owner);
	if (c->deadline != NULL) {
		buf_puts(text, "; until ");
		buf_put(text, rep_date(c->deadline));
	}
	hum_wrap(h, (struct hum_par){ .indent = 4, .lead = "  - ", .lines = 4 },
	         buf_span(text));
}

static void conditions(struct human *h)
{
	if (h->s->condition_count > 0)
		hum_heading(h, "Conditions");
	for (size_t i = 0; i < h->s->condition_count; i++)
		condition(h, &h->s->conditions[i]);
}

static enum term_style band_style(enum rep_band b)
{
	switch (b) {
	case REP_GREEN:
		return TERM_GREEN;
	case REP_YELLOW:
		return TERM_YELLOW;
	case REP_RED:
		return TERM_RED;
	case REP_BAND_NONE:
		break;
	}
	return TERM_PLAIN;
}

static void repeat(struct human *h, enum term_style style, const char *sign, size_t n)
{
	buf_clear(&h->scratch);
	while (n-- > 0)
		buf_puts(&h->scratch, sign);
	term_put(h->out, h->style->color, style, buf_span(&h->scratch));
}

/* Earned, still unknown, lost: as parts of the category's share. */
static void bar(struct human *h, const struct rep_category *c, size_t width)
{
	size_t earned = rep_portion(c->contribution, c->possible, width);
	size_t reach = rep_portion(c->contribution + rep_category_open(h->s, c),
	                           c->possible, width);

	repeat(h, band_style(c->band), hum_sign(h, "█", "#"), earned);
	repeat(h, TERM_CYAN, hum_sign(h, "▒", "?"), reach - earned);
	repeat(h, TERM_DIM, hum_sign(h, "░", "."), width - reach);
}

struct table {
	size_t name;
	size_t bar; /* 0 = no room */
};

/* Titles get the room they need, up to two fifths; the bars get the rest. */
static struct table category_table(const struct human *h)
{
	const size_t most = h->columns * 2 / 5;
	struct table t = { .name = 16 };
	size_t rest;

	for (size_t i = 0; i < h->s->category_count; i++) {
		size_t wide = str_columns(span_str(h->s->categories[i].title));

		if (wide > t.name)
			t.name = wide < most ? wide : most;
	}
	rest = h->columns - t.name - 33;
	t.bar = rest < 40 ? rest : 40;
	return t;
}

static void points(struct human *h, enum term_style style, int64_t earned, int64_t of)
{
	char a[REP_NUMBER], b[REP_NUMBER];

	hum_cell(h, style, span_str(rep_tenths(earned, a)), 5, HUM_RIGHT);
	hum_put(h, TERM_DIM, " / ");
	hum_cell(h, TERM_DIM, span_str(rep_tenths(of, b)), 5, HUM_RIGHT);
}

static void category(struct human *h, const struct rep_category *c, struct table t)
{
	char score[REP_NUMBER];

	buf_puts(h->out, "  ");
	hum_cell(h, TERM_PLAIN, span_str(c->title), t.name, HUM_LEFT);
	buf_putc(h->out, ' ');
	if (!c->has_score) {
		hum_put(h, TERM_DIM,
		        rep_has_checks(h->s, c) ? "not applicable, out of the sum"
		                                : "no checks, out of the sum");
		hum_end(h);
		return;
	}
	bar(h, c, t.bar);
	buf_putc(h->out, ' ');
	hum_cell(h, band_style(c->band), span_str(rep_band_name(c->band)), 6, HUM_LEFT);
	hum_cell(h, TERM_PLAIN, span_str(rep_tenths(c->score, score)), 7, HUM_RIGHT);
	buf_puts(h->out, "  ");
	points(h, TERM_BOLD, c->contribution, c->possible);
	hum_end(h);
}

static void legend(struct human *h, struct table t)
{
	const char *text = hum_sign(h, "█ earned  ▒ no evidence  ░ lost",
	                            "# earned ? unknown . lost");

	hum_cell(h, TERM_DIM, span_str(text), t.name + t.bar + 10, HUM_LEFT);
}

static void categories(struct human *h)
{
	struct table t = category_table(h);

	if (h->s->category_count == 0)
		return;
	buf_putc(h->out, '\n');
	hum_cell(h, TERM_BOLD, SPAN_LIT("Categories"), t.name + t.bar + 4, HUM_LEFT);
	hum_cell(h, TERM_DIM, SPAN_LIT("band    score earned      of"), 28, HUM_LEFT);
	hum_end(h);
	for (size_t i = 0; i < h->s->category_count; i++)
		category(h, &h->s->categories[i], t);
	buf_puts(h->out, "  ");
	legend(h, t);
	hum_cell(h, TERM_BOLD, SPAN_LIT("sum"), 7, HUM_LEFT);
	points(h, TERM_BOLD, h->s->lower, rep_possible_total(h->s));
	hum_end(h);
}

/* "3 findings, want 0" */
static void measure(struct human *h, const struct rep_check *c)
{
	buf_clear(&h->scratch);
	rep_put_measure(&h->scratch, c->measured, c->unit);
	if (c->target == NULL)
		return;
	buf_puts(&h->scratch, c->measured != NULL ? ", want " : "want ");
	rep_put_measure(&h->scratch, c->target, c->measured != NULL ? NULL : c->unit);
}

/* Id and measurement side by side, or the id alone where there is no room for both. */
static void check_middle(struct human *h, const struct rep_check *c)
{
	const size_t room = h->columns - 31;
	const size_t id = hum_is_narrow(h) ? room + 2 : room * 11 / 20;

	hum_cell(h, TERM_PLAIN, span_str(c->id), id, HUM_LEFT);
	measure(h, c);
	if (hum_is_narrow(h))
		return;
	buf_puts(h->out, "  ");
	hum_cell(h, TERM_DIM, buf_span(&h->scratch), room - id, HUM_LEFT);
}

static void check_row(struct human *h, const struct rep_check *c)
{
	buf_puts(h->out, "  ");
	hum_state(h, c->state);
	buf_puts(h->out, "  ");
	check_middle(h, c);
	buf_puts(h->out, "  ");
	if (c->has_contribution)
		points(h, TERM_PLAIN, c->contribution, c->possible);
	else
		buf_fill(h->out, ' ', 13);
	hum_put(h, TERM_BOLD, c->blocker != NULL ? " " : "");
	hum_cell(h, TERM_BOLD, span_str(c->blocker), 2, HUM_LEFT);
	hum_end(h);
	if (hum_is_narrow(h))
		hum_wrap(h,
		         (struct hum_par){ .indent = 11, .lines = 1, .style = TERM_DIM },
		         buf_span(&h->scratch));
}

/* What has come and gone; that all stayed as it was is told to who asks for all. */
static void check_trend(struct human *h, const struct rep_check *c)
{
	if (c->trend == NULL ||
	    (c->trend->fresh + c->trend->fixed + c->trend->unseen == 0 &&
	     !h->style->verbose))
		return;
	buf_clear(&h->scratch);
	rep_put_trend(&h->scratch, c->trend);
	hum_wrap(h, (struct hum_par){ .indent = 11, .style = TERM_DIM },
	         buf_span(&h->scratch));
}

/* The message says it, too, where it is shown. */
static void check_known(struct human *h, const struct rep_check *c)
{
	if (c->known == 0)
		return;
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%" PRIu64 " more known from the baseline", c->known);
	hum_wrap(h, (struct hum_par){ .indent = 11, .style = TERM_DIM },
	         buf_span(&h->scratch));
}

static void check(struct human *h, const struct rep_check *c)
{
	const size_t lines = h->style->verbose ? 0 : 3;

	check_row(h, c);
	if (c->message == NULL || (c->state == REP_PASS && !h->style->verbose))
		check_known(h, c);
	else
		hum_wrap(h,
		         (struct hum_par){
				 .indent = 11, .lines = lines, .style = TERM_DIM },
		         span_str(c->message));
	check_trend(h, c);
	hum_coverage(h, c);
}

static void overlay(struct human *h, const struct rep_check *c)
{
	char text[REP_NUMBER];

	if (!c->waived && !c->attested)
		return;
	buf_clear(&h->scratch);
	if (!c->waived)
		buf_puts(&h->scratch, "attested: a person's word, not a measurement");
	else
		buf_printf(&h->scratch, "%swaived: the check earns no more for it",
		           c->attested ? "attested and " : "");
	if (c->waived && c->blocker != NULL && h->s->has_cap)
		buf_printf(&h->scratch, "; the score is capped at %s",
		           rep_tenths(h->s->cap, text));
	hum_wrap(h, (struct hum_par){ .indent = 11, .style = TERM_YELLOW },
	         buf_span(&h->scratch));
}

/* What does not apply says no more than that, but to who asks for all. */
static bool is_folded(const struct human *h, const struct rep_check *c)
{
	return c->state == REP_NOT_APPLICABLE && !c->waived && !c->attested &&
	       !h->style->verbose;
}

/* Those of a category in one line. */
static void folded(struct human *h, const struct rep_category *g)
{
	buf_clear(&h->scratch);
	for (size_t i = 0; i < h->s->check_count; i++) {
		const struct rep_check *c = &h->s->checks[i];

		if (str_eq(c->category, g->id) && is_folded(h, c))
			buf_printf(&h->scratch, "%s%s", h->scratch.len > 0 ? ", " : "",
			           c->id);
	}
	if (h->scratch.len > 0)
		hum_wrap(h,
		         (struct hum_par){
				 .indent = 11, .lead = "  N/A      ", .style = TERM_DIM },
		         buf_span(&h->scratch));
}

static void checks(struct human *h)
{
	for (size_t i = 0; i < h->s->category_count; i++) {
		const struct rep_category *g = &h->s->categories[i];

		if (!rep_has_checks(h->s, g))
			continue;
		buf_putc(h->out, '\n');
		hum_cell(h, TERM_BOLD, span_str(g->title), h->columns, HUM_LEFT);
		hum_end(h);
		for (size_t k = 0; k < h->s->check_count; k++) {
			if (!str_eq(h->s->checks[k].category, g->id) ||
			    is_folded(h, &h->s->checks[k]))
				continue;
			check(h, &h->s->checks[k]);
			overlay(h, &h->s->checks[k]);
		}
		folded(h, g);
	}
}

enum err_code rep_write_human(const struct rep_scorecard *s,
                              const struct rep_style *style, struct buf *out,
                              struct err *err)
{
	struct human h;
	enum err_code rc = rep_check_sums(s, err);

	if (rc != ERR_OK)
		return rc;
	hum_init(&h, s, style, out);
	headline(&h);
	texts(&h, "Why", s->reasons, s->reason_count);
	blockers(&h);
	conditions(&h);
	texts(&h, "Waivers", s->waiver_lines, s->waiver_count);
	texts(&h, "Sign-offs", s->signoff_lines, s->signoff_line_count);
	texts(&h, "Notes", s->notes, s->note_count);
	categories(&h);
	hum_parts(&h);
	checks(&h);
	hum_missing(&h);
	hum_losses(&h);
	hum_changes(&h);
	hum_gains(&h);
	if (s->bench != NULL) {
		hum_heading(&h, "Benchmarks");
		rep_bench_text(out, s->bench, style->color, style->utf8, h.columns);
	}
	hum_suites(&h);
	hum_findings(&h);
	hum_footer(&h);
	rc = hum_err(&h, err);
	hum_fini(&h);
	return rc;
}
