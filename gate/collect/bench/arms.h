// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_BENCH_ARMS_H
#define GATE_BENCH_ARMS_H

#include "base/buf.h"
#include "collect/bench/samples.h"
#include "collect/runner.h"
#include "lib/vcs_export.h"
#include "verdict/model.h"

/*
 * The states of the project that are compared, each in a folder of its own below scratch:
 * the head (HEAD with what the working tree changes), the base, and the base once more as
 * control. All are exported from version control and built alike; their paths are equally
 * long, because the length of a path can move a program's memory. The user's working tree
 * and refs are not touched. Removed by gate_bench_arms_free.
 */

struct gate_bench_arm_place {
	const char *root;    /* the project there; NULL: not made, see `trouble` */
	const char *scratch; /* its SEAWORTHY_SCRATCH */
	const char *tmp;     /* its TMPDIR */
};

/* What one check runs in. */
struct gate_bench_places {
	struct gate_bench_arm_place of[GATE_BENCH_ARMS];
	const char *base;    /* commit */
	const char *trouble; /* why they cannot be compared, or NULL */
};

struct gate_bench_arms;
struct vcs_repo;

/* What a call says beside the policy. */
struct gate_bench_options {
	const char
		*base;  /* revision, for checks that name none; NULL: the last release */
	bool base_wins; /* .. and for those that do */
	bool quiet;     /* no estimate of the time it takes */
	bool calibrate; /* every arm is the head: what differs is noise */
	uint64_t pairs; /* instead of the policy's; 0 = not */
};

/* The commit that a check compares with. ERR_NOT_FOUND without a release before HEAD. */
enum err_code gate_bench_base(struct vcs_repo *repo, const struct gate_bench_options *o,
                              const struct gate_bench *b, char commit[VCS_COMMIT_TEXT],
                              struct err *err) ERR_CHECKED;

/*
 * Makes the arms of all checks that are wanted (a flag a check of the policy); checks
 * with one base share theirs. ERR_OK also where an arm cannot be made: then its checks
 * have a trouble. What builds that fail print is appended to `log`.
 */
enum err_code gate_bench_arms_new(struct gate_bench_arms **out,
                                  const struct gate_runner *runner,
                                  const struct gate_policy *policy, const bool *wanted,
                                  const struct gate_bench_options *o, bool dirty,
                                  struct buf *log, struct err *err) ERR_CHECKED;
const struct gate_bench_places *gate_bench_arms_of(const struct gate_bench_arms *a,
                                                   size_t check);
/* Folders that cannot be removed are named in `warning`. */
void gate_bench_arms_free(struct gate_bench_arms *a, struct buf *warning);

#endif
