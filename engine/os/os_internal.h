// SPDX-License-Identifier: Apache-2.0
#ifndef OS_INTERNAL_H
#define OS_INTERNAL_H

#include "os/fs.h"
#include "os/walk.h"

#include <sys/stat.h>

/* Shared by the files of this folder only. */

/* err_sys with "what path", the path escaped and cut; call it right after the failed
 * call. */
enum err_code os_fail(struct err *err, const char *what, const char *path);
/* The same for a fault that is not in errno: "path: text". */
enum err_code os_refuse(struct err *err, enum err_code code, const char *path,
                        const char *text);
enum os_type os_type_from_mode(mode_t mode);
void os_stat_from(struct os_stat *out, const struct stat *st);
/* Appends a regular file that is open on `fd`; see os_read_file. `st` may be NULL. */
enum err_code os_read_fd(int fd, const char *shown, uint64_t max, struct buf *out,
                         struct os_stat *st, struct err *err) ERR_CHECKED;
/* The same as long as `read_on` (NULL: always) wants it (walk.h). */
enum err_code os_read_fd_on(int fd, const char *shown, uint64_t max, os_read_on *read_on,
                            struct buf *out, struct os_stat *st,
                            struct err *err) ERR_CHECKED;

/*
 * Finds a program as os_find_program does, in the given PATH (NULL: the usual folders).
 * Relative names are looked up from `dir` (NULL: the current folder), and come out
 * relative to it.
 */
bool os_find_in_path(const char *path, const char *dir, const char *name,
                     struct buf *out);

#endif
