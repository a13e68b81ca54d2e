// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/advice.h"
#include "collect/bench/bench.h"
#include "collect/bench/json.h"
#include "collect/bench/noise.h"
#include "collect/bench/toolchain.h"
#include "os/fs.h"
#include "record/bench_chronic.h"
#include "record/bench_report.h"
#include "support/check.h"

#include <math.h>
#include <stdlib.h>

TestSuite(bench_json, .timeout = 10);

static void fill_stage(struct gate_bench_samples *s, struct gate_bench_row *row,
                       size_t stage, double factor)
{
	check_true(gate_bench_stage_open(s, row, stage, 20), "memory");
	for (size_t i = 0; i < 20; i++) {
		const double base = 100 + (double)(i * 7 % 5) / 3;

		row->stages[stage].of[GATE_BENCH_BASE][i] = base;
		row->stages[stage].of[GATE_BENCH_HEAD][i] = factor * (base + 0.01);
		row->stages[stage].of[GATE_BENCH_CONTROL][i] = base + 0.02;
	}
}

static struct gate_bench_row *add_row(struct gate_bench_samples *s, const char *name,
                                      double factor, size_t stages)
{
	struct gate_bench_row *row;
	struct err err = ERR_INIT;

	check_ok(gate_bench_row(s, 0, span_str(name), &row, &err), &err);
	row->unit = "ms";
	row->timed = true;
	for (size_t k = 0; k < stages; k++)
		fill_stage(s, row, k, factor);
	return row;
}

static void fill(struct gate_bench_samples *s, struct gate_bench_findings *f)
{
	struct err err = ERR_INIT;

	gate_bench_samples_init(s);
	s->seed = UINT64_MAX;
	s->machine.cpu = "Some \"CPU\"";
	s->machine.cores = 2;
	gate_bench_commands(s, 1);
	s->commands[0] = (struct gate_bench_command){
		.check = "performance.bench",
		.command = "./bench",
		.format = "lines",
		.base = "0123456789abcdef",
		.pairs = 20,
		.margin = 0.03,
		.min_ns = 100,
		.ran = { { 20, 20, 20 }, { 20, 20, 20 } },
		.counts_wanted = true,
		.counts = { { 1000000, 1000000, 1000000 },
		            { 1007000, 1007000, 1007000 } },
	};
	add_row(s, "same", 1, 1);
	add_row(s, "slow", 1.1, 2);
	add_row(s, "fast", 0.8, 2)->stages[1].of[GATE_BENCH_HEAD][3] = NAN;
	check_ok(gate_bench_judge(s, f, &err), &err);
}

static void write(struct buf *out, const struct gate_bench_samples *s,
                  const struct gate_bench_findings *f)
{
	buf_clear(out);
	gate_bench_json(out, s, f);
	check_true(buf_ok(out), "memory");
}

/* What was recorded gives the same verdicts, and the same bytes. */
Test(bench_json, is_judged_alike_when_read_back)
{
	struct gate_bench_samples s, again;
	struct gate_bench_findings f, g;
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	struct err err = ERR_INIT;

	fill(&s, &f);
	check_int_eq(f.rows[0].verdict, GATE_BENCH_EQUIVALENT, "same");
	check_int_eq(f.rows[1].verdict, GATE_BENCH_REGRESSION, "slow");
	check_int_eq(f.rows[2].verdict, GATE_BENCH_IMPROVED, "fast");
	check_true(f.counted[0].warns, "0.7 %% more instructions");
	write(&first, &s, &f);
	gate_bench_samples_init(&again);
	check_ok(gate_bench_json_read(&again, buf_span(&first), "bench.json", &err),
	         &err);
	check_ok(gate_bench_judge(&again, &g, &err), &err);
	write(&second, &again, &g);
	check_str_eq(buf_str(&second), buf_str(&first), "the same file");
	gate_bench_samples_fini(&s);
	gate_bench_samples_fini(&again);
	buf_fini(&first);
	buf_fini(&second);
}

