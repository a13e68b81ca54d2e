// SPDX-License-Identifier: Apache-2.0
#include "reports/openmetrics.h"

#include "base/num.h"
#include "base/str.h"
#include "view.h"
#include "writers.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * A family is its TYPE, its HELP and then all of its samples. What is not known has no
 * sample: a value of 0 would be a measurement. No sample has a time: a reader of files
 * takes none, and whoever scrapes has its own.
 */

void rep_metric_label(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "%s=\"", name);
	for (; *text != '\0'; text++) {
		if (*text == '\\' || *text == '"')
			buf_putc(out, '\\');
		if (*text == '\n')
			buf_puts(out, "\\n");
		else
			buf_putc(out, *text);
	}
	buf_putc(out, '"');
}

struct metrics {
	const struct rep_scorecard *s;
	struct buf *out;
	struct buf shown;
};

/* Text of the project: valid UTF-8 in any case. */
static void label(struct metrics *m, const char *name, const char *text)
{
	buf_clear(&m->shown);
	str_display(&m->shown, span_str(text));
	rep_metric_label(m->out, name, buf_str(&m->shown));
}

static void family(struct metrics *m, const char *name, const char *type,
                   const char *unit, const char *help)
{
	buf_printf(m->out, "# TYPE %s %s\n", name, type);
	if (unit != NULL)
		buf_printf(m->out, "# UNIT %s %s\n", name, unit);
	buf_printf(m->out, "# HELP %s %s\n", name, help);
}

static void gauge(struct metrics *m, const char *name, const char *unit, const char *help,
                  const char *value)
{
	family(m, name, "gauge", unit, help);
	buf_printf(m->out, "%s %s\n", name, value);
}

static void run_info(struct metrics *m)
{
	const struct rep_scorecard *s = m->s;

	family(m, "seaworthy_run", "info", NULL, "What was judged, and by what.");
	buf_puts(m->out, "seaworthy_run_info{");
	label(m, "version", s->tool_version);
	if (s->run != NULL) {
		buf_putc(m->out, ',');
		label(m, "run", s->run);
	}
	if (s->subject.commit != NULL) {
		buf_putc(m->out, ',');
		label(m, "commit", s->subject.commit);
	}
	if (s->policy.digest != NULL) {
		buf_putc(m->out, ',');
		label(m, "policy", s->policy.digest);
	}
	buf_puts(m->out, "} 1\n");
}

static void scores(struct metrics *m)
{
	char text[REP_NUMBER];

	gauge(m, "seaworthy_score", NULL, "Score of 100 after caps.",
	      rep_tenths(m->s->final, text));
	gauge(m, "seaworthy_score_lower", NULL,
	      "Score without caps; what has no evidence earns nothing.",
	      rep_tenths(m->s->lower, text));
	gauge(m, "seaworthy_score_upper", NULL,
	      "Score without caps if all that has no evidence passed.",
	      rep_tenths(m->s->upper, text));
	if (m->s->has_cap)
		gauge(m, "seaworthy_score_cap", NULL, "The most that the score may be.",
		      rep_tenths(m->s->cap, text));
	family(m, "seaworthy_evidence_ratio", "gauge", "ratio",
	       "Part of the weight that there is evidence for.");
	buf_printf(m->out, "seaworthy_evidence_ratio{kind=\"measured\"} %s\n",
	           rep_tenthousandths(m->s->coverage_measured, text));
	buf_printf(m->out, "seaworthy_evidence_ratio{kind=\"attested\"} %s\n",
	           rep_tenthousandths(m->s->coverage_attested, text));
}

static void decision(struct metrics *m)
{
	family(m, "seaworthy_decision", "stateset", NULL,
	       "The decision is the one at 1.");
	for (int d = REP_GO; d <= REP_NO_GO; d++)
		buf_printf(m->out, "seaworthy_decision{seaworthy_decision=\"%s\"} %d\n",
		           rep_decision_name((enum rep_decision)d),
		           m->s->decision == (enum rep_decision)d);
}

static void sample(struct metrics *m, const char *name, const char *key, const char *id,
                   const char *value)
{
	buf_printf(m->out, "%s{", name);
	label(m, key, id);
	buf_printf(m->out, "} %s\n", value);
}

static void categories(struct metrics *m)
{
	static const char score[] = "seaworthy_category_score";
	static const char part[] = "seaworthy_category_contribution";
	char text[REP_NUMBER];

	family(m, score, "gauge", NULL, "Score of a category, of 100.");
	for (size_t i = 0; i < m->s->category_count; i++)
		if (m->s->categories[i].has_score)
			sample(m, score, "category", m->s->categories[i].id,
			       rep_tenths(m->s->categories[i].score, text));
	family(m, part, "gauge", NULL, "What a category adds to the lower score.");
	for (size_t i = 0; i < m->s->category_count; i++)
		sample(m, part, "category", m->s->categories[i].id,
		       rep_tenths(m->s->categories[i].contribution, text));
}

