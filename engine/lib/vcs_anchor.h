// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_ANCHOR_H
#define LIB_VCS_ANCHOR_H

#include "lib/vcs_repo.h"

/*
 * Short texts that a git repository keeps beside the code: in commits of a ref that has
 * nothing else, or in notes on commits. Nothing is pushed, and no branch, tag or working
 * tree is touched.
 */

/* May this ref hold them? Not where branches, tags and what was fetched are. */
bool vcs_anchor_ref_ok(const char *ref);

/* A commit on top of the ref, which is made if need be, with the text as its one file.
 * ERR_LOCKED if somebody else moved the ref meanwhile, ERR_USAGE if it is no ref's name.
 * `commit` is the new one, in hex.
 */
enum err_code vcs_anchor_commit(struct vcs_repo *r, const char *ref, struct span text,
                                char commit[65], struct err *err) ERR_CHECKED;
/* Appends the text to the note of a commit; ERR_NOT_FOUND for one that is not there. */
enum err_code vcs_anchor_note(struct vcs_repo *r, const char *commit, struct span text,
                              struct err *err) ERR_CHECKED;

/* Calls `each` for every text: of the ref's commits from the newest back, and of all
 * notes. A ref that is not there has none. `place` names it for people. */
typedef enum err_code vcs_each_anchor(struct span text, const char *place, void *context,
                                      struct err *err);
enum err_code vcs_anchor_each(struct vcs_repo *r, const char *ref, vcs_each_anchor *each,
                              void *context, struct err *err) ERR_CHECKED;

#define VCS_ANCHOR_REF "refs/seaworthy/history"
#define VCS_ANCHOR_NOTES "refs/notes/seaworthy"

#endif
