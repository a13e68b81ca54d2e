// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_MEASURE_H
#define GATE_BENCH_MEASURE_H

#include "collect/bench/arms.h"
#include "collect/bench/protocol.h"
#include "os/cpu.h"
#include "os/process.h"

/* Starts the processes of benchmarks: bound to the same processors, in the environment of
 * suites, in stage 2 with one of random size. For one thread. */

struct gate_bench_meter {
	const struct gate_runner *runner;
	const struct gate_policy *policy;
	const struct gate_bench_arms *arms;
	const size_t *checks; /* of the policy, by command */
	uint64_t seed;        /* drawn on by environment sizes */
	struct os_cpus cpus;  /* that we may use; none = not known */
	uint64_t since_ns;    /* when measuring began, or the first pair of the stage */
	bool quiet;           /* no estimate */
	uint64_t pair_ns;     /* what a pair of all takes, 0 = not known yet */
};

/* One process of a check's command. */
struct gate_bench_start {
	size_t check;
	enum gate_bench_arm arm;
	const struct gate_strings *arguments; /* beside those of `run`, or NULL */
	const char *const *prefix; /* a program that runs it, NULL-terminated; or NULL */
	bool fixed;     /* the smallest environment there is, fixed addresses */
	size_t padding; /* bytes more of environment */
};

/* `out` was initialized. `fault` says in words why the process gave nothing, NULL: it
 * ended well; in the arena. */
enum err_code gate_bench_start(struct gate_bench_meter *m, struct arena *arena,
                               const struct gate_bench_start *s, struct os_result *out,
                               const char **fault, struct err *err) ERR_CHECKED;

/* For gate_bench_protocol; `context` is the meter. */
enum err_code gate_bench_measure(void *context, const struct gate_bench_turn *turn,
                                 struct gate_bench_readings *out, const char **fault,
                                 struct err *err) ERR_CHECKED;

/* The file that a check's command starts in an arm, in the arena; NULL where that cannot
 * be told. */
const char *gate_bench_program(const struct gate_bench_meter *m, struct arena *arena,
                               size_t check, enum gate_bench_arm arm);

#endif
