// SPDX-License-Identifier: Apache-2.0
/* Benchmarks as dots with their bounds, on one scale for all. */
#include "html_internal.h"

#include "base/str.h"
#include "bench.h"
#include "view.h"

#include <math.h>

enum { BASE_SHOWN = 12 };

struct range {
	double low;
	double high;
};

static double percent(const struct range *r, double x)
{
	const double share = (x - r->low) / (r->high - r->low);

	return 100 * fmin(fmax(share, 0), 1);
}

static const char *css_of(const struct rep_bench_row *r)
{
	switch (r->verdict) {
	case REP_BENCH_REGRESSION:
		return "fail";
	case REP_BENCH_EQUIVALENT:
		return r->warns ? "warn" : "pass";
	case REP_BENCH_IMPROVED:
		return "pass";
	case REP_BENCH_INCONCLUSIVE:
		return "warn";
	case REP_BENCH_UNKNOWN:
	case REP_BENCH_NEW:
		break;
	}
	return "unknown";
}

static void line(struct html *h, const char *css, double x)
{
	buf_printf(h->out,
	           "<line class=\"%s\" x1=\"%.2f%%\" x2=\"%.2f%%\" y2=\"100%%\"/>", css,
	           x, x);
}

static void bounds(struct html *h, const struct range *range,
                   const struct rep_bench_row *r)
{
	const double low = percent(range, r->low);
	const double high = percent(range, r->high);

	buf_printf(h->out,
	           "<line class=\"bounds\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"50%%\" "
	           "y2=\"50%%\"/>",
	           low, high);
	/* An end that lies beyond the scale stays open. */
	if (r->low >= range->low)
		buf_printf(h->out,
		           "<line class=\"bounds\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
		           "y1=\"30%%\" y2=\"70%%\"/>",
		           low, low);
	if (r->high <= range->high)
		buf_printf(h->out,
		           "<line class=\"bounds\" x1=\"%.2f%%\" x2=\"%.2f%%\" "
		           "y1=\"30%%\" y2=\"70%%\"/>",
		           high, high);
}

static void plot(struct html *h, const struct range *range, const struct rep_bench_row *r)
{
	const double left = percent(range, 1 / (1 + r->margin));
	const double right = percent(range, 1 + r->margin);

	buf_printf(h->out, "<svg class=\"dots %s\" aria-hidden=\"true\">", css_of(r));
	buf_printf(h->out,
	           "<rect class=\"margin\" x=\"%.2f%%\" width=\"%.2f%%\" "
	           "height=\"100%%\"/>",
	           left, right - left);
	line(h, "one", percent(range, 1));
	if (!isnan(r->low) && !isnan(r->high))
		bounds(h, range, r);
	if (!isnan(r->ratio))
		buf_printf(h->out, "<circle cx=\"%.2f%%\" cy=\"50%%\" r=\"5\"/>",
		           percent(range, r->ratio));
	htm_raw(h, "</svg>");
}

static void number(struct html *h, double x)
{
	if (isfinite(x))
		buf_printf(h->out, "%.3f", x);
	else
		htm_raw(h, isnan(x) ? "–" : "∞");
}

static void numbers(struct html *h, const struct rep_bench_row *r)
{
	htm_raw(h, "<td class=\"ratio\"><b>");
	number(h, r->ratio);
	htm_raw(h, "</b>");
	if (!isnan(r->low) && !isnan(r->high)) {
		htm_raw(h, " <span class=\"note\">");
		number(h, r->low);
		htm_raw(h, "–");
		number(h, r->high);
		htm_raw(h, "</span>");
	}
	htm_raw(h, "</td>");
}

static void value(struct html *h, double x, const char *unit)
{
	struct buf text = BUF_INIT;

	rep_bench_value(&text, x, unit);
	htm_text(h, buf_str(&text));
	if (!buf_ok(&text))
		h->out->failed = true;
	buf_fini(&text);
}

