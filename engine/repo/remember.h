// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_REMEMBER_H
#define REPO_REMEMBER_H

#include "repo/record.h"

/* The newest record that this machine has seen of a repository, in the cache folder: a
 * store that shows less, or something else there, has been rolled back, cut or forked. */

struct lb_remembered {
	uint64_t slot; /* LB_NO_SLOT: nothing is remembered */
	struct lb_id hash;
};

/* A missing or damaged file is as good as none: it is only a memory. */
enum err_code lb_remembered_load(struct lb_remembered *r, const char *cache_dir,
                                 const struct lb_id *repository,
                                 struct err *err) ERR_CHECKED;
/* Keeps the newer one if another process has stored one meanwhile. */
enum err_code lb_remembered_store(const struct lb_remembered *r, const char *cache_dir,
                                  const struct lb_id *repository,
                                  struct err *err) ERR_CHECKED;

/* The file's bytes. Nothing is remembered unless they are whole and of this repository.
 */
void lb_remembered_get(struct lb_remembered *r, const struct lb_id *repository,
                       struct span bytes);
enum err_code lb_remembered_put(const struct lb_remembered *r,
                                const struct lb_id *repository, struct buf *out,
                                struct err *err) ERR_CHECKED;

#endif
