// SPDX-License-Identifier: Apache-2.0
/* Queue, pool and cancel token under many threads, for ThreadSanitizer: ends with 0 if
 * every item was worked or dropped exactly once. */
#include "base/pool.h"
#include "base/queue.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define ITEMS 4000
#define THREADS 4

static char items[ITEMS];
/* Plain on purpose: the queue alone must order these accesses. */
static int handled[ITEMS];

static void require(bool truth, const char *what)
{
	if (truth)
		return;
	(void)fprintf(stderr, "race_pool: %s\n", what);
	exit(1);
}

static void *produce(void *argument)
{
	struct queue *q = argument;
	static atomic_int next;
	int i;

	while ((i = atomic_fetch_add(&next, 1)) < ITEMS) {
		handled[i] = 1;
		if (i % 3 == 0)
			require(queue_push_now(q, &items[i]), "push_now refused");
		else
			require(queue_push(q, &items[i]), "push refused");
	}
	return NULL;
}

static void *consume(void *argument)
{
	struct queue *q = argument;
	void *item;

	while (queue_pop(q, &item))
		handled[(char *)item - items]++;
	return NULL;
}

static void race_queue(void)
{
	pthread_t producers[THREADS];
	pthread_t consumers[THREADS];
	struct queue *q = NULL;

	require(queue_new(&q, 8, NULL) == ERR_OK, "queue_new");
	for (int i = 0; i < THREADS; i++) {
		require(pthread_create(&consumers[i], NULL, consume, q) == 0, "thread");
		require(pthread_create(&producers[i], NULL, produce, q) == 0, "thread");
	}
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(producers[i], NULL);
	queue_close(q);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(consumers[i], NULL);
	queue_free(q);
	for (int i = 0; i < ITEMS; i++)
		require(handled[i] == 2, "an item was lost or came twice");
}

struct run {
	struct pool *pool;
	struct cancel cancel;
	int scratch[THREADS]; /* one a worker: no lock needed */
	int fail_at;
	int cancel_at;
};

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct run *run = context;
	int i = (int)((char *)item - items);

	run->scratch[worker]++;
	handled[i]++;
	if (i == run->fail_at)
		return err_set(err, ERR_CORRUPT, "item %d", i);
	if (i == run->cancel_at)
		cancel_set(&run->cancel, SIGTERM);
	/* The upper half is pushed from inside. */
	if (i < ITEMS / 2)
		return pool_push(run->pool, &items[i + ITEMS / 2]);
	return ERR_OK;
}

static void drop(void *item, void *context)
{
	(void)context;
	handled[(char *)item - items]++;
}

static void race_run(int fail_at, int cancel_at, enum err_code wanted)
{
	struct run run = { .cancel = CANCEL_INIT,
		           .fail_at = fail_at,
		           .cancel_at = cancel_at };
	enum err_code rc;
	int taken = 0;

	for (int i = 0; i < ITEMS; i++)
		handled[i] = 0;
	rc = pool_new(&run.pool, THREADS, 4, work, drop, &run, &run.cancel, NULL);
	require(rc == ERR_OK, "pool_new");
	while (taken < ITEMS / 2 && pool_push(run.pool, &items[taken]) == ERR_OK)
		taken++;
	rc = pool_finish(run.pool, NULL);
	require(rc == wanted, "wrong result of the run");
	for (int i = 0; i < ITEMS / 2; i++)
		require(handled[i] == (i < taken), "an item was lost or came twice");
	if (wanted == ERR_OK)
		for (int i = ITEMS / 2; i < ITEMS; i++)
			require(handled[i] == 1, "an inner item was lost or came twice");
}

int main(void)
{
	race_queue();
	for (int round = 0; round < 5; round++) {
		race_run(-1, -1, ERR_OK);
		race_run(500, -1, ERR_CORRUPT);
		race_run(-1, 500, ERR_CANCELLED);
	}
	return 0;
}
