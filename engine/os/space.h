// SPDX-License-Identifier: Apache-2.0
#ifndef OS_SPACE_H
#define OS_SPACE_H

#include "base/err.h"

#include <stdint.h>

/* Bytes that we may still write to the file system of what is open. */
enum err_code os_free_space(int fd, uint64_t *bytes, struct err *err) ERR_CHECKED;

#endif
