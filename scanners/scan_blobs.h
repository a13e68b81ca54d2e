// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_BLOBS_H
#define SCANNERS_SCAN_BLOBS_H

#include "lib/vcs_repo.h"
#include "scanners/scan_internal.h"

/*
 * Scans of a repository's contents instead of a tree: of what is staged, of what differs
 * from a base, of all history. Several threads read blobs, each with a repository of its
 * own. Rules that need the whole tree are off (scan_selection_alone).
 */

/* What there is to scan. */
struct scan_blob {
	unsigned char id[VCS_ID];
	bool in_tree; /* read from the working tree instead */
	bool missing; /* it is known not to be there */
};

struct scan_blob_list {
	struct scan *s;
	struct buf top; /* of the working tree, with a slash at its end */
	size_t count;
	/* Puts the path from the top behind what `path` holds. Any thread. */
	void (*get)(const struct scan_blob_list *l, size_t i, struct scan_blob *out,
	            struct buf *path);
	/* Findings from `first` on are those of item `i`, whose text this is. NULL: they
	 * stay as they are. */
	enum err_code (*after)(const struct scan_blob_list *l, size_t i, size_t worker,
	                       size_t first, struct span text, struct vcs_repo *repo,
	                       struct err *err);
};

/* Opens the repository that is scanned, and finds its top. */
enum err_code scan_blobs_open(struct scan_blob_list *l, struct vcs_repo **repo,
                              struct err *err) ERR_CHECKED;
/* Is this path, below `top`, one that is scanned? */
bool scan_blobs_want(const struct scan_blob_list *l, struct span path);
enum err_code scan_blobs_run(const struct scan_blob_list *l, struct err *err) ERR_CHECKED;

/* The three of them. */
enum err_code scan_staged(struct scan *s, struct err *err) ERR_CHECKED;
enum err_code scan_changed(struct scan *s, struct err *err) ERR_CHECKED;
enum err_code scan_history(struct scan *s, struct err *err) ERR_CHECKED;

#endif
