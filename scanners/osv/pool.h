// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_POOL_H
#define SCANNERS_OSV_POOL_H

#include "base/buf.h"

#include <stdint.h>

/* Strings of the index, each stored once, named by their offset. */
struct osv_pool {
	struct buf bytes;
	uint32_t *slots; /* offsets, 0: free */
	size_t count;
	size_t cap; /* a power of two */
};

void osv_pool_init(struct osv_pool *p);
void osv_pool_fini(struct osv_pool *p);
/* Stores a string, or finds it. ERR_LIMIT when offsets run out. */
enum err_code osv_pool_put(struct osv_pool *p, struct span s, uint32_t *offset,
                           struct err *err) ERR_CHECKED;

#endif