/* A changed sample changes the verdict, whatever the file says of it. */
Test(bench_json, trusts_samples_and_no_verdict)
{
	struct gate_bench_samples s, again;
	struct gate_bench_findings f, g;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	fill(&s, &f);
	for (size_t k = 0; k < 2; k++)
		fill_stage(&s, &s.rows[1], k, 1);
	write(&text, &s, &f);
	check_str_contains(buf_str(&text), "\"verdict\":\"REGRESSION\"", "as it said");
	gate_bench_samples_init(&again);
	check_ok(gate_bench_json_read(&again, buf_span(&text), "bench.json", &err), &err);
	check_ok(gate_bench_judge(&again, &g, &err), &err);
	check_int_eq(g.rows[1].verdict, GATE_BENCH_EQUIVALENT, "as it is");
	gate_bench_samples_fini(&s);
	gate_bench_samples_fini(&again);
	buf_fini(&text);
}

Test(bench_json, refuses_what_is_none)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "{}", "schema_version" },
		{ "[", "bench.json:1" },
		{ "{\"schema_version\":1,\"commands\":[{}]}", "`check` and `margin`" },
		{ "{\"schema_version\":1,\"commands\":[],\"benchmarks\":[{\"command\":0,"
		  "\"name\":\"a\"}]}",
		  "`command` and `name`" },
		{ "{\"schema_version\":1,\"commands\":[{\"check\":\"a\",\"margin\":0.1}],"
		  "\"benchmarks\":[{\"command\":0,\"name\":\"a\",\"stages\":[{\"base\":"
		  "[1],\"head\":[1,2],\"control\":[1]}]}]}",
		  "as many values" },
		{ "{\"schema_version\":1,\"commands\":[{\"check\":\"a\",\"margin\":0.1}],"
		  "\"benchmarks\":[{\"command\":0,\"name\":\"a\"},{\"command\":0,"
		  "\"name\":\"a\"}]}",
		  "twice" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_bench_samples s;
		struct err err = ERR_INIT;

		gate_bench_samples_init(&s);
		check_err(gate_bench_json_read(&s, span_str(table[i].text), "bench.json",
		                               &err),
		          ERR_CORRUPT, "row %zu", i);
		check_str_contains(err.msg, table[i].why, "row %zu", i);
		gate_bench_samples_fini(&s);
	}
}

/* ---- a check ---- */

static void check_judged(const struct gate_check *check,
                         const struct gate_bench_samples *s,
                         const struct gate_bench_findings *f, enum gate_state state,
                         const char *message)
{
	struct gate_judgement j;

	gate_judgement_init(&j);
	gate_bench_judge_check(&j, check, s, f);
	check_int_eq(j.state, state, "%s", buf_str(&j.message));
	check_str_contains(buf_str(&j.message), message, "message");
	gate_judgement_fini(&j);
}

Test(bench_json, a_check_is_as_good_as_its_worst)
{
	const struct gate_check check = { .id = "performance.bench" };
	const struct gate_check other = { .id = "performance.other" };
	struct gate_bench_findings f;
	struct gate_bench_samples s;

	fill(&s, &f);
	check_judged(&check, &s, &f, GATE_FAIL,
	             "1 of 4 benchmarks is slower than 0123456789ab: slow +10.0 % "
	             "(+10.0 % to +10.0 %)");
	f.rows[1].verdict = GATE_BENCH_INCONCLUSIVE;
	check_judged(&check, &s, &f, GATE_UNKNOWN, "1 of 4 benchmarks cannot be told");
	f.rows[1].verdict = GATE_BENCH_NEW;
	check_judged(&check, &s, &f, GATE_WARN,
	             "3 benchmarks are no slower than 0123456789ab (within 3 %, 1 "
	             "faster); it takes 0.5 % to 1 % more instructions; 1 new");
	f.counted[0].warns = false;
	check_judged(&check, &s, &f, GATE_PASS, "3 benchmarks are no slower");
	s.commands[0].trouble = "the base cannot be built: no compiler";
	check_judged(&check, &s, &f, GATE_UNKNOWN, "the base cannot be built");
	check_judged(&other, &s, &f, GATE_UNKNOWN, "not measured");
	gate_bench_samples_fini(&s);
}

