// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_EXTRA_H
#define GATE_BENCH_EXTRA_H

#include "collect/bench/measure.h"

/* What is measured beside the pairs, for the commands whose checks ask for it. Errors are
 * the gate's own; what cannot be measured is noted in the samples. */

/* Declared work: the head's command with its small and its large arguments, in pairs. */
enum err_code gate_bench_work(struct gate_bench_meter *m, struct gate_bench_samples *s,
                              struct err *err) ERR_CHECKED;

/*
 * Instructions of base and head, by valgrind's callgrind, with fixed addresses and the
 * smallest environment. Counts compare only programs that the same compiler made for the
 * same instruction set: else a trouble.
 */
enum err_code gate_bench_counts(struct gate_bench_meter *m, struct gate_bench_samples *s,
                                struct err *err) ERR_CHECKED;

#endif
