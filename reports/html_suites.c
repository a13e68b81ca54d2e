// SPDX-License-Identifier: Apache-2.0
/* Suites with their failures and slowest tests, findings with their places. */
#include "html_internal.h"

#include "base/str.h"
#include "view.h"

#include <inttypes.h>

static int64_t clipped(uint64_t n)
{
	const uint64_t most = 1000000000;

	return (int64_t)(n < most ? n : most);
}

/* One failure among thousands must still be seen. */
static int64_t at_least(int64_t part, int64_t all)
{
	int64_t least = all / 40 + 1;

	return part == 0 || part > least ? part : least;
}

static void suite_bar(struct html *h, const struct rep_suite *s)
{
	int64_t sum = clipped(s->passed) + clipped(s->failed) + clipped(s->flaky) +
	              clipped(s->skipped);
	int64_t passed = clipped(s->passed);
	int64_t failed = at_least(clipped(s->failed), sum);
	int64_t flaky = at_least(clipped(s->flaky), sum);
	int64_t skipped = at_least(clipped(s->skipped), sum);
	int64_t all = passed + failed + flaky + skipped;

	htm_raw(h, "<svg class=\"bar\" aria-hidden=\"true\">");
	htm_rect(h, "track", 0, 1, 1);
	htm_rect(h, "green", 0, passed, all);
	htm_rect(h, "yellow", passed, flaky, all);
	htm_rect(h, "red", passed + flaky, failed, all);
	htm_rect(h, "skipped", passed + flaky + failed, skipped, all);
	htm_raw(h, "</svg>");
}

static void part(struct html *h, uint64_t n, const char *word)
{
	if (n > 0)
		buf_printf(h->out, ", %" PRIu64 " %s", n, word);
}

/* "1200 passed, 1 failed, 3 skipped" */
static void counts(struct html *h, const struct rep_suite *s)
{
	htm_raw(h, "<span class=\"counts\">");
	if (s->passed + s->failed + s->skipped + s->flaky + s->quarantined == 0)
		htm_raw(h, "no results");
	else
		buf_printf(h->out, "%" PRIu64 " passed", s->passed);
	part(h, s->failed, "failed");
	part(h, s->skipped, "skipped");
	part(h, s->flaky, "flaky");
	part(h, s->quarantined, "quarantined");
	part(h, s->leaky ? s->leaked : 0, "processes outlived it");
	htm_raw(h, "</span>");
}

/* The model's word, or unknown for one we do not know: it becomes a class name. */
static const char *suite_state(const struct rep_suite *s)
{
	if (str_eq(s->state, "pass") || str_eq(s->state, "fail"))
		return s->state;
	return "unknown";
}

static void suite_summary(struct html *h, const struct rep_suite *s)
{
	char time[REP_NUMBER];

	htm_raw(h, "<summary>");
	htm_state(h, suite_state(s));
	htm_raw(h, "<span class=\"name\"><span class=\"title\">");
	htm_text(h, s->id);
	htm_raw(h, "</span> ");
	counts(h, s);
	htm_raw(h, "</span>");
	suite_bar(h, s);
	htm_raw(h, "<span class=\"points\">");
	htm_raw(h, rep_elapsed(s->duration_s, time));
	htm_raw(h, "</span></summary>\n");
}

static void failures(struct html *h, const struct rep_suite *s)
{
	if (s->failure_count == 0)
		return;
	htm_raw(h, "<h3 class=\"minor\">Failing tests</h3>\n");
	for (size_t i = 0; i < s->failure_count; i++) {
		htm_raw(h, "<p class=\"file\">");
		htm_text(h, s->failures[i].name);
		htm_raw(h, "</p>\n");
		if (s->failures[i].message == NULL)
			continue;
		htm_raw(h, "<pre tabindex=\"0\">");
		htm_lines(h, s->failures[i].message);
		htm_raw(h, "</pre>\n");
	}
	if (s->failed > s->failure_count)
		buf_printf(h->out, "<p class=\"note\">and %" PRIu64 " more</p>\n",
		           s->failed - s->failure_count);
}

static void slowest(struct html *h, const struct rep_suite *s)
{
	char time[REP_NUMBER];

	if (s->slowest_count == 0)
		return;
	htm_raw(h,
	        "<table class=\"plain\">\n<caption>Slowest tests</caption>\n<tbody>\n");
	for (size_t i = 0; i < s->slowest_count; i++) {
		htm_raw(h, "<tr><th scope=\"row\">");
		htm_text(h, s->slowest[i].name);
		htm_raw(h, "</th><td class=\"num\">");
		htm_raw(h, rep_elapsed(s->slowest[i].seconds, time));
		htm_raw(h, "</td></tr>\n");
	}
	htm_raw(h, "</tbody>\n</table>\n");
}

