// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_TRACKED_H
#define SCANNERS_TRACKED_H

#include "base/buf.h"

#include <pthread.h>
#include <stdatomic.h>

/*
 * What git tracks: an ignore line says nothing about it. The index is read when the first
 * ignored entry is met, because most folders have none. Any thread may ask.
 */

struct vcs_index;

struct scan_tracked {
	size_t top;     /* bytes of a path in front of what the index names */
	struct buf git; /* the repository's folder; empty: no repository */
	pthread_mutex_t lock;
	atomic_bool loaded;
	struct vcs_index *index;
	struct err why; /* of a failed load */
};

/* `folder` is absolute and real. */
enum err_code scan_tracked_init(struct scan_tracked *t, const char *folder,
                                struct err *err) ERR_CHECKED;
void scan_tracked_fini(struct scan_tracked *t);

/* What git says of a path, which is absolute and below the folder. */
enum scan_tracking {
	SCAN_UNTRACKED,
	SCAN_TRACKED,       /* itself: a file, or the folder of a submodule */
	SCAN_TRACKED_BELOW, /* something in the folder is */
};

/* An index that cannot be read is an error, the same for all who ask. */
enum err_code scan_tracked_ask(struct scan_tracked *t, struct span path, bool folder,
                               enum scan_tracking *out, struct err *err) ERR_CHECKED;

/* The blob (VCS_ID bytes) that git knows a file of this state by, borrowed; NULL if it
 * knows none, or cannot tell. */
struct os_stat;
const unsigned char *scan_tracked_blob(struct scan_tracked *t, struct span path,
                                       const struct os_stat *st);

#endif
