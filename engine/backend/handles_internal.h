// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_HANDLES_INTERNAL_H
#define BACKEND_HANDLES_INTERNAL_H

#include "os/dir.h"

#include <pthread.h>

/*
 * Packs that are held open, for a restore reads many ranges of each. At most
 * LB_HANDLES_MAX are kept, the last used ones; one that is dropped while somebody reads
 * from it is closed by him. Any thread.
 */
enum { LB_HANDLES_MAX = 32 };

struct lb_handle {
	struct os_file file;
	char *path;
	size_t users; /* guarded by the lock; the list itself is one */
};

struct lb_handles {
	pthread_mutex_t lock;
	struct lb_handle *recent[LB_HANDLES_MAX]; /* the last used first */
	size_t count;
};

enum err_code lb_handles_init(struct lb_handles *h, struct err *err) ERR_CHECKED;
void lb_handles_fini(struct lb_handles *h);
/* NULL if it is not held open. Give it back with lb_handles_release. */
struct lb_handle *lb_handles_find(struct lb_handles *h, const char *path);
/* Keeps a file that was opened; takes it, also on failure. */
enum err_code lb_handles_keep(struct lb_handles *h, const char *path,
                              struct os_file *take_file, struct lb_handle **out,
                              struct err *err) ERR_CHECKED;
void lb_handles_release(struct lb_handles *h, struct lb_handle *handle);
/* The path has another meaning now. */
void lb_handles_forget(struct lb_handles *h, const char *path);

#endif
