// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ARTEFACTS_H
#define GATE_ARTEFACTS_H

#include "record/store.h"

/*
 * What is released: the files that the policy (`attestations.artefacts`) and the command
 * line name, hashed when the run ends, since it may have built them.
 */

struct gate_artefacts {
	const struct gate_policy *policy;
	const char *root;    /* that globs are relative to, and names where they can */
	const char *scratch; /* as of results; the root where there is none */
	const char *const
		*named; /* of the command line, relative to the current folder */
	size_t named_count;
	int64_t started_ms; /* of the run */
};

/* Stores release.json, unless there is nothing to be in it. ERR_USAGE, and nothing is
 * stored, for a named file that is not there, and for two files of one name. Globs of the
 * policy that mean no file are appended to `missed`; files of theirs that are older than
 * the run, which it did not make, are left out and appended to `stale`, unless the
 * command line names them too. */
enum err_code gate_artefacts_store(struct gate_store *s, const struct gate_artefacts *a,
                                   struct buf *missed, struct buf *stale,
                                   struct err *err) ERR_CHECKED;

#endif
