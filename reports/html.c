// SPDX-License-Identifier: Apache-2.0
/* One page that needs nothing but itself: style and script are inside, their hashes are
 * in its content security policy, and nothing else may load or run. */
#include "html_internal.h"

#include "base/mem.h"
#include "base/when.h"
#include "dashboard.h"
#include "html_page.h"
#include "view.h"
#include "writers.h"

/* The mark of a load line: a circle and the line a ship may not sink below. */
#define MARK                                                              \
	"<svg class=\"mark\" viewBox=\"0 0 32 32\" aria-hidden=\"true\">" \
	"<circle cx=\"16\" cy=\"16\" r=\"9.5\"/><path d=\"M2 16h28\"/></svg>"

static void embedded(struct html *h, const unsigned char *bytes, size_t len)
{
	buf_put(h->out, span_of((const char *)bytes, len));
}

static void head(struct html *h)
{
	htm_raw(h, "<!doctype html>\n<html lang=\"en\">\n<head>\n"
	           "<meta charset=\"utf-8\">\n"
	           "<meta http-equiv=\"Content-Security-Policy\" "
	           "content=\"default-src 'none'; style-src '" REP_HTML_STYLE_HASH
	           "'; script-src '" REP_HTML_SCRIPT_HASH
	           "'; base-uri 'none'; form-action 'none'\">\n"
	           "<meta name=\"viewport\" "
	           "content=\"width=device-width, initial-scale=1\">\n"
	           "<meta name=\"color-scheme\" content=\"light dark\">\n"
	           "<meta name=\"robots\" content=\"noindex\">\n<title>");
	htm_raw(h, rep_decision_name(h->s->decision));
	htm_raw(h, " ");
	htm_tenths(h, h->s->final);
	htm_raw(h, " – ");
	htm_span(h, rep_project_name(h->s));
	htm_raw(h, " – Seaworthy</title>\n<style>");
	embedded(h, rep_html_style, sizeof rep_html_style);
	htm_raw(h, "</style>\n</head>\n");
}

static void top(struct html *h)
{
	char started[WHEN_TEXT];

	when_format(h->s->started_ms, false, started);
	htm_raw(h, "<body>\n<nav class=\"skips\" aria-label=\"Skip\">"
	           "<a class=\"skip\" href=\"#checks\">Skip to the checks</a></nav>\n"
	           "<header class=\"top\"><span class=\"brand\">" MARK
	           "Seaworthy</span><span class=\"project\">");
	htm_span(h, rep_project_name(h->s));
	htm_raw(h, "</span><time datetime=\"");
	htm_raw(h, started);
	htm_raw(h, "\">");
	started[10] = ' ';
	htm_span(h, span_sub(span_str(started), 0, 16));
	htm_raw(h, " UTC</time></header>\n<main>\n");
}

static void fact(struct html *h, const char *name, const char *value, const char *other)
{
	htm_raw(h, "<div><dt>");
	htm_raw(h, name);
	htm_raw(h, "</dt><dd>");
	if (value != NULL) {
		htm_raw(h, "<code>");
		htm_text(h, value);
		htm_raw(h, "</code>");
	} else {
		htm_raw(h, other);
	}
	htm_raw(h, "</dd></div>\n");
}

static void released(struct html *h, const struct rep_released *r)
{
	htm_raw(h, "<div><dt>Released file</dt><dd>");
	htm_text(h, r->name);
	htm_raw(h, "<code class=\"sha\">");
	htm_text(h, r->sha256);
	htm_raw(h, "</code></dd></div>\n");
}

static void subject_facts(struct html *h)
{
	const struct rep_subject *j = &h->s->subject;
	const char *none = "none: no version control";

	fact(h, "Project", j->path, "unknown");
	fact(h, "Commit", j->commit, none);
	fact(h, "Tree", j->tree, none);
	if (j->has_dirty)
		fact(h, "Working tree", NULL, j->dirty ? "uncommitted changes" : "clean");
	for (size_t i = 0; i < j->released_count; i++)
		released(h, &j->released[i]);
}

static void policy_facts(struct html *h)
{
	const struct rep_policy *p = &h->s->policy;

	fact(h, "Policy", p->path, "built in");
	fact(h, "Profile", p->profile, "none");
	fact(h, "Policy digest", p->digest, "none");
	if (h->s->run != NULL)
		fact(h, "Run", h->s->run, "");
}

static void judged(struct html *h)
{
	char time[REP_NUMBER];

	htm_raw(h, "<section class=\"judged\" aria-labelledby=\"judged\">\n"
	           "<h2 id=\"judged\">What was judged</h2>\n<dl class=\"facts\">\n");
	subject_facts(h);
	policy_facts(h);
	fact(h, "Duration", NULL, rep_elapsed(h->s->duration_s, time));
	htm_raw(h,
	        "</dl>\n"
	        "<p class=\"note\">The score is computed from evidence, never typed in. "
	        "It is a lower bound: a check without evidence earns nothing. "
	        "“Possible” is where the score would stand if every unknown check "
	        "passed.</p>\n</section>\n");
}

static void end(struct html *h)
{
	htm_raw(h, "</main>\n<footer class=\"foot\">" MARK "Seaworthy ");
	htm_text(h, h->s->tool_version);
	htm_raw(h, "</footer>\n<script>");
	embedded(h, rep_html_script, sizeof rep_html_script);
	htm_raw(h, "</script>\n</body>\n</html>\n");
}

static enum err_code number_checks(struct html *h, struct err *err)
{
	map_init(&h->texts);
	if (!mem_array(&h->numbers, h->s->check_count + 1, sizeof(*h->numbers)))
		return err_nomem(err);
	for (size_t i = 0; i < h->s->check_count; i++)
		h->numbers[i] = i;
	return ERR_OK;
}

enum err_code rep_write_html(const struct rep_scorecard *s, const struct rep_style *style,
                             struct buf *out, struct err *err)
{
	struct html h = { .s = s, .out = out };
	enum err_code rc = rep_check_sums(s, err);

	(void)style; /* of terminals */
	if (rc == ERR_OK)
		rc = number_checks(&h, err);
	if (rc != ERR_OK)
		return rc;
	head(&h);
	top(&h);
	htm_hero(&h);
	htm_actions(&h);
	htm_past(&h);
	htm_categories(&h);
	htm_parts(&h);
	htm_checks(&h);
	htm_bench(&h);
	htm_suites(&h);
	htm_findings(&h);
	htm_risks(&h);
	judged(&h);
	end(&h);
	rc = buf_ok(&h.shown) && buf_ok(&h.plain) ? buf_err(out, err) : err_nomem(err);
	map_fini(&h.texts);
	mem_free(h.numbers);
	buf_fini(&h.plain);
	buf_fini(&h.shown);
	return rc;
}

/* ---- for those who serve it ---- */

void rep_dashboard_style(struct buf *out)
{
	buf_put(out, span_of((const char *)rep_html_style, sizeof(rep_html_style)));
	buf_put(out, span_of((const char *)rep_dashboard_css, sizeof(rep_dashboard_css)));
}

void rep_dashboard_script(struct buf *out)
{
	buf_put(out, span_of((const char *)rep_html_script, sizeof(rep_html_script)));
}

const char *rep_scorecard_policy(void)
{
	return "default-src 'none'; style-src '" REP_HTML_STYLE_HASH
	       "'; script-src '" REP_HTML_SCRIPT_HASH
	       "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}