/* On a scale the value lies between the bounds of the worst benchmark. */
Test(bench_json, a_scale_takes_the_bounds)
{
	const struct gate_check check = { .id = "performance.bench",
		                          .measure = "slowdown_percent",
		                          .has_scale = true,
		                          .scale_fail = "20",
		                          .scale_pass = "0" };
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct gate_judgement j;

	fill(&s, &f);
	f.rows[1].stages[1].head.interval = (struct gate_interval){ 1.05, 1.15 };
	gate_judgement_init(&j);
	gate_bench_judge_check(&j, &check, &s, &f);
	check_true(j.has_value, "%s", buf_str(&j.message));
	check_str_eq(j.value.low, "0.25", "at +15 %%");
	check_str_eq(j.value.high, "0.75", "at +5 %%");
	check_str_eq(j.measured, "15.0", "the pessimistic end");
	gate_judgement_fini(&j);
	/* Instructions vote beside the times. */
	f.counted[0].ratio = 1.3;
	gate_judgement_init(&j);
	gate_bench_judge_check(&j, &check, &s, &f);
	check_str_eq(j.value.low, "0", "30 %% more instructions");
	check_str_eq(j.measured, "30.0", "the worst");
	gate_judgement_fini(&j);
	f.rows[0].verdict = GATE_BENCH_UNKNOWN;
	check_judged(&check, &s, &f, GATE_UNKNOWN, "cannot be told");
	gate_bench_samples_fini(&s);
}

/* ---- reports ---- */

Test(bench_json, is_drawn_in_text)
{
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct rep_bench report;
	struct buf out = BUF_INIT;

	fill(&s, &f);
	gate_bench_report(&report, &s.arena, &s, &f);
	rep_bench_text(&out, &report, false, false, 100);
	check_str_contains(buf_str(&out), "slow", "name");
	check_str_contains(buf_str(&out), "1.100  1.100..1.100", "numbers");
	check_str_contains(buf_str(&out), "o", "a dot");
	check_str_contains(buf_str(&out), "REGRESSION", "verdict");
	check_str_contains(buf_str(&out), "1 slower, 1 faster, 2 equal", "sum");
	buf_clear(&out);
	rep_bench_csv(&out, &report);
	check_str_contains(buf_str(&out),
	                   "\"performance.bench\",\"slow\",\"ms\",REGRESSION,1.1", "CSV");
	buf_clear(&out);
	rep_bench_openmetrics(&out, &report);
	check_str_contains(buf_str(&out),
	                   "seaworthy_bench_verdict{check=\"performance.bench\","
	                   "benchmark=\"slow\",verdict=\"REGRESSION\"} 1\n",
	                   "OpenMetrics");
	check_str_contains(buf_str(&out), "# EOF\n", "its end");
	buf_clear(&out);
	rep_bench_markdown(&out, &report);
	check_str_contains(
		buf_str(&out),
		"| `slow` | 101 ms | 111 ms | 1.100 | 1.100..1.100 | 3 % | **REGRESSION** |",
		"Markdown");
	buf_fini(&out);
	gate_bench_samples_fini(&s);
}

