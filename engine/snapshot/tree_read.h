// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_TREE_READ_H
#define SNAPSHOT_TREE_READ_H

#include "crypto/ident.h"
#include "snapshot/entry.h"

/*
 * Reads folders: entry by entry, from any name on, and whole trees. What is held is one
 * node a level of a folder, so folders of any size stream. Trees come from storage and
 * are not trusted: order, levels and every field are checked on the way, and the depth of
 * folders is bounded. One thread at a time.
 */

#define LB_TREE_DEPTH 8192u /* folders inside folders */

/* Gives the bytes of a chunk, checked against its id (out is cleared first). */
typedef enum err_code lb_tree_get(const struct lb_id *id, enum lb_chunk_type type,
                                  struct buf *out, void *context, struct err *err);

/* Where trees are read from. */
struct lb_tree_source {
	lb_tree_get *get;
	void *context;
};

/* ---- one folder ---- */
struct lb_tree_iter;

enum err_code lb_tree_iter_new(struct lb_tree_iter **out,
                               const struct lb_tree_source *source,
                               struct err *err) ERR_CHECKED;
void lb_tree_iter_free(struct lb_tree_iter *it);
/* Starts at the first entry of the folder. Reads nothing yet; memory is reused. */
void lb_tree_iter_start(struct lb_tree_iter *it, const struct lb_id *root);
/* The next entry, borrowed until the next call on `it`. */
enum err_code lb_tree_iter_next(struct lb_tree_iter *it, struct lb_entry *out, bool *more,
                                struct err *err) ERR_CHECKED;
/* How many entries the folder has, if it is stored as a single node that has an entry and
 * has just given one; else 0. */
size_t lb_tree_iter_single(const struct lb_tree_iter *it);
/* The next entry will be the first one whose name is not before `name`. Reads nothing
 * yet; the next call reads one node a level. */
enum err_code lb_tree_iter_seek(struct lb_tree_iter *it, struct span name,
                                struct err *err) ERR_CHECKED;
/* Lets go of the nodes and their memory; the next call reads them again, where it was. */
enum err_code lb_tree_iter_park(struct lb_tree_iter *it, struct err *err) ERR_CHECKED;
/* Steps both over parts of their folders that are stored as the same nodes. */
enum err_code lb_tree_iter_skip_equal(struct lb_tree_iter *a, struct lb_tree_iter *b,
                                      struct err *err) ERR_CHECKED;

/* ---- look-up ---- */

/* The entry `name` of a folder, borrowed from `it`. ERR_NOT_FOUND. */
enum err_code lb_tree_find(struct lb_tree_iter *it, const struct lb_id *root,
                           struct span name, struct lb_entry *out,
                           struct err *err) ERR_CHECKED;
/*
 * The entry at a path below `root` ("/a/b", "a/b", "a//b/" are the same), borrowed from
 * `it`. The root itself (an empty path) is a folder entry without a name. ERR_NOT_FOUND
 * also where a folder on the way is something else; links are not followed.
 */
enum err_code lb_tree_lookup(struct lb_tree_iter *it, const struct lb_id *root,
                             struct span path, struct lb_entry *out,
                             struct err *err) ERR_CHECKED;

/* ---- a whole tree ---- */
struct lb_tree_walk;

enum lb_walk_event {
	LB_WALK_ENTRY, /* an entry; what is in a folder follows it */
	LB_WALK_LEAVE, /* the folder `entry` is complete */
	LB_WALK_END,
};

struct lb_walk_step {
	enum lb_walk_event event;
	struct span path;      /* from the root of the walk, without a leading slash */
	struct lb_entry entry; /* both borrowed until the next call */
	unsigned depth;        /* 0 for entries of the root */
};

enum err_code lb_tree_walk_new(struct lb_tree_walk **out,
                               const struct lb_tree_source *source,
                               struct err *err) ERR_CHECKED;
void lb_tree_walk_free(struct lb_tree_walk *w);
void lb_tree_walk_start(struct lb_tree_walk *w, const struct lb_id *root);
/*
 * Depth first, by name in each folder. After ERR_CORRUPT, ERR_NOT_FOUND, ERR_LIMIT or
 * ERR_UNSUPPORTED the walk may go on: the rest of the folder that could not be read
 * (step->path names it) is left out, and its LB_WALK_LEAVE follows.
 */
enum err_code lb_tree_walk_next(struct lb_tree_walk *w, struct lb_walk_step *step,
                                struct err *err) ERR_CHECKED;
/* After LB_WALK_ENTRY of a folder: does not go into it, nor leave it. */
void lb_tree_walk_skip(struct lb_tree_walk *w);

#endif
