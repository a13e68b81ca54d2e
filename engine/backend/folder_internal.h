// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_FOLDER_INTERNAL_H
#define BACKEND_FOLDER_INTERNAL_H

#include "backend/disk_internal.h"
#include "backend/names_internal.h"

#include <pthread.h>

/* Shared by folder.c (writing), folder_read.c and folder_sync.c. */

struct lb_folder {
	struct lb_backend base;
	struct lb_disk *disk; /* owned */
	enum lb_arbitration how;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t idle;
	struct lb_names added;   /* folders with new names that are not durable yet */
	struct lb_names removed; /* folders with deletions that are not durable yet */
	bool syncing;            /* somebody empties a set; wait for `idle` */
	struct err broken;       /* the first failed sync of a folder */
};

enum err_code lb_folder_sets_init(struct lb_folder *f, struct err *err) ERR_CHECKED;
void lb_folder_sets_fini(struct lb_folder *f);
/* The folder has changed. */
enum err_code lb_folder_mark(struct lb_folder *f, struct lb_names *set,
                             const char *folder, struct err *err) ERR_CHECKED;
/* All that was marked before is durable. */
enum err_code lb_folder_flush(struct lb_folder *f, struct lb_names *set,
                              struct err *err) ERR_CHECKED;
/* The folder and all those above it are durable. */
enum err_code lb_folder_sync_chain(struct lb_folder *f, const char *folder,
                                   struct err *err) ERR_CHECKED;

/* Passes `rc` on; an error gets "verb key in NAME" before it and its mend behind it. */
enum err_code lb_folder_tell(struct lb_folder *f, enum err_code rc, const char *verb,
                             const char *key, struct err *err);

/* The path of the file that holds an object which put_new stored by renaming. */
const char *lb_folder_inside(const char *key, char out[LB_PATH_SIZE]);

enum err_code lb_folder_get(struct lb_backend *b, const char *key, uint64_t max,
                            struct buf *out, struct err *err);
enum err_code lb_folder_read(struct lb_backend *b, const char *key, uint64_t offset,
                             size_t len, unsigned char *out, struct err *err);
enum err_code lb_folder_size(struct lb_backend *b, const char *key, uint64_t *size,
                             struct err *err);
enum err_code lb_folder_list(struct lb_backend *b, const char *folder,
                             lb_backend_visit *visit, void *context, struct err *err);

#endif
