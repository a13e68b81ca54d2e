// SPDX-License-Identifier: Apache-2.0
#include "policy/grammar_internal.h"
#include "policy/policy.h"

/* `collect: bench`. */

/* The names in the order of enum gate_bench_format. */
static const char *const formats[GATE_BENCH_FORMATS] = {
	"time",      "google-benchmark",
	"hyperfine", "go",
	"criterion", "pytest-benchmark",
	"jmh",       "k6",
	"wrk",       "lines",
};
static const struct gate_type type_format = {
	.kind = GATE_KIND_WORD,
	.what = "a format of benchmarks",
	GATE_WORDS_OF(formats),
};
static const char *const controls[] = { "rebuild", "same" };
static const struct gate_type type_control = {
	.kind = GATE_KIND_WORD,
	.what = "a control",
	GATE_WORDS_OF(controls),
};
static const char *const betters[] = { NULL, "lower", "higher" };
static const struct gate_type type_better = {
	.kind = GATE_KIND_WORD,
	.what = "what is better",
	GATE_WORDS_OF(betters),
};
static const char *const clocks[] = { "wall", "cpu" };
static const struct gate_type type_clock = {
	.kind = GATE_KIND_WORD,
	.what = "a clock",
	GATE_WORDS_OF(clocks),
};
static const struct gate_type type_pairs = {
	.kind = GATE_KIND_COUNT,
	.what = "a whole number from 8 to 200",
	.min = 8,
	.max = 200,
	.bounded = true,
};
static const struct gate_type type_cpus = {
	.kind = GATE_KIND_COUNT,
	.what = "a whole number from 1 to 1024",
	.min = 1,
	.max = 1024,
	.bounded = true,
};
static const struct gate_type type_arguments = {
	.kind = GATE_KIND_LIST,
	.what = "a list of arguments",
	.item = &gate_type_label,
	.min = 1,
};
static const struct gate_field work_fields[] = {
	{ .key = "small",
	  .type = &type_arguments,
	  AT(gate_check, bench.small),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Arguments that mean little work" },
	{ .key = "large",
	  .type = &type_arguments,
	  AT(gate_check, bench.large),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Arguments that mean more work" },
};
static const struct gate_type type_work = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with small and large",
	GATE_FIELDS_OF(work_fields),
};
static const struct gate_field margin_fields[] = {
	GATE_KEPT("benchmarks", gate_type_globs, GATE_FIELD_REQUIRED,
	          "Names that it is of"),
	GATE_KEPT("margin", gate_type_percent, GATE_FIELD_REQUIRED,
	          "Percent of change that is no change"),
};
static const struct gate_type type_margins = {
	.kind = GATE_KIND_RECORDS,
	.what = "a list of margins",
	GATE_FIELDS_OF(margin_fields),
};
static const struct gate_field bench_fields[] = {
	{ .key = "run",
	  .type = &gate_type_command,
	  AT(gate_check, bench.run),
	  .flags = GATE_FIELD_REQUIRED,
	  .help = "Command that runs the benchmarks, in a fresh process each time" },
	{ .key = "format",
	  .type = &type_format,
	  AT(gate_check, bench.format),
	  .preset = "time",
	  .help = "How it reports; time: the command itself is timed" },
	{ .key = "dir",
	  .type = &gate_type_text,
	  AT(gate_check, bench.dir),
	  .preset = ".",
	  .help = "Folder it runs in, relative to the project root" },
	{ .key = "results",
	  .type = &gate_type_globs,
	  AT(gate_check, bench.results),
	  .help = "Result files; without them the output is read" },
	{ .key = "env",
	  .type = &gate_type_env,
	  AT(gate_check, bench.env),
	  .help = "Environment variables" },
	{ .key = "builds",
	  .type = &gate_type_ids,
	  AT(gate_check, bench.builds),
	  AUX(gate_check, bench.has_builds),
	  .help = "Builds that make it, in both states; every build by default" },
	{ .key = "base",
	  .type = &gate_type_text,
	  AT(gate_check, bench.base),
	  .help = "Revision to compare with, or release: the last tag before this "
	          "state; the --base of the run by default, else release" },
	{ .key = "benchmarks",
	  .type = &gate_type_globs,
	  AT(gate_check, bench.benchmarks),
	  .help = "Names that count, of those it reports; all by default" },
	{ .key = "better",
	  .type = &type_better,
	  AT(gate_check, bench.better),
	  .help = "What is better, where the unit does not tell" },
	{ .key = "pairs",
	  .type = &type_pairs,
	  AT(gate_check, bench.pairs),
	  .help = "Pairs of measurements in each of both stages; 20 by default, up to "
	          "40 where one takes less than 100 ms" },
	{ .key = "margin",
	  .type = &gate_type_percent,
	  AT(gate_check, bench.margin),
	  .preset = "3",
	  .help = "Percent of change that is no change" },
	{ .key = "margins",
	  .type = &type_margins,
	  AT(gate_check, bench.margins),
	  .flags = GATE_FIELD_JSON,
	  .help = "Margins of some benchmarks, by name; the first that fits" },
	{ .key = "control",
	  .type = &type_control,
	  AT(gate_check, bench.control),
	  .preset = "rebuild",
	  .help = "What shows that the machine held still: the earlier state built a "
	          "second time, or the same build once more" },
	{ .key = "min_time",
	  .type = &gate_type_timeout,
	  AT(gate_check, bench.min_time_ms),
	  .preset = "100ms",
	  .help = "A measurement that took less does not count" },
	{ .key = "timeout",
	  .type = &gate_type_timeout,
	  AT(gate_check, bench.timeout_ms),
	  .preset = "60s",
	  .help = "Each process is ended after this time" },
	{ .key = "clock",
	  .type = &type_clock,
	  AT(gate_check, bench.clock),
	  .preset = "wall",
	  .help = "Format time: the clock on the wall, or the processors' time" },
	{ .key = "cpus",
	  .type = &type_cpus,
	  AT(gate_check, bench.cpus),
	  .help = "Processors that it is bound to; all that there are by default" },
	{ .key = "instructions",
	  .type = &gate_type_bool,
	  AT(gate_check, bench.instructions),
	  .preset = "false",
	  .help = "Also count instructions, with valgrind" },
	{ .key = "toggle",
	  .type = &gate_type_text,
	  AT(gate_check, bench.toggle),
	  .help = "Function whose instructions count; all by default" },
	{ .key = "work",
	  .type = &type_work,
	  .help = "Arguments for little and for much work: the time has to grow" },
};
const struct gate_type gate_type_bench = {
	.kind = GATE_KIND_RECORD,
	.what = "a mapping with run, format and others",
	GATE_FIELDS_OF(bench_fields),
};

const char *gate_bench_format_name(enum gate_bench_format f)
{
	return formats[f];
}
