// SPDX-License-Identifier: Apache-2.0
#include "dashboard.h"

#include "base/map.h"
#include "base/str.h"
#include "base/when.h"
#include "markup.h"
#include "view.h"

#include <inttypes.h>

enum { COMMIT_SHOWN = 8 };

/* Of a project that may have no run, beside the decisions. */
enum { NO_RUN = REP_NO_GO + 1, STATES };

static const char *const state_names[STATES] = { "go", "conditional", "no-go", "none" };

struct page {
	struct buf *out;
	struct buf shown; /* text being escaped */
};

static void raw(struct page *p, const char *markup)
{
	buf_puts(p->out, markup);
}

static void text(struct page *p, const char *s)
{
	rep_markup_span(p->out, &p->shown, span_str(s));
}

/* The first `most` bytes of it. */
static void start_of(struct page *p, const char *s, size_t most)
{
	rep_markup_span(p->out, &p->shown, span_sub(span_str(s), 0, most));
}

static void tenths(struct page *p, int64_t v)
{
	buf_printf(p->out, "%" PRId64 ".%" PRId64, v / 10, v % 10);
}

static void time_of(struct page *p, int64_t ms)
{
	char time[WHEN_TEXT];

	when_format(ms, false, time);
	buf_printf(p->out, "<time datetime=\"%s\">", time);
	buf_printf(p->out, "%.10s %.5s UTC</time>", time, time + 11);
}

