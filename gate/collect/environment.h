// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ENVIRONMENT_H
#define GATE_ENVIRONMENT_H

#include "base/arena.h"
#include "collect/shard/shard.h"
#include "policy/policy.h"

/*
 * The environment of a suite, build or command, as documented for users:
 *
 *   inherited    everything except MAKEFLAGS, MFLAGS, MAKELEVEL, MAKEOVERRIDES and
 *                GNUMAKEFLAGS of an outer make, GIT_* and SEAWORTHY_* (CI stays as it
 *                is), and TEST_SHARD_*, TEST_TOTAL_SHARDS and GTEST_*SHARD* of an outer
 *                test runner: a suite that split itself by these would run only a part
 *   set          LC_ALL=C.UTF-8, TZ=UTC, TMPDIR (private, removed afterwards),
 *                SEAWORTHY=1, SEAWORTHY_ROOT (the project, or the copy it runs in),
 *                SEAWORTHY_SCRATCH, SEAWORTHY_JOBS, SEAWORTHY_SUITE (id)
 *   in a shard   also SEAWORTHY_SHARD_INDEX (from 1) and SEAWORTHY_SHARD_TOTAL
 *   `shard: true` in a shard also TEST_SHARD_INDEX and GTEST_SHARD_INDEX (from 0),
 *                TEST_TOTAL_SHARDS and GTEST_TOTAL_SHARDS, TEST_SHARD_STATUS_FILE and
 *                GTEST_SHARD_STATUS_FILE (a file below TMPDIR)
 *   builds       also MAKEFLAGS=-jN, CMAKE_BUILD_PARALLEL_LEVEL=N, CARGO_BUILD_JOBS=N
 *   fixtures     what those that it needs wrote to $SEAWORTHY_ENV
 *   last         the policy's `env` of the suite, which overrides all of these
 */
struct gate_environment {
	const char *const *inherited; /* NULL-terminated "NAME=value" list */
	const char *root;
	const char *scratch;
	const char *tmp;
	const char *suite;
	size_t jobs;
	bool build;
	const struct gate_shard *shard;   /* that the run is; NULL: it is whole */
	bool splits;                      /* runs its own part of the shards */
	const struct gate_strings *given; /* by fixtures; may be NULL */
	const struct gate_strings *own;   /* may be NULL */
};

/* NULL-terminated, each name once; NULL if the arena failed. */
const char *const *gate_environment_make(struct arena *a,
                                         const struct gate_environment *e);

#endif
