// SPDX-License-Identifier: Apache-2.0
/* For step summaries and comments of GitHub and GitLab. The hidden marker lets a CI step
 * find its earlier comment and update it. */
#include "markdown_internal.h"

#include "base/when.h"
#include "bench.h"
#include "view.h"
#include "writers.h"

#include <inttypes.h>

enum { SHOWN_GAINS = 3, SHOWN_CHANGES = 5 };

static void headline(struct md *m)
{
	struct rep_shares e = rep_coverage_shares(m->s);

	md_raw(m, "<!-- seaworthy -->\n## ");
	md_raw(m, rep_decision_name(m->s->decision));
	md_raw(m, " ");
	md_tenths(m, m->s->final);
	md_raw(m, "\n\n");
	if (m->s->has_cap && m->s->final != m->s->lower) {
		md_raw(m, "raw ");
		md_tenths(m, m->s->lower);
		md_raw(m, ", capped by ");
		md_code_span(m, rep_cap_check(m->s));
		md_raw(m, " · ");
	}
	md_raw(m, "possible ");
	md_tenths(m, m->s->lower);
	md_raw(m, "–");
	md_tenths(m, m->s->upper);
	md_raw(m, " · evidence ");
	md_tenths(m, e.total);
	md_raw(m, " % (measured ");
	md_tenths(m, e.measured);
	md_raw(m, ", attested ");
	md_tenths(m, e.attested);
	md_raw(m, ")\n\n");
	md_flush(m);
}

static void texts(struct md *m, const char *heading, const char *const *list,
                  size_t count)
{
	if (count > 0)
		md_raw(m, heading);
	for (size_t i = 0; i < count; i++) {
		md_raw(m, "- ");
		md_text(m, list[i]);
		md_raw(m, "\n");
		md_flush(m);
	}
	if (count > 0)
		md_raw(m, "\n");
}

static void category(struct md *m, const struct rep_category *c)
{
	const char *band = rep_band_name(c->band);

	md_raw(m, "| ");
	md_text(m, c->title);
	md_raw(m, " | ");
	md_number(m, c->weight);
	md_raw(m, " | ");
	if (c->has_score)
		md_tenths(m, c->score);
	else
		md_raw(m, "n/a");
	md_raw(m, " | ");
	md_raw(m, band != NULL ? band : "");
	md_raw(m, " | ");
	md_tenths(m, c->contribution);
	md_raw(m, " | ");
	md_tenths(m, c->possible);
	md_raw(m, " |\n");
	md_flush(m);
}

static void categories(struct md *m)
{
	md_raw(m, "| Category | Weight | Score | Band | Earned | of |\n"
	          "| :-- | --: | --: | :-- | --: | --: |\n");
	md_flush(m);
	for (size_t i = 0; i < m->s->category_count; i++)
		category(m, &m->s->categories[i]);
	md_raw(m, "| **Sum** | | | | **");
	md_tenths(m, m->s->lower);
	md_raw(m, "** | ");
	md_tenths(m, rep_possible_total(m->s));
	md_raw(m, " |\n\n");
	md_flush(m);
}

static void blocker(struct md *m, const struct rep_blocker *b, size_t *hint)
{
	const struct rep_check *c = rep_check_find(m->s, b->check, hint);

	md_raw(m, "| ");
	md_text(m, b->priority);
	md_raw(m, " | ");
	md_code(m, b->check);
	md_raw(m, " | ");
	md_raw(m, rep_state_name(b->state));
	md_raw(m, b->waived ? ", waived | " : " | ");
	md_text(m, c != NULL ? c->message : NULL);
	md_raw(m, " |\n");
	md_flush(m);
}

static void blockers(struct md *m)
{
	const struct rep_blocker *b;
	size_t at = 0;
	size_t hint = 0;
	bool any = false;

	while ((b = rep_next_blocker(m->s, &at)) != NULL) {
		if (!any)
			md_raw(m, "### Blockers\n\n| | Check | State | What was found |\n"
			          "| :-- | :-- | :-- | :-- |\n");
		any = true;
		blocker(m, b, &hint);
	}
	if (any)
		md_raw(m, "\n");
}

