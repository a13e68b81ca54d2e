// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_COMMIT_H
#define REPO_COMMIT_H

#include "repo/log.h"

/*
 * A writer's commit with its re-check: whatever the log has said since the writer looked,
 * every pack that its snapshot leans on is usable in the state right before its record.
 * One thread.
 */

struct lb_commit;

/* What the writer must do before it may commit. */
struct lb_suspects {
	const uint32_t *packs; /* numbers; used or own ones that no longer count */
	size_t count;
	bool base_gone; /* the base snapshot was removed: walk what was reused unseen */
};

struct lb_commit_job {
	void *context;
	/*
	 * Stores again, in new packs, what the snapshot needs of the suspects (which are
	 * forgotten), and tells lb_commit_used and lb_commit_own of the packs that took
	 * their place. `*uploaded` when anything was stored. Not called when nothing is
	 * suspect.
	 */
	enum err_code (*mend)(void *context, struct lb_commit *c,
	                      const struct lb_state *s,
	                      const struct lb_suspects *suspects, bool *uploaded,
	                      struct err *err);
	/* The private part: the snapshot's fields, and the segments of own packs that are
	 * good by `s`, all of them durable. Other packs must not be registered. */
	enum err_code (*fill)(void *context, struct lb_commit *c,
	                      const struct lb_state *s, struct lb_record *r,
	                      struct err *err);
};

enum err_code lb_commit_new(struct lb_commit **out, struct lb_log *log,
                            struct err *err) ERR_CHECKED;
void lb_commit_free(struct lb_commit *c);
/* A registered pack that the snapshot refers to. Repeats are fine; ERR_USAGE for a pack
 * that the log does not know. */
enum err_code lb_commit_used(struct lb_commit *c, const struct lb_id *pack,
                             struct err *err) ERR_CHECKED;
/* A pack of this session, stored and durable, not registered yet. */
enum err_code lb_commit_own(struct lb_commit *c, const struct lb_id *pack,
                            struct err *err) ERR_CHECKED;
/* May the pack be registered, or leaned on: neither condemned nor dead? */
bool lb_commit_good(const struct lb_state *s, const struct lb_id *pack);
/* Subtrees were taken over unseen from this snapshot; NULL: from none. */
void lb_commit_base(struct lb_commit *c, const struct lb_id16 *id);

/* Appends the COMMIT; only on ERR_OK may success be reported. `*id` is the snapshot's. */
enum err_code lb_commit_append(struct lb_commit *c, const struct lb_commit_job *job,
                               uint64_t *slot, struct lb_id16 *id,
                               struct err *err) ERR_CHECKED;

#endif
