// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_INDEX_H
#define LIB_VCS_INDEX_H

#include "base/err.h"
#include "base/span.h"
#include "lib/vcs.h"

/*
 * What a git index names. Nothing else of the repository is read: neither its
 * configuration nor whose it is matters. Read-only after loading, so any
 * thread may ask.
 */
struct vcs_index;

#define VCS_INDEX_MAX_BYTES (UINT64_C(512) << 20)

/* `git` is the repository's folder (of a worktree its own). Without an index nothing is
 * tracked. ERR_LIMIT above VCS_INDEX_MAX_BYTES, ERR_CORRUPT for what cannot be read as an
 * index, ERR_UNSUPPORTED for a split one; messages name the file. */
enum err_code vcs_index_load(struct vcs_index **out, const char *git,
                             struct err *err) ERR_CHECKED;
/* The same of a file in this format, wherever it is. */
enum err_code vcs_index_load_file(struct vcs_index **out, const char *path,
                                  struct err *err) ERR_CHECKED;
void vcs_index_free(struct vcs_index *x);

/* Paths go from the top of the working tree. Is there this one: a file, a link, or the
 * folder of a submodule? */
bool vcs_index_has(const struct vcs_index *x, struct span path);
/* All that it says; entries sorted by path, as bytes. Borrowed. */
struct vcs_index_data;
const struct vcs_index_data *vcs_index_data(const struct vcs_index *x);

/* The blob of a file that is in this state: as git saw it last, and long enough ago that
 * nothing was written since without a trace. NULL if that is not so, or not known.
 * Borrowed.
 */
struct os_stat;
const unsigned char *vcs_index_blob(const struct vcs_index *x, struct span path,
                                    const struct os_stat *st);
/* Is there any below this folder? */
bool vcs_index_has_below(const struct vcs_index *x, struct span folder);

#endif
