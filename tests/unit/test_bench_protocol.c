// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/protocol.h"
#include "collect/bench/verdict.h"
#include "support/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * The protocol on simulated machines. The noise is that of the design: an AR(1) drift
 * (0.95, 1 %), neighbours that shift the level by up to 15 % (2 % of the slots), jitter
 * of 2 %, and spikes of 10 % on average (8 % of the slots).
 */
TestSuite(bench_protocol, .timeout = 60);

/* ---- noise ---- */

struct noise {
	uint64_t state;
	double drift;
	double level;
	double jitter;
	double busy; /* the share of slots in which a neighbour takes half the time */
	bool quiet;  /* jitter alone */
};

static double uniform(struct noise *n)
{
	n->state = n->state * 6364136223846793005u + 1442695040888963407u;
	return ((double)(n->state >> 11) + 0.5) / 9007199254740992.0;
}

static double gauss(struct noise *n)
{
	const double u = uniform(n);

	return sqrt(-2 * log(u)) * cos(6.283185307179586 * uniform(n));
}

/* Of the logarithm of a time. */
static double next_noise(struct noise *n)
{
	double x = n->jitter * gauss(n);

	if (n->busy > 0 && uniform(n) < n->busy)
		x += log(1.5 + 0.5 * uniform(n));
	if (n->quiet)
		return x;
	n->drift = 0.95 * n->drift + 0.01 * sqrt(1 - 0.95 * 0.95) * gauss(n);
	if (uniform(n) < 0.02)
		n->level = 0.15 * uniform(n);
	if (uniform(n) < 0.08)
		x += -0.10 * log(uniform(n));
	return x + n->drift + n->level;
}

/* ---- a machine ---- */

struct machine {
	struct noise noise;
	double change[4]; /* of the head, by command: 1.1 = 10 % slower */
	double control;   /* what shifts the control */
	const char *unit;
	double step;       /* values are rounded to this; 0 = not */
	size_t fail_every; /* the head's process fails so often; 0 = never */
	bool base_lacks;   /* the benchmark "late" */
	bool head_lacks;
	bool short_lived;
	bool calm_stage_2; /* no change in stage 2 */
	bool hangs;        /* two of five processes of the head take twice as long */
	bool best_is_same; /* every fourth process of the head is as fast as before */
	size_t calls[GATE_BENCH_STAGES][GATE_BENCH_ARMS];
	size_t warm_ups;
	char order[400]; /* "0A 0B 0C 1A .." */
};

static void put(struct gate_bench_readings *out, const struct machine *m,
                const char *name, double value)
{
	struct gate_bench_reading *r;

	if (m->step > 0)
		value = m->step * floor(value / m->step);
	r = gate_bench_readings_add(out, span_str(name), value, m->unit);
	r->spent_ns = m->short_lived ? 30000000 : 200000000;
	out->wall_ns = 200000000;
}

static enum err_code simulate(void *context, const struct gate_bench_turn *t,
                              struct gate_bench_readings *out, const char **fault,
                              struct err *err)
{
	struct machine *m = context;
	double time = 100 * exp(next_noise(&m->noise));
	size_t used = strlen(m->order);
	char name[20];

	(void)err;
	if (used + 8 < sizeof(m->order))
		(void)snprintf(m->order + used, sizeof(m->order) - used, "%zu%c%s ",
		               t->command, "ABC"[t->arm], t -> warm_up ? "w" : "");
	if (t->warm_up)
		m->warm_ups++;
	else
		m->calls[t->stage][t->arm]++;
	if (t->arm == GATE_BENCH_HEAD && !(m->calm_stage_2 && t->stage == 1) &&
	    !(m->best_is_same && t->pair % 4 == 0))
		time *= m->change[t->command];
	if (t->arm == GATE_BENCH_HEAD && m->hangs && t->pair % 5 < 2)
		time *= 2;
	if (t->arm == GATE_BENCH_CONTROL)
		time *= m->control;
	if (m->fail_every > 0 && t->arm == GATE_BENCH_HEAD &&
	    t->pair % m->fail_every == 0) {
		*fault = "exited with code 3";
		return ERR_OK;
	}
	(void)snprintf(name, sizeof(name), "bench%zu", t->command);
	put(out, m, name, gate_bench_is_rate(span_str(m->unit)) ? 1 / time : time);
	if (!(m->base_lacks && t->arm != GATE_BENCH_HEAD) &&
	    !(m->head_lacks && t->arm == GATE_BENCH_HEAD) &&
	    (m->base_lacks || m->head_lacks))
		put(out, m, "late", time);
	return ERR_OK;
}

