// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_SELECT_H
#define SNAPSHOT_SELECT_H

#include "snapshot/snapshot.h"

/* Which snapshots the user means. Pure; any thread. */

#define LB_SELECT_DIGITS_MIN 4

struct lb_snapshot_ref {
	struct lb_id16 id;
	const struct lb_snapshot *snapshot; /* borrowed */
	bool malformed; /* its record: nothing but the description, which says why */
};

/* All that are set must agree. */
struct lb_snapshot_filter {
	const struct span *hosts; /* any of them */
	size_t host_count;
	/* Each is a list "a,b" of tags that the snapshot all has; any of the lists will
	 * do. An empty text means: no tag at all. */
	const struct span *tags;
	size_t tag_count;
	/* All of them are among its source paths (a slash at the end does not count). */
	const struct span *paths;
	size_t path_count;
	bool has_after; /* its start is not before */
	int64_t after_ns;
	bool has_before; /* its start is before */
	int64_t before_ns;
};

bool lb_snapshot_matches(const struct lb_snapshot *s,
                         const struct lb_snapshot_filter *filter);

/* Keeps those that match, oldest first (equal times by id); gives the new count. A NULL
 * filter keeps all. */
size_t lb_select_filter(struct lb_snapshot_ref *refs, size_t count,
                        const struct lb_snapshot_filter *filter);

/*
 * The one that `text` names: "latest" (the newest complete one that the filter lets
 * through, NULL = of all) or the first digits of its id, at least LB_SELECT_DIGITS_MIN,
 * in either case; the filter does not matter then. ERR_USAGE for what is neither and for
 * digits that fit several (the message lists them), ERR_NOT_FOUND.
 */
enum err_code lb_select_one(const struct lb_snapshot_ref *refs, size_t count,
                            struct span text, const struct lb_snapshot_filter *filter,
                            size_t *index, struct err *err) ERR_CHECKED;

/* "ID:PATH" or "ID": where the path starts, empty if there is none. */
void lb_select_split(struct span text, struct span *id, struct span *path);

/* The first digits of an id that tell it from all others, at least 8 and NUL. */
void lb_select_short(const struct lb_snapshot_ref *refs, size_t count, size_t index,
                     char out[LB_ID16_HEX]);

#endif
