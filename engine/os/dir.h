// SPDX-License-Identifier: Apache-2.0
#ifndef OS_DIR_H
#define OS_DIR_H

#include "os/walk.h"

/*
 * Changing a folder that is held open, one step of the file system at a time, so that a
 * caller decides what is synced when. Names are single names in the folder, and links are
 * never followed. Messages name the name only.
 */

/* A new file with this content in pieces, synced; ERR_EXISTS. Nothing is left behind on
 * failure. */
enum err_code os_dir_write_new(const struct os_dir *d, const char *name,
                               const struct span *parts, size_t count, uint32_t mode,
                               struct err *err) ERR_CHECKED;
enum err_code os_dir_mkdir(const struct os_dir *d, const char *name, uint32_t mode,
                           struct err *err) ERR_CHECKED;
enum err_code os_dir_rmdir(const struct os_dir *d, const char *name,
                           struct err *err) ERR_CHECKED;
enum err_code os_dir_unlink(const struct os_dir *d, const char *name,
                            struct err *err) ERR_CHECKED;
/* ERR_EXISTS; ERR_UNSUPPORTED where the file system has no links. */
enum err_code os_dir_link(const struct os_dir *from_dir, const char *from,
                          const struct os_dir *to_dir, const char *to,
                          struct err *err) ERR_CHECKED;
/* Replaces a file, or a folder by a folder; ERR_EXISTS if that has anything in it. */
enum err_code os_dir_rename(const struct os_dir *from_dir, const char *from,
                            const struct os_dir *to_dir, const char *to,
                            struct err *err) ERR_CHECKED;
/* The names in the folder are durable, as far as its file system can tell. */
enum err_code os_dir_sync(const struct os_dir *d, struct err *err) ERR_CHECKED;
/* Holds the folder for this program until it is closed, or the program ends in any way;
 * ERR_LOCKED if another program holds it. Never waits. */
enum err_code os_dir_lock(const struct os_dir *d, struct err *err) ERR_CHECKED;
/* `name` may be a path: links in front of its last name are followed. */
enum err_code os_dir_stat(const struct os_dir *d, const char *name, struct os_stat *st,
                          struct err *err) ERR_CHECKED;

/* A regular file held open for reading. Any thread may read. */
struct os_file {
	int fd;
};

/* ERR_UNSUPPORTED for what is not a regular file. Without a folder the name is a path. */
enum err_code os_file_open(struct os_file *out, const struct os_dir *d, const char *name,
                           struct err *err) ERR_CHECKED;
void os_file_close(struct os_file *f);
enum err_code os_file_size(const struct os_file *f, uint64_t *out,
                           struct err *err) ERR_CHECKED;
/* Up to `len` bytes from `offset`; fewer only at the end of the file. */
enum err_code os_file_read_at(const struct os_file *f, uint64_t offset, size_t len,
                              void *out, size_t *got, struct err *err) ERR_CHECKED;

#endif