static struct machine quiet(double change)
{
	return (struct machine){ .noise = { .state = 7, .jitter = 0.005, .quiet = true },
		                 .change = { change, 1, 1, 1 },
		                 .control = 1,
		                 .unit = "ns" };
}

static void run(struct gate_bench_samples *s, struct machine *m, size_t commands,
                size_t pairs, struct gate_bench_findings *f)
{
	struct gate_bench_protocol p = { .measure = simulate, .context = m };
	struct err err = ERR_INIT;

	gate_bench_samples_init(s);
	check_not_null(gate_bench_commands(s, commands), "commands");
	for (size_t i = 0; i < commands; i++) {
		s->commands[i].check = "performance.bench";
		s->commands[i].pairs = pairs;
		s->commands[i].margin = 0.03;
		s->commands[i].min_ns = 100000000;
	}
	check_ok(gate_bench_run(&p, s, &err), &err);
	check_ok(gate_bench_judge(s, f, &err), &err);
}

/* Verdict of the first benchmark. */
static enum gate_bench_verdict verdict_on(struct machine *m, size_t pairs)
{
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	enum gate_bench_verdict v;

	run(&s, m, 1, pairs, &f);
	v = f.rows[0].verdict;
	gate_bench_samples_fini(&s);
	return v;
}

static void check_verdict(struct machine *m, enum gate_bench_verdict want,
                          const char *why)
{
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	run(&s, m, 1, 20, &f);
	check_str_eq(gate_bench_verdict_name(f.rows[0].verdict),
	             gate_bench_verdict_name(want), "%s", f.rows[0].why);
	check_str_contains(f.rows[0].why, why, "reason");
	gate_bench_samples_fini(&s);
}

/* ---- the oracle ---- */

/* P(the interval of one stage lies above 3 %), as the design's table has it. */
Test(bench_protocol, flags_as_the_design_says)
{
	static const struct {
		double change;
		size_t n;
		double at_99, at_95;
	} table[] = {
		{ 1.00, 10, 0.000, 0.000 }, { 1.00, 20, 0.000, 0.000 },
		{ 1.00, 30, 0.000, 0.000 }, { 1.03, 20, 0.003, 0.025 },
		{ 1.05, 20, 0.129, 0.471 }, { 1.10, 10, 0.561, 0.896 },
		{ 1.10, 15, 0.951, 0.991 }, { 1.10, 20, 0.976, 1.000 },
		{ 1.10, 30, 1.000, 1.000 },
	};
	enum { TRIALS = 4000 };

	for (size_t row = 0; row < sizeof(table) / sizeof(table[0]); row++) {
		size_t flagged[2] = { 0, 0 };
		double rate[2];

		for (size_t trial = 0; trial < TRIALS; trial++) {
			struct noise n = { .state = 1000 * row + trial, .jitter = 0.02 };
			double d[30];

			for (size_t i = 0; i < table[row].n; i++) {
				double first = next_noise(&n);
				double second = next_noise(&n);

				d[i] = i % 2 == 0 ? second - first : first - second;
				d[i] += log(table[row].change);
			}
			gate_stats_sort(d, table[row].n);
			for (size_t k = 0; k < 2; k++)
				flagged[k] +=
					gate_stats_median_interval(d, table[row].n,
				                                   k == 0 ? 0.01 : 0.05)
						.low > log(1.03);
		}
		for (size_t k = 0; k < 2; k++)
			rate[k] = (double)flagged[k] / TRIALS;
		check_true(fabs(rate[0] - table[row].at_99) < 0.035,
		           "row %zu at 99 %%: %.3f", row, rate[0]);
		check_true(fabs(rate[1] - table[row].at_95) < 0.035,
		           "row %zu at 95 %%: %.3f", row, rate[1]);
	}
}

