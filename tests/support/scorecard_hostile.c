/* SPDX-License-Identifier: Apache-2.0 */
/* One text in every place that a project, a test or a file name can fill. */
#include "support/scorecard_internal.h"

#include "base/buf.h"
#include "reports/coverage.h"

#include <assert.h>

const char *const sample_hostile_texts[] = {
	"</script><script>alert(1)</script>",
	"<img src=x onerror=alert(1)> & \"double\" 'single'",
	"--> <!-- seaworthy --> <details open>",
	"| pipe | `tick` ``two`` | \\| *bold* _under_ ~~gone~~",
	"[link](javascript:alert(1)) ![i](http://evil.example/x.png)",
	"@everyone #1 !2 :tada: http://evil.example",
	"line one\nline two\r\n# heading\n- list\n\n    code",
	"\033[31mred\033[0m \033]0;title\a \b\b\x7f",
	"bidi \xe2\x80\xae override \xe2\x81\xa6isolate\xe2\x81\xa9",
	"bad \xff\xfe utf-8 \xc3",
	"wide \xe6\xb5\xb7\xe4\xba\x8b e\xcc\x81 \xf0\x9f\x9a\xa2",
	"$(touch x); `id` %s %n ${{ secrets.TOKEN }}",
	NULL,
};

/* All the texts, one after the other. */
static const char *everything(struct arena *a)
{
	struct buf all = BUF_INIT;
	char *copy;

	for (const char *const *t = sample_hostile_texts; *t != NULL; t++)
		buf_printf(&all, "%s ", *t);
	copy = arena_dup(a, buf_span(&all));
	buf_fini(&all);
	assert(copy != NULL);
	return copy;
}

static void hostile_suite(struct rep_scorecard *s, struct arena *a, const char *x)
{
	struct rep_suite suite = { .id = x,
		                   .command = x,
		                   .state = "fail",
		                   .reason = x,
		                   .failed = 3,
		                   .duration_s = -1 };
	const struct rep_slow_test slow = { x, 1e300 };
	const struct rep_failed_test failed = { x, x };

	suite.slowest = sample_copy(a, &slow, sizeof slow);
	suite.slowest_count = 1;
	suite.failures = sample_copy(a, &failed, sizeof failed);
	suite.failure_count = 1;
	s->suites = sample_copy(a, &suite, sizeof suite);
	s->suite_count = 1;
}

static void hostile_findings(struct rep_scorecard *s, struct arena *a, const char *x)
{
	const struct rep_rule_count rule = { x, 1 };
	const struct rep_finding finding = { x, x, 1, 1, x, x, x, x };
	const struct rep_trend trend = { 1, 1, 1, 1, 1 };

	s->findings_total = 1;
	s->findings_by_rule = sample_copy(a, &rule, sizeof rule);
	s->findings_by_rule_count = 1;
	s->findings = sample_copy(a, &finding, sizeof finding);
	s->finding_count = 1;
	s->trend = sample_copy(a, &trend, sizeof trend);
	s->trend_against = x;
	s->trend_version = x;
	s->trend_rules = sample_copy(a, &x, sizeof x);
	s->trend_rule_count = 1;
}

static void hostile_people(struct rep_scorecard *s, struct arena *a, const char *x)
{
	const struct rep_past past = { x, 0, 1000, REP_GO };
	const struct rep_change change = { x, false, REP_PASS, REP_FAIL, -1000 };
	const struct rep_role role = { x, 0, 1 };
	const struct rep_signoff said = { x, x, x, true, x, x, x, false, x };
	const char *const two[] = { x, x };
	const char *const *lines = sample_copy(a, two, sizeof two);
	const struct rep_risk risk = { x, x, x, x, x, x, x, "open" };

	s->past = sample_copy(a, &past, sizeof past);
	s->changes = sample_copy(a, &change, sizeof change);
	s->roles = sample_copy(a, &role, sizeof role);
	s->signoff_lines = lines;
	s->signoff_line_count = lines != NULL ? 2 : 0;
	s->signoffs = sample_copy(a, &said, sizeof said);
	s->signoff_count = 1;
	s->risks = sample_copy(a, &risk, sizeof risk);
	s->past_count = s->change_count = s->role_count = s->risk_count = 1;
}

static const struct rep_coverage *hostile_coverage(struct arena *a, const char *x)
{
	const struct rep_coverage_row row = { .name = x,
		                              .owner = x,
		                              .critical = true,
		                              .total = 1,
		                              .percent = "0",
		                              .at_least = "0" };
	const struct rep_coverage_file file = { x, 0, 1, x };
	struct rep_coverage c = { .measure = x, .base = x, .all = row };

	c.rows = sample_copy(a, &row, sizeof row);
	c.worst = sample_copy(a, &file, sizeof file);
	c.row_count = c.worst_count = 1;
	return sample_copy(a, &c, sizeof c);
}

static void hostile_table(struct rep_scorecard *s, struct arena *a, const char *x)
{
	const struct rep_category category = { .id = x, .title = x, .weight = 1 };
	const struct rep_artefact artefact = { x, x, 1, x };
	struct rep_check check = {
		.id = x,
		.title = x,
		.category = x,
		.weight = 1,
		.state = REP_FAIL,
		.value = "0.000000",
		.has_contribution = true,
		.possible = 1000,
		.measured = x,
		.target = x,
		.unit = x,
		.blocker = "P0",
		.required = true,
		.attested = true,
		.waived = true,
		.message = x,
		.remedy = x,
		.artefact_count = 1,
		.coverage = hostile_coverage(a, x),
	};

	check.artefacts = sample_copy(a, &artefact, sizeof artefact);
	s->categories = sample_copy(a, &category, sizeof category);
	s->category_count = 1;
	s->checks = sample_copy(a, &check, sizeof check);
	s->check_count = 1;
	sample_sum(s, a);
}

void sample_hostile(struct rep_scorecard *s, struct arena *a, const char *x)
{
	struct rep_condition condition = { 0 };
	struct rep_gain gain = { .gain = 10 };
	struct rep_released released = { .bytes = 1 };

	if (x == NULL)
		x = everything(a);
	released.name = released.sha256 = x;
	condition.check = condition.reason = condition.owner = condition.deadline = x;
	gain.check = gain.text = x;
	s->tool_version = x;
	s->run = x;
	s->subject = (struct rep_subject){
		x, x, x, true, true, sample_copy(a, &released, sizeof released), 1
	};
	s->policy = (struct rep_policy){ x, x, x };
	s->has_cap = true;
	s->cap_reason = x;
	s->decision = REP_NO_GO;
	s->reasons = sample_copy(a, &x, sizeof x);
	s->reason_count = 1;
	s->notes = s->reasons;
	s->note_count = 1;
	s->conditions = sample_copy(a, &condition, sizeof condition);
	s->condition_count = 1;
	s->gains = sample_copy(a, &gain, sizeof gain);
	s->gain_count = 1;
	hostile_suite(s, a, x);
	hostile_findings(s, a, x);
	hostile_people(s, a, x);
	hostile_table(s, a, x);
}
