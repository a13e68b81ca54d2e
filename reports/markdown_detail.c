// SPDX-License-Identifier: Apache-2.0
/* The long tables, folded away: checks, suites with their failures, findings. */
#include "markdown_internal.h"

#include "base/str.h"
#include "view.h"

#include <inttypes.h>

enum { SHOWN_PLACES = 3 };

/* ---- checks ---- */

static void measure(struct md *m, const char *number, const char *unit)
{
	struct buf text = BUF_INIT;

	rep_put_measure(&text, number, unit);
	md_text(m, buf_str(&text));
	m->block.failed |= text.failed;
	buf_fini(&text);
}

static void marks(struct md *m, const struct rep_check *c)
{
	if (c->blocker != NULL) {
		md_raw(m, " ");
		md_text(m, c->blocker);
	}
	md_raw(m, c->attested ? ", attested" : "");
	md_raw(m, c->waived ? ", waived" : "");
}

static void check_trend(struct md *m, const struct rep_check *c)
{
	struct buf text = BUF_INIT;

	if (c->trend == NULL || c->trend->fresh + c->trend->fixed + c->trend->unseen == 0)
		return;
	rep_put_trend(&text, c->trend);
	md_raw(m, c->message != NULL ? "<br>" : "");
	md_text(m, buf_str(&text));
	m->block.failed |= text.failed;
	buf_fini(&text);
}

static void check(struct md *m, const struct rep_check *c)
{
	md_raw(m, "| ");
	md_code(m, c->id);
	md_raw(m, " | ");
	md_raw(m, rep_state_name(c->state));
	marks(m, c);
	md_raw(m, " | ");
	measure(m, c->measured, c->unit);
	md_raw(m, " | ");
	measure(m, c->target, c->unit);
	md_raw(m, " | ");
	if (c->has_contribution) {
		md_tenths(m, c->contribution);
		md_raw(m, " | ");
		md_tenths(m, c->possible);
	} else {
		md_raw(m, "n/a | n/a");
	}
	md_raw(m, " | ");
	md_text(m, c->message);
	check_trend(m, c);
	if (c->remedy != NULL && rep_is_open(c->state)) {
		md_raw(m, c->message != NULL ? "<br>" : "");
		md_raw(m, "Mend: ");
		md_text(m, c->remedy);
	}
	md_raw(m, " |\n");
	md_flush(m);
}

/* "17 checks: 10 pass, 3 warn, ..", for the folded line. */
static void tally(struct md *m)
{
	static const enum rep_state order[] = {
		REP_PASS, REP_WARN, REP_FAIL, REP_UNKNOWN, REP_ERROR, REP_NOT_APPLICABLE
	};
	const char *before = ": ";

	buf_printf(&m->block, "%zu %s", m->s->check_count,
	           m->s->check_count == 1 ? "check" : "checks");
	for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
		size_t count = 0;

		for (size_t i = 0; i < m->s->check_count; i++)
			count += m->s->checks[i].state == order[k];
		if (count == 0)
			continue;
		buf_printf(&m->block, "%s%zu %s", before, count,
		           rep_state_name(order[k]));
		before = ", ";
	}
}

void md_checks(struct md *m)
{
	bool opened;

	if (m->s->check_count == 0)
		return;
	md_raw(m, "### Checks\n\n<details><summary>");
	tally(m);
	md_raw(m, "</summary>\n\n| Check | State | Measured | Target | Earned | of | |\n"
	          "| :-- | :-- | --: | --: | --: | --: | :-- |\n");
	opened = md_flush(m);
	for (size_t i = 0; i < m->s->check_count; i++)
		check(m, &m->s->checks[i]);
	md_raw(m, "| **Sum** | | | | **");
	md_tenths(m, m->s->lower);
	md_raw(m, "** | ");
	md_tenths(m, rep_possible_total(m->s));
	md_raw(m, " | |\n");
	md_flush(m);
	md_close(m, opened, "\n</details>\n\n");
}

/* ---- suites ---- */

static void count_cells(struct md *m, const uint64_t *counts, double seconds)
{
	char time[REP_NUMBER];

	for (size_t i = 0; i < 4; i++)
		buf_printf(&m->block, " | %" PRIu64, counts[i]);
	md_raw(m, " | ");
	md_raw(m, rep_elapsed(seconds, time));
	md_raw(m, " |");
}

