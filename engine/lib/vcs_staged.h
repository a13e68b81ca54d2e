// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_STAGED_H
#define LIB_VCS_STAGED_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Files as the next commit will have them: by their paths, from git's index instead of
 * the working tree. The index is that of vcs_staged_each. One thread at a time.
 */
struct vcs_staged;

/* Of the repository that `path` lies in. ERR_NOT_FOUND without one, or without a working
 * tree; ERR_AUTH as vcs_repo_open. */
enum err_code vcs_staged_open(struct vcs_staged **out, const char *path,
                              struct err *err) ERR_CHECKED;
void vcs_staged_close(struct vcs_staged *s);

/*
 * Reads a file into `out` (cleared first). Of an absolute path below the top of the
 * working tree what the index has: ERR_NOT_FOUND for what is not tracked, whatever lies
 * there, ERR_USAGE for what is in conflict, ERR_LIMIT above `max`. Of any other path, and
 * of every one if `s` is NULL, the file on disk.
 */
enum err_code vcs_staged_read(struct vcs_staged *s, const char *path, uint64_t max,
                              struct buf *out, struct err *err) ERR_CHECKED;
/* Appends what tells such files apart: a path without "." and "..", of one on disk
 * without links too. */
enum err_code vcs_staged_identity(const struct vcs_staged *s, const char *path,
                                  struct buf *out, struct err *err) ERR_CHECKED;

#endif
