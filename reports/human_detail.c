// SPDX-License-Identifier: Apache-2.0
/* The sections below the checks: what is missing, lost and to be gained; suites and
 * findings; what was judged. */
#include "human_internal.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "view.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SHOWN_MISSING = 12, SHOWN_LOSSES = 5, SHOWN_GAINS = 3 };
enum { SHOWN_FAILURES = 3, SHOWN_RULES = 12, SHOWN_PLACES = 3, MOST_PLACES = 200 };

static size_t limit(const struct human *h, size_t brief)
{
	return h->style->verbose ? SIZE_MAX : brief;
}

/* "  ... and 7 more (--verbose shows all)" */
static void more(struct human *h, size_t indent, uint64_t left, bool verbose_helps)
{
	if (left == 0)
		return;
	buf_fill(h->out, ' ', indent);
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "and %" PRIu64 " more%s", left,
	           verbose_helps && !h->style->verbose ? " (--verbose lists them)" : "");
	hum_cell(h, TERM_DIM, buf_span(&h->scratch), h->columns - indent, HUM_LEFT);
	hum_end(h);
}

static bool is_missing(const struct rep_check *c)
{
	return c->state == REP_UNKNOWN || c->state == REP_ERROR;
}

static const char *missing_text(const struct rep_check *c)
{
	return c->remedy != NULL ? c->remedy : c->message;
}

/* Checks without evidence; those that one remedy makes known stand side by side. */
struct missing {
	const struct rep_check *check;
	const struct rep_check *first; /* of those with the same text */
};

static int by_first(const void *a, const void *b)
{
	const struct missing *x = a;
	const struct missing *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->check > y->check) - (x->check < y->check);
}

/* Fills `list`, grouped, groups in the order of the policy; false without memory. */
static bool find_missing(const struct rep_scorecard *s, struct missing *list,
                         size_t *count)
{
	struct map firsts = MAP_INIT; /* text to struct missing */
	bool ok = true;

	for (size_t i = 0; ok && i < s->check_count; i++) {
		const struct rep_check *c = &s->checks[i];
		struct span text = span_str(missing_text(c));
		const struct missing *first = map_get(&firsts, text);

		if (!is_missing(c))
			continue;
		list[*count] = (struct missing){ c, first != NULL ? first->check : c };
		if (first == NULL)
			ok = map_set(&firsts, text, &list[*count]);
		++*count;
	}
	map_fini(&firsts);
	if (*count > 1)
		qsort(list, *count, sizeof(*list), by_first);
	return ok;
}

/* Shows the group that starts at `list`; its length. */
static size_t missing_group(struct human *h, const struct missing *list, size_t count)
{
	const struct rep_check *c = list->check;
	const bool verbose = h->style->verbose;
	size_t n = 0;

	buf_clear(&h->scratch);
	for (; n < count && list[n].first == list->first; n++)
		buf_printf(&h->scratch, "%s%s", n > 0 ? ", " : "", list[n].check->id);
	hum_wrap(h,
	         (struct hum_par){ .indent = 2,
	                           .lines = verbose ? 0 : 4,
	                           .style = hum_state_style(c->state) },
	         buf_span(&h->scratch));
	if (c->remedy != NULL)
		hum_wrap(h, (struct hum_par){ .indent = 6, .lead = "    > ", .lines = 3 },
		         span_str(c->remedy));
	else if (c->message != NULL)
		hum_wrap(h, (struct hum_par){ .indent = 4, .lines = 2 },
		         span_str(c->message));
	return n;
}

static void missing(struct human *h, const struct missing *list, size_t count)
{
	size_t at = 0;

	if (count > 0)
		hum_heading(h, "No evidence (what would produce it)");
	for (size_t shown = 0; at < count && shown < limit(h, SHOWN_MISSING); shown++)
		at += missing_group(h, list + at, count - at);
	more(h, 2, count - at, true);
}

