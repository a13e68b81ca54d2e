// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLI_SHARD_H
#define GATE_CLI_SHARD_H

#include "cli/project.h"
#include "collect/collect.h"
#include "collect/shard/shard.h"

/* --shard and --shard-mode: in the arena, NULL without them. ERR_USAGE. */
enum err_code shard_choose(const struct gate_shard **out, const struct program_call *call,
                           struct arena *arena, struct err *err) ERR_CHECKED;

/* Before a shard is run: ERR_USAGE for options that only a whole run has a meaning for.
 */
enum err_code shard_check_options(const struct program_call *call,
                                  struct err *err) ERR_CHECKED;

/*
 * Prints what a shard ran and returns the exit code for what it can know: 5 for an error
 * of ours, 4 for a unit that is unknown, 1 for one that failed and for a failed P0 check
 * that no other shard has a say in, else 0. It is no decision.
 */
int shard_report(const struct program_call *call, const char *dir);

/* The hash of a unit's artefact of this name, which the shard in this folder has; `out`
 * is as it was where there is none. */
enum err_code shard_artefact(const char *dir, const char *unit, const char *name,
                             struct buf *out, struct err *err) ERR_CHECKED;

#endif
