// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_STORED_H
#define REPO_STORED_H

#include "repo/record.h"

struct lb_commit;
struct lb_index;
struct lb_state;
struct lb_suspects;

/*
 * What a session has in the store, on its way into the log: lb_objects_finish adds, a
 * COMMIT registers. One thread.
 */
struct lb_stored {
	struct lb_ids segments; /* stored, not registered yet */
	struct lb_ids own;      /* the packs in them */
	struct lb_ids used;     /* registered packs that chunks were found in */
};

void lb_stored_fini(struct lb_stored *s);

/* The commit is told of all packs. */
enum err_code lb_stored_tell(const struct lb_stored *s, struct lb_commit *c,
                             struct err *err) ERR_CHECKED;
/* The record names the segments. */
enum err_code lb_stored_name(const struct lb_stored *s, struct lb_record *r,
                             struct err *err) ERR_CHECKED;
/* A record that names them is in the log: they are others' from now on, and later records
 * of the session lean on them. */
enum err_code lb_stored_registered(struct lb_stored *s, struct err *err) ERR_CHECKED;
/*
 * Some of the packs do not count any more. Neither does `ix` find anything in them from
 * here on, nor is a commit told of them; packs that chunks are found in again, or that
 * take their place, come with the next lb_objects_finish.
 */
enum err_code lb_stored_give_up(struct lb_stored *s, struct lb_index *ix,
                                const struct lb_state *state,
                                const struct lb_suspects *suspects,
                                struct err *err) ERR_CHECKED;

#endif