void hum_missing(struct human *h)
{
	struct missing *list = NULL;
	size_t count = 0;

	if (!mem_array(&list, h->s->check_count, sizeof(*list)) ||
	    !find_missing(h->s, list, &count))
		h->out->failed = true;
	else
		missing(h, list, count);
	mem_free(list);
}

void hum_losses(struct human *h)
{
	const struct rep_check *top[SHOWN_LOSSES];
	size_t count = rep_losses(h->s, top, SHOWN_LOSSES);
	char text[REP_NUMBER];

	if (count > 0)
		hum_heading(h, "Biggest losses");
	for (size_t i = 0; i < count; i++) {
		buf_clear(&h->scratch);
		buf_printf(&h->scratch, "-%s", rep_tenths(rep_loss(top[i]), text));
		hum_cell(h, TERM_RED, buf_span(&h->scratch), 8, HUM_RIGHT);
		buf_puts(h->out, "  ");
		hum_state(h, top[i]->state);
		buf_puts(h->out, "  ");
		hum_cell(h, TERM_PLAIN, span_str(top[i]->id), h->columns - 19, HUM_LEFT);
		hum_end(h);
	}
}

static void gain(struct human *h, const struct rep_gain *g)
{
	char text[REP_NUMBER];

	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "+%s", rep_tenths(g->gain, text));
	hum_cell(h, TERM_GREEN, buf_span(&h->scratch), 8, HUM_RIGHT);
	buf_puts(h->out, "  ");
	buf_clear(&h->scratch);
	buf_puts(&h->scratch, g->check);
	rep_put_rise(&h->scratch, g);
	hum_cell(h, TERM_PLAIN, buf_span(&h->scratch), h->columns - 10, HUM_LEFT);
	hum_end(h);
	if (g->text != NULL)
		hum_wrap(h, (struct hum_par){ .indent = 10, .lines = 4 },
		         span_str(g->text));
}

void hum_gains(struct human *h)
{
	size_t count = h->s->gain_count < SHOWN_GAINS ? h->s->gain_count : SHOWN_GAINS;

	if (count > 0)
		hum_heading(h, "What would raise the score most");
	for (size_t i = 0; i < count; i++)
		gain(h, &h->s->gains[i]);
}

/* ---- suites ---- */

static enum term_style word_style(const struct rep_suite *s)
{
	if (str_eq(s->state, "pass"))
		return s->leaky || s->flaky > 0 ? TERM_YELLOW : TERM_GREEN;
	return str_eq(s->state, "fail") ? TERM_BOLD_RED : TERM_CYAN;
}

static const char *suite_word(const struct rep_suite *s)
{
	if (str_eq(s->state, "fail"))
		return "FAIL";
	if (!str_eq(s->state, "pass"))
		return "UNKNOWN";
	if (s->leaky)
		return "LEAKY";
	return s->flaky > 0 ? "FLAKY" : "PASS";
}

/* "2 processes outlived it: sleep, python3" */
static void leaked(struct human *h, const struct rep_suite *s)
{
	if (!s->leaky)
		return;
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%" PRIu64 " process%s outlived it", s->leaked,
	           s->leaked == 1 ? "" : "es");
	for (size_t i = 0; i < s->leaked_process_count; i++)
		buf_printf(&h->scratch, "%s%s", i == 0 ? ": " : ", ",
		           s->leaked_processes[i]);
	hum_wrap(h, (struct hum_par){ .indent = 11, .lines = 2 }, buf_span(&h->scratch));
}

static void count_cell(struct human *h, uint64_t n, enum term_style style, size_t width)
{
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%" PRIu64, n);
	hum_cell(h, n > 0 ? style : TERM_DIM, buf_span(&h->scratch), width, HUM_RIGHT);
}

static size_t suite_name_width(const struct human *h)
{
	size_t room = h->columns - (hum_is_narrow(h) ? 41 : 53);

	return room < 40 ? room : 40;
}

