// SPDX-License-Identifier: Apache-2.0
#ifndef OS_META_INTERNAL_H
#define OS_META_INTERNAL_H

#include <stdbool.h>
#include <stdio.h>

/* Shared by meta*.c only. */

/* Room for the name below /proc by which a descriptor, a handle too, can be named to
 * calls that take only paths. */
enum { OS_FD_PATH = 32 };

static inline void os_fd_path(char out[OS_FD_PATH], int fd)
{
	(void)snprintf(out, OS_FD_PATH, "/proc/self/fd/%d", fd);
}

/* Was it opened by os_open_handle? */
bool os_is_handle(int fd);

#endif
