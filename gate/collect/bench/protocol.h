// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_PROTOCOL_H
#define GATE_BENCH_PROTOCOL_H

#include "base/cancel.h"
#include "collect/bench/reading.h"
#include "collect/bench/samples.h"

/*
 * The order in which benchmarks are measured. Each command is warmed up once in each arm;
 * then, pair by pair, all commands in turn, forth in even pairs and back in odd ones, and
 * in each its arms base, head, control, or back (ABBA): what drifts meets all alike. Two
 * fixed stages: whatever the first nominates, and nothing else, is measured again. A
 * command that has failed so often in one arm that it can only be unknown gets no more
 * turns in that stage.
 */

struct gate_bench_turn {
	size_t command;
	enum gate_bench_arm arm;
	size_t stage; /* 0, 1 */
	size_t pair;
	bool warm_up; /* what it gives is not kept */
};

struct gate_bench_protocol {
	/* Starts one fresh process and appends what it reports. `fault` is why it reports
	 * nothing (in `out`'s arena or static); errors are the gate's own. */
	enum err_code (*measure)(void *context, const struct gate_bench_turn *turn,
	                         struct gate_bench_readings *out, const char **fault,
	                         struct err *err);
	/* Before each pair, for people; may be NULL. */
	void (*progress)(void *context, size_t stage, size_t pair, size_t pairs);
	void *context;
	const struct cancel *cancel; /* may be NULL */
};

/* The pairs of a stage where none are set, by what one process takes: 20, and up to 40 of
 * short ones, whose noise is a larger part of them and which cost little. */
size_t gate_bench_pairs_of(uint64_t ns);

/* Fills the samples, whose commands are set; 0 pairs are chosen after the warm-up, when
 * nothing is known of the values; those with `trouble` are left out.
 * ERR_CANCELLED, ERR_NOMEM, ERR_LIMIT, or what `measure` returns. */
enum err_code gate_bench_run(const struct gate_bench_protocol *p,
                             struct gate_bench_samples *s, struct err *err) ERR_CHECKED;

#endif
