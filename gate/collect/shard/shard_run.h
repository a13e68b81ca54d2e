// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHARD_RUN_H
#define GATE_SHARD_RUN_H

#include "collect/collect_internal.h"

/*
 * A run that is one shard. Its folder has what any run has, of the units that ran here,
 * and shard.json: what the whole plan is, how it was dealt out, what became of the units
 * here, and the SHA-256 of all that a merge takes. So the folder can be moved to another
 * machine, and shard.json vouches for the rest.
 *
 *   {"schema_version":2,"tool_version","fingerprint","index","total","mode","policy",
 *    "policy_path","policy_profile","tree","started_ms","ended_ms",
 *    "sources": SHA-256 of an artefact (coverage/tree_doc.h), null: none is measured,
 *    "units":[{"id","kind","command","needs":[],"weight_ms","shard","everywhere",
 *              of a suite also "format","dir","covers": does it name coverage reports,
 *              "state": SHA-256 of an artefact (shard/unit_doc.h), null: not run here}],
 *    "checks":[{"id","settled","sha256"}],
 *    "files":[{"name","sha256"}]}
 *
 * A check is settled where no other shard has anything to say about it.
 */

/* Several shards may run a build or a part of a suite: what that amounts to is for the
 * merge. */
bool shard_merge_judges(const struct gate_check *k);
/* Keeps of the plan what this shard runs. Checks that rest on anything else are unknown.
 */
enum err_code shard_run_take(struct gate_collection *c, struct err *err) ERR_CHECKED;
/* Keeps what became of a unit; its artefacts are stored, its output still there. */
enum err_code shard_run_keep(struct gate_collection *c, size_t unit,
                             struct err *err) ERR_CHECKED;
/* Writes shard.json, when all records are stored. */
enum err_code shard_run_store(struct gate_collection *c, struct err *err) ERR_CHECKED;

#endif
