// SPDX-License-Identifier: Apache-2.0
#include "record/bench_report.h"

#include "base/str.h"
#include "collect/bench/advice.h"
#include "collect/bench/json.h"
#include "collect/bench/stats.h"
#include "lib/json.h"
#include "os/fs.h"
#include "record/scorecard_internal.h"

#include <math.h>

static enum rep_bench_verdict verdict_of(enum gate_bench_verdict v)
{
	switch (v) {
	case GATE_BENCH_REGRESSION:
		return REP_BENCH_REGRESSION;
	case GATE_BENCH_IMPROVED:
		return REP_BENCH_IMPROVED;
	case GATE_BENCH_EQUIVALENT:
		return REP_BENCH_EQUIVALENT;
	case GATE_BENCH_INCONCLUSIVE:
		return REP_BENCH_INCONCLUSIVE;
	case GATE_BENCH_NEW:
		return REP_BENCH_NEW;
	case GATE_BENCH_UNKNOWN:
		break;
	}
	return REP_BENCH_UNKNOWN;
}

static double median_of(const struct gate_bench_row *r, size_t stage,
                        enum gate_bench_arm arm)
{
	const struct gate_bench_stage *g = &r->stages[stage];
	double x[GATE_BENCH_PAIRS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < g->pairs; i++)
		if (isfinite(g->of[arm][i]))
			x[n++] = g->of[arm][i];
	gate_stats_sort(x, n);
	return gate_stats_median(x, n);
}

static void fill_row(struct rep_bench_row *out, const struct gate_bench_samples *s,
                     const struct gate_bench_row *r, const struct gate_bench_judged *j)
{
	const struct gate_bench_judged_stage *g = &j->stages[j->last];
	const struct gate_bench_compared *shown = gate_bench_shown(g);
	const bool told = g->ran && shown->valid > 0;

	*out = (struct rep_bench_row){
		.check = s->commands[r->command].check,
		.name = r->name,
		.unit = r->unit,
		.verdict = verdict_of(j->verdict),
		.ratio = told ? shown->ratio : NAN,
		.low = told ? shown->interval.low : NAN,
		.high = told ? shown->interval.high : NAN,
		.margin = r->margin,
		.base = median_of(r, j->last, GATE_BENCH_BASE),
		.head = median_of(r, j->last, GATE_BENCH_HEAD),
		.valid = g->head.valid,
		.pairs = g->head.pairs,
		.stage = (unsigned)j->last + 1,
		.variation = g->variation,
		.control = g->control.valid > 0 ? g->control.ratio : NAN,
		.control_low = g->control.interval.low,
		.control_high = g->control.interval.high,
		.advisory = j->advisory && j->verdict != GATE_BENCH_REGRESSION,
		.cleared = j->cleared,
		.why = j->why,
	};
}

/* A count has no bounds: it is the same each time. */
static void fill_counted(struct rep_bench_row *out, struct arena *arena,
                         const struct gate_bench_command *c,
                         const struct gate_bench_counted *f)
{
	*out = (struct rep_bench_row){
		.check = c->check,
		.name = arena_printf(arena, "%s instructions", c->check),
		.unit = "instructions",
		.verdict = verdict_of(f->verdict),
		.ratio = f->ratio,
		.low = f->ratio,
		.high = f->ratio,
		.margin = 0.01,
		.base = (double)f->base,
		.head = (double)f->head,
		.valid = isfinite(f->ratio) ? GATE_BENCH_COUNTS : 0,
		.pairs = GATE_BENCH_COUNTS,
		.stage = 1,
		.variation = f->spread,
		.control = NAN,
		.control_low = NAN,
		.control_high = NAN,
		.warns = f->warns,
		.why = f->why,
	};
	if (out->name == NULL)
		out->name = "instructions";
}

static void fill_rows(struct rep_bench *out, struct arena *arena,
                      const struct gate_bench_samples *s,
                      const struct gate_bench_findings *f)
{
	struct rep_bench_row *rows =
		arena_array(arena, s->row_count + s->command_count + 1, sizeof(*rows));

	if (rows == NULL)
		return;
	for (size_t i = 0; i < s->row_count; i++)
		fill_row(&rows[out->count++], s, &s->rows[i], &f->rows[i]);
	for (size_t i = 0; i < s->command_count; i++)
		if (f->counted[i].wanted)
			fill_counted(&rows[out->count++], arena, &s->commands[i],
			             &f->counted[i]);
	out->rows = rows;
}

/* Checks of which nothing was measured, with the reason. */
static void fill_troubles(struct rep_bench *out, struct arena *arena,
                          const struct gate_bench_samples *s)
{
	const char **list = arena_array(arena, s->command_count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < s->command_count; i++) {
		const struct gate_bench_command *c = &s->commands[i];
		const char *why = c->trouble;

		for (size_t k = 0; k < GATE_BENCH_ARMS && why == NULL; k++)
			if (c->ran[0][k] == 0)
				why = c->fault[k];
		if (why != NULL)
			list[out->trouble_count++] =
				arena_printf(arena, "%s: %s", c->check, why);
	}
	out->troubles = list;
	if (!arena_ok(arena))
		out->trouble_count = 0;
}

void gate_bench_report(struct rep_bench *out, struct arena *arena,
                       const struct gate_bench_samples *s,
                       const struct gate_bench_findings *f)
{
	const struct gate_bench_machine *m = &s->machine;

	*out = (struct rep_bench){
		.control = f->control[0] != '\0' ? f->control : NULL,
		.cpu = m->cpu,
		.kernel = m->kernel,
		.governor = m->governor,
		.cores = m->cores,
		.load_before = m->load_before,
		.load_after = m->load_after,
		.steal = m->steal,
	};
	for (size_t i = 0; i < s->command_count; i++)
		out->base = i == 0 || str_eq(out->base, s->commands[i].base)
		                    ? s->commands[i].base
		                    : NULL;
	fill_rows(out, arena, s, f);
	fill_troubles(out, arena, s);
	if (!gate_bench_advice(arena, s, f, &out->advice, &out->advice_count))
		out->advice_count = 0;
}

/* ---- of a recorded run ---- */

/* The samples that the first check with any names. */
static const char *find_samples(const struct rep_scorecard *card)
{
	for (size_t i = 0; i < card->check_count; i++)
		for (size_t k = 0; k < card->checks[i].artefact_count; k++)
			if (str_eq(card->checks[i].artefacts[k].name, "bench.json"))
				return card->checks[i].artefacts[k].sha256;
	return NULL;
}

static bool judge_file(struct gate_bench_samples *s, struct gate_bench_findings *f,
                       const char *path)
{
	struct buf text = BUF_INIT;
	bool good = os_read_file(path, GATE_BENCH_JSON_MAX, &text, NULL) == ERR_OK &&
	            gate_bench_json_read(s, buf_span(&text), path, NULL) == ERR_OK &&
	            gate_bench_judge(s, f, NULL) == ERR_OK;

	buf_fini(&text);
	return good;
}

void scorecard_bench(struct rep_scorecard *out, struct arena *arena, const char *dir)
{
	const char *sha256 = find_samples(out);
	struct rep_bench *bench = arena_new(arena, sizeof(*bench));
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	const char *path;

	if (sha256 == NULL || bench == NULL ||
	    (path = arena_printf(arena, "%s/artefacts/%s", dir, sha256)) == NULL)
		return;
	gate_bench_samples_init(&s);
	if (judge_file(&s, &f, path)) {
		gate_bench_report(bench, arena, &s, &f);
		arena_join(arena, &s.arena);
		out->bench = bench;
	}
	gate_bench_samples_fini(&s);
}
