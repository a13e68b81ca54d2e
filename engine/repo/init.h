// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_INIT_H
#define REPO_INIT_H

#include "repo/config.h"
#include "repo/slot.h"

struct lb_backend;

/* Making a repository: configuration, first key slot, GENESIS. */

struct lb_repo_plan {
	struct lb_unlock unlock;    /* of the first key slot; not a recipient */
	struct lb_pwhash_cost cost; /* of a password */
	const char *label;          /* of the first key, e.g. "user@host" */
	struct lb_config config;    /* what to choose; id and arbitration are set here */
};

/* Defaults for everything but unlock and label. */
void lb_repo_plan_default(struct lb_repo_plan *p);

/*
 * ERR_EXISTS if there is a repository, also one that has lost its configuration, and for
 * all but one of those who make one at once. The
 * configuration is written last: without it nobody can have opened what an init that was
 * cut off left behind (a key slot, GENESIS), so that is cleared.
 */
enum err_code lb_repo_init(struct lb_backend *b, struct lb_repo_plan *plan,
                           struct err *err) ERR_CHECKED;

#endif
