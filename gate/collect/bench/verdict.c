// SPDX-License-Identifier: Apache-2.0
#include "verdict_internal.h"

#include <math.h>

/* The protocol's constants. */
static const double control_margin = 0.05;
static const double holm_alpha = 0.05;
static const double advisory_q = 0.10;

const char *gate_bench_verdict_name(enum gate_bench_verdict v)
{
	static const char *const names[GATE_BENCH_VERDICTS] = {
		"REGRESSION", "IMPROVED", "EQUIVALENT", "INCONCLUSIVE", "UNKNOWN", "NEW",
	};

	return names[v];
}

bool gate_bench_nominated(enum gate_bench_verdict v)
{
	return v == GATE_BENCH_REGRESSION || v == GATE_BENCH_IMPROVED ||
	       v == GATE_BENCH_INCONCLUSIVE;
}

/* ---- the control ---- */

static bool is_off(const struct gate_bench_compared *c)
{
	return c->interval.low > 1 + control_margin ||
	       c->interval.high < 1 / (1 + control_margin);
}

/* Where head and base can be compared the control must be there as well. */
static bool is_mute(const struct gate_bench_judged_stage *j)
{
	return j->verdict != GATE_BENCH_UNKNOWN && j->verdict != GATE_BENCH_NEW &&
	       gate_stats_rank(j->control.valid, gate_bench_control_alpha) == 0;
}

bool gate_bench_contaminated(const struct gate_bench_samples *s, size_t stage,
                             char why[GATE_BENCH_WHY])
{
	for (size_t i = 0; i < s->row_count; i++) {
		struct gate_bench_judged_stage j;
		const char *name = s->rows[i].name;

		gate_bench_judge_stage(s, &s->rows[i], stage, &j, NULL);
		if (!j.ran || (!is_off(&j.control) && !is_mute(&j)))
			continue;
		if (is_off(&j.control))
			gate_bench_say(
				why,
				"the run is contaminated: the control of %.80s, which has no "
				"change, is at %.3f of the base (99 %% interval %.3f..%.3f)",
				name, j.control.ratio, j.control.interval.low,
				j.control.interval.high);
		else
			gate_bench_say(
				why,
				"the control of %.80s has too few values (%zu of %zu)",
				name, j.control.valid, j.control.pairs);
		return true;
	}
	return false;
}

/* ---- both stages ---- */

/* p over the pairs of stage 2: of the sign test, and for times of the precedence test; of
 * two looks the smaller one counts double. */
static double test_row(const struct gate_bench_row *row)
{
	const double margin = log1p(row->margin);
	double a[GATE_BENCH_PAIRS_MAX];
	double b[GATE_BENCH_PAIRS_MAX];
	size_t n = gate_bench_differences(row, 1, GATE_BENCH_HEAD, a);
	double p = gate_stats_sign_test(a, n, margin);

	if (!row->timed)
		return p;
	n = gate_bench_costs(row, 1, a, b);
	p = 2 * fmin(p, gate_stats_precedence_test(a, b, n, margin));
	return p < 1 ? p : 1;
}

static enum gate_bench_verdict confirm(struct gate_bench_judged *j)
{
	const enum gate_bench_verdict first = j->stages[0].verdict;
	const enum gate_bench_verdict second = j->stages[1].verdict;
	const bool opposite =
		(first == GATE_BENCH_REGRESSION && second == GATE_BENCH_IMPROVED) ||
		(first == GATE_BENCH_IMPROVED && second == GATE_BENCH_REGRESSION);

	if (opposite) {
		gate_bench_say(j->why, "both stages contradict one another");
		return GATE_BENCH_INCONCLUSIVE;
	}
	if (second != GATE_BENCH_REGRESSION)
		return second;
	if (first != GATE_BENCH_REGRESSION) {
		gate_bench_say(j->why, "only the second stage says REGRESSION");
		return GATE_BENCH_INCONCLUSIVE;
	}
	if (!j->rejected) {
		gate_bench_say(j->why,
		               "both stages say REGRESSION, but among so many benchmarks "
		               "that may be chance (p = %.2g)",
		               j->p);
		return GATE_BENCH_INCONCLUSIVE;
	}
	return GATE_BENCH_REGRESSION;
}

