// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_LOCAL_H
#define BACKEND_LOCAL_H

#include "backend/backend.h"

/*
 * A repository in a folder: files of mode 0600 in folders of mode 0700. The path may be a
 * link; inside, links are never followed. Nothing is changed in place: an object is
 * written to tmp/, synced, and then linked or renamed to its key. Several processes may
 * use one folder at once, also over NFS.
 */

/* An existing folder. ERR_NOT_FOUND. */
enum err_code lb_local_open(struct lb_backend **out, const char *path,
                            struct err *err) ERR_CHECKED;
/* Makes the folder (and its parents) if need be, and opens it. ERR_EXISTS if anything but
 * an unfinished repository is in it. */
enum err_code lb_local_create(struct lb_backend **out, const char *path,
                              struct err *err) ERR_CHECKED;

#endif
