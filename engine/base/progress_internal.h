// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_PROGRESS_INTERNAL_H
#define BASE_PROGRESS_INTERNAL_H

#include <stdint.h>

struct progress;

/* Replaces the monotonic clock, before the first use. */
void progress_set_clock(struct progress *p, uint64_t ticks_ns(void));

#endif
