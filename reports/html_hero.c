// SPDX-License-Identifier: Apache-2.0
/* The top of the page: decision, score, the interval drawn, and what to do next. */
#include "html_internal.h"

#include "view.h"

enum { SHOWN_GAINS = 3, SHOWN_LOSSES = 5 };

static const char *decision_class(enum rep_decision d)
{
	switch (d) {
	case REP_GO:
		return "go";
	case REP_CONDITIONAL_GO:
		return "conditional";
	case REP_NO_GO:
		return "no-go";
	}
	return "no-go";
}

/* Tick, exclamation mark, cross: the shape says it without the colour. */
static const char *decision_shape(enum rep_decision d)
{
	switch (d) {
	case REP_GO:
		return "M15 25l7 7 12-15";
	case REP_CONDITIONAL_GO:
		return "M24 13v14M24 33v2";
	case REP_NO_GO:
		return "M16 16l16 16M32 16L16 32";
	}
	return "";
}

static void verdict(struct html *h)
{
	const struct rep_scorecard *s = h->s;

	htm_raw(h,
	        "<div class=\"verdict\">\n<svg class=\"sign\" viewBox=\"0 0 48 48\" "
	        "aria-hidden=\"true\"><circle cx=\"24\" cy=\"24\" r=\"21\"/><path d=\"");
	htm_raw(h, decision_shape(s->decision));
	htm_raw(h, "\"/></svg>\n<h1 id=\"decision\">");
	htm_raw(h, rep_decision_name(s->decision));
	htm_raw(h, "</h1>\n<p class=\"score\"><strong id=\"score\">");
	htm_tenths(h, s->final);
	htm_raw(h, "</strong> <span>of 100</span></p>\n");
	if (s->has_cap && s->final != s->lower) {
		htm_raw(h, "<p class=\"raw\">raw <b>");
		htm_tenths(h, s->lower);
		htm_raw(h, "</b>, capped by <code>");
		htm_span(h, rep_cap_check(s));
		htm_raw(h, "</code></p>\n");
	}
	htm_raw(h, "</div>\n");
}

/* As the policy writes it: 75, not 75.0. */
static void threshold(struct html *h, int64_t at)
{
	char text[REP_NUMBER];

	rep_put_measure(h->out, rep_tenths(at, text), NULL);
}

static void tick(struct html *h, int64_t at)
{
	char x[REP_NUMBER];

	if (at <= 0 || at > 1000)
		return;
	rep_tenths(at, x);
	buf_printf(h->out,
	           "<line class=\"tick\" x1=\"%s%%\" x2=\"%s%%\" y1=\"22\" y2=\"44\"/>"
	           "<text class=\"label\" x=\"%s%%\" y=\"58\">",
	           x, x, x);
	threshold(h, at);
	htm_raw(h, "</text>\n");
}

/* The final score, held away from the edges so that its label is not cut. */
static void pointer(struct html *h)
{
	int64_t at = h->s->final < 0 ? 0 : h->s->final > 1000 ? 1000 : h->s->final;
	const char *anchor = at < 60 ? "start" : at > 940 ? "end" : "middle";
	char x[REP_NUMBER];

	rep_tenths(at, x);
	buf_printf(h->out,
	           "<line class=\"pointer\" x1=\"%s%%\" x2=\"%s%%\" y1=\"17\" y2=\"44\"/>"
	           "<text class=\"value\" x=\"%s%%\" y=\"13\" text-anchor=\"%s\">",
	           x, x, x, anchor);
	htm_tenths(h, h->s->final);
	htm_raw(h, "</text>\n");
}

