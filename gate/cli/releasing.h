// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_RELEASING_H
#define GATE_RELEASING_H

#include "cli/cli.h"
#include "collect/artefacts.h"

struct gate_verified;

/* Files that are released, for commands: those that a run vouches for, and those that
 * somebody holds against it. */

/* gate_artefacts_store, and a note of globs that mean nothing, or files that are too
 * old. Files to release that are none are in `unreleased`, to be told at the end, since
 * hours of work are not thrown away for a name. */
enum err_code releasing_store(struct gate_store *s, const struct gate_artefacts *a,
                              bool quiet, struct err *unreleased,
                              struct err *err) ERR_CHECKED;
/* The exit code, after what was found of the rest was printed with `code`. */
int releasing_exit(const struct program_call *call, int code,
                   const struct err *unreleased);

/* A file that was given to `verify`. */
struct releasing_held {
	const char *path;
	char sha256[DIGEST_HEX];
	const char *name; /* in the run; NULL: it is none of its files */
};

/* Of each --artefact what the verified run says of it, in the arena. ERR_USAGE for what
 * cannot be read. */
enum err_code releasing_hold(struct releasing_held **out, const struct gate_verified *v,
                             const struct program_call *call, struct arena *arena,
                             struct err *err) ERR_CHECKED;

#endif
