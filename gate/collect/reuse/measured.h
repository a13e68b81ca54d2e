// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MEASURED_H
#define GATE_MEASURED_H

#include "collect/bench/arms.h"
#include "collect/reuse/material.h"

/*
 * What benchmarks were measured of: their result holds while the commits that are
 * compared, the policy, the machine, the environment and the programs that the commands
 * name are the same.
 */

/* All are borrowed. */
struct gate_measured {
	const struct gate_subject *subject;
	const struct gate_bench_options *options;
};

/* Appends the material of the benchmarks of these checks (a flag a check of the policy).
 * ERR_UNSUPPORTED where the tree has changes, which nothing names, or HEAD has moved
 * since the subject was read; other errors where a base cannot be told. */
enum err_code gate_measured_put(const struct gate_measured *x, struct gate_material *m,
                                const char *root, const struct gate_policy *p,
                                const bool *checks, struct buf *out,
                                struct err *err) ERR_CHECKED;

#endif
