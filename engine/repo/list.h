// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_LIST_H
#define REPO_LIST_H

#include "repo/record.h"

struct lb_backend;
struct lb_keyring;

/* Lists (docs/format.md 7): names that do not fit into a record, and checkpoints, which
 * hold the records of an ended epoch. */

#define LB_LIST_BYTES_MAX (256U << 20)

enum lb_list_kind {
	LB_LIST_SEGMENTS = 1,
	LB_LIST_PACKS = 2,
	LB_LIST_CHECKPOINT = 3,
};

/* Plaintext of kinds 1 and 2. Decoding appends to `names`. */
void lb_list_put(enum lb_list_kind kind, const struct lb_ids *names, struct buf *out);
enum err_code lb_list_get(struct span plain, enum lb_list_kind kind, struct lb_ids *names,
                          struct err *err) ERR_CHECKED;

/* Plaintext of kind 3: begin, then one record after the other in the order of slots. */
void lb_checkpoint_begin(struct buf *out, uint32_t count);
void lb_checkpoint_add(struct buf *out, struct span record);
/* Steps through: `*rest` starts as the plaintext; `count` says how many to take. */
enum err_code lb_checkpoint_open(struct span *rest, uint32_t *count,
                                 struct err *err) ERR_CHECKED;
enum err_code lb_checkpoint_take(struct span *rest, struct span *record,
                                 struct err *err) ERR_CHECKED;

/* Where the plaintexts go: sealed objects below lists/ in a repository. */
struct lb_list_store {
	void *context;
	enum err_code (*put)(void *context, struct span plain, struct lb_id *name,
	                     struct err *err);
	enum err_code (*get)(void *context, const struct lb_id *name, struct buf *plain,
	                     struct err *err);
};

/* The real one; borrows both. */
struct lb_list_files {
	struct lb_backend *backend;
	const struct lb_keyring *keyring;
};
struct lb_list_store lb_list_store_of(struct lb_list_files *files);

/* Moves names into lists where the record would grow too long, before it is encoded. */
enum err_code lb_record_unload(struct lb_record *r, const struct lb_list_store *store,
                               struct err *err) ERR_CHECKED;
/* Loads the lists that a decoded record names. */
enum err_code lb_record_load(struct lb_record *r, const struct lb_list_store *store,
                             struct err *err) ERR_CHECKED;

#endif
