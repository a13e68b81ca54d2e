// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/pool.h"
#include "os/fs.h"
#include "support/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

TestSuite(pool, .timeout = 30);

#define ITEMS 5000

/* Counts of one run; an item's number is its place in `items`. */
struct tally {
	struct pool *pool;
	struct cancel *cancel;
	atomic_int worked[ITEMS];
	atomic_int dropped[ITEMS];
	atomic_int total_worked;
	atomic_int total_dropped;
	atomic_size_t highest_worker;
	int fail_at;  /* the item that fails, -1 for none */
	int children; /* items below this push two more */
};

static char items[ITEMS];

static int number_of(void *item)
{
	return (int)((char *)item - items);
}

static enum err_code push_children(struct tally *t, int i, struct err *err)
{
	for (int child = 2 * i + 1; child <= 2 * i + 2; child++) {
		enum err_code rc;

		if (child >= t->children)
			continue;
		rc = pool_push(t->pool, &items[child]);
		if (rc != ERR_OK)
			return err_set(err, rc, "push of %d", child);
	}
	return ERR_OK;
}

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct tally *t = context;
	int i = number_of(item);

	atomic_fetch_add(&t->worked[i], 1);
	atomic_fetch_add(&t->total_worked, 1);
	if (worker > atomic_load(&t->highest_worker))
		atomic_store(&t->highest_worker, worker);
	if (i == t->fail_at)
		return err_set(err, ERR_CORRUPT, "item %d is bad", i);
	return push_children(t, i, err);
}

static void drop(void *item, void *context)
{
	struct tally *t = context;

	atomic_fetch_add(&t->dropped[number_of(item)], 1);
	atomic_fetch_add(&t->total_dropped, 1);
}

static struct tally *tally_new(size_t threads, size_t limit, struct cancel *cancel)
{
	struct tally *t = mem_new(sizeof(*t));
	struct err err = ERR_INIT;

	check_not_null(t, "tally");
	t->fail_at = -1;
	t->cancel = cancel;
	check_ok(pool_new(&t->pool, threads, limit, work, drop, t, cancel, &err), &err);
	return t;
}

Test(pool, each_item_is_worked_once)
{
	for (size_t threads = 1; threads <= 8; threads *= 2) {
		struct tally *t = tally_new(threads, 3, NULL);
		struct err err = ERR_INIT;

		for (int i = 0; i < ITEMS; i++)
			check_ok(pool_push(t->pool, &items[i]), &err);
		check_ok(pool_finish(t->pool, &err), &err);
		for (int i = 0; i < ITEMS; i++)
			check_int_eq(t->worked[i], 1, "item %d, %zu threads", i, threads);
		check_int_eq(t->total_dropped, 0, "dropped");
		check_true(t->highest_worker < threads, "worker number");
		mem_free(t);
	}
}

/* Pushes until refused; gives how many the pool took. */
static int push_all(struct tally *t)
{
	for (int i = 0; i < ITEMS; i++) {
		enum err_code rc = pool_push(t->pool, &items[i]);

		if (rc == ERR_CANCELLED)
			return i;
		check_err(rc, ERR_OK, "item %d", i);
	}
	return ITEMS;
}

Test(pool, zero_threads_is_one_a_processor)
{
	struct tally *t = tally_new(0, 1, NULL);
	struct err err = ERR_INIT;

	check_int_eq(push_all(t), ITEMS, "taken");
	check_ok(pool_finish(t->pool, &err), &err);
	check_int_eq(t->total_worked, ITEMS, "worked");
	check_true(t->highest_worker < os_processors(), "worker number");
	mem_free(t);
}

