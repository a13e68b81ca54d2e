// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_KEY_INTERNAL_H
#define JOB_KEY_INTERNAL_H

#include "job/key.h"

/* The keys of a repository: what the log says, and which slots are there. The caller
 * frees `items`, also after an error. */
struct key_listing {
	struct lb_repo *repo;
	const struct lb_state *state;
	struct lb_key_info *items;
	size_t count;
	size_t cap;
};

/* By the state given, which may be newer than the repository's. */
enum err_code key_listing_load(struct lb_repo *repo, const struct lb_state *state,
                               struct key_listing *l, struct err *err) ERR_CHECKED;
/* NULL: no such slot, and no such entry. */
struct lb_key_info *key_listing_find(struct key_listing *l, const struct lb_id16 *slot);

#endif