/* Whole runs: two stages, control and many tests. */
Test(bench_protocol, is_right_on_a_noisy_machine)
{
	enum { RUNS = 1000 };
	size_t false_alarms = 0;
	size_t found = 0;
	size_t unknown = 0;

	for (size_t i = 0; i < RUNS; i++) {
		struct machine same = { .noise = { .state = i, .jitter = 0.02 },
			                .change = { 1, 1, 1, 1 },
			                .control = 1,
			                .unit = "ns" };
		struct machine slow = same;
		enum gate_bench_verdict v;

		slow.change[0] = 1.10;
		false_alarms += verdict_on(&same, 20) == GATE_BENCH_REGRESSION;
		v = verdict_on(&slow, 20);
		found += v == GATE_BENCH_REGRESSION;
		unknown += v == GATE_BENCH_UNKNOWN;
	}
	check_true(false_alarms <= RUNS / 100, "%zu false regressions", false_alarms);
	check_true(found >= RUNS * 97 / 100, "%zu found, %zu unknown", found, unknown);
}

/* Where half of all processes take up to twice as long, the fast ones tell. */
Test(bench_protocol, is_right_beside_a_busy_neighbour)
{
	enum { RUNS = 300, PAIRS = 40 };
	size_t found = 0;
	size_t equal = 0;
	size_t passed = 0;
	size_t rare = 0;

	for (size_t i = 0; i < RUNS; i++) {
		struct machine slow = { .noise = { .state = i,
			                           .jitter = 0.005,
			                           .busy = 0.5,
			                           .quiet = true },
			                .change = { 1.10 },
			                .control = 1,
			                .unit = "ns" };
		struct machine same = slow;
		struct machine mostly = slow;

		same.noise.busy = 0.3;
		same.change[0] = 1;
		mostly.noise.busy = 0.2;
		mostly.change[0] = 1.08;
		mostly.best_is_same = true;
		struct machine hangs = same;

		hangs.noise.busy = 0;
		hangs.hangs = true;
		found += verdict_on(&slow, PAIRS) == GATE_BENCH_REGRESSION;
		equal += verdict_on(&same, PAIRS) == GATE_BENCH_EQUIVALENT;
		rare += verdict_on(&hangs, PAIRS) == GATE_BENCH_EQUIVALENT;
		passed += verdict_on(&mostly, PAIRS) == GATE_BENCH_EQUIVALENT;
	}
	check_true(found >= RUNS * 97 / 100, "%zu of %d found", found, (int)RUNS);
	check_true(equal >= RUNS * 90 / 100, "%zu of %d equal", equal, (int)RUNS);
	check_true(rare <= RUNS / 20, "%zu of %d pass, twice as slow in two of five",
	           rare, (int)RUNS);
	check_true(passed <= RUNS / 20, "%zu of %d pass, slower in three of four", passed,
	           (int)RUNS);
}

/* ---- verdicts ---- */

Test(bench_protocol, says_what_it_sees)
{
	struct machine same = quiet(1);
	struct machine slower = quiet(1.1);
	struct machine faster = quiet(0.8);
	struct machine rate = quiet(1.1);
	struct machine within = quiet(1.03);

	rate.unit = "ops/s";
	check_verdict(&same, GATE_BENCH_EQUIVALENT, "");
	check_verdict(&slower, GATE_BENCH_REGRESSION, "");
	check_verdict(&faster, GATE_BENCH_IMPROVED, "");
	check_verdict(&rate, GATE_BENCH_REGRESSION, "");
	check_verdict(&within, GATE_BENCH_INCONCLUSIVE, "");
}

