// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_REUSE_H
#define GATE_REUSE_H

#include "collect/collect_internal.h"
#include "collect/reuse/measured.h"

/*
 * Results of earlier runs that still hold: ROOT/.seaworthy/cache.
 *
 *     units/<key>       hash of an entry, and a line feed
 *     objects/<hash>    entries, cases and artefacts, each by its SHA-256
 *
 * The key is the hash of the unit's material and of that of all it needs
 * (collect/reuse/material.h). Only units that declare `inputs` have one, and benchmarks
 * (collect/reuse/measured.h); only clean passes are kept: nothing flaky, quarantined,
 * retried, leaking or warned of. What is read is checked against its hash; anything
 * damaged is as if it were not there. A result is as old as the run that it came from.
 */
struct gate_reuse;

/* All are borrowed. Without `measured` no benchmark is answered, or kept. */
enum err_code gate_reuse_open(struct gate_reuse **out, const char *root,
                              const struct gate_policy *p, const struct gate_plan *plan,
                              const struct gate_measured *measured,
                              struct err *err) ERR_CHECKED;
void gate_reuse_free(struct gate_reuse *r);

/* Of each unit of the plan, whether there is a result: of a build only where nothing that
 * needs it would run, since what it makes may not be there. */
enum err_code gate_reuse_plan(struct gate_reuse *r, bool *cached,
                              struct err *err) ERR_CHECKED;

/* Fills in the states of all units that need not run, and stores their artefacts with
 * the run. ERR_NOMEM and errors of the run's store. */
enum err_code gate_reuse_take(struct gate_reuse *r, struct gate_collection *c,
                              struct err *err) ERR_CHECKED;
/* Keeps what became of a unit that ran, if it may be reused and its inputs are what they
 * were. A cache that cannot be written is no error of the run. */
void gate_reuse_keep(struct gate_reuse *r, const struct gate_collection *c, size_t unit);

#endif