static void row(struct html *h, const struct range *range, const struct rep_bench_row *r)
{
	htm_raw(h, "<tr><th scope=\"row\">");
	htm_text(h, r->name);
	htm_raw(h, "<span class=\"context\">");
	if (isfinite(r->base)) {
		value(h, r->base, r->unit);
		htm_raw(h, " → ");
	}
	value(h, r->head, r->unit);
	if (r->verdict != REP_BENCH_NEW)
		buf_printf(h->out, "; %zu of %zu pairs", r->valid, r->pairs);
	if (isfinite(r->control))
		buf_printf(h->out, ", control %.3f", r->control);
	if (r->why[0] != '\0') {
		htm_raw(h, "; ");
		htm_text(h, r->why);
	}
	htm_raw(h, "</span></th><td>");
	plot(h, range, r);
	htm_raw(h, "</td>");
	numbers(h, r);
	buf_printf(h->out, "<td><span class=\"state %s\">%s</span></td></tr>\n",
	           css_of(r), rep_bench_name(r->verdict));
}

static void scale(struct html *h, const struct range *r)
{
	buf_printf(
		h->out,
		"<thead><tr><th scope=\"col\">Benchmark</th>"
		"<th scope=\"col\"><svg class=\"axis\" aria-hidden=\"true\">"
		"<text x=\"0\" y=\"12\">%.2f</text>"
		"<text class=\"label\" x=\"%.2f%%\" y=\"12\">1</text>"
		"<text class=\"end\" x=\"100%%\" y=\"12\">%.2f</text></svg></th>"
		"<th scope=\"col\">Ratio</th><th scope=\"col\">Verdict</th></tr></thead>\n",
		r->low, percent(r, 1), r->high);
}

static void facts(struct html *h, const struct rep_bench *b)
{
	htm_raw(h, "<p class=\"note\">");
	if (b->base != NULL) {
		htm_raw(h, "Compared with <code>");
		htm_span(h, span_sub(span_str(b->base), 0, BASE_SHOWN));
		htm_raw(h, "</code>. ");
	}
	if (b->cpu != NULL) {
		htm_text(h, b->cpu);
		buf_printf(h->out, ", %llu core%s. ", (unsigned long long)b->cores,
		           str_s(b->cores));
	}
	if (isfinite(b->load_before) && isfinite(b->load_after))
		buf_printf(h->out, "Load %.1f to %.1f. ", b->load_before, b->load_after);
	if (isfinite(b->steal))
		buf_printf(h->out, "%.1f %% of the time went to other guests. ",
		           100 * b->steal);
	if (b->governor != NULL) {
		htm_raw(h, "Governor ");
		htm_text(h, b->governor);
		htm_raw(h, ". ");
	}
	htm_text(h, b->control);
	htm_raw(h, "</p>\n");
}

static void list(struct html *h, const char *title, const char *const *lines,
                 size_t count)
{
	if (count == 0)
		return;
	buf_printf(h->out, "<p class=\"note\">%s</p>\n<ul class=\"reasons\">\n", title);
	for (size_t i = 0; i < count; i++) {
		htm_raw(h, "<li>");
		htm_text(h, lines[i]);
		htm_raw(h, "</li>\n");
	}
	htm_raw(h, "</ul>\n");
}

void htm_bench(struct html *h)
{
	const struct rep_bench *b = h->s->bench;
	struct range range;

	if (b == NULL || b->count == 0)
		return;
	rep_bench_range(b, &range.low, &range.high);
	htm_raw(h, "<section aria-labelledby=\"benchmarks\">\n"
	           "<h2 id=\"benchmarks\">Benchmarks</h2>\n<div class=\"group bench\">\n"
	           "<table><caption>Ratio to the base with its bounds; to the right of "
	           "the line is worse, the band is the margin</caption>\n");
	scale(h, &range);
	htm_raw(h, "<tbody>\n");
	for (size_t i = 0; i < b->count; i++)
		row(h, &range, &b->rows[i]);
	htm_raw(h, "</tbody></table>\n");
	facts(h, b);
	list(h, "Not measured:", b->troubles, b->trouble_count);
	list(h, "What would help:", b->advice, b->advice_count);
	htm_raw(h, "</div>\n</section>\n");
}
