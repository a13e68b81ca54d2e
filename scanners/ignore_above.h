// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IGNORE_ABOVE_H
#define SCANNERS_IGNORE_ABOVE_H

#include "base/buf.h"
#include "scanners/ignore.h"

/*
 * Ignore rules found on disk. Paths are absolute and real (os_realpath), and the sets'
 * `folder` counts bytes of such a path.
 */

/* What holds at a folder before its own .gitignore is read: .git/info/exclude and the
 * .gitignore files from the top of the repository down to the folder's parent. Nothing
 * where the folder is in no repository. */
struct scan_ignore_above {
	struct scan_ignore **sets; /* owned; each links to the one before */
	size_t count;
	size_t cap;
};

#define SCAN_IGNORE_ABOVE_INIT \
	{                      \
		NULL, 0, 0     \
	}

/* Called for each file that may hold patterns, whether it is there or not. */
typedef void scan_ignore_tell(const char *path, void *context);

/* `tell` may be NULL. */
enum err_code scan_ignore_above_load(struct scan_ignore_above *a, const char *folder,
                                     scan_ignore_tell *tell, void *context,
                                     struct err *err) ERR_CHECKED;
/* One more file, below `above`: *out is its set, or `above` if it has no pattern.
 * `folder` as for scan_ignore_parse. */
enum err_code scan_ignore_above_add(struct scan_ignore_above *a,
                                    const struct scan_ignore *above, const char *path,
                                    size_t folder, const struct scan_ignore **out,
                                    struct err *err) ERR_CHECKED;
void scan_ignore_above_fini(struct scan_ignore_above *a);
const struct scan_ignore *scan_ignore_above_get(const struct scan_ignore_above *a);

#endif
