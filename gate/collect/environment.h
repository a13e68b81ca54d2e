// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ENVIRONMENT_H
#define GATE_ENVIRONMENT_H

#include "base/arena.h"
#include "policy/policy.h"

/*
 * The environment of a suite, build or command, as documented for users:
 *
 *   inherited    everything except MAKEFLAGS, MFLAGS, MAKELEVEL, MAKEOVERRIDES and
 * GNUMAKEFLAGS of an outer make, GIT_* and SEAWORTHY_* (CI stays as it is) set
 * LC_ALL=C.UTF-8, TZ=UTC, TMPDIR (private, removed afterwards), SEAWORTHY=1,
 *                SEAWORTHY_ROOT (the project, or the copy it runs in), SEAWORTHY_SCRATCH,
 *                SEAWORTHY_JOBS, SEAWORTHY_SUITE (id)
 *   builds       also MAKEFLAGS=-jN, CMAKE_BUILD_PARALLEL_LEVEL=N, CARGO_BUILD_JOBS=N
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
	const struct gate_strings *own; /* may be NULL */
};

/* NULL-terminated, each name once; NULL if the arena failed. */
const char *const *gate_environment_make(struct arena *a,
                                         const struct gate_environment *e);

#endif
