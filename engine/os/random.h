// SPDX-License-Identifier: Apache-2.0
#ifndef OS_RANDOM_H
#define OS_RANDOM_H

#include <stddef.h>

/* Fills from the system's generator; never fails (the process ends if the system has
 * none). */
void os_random(void *out, size_t len);

#endif