static void interval(struct html *h)
{
	const struct rep_scorecard *s = h->s;

	htm_raw(h, "<figure>\n<svg class=\"scale\" role=\"img\" width=\"100%\" "
	           "height=\"62\" aria-labelledby=\"interval\">\n"
	           "<svg y=\"26\" width=\"100%\" height=\"14\">");
	htm_rect(h, "track", 0, 1000, 1000);
	htm_rect(h, "earned", 0, s->lower, 1000);
	htm_rect(h, "open", s->lower, s->upper - s->lower, 1000);
	htm_raw(h, "</svg>\n");
	tick(h, s->conditional_at);
	tick(h, s->go_at);
	pointer(h);
	htm_raw(h, "</svg>\n<figcaption id=\"interval\">Score <b>");
	htm_tenths(h, s->final);
	htm_raw(h, "</b>, possible <b>");
	htm_tenths(h, s->lower);
	htm_raw(h, "–");
	htm_tenths(h, s->upper);
	htm_raw(h, "</b>");
	if (s->conditional_at > 0 && s->go_at > 0) {
		htm_raw(h, "; conditional from ");
		threshold(h, s->conditional_at);
		htm_raw(h, ", GO from ");
		threshold(h, s->go_at);
	}
	htm_raw(h, "</figcaption>\n</figure>\n");
}

static void evidence(struct html *h)
{
	struct rep_shares e = rep_coverage_shares(h->s);

	htm_raw(h, "<figure>\n<svg class=\"bar\" aria-hidden=\"true\">");
	htm_rect(h, "track", 0, 1000, 1000);
	htm_rect(h, "measured", 0, e.measured, 1000);
	htm_rect(h, "attested", e.measured, e.attested, 1000);
	htm_raw(h, "</svg>\n<figcaption>Evidence for <b>");
	htm_tenths(h, e.total);
	htm_raw(h, " %</b> of the weight: <span class=\"key measured\">measured ");
	htm_tenths(h, e.measured);
	htm_raw(h, "</span> <span class=\"key attested\">attested ");
	htm_tenths(h, e.attested);
	htm_raw(h, "</span> <span class=\"key\">missing ");
	htm_tenths(h, e.missing);
	htm_raw(h, "</span></figcaption>\n</figure>\n");
}

static void reasons(struct html *h)
{
	if (h->s->reason_count == 0)
		return;
	htm_raw(h, "<ul class=\"reasons\">\n");
	for (size_t i = 0; i < h->s->reason_count; i++) {
		htm_raw(h, "<li>");
		htm_text(h, h->s->reasons[i]);
		htm_raw(h, "</li>\n");
	}
	htm_raw(h, "</ul>\n");
}

/* The hatching of what is still open; one definition for all bars. */
static const char hatching[] =
	"<svg class=\"defs\" aria-hidden=\"true\"><defs><pattern id=\"hatch\" "
	"width=\"6\" "
	"height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	"<rect class=\"hatch-ground\" width=\"6\" height=\"6\"/>"
	"<rect class=\"hatch-line\" width=\"2.5\" "
	"height=\"6\"/></pattern></defs></svg>\n";

void htm_hero(struct html *h)
{
	htm_raw(h, hatching);
	buf_printf(h->out, "<section class=\"hero %s\" aria-labelledby=\"decision\">\n",
	           decision_class(h->s->decision));
	verdict(h);
	htm_raw(h, "<div class=\"drawn\">\n");
	interval(h);
	evidence(h);
	reasons(h);
	htm_raw(h, "</div>\n</section>\n");
}

/* ---- what to do next ---- */

static void blocker(struct html *h, const struct rep_blocker *b)
{
	const struct rep_check *c = rep_check_find(h->s, b->check, &h->hint);

	htm_raw(h, "<li><span class=\"tag\">");
	htm_text(h, b->priority);
	htm_raw(h, "</span> ");
	htm_state(h, rep_state_name(b->state));
	htm_raw(h, b->waived ? " <span class=\"tag\">waived</span>" : "");
	htm_raw(h, " ");
	htm_check_link(h, b->check);
	if (c != NULL && c->message != NULL) {
		htm_raw(h, "<p>");
		htm_text(h, c->message);
		htm_raw(h, "</p>");
	}
	htm_raw(h, "</li>\n");
}

