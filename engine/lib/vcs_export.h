// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_EXPORT_H
#define LIB_VCS_EXPORT_H

#include "lib/vcs_repo.h"

/*
 * States of a project as plain folders, beside the working tree and without touching it,
 * the index or any ref. Submodules that are checked out come at the commit that the state
 * names, and the content behind pointers of git-lfs; nothing is fetched.
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

/* Writes the files of the commit below `dir`, which is made. ERR_NOT_FOUND, with what to
 * fetch, where a submodule lacks its commit or git-lfs its content. */
enum err_code vcs_export(struct vcs_repo *r, const char *commit, const char *dir,
                         struct err *err) ERR_CHECKED;
/* Lays over an export of HEAD what the working tree has otherwise: changed, removed and
 * new files, but not ignored ones, not those below `but` (such as ".seaworthy/"), and not
 * what is changed within submodules. */
enum err_code vcs_export_changes(struct vcs_repo *r, const char *dir, const char *but,
                                 struct err *err) ERR_CHECKED;

#endif