static void suite(struct md *m, const struct rep_suite *s)
{
	const uint64_t counts[] = { s->passed, s->failed, s->skipped, s->flaky };

	md_raw(m, "| ");
	md_code(m, s->id);
	md_raw(m, " | ");
	md_text(m, s->state);
	md_raw(m, s->leaky ? ", leaky" : "");
	count_cells(m, counts, s->duration_s);
	md_raw(m, " ");
	md_text(m, s->reason);
	md_raw(m, " |\n");
	md_flush(m);
}

static void suites_sum(struct md *m)
{
	uint64_t counts[4] = { 0 };
	double seconds = 0;

	for (size_t i = 0; i < m->s->suite_count; i++) {
		const struct rep_suite *s = &m->s->suites[i];

		counts[0] += s->passed;
		counts[1] += s->failed;
		counts[2] += s->skipped;
		counts[3] += s->flaky;
		seconds += s->duration_s;
	}
	md_raw(m, "| **All** | ");
	count_cells(m, counts, seconds);
	md_raw(m, " |\n\n");
	md_flush(m);
}

static uint64_t failures_of(const struct rep_scorecard *s)
{
	uint64_t count = 0;

	for (size_t i = 0; i < s->suite_count; i++)
		count += s->suites[i].failure_count;
	return count;
}

static void failure(struct md *m, const struct rep_suite *s,
                    const struct rep_failed_test *f)
{
	md_code(m, s->id);
	md_raw(m, " ");
	md_code(m, f->name);
	md_raw(m, "\n\n");
	if (f->message != NULL) {
		md_pre(m, f->message);
		md_raw(m, "\n");
	}
	md_flush(m);
}

static void failures(struct md *m)
{
	uint64_t count = failures_of(m->s);
	bool opened;

	if (count == 0)
		return;
	buf_printf(&m->block, "<details><summary>%" PRIu64 " failing %s</summary>\n\n",
	           count, count == 1 ? "test" : "tests");
	opened = md_flush(m);
	for (size_t i = 0; i < m->s->suite_count; i++)
		for (size_t k = 0; k < m->s->suites[i].failure_count; k++)
			failure(m, &m->s->suites[i], &m->s->suites[i].failures[k]);
	md_close(m, opened, "</details>\n\n");
}

void md_suites(struct md *m)
{
	if (m->s->suite_count == 0)
		return;
	md_raw(m, "### Suites\n\n| Suite | State | Passed | Failed | Skipped | Flaky "
	          "| Time | |\n| :-- | :-- | --: | --: | --: | --: | --: | :-- |\n");
	md_flush(m);
	for (size_t i = 0; i < m->s->suite_count; i++)
		suite(m, &m->s->suites[i]);
	suites_sum(m);
	failures(m);
}

/* ---- findings ---- */

static void rule(struct md *m, const struct rep_rule_count *r)
{
	const struct rep_finding *f;
	size_t at = 0;

	md_raw(m, "| ");
	md_code(m, r->rule);
	md_raw(m, " | ");
	md_number(m, r->count);
	md_raw(m, " | ");
	for (size_t n = 0; n < SHOWN_PLACES; n++) {
		f = rep_next_finding(m->s, r->rule, &at);
		if (f == NULL)
			break;
		md_raw(m, n > 0 ? "<br>" : "");
		md_code(m, f->path);
		buf_printf(&m->block, ":%" PRIu64, f->line);
	}
	md_raw(m, " |\n");
	md_flush(m);
}

static void trend(struct md *m)
{
	struct buf text = BUF_INIT;

	rep_put_trend_line(&text, m->s);
	if (text.len > 0) {
		md_text(m, buf_str(&text));
		md_raw(m, "\n\n");
	}
	m->block.failed |= text.failed;
	buf_fini(&text);
}

void md_findings(struct md *m)
{
	bool opened;

	if (!rep_has_findings(m->s))
		return;
	buf_printf(&m->block, "<details><summary>%" PRIu64 " %s", m->s->findings_total,
	           m->s->findings_total == 1 ? "finding" : "findings");
	if (m->s->findings_known > 0)
		buf_printf(&m->block, ", besides %" PRIu64 " known",
		           m->s->findings_known);
	md_raw(m, "</summary>\n\n");
	trend(m);
	md_raw(m, "| Rule | Count | First places |\n| :-- | --: | :-- |\n");
	opened = md_flush(m);
	for (size_t i = 0; i < m->s->findings_by_rule_count; i++)
		rule(m, &m->s->findings_by_rule[i]);
	md_close(m, opened, "\n</details>\n\n");
}
