// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_SOURCE_H
#define JOB_SOURCE_H

#include "base/arena.h"

/*
 * The paths of a backup as one tree from the snapshot's root: /usr/lib and /home give the
 * root folder with `usr` (only its `lib`) and `home`. Absolute paths start at "/",
 * relative ones under their own names; "." is the root itself; a path that leads out by
 * ".." is made absolute. A path inside another one is part of it.
 */
struct lb_source {
	const char *name;            /* "" for the root */
	const char *path;            /* where it lies in the file system */
	bool whole;                  /* everything below belongs to the backup */
	bool inner;                  /* whole, and a path below it was named too */
	struct lb_source **children; /* ascending by name as bytes; none if whole */
	size_t count;
	size_t cap;
};

/*
 * Everything lives in the arena. ERR_USAGE for an empty list, an empty path, and an
 * absolute and a relative path that would land on the same name.
 */
enum err_code lb_source_tree(struct lb_source **root, struct arena *arena,
                             const char *const *paths, size_t count,
                             struct err *err) ERR_CHECKED;
/* Does a path of the snapshot's tree lie under a source that was given as a relative one?
 */
bool lb_source_is_relative(const struct lb_source *root, struct span path);

#endif
