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

enum err_code scan_ignore_above_load(struct scan_ignore_above *a, const char *folder,
                                     struct err *err) ERR_CHECKED;
void scan_ignore_above_fini(struct scan_ignore_above *a);
const struct scan_ignore *scan_ignore_above_get(const struct scan_ignore_above *a);

#endif
