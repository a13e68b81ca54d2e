// SPDX-License-Identifier: Apache-2.0
#include "collect/judge.h"

#include "base/str.h"
#include "base/when.h"
#include "collect/overlap.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MEASURED_DIGITS = 6 };

void gate_judgement_init(struct gate_judgement *j)
{
	*j = (struct gate_judgement){ .state = GATE_UNKNOWN,
		                      .message = BUF_INIT,
		                      .remedy = BUF_INIT };
}

void gate_judgement_fini(struct gate_judgement *j)
{
	buf_fini(&j->message);
	buf_fini(&j->remedy);
}

void gate_judge_without(struct gate_judgement *j, enum gate_state state, const char *fmt,
                        ...)
{
	va_list ap;

	j->state = state;
	j->has_value = false;
	va_start(ap, fmt);
	buf_vprintf(&j->message, fmt, ap);
	va_end(ap);
}

static void judge_value(struct gate_judgement *j)
{
	j->state = j->value.state;
	j->has_value = true;
}

static void judge_state(struct gate_judgement *j, enum gate_state state)
{
	gate_value_of_state(&j->value, state);
	judge_value(j);
}

/* ---- sums over runs ---- */

struct totals {
	uint64_t passed, failed, skipped, flaky, quarantined, slow, total, duration_ms;
	uint64_t twice;  /* cases that were left out: another suite ran them as well */
	bool leaky;      /* some run left processes behind */
	bool retried;    /* some run passed only when started again */
	bool second_way; /* some build could not be done the first way */
};

static void add_run(struct totals *t, const struct gate_run *r)
{
	const struct gate_cases *c = &r->cases;

	t->passed += c->passed;
	t->failed += c->failed;
	t->skipped += c->skipped;
	t->flaky += c->flaky;
	t->quarantined += c->quarantined;
	t->slow += r->slow;
	t->total += c->passed + c->failed + c->skipped + c->flaky + c->quarantined;
	t->duration_ms += (uint64_t)(r->ended_ms - r->started_ms);
	t->second_way = t->second_way || r->second_way;
	t->leaky = t->leaky || r->leaky;
	t->retried = t->retried || (r->state == GATE_RUN_PASS && r->attempts > 1);
}

static struct totals sum_runs(const struct gate_run *const *runs, size_t count)
{
	struct totals t = { 0 };
	struct gate_overlap twice;

	for (size_t i = 0; i < count; i++)
		add_run(&t, runs[i]);
	gate_overlap_find(runs, count, &twice);
	t.passed -= twice.passed;
	t.failed -= twice.failed;
	t.skipped -= twice.skipped;
	t.flaky -= twice.flaky;
	t.quarantined -= twice.quarantined;
	t.total -= twice.total;
	t.twice = twice.total;
	return t;
}

static const struct gate_run *first_in(const struct gate_run *const *runs, size_t count,
                                       enum gate_run_state state)
{
	for (size_t i = 0; i < count; i++)
		if (runs[i]->state == state)
			return runs[i];
	return NULL;
}

/* ---- messages ---- */

static void put_count(struct buf *out, uint64_t count, const char *one, const char *many)
{
	buf_printf(out, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

/* "unit: 3 of 120 tests failed: a, b, c; e2e: .." for all runs in that state. */
static void put_reasons(struct buf *out, const struct gate_run *const *runs, size_t count,
                        enum gate_run_state state, const char *what)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		if (runs[i]->state != state)
			continue;
		if (!first)
			buf_puts(out, "; ");
		first = false;
		if (str_eq(what, "command"))
			buf_printf(out, "the command %s", runs[i]->reason);
		else if (str_eq(what, "build"))
			buf_printf(out, "build %s %s", runs[i]->id, runs[i]->reason);
		else
			buf_printf(out, "%s: %s", runs[i]->id, runs[i]->reason);
	}
}

static void put_warnings(struct buf *out, const struct gate_run *const *runs,
                         size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (runs[i]->warning[0] != '\0')
			buf_printf(out, "; warning: %s: %s", runs[i]->id,
			           runs[i]->warning);
}

static void put_reused(struct buf *out, const struct gate_run *const *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (runs[i]->reused[0] != '\0')
			buf_printf(out, "; %s: %s", runs[i]->id, runs[i]->reused);
}

static size_t count_in(const struct gate_run *const *runs, size_t count,
                       enum gate_run_state state)
{
	size_t in = 0;

	for (size_t i = 0; i < count; i++)
		in += runs[i]->state == state;
	return in;
}

/* Of a failed suite what runs just what failed, then its command. */
static void put_remedies(struct buf *out, const struct gate_run *const *runs,
                         size_t count, enum gate_run_state state, const char *what)
{
	const struct gate_run *r = first_in(runs, count, state);
	size_t failed = count_in(runs, count, GATE_RUN_FAIL);

	if (r == NULL)
		return;
	if (state == GATE_RUN_FAIL && str_eq(what, "suite")) {
		buf_puts(out, "seaworthy test --rerun-failed");
		if (failed == 1)
			buf_printf(out, " --only %s", r->id);
		if (r->remedy[0] == '\0')
			return;
		buf_printf(out, "; %s by hand: ", failed == 1 ? "all of it" : r->id);
	}
	buf_puts(out, r->remedy);
}

