// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IGNORE_BELOW_H
#define SCANNERS_IGNORE_BELOW_H

#include "base/arena.h"
#include "base/map.h"
#include "scanners/ignore_above.h"

/*
 * The ignore rules that hold in folders of a tree, for whoever asks after the walk. Each
 * file is read once, when a folder at or below its own is first asked for. One thread.
 */
struct scan_ignore_below {
	const char *top; /* borrowed; ends with a slash */
	struct scan_ignore_above files;
	bool begun;         /* those above the top are read */
	struct map folders; /* path: struct scan_ignore_rules */
	struct arena memory;
};

struct scan_ignore_rules {
	const struct scan_ignore *set; /* NULL: nothing is ignored */
	size_t patterns;               /* of it, and of those above */
};

void scan_ignore_below_init(struct scan_ignore_below *b, const char *top);
void scan_ignore_below_fini(struct scan_ignore_below *b);

/* What holds in the folder (from the top, no slash at its end), with its own file. `tell`
 * may be NULL. */
enum err_code scan_ignore_below_get(struct scan_ignore_below *b, struct span folder,
                                    scan_ignore_tell *tell, void *context,
                                    struct scan_ignore_rules *out,
                                    struct err *err) ERR_CHECKED;

#endif
