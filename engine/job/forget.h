// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_FORGET_H
#define JOB_FORGET_H

#include "job/snapshots.h"
#include "snapshot/retention.h"

/*
 * Removes snapshots from the log: those that a policy does not keep, or those named.
 * Their data stays until a prune. Everything is judged over the very state that the
 * record is put behind, so what is told is what happens, whoever else writes meanwhile.
 */
struct lb_repo;

struct lb_forget_options {
	/* With policy: which snapshots it is about; the others stay, unmentioned. */
	const struct lb_retention *policy;       /* NULL: the ids below */
	const struct lb_snapshot_filter *filter; /* NULL: all */
	const struct lb_id16 *ids;
	size_t id_count;
	bool dry_run;
};

struct lb_forgotten {
	struct lb_snapshots list;              /* what was judged, oldest first */
	struct lb_retention_verdict *verdicts; /* one each, in the list's arena */
	size_t removed;
};

/*
 * ERR_USAGE for a policy that keeps nothing, and for an id that is pinned (nothing is
 * removed then); ERR_NOT_FOUND for an id that is not live; ERR_AUTH without the right to
 * read or to remove. On success lb_forgotten_fini.
 */
enum err_code lb_forget(struct lb_repo *repo, const struct lb_forget_options *options,
                        struct lb_forgotten *out, struct err *err) ERR_CHECKED;
void lb_forgotten_fini(struct lb_forgotten *f);

#endif
