// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* The protocol's constants. */
static const double stage_alpha[GATE_BENCH_STAGES] = { 0.05, 0.01 };
static const double control_alpha = 0.01;
static const double control_margin = 0.05;
static const double variation_max = 0.10;
static const double valid_min = 0.80;
static const double holm_alpha = 0.05;
static const double advisory_q = 0.10;
static const double spread_max = 0.0005;
static const double count_warns = 0.005;
static const double count_fails = 0.01;

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

static void say(char why[GATE_BENCH_WHY], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void say(char why[GATE_BENCH_WHY], const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(why, GATE_BENCH_WHY, fmt, ap);
	va_end(ap);
}

/* ---- pairs ---- */

/* A count may be 0, a time or rate may not. */
static bool is_value(const struct gate_bench_row *row, double x)
{
	return isfinite(x) && (x > 0 || (x == 0 && !row->timed));
}

/* log(b / a), which need not be finite where one is 0. */
static double difference(double a, double b)
{
	return a == b ? 0 : log(b) - log(a);
}

/* Logarithms of the ratios of one arm to the base, above 0 where that is worse; only of
 * pairs that have both. */
static size_t differences(const struct gate_bench_row *row, size_t stage,
                          enum gate_bench_arm arm, double out[GATE_BENCH_PAIRS_MAX])
{
	const struct gate_bench_stage *g = &row->stages[stage];
	size_t n = 0;

	for (size_t i = 0; i < g->pairs && i < GATE_BENCH_PAIRS_MAX; i++) {
		const double a = g->of[GATE_BENCH_BASE][i];
		const double b = g->of[arm][i];

		if (is_value(row, a) && is_value(row, b))
			out[n++] = row->higher ? difference(b, a) : difference(a, b);
	}
	return n;
}

static struct gate_interval compare(const struct gate_bench_row *row, size_t stage,
                                    enum gate_bench_arm arm, double alpha,
                                    struct gate_bench_compared *out)
{
	double d[GATE_BENCH_PAIRS_MAX];
	struct gate_interval i;

	out->pairs = row->stages[stage].pairs;
	out->valid = differences(row, stage, arm, d);
	gate_stats_sort(d, out->valid);
	i = gate_stats_median_interval(d, out->valid, alpha);
	out->ratio = exp(gate_stats_median(d, out->valid));
	out->interval = (struct gate_interval){ exp(i.low), exp(i.high) };
	return i;
}

static size_t values_of(const struct gate_bench_row *row, size_t stage,
                        enum gate_bench_arm arm, double *out)
{
	const struct gate_bench_stage *g = &row->stages[stage];
	size_t n = 0;

	for (size_t i = 0; i < g->pairs && i < GATE_BENCH_PAIRS_MAX; i++)
		if (is_value(row, g->of[arm][i]))
			out[n++] = g->of[arm][i];
	return n;
}

/* ---- what makes a stage unknown ---- */

/* The smallest step between values of base and head, as a share of their median; 0 where
 * all are equal. */
static double resolution(const struct gate_bench_row *row, size_t stage)
{
	double x[2 * GATE_BENCH_PAIRS_MAX];
	size_t n = values_of(row, stage, GATE_BENCH_BASE, x);
	double step = 0;

	n += values_of(row, stage, GATE_BENCH_HEAD, x + n);
	gate_stats_sort(x, n);
	for (size_t i = 1; i < n; i++)
		if (x[i] > x[i - 1] && (step == 0 || x[i] - x[i - 1] < step))
			step = x[i] - x[i - 1];
	return n > 0 ? step / gate_stats_median(x, n) : 0;
}

static bool is_too_coarse(const struct gate_bench_samples *s,
                          const struct gate_bench_row *row, size_t stage,
                          char why[GATE_BENCH_WHY])
{
	const double step = resolution(row, stage);
	const double margin = s->commands[row->command].margin;

	if (!row->timed || (step > 0 && step <= margin))
		return false;
	if (step == 0)
		say(why, "all its times are the same: they are below the resolution of "
		         "the clock, or rounded");
	else
		say(why,
		    "its times come in steps of %.2g %%, which is coarser than the "
		    "margin of %.3g %%",
		    100 * step, 100 * margin);
	return true;
}

static bool has_values(const struct gate_bench_row *row, size_t stage,
                       enum gate_bench_arm arm)
{
	double x[GATE_BENCH_PAIRS_MAX];

	return values_of(row, stage, arm, x) > 0;
}

/* Present in one of two arms that both ran. */
static bool is_unmatched(const struct gate_bench_samples *s,
                         const struct gate_bench_row *row, size_t stage,
                         struct gate_bench_judged_stage *out, char why[GATE_BENCH_WHY])
{
	const size_t *ran = s->commands[row->command].ran[stage];
	const bool base = has_values(row, stage, GATE_BENCH_BASE);
	const bool head = has_values(row, stage, GATE_BENCH_HEAD);

	if (base == head || ran[GATE_BENCH_BASE] == 0 || ran[GATE_BENCH_HEAD] == 0 ||
	    row->fault != NULL)
		return false;
	out->verdict = head ? GATE_BENCH_NEW : GATE_BENCH_UNKNOWN;
	say(why, head ? "the base has no such benchmark"
	              : "it is gone: the base has it, the head does not");
	return true;
}

static const char *fault_of(const struct gate_bench_samples *s,
                            const struct gate_bench_row *row)
{
	const struct gate_bench_command *c = &s->commands[row->command];

	if (row->fault != NULL)
		return row->fault;
	for (size_t arm = 0; arm < GATE_BENCH_ARMS; arm++)
		if (c->fault[arm] != NULL)
			return c->fault[arm];
	return NULL;
}

static bool is_too_thin(const struct gate_bench_samples *s,
                        const struct gate_bench_row *row,
                        const struct gate_bench_compared *c, char why[GATE_BENCH_WHY])
{
	const char *fault = fault_of(s, row);

	if ((double)c->valid >= valid_min * (double)c->pairs)
		return false;
	say(why, "only %zu of %zu pairs are valid%s%s", c->valid, c->pairs,
	    fault != NULL ? ": " : "", fault != NULL ? fault : "");
	return true;
}

static bool is_too_noisy(double variation, char why[GATE_BENCH_WHY])
{
	if (variation <= variation_max)
		return false;
	say(why,
	    "the base alone varies by %.1f %%, and above %.0f %% nothing can be told",
	    100 * variation, 100 * variation_max);
	return true;
}

/* Time that does not grow with the work is no measurement of it. */
static bool ignores_work(const struct gate_bench_samples *s,
                         const struct gate_bench_row *row, char why[GATE_BENCH_WHY])
{
	const struct gate_bench_command *c = &s->commands[row->command];
	double d[GATE_BENCH_PAIRS_MAX];
	size_t n = 0;

	if (c->work_count == 0)
		return false;
	for (size_t i = 0; i < c->work_count && i < GATE_BENCH_PAIRS_MAX; i++)
		if (c->small[i] > 0 && c->large[i] > 0)
			d[n++] = difference(c->small[i], c->large[i]);
	gate_stats_sort(d, n);
	if (gate_stats_median_interval(d, n, stage_alpha[0]).low > 0)
		return false;
	if (n < c->work_count)
		say(why, "the command could not be timed with the declared work%s%s",
		    c->fault[GATE_BENCH_HEAD] != NULL ? ": " : "",
		    c->fault[GATE_BENCH_HEAD] != NULL ? c->fault[GATE_BENCH_HEAD] : "");
	else
		say(why,
		    "its time does not grow with the declared work (large over "
		    "small: %.3f)",
		    exp(gate_stats_median(d, n)));
	return true;
}

/* ---- a stage ---- */

static enum gate_bench_verdict by_interval(struct gate_interval i, double margin)
{
	const double m = log1p(margin);

	if (i.low > m)
		return GATE_BENCH_REGRESSION;
	if (i.high < -m)
		return GATE_BENCH_IMPROVED;
	if (i.low >= -m && i.high <= m)
		return GATE_BENCH_EQUIVALENT;
	return GATE_BENCH_INCONCLUSIVE;
}

void gate_bench_judge_stage(const struct gate_bench_samples *s,
                            const struct gate_bench_row *row, size_t stage,
                            struct gate_bench_judged_stage *out, char why[GATE_BENCH_WHY])
{
	double base[GATE_BENCH_PAIRS_MAX];
	struct gate_interval i;

	*out = (struct gate_bench_judged_stage){ .ran = row->stages[stage].pairs > 0,
		                                 .verdict = GATE_BENCH_UNKNOWN };
	if (!out->ran)
		return;
	i = compare(row, stage, GATE_BENCH_HEAD, stage_alpha[stage], &out->head);
	(void)compare(row, stage, GATE_BENCH_CONTROL, control_alpha, &out->control);
	out->variation =
		gate_stats_variation(base, values_of(row, stage, GATE_BENCH_BASE, base));
	if (is_unmatched(s, row, stage, out, why) ||
	    is_too_thin(s, row, &out->head, why) || is_too_coarse(s, row, stage, why) ||
	    is_too_noisy(out->variation, why) || ignores_work(s, row, why))
		return;
	out->verdict = by_interval(i, s->commands[row->command].margin);
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
	       gate_stats_rank(j->control.valid, control_alpha) == 0;
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
			say(why,
			    "the run is contaminated: the control of %.80s, which has no "
			    "change, is at %.3f of the base (99 %% interval %.3f..%.3f)",
			    name, j.control.ratio, j.control.interval.low,
			    j.control.interval.high);
		else
			say(why, "the control of %.80s has too few values (%zu of %zu)",
			    name, j.control.valid, j.control.pairs);
		return true;
	}
	return false;
}

