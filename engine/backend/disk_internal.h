// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_DISK_INTERNAL_H
#define BACKEND_DISK_INTERNAL_H

#include "backend/backend.h"

/*
 * The few steps of a file system that a repository in a folder rests on, so that the same
 * code (folder.c) runs on a real one (local.c) and on one in memory that can lose its
 * power (memory.c). Paths are relative to the repository; "" is its folder. Any thread
 * may call.
 */
struct lb_disk;

enum { LB_TEMP_SIZE = 32, LB_PATH_SIZE = LB_BACKEND_KEY_MAX + LB_TEMP_SIZE };

/* One name of a folder. */
struct lb_disk_entry {
	const char *name; /* borrowed */
	bool folder;      /* else a file */
	uint64_t size;    /* of a file */
};

typedef enum err_code lb_disk_visit(const struct lb_disk_entry *entry, void *context,
                                    struct err *err);

struct lb_disk_ops {
	/* A new file with this content, synced, under a name that is used by nobody:
	 * "tmp/..". The folder is made if need be. Nothing is left behind on failure. */
	enum err_code (*create)(struct lb_disk *d, const struct span *parts, size_t count,
	                        char temp[LB_TEMP_SIZE], struct err *err);
	/* ERR_EXISTS; ERR_NOT_FOUND if a folder is missing; ERR_UNSUPPORTED where there
	 * are no links. */
	enum err_code (*link)(struct lb_disk *d, const char *from, const char *to,
	                      struct err *err);
	/* Also of folders. ERR_EXISTS if `to` is a folder that is not empty;
	 * ERR_NOT_FOUND if a folder is missing. */
	enum err_code (*rename)(struct lb_disk *d, const char *from, const char *to,
	                        struct err *err);
	/* A file. ERR_NOT_FOUND. */
	enum err_code (*unlink)(struct lb_disk *d, const char *path, struct err *err);
	/* ERR_EXISTS; ERR_NOT_FOUND if the parent is missing. */
	enum err_code (*mkdir)(struct lb_disk *d, const char *path, struct err *err);
	enum err_code (*rmdir)(struct lb_disk *d, const char *path, struct err *err);
	/* fsync of a folder. ERR_NOT_FOUND. */
	enum err_code (*sync)(struct lb_disk *d, const char *folder, struct err *err);
	/* These give ERR_UNSUPPORTED for what is no file, and ERR_NOT_FOUND. */
	enum err_code (*get)(struct lb_disk *d, const char *path, uint64_t max,
	                     struct buf *out, struct err *err);
	enum err_code (*read)(struct lb_disk *d, const char *path, uint64_t offset,
	                      size_t len, unsigned char *out, struct err *err);
	enum err_code (*size)(struct lb_disk *d, const char *path, uint64_t *size,
	                      struct err *err);
	/* Every file and folder in it, nothing else. ERR_NOT_FOUND. */
	enum err_code (*each)(struct lb_disk *d, const char *folder, lb_disk_visit *visit,
	                      void *context, struct err *err);
	const char *(*name)(const struct lb_disk *d);
	void (*close)(struct lb_disk *d);
};

struct lb_disk {
	const struct lb_disk_ops *ops;
};

/* Takes the disk, also on failure. */
enum err_code lb_folder_open(struct lb_backend **out, struct lb_disk *take_disk,
                             struct err *err) ERR_CHECKED;

/* splitmix64: the next number of a seeded sequence. */
static inline uint64_t lb_dice(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

#endif
