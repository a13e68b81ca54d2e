// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_FINISH_H
#define GATE_FINISH_H

struct lb_signer;
struct output;
struct program_call;

/* The end of `run` and `merge`: scores the recorded run by the code that `score` uses,
 * keeps its scorecard and what it comes to (record/attest.h) beside its evidence, signed
 * unless `signer` is NULL, appends it to the history of the project at `root`, writes the
 * reports, and returns the exit code.
 */
int finish_run(const struct program_call *call, const struct output *out,
               const char *root, const char *dir, struct lb_signer *signer);

#endif