Test(bench_protocol, short_ones_get_more_pairs)
{
	struct machine m = quiet(1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	check_size_eq(gate_bench_pairs_of(2000000000), 20, "two seconds");
	check_size_eq(gate_bench_pairs_of(100000000), 20, "100 ms");
	check_size_eq(gate_bench_pairs_of(80000000), 25, "80 ms");
	check_size_eq(gate_bench_pairs_of(20000000), 40, "20 ms");
	check_size_eq(gate_bench_pairs_of(0), 40, "not known");
	run(&s, &m, 1, 0, &f);
	check_size_eq(s.commands[0].pairs, 40, "what takes no time is short");
	check_size_eq(m.calls[0][GATE_BENCH_BASE], 40, "so many are measured");
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, measures_only_what_was_nominated_again)
{
	struct machine m = quiet(1.1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	run(&s, &m, 2, 20, &f);
	check_size_eq(m.calls[0][GATE_BENCH_BASE], 40, "two commands of 20 pairs");
	check_size_eq(m.calls[1][GATE_BENCH_BASE], 20, "the nominated one again");
	check_size_eq(m.calls[1][GATE_BENCH_CONTROL], 20, "with its control");
	check_size_eq(m.warm_ups, 9, "each arm once a stage");
	check_true(f.rows[0].p < 0.01 && f.rows[1].p == 1, "p = 1 where not rerun");
	check_true(f.rows[0].rejected && !f.rows[1].rejected, "Holm");
	check_true(f.rows[0].stages[1].head.ratio > 1.09, "the ratio is told");
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, interleaves_arms_and_benchmarks)
{
	struct machine m = quiet(1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	run(&s, &m, 2, 20, &f);
	check_str_contains(m.order,
	                   "0Aw 0Bw 0Cw 1Aw 1Bw 1Cw "
	                   "0A 0B 0C 1A 1B 1C 1C 1B 1A 0C 0B 0A 0A 0B 0C ",
	                   "ABBA, and there and back over the commands");
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, clears_what_does_not_come_again)
{
	struct machine m = quiet(1.1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	m.calm_stage_2 = true;
	run(&s, &m, 1, 20, &f);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_EQUIVALENT, "cleared");
	check_true(f.rows[0].cleared, "and told");
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, a_moving_control_spoils_the_run)
{
	struct machine m = quiet(1.1);
	struct machine back = quiet(1.1);
	struct machine little = quiet(1.1);

	m.control = 1.08;
	back.control = 0.92;
	little.control = 1.04;
	check_verdict(&m, GATE_BENCH_INCONCLUSIVE, "contaminated");
	check_size_eq(m.calls[1][0], 0, "nothing is measured again");
	check_verdict(&back, GATE_BENCH_INCONCLUSIVE, "contaminated");
	check_verdict(&little, GATE_BENCH_REGRESSION, "");
}

Test(bench_protocol, knows_what_it_does_not_know)
{
	struct machine noisy = quiet(1.3);
	struct machine failing = quiet(1.3);
	struct machine rarely = quiet(1.3);
	struct machine coarse = quiet(1.02);
	struct machine rounded = quiet(1.0);
	struct machine brief = quiet(1.3);
	struct machine few = quiet(1.3);

	noisy.noise.jitter = 0.15;
	failing.fail_every = 4;
	rarely.fail_every = 10;
	coarse.step = 10;
	rounded.step = 60;
	rounded.noise.jitter = 0.0001;
	brief.short_lived = true;
	check_verdict(&noisy, GATE_BENCH_UNKNOWN, "the base alone varies by");
	check_verdict(&failing, GATE_BENCH_UNKNOWN,
	              "only 12 of 20 pairs are valid: exited with code 3");
	check_verdict(&rarely, GATE_BENCH_REGRESSION, "");
	check_verdict(&coarse, GATE_BENCH_UNKNOWN, "in steps of");
	check_verdict(&rounded, GATE_BENCH_UNKNOWN, "all its times are the same");
	check_verdict(&brief, GATE_BENCH_UNKNOWN,
	              "it took 30 ms, less than `min_time` (100 ms)");
	check_int_eq(verdict_on(&few, 7), GATE_BENCH_INCONCLUSIVE,
	             "7 pairs bound nothing at 99 %%");
}

Test(bench_protocol, a_base_that_ran_once_does_not_make_new)
{
	struct machine m = quiet(1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct err err = ERR_INIT;

	m.base_lacks = true;
	run(&s, &m, 1, 20, &f);
	s.commands[0].ran[0][GATE_BENCH_BASE] = 15;
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_int_eq(f.rows[1].verdict, GATE_BENCH_UNKNOWN, "a quarter failed");
	s.commands[0].ran[0][GATE_BENCH_BASE] = 16;
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_int_eq(f.rows[1].verdict, GATE_BENCH_NEW, "a fifth may");
	gate_bench_samples_fini(&s);
}

/* A process that hangs takes its whole timeout: sixty of them would be an hour. */
Test(bench_protocol, gives_up_on_what_always_fails)
{
	struct machine m = quiet(1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	m.fail_every = 1;
	run(&s, &m, 2, 20, &f);
	check_size_eq(m.calls[0][GATE_BENCH_HEAD], 10, "the fifth failure is enough");
	check_int_eq(f.rows[0].verdict, GATE_BENCH_UNKNOWN, "of each command");
	check_str_contains(f.rows[0].why, "exited with code 3", "reason");
	gate_bench_samples_fini(&s);
	m = quiet(1);
	m.fail_every = 5;
	run(&s, &m, 1, 20, &f);
	check_size_eq(m.calls[0][GATE_BENCH_HEAD], 20, "one in five may fail");
	check_int_eq(f.rows[0].verdict, GATE_BENCH_EQUIVALENT, "and the rest tells");
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, compares_only_what_both_have)
{
	struct machine m = quiet(1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	m.base_lacks = true;
	run(&s, &m, 1, 20, &f);
	check_size_eq(s.row_count, 2, "two benchmarks");
	check_int_eq(f.rows[1].verdict, GATE_BENCH_NEW, "only the head has it");
	check_int_eq(f.rows[0].verdict, GATE_BENCH_EQUIVALENT, "the other is compared");
	gate_bench_samples_fini(&s);
	m = quiet(1);
	m.head_lacks = true;
	run(&s, &m, 1, 20, &f);
	check_int_eq(f.rows[1].verdict, GATE_BENCH_UNKNOWN, "gone is not good");
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, work_must_show)
{
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct machine m = quiet(1);
	struct err err = ERR_INIT;

	run(&s, &m, 1, 20, &f);
	s.commands[0].work_count = 8;
	s.commands[0].small = gate_bench_numbers(&s, 8);
	s.commands[0].large = gate_bench_numbers(&s, 8);
	for (size_t i = 0; i < 8; i++) {
		s.commands[0].small[i] = 100 + (double)i;
		s.commands[0].large[i] = 150 + (double)i;
	}
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_EQUIVALENT, "it grows");
	for (size_t i = 0; i < 8; i++)
		s.commands[0].large[i] = 100 + (double)(7 - i);
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_UNKNOWN, "it does not");
	check_str_contains(f.rows[0].why, "does not grow", "reason");
	gate_bench_samples_fini(&s);
}

/* One noisy benchmark must not widen the margin of all others. */
Test(bench_protocol, benchmarks_may_have_margins_of_their_own)
{
	static struct gate_bench_margin margins[] = { { "parse/*", 0.15 },
		                                      { "parse/a", 0.5 },
		                                      { "render", 0 } };
	static const struct {
		const char *name;
		double margin;
	} table[] = {
		{ "parse/a", 0.15 }, { "parse/b/c", 0.03 }, { "render", 0 }, { "x", 0.03 }
	};
	struct gate_bench_samples s;
	struct err err = ERR_INIT;

	gate_bench_samples_init(&s);
	check_not_null(gate_bench_commands(&s, 1), "commands");
	s.commands[0].margin = 0.03;
	s.commands[0].margins = margins;
	s.commands[0].margin_count = 3;
	for (size_t i = 0; i < 4; i++) {
		struct gate_bench_row *row;

		check_ok(gate_bench_row(&s, 0, span_str(table[i].name), &row, &err),
		         &err);
		check_true(row->margin == table[i].margin, "%s: %g", table[i].name,
		           row->margin);
	}
	gate_bench_samples_fini(&s);
}

Test(bench_protocol, the_margin_of_a_row_decides)
{
	struct machine m = quiet(1.1);
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct err err = ERR_INIT;

	run(&s, &m, 1, 20, &f);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_REGRESSION, "3 %%");
	s.rows[0].margin = 0.15;
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_EQUIVALENT, "15 %%");
	check_true(f.rows[0].p == 1, "none of the pairs is above it");
	gate_bench_samples_fini(&s);
}

/* One regression among many benchmarks must be surer than one alone. */
Test(bench_protocol, many_benchmarks_ask_for_more)
{
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct machine m = quiet(1.1);
	struct err err = ERR_INIT;

	run(&s, &m, 1, 8, &f);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_REGRESSION, "alone");
	for (size_t i = 0; i < 20; i++) {
		struct gate_bench_row *row;
		struct buf name = BUF_INIT;

		buf_printf(&name, "other%zu", i);
		check_ok(gate_bench_row(&s, 0, buf_span(&name), &row, &err), &err);
		check_true(gate_bench_stage_open(&s, row, 0, 8), "memory");
		buf_fini(&name);
	}
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_INCONCLUSIVE, "p = 1/256 of 21");
	check_str_contains(f.rows[0].why, "among so many", "reason");
	gate_bench_samples_fini(&s);
}

