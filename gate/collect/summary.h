// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SUMMARY_H
#define GATE_SUMMARY_H

#include "collect/runner.h"

/*
 * Appends one element of a run's suites.json: {id, command, format, state, reason,
 * passed, failed, skipped, flaky, quarantined, duration_s, reused (age, or null), leaky,
 * leaked, leaked_processes[10] (names), attempts[] {state, reason, duration_s, failed[]},
 * slowest[5] {name, seconds}, failures[50] and flaky_tests[50]}; `attempts` are those
 * before the one that counts, absent where there were none. A test of the last two is
 * {name, state, file?, line?, message, attempts[]? {state, seconds?, message}}, its
 * attempts being those that its own runner made.
 */
void gate_summary_suite(struct buf *out, const struct gate_suite *s,
                        const struct gate_run *r);

/* "pass", "fail", "unknown". */
const char *gate_run_state_name(enum gate_run_state s);

#endif