/* ---- both stages ---- */

/* p of the sign test over the pairs of stage 2. */
static double sign_test(const struct gate_bench_samples *s,
                        const struct gate_bench_row *row)
{
	double d[GATE_BENCH_PAIRS_MAX];
	const size_t n = differences(row, 1, GATE_BENCH_HEAD, d);

	return gate_stats_sign_test(d, n, log1p(s->commands[row->command].margin));
}

static enum gate_bench_verdict confirm(struct gate_bench_judged *j)
{
	const enum gate_bench_verdict first = j->stages[0].verdict;
	const enum gate_bench_verdict second = j->stages[1].verdict;
	const bool opposite =
		(first == GATE_BENCH_REGRESSION && second == GATE_BENCH_IMPROVED) ||
		(first == GATE_BENCH_IMPROVED && second == GATE_BENCH_REGRESSION);

	if (opposite) {
		say(j->why, "both stages contradict one another");
		return GATE_BENCH_INCONCLUSIVE;
	}
	if (second != GATE_BENCH_REGRESSION)
		return second;
	if (first != GATE_BENCH_REGRESSION) {
		say(j->why, "only the second stage says REGRESSION");
		return GATE_BENCH_INCONCLUSIVE;
	}
	if (!j->rejected) {
		say(j->why,
		    "both stages say REGRESSION, but among so many benchmarks "
		    "that may be chance (p = %.2g)",
		    j->p);
		return GATE_BENCH_INCONCLUSIVE;
	}
	return GATE_BENCH_REGRESSION;
}

