// SPDX-License-Identifier: Apache-2.0
#include "verdict_internal.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* The protocol's constants. */
static const double stage_alpha[GATE_BENCH_STAGES] = { 0.05, 0.01 };
const double gate_bench_control_alpha = 0.01;
const double gate_bench_variation_max = 0.10;
static const double valid_min = 0.80;

void gate_bench_say(char why[GATE_BENCH_WHY], const char *fmt, ...)
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
	return (x >= GATE_BENCH_VALUE_MIN && x <= GATE_BENCH_VALUE_MAX) ||
	       (x == 0 && !row->timed);
}

/* log(b / a), which need not be finite where one is 0. */
static double difference(double a, double b)
{
	return a == b ? 0 : log(b) - log(a);
}

size_t gate_bench_differences(const struct gate_bench_row *row, size_t stage,
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
	out->valid = gate_bench_differences(row, stage, arm, d);
	gate_stats_sort(d, out->valid);
	i = gate_stats_median_interval(d, out->valid, alpha);
	out->ratio = exp(gate_stats_median(d, out->valid));
	out->interval = (struct gate_interval){ exp(i.low), exp(i.high) };
	return i;
}

size_t gate_bench_costs(const struct gate_bench_row *row, size_t stage,
                        double base[GATE_BENCH_PAIRS_MAX],
                        double head[GATE_BENCH_PAIRS_MAX])
{
	const struct gate_bench_stage *g = &row->stages[stage];
	const double sign = row->higher ? -1 : 1;
	size_t n = 0;

	for (size_t i = 0; i < g->pairs && i < GATE_BENCH_PAIRS_MAX; i++) {
		const double a = g->of[GATE_BENCH_BASE][i];
		const double b = g->of[GATE_BENCH_HEAD][i];

		if (!is_value(row, a) || !is_value(row, b))
			continue;
		base[n] = sign * log(a);
		head[n++] = sign * log(b);
	}
	return n;
}

/* One arm against the other by the ends of what they cost. */
struct ends {
	struct gate_bench_compared fastest;
	struct gate_interval interval; /* of the logarithms, by the fastest */
	double spread;                 /* of the fastest of the base, as a share */
	double slowest; /* so much slower are the slowest of the head at least */
};

/*
 * Neighbours only ever make a process slower, so that the fastest ones of each arm ran
 * almost undisturbed. The interval leaves out the margins where all of one arm would lie
 * above the s fastest of the other.
 */
static void compare_ends(const struct gate_bench_row *row, size_t stage, double alpha,
                         struct ends *out)
{
	double a[GATE_BENCH_PAIRS_MAX];
	double b[GATE_BENCH_PAIRS_MAX];
	size_t n = 0;
	size_t s;