static void suite_row(struct human *h, const struct rep_suite *s)
{
	char time[REP_NUMBER];

	hum_cell(h, TERM_PLAIN, span_str(s->id), suite_name_width(h), HUM_LEFT);
	count_cell(h, s->passed, TERM_PLAIN, 8);
	count_cell(h, s->failed, TERM_BOLD_RED, 8);
	count_cell(h, s->skipped, TERM_YELLOW, 8);
	count_cell(h, s->flaky, TERM_YELLOW, 6);
	if (!hum_is_narrow(h))
		hum_cell(h, TERM_DIM, span_str(rep_elapsed(s->duration_s, time)), 12,
		         HUM_RIGHT);
	hum_end(h);
}

/* The first line of what a failing test said, without its colours. */
static void failure(struct human *h, const struct rep_failed_test *f)
{
	struct span line = rep_first_line(f->message);

	buf_fill(h->out, ' ', 11);
	hum_cell(h, TERM_RED, span_str(f->name), h->columns - 11, HUM_LEFT);
	hum_end(h);
	buf_clear(&h->scratch);
	rep_put_uncolored(&h->scratch, line);
	if (h->scratch.len > 0)
		hum_wrap(h, (struct hum_par){ .indent = 13, .lines = 2 },
		         buf_span(&h->scratch));
}

static void suite_details(struct human *h, const struct rep_suite *s)
{
	size_t show = limit(h, SHOWN_FAILURES);

	if (s->reason != NULL)
		hum_wrap(h, (struct hum_par){ .indent = 11, .lines = 3 },
		         span_str(s->reason));
	leaked(h, s);
	for (size_t i = 0; i < s->failure_count && i < show; i++)
		failure(h, &s->failures[i]);
	if (show > s->failure_count)
		show = s->failure_count;
	if (s->failed > show && show > 0)
		more(h, 11, s->failed - show, s->failure_count > show);
}

static struct rep_suite suites_total(const struct rep_scorecard *s)
{
	struct rep_suite sum = { .id = "all" };

	for (size_t i = 0; i < s->suite_count; i++) {
		sum.passed += s->suites[i].passed;
		sum.failed += s->suites[i].failed;
		sum.skipped += s->suites[i].skipped;
		sum.flaky += s->suites[i].flaky;
		sum.duration_s += s->suites[i].duration_s;
	}
	return sum;
}

void hum_suites(struct human *h)
{
	struct rep_suite sum = suites_total(h->s);

	if (h->s->suite_count == 0)
		return;
	buf_putc(h->out, '\n');
	hum_cell(h, TERM_BOLD, SPAN_LIT("Suites"), 11 + suite_name_width(h), HUM_LEFT);
	hum_put(h, TERM_DIM, "  passed  failed skipped flaky");
	hum_put(h, TERM_DIM, hum_is_narrow(h) ? "" : "        time");
	hum_end(h);
	for (size_t i = 0; i < h->s->suite_count; i++) {
		const struct rep_suite *s = &h->s->suites[i];

		buf_puts(h->out, "  ");
		hum_cell(h, word_style(s), span_str(suite_word(s)), 7, HUM_LEFT);
		buf_puts(h->out, "  ");
		suite_row(h, s);
		suite_details(h, s);
	}
	if (h->s->suite_count < 2)
		return;
	buf_fill(h->out, ' ', 11);
	suite_row(h, &sum);
}

/* ---- findings ---- */

static void place(struct human *h, const struct rep_finding *f)
{
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "%s:%" PRIu64 ":%" PRIu64 "  %s", f->path, f->line,
	           f->column, f->message != NULL ? f->message : "");
	hum_wrap(h, (struct hum_par){ .style = TERM_DIM, .indent = 10, .lines = 3 },
	         buf_span(&h->scratch));
}

