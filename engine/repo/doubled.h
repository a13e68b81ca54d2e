// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_DOUBLED_H
#define REPO_DOUBLED_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Small objects that nothing else could replace are stored twice in one, each copy with
 * its length and check: `u32 length | check(content) | content`, back to back
 * (docs/format.md, section 1). So a bad sector costs nothing. The checks find bit rot,
 * not attackers.
 */

enum { LB_DOUBLED_HEAD = 12 };

/* The size of an object with so much content; what a reader asks the store for at most.
 */
uint64_t lb_doubled_max(uint64_t content);

/* Appends both copies. */
enum err_code lb_doubled_put(struct buf *out, struct span content,
                             struct err *err) ERR_CHECKED;

/* The first copy whose check holds, borrowed from the object. ERR_CORRUPT where neither
 * does, or the content is longer than `max`. */
enum err_code lb_doubled_get(struct span object, size_t max, struct span *content,
                             struct err *err) ERR_CHECKED;
/* The same, and whether all of the object is as it was written; if not, writing it again
 * from the content mends it. */
enum err_code lb_doubled_inspect(struct span object, size_t max, struct span *content,
                                 bool *whole, struct err *err) ERR_CHECKED;

#endif