static void decide(struct gate_bench_judged *j, const struct gate_bench_findings *f)
{
	j->last = j->stages[1].ran ? 1 : 0;
	j->verdict = j->last == 1 ? confirm(j) : j->stages[0].verdict;
	j->cleared = j->last == 1 && j->stages[0].verdict == GATE_BENCH_REGRESSION &&
	             j->verdict == GATE_BENCH_EQUIVALENT;
	if (j->cleared)
		say(j->why, "stage 1 said REGRESSION, stage 2 cleared it");
	if (j->verdict == GATE_BENCH_UNKNOWN || j->verdict == GATE_BENCH_NEW)
		return;
	if (f->contaminated[0] || (j->last == 1 && f->contaminated[1])) {
		j->verdict = GATE_BENCH_INCONCLUSIVE;
		j->cleared = false;
		say(j->why, "%s", f->control);
	} else if (j->last == 0 && gate_bench_nominated(j->verdict)) {
		/* A run that ended before its second stage. */
		j->verdict = GATE_BENCH_INCONCLUSIVE;
		say(j->why, "it was not measured a second time");
	}
}

/* ---- instructions ---- */

static uint64_t smallest(const uint64_t *counts, double *spread)
{
	uint64_t least = counts[0];
	uint64_t most = counts[0];

	for (size_t i = 1; i < GATE_BENCH_COUNTS; i++) {
		least = counts[i] < least ? counts[i] : least;
		most = counts[i] > most ? counts[i] : most;
	}
	if (least > 0 && (double)(most - least) / (double)least > *spread)
		*spread = (double)(most - least) / (double)least;
	return least;
}

static void judge_counts(const struct gate_bench_command *c,
                         struct gate_bench_counted *out)
{
	*out = (struct gate_bench_counted){ .wanted = c->counts_wanted,
		                            .verdict = GATE_BENCH_UNKNOWN,
		                            .ratio = NAN };
	if (!c->counts_wanted)
		return;
	out->base = smallest(c->counts[GATE_BENCH_BASE], &out->spread);
	out->head = smallest(c->counts[GATE_BENCH_HEAD], &out->spread);
	if (c->trouble != NULL || c->counts_trouble != NULL || out->base == 0 ||
	    out->head == 0) {
		say(out->why, "%s",
		    c->trouble != NULL          ? c->trouble
		    : c->counts_trouble != NULL ? c->counts_trouble
		                                : "instructions were not counted");
		return;
	}
	out->ratio = (double)out->head / (double)out->base;
	if (out->spread > spread_max) {
		out->falls_back = true;
		say(out->why,
		    "not deterministic: counts of the same program differ by %.3f %%; "
		    "its times decide",
		    100 * out->spread);
		return;
	}
	out->warns = out->ratio > 1 + count_warns && out->ratio <= 1 + count_fails;
	out->verdict = out->ratio > 1 + count_fails         ? GATE_BENCH_REGRESSION
	               : out->ratio < 1 / (1 + count_warns) ? GATE_BENCH_IMPROVED
	                                                    : GATE_BENCH_EQUIVALENT;
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
		j->p = j->stages[1].ran ? sign_test(s, &s->rows[i]) : 1;
	}
	for (size_t k = 0; k < GATE_BENCH_STAGES; k++)
		out->contaminated[k] = gate_bench_contaminated(
			s, k, out->control[0] == '\0' ? out->control : NULL);
	if ((rc = test_many(s, out, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < s->row_count; i++)
		decide(&out->rows[i], out);
	for (size_t i = 0; i < s->command_count; i++)
		judge_counts(&s->commands[i], &out->counted[i]);
	return ERR_OK;
}