static void check_numbers(struct metrics *m)
{
	static const char value[] = "seaworthy_check_value";
	static const char measured[] = "seaworthy_check_measured";

	family(m, value, "gauge", NULL,
	       "Value of a check, 0 to 1; none where nothing is known.");
	for (size_t i = 0; i < m->s->check_count; i++)
		if (m->s->checks[i].value != NULL &&
		    num_is_json(span_str(m->s->checks[i].value)))
			sample(m, value, "check", m->s->checks[i].id,
			       m->s->checks[i].value);
	family(m, measured, "gauge", NULL, "What a check measured, in its own unit.");
	for (size_t i = 0; i < m->s->check_count; i++) {
		const struct rep_check *c = &m->s->checks[i];

		if (c->measured == NULL || !num_is_json(span_str(c->measured)))
			continue;
		buf_printf(m->out, "%s{", measured);
		label(m, "check", c->id);
		buf_putc(m->out, ',');
		label(m, "measure", c->unit != NULL ? c->unit : "");
		buf_printf(m->out, "} %s\n", c->measured);
	}
}

static void check_states(struct metrics *m)
{
	static const char name[] = "seaworthy_check_state";

	family(m, name, "stateset", NULL, "The state of a check is the one at 1.");
	for (size_t i = 0; i < m->s->check_count; i++)
		for (int state = REP_PASS; state <= REP_NOT_APPLICABLE; state++) {
			const struct rep_check *c = &m->s->checks[i];

			buf_printf(m->out, "%s{", name);
			label(m, "check", c->id);
			buf_printf(m->out, ",%s=\"%s\"} %d\n", name,
			           rep_state_name((enum rep_state)state),
			           c->state == (enum rep_state)state);
		}
}

static void result(struct metrics *m, const char *id, const char *word, uint64_t n)
{
	buf_puts(m->out, "seaworthy_suite_tests{");
	label(m, "suite", id);
	buf_printf(m->out, ",result=\"%s\"} %" PRIu64 "\n", word, n);
}

static void suites(struct metrics *m)
{
	static const char seconds[] = "seaworthy_suite_duration_seconds";
	char text[REP_NUMBER];

	family(m, "seaworthy_suite_tests", "gauge", NULL,
	       "Test cases of a suite by result; none of a suite whose results are not "
	       "known.");
	for (size_t i = 0; i < m->s->suite_count; i++) {
		const struct rep_suite *u = &m->s->suites[i];

		if (str_eq(u->state, "unknown"))
			continue;
		result(m, u->id, "passed", u->passed);
		result(m, u->id, "failed", u->failed);
		result(m, u->id, "skipped", u->skipped);
		result(m, u->id, "flaky", u->flaky);
		result(m, u->id, "quarantined", u->quarantined);
	}
	family(m, seconds, "gauge", "seconds", "How long a suite took.");
	for (size_t i = 0; i < m->s->suite_count; i++)
		sample(m, seconds, "suite", m->s->suites[i].id,
		       rep_seconds(m->s->suites[i].duration_s, text));
}

/* A run that did not scan has found nothing because it did not look: no samples. */
static void findings(struct metrics *m)
{
	static const char name[] = "seaworthy_findings";
	char text[REP_NUMBER];

	family(m, name, "gauge", NULL, "Findings of a rule.");
	for (size_t i = 0; i < m->s->findings_by_rule_count; i++) {
		(void)snprintf(text, sizeof text, "%" PRIu64,
		               m->s->findings_by_rule[i].count);
		sample(m, name, "rule", m->s->findings_by_rule[i].rule, text);
	}
	if (m->s->trend == NULL)
		return;
	family(m, "seaworthy_findings_change", "gauge", NULL,
	       "Findings beside those of the run before.");
	buf_printf(m->out,
	           "seaworthy_findings_change{kind=\"new\"} %" PRIu64 "\n"
	           "seaworthy_findings_change{kind=\"fixed\"} %" PRIu64 "\n",
	           m->s->trend->fresh, m->s->trend->fixed);
}

static void times(struct metrics *m)
{
	const int64_t ms = m->s->started_ms < 0 ? 0 : m->s->started_ms;
	char text[REP_NUMBER];

	gauge(m, "seaworthy_run_duration_seconds", "seconds", "How long the run took.",
	      rep_seconds(m->s->duration_s, text));
	(void)snprintf(text, sizeof text, "%" PRId64 ".%03" PRId64, ms / 1000, ms % 1000);
	gauge(m, "seaworthy_run_started_timestamp_seconds", "seconds",
	      "When the run began, since 1970.", text);
}

enum err_code rep_write_openmetrics(const struct rep_scorecard *s,
                                    const struct rep_style *style, struct buf *out,
                                    struct err *err)
{
	struct metrics m = { .s = s, .out = out, .shown = BUF_INIT };
	enum err_code rc = rep_check_sums(s, err);

	(void)style; /* of terminals */
	if (rc != ERR_OK)
		return rc;
	run_info(&m);
	scores(&m);
	decision(&m);
	categories(&m);
	check_numbers(&m);
	check_states(&m);
	suites(&m);
	findings(&m);
	times(&m);
	buf_puts(out, "# EOF\n");
	rc = buf_ok(&m.shown) ? buf_err(out, err) : err_nomem(err);
	buf_fini(&m.shown);
	return rc;
}
