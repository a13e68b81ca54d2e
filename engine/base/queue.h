// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Bounded first-in first-out queue (but for queue_push_now) of pointers between threads.
 * An item belongs to the queue between push and pop. Closing wakes everybody: pushes
 * fail, pops drain what is left.
 */
struct queue;

enum err_code queue_new(struct queue **out, size_t limit, struct err *err) ERR_CHECKED;
/* Items still inside are not released: drain first. */
void queue_free(struct queue *q);
/* Blocks while full; false once closed (the item stays the caller's). */
bool queue_push(struct queue *q, void *item) ERR_CHECKED;
/* Never blocks, goes past the limit and before all that waits, for a consumer that
 * produces: a tree is then walked in depth, with few items waiting. False once closed or
 * out of memory. */
bool queue_push_now(struct queue *q, void *item) ERR_CHECKED;
/* Blocks while empty; false once closed and empty. */
bool queue_pop(struct queue *q, void **item) ERR_CHECKED;
void queue_close(struct queue *q);
size_t queue_count(struct queue *q);

#endif
