// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MERGE_H
#define GATE_MERGE_H

#include "collect/shard/shards.h"

/*
 * Joins what shards recorded into a run, as if one machine had run all of it: checks that
 * one shard settled are taken as they are, those over several units are judged anew, by
 * the code that judges at once, from what became of each unit.
 *
 *   a unit that ran in several shards   counts once, by its worst state
 *   a suite that splits itself          has the cases of all of its parts; one that
 *                                       several parts ran counts once
 *   a unit whose shard is missing       is unknown, and so is what rests on it
 *
 * The policy in `shards` takes up suites and builds that had been detected, so that they
 * have names. `root`: whose durations.json learns how long the units took. `each` is told
 * of every unit, in the order of the plan.
 */
typedef void gate_merged(const struct gate_unit *u, const struct gate_run *run,
                         void *context);
enum err_code gate_merge(struct shards *shards, const char *root,
                         struct gate_store *store, gate_merged *each, void *context,
                         struct err *err) ERR_CHECKED;

#endif
