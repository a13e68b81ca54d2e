// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_INTERNAL_H
#define LIB_VCS_INTERNAL_H

#include "lib/vcs_repo.h"

#include <git2.h>

/* Shared by the wrappers of libgit2. */

struct vcs_repo {
	git_repository *git;
	git_odb *odb; /* made when the first object is read */
};

/* ERR_OK with NULL where there is no repository. */
enum err_code vcs_open(git_repository **out, const char *path,
                       struct err *err) ERR_CHECKED;
/* The index, or that of GIT_INDEX_FILE as vcs_staged_each says (vcs_staged.c). */
struct vcs_index;
enum err_code vcs_repo_index(struct vcs_repo *r, struct vcs_index **out,
                             struct err *err) ERR_CHECKED;
/* That of `s`, if it is of the same working tree; else NULL. Borrowed. */
const struct vcs_index *vcs_staged_index(const struct vcs_staged *s,
                                         const struct vcs_repo *r);
/* "WHAT: message of the library", for the call that failed just now. */
enum err_code vcs_failed(struct err *err, enum err_code code, const char *what);
/* What differs between the working tree and the merge base of HEAD and `base`, untracked
 * files included; errors as of vcs_diff_each. */
enum err_code vcs_diff_base(struct vcs_repo *r, const char *base,
                            git_submodule_ignore_t submodules, git_diff **out,
                            struct err *err) ERR_CHECKED;
/* Writes the files of the commit that git itself has below `dir`, which is made. */
enum err_code vcs_checkout(git_repository *git, const char *commit, const char *dir,
                           struct err *err) ERR_CHECKED;
/* The database of objects, borrowed from the repository. */
enum err_code vcs_odb(struct vcs_repo *r, git_odb **out, struct err *err) ERR_CHECKED;
/* Where HEAD and the commit of that name part. ERR_USAGE as vcs_base_check. */
enum err_code vcs_merge_base(struct vcs_repo *r, const char *base, git_oid *out,
                             struct err *err) ERR_CHECKED;

#endif
