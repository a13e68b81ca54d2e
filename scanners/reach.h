// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_REACH_H
#define SCANNERS_REACH_H

#include "scanners/ignore_below.h"

/*
 * Does the walk of this scan come to a file? For rules that ask the disk for the file
 * beside the one in hand, while others are still on their way: one of a worker, and used
 * by it alone.
 */
struct scan_tracked;

struct scan_reach {
	struct span top; /* absolute and real, with a slash at its end; borrowed */
	bool no_ignore;
	const struct scan_ignore *exclude; /* borrowed; NULL: nothing */
	struct scan_tracked *tracked;      /* borrowed */
	struct scan_ignore_below below;
};

void scan_reach_init(struct scan_reach *r, const char *top);
void scan_reach_fini(struct scan_reach *r);

/* *why is what keeps the walk from this file ("ignored by git", "excluded"), NULL if
 * nothing does. `path` is absolute; outside of the walk's folder nothing is said. */
enum err_code scan_reach_ask(struct scan_reach *r, struct span path, const char **why,
                             struct err *err) ERR_CHECKED;

#endif