/* Names, units and what is said of them come from programs under test. */
Test(bench_json, terminals_and_tables_get_no_control_characters)
{
	static const char *const said = "a\x1b]0;t\a\n#b";
	const struct rep_bench_row row = { .check = "a",
		                           .name = said,
		                           .unit = "x\x1b\n|",
		                           .verdict = REP_BENCH_INCONCLUSIVE,
		                           .ratio = 1,
		                           .low = 0.9,
		                           .high = 1.1,
		                           .why = said };
	const struct rep_bench report = { .rows = &row,
		                          .count = 1,
		                          .base = said,
		                          .control = said,
		                          .cpu = said,
		                          .governor = said,
		                          .troubles = &said,
		                          .trouble_count = 1,
		                          .advice = &said,
		                          .advice_count = 1,
		                          .notes = &said,
		                          .note_count = 1 };
	struct buf out = BUF_INIT;

	for (int markdown = 0; markdown < 2; markdown++) {
		buf_clear(&out);
		if (markdown)
			rep_bench_markdown(&out, &report);
		else
			rep_bench_text(&out, &report, false, true, 200);
		for (size_t i = 0; i < out.len; i++)
			check_true(out.ptr[i] == '\n' || (unsigned char)out.ptr[i] >= ' ',
			           "%02x in %s", (unsigned char)out.ptr[i],
			           buf_str(&out));
		check_true(strstr(buf_str(&out), "\n#b") == NULL, "one line each: %s",
		           buf_str(&out));
	}
	buf_fini(&out);
}

Test(bench_json, csv_holds_no_formula)
{
	const struct rep_bench_row row = { .check = "a",
		                           .name = "=cmd|'/c calc'!A1",
		                           .unit = "",
		                           .verdict = REP_BENCH_NEW,
		                           .ratio = NAN,
		                           .low = NAN,
		                           .high = NAN,
		                           .why = "says \"no\"" };
	const struct rep_bench report = { .rows = &row, .count = 1 };
	struct buf out = BUF_INIT;

	rep_bench_csv(&out, &report);
	check_str_contains(buf_str(&out), "\"a\",\"'=cmd|'/c calc'!A1\",\"\",NEW,,,,",
	                   "text");
	check_str_contains(buf_str(&out), ",\"says \"\"no\"\"\"\r\n", "quotes");
	buf_fini(&out);
}

/* ---- noise ---- */

/* 101 values evenly from one to the other. */
static void ramp(double x[101], double from, double to)
{
	for (size_t i = 0; i < 101; i++)
		x[i] = from + (to - from) * (double)i / 100;
}

Test(bench_json, noise_says_what_can_be_told)
{
	double d[101];
	struct gate_bench_noise n = { .ratios = d, .ratio_count = 101 };

	ramp(d, -0.05, 0.05);
	/* At 20 pairs the 4th and 17th of 21 parts: 0.05 * (1 - 2 * 4 / 21). */
	check_true(fabs(gate_bench_resolves(&n, 20) - expm1(0.05 * 13 / 21)) < 1e-9, "%g",
	           gate_bench_resolves(&n, 20));
	check_true(gate_bench_resolves(&n, 200) < gate_bench_resolves(&n, 20),
	           "more pairs tell more");
	check_true(isinf(gate_bench_resolves(&n, 7)), "too few pairs");
	n.ratio_count = 3;
	check_true(isinf(gate_bench_resolves(&n, 20)), "too few values");
}

/* The verdict looks at the fastest processes as well as at the median. */
Test(bench_json, the_fastest_may_tell_more_than_the_median)
{
	double d[101];
	double t[101];
	const struct gate_bench_noise n = { d, 101, t, 101 };
	const struct gate_bench_noise few = { d, 101, t, 3 };

	ramp(d, -1, 1);
	ramp(t, 4, 5);
	/* At 20 pairs between the 1st and 8th of 21 parts of all times. */
	check_true(fabs(gate_bench_resolves(&n, 20) - expm1(7.0 / 21)) < 1e-9, "%g",
	           gate_bench_resolves(&n, 20));
	check_true(fabs(gate_bench_resolves(&few, 20) - expm1(13.0 / 21)) < 1e-9,
	           "the median alone: %g", gate_bench_resolves(&few, 20));
	check_size_eq(gate_bench_pairs_for(&few, 0.2), 0, "no number, by the median");
	check_size_eq(gate_bench_pairs_for(&n, 0.2), 40, "by the fastest");
	/* That all are equal they do not say where the median looks different: the 8th.
	 */
	ramp(t, 4, 4.001);
	check_true(fabs(gate_bench_resolves(&n, 20) - expm1(5.0 / 21)) < 1e-9, "%g",
	           gate_bench_resolves(&n, 20));
}

