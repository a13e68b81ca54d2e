// SPDX-License-Identifier: Apache-2.0
/* The runs before this one: what changed since the last, and the score as a line. */
#include "html_internal.h"

#include "base/when.h"
#include "view.h"

#include <inttypes.h>

enum { SHOWN_CHANGES = 8 };

static void day(struct html *h, int64_t ms)
{
	char time[WHEN_TEXT];

	when_format(ms, false, time);
	time[10] = ' ';
	htm_span(h, span_sub(span_str(time), 0, 16));
}

static const char *sign_class(int64_t delta)
{
	return delta < 0 ? "loss" : delta > 0 ? "gain" : "level";
}

/* ---- what changed ---- */

static void change(struct html *h, const struct rep_change *c)
{
	buf_printf(h->out, "<li><span class=\"%s\">", sign_class(c->delta));
	rep_put_delta(h->out, c->delta);
	htm_raw(h, "</span> ");
	if (c->fresh) {
		htm_raw(h, "<span class=\"tag\">new</span> ");
	} else if (c->was != c->is) {
		htm_state(h, rep_state_name(c->was));
		htm_raw(h, " → ");
	}
	htm_state(h, rep_state_name(c->is));
	htm_raw(h, " ");
	htm_check_link(h, c->check);
	htm_raw(h, "</li>\n");
}

static void whole(struct html *h)
{
	buf_clear(&h->plain);
	rep_put_since(&h->plain, h->s);
	htm_raw(h, "<p>");
	htm_span(h, buf_span(&h->plain));
	htm_raw(h, "</p>\n");
}

void htm_changes(struct html *h)
{
	const size_t count = h->s->change_count;

	if (h->s->past_count == 0)
		return;
	htm_raw(h, "<section class=\"card\" aria-labelledby=\"changes\">\n"
	           "<h2 id=\"changes\">Since the last run</h2>\n");
	whole(h);
	if (count > 0)
		htm_raw(h, "<ol class=\"losses\">\n");
	for (size_t i = 0; i < count && i < SHOWN_CHANGES; i++)
		change(h, &h->s->changes[i]);
	if (count > 0)
		htm_raw(h, "</ol>\n");
	if (count > SHOWN_CHANGES)
		buf_printf(h->out, "<p>and %zu more</p>\n", count - SHOWN_CHANGES);
	htm_raw(h, "</section>\n");
}

/* ---- the line ---- */

static const char *decision_dot(enum rep_decision d)
{
	switch (d) {
	case REP_GO:
		return "go";
	case REP_CONDITIONAL_GO:
		return "conditional";
	case REP_NO_GO:
		break;
	}
	return "no-go";
}

/* Tenths of a percent of the width: the first run at 1 %, this one at 99 %. */
static int64_t across(const struct html *h, size_t at)
{
	return 10 + (int64_t)(at * 980 / h->s->past_count);
}

static int64_t down(int64_t final)
{
	return 1000 - (final < 0 ? 0 : final > 1000 ? 1000 : final);
}

/* This run is the last of them. */
static struct rep_past run_at(const struct html *h, size_t at)
{
	if (at < h->s->past_count)
		return h->s->past[at];
	return (struct rep_past){ h->s->run, h->s->started_ms, h->s->final,
		                  h->s->decision };
}

static void threshold(struct html *h, int64_t at)
{
	char y[REP_NUMBER];

	if (at <= 0 || at > 1000)
		return;
	rep_tenths(1000 - at, y);
	buf_printf(h->out,
	           "<line class=\"threshold\" x2=\"100%%\" y1=\"%s%%\" y2=\"%s%%\"/>", y,
	           y);
}

