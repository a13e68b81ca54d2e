// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_REPOSITORY_H
#define SCANNERS_REPOSITORY_H

#include "base/buf.h"

/*
 * Where a git repository keeps what a scan asks of it. Only paths are looked at: whose
 * the repository is, and how it is configured, does not matter. Results go to empty
 * buffers.
 */

/* Length of the path of the closest folder, at or above, that holds a ".git"; 0 if none.
 */
size_t scan_repository_top(struct span folder);
/* The repository's own folder: a worktree's .git is a file that names another. */
void scan_repository_folder(const char *top, struct buf *out);
/* Is the folder itself one, such as a bare repository? It has no files of a project. */
bool scan_repository_is(const char *folder);
/* The folder that all worktrees share: `git` itself unless it names another. */
void scan_repository_common(const char *git, struct buf *out);

#endif
