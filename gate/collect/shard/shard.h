// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHARD_H
#define GATE_SHARD_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One part of a run that several machines share: which part, and how the units of the
 * plan are dealt out. Pure; every machine computes the same from the same plan.
 */

enum gate_shard_mode {
	GATE_SHARD_DURATION, /* longest first, each to the shard that has least to do */
	GATE_SHARD_HASH,     /* by the unit's id alone: other units change nothing */
	GATE_SHARD_SLICE,    /* in the order of the plan, one after another */
};
#define GATE_SHARD_MODES "duration hash slice"

enum { GATE_SHARDS_MAX = 1000, SHARDS_SCHEMA = 3 /* of shard.json */ };

struct gate_shard {
	uint32_t index; /* from 1 */
	uint32_t total;
	enum gate_shard_mode mode;
};

const char *gate_shard_mode_name(enum gate_shard_mode m);
bool gate_shard_mode_find(const char *name, enum gate_shard_mode *out);

/* "2/5". Sets index and total; ERR_USAGE. */
enum err_code gate_shard_parse(struct gate_shard *out, struct span text,
                               struct err *err) ERR_CHECKED;

/*
 * What the CI system says, by its variables: SEAWORTHY_SHARD_INDEX and _TOTAL for any;
 * GitLab CI_NODE_INDEX (from 1) and CI_NODE_TOTAL; Buildkite BUILDKITE_PARALLEL_JOB and
 * _COUNT; CircleCI CIRCLE_NODE_INDEX and _TOTAL; Slurm SLURM_ARRAY_TASK_ID with _MIN,
 * _STEP and _COUNT; Bazel TEST_SHARD_INDEX and TEST_TOTAL_SHARDS; Kubernetes
 * JOB_COMPLETION_INDEX, where SEAWORTHY_SHARD_TOTAL has to say of how many. `environ` is
 * a NULL-terminated "NAME=value" list. `*touch` is Bazel's TEST_SHARD_STATUS_FILE, which
 * the caller has to make, or NULL. ERR_USAGE where no system is known or what it says
 * cannot be.
 */
enum err_code gate_shard_detect(struct gate_shard *out, const char *const *environ,
                                const char **touch, struct err *err) ERR_CHECKED;

/* ---- dealing out ---- */

struct gate_shard_item {
	const char *id; /* unique */
	uint64_t weight;
	uint32_t shard; /* result, from 1 */
};

/* Of equal items those of smaller ids come first, so that the order matters to slices
 * alone. */
enum err_code gate_shard_deal(struct gate_shard_item *items, size_t count,
                              enum gate_shard_mode mode, uint32_t total,
                              struct err *err) ERR_CHECKED;

#endif
