// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_REPO_H
#define LIB_VCS_REPO_H

#include "base/buf.h"
#include "base/cancel.h"
#include "lib/vcs.h"

/*
 * Contents of a git repository: what is staged, what differs from a base, and blobs. One
 * thread at a time may use a repository; each thread opens its own.
 */
struct vcs_repo;

/* The repository that `path` lies in. ERR_NOT_FOUND if there is none, ERR_AUTH as
 * vcs_state_load. */
enum err_code vcs_repo_open(struct vcs_repo **out, const char *path,
                            struct err *err) ERR_CHECKED;
void vcs_repo_close(struct vcs_repo *r);
/* Top of its working tree with a slash at the end, borrowed; NULL in a bare one. */
const char *vcs_repo_top(const struct vcs_repo *r);
bool vcs_repo_is_shallow(const struct vcs_repo *r);

/* A file that differs. */
struct vcs_change {
	const char *path;     /* from the top; borrowed during the call */
	const char *old_path; /* what it was called, unless is_new; the same */
	bool in_conflict;     /* then it has no blob */
	bool in_tree;         /* the new state is in the working tree, not in a blob */
	bool is_new;          /* nothing to compare with */
	unsigned char id[VCS_ID];     /* of the new state, unless in_tree */
	unsigned char old_id[VCS_ID]; /* of the old one, unless is_new */
};

/* A code other than ERR_OK stops and is returned. */
typedef enum err_code vcs_each_change(const struct vcs_change *change, void *context,
                                      struct err *err);

/*
 * Regular files whose content in the index is another than in HEAD. GIT_INDEX_FILE counts
 * where the current folder lies in the same working tree: in a hook of `git commit FILE`
 * it names what will be committed. ERR_USAGE in a bare repository. `known` (may be NULL)
 * has read an index already: that of the same working tree is not read again.
 */
struct vcs_staged;
enum err_code vcs_staged_each(struct vcs_repo *r, const struct vcs_staged *known,
                              vcs_each_change *each, void *context,
                              struct err *err) ERR_CHECKED;
/* Do HEAD and `base` part anywhere? Else ERR_USAGE, as of vcs_diff_each. */
enum err_code vcs_base_check(struct vcs_repo *r, const char *base,
                             struct err *err) ERR_CHECKED;
/*
 * Regular files of the working tree, untracked ones that are not ignored included, that
 * are not so in the merge base of HEAD and `base`; a file that was moved is compared with
 * what it was. ERR_USAGE for a base that names no commit, or one without a commit in
 * common.
 */
enum err_code vcs_diff_each(struct vcs_repo *r, const char *base, vcs_each_change *each,
                            void *context, struct err *err) ERR_CHECKED;

/*
 * Every path whose state is another than in the merge base of HEAD and `base`: what
 * vcs_diff_each tells of, and files that are gone, were moved away, changed their mode or
 * kind, links and submodules. `whole` is true for what stands for all below it: a
 * submodule, or a repository within that is not tracked. Errors as of vcs_diff_each.
 */
typedef enum err_code vcs_each_path(const char *path, bool whole, void *context,
                                    struct err *err);
enum err_code vcs_changed_each(struct vcs_repo *r, const char *base, vcs_each_path *each,
                               void *context, struct err *err) ERR_CHECKED;

/* Replaces `out` by a blob. ERR_LIMIT above max, *size is that of the blob then;
 * ERR_NOT_FOUND, ERR_CORRUPT. */
enum err_code vcs_blob_read(struct vcs_repo *r, const unsigned char id[VCS_ID],
                            uint64_t max, struct buf *out, uint64_t *size,
                            struct err *err) ERR_CHECKED;

/* Calls `each` for lines (from 1) that the old blob does not have, rising, of `now`, the
 * file at `path` as it lies in the working tree: filters are undone first. Nothing is
 * said of binary files. */
typedef bool vcs_each_line(uint64_t line, void *context);
enum err_code vcs_new_lines(struct vcs_repo *r, const unsigned char old_id[VCS_ID],
                            const char *path, struct span now, vcs_each_line *each,
                            void *context, struct err *err) ERR_CHECKED;

#endif
