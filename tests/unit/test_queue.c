// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/queue.h"
#include "support/check.h"

#include <pthread.h>

TestSuite(queue, .timeout = 20);

static int items[100];

static struct queue *queue_of(size_t limit)
{
	struct queue *q = NULL;
	struct err err = ERR_INIT;

	check_ok(queue_new(&q, limit, &err), &err);
	return q;
}

Test(queue, first_in_first_out_through_the_ring)
{
	struct queue *q = queue_of(7);
	int pushed = 0;
	int popped = 0;
	void *item;

	while (popped < 90) {
		while (pushed < 100 && queue_count(q) < 5)
			check_true(queue_push(q, &items[pushed++]), "push %d", pushed);
		for (int i = 0; i < 3; i++) {
			check_true(queue_pop(q, &item), "pop %d", popped);
			check_true(item == &items[popped++], "order at %d", popped);
		}
	}
	queue_free(q);
	queue_free(NULL);
}

Test(queue, push_now_passes_the_limit_and_those_who_wait)
{
	struct queue *q = queue_of(4);
	void *item;

	for (int i = 0; i < 3; i++)
		check_true(queue_push(q, &items[i]), "push");
	check_true(queue_pop(q, &item) && queue_pop(q, &item), "turn the ring");
	for (int i = 3; i < 100; i++)
		check_true(queue_push_now(q, &items[i]), "push %d", i);
	for (int i = 99; i >= 2; i--) {
		check_true(queue_pop(q, &item), "pop %d", i);
		check_true(item == &items[i], "the newest first, at %d", i);
	}
	check_size_eq(queue_count(q), 0, "drained");
	queue_free(q);
}

Test(queue, push_now_without_memory_keeps_the_items)
{
	struct queue *q = queue_of(1);
	void *item;

	check_true(queue_push(q, &items[0]), "push");
	mem_fail_after(1);
	check_true(!queue_push_now(q, &items[1]), "no memory");
	mem_fail_after(0);
	check_true(queue_pop(q, &item) && item == &items[0], "the first is there");
	queue_free(q);
}

Test(queue, every_allocation_of_new_may_fail)
{
	for (uint64_t n = 1; n <= 2; n++) {
		struct queue *q = NULL;
		struct err err = ERR_INIT;

		mem_fail_after(n);
		check_err(queue_new(&q, 10, &err), ERR_NOMEM, "allocation %d", (int)n);
		mem_fail_after(0);
		check_null(q, "nothing given out");
	}
}

Test(queue, closing_refuses_pushes_and_drains)
{
	struct queue *q = queue_of(4);
	void *item;

	check_true(queue_push(q, &items[0]), "push");
	queue_close(q);
	check_true(!queue_push(q, &items[1]), "closed for push");
	check_true(!queue_push_now(q, &items[1]), "closed for push_now");
	check_true(queue_pop(q, &item) && item == &items[0], "drains");
	check_true(!queue_pop(q, &item), "closed and empty");
	queue_close(q);
	queue_free(q);
}

static void *push_one(void *q)
{
	return queue_push(q, &items[1]) ? q : NULL;
}

static void *pop_one(void *q)
{
	void *item = NULL;

	return queue_pop(q, &item) ? item : NULL;
}

Test(queue, a_blocked_push_goes_on_after_a_pop)
{
	struct queue *q = queue_of(1);
	pthread_t thread;
	void *result;
	void *item;

	check_true(queue_push(q, &items[0]), "fill");
	check_int_eq(pthread_create(&thread, NULL, push_one, q), 0, "thread");
	check_true(queue_pop(q, &item) && item == &items[0], "first");
	check_true(queue_pop(q, &item) && item == &items[1], "second");
	check_int_eq(pthread_join(thread, &result), 0, "join");
	check_not_null(result, "the push succeeded");
	queue_free(q);
}

Test(queue, closing_wakes_everybody)
{
	struct queue *full = queue_of(1);
	struct queue *empty = queue_of(1);
	pthread_t threads[4];
	void *result;

	check_true(queue_push(full, &items[0]), "fill");
	for (size_t i = 0; i < 4; i++)
		check_int_eq(pthread_create(&threads[i], NULL,
		                            i % 2 == 0 ? push_one : pop_one,
		                            i % 2 == 0 ? full : empty),
		             0, "thread");
	queue_close(full);
	queue_close(empty);
	for (size_t i = 0; i < 4; i++) {
		check_int_eq(pthread_join(threads[i], &result), 0, "join");
		check_null(result, "refused %zu", i);
	}
	queue_free(full);
	queue_free(empty);
}