static void put_success(struct buf *out, const struct totals *t, const char *what,
                        size_t runs)
{
	char took[WHEN_TEXT];

	when_duration(t->duration_ms, took);
	if (str_eq(what, "suite")) {
		put_count(out, t->passed, "test passed", "tests passed");
		if (t->skipped > 0)
			buf_printf(out, ", %llu skipped", (unsigned long long)t->skipped);
		if (t->flaky > 0)
			buf_printf(out, ", %llu flaky", (unsigned long long)t->flaky);
		if (t->quarantined > 0)
			buf_printf(out, ", %llu quarantined",
			           (unsigned long long)t->quarantined);
		if (t->twice > 0)
			buf_printf(out, ", %llu run by several suites",
			           (unsigned long long)t->twice);
	} else if (runs == 1) {
		buf_printf(out, "the %s succeeded", what);
	} else {
		buf_printf(out, "%zu %ss succeeded", runs, what);
	}
	buf_printf(out, " in %s", took);
}

/* ---- suites, builds, commands ---- */

/* "120 passed"; of what has no cases, "1 of 2 builds succeeded". */
static void measure_runs(struct gate_judgement *j, const char *what,
                         const struct totals *t, const struct gate_run *const *runs,
                         size_t count)
{
	bool cases = str_eq(what, "suite") || t->total > count;
	uint64_t good = cases ? t->passed : count_in(runs, count, GATE_RUN_PASS);

	(void)snprintf(j->measured, sizeof(j->measured), "%llu",
	               (unsigned long long)good);
	if (cases)
		(void)snprintf(j->counted, sizeof(j->counted), "passed");
	else
		(void)snprintf(j->counted, sizeof(j->counted), "of %zu %s%s succeeded",
		               count, what, count == 1 ? "" : "s");
	j->unit = j->counted;
}

static bool is_doubtful(const struct totals *t)
{
	return t->flaky > 0 || t->quarantined > 0 || t->retried || t->second_way ||
	       t->leaky;
}

static void judge_plainly(struct gate_judgement *j, const char *what,
                          const struct gate_run *const *runs, size_t count)
{
	struct totals t = sum_runs(runs, count);
	bool failed = first_in(runs, count, GATE_RUN_FAIL) != NULL;

	if (!failed && first_in(runs, count, GATE_RUN_UNKNOWN) != NULL) {
		put_reasons(&j->message, runs, count, GATE_RUN_UNKNOWN, what);
		put_remedies(&j->remedy, runs, count, GATE_RUN_UNKNOWN, what);
		put_warnings(&j->message, runs, count);
		return;
	}
	measure_runs(j, what, &t, runs, count);
	if (failed) {
		judge_state(j, GATE_FAIL);
		put_reasons(&j->message, runs, count, GATE_RUN_FAIL, what);
		put_remedies(&j->remedy, runs, count, GATE_RUN_FAIL, what);
	} else {
		judge_state(j, is_doubtful(&t) ? GATE_WARN : GATE_PASS);
		put_success(&j->message, &t, what, count);
		if (t.second_way)
			buf_puts(&j->remedy,
			         "mend the build that could not be configured, or name "
			         "the one that counts under `builds:` in seaworthy.yml");
	}
	put_reused(&j->message, runs, count);
	put_warnings(&j->message, runs, count);
}

struct metric {
	const char *name;
	const char *unit;
	size_t field;     /* of struct totals */
	uint64_t per;     /* divisor; 0 = percent of total */
	const char *join; /* "117" join "120" end: for people */
	const char *end;
};

static const struct metric metrics[] = {
	{ "passed", "tests", offsetof(struct totals, passed), 1, " of ",
	  " tests passed" },
	{ "failed", "tests", offsetof(struct totals, failed), 1, " of ",
	  " tests failed" },
	{ "skipped", "tests", offsetof(struct totals, skipped), 1, " of ",
	  " tests skipped" },
	{ "flaky", "tests", offsetof(struct totals, flaky), 1, " of ",
	  " tests are flaky" },
	{ "quarantined", "tests", offsetof(struct totals, quarantined), 1, " of ",
	  " tests are quarantined" },
	{ "slow", "tests", offsetof(struct totals, slow), 1, " of ", " tests are slow" },
	{ "total", "tests", offsetof(struct totals, total), 1, " of ", " tests" },
	{ "skipped_percent", "percent", offsetof(struct totals, skipped), 0,
	  " percent of ", " tests skipped" },
	{ "pass_percent", "percent", offsetof(struct totals, passed), 0, " percent of ",
	  " tests passed" },
	{ "duration_s", "s", offsetof(struct totals, duration_ms), 1000, " s for ",
	  " tests" },
};