static void decide(struct gate_bench_judged *j, const struct gate_bench_findings *f,
                   double margin)
{
	j->last = j->stages[1].ran ? 1 : 0;
	j->verdict = j->last == 1 ? confirm(j) : j->stages[0].verdict;
	j->cleared = j->last == 1 && j->stages[0].verdict == GATE_BENCH_REGRESSION &&
	             j->verdict == GATE_BENCH_EQUIVALENT;
	if (j->cleared)
		gate_bench_say(j->why, "stage 1 said REGRESSION, stage 2 cleared it");
	if (j->verdict == GATE_BENCH_UNKNOWN || j->verdict == GATE_BENCH_NEW)
		return;
	if (f->contaminated[0] || (j->last == 1 && f->contaminated[1])) {
		j->verdict = GATE_BENCH_INCONCLUSIVE;
		j->cleared = false;
		gate_bench_say(j->why, "%s", f->control);
	} else if (j->last == 0 && gate_bench_nominated(j->verdict)) {
		/* A run that ended before its second stage. */
		j->verdict = GATE_BENCH_INCONCLUSIVE;
		gate_bench_say(j->why, "it was not measured a second time");
	} else if (j->why[0] == '\0' && j->stages[j->last].by_fastest) {
		gate_bench_say(j->why, "told by its fastest runs");
	} else if (j->verdict == GATE_BENCH_INCONCLUSIVE && j->why[0] == '\0') {
		gate_bench_say(j->why, "its bounds reach over the margin of %.3g %%",
		               100 * margin);
	}
}

/* ---- all ---- */

static enum err_code test_many(const struct gate_bench_samples *s,
                               struct gate_bench_findings *out, struct err *err)
{
	double *p = NULL;
	bool *holm = NULL;
	bool *bh = NULL;
	enum err_code rc = ERR_OK;
	struct arena a = ARENA_INIT;
	size_t m = 0;

	p = arena_array(&a, s->row_count + 1, sizeof(*p));
	holm = arena_array(&a, s->row_count + 1, sizeof(*holm));
	bh = arena_array(&a, s->row_count + 1, sizeof(*bh));
	if ((rc = arena_err(&a, err)) != ERR_OK)
		goto out;
	for (size_t i = 0; i < s->row_count; i++)
		if (out->rows[i].stages[0].verdict != GATE_BENCH_NEW)
			p[m++] = out->rows[i].p;
	if (!gate_stats_holm(p, m, holm_alpha, holm) ||
	    !gate_stats_bh(p, m, advisory_q, bh)) {
		rc = err_nomem(err);
		goto out;
	}
	m = 0;
	for (size_t i = 0; i < s->row_count; i++) {
		if (out->rows[i].stages[0].verdict == GATE_BENCH_NEW)
			continue;
		out->rows[i].rejected = holm[m];
		out->rows[i].advisory = bh[m++];
	}
out:
	arena_fini(&a);
	return rc;
}

enum err_code gate_bench_judge(struct gate_bench_samples *s,
                               struct gate_bench_findings *out, struct err *err)
{
	enum err_code rc;

	*out = (struct gate_bench_findings){ .rows = NULL };
	out->rows = arena_array(&s->arena, s->row_count + 1, sizeof(*out->rows));
	out->counted =
		arena_array(&s->arena, s->command_count + 1, sizeof(*out->counted));
	if (out->rows == NULL || out->counted == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < s->row_count; i++) {
		struct gate_bench_judged *j = &out->rows[i];

		for (size_t k = 0; k < GATE_BENCH_STAGES; k++)
			gate_bench_judge_stage(s, &s->rows[i], k, &j->stages[k], j->why);
		j->p = j->stages[1].ran ? test_row(&s->rows[i]) : 1;
	}
	for (size_t k = 0; k < GATE_BENCH_STAGES; k++)
		out->contaminated[k] = gate_bench_contaminated(
			s, k, out->control[0] == '\0' ? out->control : NULL);
	if ((rc = test_many(s, out, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < s->row_count; i++)
		decide(&out->rows[i], out, s->rows[i].margin);
	for (size_t i = 0; i < s->command_count; i++)
		gate_bench_judge_counts(&s->commands[i], &out->counted[i]);
	return ERR_OK;
}