static void rule(struct human *h, const struct rep_rule_count *r)
{
	const uint64_t most = h->style->verbose ? MOST_PLACES : SHOWN_PLACES;
	const struct rep_finding *f;
	size_t at = 0;
	uint64_t shown = 0;

	count_cell(h, r->count, TERM_BOLD, 8);
	buf_puts(h->out, "  ");
	hum_cell(h, TERM_PLAIN, span_str(r->rule), h->columns - 10, HUM_LEFT);
	hum_end(h);
	while (shown < most && (f = rep_next_finding(h->s, r->rule, &at)) != NULL) {
		place(h, f);
		shown++;
	}
	if (h->style->verbose && shown < r->count)
		more(h, 10, r->count - shown, false);
}

static void trend(struct human *h)
{
	buf_clear(&h->scratch);
	rep_put_trend_line(&h->scratch, h->s);
	if (h->scratch.len > 0)
		hum_wrap(h, (struct hum_par){ .indent = 2, .lines = 4 },
		         buf_span(&h->scratch));
}

void hum_findings(struct human *h)
{
	size_t count = h->s->findings_by_rule_count;

	if (!rep_has_findings(h->s))
		return;
	buf_clear(&h->scratch);
	buf_printf(&h->scratch, "Findings (%" PRIu64, h->s->findings_total);
	if (h->s->findings_known > 0)
		buf_printf(&h->scratch, ", besides %" PRIu64 " known",
		           h->s->findings_known);
	buf_putc(&h->scratch, ')');
	buf_putc(h->out, '\n');
	hum_cell(h, TERM_BOLD, buf_span(&h->scratch), h->columns, HUM_LEFT);
	hum_end(h);
	trend(h);
	for (size_t i = 0; i < count && i < limit(h, SHOWN_RULES); i++)
		rule(h, &h->s->findings_by_rule[i]);
	if (count > limit(h, SHOWN_RULES))
		more(h, 8, count - SHOWN_RULES, true);
}

/* ---- what was judged ---- */

static void fact(struct human *h, const char *name)
{
	buf_puts(h->out, "  ");
	hum_cell(h, TERM_DIM, span_str(name), 9, HUM_LEFT);
	hum_cell(h, TERM_PLAIN, buf_span(&h->scratch), h->columns - 11, HUM_LEFT);
	hum_end(h);
	buf_clear(&h->scratch);
}

static void subject(struct human *h)
{
	const struct rep_subject *j = &h->s->subject;

	buf_clear(&h->scratch);
	buf_puts(&h->scratch, j->path != NULL ? j->path : ".");
	fact(h, "project");
	if (j->commit == NULL) {
		buf_puts(&h->scratch, "none: no version control");
	} else {
		buf_puts(&h->scratch, j->commit);
		if (j->has_dirty)
			buf_puts(&h->scratch,
			         j->dirty ? ", with uncommitted changes" : ", clean");
	}
	fact(h, "commit");
}

static void policy(struct human *h)
{
	const struct rep_policy *p = &h->s->policy;

	buf_puts(&h->scratch, p->path != NULL ? p->path : "built in");
	if (p->profile != NULL)
		buf_printf(&h->scratch, ", profile %s", p->profile);
	fact(h, "policy");
	if (p->digest != NULL) {
		buf_puts(&h->scratch, p->digest);
		fact(h, "digest");
	}
}

void hum_footer(struct human *h)
{
	char started[WHEN_TEXT], time[REP_NUMBER], score[REP_NUMBER];

	hum_heading(h, "Judged");
	subject(h);
	policy(h);
	when_format(h->s->started_ms, false, started);
	buf_printf(&h->scratch, "%s, %s", started, rep_elapsed(h->s->duration_s, time));
	fact(h, "started");
	if (h->s->run != NULL) {
		buf_puts(&h->scratch, h->s->run);
		fact(h, "run");
	}
	buf_printf(&h->scratch, "%s  %s", rep_decision_name(h->s->decision),
	           rep_tenths(h->s->final, score));
	fact(h, "decision");
}