static const struct metric *find_metric(const char *name)
{
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++)
		if (str_eq(metrics[i].name, name))
			return &metrics[i];
	return NULL;
}

/* The run whose counts cannot be trusted: unknown, failed without a failed case, or of
 * some of its parts only. */
static const struct gate_run *first_untrusted(const struct gate_run *const *runs,
                                              size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (runs[i]->state == GATE_RUN_UNKNOWN || runs[i]->incomplete ||
		    (runs[i]->state == GATE_RUN_FAIL && runs[i]->cases.failed == 0))
			return runs[i];
	return NULL;
}

static void compute_metric(struct gate_ratio *x, const struct metric *m,
                           const struct totals *t)
{
	uint64_t value;

	memcpy(&value, (const char *)t + m->field, sizeof(value));
	gate_ratio_set_u64(x, value, m->per > 0 ? m->per : t->total);
	if (m->per == 0) {
		struct gate_ratio hundred;

		gate_ratio_init(&hundred);
		gate_ratio_set_u64(&hundred, 100, 1);
		gate_ratio_mul(x, x, &hundred);
		gate_ratio_fini(&hundred);
	}
}

static void put_scale(struct buf *out, const struct gate_check *check, const char *unit)
{
	if (check->has_scale)
		buf_printf(out, " (full value at %s%s%s, none at %s)", check->scale_pass,
		           unit != NULL ? " " : "", unit != NULL ? unit : "",
		           check->scale_fail);
}

static void judge_metric(struct gate_judgement *j, const struct gate_check *check,
                         const struct metric *m, const char *what,
                         const struct gate_run *const *runs, size_t count)
{
	const struct gate_run *bad = first_untrusted(runs, count);
	struct totals t = sum_runs(runs, count);
	struct gate_ratio x;

	if (bad != NULL || t.total == 0) {
		if (bad != NULL)
			buf_printf(&j->message, "%s: %s", bad->id, bad->reason);
		else
			buf_puts(&j->message, "no test cases to measure");
		if (bad != NULL && bad->incomplete)
			put_warnings(&j->message, &bad, 1);
		if (bad == NULL)
			bad = runs[0];
		put_remedies(&j->remedy, &bad, 1, bad->state, what);
		return;
	}
	gate_ratio_init(&x);
	compute_metric(&x, m, &t);
	gate_value_text(&x, MEASURED_DIGITS, j->measured);
	j->unit = check->scale_unit != NULL ? check->scale_unit : m->unit;
	if (gate_value_of_measure(&j->value, check, &x, GATE_MISSED_NOTHING))
		judge_value(j);
	buf_printf(&j->message, "%s%s%llu%s", j->measured, m->join,
	           (unsigned long long)t.total, m->end);
	put_scale(&j->message, check, j->unit);
	put_reused(&j->message, runs, count);
	put_warnings(&j->message, runs, count);
	gate_ratio_fini(&x);
}

void gate_judge_runs(struct gate_judgement *j, const struct gate_check *check,
                     const char *what, const struct gate_run *const *runs, size_t count)
{
	const struct metric *m = find_metric(check->measure);

	if (count == 0) {
		gate_judge_without(j, GATE_UNKNOWN, "there is no %s to run", what);
		buf_printf(&j->remedy,
		           "write the command below `%s` of seaworthy.yml, which "
		           "`seaworthy init` makes",
		           str_eq(what, "build") ? "builds" : "suites");
	} else if (!check->has_scale) {
		judge_plainly(j, what, runs, count);
	} else if (m == NULL) {
		gate_judge_without(j, GATE_UNKNOWN, "a %s cannot measure %s", what,
		                   check->measure != NULL ? check->measure : "count");
		buf_puts(&j->remedy,
		         "set `measure:` to passed, failed, skipped, flaky, "
		         "quarantined, slow, "
		         "total, skipped_percent, pass_percent or duration_s");
	} else {
		judge_metric(j, check, m, what, runs, count);
	}
}

/* ---- attestation ---- */

void gate_judge_attest(struct gate_judgement *j, const struct gate_check *check)
{
	const char *value = check->attest_value;

	if (!gate_value_of_decimals(&j->value, value, value)) {
		gate_judge_without(j, GATE_ERROR, "the attested value is no decimal");
		return;
	}
	judge_value(j);
	(void)snprintf(j->measured, sizeof(j->measured), "%s", value);
	j->unit = "attested";
	if (check->attest_role != NULL)
		buf_printf(&j->message, "attested by %s", check->attest_role);
	else
		buf_puts(&j->message, "attested");
	if (check->attest_statement != NULL)
		buf_printf(&j->message, ": %s", check->attest_statement);
	if (j->state != GATE_PASS)
		buf_puts(&j->remedy, "collect evidence, or attest a higher value");
}