static void condition(struct md *m, const struct rep_condition *c)
{
	md_raw(m, "| ");
	if (c->check != NULL)
		md_code(m, c->check);
	md_raw(m, " | ");
	md_text(m, c->reason);
	md_raw(m, " | ");
	md_text(m, c->owner);
	md_raw(m, " | ");
	md_span(m, rep_date(c->deadline));
	md_raw(m, " |\n");
	md_flush(m);
}

static void conditions(struct md *m)
{
	if (m->s->condition_count == 0)
		return;
	md_raw(m, "### Conditions\n\n| Closed by | Condition | Owner | Until |\n"
	          "| :-- | :-- | :-- | :-- |\n");
	for (size_t i = 0; i < m->s->condition_count; i++)
		condition(m, &m->s->conditions[i]);
	md_raw(m, "\n");
}

static void parts(struct md *m, const char *title, const struct rep_part *list,
                  size_t count)
{
	if (count == 0)
		return;
	md_raw(m, "| ");
	md_raw(m, title);
	md_raw(m, " | Owner | | Score | Possible |\n| :-- | :-- | :-- | --: | --: |\n");
	for (size_t i = 0; i < count; i++) {
		md_raw(m, "| ");
		md_text(m, list[i].name);
		md_raw(m, " | ");
		md_text(m, list[i].owner);
		md_raw(m, list[i].critical ? " | critical | " : " | | ");
		if (list[i].has_score) {
			md_tenths(m, list[i].score);
			md_raw(m, " | ");
			md_tenths(m, list[i].possible);
		} else {
			md_raw(m, "n/a |");
		}
		md_raw(m, " |\n");
		md_flush(m);
	}
	md_raw(m, "\n");
}

/* What of them decides, as the sum of the categories does. */
static void components(struct md *m)
{
	const struct rep_part *p = rep_least_critical(m->s);

	parts(m, "Component", m->s->components, m->s->component_count);
	if (p == NULL)
		return;
	md_raw(m, "Least of the critical: **");
	if (p->has_score)
		md_tenths(m, p->score);
	else
		md_raw(m, "none");
	md_raw(m, "** ");
	md_code(m, p->name);
	md_raw(m, "\n\n");
	md_flush(m);
}

static void gains(struct md *m)
{
	size_t count = m->s->gain_count < SHOWN_GAINS ? m->s->gain_count : SHOWN_GAINS;

	if (count > 0)
		md_raw(m, "### What would raise the score most\n\n");
	for (size_t i = 0; i < count; i++) {
		md_raw(m, "1. **+");
		md_tenths(m, m->s->gains[i].gain);
		md_raw(m, "** ");
		md_code(m, m->s->gains[i].check);
		rep_put_rise(&m->block, &m->s->gains[i]);
		md_raw(m, " ");
		md_text(m, m->s->gains[i].text);
		md_raw(m, "\n");
		md_flush(m);
	}
	if (count > 0)
		md_raw(m, "\n");
}

static void change(struct md *m, const struct rep_change *c)
{
	md_raw(m, "- **");
	rep_put_delta(&m->block, c->delta);
	md_raw(m, "** ");
	md_code(m, c->check);
	md_raw(m, ": ");
	if (c->fresh)
		md_raw(m, "new, ");
	else if (c->was != c->is)
		buf_printf(&m->block, "%s, now ", rep_state_name(c->was));
	md_raw(m, rep_state_name(c->is));
	md_raw(m, "\n");
	md_flush(m);
}

static void changes(struct md *m)
{
	struct buf since = BUF_INIT;

	if (m->s->past_count == 0)
		return;
	rep_put_since(&since, m->s);
	md_raw(m, "### Since the last run\n\n");
	md_text(m, buf_str(&since));
	md_raw(m, "\n\n");
	m->block.failed |= since.failed;
	buf_fini(&since);
	for (size_t i = 0; i < m->s->change_count && i < SHOWN_CHANGES; i++)
		change(m, &m->s->changes[i]);
	if (m->s->change_count > SHOWN_CHANGES)
		buf_printf(&m->block, "- and %zu more\n",
		           m->s->change_count - SHOWN_CHANGES);
	md_raw(m, "\n");
	md_flush(m);
}

