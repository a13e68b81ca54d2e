// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/cancel.h"
#include "base/err.h"

#include <stddef.h>

/*
 * Worker pool with one bounded queue (see queue.h). Items are pointers; each is handed to
 * `work` on exactly one thread. Threads are started as there is work for them, up to the
 * number given, or as many as the system gives. The first error wins, sets the cancel
 * token and drains the rest unworked.
 */

/*
 * One item. `worker` is 0..threads-1, for per-thread scratch. Runs with no lock held; may
 * push further items through pool_push, which go before all that wait (the queue then
 * grows instead of blocking).
 */
typedef enum err_code pool_work(void *item, size_t worker, void *context,
                                struct err *err);
/* Releases an item that was never worked on (after an error or cancellation); may be
 * NULL. */
typedef void pool_drop(void *item, void *context);

struct pool;

/* At most so many threads; 0 = one a processor. cancel may be NULL. */
enum err_code pool_new(struct pool **out, size_t threads, size_t queue_limit,
                       pool_work *work, pool_drop *drop, void *context,
                       struct cancel *cancel, struct err *err) ERR_CHECKED;
/* Blocks while the queue is full, except on a worker's own thread. ERR_CANCELLED once the
 * pool has failed or was cancelled; the item then stays the caller's. */
enum err_code pool_push(struct pool *p, void *item) ERR_CHECKED;
/* Waits until all items (and what they pushed) are done, joins, frees, returns the first
 * error. */
enum err_code pool_finish(struct pool *p, struct err *err) ERR_CHECKED;

#endif