/* Half of the processes were disturbed, and so nearly every ratio is. */
static void fill_disturbed(struct gate_bench_samples *s)
{
	struct gate_bench_findings f;
	struct gate_bench_row *row;

	fill(s, &f);
	s->row_count = 0;
	map_fini(&s->by_name);
	map_init(&s->by_name);
	row = add_row(s, "disturbed", 1, 2);
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < 20; i++)
			for (size_t arm = 0; arm < GATE_BENCH_ARMS; arm++) {
				const bool slow = arm == GATE_BENCH_CONTROL
				                          ? i % 4 >= 2
				                          : i % 2 == arm;

				row->stages[k].of[arm][i] =
					slow ? 150 + (double)i : 100 + (double)i / 100;
			}
}

Test(bench_json, noise_is_kept_for_the_machine)
{
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	const char *const *notes;
	size_t count;

	check_ok(os_mkdtemp(NULL, "bench-", &dir, &err), &err);
	check_int_eq(setenv("XDG_STATE_HOME", buf_str(&dir), 1), 0, "setenv");
	fill(&s, &f);
	check_ok(gate_bench_noise_notes(&s, "/project", &notes, &count, &err), &err);
	check_size_eq(count, 0, "nothing is known yet");
	check_ok(gate_bench_noise_store(&s, "/project", 1795219200000, &err), &err);
	check_ok(gate_bench_noise_notes(&s, "/project", &notes, &count, &err), &err);
	check_size_eq(count, 1, "one check");
	check_str_contains(notes[0], "here 20 pairs tell changes above", "note");
	check_ok(gate_bench_noise_notes(&s, "/other", &notes, &count, &err), &err);
	check_size_eq(count, 0, "of another project");
	s.machine.cores = 64;
	check_ok(gate_bench_noise_notes(&s, "/project", &notes, &count, &err), &err);
	check_size_eq(count, 0, "of another machine");
	gate_bench_samples_fini(&s);
	fill_disturbed(&s);
	check_ok(gate_bench_noise_store(&s, "/project", 1795219200000, &err), &err);
	check_ok(gate_bench_noise_notes(&s, "/project", &notes, &count, &err), &err);
	check_size_eq(count, 1, "its times were kept");
	check_str_contains(notes[0], "within the margin of 3 %", "by the fastest");
	check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	gate_bench_samples_fini(&s);
	buf_fini(&dir);
}

/* ---- chronic nominations ---- */

/* A run's folder with these samples; its bench.json is named by `digest`. */
static const char *store_run(struct gate_bench_samples *s, const char *dir, size_t number,
                             const char *digest)
{
	const char *run = arena_printf(&s->arena, "%s/%zu", dir, number);
	struct buf text = BUF_INIT;
	struct gate_bench_findings f;
	struct err err = ERR_INIT;

	check_ok(gate_bench_judge(s, &f, &err), &err);
	write(&text, s, &f);
	for (const char *const *p = (const char *const[]){ "checks", "artefacts", NULL };
	     *p != NULL; p++)
		check_ok(os_mkdirs(arena_printf(&s->arena, "%s/%s", run, *p), 0700, &err),
		         &err);
	check_ok(os_write_atomic(arena_printf(&s->arena, "%s/artefacts/%s", run, digest),
	                         buf_span(&text), 0600, &err),
	         &err);
	buf_clear(&text);
	buf_printf(&text, "{\"artefacts\":[{\"name\":\"bench.json\",\"sha256\":\"%s\"}]}",
	           digest);
	check_ok(os_write_atomic(
			 arena_printf(&s->arena, "%s/checks/performance.bench.json", run),
			 buf_span(&text), 0600, &err),
	         &err);
	buf_fini(&text);
	return run;
}

