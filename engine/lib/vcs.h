// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_VCS_H
#define LIB_VCS_H

#include "base/buf.h"

#include <stdint.h>

/*
 * What the gate asks of version control, over libgit2. The library is started by the
 * first question, because starting it reads all certificates of the system; main ends it
 * once. Safe from several threads.
 */

/* Starts the library in another thread, for who has something else to do before the first
 * question. Only main's thread calls this and vcs_fini. */
void vcs_start_soon(void);
/* Ends the library if it was started; no question may follow. */
void vcs_fini(void);

struct vcs_state {
	bool present;    /* false: no repository here, all else empty */
	char commit[65]; /* hex, "" on an unborn branch */
	char tree[65];
	bool dirty; /* tracked files changed, or untracked files that are not ignored */
	char branch[256]; /* "" when detached */
};

/*
 * State of the repository that `path` lies in; `ignore_prefix` (may be NULL, e.g.
 * ".seaworthy/") does not count as dirt. ERR_AUTH with the mend where the repository
 * belongs to another user, or the user's git configuration cannot be read.
 */
enum err_code vcs_state_load(const char *path, const char *ignore_prefix,
                             struct vcs_state *out, struct err *err) ERR_CHECKED;

/* Top of the working tree that contains `path`; ERR_NOT_FOUND if none. */
enum err_code vcs_root(const char *path, struct buf *out, struct err *err) ERR_CHECKED;

#define VCS_ID 20 /* bytes of an object's id */

#endif
