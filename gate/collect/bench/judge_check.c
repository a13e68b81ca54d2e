// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/bench/bench.h"

#include <math.h>
#include <stdio.h>

enum { NAMED = 3 };

static bool is_of(const struct gate_bench_samples *s, size_t row, const char *check)
{
	return check == NULL || str_eq(s->commands[s->rows[row].command].check, check);
}

static bool counts_as(const struct gate_bench_counted *c, enum gate_bench_verdict v)
{
	return c->wanted && !c->falls_back && c->verdict == v;
}

size_t gate_bench_count(const struct gate_bench_samples *s,
                        const struct gate_bench_findings *f, const char *check,
                        enum gate_bench_verdict v)
{
	size_t count = 0;

	for (size_t i = 0; i < s->row_count; i++)
		count += is_of(s, i, check) && f->rows[i].verdict == v;
	for (size_t i = 0; i < s->command_count; i++)
		if (check == NULL || str_eq(s->commands[i].check, check))
			count += counts_as(&f->counted[i], v);
	return count;
}

/* ---- messages ---- */

static void put_percent(struct buf *out, double ratio)
{
	if (isfinite(ratio))
		buf_printf(out, "%+.1f %%", 100 * (ratio - 1));
	else
		buf_puts(out, "without limit");
}

static void put_row(struct buf *out, const struct gate_bench_row *r,
                    const struct gate_bench_judged *j)
{
	const struct gate_bench_compared *c = gate_bench_shown(&j->stages[j->last]);

	buf_printf(out, "%s ", r->name);
	if (c->valid > 0 && !isnan(c->ratio)) {
		put_percent(out, c->ratio);
		if (gate_interval_is_finite(c->interval)) {
			buf_puts(out, " (");
			put_percent(out, c->interval.low);
			buf_puts(out, " to ");
			put_percent(out, c->interval.high);
			buf_puts(out, ")");
		}
	}
	if (j->why[0] != '\0')
		buf_printf(out, "%s%s", c->valid > 0 ? ", " : "", j->why);
}

static void put_counted(struct buf *out, const struct gate_bench_counted *c)
{
	buf_puts(out, "instructions ");
	if (isfinite(c->ratio))
		buf_printf(out, "%+.2f %%", 100 * (c->ratio - 1));
	if (c->why[0] != '\0')
		buf_puts(out, c->why);
}

/* The first of those that came out like that. */
static void put_named(struct buf *out, const struct gate_bench_samples *s,
                      const struct gate_bench_findings *f, const char *check,
                      enum gate_bench_verdict v)
{
	const size_t count = gate_bench_count(s, f, check, v);
	size_t named = 0;

	for (size_t i = 0; i < s->row_count && named < NAMED; i++) {
		if (!is_of(s, i, check) || f->rows[i].verdict != v)
			continue;
		buf_puts(out, named++ == 0 ? ": " : "; ");
		put_row(out, &s->rows[i], &f->rows[i]);
	}
	for (size_t i = 0; i < s->command_count && named < NAMED; i++) {
		if (!str_eq(s->commands[i].check, check) || !counts_as(&f->counted[i], v))
			continue;
		buf_puts(out, named++ == 0 ? ": " : "; ");
		put_counted(out, &f->counted[i]);
	}
	if (count > named)
		buf_printf(out, "; and %zu more", count - named);
}

static void put_base(struct buf *out, const struct gate_bench_command *c)
{
	enum { SHORT = 12 };

	if (c->base != NULL)
		buf_printf(out, "%.*s", SHORT, c->base);
}

/* ---- without a scale ---- */

struct tally {
	size_t total; /* that there is something to compare of */
	size_t of[GATE_BENCH_VERDICTS];
	bool warns;
};

static struct tally tally_of(const struct gate_bench_samples *s,
                             const struct gate_bench_findings *f, const char *check)
{
	struct tally t = { 0 };

	for (size_t v = 0; v < GATE_BENCH_VERDICTS; v++) {
		t.of[v] = gate_bench_count(s, f, check, (enum gate_bench_verdict)v);
		if (v != GATE_BENCH_NEW)
			t.total += t.of[v];
	}
	for (size_t i = 0; i < s->command_count; i++)
		if (str_eq(s->commands[i].check, check))
			t.warns = t.warns || f->counted[i].warns;
	return t;
}

