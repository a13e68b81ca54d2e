// SPDX-License-Identifier: Apache-2.0
#ifndef OS_CAPTURE_INTERNAL_H
#define OS_CAPTURE_INTERNAL_H

#include "base/buf.h"

#include <stdint.h>

/* Keeps the first and the last half of a limit's worth of bytes, whatever comes. */
struct capture {
	size_t half;
	struct buf head;
	struct buf tail; /* at most twice `half`; the end of it counts */
	uint64_t total;
};

void capture_init(struct capture *c, uint64_t max);
void capture_fini(struct capture *c);
void capture_put(struct capture *c, struct span data);
/* Hands over what was kept, in one piece, and how much is missing in its middle. */
enum err_code capture_take(struct capture *c, struct buf *out, uint64_t *dropped,
                           struct err *err) ERR_CHECKED;

#endif
