// SPDX-License-Identifier: Apache-2.0
#include "base/queue.h"

#include "base/mem.h"
#include "base/num.h"

#include <assert.h>
#include <pthread.h>

/* A ring: item i is items[(head + i) % cap]. It has room for `limit` from the start, so
 * only queue_push_now, which may pass the limit, ever allocates. */
struct queue {
	pthread_mutex_t lock;
	pthread_cond_t not_empty;
	pthread_cond_t not_full;
	void **items;
	size_t cap;
	size_t head;
	size_t count;
	size_t limit;
	bool closed;
};

static void lock(struct queue *q)
{
	int rc = pthread_mutex_lock(&q->lock);

	assert(rc == 0);
	(void)rc;
}

static void unlock(struct queue *q)
{
	int rc = pthread_mutex_unlock(&q->lock);

	assert(rc == 0);
	(void)rc;
}

enum err_code queue_new(struct queue **out, size_t limit, struct err *err)
{
	struct queue *q = mem_new(sizeof(*q));

	if (q == NULL)
		return err_nomem(err);
	q->limit = limit == 0 ? 1 : limit;
	q->cap = q->limit;
	if (!mem_array(&q->items, q->cap, sizeof(*q->items))) {
		mem_free(q);
		return err_nomem(err);
	}
	/* With default attributes these cannot fail on the systems we know. */
	(void)pthread_mutex_init(&q->lock, NULL);
	(void)pthread_cond_init(&q->not_empty, NULL);
	(void)pthread_cond_init(&q->not_full, NULL);
	*out = q;
	return ERR_OK;
}

void queue_free(struct queue *q)
{
	if (q == NULL)
		return;
	(void)pthread_cond_destroy(&q->not_full);
	(void)pthread_cond_destroy(&q->not_empty);
	(void)pthread_mutex_destroy(&q->lock);
	mem_free(q->items);
	mem_free(q);
}

/* Doubles the ring, laying the items out from its start. */
static bool grow(struct queue *q)
{
	void **items = NULL;
	size_t cap;

	if (!num_mul(q->cap, 2, &cap) || !mem_array(&items, cap, sizeof(*items)))
		return false;
	for (size_t i = 0; i < q->count; i++)
		items[i] = q->items[(q->head + i) % q->cap];
	mem_free(q->items);
	q->items = items;
	q->cap = cap;
	q->head = 0;
	return true;
}

static void append(struct queue *q, void *item)
{
	q->items[(q->head + q->count) % q->cap] = item;
	q->count++;
	(void)pthread_cond_signal(&q->not_empty);
}

static void prepend(struct queue *q, void *item)
{
	q->head = (q->head + q->cap - 1) % q->cap;
	q->items[q->head] = item;
	q->count++;
	(void)pthread_cond_signal(&q->not_empty);
}

bool queue_push(struct queue *q, void *item)
{
	bool open;

	lock(q);
	while (!q->closed && q->count >= q->limit)
		(void)pthread_cond_wait(&q->not_full, &q->lock);
	open = !q->closed;
	if (open)
		append(q, item);
	unlock(q);
	return open;
}

bool queue_push_now(struct queue *q, void *item)
{
	bool taken;

	lock(q);
	taken = !q->closed && (q->count < q->cap || grow(q));
	if (taken)
		prepend(q, item);
	unlock(q);
	return taken;
}

bool queue_pop(struct queue *q, void **item)
{
	bool found;

	lock(q);
	while (!q->closed && q->count == 0)
		(void)pthread_cond_wait(&q->not_empty, &q->lock);
	found = q->count > 0;
	if (found) {
		*item = q->items[q->head];
		q->head = (q->head + 1) % q->cap;
		q->count--;
		if (q->count < q->limit)
			(void)pthread_cond_signal(&q->not_full);
	}
	unlock(q);
	return found;
}

void queue_close(struct queue *q)
{
	lock(q);
	q->closed = true;
	(void)pthread_cond_broadcast(&q->not_empty);
	(void)pthread_cond_broadcast(&q->not_full);
	unlock(q);
}

size_t queue_count(struct queue *q)
{
	size_t count;

	lock(q);
	count = q->count;
	unlock(q);
	return count;
}