static void put_remedy(struct gate_judgement *j, const struct gate_bench_command *c,
                       const struct tally *t)
{
	if (c->trouble != NULL)
		buf_puts(&j->remedy,
		         str_starts(c->trouble, "no base")
		                 ? "name the state to compare with: `--base REV`"
		                 : "seaworthy bench");
	else if (t->of[GATE_BENCH_REGRESSION] > 0)
		buf_printf(&j->remedy,
		           "make it as fast again; `seaworthy bench --only %s` "
		           "measures it",
		           c->check);
	else
		buf_printf(&j->remedy, "seaworthy bench --only %s", c->check);
}

static void say_slower(struct gate_judgement *j, const struct gate_bench_samples *s,
                       const struct gate_bench_findings *f,
                       const struct gate_bench_command *c, const struct tally *t)
{
	const size_t slower = t->of[GATE_BENCH_REGRESSION];
	const size_t open = t->of[GATE_BENCH_INCONCLUSIVE] + t->of[GATE_BENCH_UNKNOWN];

	buf_printf(&j->message, "%zu of %zu benchmarks %s slower than ", slower, t->total,
	           slower == 1 ? "is" : "are");
	put_base(&j->message, c);
	put_named(&j->message, s, f, c->check, GATE_BENCH_REGRESSION);
	if (open > 0)
		buf_printf(&j->message, "; %zu cannot be told", open);
	put_remedy(j, c, t);
}

/* The margin, or the smallest and the largest where benchmarks have their own. */
static void put_margin(struct buf *out, const struct gate_bench_samples *s,
                       const struct gate_bench_command *c)
{
	double least = INFINITY;
	double most = -INFINITY;

	for (size_t i = 0; i < s->row_count; i++) {
		if (!is_of(s, i, c->check))
			continue;
		least = fmin(least, s->rows[i].margin);
		most = fmax(most, s->rows[i].margin);
	}
	if (least < most)
		buf_printf(out, "%.3g %% to %.3g %%", 100 * least, 100 * most);
	else
		buf_printf(out, "%.3g %%", 100 * (least <= most ? least : c->margin));
}

static void say_no_slower(struct gate_judgement *j, const struct gate_bench_samples *s,
                          const struct gate_bench_command *c, const struct tally *t)
{
	buf_printf(&j->message, "%zu benchmark%s no slower than ", t->total,
	           t->total == 1 ? " is" : "s are");
	put_base(&j->message, c);
	buf_puts(&j->message, " (within ");
	put_margin(&j->message, s, c);
	if (t->of[GATE_BENCH_IMPROVED] > 0)
		buf_printf(&j->message, ", %zu faster", t->of[GATE_BENCH_IMPROVED]);
	buf_puts(&j->message, ")");
	if (t->warns)
		buf_puts(&j->message, "; it takes 0.5 % to 1 % more instructions");
}

static void say_open(struct gate_judgement *j, const struct gate_bench_samples *s,
                     const struct gate_bench_findings *f,
                     const struct gate_bench_command *c, const struct tally *t)
{
	const size_t unknown = t->of[GATE_BENCH_UNKNOWN];

	buf_printf(&j->message, "%zu of %zu benchmarks cannot be told",
	           unknown + t->of[GATE_BENCH_INCONCLUSIVE], t->total);
	put_named(&j->message, s, f, c->check,
	          unknown > 0 ? GATE_BENCH_UNKNOWN : GATE_BENCH_INCONCLUSIVE);
	put_remedy(j, c, t);
}

static void judge_plainly(struct gate_judgement *j, const struct gate_bench_samples *s,
                          const struct gate_bench_findings *f,
                          const struct gate_bench_command *c, const struct tally *t)
{
	const size_t slower = t->of[GATE_BENCH_REGRESSION];

	if (slower == 0 &&
	    t->of[GATE_BENCH_INCONCLUSIVE] + t->of[GATE_BENCH_UNKNOWN] > 0) {
		say_open(j, s, f, c, t);
		return;
	}
	gate_value_of_state(&j->value, slower > 0 ? GATE_FAIL
	                               : t->warns ? GATE_WARN
	                                          : GATE_PASS);
	j->state = j->value.state;
	j->has_value = true;
	(void)snprintf(j->measured, sizeof(j->measured), "%zu", slower);
	(void)snprintf(j->counted, sizeof(j->counted), "of %zu benchmarks slower",
	               t->total);
	j->unit = j->counted;
	if (slower > 0)
		say_slower(j, s, f, c, t);
	else
		say_no_slower(j, s, c, t);
	if (t->of[GATE_BENCH_NEW] > 0)
		buf_printf(&j->message, "; %zu new", t->of[GATE_BENCH_NEW]);
}