static void dot(struct html *h, size_t at)
{
	const struct rep_past r = run_at(h, at);
	char x[REP_NUMBER];
	char y[REP_NUMBER];

	buf_printf(h->out,
	           "<circle class=\"%s\" cx=\"%s%%\" cy=\"%s%%\" r=\"%d\"><title>",
	           decision_dot(r.decision), rep_tenths(across(h, at), x),
	           rep_tenths(down(r.final), y), at == h->s->past_count ? 6 : 4);
	day(h, r.started_ms);
	buf_printf(h->out, " UTC: %s ", rep_decision_name(r.decision));
	htm_tenths(h, r.final);
	htm_raw(h, "</title></circle>\n");
}

static void line(struct html *h)
{
	htm_raw(h, "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" "
	           "width=\"100%\" height=\"100%\"><polyline class=\"past\" points=\"");
	for (size_t i = 0; i <= h->s->past_count; i++)
		buf_printf(h->out, "%s%" PRId64 ",%" PRId64, i > 0 ? " " : "",
		           across(h, i), down(run_at(h, i).final));
	htm_raw(h, "\"/></svg>\n");
}

static void scale_label(struct html *h, int64_t at)
{
	char y[REP_NUMBER];
	char text[REP_NUMBER];

	if (at < 0 || at > 1000)
		return;
	buf_printf(h->out, "<text x=\"100%%\" y=\"%s%%\" dy=\"4\">",
	           rep_tenths(1000 - at, y));
	rep_put_measure(h->out, rep_tenths(at, text), NULL);
	htm_raw(h, "</text>\n");
}

static void chart(struct html *h)
{
	htm_raw(h, "<figure>\n<div class=\"trend\">"
	           "<svg class=\"labels\" aria-hidden=\"true\">");
	scale_label(h, 0);
	scale_label(h, h->s->conditional_at > 0 ? h->s->conditional_at : 500);
	scale_label(h, h->s->go_at > 0 ? h->s->go_at : 1000);
	htm_raw(h, "</svg>\n<svg class=\"plot\" role=\"img\" "
	           "aria-labelledby=\"trend-text\">\n<line class=\"axis-line\" "
	           "x2=\"100%\" y1=\"100%\" y2=\"100%\"/>");
	threshold(h, h->s->conditional_at);
	threshold(h, h->s->go_at);
	line(h);
	for (size_t i = 0; i <= h->s->past_count; i++)
		dot(h, i);
	htm_raw(h, "</svg></div>\n<figcaption id=\"trend-text\">Score of this run and "
	           "of ");
	buf_printf(h->out, "%zu before it, from ", h->s->past_count);
	day(h, h->s->past[0].started_ms);
	htm_raw(h, " UTC on: <span class=\"key go\">GO</span> <span class=\"key "
	           "conditional\">CONDITIONAL GO</span> <span class=\"key "
	           "no-go\">NO-GO</span></figcaption>\n</figure>\n");
}

static void row(struct html *h, const struct rep_past *r)
{
	htm_raw(h, "<tr><th scope=\"row\">");
	day(h, r->started_ms);
	buf_printf(h->out, "</th><td>%s</td><td class=\"num\">",
	           rep_decision_name(r->decision));
	htm_tenths(h, r->final);
	htm_raw(h, "</td><td><code>");
	htm_text(h, r->run != NULL ? r->run : "this one");
	htm_raw(h, "</code></td></tr>\n");
}

void htm_past(struct html *h)
{
	if (h->s->past_count == 0)
		return;
	htm_raw(h, "<section aria-labelledby=\"past\">\n<h2 id=\"past\">Score over "
	           "time</h2>\n<div class=\"group past\">\n");
	chart(h);
	htm_raw(h, "<details class=\"table\"><summary>As a table</summary>\n"
	           "<table class=\"plain\"><thead><tr><th scope=\"col\">Started, UTC</th>"
	           "<th scope=\"col\">Decision</th><th scope=\"col\" class=\"num\">Score"
	           "</th><th scope=\"col\">Run</th></tr></thead>\n<tbody>\n");
	for (size_t i = h->s->past_count + 1; i-- > 0;) {
		const struct rep_past r = run_at(h, i);

		row(h, &r);
	}
	htm_raw(h, "</tbody></table></details>\n</div>\n</section>\n");
}