/* Stage 1 sees a slow-down in "wolf" that stage 2 does not. */
static void fill_wolf(struct gate_bench_samples *s)
{
	struct gate_bench_findings f;
	struct gate_bench_row *row;

	fill(s, &f);
	row = add_row(s, "wolf", 1.1, 1);
	fill_stage(s, row, 1, 1);
}

static size_t chronic_of(struct gate_bench_samples *s, const char *const *runs,
                         size_t count, const char **line)
{
	const char *const *lines;
	struct err err = ERR_INIT;
	size_t n = 0;

	check_ok(gate_bench_chronic(s, runs, count, &lines, &n, &err), &err);
	*line = n > 0 ? lines[0] : "";
	return n;
}

Test(bench_json, who_is_often_nominated_in_vain_is_told)
{
	struct gate_bench_samples s;
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	const char *runs[13] = { NULL };
	const char *line;

	check_ok(os_mkdtemp(NULL, "bench-", &dir, &err), &err);
	fill_wolf(&s);
	for (size_t i = 0; i < 3; i++)
		runs[i] = store_run(&s, buf_str(&dir), i,
		                    arena_printf(&s.arena, "digest%zu", i));
	check_size_eq(chronic_of(&s, runs, 2, &line), 0, "twice is chance: %s", line);
	check_size_eq(chronic_of(&s, runs, 3, &line), 1, "of all benchmarks one");
	check_str_contains(line,
	                   "wolf: stage 1 called it slower and stage 2 did not in "
	                   "3 of its last 3 runs",
	                   "line");
	runs[2] = store_run(&s, buf_str(&dir), 3, "digest1");
	check_size_eq(chronic_of(&s, runs, 3, &line), 0, "one answered two runs: %s",
	              line);
	runs[3] = "/no/such/run";
	runs[4] = store_run(&s, buf_str(&dir), 4, "digest4");
	check_size_eq(chronic_of(&s, runs, 5, &line), 1,
	              "what is no run counts for nothing");
	/* Ten runs back and no further. */
	s.row_count--; /* without the wolf */
	for (size_t i = 0; i < 10; i++)
		runs[i] = store_run(&s, buf_str(&dir), 10 + i,
		                    arena_printf(&s.arena, "quiet%zu", i));
	s.row_count++;
	for (size_t i = 0; i < 3; i++)
		runs[10 + i] = arena_printf(&s.arena, "%s/%zu", buf_str(&dir), i);
	check_size_eq(chronic_of(&s, runs, 13, &line), 0, "long ago: %s", line);
	check_size_eq(chronic_of(&s, runs + 1, 12, &line), 0, "one of them: %s", line);
	check_size_eq(chronic_of(&s, runs + 3, 10, &line), 1, "all of them");
	check_ok(os_remove_tree(buf_str(&dir), &err), &err);
	gate_bench_samples_fini(&s);
	buf_fini(&dir);
}

/* ---- who made a program ---- */

Test(bench_json, toolchain_of_programs)
{
	struct buf self = BUF_INIT;
	struct buf out = BUF_INIT;
	struct buf file = BUF_INIT;
	struct err err = ERR_INIT;
	struct arena a = ARENA_INIT;

	check_ok(os_realpath("/proc/self/exe", &self, &err), &err);
	check_ok(os_read_file(buf_str(&self), 1 << 28, &file, &err), &err);
	check_true(gate_bench_toolchain(buf_span(&file), &out), "this program");
	check_str_contains(buf_str(&out), "machine ", "instruction set");
	/* No length of it makes the reader leave the file. */
	for (size_t len = 0; len < 4096 && len < file.len; len += 7) {
		buf_clear(&out);
		check_true(!gate_bench_toolchain(span_sub(buf_span(&file), 0, len), &out),
		           "%zu bytes", len);
	}
	check_null(gate_bench_toolchain_differs(&a, buf_str(&self), buf_str(&self)),
	           "itself");
	check_null(gate_bench_toolchain_differs(&a, "/etc/passwd", "/etc/hostname"),
	           "neither is a program");
	check_not_null(gate_bench_toolchain_differs(&a, "/etc/passwd", buf_str(&self)),
	               "one is");
	arena_fini(&a);
	buf_fini(&self);
	buf_fini(&out);
	buf_fini(&file);
}