static void suite_row(struct html *h, const struct rep_suite *s)
{
	buf_printf(h->out, "<details class=\"row suite %s\">\n", suite_state(s));
	suite_summary(h, s);
	htm_raw(h, "<div class=\"body\">\n");
	if (s->reason != NULL) {
		htm_raw(h, "<p class=\"message\">");
		htm_lines(h, s->reason);
		htm_raw(h, "</p>\n");
	}
	if (s->command != NULL) {
		htm_raw(h,
		        "<h3 class=\"minor\">Command</h3>\n<pre class=\"remedy\" tabindex=\"0\">");
		htm_lines(h, s->command);
		htm_raw(h, "</pre>\n");
	}
	failures(h, s);
	slowest(h, s);
	htm_raw(h, "</div>\n</details>\n");
}

void htm_suites(struct html *h)
{
	if (h->s->suite_count == 0)
		return;
	htm_raw(h,
	        "<section class=\"filtered\" aria-labelledby=\"suites\">\n<h2 id=\"suites\">Suites "
	        "<span class=\"count\">");
	buf_printf(h->out, "%zu", h->s->suite_count);
	htm_raw(h, "</span></h2>\n<div class=\"group\">\n");
	for (size_t i = 0; i < h->s->suite_count; i++)
		suite_row(h, &h->s->suites[i]);
	htm_raw(h, "</div>\n</section>\n");
}

/* ---- findings ---- */

/* The model's word, or note for one we do not know: it becomes a class name. */
static const char *severity(const struct rep_finding *f)
{
	if (str_eq(f->severity, "error") || str_eq(f->severity, "warning"))
		return f->severity;
	return "note";
}

/* There may be thousands: as little markup as it takes. */
static void place(struct html *h, const struct rep_finding *f)
{
	buf_printf(h->out, "<li class=\"%s\"><code>", severity(f));
	htm_text(h, f->path);
	buf_printf(h->out, ":%" PRIu64 ":%" PRIu64 "</code><p>", f->line, f->column);
	htm_text(h, f->message);
	buf_printf(h->out, " <i>%s", severity(f));
	if (f->scope != NULL) {
		htm_raw(h, ", ");
		htm_text(h, f->scope);
	}
	htm_raw(h, "</i></p>");
	if (f->context != NULL && f->context[0] != '\0') {
		htm_raw(h, "<code>");
		htm_span(h, span_trim(span_str(f->context)));
		htm_raw(h, "</code>");
	}
	htm_raw(h, "</li>\n");
}

static void places(struct html *h, const struct rep_rule_count *r)
{
	const struct rep_finding *f;
	uint64_t listed = 0;
	size_t at = 0;

	htm_raw(h, "<div class=\"body\">\n<ul class=\"places\">\n");
	while ((f = rep_next_finding(h->s, r->rule, &at)) != NULL) {
		place(h, f);
		listed++;
	}
	htm_raw(h, "</ul>\n");
	if (listed < r->count)
		buf_printf(
			h->out,
			"<p class=\"note\">%" PRIu64 " of %" PRIu64
			" places are kept here, the most severe of the run; "
			"<code>seaworthy report --format jsonl</code> lists all.</p>\n",
			listed, r->count);
	htm_raw(h, "</div>\n");
}

static void rule_row(struct html *h, const struct rep_rule_count *r)
{
	htm_raw(h, "<details class=\"row rule\">\n<summary><span class=\"name\">"
	           "<code class=\"title\">");
	htm_text(h, r->rule);
	htm_raw(h, "</code></span><svg class=\"bar\" aria-hidden=\"true\">");
	htm_rect(h, "track", 0, 1, 1);
	htm_rect(h, "measured", 0, clipped(r->count), clipped(h->s->findings_total));
	buf_printf(h->out,
	           "</svg><span class=\"points\"><span class=\"hits\"></span><b>%" PRIu64
	           "</b></span></summary>\n",
	           r->count);
	places(h, r);
	htm_raw(h, "</details>\n");
}

static void trend(struct html *h)
{
	struct buf text = BUF_INIT;

	rep_put_trend_line(&text, h->s);
	if (text.len > 0) {
		htm_raw(h, "<p class=\"note\">");
		htm_text(h, buf_str(&text));
		htm_raw(h, "</p>\n");
	}
	h->out->failed |= text.failed;
	buf_fini(&text);
}

void htm_findings(struct html *h)
{
	if (!rep_has_findings(h->s))
		return;
	htm_raw(h,
	        "<section class=\"filtered\" aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings "
	        "<span class=\"count\">");
	buf_printf(h->out, "%" PRIu64, h->s->findings_total);
	if (h->s->findings_known > 0)
		buf_printf(h->out, ", besides %" PRIu64 " known", h->s->findings_known);
	htm_raw(h, "</span></h2>\n");
	trend(h);
	if (h->s->finding_count < h->s->findings_total)
		buf_printf(
			h->out,
			"<p class=\"note\">%zu of %" PRIu64
			" findings are listed, the most severe; <code>seaworthy report "
			"--format jsonl</code> has all of them.</p>\n",
			h->s->finding_count, h->s->findings_total);
	htm_raw(h, "<div class=\"group\">\n");
	for (size_t i = 0; i < h->s->findings_by_rule_count; i++)
		rule_row(h, &h->s->findings_by_rule[i]);
	htm_raw(h, "</div>\n</section>\n");
}
