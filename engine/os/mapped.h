// SPDX-License-Identifier: Apache-2.0
#ifndef OS_MAPPED_H
#define OS_MAPPED_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/*
 * Big files that are written once, in pieces anywhere, and then mapped. Their pages
 * belong to the system's cache, not to the program. For caches: nothing is synced, and a
 * file that another program cuts while it is mapped ends this one (SIGBUS).
 */

/* A new file of mode 0600, to write and read; must not exist. */
enum err_code os_piece_create(const char *path, int *fd, struct err *err) ERR_CHECKED;
/* All of `data` at `offset`; `path` is for the message. */
enum err_code os_piece_write(int fd, const char *path, uint64_t offset, struct span data,
                             struct err *err) ERR_CHECKED;
/* Cuts or extends it to `size` and closes it; closes also on failure. */
enum err_code os_piece_finish(int fd, const char *path, uint64_t size,
                              struct err *err) ERR_CHECKED;
/* Closes it unfinished; -1 is fine. */
void os_piece_abandon(int fd);

struct os_mapped {
	const unsigned char *ptr;
	size_t len;
};

#define OS_MAPPED_INIT  \
	{               \
		NULL, 0 \
	}

/* Maps a regular file for reading, pages at random. ERR_CORRUPT if it is empty. Never
 * follows a link at the end. */
enum err_code os_map(struct os_mapped *out, const char *path,
                     struct err *err) ERR_CHECKED;
void os_unmap(struct os_mapped *m);
/* Starts reading the range ahead of its use. */
void os_map_soon(const struct os_mapped *m, size_t offset, size_t len);

enum err_code os_rename(const char *from, const char *to, struct err *err) ERR_CHECKED;
/* Removes a file if it can: for what nobody misses. */
void os_discard(const char *path);

#endif