static void blockers(struct html *h)
{
	const struct rep_blocker *b;
	size_t at = 0;
	bool any = false;

	while ((b = rep_next_blocker(h->s, &at)) != NULL) {
		if (!any)
			htm_raw(h, "<section class=\"card\" aria-labelledby=\"blockers\">"
			           "\n<h2 id=\"blockers\">Blockers</h2>\n<ul>\n");
		any = true;
		blocker(h, b);
	}
	if (any)
		htm_raw(h, "</ul>\n</section>\n");
}

static void condition(struct html *h, const struct rep_condition *c)
{
	htm_raw(h, "<li>");
	if (c->check != NULL && !c->of_sum) {
		htm_check_link(h, c->check);
		htm_raw(h, " ");
	}
	htm_text(h, c->reason);
	if (c->check != NULL && c->of_sum) {
		htm_raw(h, "; ");
		htm_check_link(h, c->check);
		htm_raw(h, " would do most");
	}
	htm_raw(h, "<p>Owner: ");
	htm_text(h, c->owner != NULL ? c->owner : "nobody yet");
	if (c->deadline != NULL) {
		htm_raw(h, ", until ");
		htm_span(h, rep_date(c->deadline));
	}
	htm_raw(h, "</p></li>\n");
}

static void conditions(struct html *h)
{
	if (h->s->condition_count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"conditions\">\n"
	           "<h2 id=\"conditions\">Conditions</h2>\n<ul>\n");
	for (size_t i = 0; i < h->s->condition_count; i++)
		condition(h, &h->s->conditions[i]);
	htm_raw(h, "</ul>\n</section>\n");
}

static void gains(struct html *h)
{
	size_t count = h->s->gain_count < SHOWN_GAINS ? h->s->gain_count : SHOWN_GAINS;

	if (count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"gains\">\n"
	           "<h2 id=\"gains\">What would raise the score most</h2>\n<ol>\n");
	for (size_t i = 0; i < count; i++) {
		const struct rep_gain *g = &h->s->gains[i];

		htm_raw(h, "<li><span class=\"gain\">+");
		htm_tenths(h, g->gain);
		htm_raw(h, "</span> ");
		htm_check_link(h, g->check);
		rep_put_rise(h->out, g);
		htm_raw(h, "<p>");
		htm_text(h, g->text);
		htm_raw(h, "</p></li>\n");
	}
	htm_raw(h, "</ol>\n</section>\n");
}

static void losses(struct html *h)
{
	const struct rep_check *top[SHOWN_LOSSES];
	size_t count = rep_losses(h->s, top, SHOWN_LOSSES);

	if (count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"losses\">\n"
	           "<h2 id=\"losses\">Biggest losses</h2>\n<ol class=\"losses\">\n");
	for (size_t i = 0; i < count; i++) {
		htm_raw(h, "<li><span class=\"loss\">−");
		htm_tenths(h, rep_loss(top[i]));
		htm_raw(h, "</span> ");
		htm_state(h, rep_state_name(top[i]->state));
		htm_raw(h, " ");
		htm_check_link(h, top[i]->id);
		htm_raw(h, "</li>\n");
	}
	htm_raw(h, "</ol>\n</section>\n");
}

/* Ignored waivers, waivers that end soon, evidence that could not be read. */
static void notes(struct html *h)
{
	if (h->s->note_count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"notes\">\n"
	           "<h2 id=\"notes\">Notes</h2>\n<ul>\n");
	for (size_t i = 0; i < h->s->note_count; i++) {
		htm_raw(h, "<li>");
		htm_text(h, h->s->notes[i]);
		htm_raw(h, "</li>\n");
	}
	htm_raw(h, "</ul>\n</section>\n");
}

void htm_actions(struct html *h)
{
	htm_raw(h, "<div class=\"cards\">\n");
	blockers(h);
	conditions(h);
	htm_signoffs(h);
	htm_changes(h);
	losses(h);
	gains(h);
	notes(h);
	htm_raw(h, "</div>\n");
}
