// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_EXCLUDE_H
#define SCANNERS_EXCLUDE_H

#include "scanners/ignore.h"

/* What whoever scans leaves out of it: lines as of a .gitignore in the scanned folder, of
 * which the last one that fits decides. */

/* `folder` as for scan_ignore_parse. *out is NULL without any. ERR_USAGE for what is no
 * pattern. */
enum err_code scan_exclude_parse(struct scan_ignore **out, const char *const *globs,
                                 size_t count, size_t folder,
                                 struct err *err) ERR_CHECKED;

/* Is the file left out, or a folder that it is in? Only of paths below `folder`. */
bool scan_exclude_file(const struct scan_ignore *set, struct span path, size_t folder);

#endif
