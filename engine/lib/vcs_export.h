// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_EXPORT_H
#define LIB_VCS_EXPORT_H

#include "lib/vcs_repo.h"

/*
 * States of a project as plain folders, beside the working tree and without touching it,
 * the index or any ref. Submodules are left out, and files of git-lfs are the pointers to
 * them.
 */

enum { VCS_COMMIT_TEXT = 65 };

/* What `name` and HEAD have in common, the merge base; HEAD's own name gives HEAD. In
 * hex. ERR_USAGE for a name of no commit. */
enum err_code vcs_common_commit(struct vcs_repo *r, const char *name,
                                char out[VCS_COMMIT_TEXT], struct err *err) ERR_CHECKED;
/*
 * The newest commit before HEAD that has a tag with a digit in its name, and that name
 * (the first in the order of bytes). ERR_NOT_FOUND if there is none.
 */
enum err_code vcs_last_release(struct vcs_repo *r, char out[VCS_COMMIT_TEXT],
                               struct buf *name, struct err *err) ERR_CHECKED;

/* Writes the files of the commit below `dir`, which is made. */
enum err_code vcs_export(struct vcs_repo *r, const char *commit, const char *dir,
                         struct err *err) ERR_CHECKED;
/* Lays over an export of HEAD what the working tree has otherwise: changed, removed and
 * new files, but not ignored ones and not those below `but` (such as ".seaworthy/"). */
enum err_code vcs_export_changes(struct vcs_repo *r, const char *dir, const char *but,
                                 struct err *err) ERR_CHECKED;

#endif