/* Until the test says so. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t inside;
	bool open;
};

static enum err_code wait_inside(void *item, size_t worker, void *context,
                                 struct err *err)
{
	struct gate *g = context;

	(void)item;
	(void)worker;
	(void)err;
	pthread_mutex_lock(&g->lock);
	g->inside++;
	pthread_cond_broadcast(&g->moved);
	while (!g->open)
		pthread_cond_wait(&g->moved, &g->lock);
	pthread_mutex_unlock(&g->lock);
	return ERR_OK;
}

static size_t own_threads(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	size_t count = 0;
	char line[256];

	check_not_null(f, "status");
	while (fgets(line, sizeof line, f))
		if (strncmp(line, "Threads:", 8) == 0)
			count = strtoul(line + 8, NULL, 10);
	(void)fclose(f);
	return count;
}

static void open_gate(struct gate *g, size_t inside)
{
	pthread_mutex_lock(&g->lock);
	while (g->inside < inside) /* side by side */
		pthread_cond_wait(&g->moved, &g->lock);
	g->open = true;
	pthread_cond_broadcast(&g->moved);
	pthread_mutex_unlock(&g->lock);
}

Test(pool, threads_start_when_there_is_work_for_them)
{
	struct gate g = { .lock = PTHREAD_MUTEX_INITIALIZER,
		          .moved = PTHREAD_COND_INITIALIZER };
	const size_t before = own_threads();
	struct pool *pool = NULL;
	struct err err = ERR_INIT;

	check_ok(pool_new(&pool, 16, 16, wait_inside, NULL, &g, NULL, &err), &err);
	for (size_t i = 1; i <= 3; i++) {
		check_ok(pool_push(pool, &items[i]), &err);
		check_size_eq(own_threads(), before + i, "threads for %zu items", i);
	}
	open_gate(&g, 3);
	check_ok(pool_finish(pool, &err), &err);
}

/* One item grows to thousands from inside, past a queue of one, without blocking. */
Test(pool, items_may_push_items)
{
	for (size_t threads = 1; threads <= 4; threads++) {
		struct tally *t = tally_new(threads, 1, NULL);
		struct err err = ERR_INIT;

		t->children = ITEMS;
		check_ok(pool_push(t->pool, &items[0]), &err);
		check_ok(pool_finish(t->pool, &err), &err);
		for (int i = 0; i < ITEMS; i++)
			check_int_eq(t->worked[i], 1, "item %d, %zu threads", i, threads);
		mem_free(t);
	}
}

Test(pool, the_first_error_cancels_and_drops_the_rest)
{
	for (size_t threads = 1; threads <= 4; threads++) {
		struct cancel cancel = CANCEL_INIT;
		struct tally *t = tally_new(threads, 4, &cancel);
		struct err err = ERR_INIT;
		int taken;

		t->fail_at = 100;
		taken = push_all(t);
		check_err(pool_finish(t->pool, &err), ERR_CORRUPT, "result");
		check_str_eq(err.msg, "item 100 is bad", "message");
		check_int_eq(err.code, ERR_CORRUPT, "code in the error");
		check_true(cancel_is_set(&cancel), "the token is set");
		check_int_eq(cancel_signal(&cancel), 0, "not by a signal");
		check_true(taken > 100, "%d taken", taken);
		for (int i = 0; i < ITEMS; i++)
			check_int_eq(t->worked[i] + t->dropped[i], i < taken, "item %d",
			             i);
		mem_free(t);
	}
}

Test(pool, an_error_without_token_or_drop_ends_too)
{
	struct tally t = { .fail_at = 0 };
	struct err err = ERR_INIT;

	check_ok(pool_new(&t.pool, 2, 2, work, NULL, &t, NULL, &err), &err);
	(void)push_all(&t);
	check_err(pool_finish(t.pool, NULL), ERR_CORRUPT,
	          "result without a place for text");
}

Test(pool, a_cancelled_pool_works_nothing)
{
	struct cancel cancel = CANCEL_INIT;
	struct tally *t = tally_new(2, 2, &cancel);
	struct err err = ERR_INIT;

	cancel_set(&cancel, SIGINT);
	check_err(pool_push(t->pool, &items[0]), ERR_CANCELLED, "push");
	check_err(pool_finish(t->pool, &err), ERR_CANCELLED, "finish");
	check_str_contains(err.msg, "cancelled", "message");
	check_int_eq(t->total_worked + t->total_dropped, 0, "the item stayed ours");
	check_int_eq(cancel_signal(&cancel), SIGINT, "the reason stays");
	mem_free(t);
}

static enum err_code cancel_here(void *item, size_t worker, void *context,
                                 struct err *err)
{
	struct tally *t = context;

