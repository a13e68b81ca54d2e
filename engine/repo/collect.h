// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_COLLECT_H
#define REPO_COLLECT_H

#include "repo/log.h"

/*
 * Prune: condemn, judge, sweep, delete; and finishing what others left. Written against
 * the log and the small interface below, so that the order of effects (segments before
 * CONDEMN before SWEEP before the first DELETE) stands in one place.
 */

/* What a prune wants to condemn, and its own copies of what is still needed there. */
struct lb_condemn {
	struct lb_ids packs;    /* C */
	struct lb_ids segments; /* of own new packs, durable */
	struct lb_ids copies;   /* names of those packs */
};

struct lb_collect_job {
	void *context;
	/* For verdicts; see state.h. Chunks of a live tree that cannot be read: an error,
	 * nothing is swept. */
	lb_need_walk *need;
	/* Marks what is live now, chooses packs, copies needed chunks out of them. Any
	 * choice is safe. Nothing chosen: nothing is condemned. */
	enum err_code (*plan)(void *context, const struct lb_state *s,
	                      struct lb_condemn *c, struct err *err);
	/* Deletes a pack, its parity first; a missing one is fine. ERR_LOCKED or
	 * ERR_AUTH: the store refuses for now (object lock); it stays dead and is
	 * counted. */
	enum err_code (*remove)(void *context, const struct lb_id *pack, struct err *err);
	/* Is a dead pack still there (by LIST, a hint)? NULL: try to delete all dead
	 * packs. */
	bool (*listed)(void *context, const struct lb_id *pack);
};

struct lb_collected {
	size_t finished;  /* open condemnations of others */
	size_t condemned; /* packs */
	size_t dead;      /* packs swept by this run */
	size_t deleted;
	size_t refused; /* by the store; they stay dead */
};

/* Settles the CONDEMN of a slot: SWEEP if nobody has, then DELETE what is dead of it.
 * Anyone with the prune role may, at any time. */
enum err_code lb_collect_resolve(struct lb_log *log, const struct lb_collect_job *job,
                                 uint64_t slot, struct lb_collected *figures,
                                 struct err *err) ERR_CHECKED;
/* One whole prune. */
enum err_code lb_collect_run(struct lb_log *log, const struct lb_collect_job *job,
                             struct lb_collected *figures, struct err *err) ERR_CHECKED;

#endif
