// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_REPAIR_TREE_H
#define JOB_REPAIR_TREE_H

#include "job/repair_internal.h"

/*
 * A tree without what is lost. Folders that are whole stay as they are stored; in the
 * others a file that lost something ends before its first lost byte, a folder ends where
 * it cannot be read, and both are marked as incomplete. The check has noted in
 * job->j.damaged where damage is.
 */
struct repair_tree {
	struct repair_job *r;
	struct lb_map_writer *map;
	struct lb_map_iter *pieces;
	struct buf extents;
	struct repair_folder *top; /* the innermost of those that are worked on */
	unsigned depth;
	uint64_t marked;  /* files and folders marked as incomplete */
	uint64_t entries; /* kept in folders that were rewritten */
};

enum err_code repair_tree_init(struct repair_tree *t, struct repair_job *r,
                               struct err *err) ERR_CHECKED;
void repair_tree_fini(struct repair_tree *t);
/* The new root; `*damaged` when the folder itself could not be read to its end. */
enum err_code repair_tree(struct repair_tree *t, const struct lb_id *root,
                          struct lb_id *out, bool *damaged, struct err *err) ERR_CHECKED;

#endif
