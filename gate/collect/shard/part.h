// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PART_H
#define GATE_PART_H

#include "collect/collect.h"
#include "collect/shard/shard.h"
#include "crypto/digest.h"

/*
 * A plan dealt out to shards. Each unit has one shard that runs it, but for
 *
 *   builds and fixtures that       run in every shard that has what needs them; a
 *   something needs                command runs after all builds, so it needs them
 *   suites that split themselves   (`shard: true`) run in every shard
 *   what such a suite needs        runs in every shard, too
 *
 * Suites that need one another stay together.
 * All of it is in the arena that it was made with.
 */
struct gate_part_unit {
	uint64_t weight_ms; /* by earlier runs; of unknown ones the mean of the known; 0
	                       where it is not dealt by duration */
	uint32_t shard;     /* that runs it; 0: all those that need it */
	bool everywhere;    /* splits itself */
};

struct gate_part {
	struct gate_shard shard;
	const struct gate_unit *units; /* of the whole plan */
	struct gate_part_unit *parts;  /* as the units */
	size_t count;
	bool *here; /* a flag a unit: it runs in this shard */
	/* SHA-256 over mode, number of shards, the policy's digest, the tree, and each
	 * unit's id and weight: shards that differ in it are not of one run. */
	char fingerprint[DIGEST_HEX];
};

enum err_code gate_part_make(struct gate_part *out, struct arena *arena,
                             const struct gate_policy *p,
                             const struct gate_subject *subject,
                             const struct gate_plan *plan, const struct gate_shard *shard,
                             struct err *err) ERR_CHECKED;

/* Sets a flag a unit: this shard runs it, for its own sake or because something there
 * needs it. Units stand behind what they need. */
enum err_code gate_part_here(const struct gate_unit *units,
                             const struct gate_part_unit *parts, size_t count,
                             uint32_t shard, bool *here, struct err *err) ERR_CHECKED;

/* The same hash from what shard.json says; `ids` and `weights` in any order. */
enum err_code gate_part_fingerprint(const struct gate_shard *shard, const char *policy,
                                    const char *tree, const char *const *ids,
                                    const uint64_t *weights, size_t count,
                                    char out[DIGEST_HEX], struct err *err) ERR_CHECKED;

#endif
