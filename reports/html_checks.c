// SPDX-License-Identifier: Apache-2.0
/* The table that adds up, and every check as a row that opens its evidence. */
#include "html_internal.h"

#include "base/str.h"
#include "view.h"

#include <inttypes.h>

static int64_t largest_share(const struct rep_scorecard *s)
{
	int64_t most = 1;

	for (size_t i = 0; i < s->category_count; i++)
		if (s->categories[i].possible > most)
			most = s->categories[i].possible;
	return most;
}

static void band(struct html *h, const struct rep_category *c)
{
	const char *name = rep_band_name(c->band);

	if (name != NULL)
		buf_printf(h->out, " <span class=\"band %s\">%s</span>", name, name);
}

/* The width of the bar is the category's share of 100. */
static void category_bar(struct html *h, const struct rep_category *c, int64_t whole)
{
	const char *name = rep_band_name(c->band);

	htm_raw(h, "<td class=\"bars\"><svg class=\"bar\" aria-hidden=\"true\">");
	htm_rect(h, "track", 0, c->possible, whole);
	htm_rect(h, name != NULL ? name : "track", 0, c->contribution, whole);
	htm_rect(h, "open", c->contribution, rep_category_open(h->s, c), whole);
	htm_raw(h, "</svg></td>");
}

/* Leads to its checks, if there are any. */
static void category_name(struct html *h, const struct rep_category *c, size_t at)
{
	bool any = rep_has_checks(h->s, c);

	htm_raw(h, "<tr><th scope=\"row\">");
	if (any)
		buf_printf(h->out, "<a href=\"#c%zu\">", at);
	htm_text(h, c->title);
	htm_raw(h, any ? "</a>" : "");
}

static void category_row(struct html *h, size_t at, int64_t whole)
{
	const struct rep_category *c = &h->s->categories[at];

	category_name(h, c, at);
	band(h, c);
	htm_raw(h, "</th>");
	if (!c->has_score) {
		htm_raw(h, "<td class=\"bars note\">out of the sum: nothing applies</td>"
		           "<td class=\"num none\">–</td><td class=\"num none\">–</td>"
		           "<td class=\"num none\">–</td></tr>\n");
		return;
	}
	category_bar(h, c, whole);
	htm_raw(h, "<td class=\"num cat-score\">");
	htm_tenths(h, c->score);
	htm_raw(h, "</td><td class=\"num earned-points\">");
	htm_tenths(h, c->contribution);
	htm_raw(h, "</td><td class=\"num of\">");
	htm_tenths(h, c->possible);
	htm_raw(h, "</td></tr>\n");
}