/* ---- instructions ---- */

static struct gate_bench_counted counted(uint64_t base, uint64_t head, uint64_t spread)
{
	struct gate_bench_counted out;
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct err err = ERR_INIT;

	gate_bench_samples_init(&s);
	gate_bench_commands(&s, 1);
	s.commands[0].counts_wanted = true;
	for (size_t i = 0; i < GATE_BENCH_COUNTS; i++) {
		s.commands[0].counts[0][i] = base + i * spread;
		s.commands[0].counts[1][i] = head;
	}
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	out = f.counted[0];
	gate_bench_samples_fini(&s);
	return out;
}

Test(bench_protocol, instructions_have_narrow_limits)
{
	static const struct {
		uint64_t base, head, spread;
		enum gate_bench_verdict verdict;
		bool warns, falls_back;
	} table[] = {
		{ 1000000, 1000000, 0, GATE_BENCH_EQUIVALENT, false, false },
		{ 1000000, 1005000, 0, GATE_BENCH_EQUIVALENT, false, false },
		{ 1000000, 1005001, 0, GATE_BENCH_EQUIVALENT, true, false },
		{ 1000000, 1010000, 0, GATE_BENCH_EQUIVALENT, true, false },
		{ 1000000, 1010001, 0, GATE_BENCH_REGRESSION, false, false },
		{ 1000000, 990000, 0, GATE_BENCH_IMPROVED, false, false },
		{ 1000000, 1020000, 250, GATE_BENCH_REGRESSION, false, false },
		{ 1000000, 1020000, 251, GATE_BENCH_UNKNOWN, false, true },
		{ 0, 1000000, 0, GATE_BENCH_UNKNOWN, false, false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_bench_counted c =
			counted(table[i].base, table[i].head, table[i].spread);

		check_int_eq(c.verdict, table[i].verdict, "row %zu", i);
		check_int_eq(c.warns, table[i].warns, "row %zu", i);
		check_int_eq(c.falls_back, table[i].falls_back, "row %zu", i);
	}
}
