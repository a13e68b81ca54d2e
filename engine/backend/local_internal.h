// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_LOCAL_INTERNAL_H
#define BACKEND_LOCAL_INTERNAL_H

#include "backend/disk_internal.h"
#include "backend/handles_internal.h"

#include <stdatomic.h>

/* Shared by local.c (opening and making repositories), local_disk.c and local_tmp.c. */

enum { LB_LOCAL_FOLDER_MODE = 0700 };

struct lb_local {
	struct lb_disk base;
	struct os_dir root;
	char *path; /* for messages */
	struct lb_handles handles;
	atomic_bool cleaned; /* tmp/ */
};

extern const struct lb_disk_ops lb_local_ops;

/* Once in the life of `l`, removes what is a day older than this new file in tmp/. */
void lb_local_clean(struct lb_local *l, const struct os_dir *tmp, const char *name);

#endif
