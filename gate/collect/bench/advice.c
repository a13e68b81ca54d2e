// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/advice.h"

#include "base/str.h"
#include "collect/bench/noise.h"
#include "verdict_internal.h"

#include <math.h>

enum { NAMED = 3, LINES_MAX = NAMED + 5 };

struct advice {
	struct arena *arena;
	const char **lines;
	size_t count;
};

static void add(struct advice *a, const char *line)
{
	if (line != NULL && a->count < LINES_MAX)
		a->lines[a->count++] = line;
}

/* Noise left it open: not a benchmark that is gone, fails, or is too short. */
static bool is_noisy(const struct gate_bench_judged *j)
{
	const double variation = j->stages[j->last].variation;

	return j->verdict == GATE_BENCH_INCONCLUSIVE ||
	       (j->verdict == GATE_BENCH_UNKNOWN && isfinite(variation) &&
	        variation > gate_bench_variation_max);
}

/* ---- the machine ---- */

static void add_machine(struct advice *a, const struct gate_bench_machine *m)
{
	const double stolen = 0.01;

	if (m->cores > 0 && isfinite(m->load_after) && m->load_after > (double)m->cores)
		add(a, arena_printf(a->arena,
		                    "load %.1f on %llu processor%s: other programs ran "
		                    "beside it; stop them, or measure on a quiet machine",
		                    m->load_after, (unsigned long long)m->cores,
		                    m->cores == 1 ? "" : "s"));
	if (isfinite(m->steal) && m->steal > stolen)
		add(a,
		    arena_printf(a->arena,
		                 "%.0f %% of the time went to other guests of this host: "
		                 "a machine of its own is quieter",
		                 100 * m->steal));
	if (m->governor != NULL && !str_eq(m->governor, "performance"))
		add(a,
		    arena_printf(a->arena,
		                 "the governor %.20s changes the speed of the processor: "
		                 "`cpupower frequency-set -g performance` fixes it",
		                 m->governor));
}

/* ---- a benchmark ---- */

static size_t noise_of(const struct gate_bench_row *r, double *out)
{
	size_t n = 0;

	for (size_t k = 0; k < GATE_BENCH_STAGES; k++)
		if (r->stages[k].pairs > 0)
			n += gate_bench_differences(r, k, GATE_BENCH_CONTROL, out + n);
	gate_stats_sort(out, n);
	return n;
}

static const char *of_row(struct arena *arena, const struct gate_bench_samples *s,
                          const struct gate_bench_row *r)
{
	double d[GATE_BENCH_STAGES * GATE_BENCH_PAIRS_MAX];
	double times[GATE_BENCH_TIMES_MAX];
	const struct gate_bench_noise noise = {
		.ratios = d,
		.ratio_count = noise_of(r, d),
		.times = times,
		.time_count = gate_bench_times(r, GATE_BENCH_CONTROL, times),
	};
	const size_t pairs = s->commands[r->command].pairs;
	const size_t enough = gate_bench_pairs_for(&noise, r->margin);
	const double told = gate_bench_resolves(&noise, GATE_BENCH_PAIRS_MAX);

	if (enough > 0 && enough <= pairs)
		return arena_printf(
			arena,
			"%.80s: %zu pairs are enough here; its change lies at "
			"the margin of %.3g %%, so look at it",
			r->name, pairs, 100 * r->margin);
	if (enough > 0)
		return arena_printf(
			arena, "%.80s: `pairs: %zu` would tell its margin of %.3g %%",
			r->name, enough, 100 * r->margin);
	if (isfinite(told))
		return arena_printf(
			arena,
			"%.80s: no number of pairs tells its margin of %.3g %% "
			"here: do more work in a process, or raise it to %.1f "
			"(`margins`)",
			r->name, 100 * r->margin, ceil(1000 * told) / 10);
	return NULL;
}

static bool is_named(const size_t *named, size_t count, size_t row)
{
	for (size_t i = 0; i < count; i++)
		if (named[i] == row)
			return true;
	return false;
}

/* Those that vary most, first. */
static size_t worst_rows(const struct gate_bench_samples *s,
                         const struct gate_bench_findings *f, size_t named[NAMED])
{
	size_t count = 0;

	for (; count < NAMED; count++) {
		size_t worst = s->row_count;

		for (size_t i = 0; i < s->row_count; i++) {
			const struct gate_bench_judged *j = &f->rows[i];

			if (!is_noisy(j) || is_named(named, count, i))
				continue;
			if (worst == s->row_count ||
			    j->stages[j->last].variation >
			            f->rows[worst].stages[f->rows[worst].last].variation)
				worst = i;
		}
		if (worst == s->row_count)
			break;
		named[count] = worst;
	}
	return count;
}

/* ---- the policy ---- */

static void add_settings(struct advice *a, const struct gate_bench_samples *s,
                         const size_t *named, size_t count)
{
	bool wall = false;
	bool counted = true;

	for (size_t i = 0; i < count; i++) {
		const struct gate_bench_command *c =
			&s->commands[s->rows[named[i]].command];

		wall = wall || str_eq(c->clock, "wall");
		counted = counted && c->counts_wanted;
	}
	if (wall)
		add(a, "`clock: cpu` leaves out the time that other programs took");
	if (!counted)
		add(a, "`instructions: true` counts what no other program disturbs");
}

bool gate_bench_advice(struct arena *arena, const struct gate_bench_samples *s,
                       const struct gate_bench_findings *f, const char *const **lines,
                       size_t *count)
{
	struct advice a = { .arena = arena };
	size_t named[NAMED];
	size_t n;

	a.lines = arena_array(arena, LINES_MAX, sizeof(*a.lines));
	if (a.lines == NULL)
		return false;
	n = worst_rows(s, f, named);
	if (n > 0) {
		add_machine(&a, &s->machine);
		for (size_t i = 0; i < n; i++)
			add(&a, of_row(arena, s, &s->rows[named[i]]));
		add_settings(&a, s, named, n);
	}
	*lines = a.lines;
	*count = a.count;
	return arena_ok(arena);
}