	(void)worker;
	(void)err;
	atomic_fetch_add(&t->total_worked, 1);
	if (number_of(item) == 50)
		cancel_set(t->cancel, SIGTERM);
	return ERR_OK;
}

Test(pool, cancelling_from_outside_drains_a_full_queue)
{
	struct cancel cancel = CANCEL_INIT;
	struct tally t = { .cancel = &cancel };
	struct err err = ERR_INIT;
	int taken;

	check_ok(pool_new(&t.pool, 2, 1, cancel_here, drop, &t, &cancel, &err), &err);
	taken = push_all(&t);
	check_err(pool_finish(t.pool, &err), ERR_CANCELLED, "finish");
	check_true(taken > 50 && taken < ITEMS, "%d taken", taken);
	check_int_eq(t.total_worked + t.total_dropped, taken, "all accounted for");
}

/* The sanitizers need more address space than the limit leaves. */
#if defined(__SANITIZE_ADDRESS__)
#define LIMITED_MEMORY false
#elif defined(__has_feature)
#define LIMITED_MEMORY (!__has_feature(address_sanitizer))
#else
#define LIMITED_MEMORY true
#endif

Test(pool, what_the_system_gives_of_threads_is_enough)
{
	const struct rlimit limit = { .rlim_cur = (rlim_t)1 << 30,
		                      .rlim_max = RLIM_INFINITY };
	struct gate g = { .lock = PTHREAD_MUTEX_INITIALIZER,
		          .moved = PTHREAD_COND_INITIALIZER };
	struct pool *pool = NULL;
	struct err err = ERR_INIT;

	if (!LIMITED_MEMORY)
		cr_skip_test("no room for stacks cannot be arranged here");
	check_ok(pool_new(&pool, ITEMS, ITEMS, wait_inside, NULL, &g, NULL, &err), &err);
	check_int_eq(setrlimit(RLIMIT_AS, &limit), 0, "limit");
	for (int i = 0; i < ITEMS; i++)
		check_ok(pool_push(pool, &items[i]), &err);
	check_true(own_threads() < 1000, "no limit was met");
	open_gate(&g, 1);
	check_ok(pool_finish(pool, &err), &err);
	check_size_eq(g.inside, ITEMS, "worked");
}

Test(pool, every_allocation_may_fail)
{
	struct tally *t = NULL;
	struct err err = ERR_INIT;
	bool done = false;

	t = tally_new(1, 1, NULL);
	check_ok(pool_finish(t->pool, &err), &err);
	for (uint64_t n = 1; !done; n++) {
		struct pool *pool = NULL;
		enum err_code rc;

		check_true(n < 20, "ends");
		mem_fail_after(n);
		rc = pool_new(&pool, 3, 5, work, drop, t, NULL, &err);
		mem_fail_after(0);
		done = rc == ERR_OK;
		if (done)
			check_ok(pool_finish(pool, &err), &err);
		else
			check_err(rc, ERR_NOMEM, "allocation %d", (int)n);
	}
	mem_free(t);
}

static enum err_code push_without_memory(void *item, size_t worker, void *context,
                                         struct err *err)
{
	struct tally *t = context;

	(void)worker;
	if (number_of(item) != 0)
		return ERR_OK;
	mem_fail_after(1);
	/* The second may still fit where the first was taken out. */
	for (int i = 1; i < 10; i++) {
		enum err_code rc = pool_push(t->pool, &items[i]);

		if (rc != ERR_OK) {
			mem_fail_after(0);
			return err_set(err, rc, "no room for %d", i);
		}
	}
	mem_fail_after(0);
	return ERR_OK;
}

Test(pool, a_worker_out_of_memory_is_told_so)
{
	struct tally t = { .fail_at = -1 };
	struct err err = ERR_INIT;

	check_ok(pool_new(&t.pool, 1, 2, push_without_memory, drop, &t, NULL, &err),
	         &err);
	check_ok(pool_push(t.pool, &items[0]), &err);
	check_err(pool_finish(t.pool, &err), ERR_NOMEM, "result");
	check_str_eq(err.msg, "no room for 3", "the queue held two");
	check_int_eq(t.total_dropped, 2, "they were dropped");
}