/* ---- on a scale ---- */

static bool set_number(struct gate_ratio *x, double value)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%.6f", value);
	return gate_ratio_set_decimal(x, span_str(text));
}

/* The worst of all, instructions among them, as good and as bad as it may be. */
static struct gate_interval worst(const struct gate_bench_samples *s,
                                  const struct gate_bench_findings *f, const char *check)
{
	struct gate_interval w = { -100, -100 };

	for (size_t i = 0; i < s->row_count; i++) {
		const struct gate_bench_judged *j = &f->rows[i];
		const struct gate_interval at =
			gate_bench_shown(&j->stages[j->last])->interval;

		if (!is_of(s, i, check) || j->verdict == GATE_BENCH_NEW)
			continue;
		w.low = fmax(w.low, 100 * (at.low - 1));
		w.high = fmax(w.high, 100 * (at.high - 1));
	}
	for (size_t i = 0; i < s->command_count; i++) {
		const struct gate_bench_counted *c = &f->counted[i];

		if (!str_eq(s->commands[i].check, check) || !c->wanted || c->falls_back)
			continue;
		w.low = fmax(w.low, 100 * (c->ratio - 1));
		w.high = fmax(w.high, 100 * (c->ratio - 1));
	}
	return w;
}

static void judge_on_scale(struct gate_judgement *j, const struct gate_check *check,
                           const struct gate_bench_samples *s,
                           const struct gate_bench_findings *f,
                           const struct gate_bench_command *c, const struct tally *t)
{
	const struct gate_interval w = worst(s, f, check->id);
	struct gate_ratio x;
	struct gate_value bad, good;

	gate_ratio_init(&x);
	if (t->of[GATE_BENCH_UNKNOWN] > 0 || f->control[0] != '\0' ||
	    !gate_interval_is_finite(w)) {
		buf_puts(&j->message, "the slow-down cannot be told");
		put_named(&j->message, s, f, check->id,
		          t->of[GATE_BENCH_UNKNOWN] > 0 ? GATE_BENCH_UNKNOWN
		                                        : GATE_BENCH_INCONCLUSIVE);
		put_remedy(j, c, t);
	} else if (set_number(&x, w.high) &&
	           gate_value_of_measure(&bad, check, &x, GATE_MISSED_NOTHING) &&
	           set_number(&x, w.low) &&
	           gate_value_of_measure(&good, check, &x, GATE_MISSED_NOTHING)) {
		gate_value_of_decimals(&j->value, bad.low, good.high);
		j->state = j->value.state;
		j->has_value = true;
		(void)snprintf(j->measured, sizeof(j->measured), "%.1f", w.high);
		j->unit = check->scale_unit != NULL ? check->scale_unit : "percent";
		buf_printf(&j->message,
		           "the slowest of %zu benchmarks takes %+.1f %% to %+.1f %% "
		           "against ",
		           t->total, w.low, w.high);
		put_base(&j->message, c);
	}
	gate_ratio_fini(&x);
}

/* ---- a check ---- */

static const struct gate_bench_command *command_of(const struct gate_bench_samples *s,
                                                   const char *check)
{
	for (size_t i = 0; i < s->command_count; i++)
		if (str_eq(s->commands[i].check, check))
			return &s->commands[i];
	return NULL;
}

void gate_bench_judge_check(struct gate_judgement *j, const struct gate_check *check,
                            const struct gate_bench_samples *s,
                            const struct gate_bench_findings *f)
{
	const struct gate_bench_command *c = command_of(s, check->id);
	const struct tally t = tally_of(s, f, check->id);

	if (c == NULL) {
		gate_judge_without(j, GATE_UNKNOWN, "it was not measured");
		buf_puts(&j->remedy, "seaworthy bench");
	} else if (c->trouble != NULL) {
		gate_judge_without(j, GATE_UNKNOWN, "%s", c->trouble);
		put_remedy(j, c, &t);
	} else if (t.total == 0) {
		gate_judge_without(j, GATE_UNKNOWN, "no benchmark to compare%s%s",
		                   c->fault[GATE_BENCH_HEAD] != NULL ? ": " : "",
		                   c->fault[GATE_BENCH_HEAD] != NULL
		                           ? c->fault[GATE_BENCH_HEAD]
		                           : "");
		put_remedy(j, c, &t);
	} else if (check->has_scale) {
		judge_on_scale(j, check, s, f, c, &t);
	} else {
		judge_plainly(j, s, f, c, &t);
	}
}