static void head(struct page *p, const char *title)
{
	raw(p,
	    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	text(p, title);
	raw(p,
	    " – Seaworthy</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n"
	    "<script src=\"/script.js\" defer></script>\n</head>\n<body>\n<header class=\"top\"><span class=\"brand\">"
	    "<a href=\"/\">Seaworthy</a></span><span class=\"project\">");
	text(p, title);
	raw(p, "</span></header>\n<main class=\"dashboard\">\n");
}

static enum err_code tail(struct page *p, struct err *err)
{
	raw(p, "</main>\n</body>\n</html>\n");
	if (!buf_ok(&p->shown))
		p->out->failed = true;
	buf_fini(&p->shown);
	return buf_err(p->out, err);
}

static void decision(struct page *p, const struct rep_dashboard_run *r)
{
	buf_printf(p->out, "<span class=\"decision %s\">%s</span>",
	           state_names[r->decision], rep_decision_name(r->decision));
	if (r->recorded != r->decision)
		buf_printf(p->out, "<span class=\"before\">%s before sign-offs</span>",
		           rep_decision_name(r->recorded));
}

/* The scores of the runs, oldest first, as a line with the decisions as dots. */
static void chart(struct page *p, const struct rep_dashboard_project *j, size_t most)
{
	const size_t n = j->count < most ? j->count : most;

	if (n < 2)
		return;
	buf_printf(p->out,
	           "<svg class=\"scores\" viewBox=\"0 0 1000 220\" role=\"img\" "
	           "aria-label=\"Scores of the last %zu runs\"><polyline points=\"",
	           n);
	for (size_t i = n; i-- > 0;)
		buf_printf(p->out, "%zu,%" PRId64 " ", 10 + (n - 1 - i) * 980 / (n - 1),
		           (int64_t)210 - j->runs[i].final / 5);
	raw(p, "\"/>");
	for (size_t i = n; i-- > 0;) {
		buf_printf(p->out,
		           "<circle class=\"%s\" r=\"7\" cx=\"%zu\" cy=\"%" PRId64
		           "\"><title>",
		           state_names[j->runs[i].decision],
		           10 + (n - 1 - i) * 980 / (n - 1),
		           (int64_t)210 - j->runs[i].final / 5);
		buf_printf(p->out, "%s ", rep_decision_name(j->runs[i].decision));
		tenths(p, j->runs[i].final);
		raw(p, "</title></circle>");
	}
	raw(p, "</svg>\n");
}

/* ---- the filter: hidden until the script, which can do it, shows it ---- */

static void chip(struct page *p, size_t state, size_t count)
{
	if (count > 0)
		buf_printf(p->out,
		           "<button type=\"button\" class=\"chip\" data-state=\"%s\" "
		           "aria-pressed=\"false\">%s <b>%zu</b></button>",
		           state_names[state],
		           state == NO_RUN ? "no run"
		                           : rep_decision_name((enum rep_decision)state),
		           count);
}

static void tools_start(struct page *p, const char *what, const size_t counts[STATES])
{
	buf_printf(p->out,
	           "<form class=\"tools\" role=\"search\" aria-label=\"Filter\" hidden>\n"
	           "<input type=\"search\" id=\"search\" autocomplete=\"off\" "
	           "spellcheck=\"false\" placeholder=\"Search %s\" "
	           "aria-label=\"Search %s\" aria-describedby=\"keys\">\n"
	           "<span class=\"chips\" role=\"group\" aria-label=\"Decision\">",
	           what, what);
	for (size_t i = 0; i < STATES; i++)
		chip(p, i, counts[i]);
	raw(p, "</span>\n");
}

static void tools_end(struct page *p)
{
	raw(p, "<span class=\"buttons\"><button type=\"reset\" id=\"reset\" hidden>"
	       "Clear filter</button></span>\n<p class=\"note\" id=\"keys\">Arrow keys "
	       "move between rows, Enter opens one, Escape clears the filter.</p>\n"
	       "<p id=\"shown\" role=\"status\"></p>\n</form>\n");
}

/* Of more than one branch, each once, the one of the newest run first. */
static void branch_choice(struct page *p, const struct rep_dashboard_project *j)
{
	struct map seen = MAP_INIT;
	bool other = false;
	bool ok = true;

	for (size_t i = 1; i < j->count; i++)
		other = other || !str_eq(j->runs[i].branch, j->runs[0].branch);
	if (!other)
		return;
	raw(p, "<label>Branch <select id=\"of-branch\"><option value=\"\">all</option>");
	for (size_t i = 0; ok && i < j->count; i++) {
		const char *branch = j->runs[i].branch;

		if (branch == NULL || map_has(&seen, span_str(branch)))
			continue;
		ok = map_set(&seen, span_str(branch), &seen);
		raw(p, "<option value=\"");
		text(p, branch);
		raw(p, "\">");
		text(p, branch);
		raw(p, "</option>");
	}
	raw(p, "</select></label>\n");
	p->out->failed |= !ok;
	map_fini(&seen);
}

/* ---- all projects ---- */

static size_t state_of(const struct rep_dashboard_project *j)
{
	return j->count > 0 ? (size_t)j->runs[0].decision : NO_RUN;
}

static void project_tools(struct page *p, const struct rep_dashboard_project *projects,
                          size_t count)
{
	size_t counts[STATES] = { 0 };

	if (count < 2)
		return;
	for (size_t i = 0; i < count; i++)
		counts[state_of(&projects[i])]++;
	tools_start(p, "projects", counts);
	tools_end(p);
}

static void project_row(struct page *p, const struct rep_dashboard_project *j)
{
	const struct rep_dashboard_run *r = j->count > 0 ? &j->runs[0] : NULL;

	buf_printf(p->out, "<tr class=\"%s\">", state_names[state_of(j)]);
	raw(p, "<th scope=\"row\"><a href=\"/p/");
	text(p, j->slug);
	raw(p, "\">");
	text(p, j->name);
	raw(p, "</a><span class=\"path\">");
	text(p, j->path);
	raw(p, "</span></th><td>");
	if (r == NULL) {
		raw(p,
		    "<span class=\"decision none\">no run</span></td><td></td><td></td>"
		    "<td>");
	} else {
		decision(p, r);
		raw(p, "</td><td class=\"number\" data-label=\"Score\">");
		tenths(p, r->final);
		raw(p, "</td><td>");
		time_of(p, r->started_ms);
		raw(p, "</td><td class=\"spark\">");
		chart(p, j, 30);
	}
	if (j->trouble != NULL) {
		raw(p, "<span class=\"trouble\">");
		text(p, j->trouble);
		raw(p, "</span>");
	}
	raw(p, "</td></tr>\n");
}

enum err_code rep_dashboard(const struct rep_dashboard_project *projects, size_t count,
                            struct buf *out, struct err *err)
{
	struct page p = { .out = out, .shown = BUF_INIT };

	head(&p, "Projects");
	raw(&p, "<h1>Projects</h1>\n");
	project_tools(&p, projects, count);
	raw(&p, "<table class=\"runs\">\n<thead><tr><th scope=\"col\">"
	        "Project</th><th scope=\"col\">Decision</th><th scope=\"col\" "
	        "class=\"number\">Score</th><th scope=\"col\">Last run</th>"
	        "<th scope=\"col\">Scores</th></tr></thead>\n"
	        "<tbody class=\"listed\" data-one=\"project\">\n");
	for (size_t i = 0; i < count; i++)
		project_row(&p, &projects[i]);
	raw(&p, "</tbody>\n</table>\n");
	return tail(&p, err);
}

/* ---- one project ---- */

static void run_tools(struct page *p, const struct rep_dashboard_project *j)
{
	size_t counts[STATES] = { 0 };

	if (j->count < 2)
		return;
	for (size_t i = 0; i < j->count; i++)
		counts[j->runs[i].decision]++;
	tools_start(p, "runs", counts);
	branch_choice(p, j);
	tools_end(p);
}

/* It is found by its id and its whole commit, too. */
static void row_start(struct page *p, const struct rep_dashboard_run *r)
{
	buf_printf(p->out, "<tr class=\"%s\" data-more=\"", state_names[r->decision]);
	text(p, r->run);
	if (r->commit != NULL) {
		raw(p, " ");
		text(p, r->commit);
	}
	raw(p, "\" data-branch=\"");
	if (r->branch != NULL)
		text(p, r->branch);
	raw(p, "\"><th scope=\"row\">");
}

static void run_row(struct page *p, const struct rep_dashboard_project *j,
                    const struct rep_dashboard_run *r)
{
	row_start(p, r);
	if (r->kept) {
		raw(p, "<a href=\"/p/");
		text(p, j->slug);
		raw(p, "/runs/");
		text(p, r->run);
		raw(p, "\">");
	}
	time_of(p, r->started_ms);
	if (r->kept)
		raw(p, "</a>");
	raw(p, "</th><td>");
	decision(p, r);
	raw(p, "</td><td class=\"number\" data-label=\"Score\">");
	tenths(p, r->final);
	raw(p, "</td><td class=\"number\" data-label=\"Possible\">");
	tenths(p, r->lower);
	raw(p, " – ");
	tenths(p, r->upper);
	buf_printf(p->out,
	           "</td><td class=\"number\" data-label=\"Evidence\">%" PRId64
	           ".%" PRId64 " %%</td><td>",
	           r->coverage_tenthousandths / 100,
	           r->coverage_tenthousandths / 10 % 10);
	if (r->commit != NULL) {
		raw(p, "<code>");
		start_of(p, r->commit, COMMIT_SHOWN);
		raw(p, "</code>");
	}
	raw(p, "</td><td>");
	if (r->branch != NULL)
		text(p, r->branch);
	raw(p, r->is_signed ? "</td><td>signed</td></tr>\n"
	                    : "</td><td>unsigned</td></tr>\n");
}

enum err_code rep_dashboard_project(const struct rep_dashboard_project *j,
                                    struct buf *out, struct err *err)
{
	struct page p = { .out = out, .shown = BUF_INIT };

	head(&p, j->name);
	raw(&p, "<h1>");
	text(&p, j->name);
	raw(&p, "</h1>\n<p class=\"path\">");
	text(&p, j->path);
	raw(&p, "</p>\n");
	if (j->trouble != NULL) {
		raw(&p, "<p class=\"trouble\" role=\"alert\">");
		text(&p, j->trouble);
		raw(&p, "</p>\n");
	}
	chart(&p, j, 200);
	run_tools(&p, j);
	raw(&p, "<table class=\"runs\">\n<thead><tr><th scope=\"col\">Run</th>"
	        "<th scope=\"col\">Decision</th><th scope=\"col\" class=\"number\">Score"
	        "</th><th scope=\"col\" class=\"number\">Possible</th><th scope=\"col\" "
	        "class=\"number\">Evidence</th><th scope=\"col\">Commit</th>"
	        "<th scope=\"col\">Branch</th><th scope=\"col\">Entry</th></tr></thead>\n"
	        "<tbody class=\"listed\" data-one=\"run\">\n");
	for (size_t i = 0; i < j->count; i++)
		run_row(&p, j, &j->runs[i]);
	raw(&p, "</tbody>\n</table>\n");
	if (j->all > j->count) {
		raw(&p, "<p><a href=\"/p/");
		text(&p, j->slug);
		buf_printf(out, "?limit=%" PRIu64 "\">%" PRIu64 " older runs</a></p>\n",
		           j->all, j->all - j->count);
	}
	if (j->count == 0)
		raw(&p,
		    "<p>No recorded run; make one with: <code>seaworthy run</code></p>\n");
	return tail(&p, err);
}