Test(bench_json, values_are_shown_for_people)
{
	static const struct {
		double x;
		const char *unit;
		const char *shown;
	} table[] = {
		{ 12500000, "ns", "12.5 ms" },
		{ 1, "ns", "1.00 ns" },
		{ 0.004, "ns", "0.00 ns" },
		{ 999.6, "us", "1000 us" },
		{ 61.3, "s", "61.3 s" },
		{ 0.0000021, "s", "2.10 us" },
		{ 1007000, "B", "1.01M B" },
		{ 0, "", "0" },
		{ 740.2, "ops/s", "740 ops/s" },
		{ 1290, "ns/op", "1.29 us/op" },
		{ NAN, "ns", "-" },
		{ INFINITY, "", "-" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf out = BUF_INIT;

		rep_bench_value(&out, table[i].x, table[i].unit);
		check_str_eq(buf_str(&out), table[i].shown, "row %zu", i);
		buf_fini(&out);
	}
}

/* A row without bounds leaves the others their room. */
Test(bench_json, no_bound_is_no_end_of_the_plot)
{
	const struct rep_bench_row row = {
		.ratio = 1, .low = 0, .high = INFINITY, .margin = 0.01
	};
	const struct rep_bench b = { .rows = &row, .count = 1 };
	double low, high;

	rep_bench_range(&b, &low, &high);
	check_true(low > 0.9 && high < 1.1, "%g %g", low, high);
}

static void spread(struct gate_bench_samples *s, const char *name, double noise)
{
	struct gate_bench_row *row = add_row(s, name, 1, 2);

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < 20; i++)
			row->stages[k].of[GATE_BENCH_CONTROL][i] =
				row->stages[k].of[GATE_BENCH_BASE][i] *
				(1 + noise * ((double)(i * 13 % 20) - 9.5) / 9.5);
	for (size_t i = 0; i < 20; i++)
		row->stages[1].of[GATE_BENCH_HEAD][i] *= i % 5 > 0 ? 1 + noise : 1;
}

/* A machine that was not quiet, and benchmarks that are. */
Test(bench_json, noise_comes_with_advice)
{
	const char *const *lines;
	struct gate_bench_findings f;
	struct gate_bench_samples s;
	struct err err = ERR_INIT;
	size_t count;

	fill(&s, &f);
	check_true(gate_bench_advice(&s.arena, &s, &f, &lines, &count), "memory");
	check_size_eq(count, 0, "nothing is open");
	s.commands[0].clock = "wall";
	s.machine.load_after = 4.5;
	s.machine.steal = 0.03;
	s.machine.governor = "powersave";
	spread(&s, "little", 0.05);
	spread(&s, "much", 0.6);
	check_ok(gate_bench_judge(&s, &f, &err), &err);
	check_true(gate_bench_advice(&s.arena, &s, &f, &lines, &count), "memory");
	check_size_eq(count, 6, "lines");
	check_str_contains(lines[0], "load 4.5 on 2 processors", "load");
	check_str_contains(lines[1], "3 % of the time went to other guests", "steal");
	check_str_contains(lines[2], "governor powersave", "governor");
	check_str_contains(lines[3], "pairs: ", "pairs");
	check_str_contains(lines[4], "raise it to", "margin");
	check_str_contains(lines[5], "clock: cpu", "clock");
	gate_bench_samples_fini(&s);
}