void htm_categories(struct html *h)
{
	int64_t whole = largest_share(h->s);

	if (h->s->category_count == 0)
		return;
	htm_raw(h, "<section aria-labelledby=\"categories\">\n"
	           "<h2 id=\"categories\">Categories</h2>\n<table class=\"cats\">\n"
	           "<caption>What each category earned of its share of 100. "
	           "<span class=\"key open\">still open: no evidence</span></caption>\n"
	           "<thead><tr><th scope=\"col\">Category</th><th scope=\"col\">"
	           "Share and earned part</th><th scope=\"col\" class=\"num\">Score</th>"
	           "<th scope=\"col\" class=\"num\">Earned</th>"
	           "<th scope=\"col\" class=\"num\">of</th></tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < h->s->category_count; i++)
		category_row(h, i, whole);
	htm_raw(h,
	        "</tbody>\n<tfoot><tr><th scope=\"row\">Sum</th><td class=\"bars\"></td>"
	        "<td></td><td class=\"num\" id=\"sum\">= ");
	htm_tenths(h, h->s->lower);
	htm_raw(h, "</td><td class=\"num of\">");
	htm_tenths(h, rep_possible_total(h->s));
	htm_raw(h, "</td></tr></tfoot>\n</table>\n</section>\n");
}

/* ---- one check ---- */

static void tag(struct html *h, bool shown, const char *text)
{
	if (!shown)
		return;
	htm_raw(h, "<span class=\"tag\">");
	htm_text(h, text);
	htm_raw(h, "</span>");
}

static void measured(struct html *h, const char *number, const char *unit)
{
	buf_clear(&h->plain);
	rep_put_measure(&h->plain, number, unit);
	htm_span(h, buf_span(&h->plain));
}

/* A check without a title has its id once. */
static void check_name(struct html *h, const struct rep_check *c)
{
	bool titled = !str_eq(rep_check_title(c), c->id);

	htm_raw(h, "<span class=\"name\">");
	if (titled) {
		htm_raw(h, "<span class=\"title\">");
		htm_text(h, rep_check_title(c));
		htm_raw(h, "</span> ");
	}
	htm_raw(h, titled ? "<code>" : "<code class=\"title\">");
	htm_text(h, c->id);
	htm_raw(h, "</code></span>");
}

static void check_summary(struct html *h, const struct rep_check *c)
{
	htm_raw(h, "<summary>");
	htm_state(h, rep_state_name(c->state));
	check_name(h, c);
	htm_raw(h, "<span class=\"tags\">");
	tag(h, c->blocker != NULL, c->blocker);
	tag(h, c->required && c->blocker == NULL, "required");
	tag(h, c->attested, "attested");
	tag(h, c->waived, "waived");
	htm_raw(h, "</span><span class=\"measure\">");
	measured(h, c->measured, c->unit);
	htm_raw(h, "</span><span class=\"points\">");
	if (c->has_contribution) {
		htm_raw(h, "<b>");
		htm_tenths(h, c->contribution);
		htm_raw(h, "</b> / ");
		htm_tenths(h, c->possible);
	} else {
		htm_raw(h, "–");
	}
	htm_raw(h, "</span></summary>\n");
}

/* The check that shows this text already; else it is `c` from now on, and NULL. */
static const struct rep_check *shown_by(struct html *h, const struct rep_check *c,
                                        const struct rep_artefact *a)
{
	const size_t *other = map_get(&h->texts, span_str(a->sha256));

	if (other != NULL && &h->s->checks[*other] != c)
		return &h->s->checks[*other];
	if (!map_set(&h->texts, span_str(a->sha256), &h->numbers[c - h->s->checks]))
		h->out->failed = true;
	return NULL;
}

static void artefact_text(struct html *h, const struct rep_check *c,
                          const struct rep_artefact *a)
{
	const struct rep_check *other = shown_by(h, c, a);

	if (other != NULL) {
		htm_raw(h, "<p class=\"note\">its end is shown at ");
		htm_check_link(h, other->id);
		htm_raw(h, "</p>");
		return;
	}
	htm_raw(h, "<pre tabindex=\"0\">");
	htm_lines(h, a->tail);
	htm_raw(h, "</pre>");
}

static void artefact(struct html *h, const struct rep_check *c,
                     const struct rep_artefact *a)
{
	htm_raw(h, "<li><span class=\"file\">");
	htm_text(h, a->name);
	buf_printf(h->out, "</span> <span class=\"note\">%" PRIu64 " bytes</span> ",
	           a->bytes);
	htm_raw(h, "<code class=\"sha\">sha256:");
	htm_text(h, a->sha256);
	htm_raw(h, "</code>");
	if (a->tail != NULL)
		artefact_text(h, c, a);
	htm_raw(h, "</li>\n");
}

static void artefacts(struct html *h, const struct rep_check *c)
{
	if (c->artefact_count == 0) {
		htm_raw(h, "<p class=\"note\">No stored evidence.</p>\n");
		return;
	}
	htm_raw(h, "<h4>Evidence</h4>\n<ul class=\"artefacts\">\n");
	for (size_t i = 0; i < c->artefact_count; i++)
		artefact(h, c, &c->artefacts[i]);
	htm_raw(h, "</ul>\n");
}

static void open_fact(struct html *h, const char *name)
{
	htm_raw(h, "<div><dt>");
	htm_raw(h, name);
	htm_raw(h, "</dt><dd>");
}

static void close_fact(struct html *h)
{
	htm_raw(h, "</dd></div>\n");
}

static void trend(struct html *h, const struct rep_trend *t)
{
	struct buf text = BUF_INIT;

	rep_put_trend(&text, t);
	htm_text(h, buf_str(&text));
	h->out->failed |= text.failed;
	buf_fini(&text);
}

static void measure_facts(struct html *h, const struct rep_check *c)
{
	if (c->measured != NULL) {
		open_fact(h, "Measured");
		measured(h, c->measured, c->unit);
		close_fact(h);
	}
	if (c->target != NULL) {
		open_fact(h, "Target");
		measured(h, c->target, c->unit);
		close_fact(h);
	}
	if (c->value != NULL) {
		open_fact(h, "Value");
		htm_text(h, c->value);
		close_fact(h);
	}
	if (c->trend != NULL) {
		open_fact(h, "Findings");
		trend(h, c->trend);
		close_fact(h);
	}
	open_fact(h, "Weight");
	buf_printf(h->out, "%" PRIu64, c->weight);
	close_fact(h);
}

static void check_body(struct html *h, const struct rep_check *c)
{
	buf_printf(h->out, "<div class=\"body\" id=\"k%zu\">\n",
	           (size_t)(c - h->s->checks));
	if (c->message != NULL) {
		htm_raw(h, "<p class=\"message\">");
		htm_lines(h, c->message);
		htm_raw(h, "</p>\n");
	}
	if (c->remedy != NULL) {
		htm_raw(h, "<h4>To mend it</h4>\n<pre class=\"remedy\" tabindex=\"0\">");
		htm_lines(h, c->remedy);
		htm_raw(h, "</pre>\n");
	}
	htm_raw(h, "<dl class=\"facts\">\n");
	measure_facts(h, c);
	htm_raw(h, "</dl>\n");
	htm_coverage(h, c->coverage);
	artefacts(h, c);
	htm_raw(h, "</div>\n");
}

static void check_row(struct html *h, const struct rep_check *c)
{
	buf_printf(h->out, "<details class=\"row check %s\">\n",
	           htm_state_class(rep_state_name(c->state)));
	check_summary(h, c);
	check_body(h, c);
	htm_raw(h, "</details>\n");
}

static void group(struct html *h, size_t at)
{
	const struct rep_category *g = &h->s->categories[at];

	if (!rep_has_checks(h->s, g))
		return;
	buf_printf(h->out, "<section class=\"group\" aria-labelledby=\"c%zu\">\n", at);
	buf_printf(h->out, "<h3 id=\"c%zu\"><span>", at);
	htm_text(h, g->title);
	htm_raw(h, "</span><span class=\"points\"><b>");
	htm_tenths(h, g->contribution);
	htm_raw(h, "</b> / ");
	htm_tenths(h, g->possible);
	htm_raw(h, "</span></h3>\n");
	for (size_t i = 0; i < h->s->check_count; i++)
		if (str_eq(h->s->checks[i].category, g->id))
			check_row(h, &h->s->checks[i]);
	htm_raw(h, "</section>\n");
}

static void state_button(struct html *h, enum rep_state state)
{
	size_t count = 0;

	for (size_t i = 0; i < h->s->check_count; i++)
		count += h->s->checks[i].state == state;
	if (count == 0)
		return;
	buf_printf(h->out,
	           "<button type=\"button\" class=\"chip\" data-state=\"%s\" "
	           "aria-pressed=\"false\">%s <b>%zu</b></button>",
	           htm_state_class(rep_state_name(state)), rep_state_name(state), count);
}

static void category_choice(struct html *h)
{
	htm_raw(h, "<label>Category <select id=\"of-category\">"
	           "<option value=\"\">all</option>");
	for (size_t i = 0; i < h->s->category_count; i++) {
		if (!rep_has_checks(h->s, &h->s->categories[i]))
			continue;
		buf_printf(h->out, "<option value=\"c%zu\">", i);
		htm_text(h, h->s->categories[i].title);
		htm_raw(h, "</option>");
	}
	htm_raw(h, "</select></label>\n");
}

/* Hidden until the script shows them: without it they would do nothing. */
static void tools(struct html *h)
{
	static const enum rep_state order[] = { REP_FAIL, REP_ERROR, REP_UNKNOWN,
		                                REP_WARN, REP_PASS,  REP_NOT_APPLICABLE };

	htm_raw(h, "<form class=\"tools\" role=\"search\" aria-label=\"Filter\" hidden>"
	           "\n<input type=\"search\" id=\"search\" autocomplete=\"off\" "
	           "spellcheck=\"false\" placeholder=\"Search checks, suites, findings\" "
	           "aria-label=\"Search checks, suites and findings\" "
	           "aria-describedby=\"keys\">\n");
	htm_raw(h, "<span class=\"chips\" role=\"group\" aria-label=\"State\">");
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		state_button(h, order[i]);
	htm_raw(h, "</span>\n");
	category_choice(h);
	if (h->s->finding_count > 0)
		htm_raw(h,
		        "<label>Severity <select id=\"of-severity\">"
		        "<option value=\"\">all</option><option>error</option>"
		        "<option>warning</option><option>note</option></select></label>"
		        "\n");
	htm_raw(h, "<span class=\"buttons\"><button type=\"button\" id=\"expand\" "
	           "aria-pressed=\"false\">Open all rows</button>"
	           "<button type=\"reset\" id=\"reset\" hidden>Clear filter</button>"
	           "</span>\n<p class=\"note\" id=\"keys\">Arrow keys move between rows, "
	           "Enter opens one, Escape clears the filter.</p>\n"
	           "<p id=\"shown\" role=\"status\"></p>\n</form>\n");
}

void htm_checks(struct html *h)
{
	if (h->s->check_count == 0) {
		htm_raw(h, "<section class=\"filtered\" aria-labelledby=\"checks\">\n"
		           "<h2 id=\"checks\">Checks</h2>\n<p class=\"note\">No check "
		           "applies to this project.</p>\n</section>\n");
		return;
	}
	tools(h);
	htm_raw(h, "<section class=\"filtered\" aria-labelledby=\"checks\">\n"
	           "<h2 id=\"checks\">Checks</h2>\n");
	for (size_t i = 0; i < h->s->category_count; i++)
		group(h, i);
	htm_raw(h, "</section>\n");
}