	*out = (struct ends){
		.fastest = { .pairs = row->stages[stage].pairs,
		             .ratio = NAN,
		             .interval = { 0, INFINITY } },
		.interval = { -INFINITY, INFINITY },
		.spread = INFINITY,
		.slowest = -INFINITY,
	};
	if (!row->timed)
		return;
	n = out->fastest.valid = gate_bench_costs(row, stage, a, b);
	gate_stats_sort(a, n);
	gate_stats_sort(b, n);
	if ((s = gate_stats_precedence_rank(n, alpha)) == 0)
		return;
	out->interval = (struct gate_interval){ b[0] - a[s - 1], b[s - 1] - a[0] };
	out->fastest.ratio = exp(b[(s - 1) / 2] - a[(s - 1) / 2]);
	out->fastest.interval =
		(struct gate_interval){ exp(out->interval.low), exp(out->interval.high) };
	out->spread = expm1(a[s - 1] - a[0]);
	out->slowest = b[n - s] - a[n - 1];
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

static bool is_too_coarse(const struct gate_bench_row *row, size_t stage,
                          char why[GATE_BENCH_WHY])
{
	const double step = resolution(row, stage);
	const double margin = row->margin;

	if (!row->timed || (step > 0 && step <= margin))
		return false;
	if (step == 0)
		gate_bench_say(
			why,
			"all its times are the same: they are below the resolution of "
			"the clock, or rounded");
	else
		gate_bench_say(
			why,
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

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Present in one of two arms that both ran. */
static bool is_unmatched(const struct gate_bench_samples *s,
                         const struct gate_bench_row *row, size_t stage,
                         struct gate_bench_judged_stage *out, char why[GATE_BENCH_WHY])
{
	const size_t *ran = s->commands[row->command].ran[stage];
	const size_t pairs = row->stages[stage].pairs;
	const bool base = has_values(row, stage, GATE_BENCH_BASE);
	const bool head = has_values(row, stage, GATE_BENCH_HEAD);

	if (base == head || ran[GATE_BENCH_BASE] == 0 || ran[GATE_BENCH_HEAD] == 0 ||
	    row->fault != NULL)
		return false;
	/* A base that ran only now and then may have it all the same. */
	if (head &&
	    !gate_bench_can_tell(pairs, pairs - least(ran[GATE_BENCH_BASE], pairs)))
		return false;
	out->verdict = head ? GATE_BENCH_NEW : GATE_BENCH_UNKNOWN;
	gate_bench_say(why, head ? "the base has no such benchmark"
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

bool gate_bench_can_tell(size_t pairs, size_t missing)
{
	return missing <= pairs && (double)(pairs - missing) >= valid_min * (double)pairs;
}

static bool is_too_thin(const struct gate_bench_samples *s,
                        const struct gate_bench_row *row,
                        const struct gate_bench_compared *c, char why[GATE_BENCH_WHY])
{
	const char *fault = fault_of(s, row);

	if (gate_bench_can_tell(c->pairs, c->pairs - c->valid))
		return false;
	gate_bench_say(why, "only %zu of %zu pairs are valid%s%s", c->valid, c->pairs,
	               fault != NULL ? ": " : "", fault != NULL ? fault : "");
	return true;
}

/* Of the base alone. */
static double variation(const struct gate_bench_row *row, size_t stage)
{
	double x[GATE_BENCH_PAIRS_MAX];
	const size_t n = values_of(row, stage, GATE_BENCH_BASE, x);

	gate_stats_sort(x, n);
	return gate_stats_variation(x, n);
}

/* Neither half of the values lies near one another, nor do the fastest. */
static bool is_too_noisy(double variation, double spread, char why[GATE_BENCH_WHY])
{
	if (variation <= gate_bench_variation_max || spread <= gate_bench_variation_max)
		return false;
	gate_bench_say(
		why,
		"the base alone varies by %.1f %%, and above %.0f %% nothing can be told",
		100 * variation, 100 * gate_bench_variation_max);
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
		gate_bench_say(
			why, "the command could not be timed with the declared work%s%s",
			c->fault[GATE_BENCH_HEAD] != NULL ? ": " : "",
			c->fault[GATE_BENCH_HEAD] != NULL ? c->fault[GATE_BENCH_HEAD]
							  : "");
	else
		gate_bench_say(
			why,
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

const struct gate_bench_compared *
gate_bench_shown(const struct gate_bench_judged_stage *j)
{
	return j->by_fastest ? &j->fastest : &j->head;
}

/*
 * Both may claim a change, and must not contradict one another. That nothing changed the
 * fastest ones may say where noise hides it of the typical ones, unless these look
 * different, or the slowest of the head are slower than noise made any of the base.
 */
static void decide(struct gate_bench_judged_stage *out, enum gate_bench_verdict typical,
                   const struct ends *ends, double margin, char why[GATE_BENCH_WHY])
{
	const enum gate_bench_verdict fastest = by_interval(ends->interval, margin);
	const double m = log1p(margin);
	const double seen = log(out->head.ratio);
	const bool open = typical == GATE_BENCH_INCONCLUSIVE;

	out->verdict = typical;
	if (fastest == typical || fastest == GATE_BENCH_INCONCLUSIVE)
		return;
	if (fastest != GATE_BENCH_EQUIVALENT) {
		out->verdict = fastest;
		if (!open && typical != GATE_BENCH_EQUIVALENT) {
			out->verdict = GATE_BENCH_INCONCLUSIVE;
			gate_bench_say(why,
			               "its fastest runs say %s, the typical ones %s",
			               gate_bench_verdict_name(fastest),
			               gate_bench_verdict_name(typical));
		}
	} else if (open && seen >= -m && seen <= m && ends->slowest <= m) {
		out->verdict = fastest;
	}
	out->by_fastest = out->verdict == fastest;
}

void gate_bench_judge_stage(const struct gate_bench_samples *s,
                            const struct gate_bench_row *row, size_t stage,
                            struct gate_bench_judged_stage *out, char why[GATE_BENCH_WHY])
{
	enum gate_bench_verdict typical = GATE_BENCH_INCONCLUSIVE;
	struct gate_interval i;
	struct ends ends;

	*out = (struct gate_bench_judged_stage){ .ran = row->stages[stage].pairs > 0,
		                                 .verdict = GATE_BENCH_UNKNOWN };
	if (!out->ran)
		return;
	i = compare(row, stage, GATE_BENCH_HEAD, stage_alpha[stage], &out->head);
	compare_ends(row, stage, stage_alpha[stage], &ends);
	out->fastest = ends.fastest;
	(void)compare(row, stage, GATE_BENCH_CONTROL, gate_bench_control_alpha,
	              &out->control);
	out->variation = variation(row, stage);
	if (is_unmatched(s, row, stage, out, why) ||
	    is_too_thin(s, row, &out->head, why) || is_too_coarse(row, stage, why) ||
	    is_too_noisy(out->variation, ends.spread, why) || ignores_work(s, row, why))
		return;
	if (out->variation <= gate_bench_variation_max)
		typical = by_interval(i, row->margin);
	decide(out, typical, &ends, row->margin, why);
	/* Only the fastest ones could have told. */
	if (out->verdict == GATE_BENCH_INCONCLUSIVE &&
	    is_too_noisy(out->variation, INFINITY, why))
		out->verdict = GATE_BENCH_UNKNOWN;
}