static void subject(struct md *m)
{
	const struct rep_subject *j = &m->s->subject;

	/* Others read it elsewhere: where the project lies here means nothing there. */
	md_raw(m, "<code>");
	md_span(m, rep_project_name(m->s));
	md_raw(m, "</code>");
	if (j->commit != NULL) {
		md_raw(m, " at ");
		md_code(m, j->commit);
	}
	if (j->has_dirty)
		md_raw(m, j->dirty ? " with uncommitted changes" : "");
}

/* To be held against what was downloaded. */
static void released(struct md *m)
{
	const struct rep_subject *j = &m->s->subject;

	if (j->released_count == 0)
		return;
	md_raw(m, "| Released file | SHA-256 |\n| :-- | :-- |\n");
	for (size_t i = 0; i < j->released_count; i++) {
		md_raw(m, "| ");
		md_code(m, j->released[i].name);
		md_raw(m, " | ");
		md_code(m, j->released[i].sha256);
		md_raw(m, " |\n");
		md_flush(m);
	}
	md_raw(m, "\n");
}

static void footer(struct md *m)
{
	char started[WHEN_TEXT], time[REP_NUMBER];

	md_raw(m, "<sub>");
	subject(m);
	md_raw(m, " · policy ");
	if (m->s->policy.path != NULL)
		md_code_span(m, rep_policy_name(m->s));
	else
		md_raw(m, "built in");
	if (m->s->policy.digest != NULL) {
		md_raw(m, ", digest ");
		md_code(m, m->s->policy.digest);
	}
	when_format(m->s->started_ms, false, started);
	md_raw(m, " · ");
	md_raw(m, started);
	md_raw(m, ", ");
	md_raw(m, rep_elapsed(m->s->duration_s, time));
	md_raw(m, " · Seaworthy ");
	md_text(m, m->s->tool_version);
	md_raw(m, "</sub>\n");
	md_flush(m);
}

/* A cut report says so; the reserve of md_flush keeps room for this. */
static void note_cut(struct md *m)
{
	if (m->left > 0)
		buf_printf(m->out,
		           "\n**Cut at %d bytes: %" PRIu64
		           " rows are left out.** The HTML and JSON reports have all.\n",
		           MD_LIMIT, m->left);
}

enum err_code rep_write_markdown(const struct rep_scorecard *s,
                                 const struct rep_style *style, struct buf *out,
                                 struct err *err)
{
	struct md m = { .s = s, .out = out, .start = out->len };
	enum err_code rc = rep_check_sums(s, err);

	(void)style; /* of terminals */
	if (rc != ERR_OK)
		return rc;
	headline(&m);
	texts(&m, "", s->reasons, s->reason_count);
	categories(&m);
	components(&m);
	parts(&m, "Owner of files", s->owners, s->owner_count);
	blockers(&m);
	conditions(&m);
	texts(&m, "### Waivers\n\n", s->waiver_lines, s->waiver_count);
	texts(&m, "### Sign-offs\n\n", s->signoff_lines, s->signoff_line_count);
	texts(&m, "### Notes\n\n", s->notes, s->note_count);
	changes(&m);
	gains(&m);
	md_checks(&m);
	md_coverage(&m);
	if (s->bench != NULL) {
		md_raw(&m, "### Benchmarks\n\n");
		rep_bench_markdown(&m.block, s->bench);
		md_raw(&m, "\n");
		(void)md_flush(&m);
	}
	md_suites(&m);
	md_findings(&m);
	released(&m);
	footer(&m);
	note_cut(&m);
	buf_fini(&m.block);
	buf_fini(&m.shown);
	return buf_err(out, err);
}
