// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_DIFF_H
#define SNAPSHOT_DIFF_H

#include "snapshot/tree_read.h"

/*
 * What differs between two trees, in the order of a walk. Subtrees and parts of folders
 * that are stored as the same nodes are skipped without being read, so the work goes with
 * what changed. One thread at a time.
 */
struct lb_diff;

enum lb_diff_kind { LB_DIFF_ADDED, LB_DIFF_REMOVED, LB_DIFF_CHANGED };

enum {
	LB_DIFF_TYPE = 1 << 0, /* a file became a link, ..; contents are not compared */
	LB_DIFF_CONTENT = 1 << 1, /* content, target or device */
	LB_DIFF_SIZE = 1 << 2,
	LB_DIFF_MODE = 1 << 3,
	LB_DIFF_OWNER = 1 << 4, /* ids or names */
	LB_DIFF_MTIME = 1 << 5,
	LB_DIFF_XATTRS = 1 << 6,
	LB_DIFF_FLAGS = 1 << 7, /* inode flags, project */
	LB_DIFF_BTIME = 1 << 8,
	LB_DIFF_HOLES = 1 << 9,
	LB_DIFF_LINKS = 1 << 10, /* hard link group */
	LB_DIFF_DAMAGE = 1 << 11,
};

struct lb_diff_step {
	enum lb_diff_kind kind;
	unsigned changes; /* LB_DIFF_.. of LB_DIFF_CHANGED */
	struct span path; /* without a leading slash */
	/* Valid as the kind says; all borrowed until the next call. */
	struct lb_entry before;
	struct lb_entry after;
};

enum err_code lb_diff_new(struct lb_diff **out, const struct lb_tree_source *source,
                          struct err *err) ERR_CHECKED;
void lb_diff_free(struct lb_diff *d);
void lb_diff_start(struct lb_diff *d, const struct lb_id *before,
                   const struct lb_id *after);
/* All that is in an added or removed folder is told too. A folder that changed itself is
 * told before what is in it; one that did not is not told. Where the type changed between
 * folder and another, what was in the folder is told as removed (or added). */
enum err_code lb_diff_next(struct lb_diff *d, struct lb_diff_step *step, bool *more,
                           struct err *err) ERR_CHECKED;

/* LB_DIFF_.. between two entries of one name; 0 = equal but for what is in folders. */
unsigned lb_diff_entries(const struct lb_entry *before, const struct lb_entry *after);

#endif
