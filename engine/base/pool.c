// SPDX-License-Identifier: Apache-2.0
#include "base/pool.h"

#include "base/mem.h"
#include "base/queue.h"
#include "os/fs.h"

#include <errno.h>
#include <pthread.h>

struct worker {
	struct pool *pool;
	pthread_t thread;
	size_t index;
};

/*
 * `pending` counts items from before their push to after their work or drop. What an item
 * pushes is counted before the item itself is done, so zero means that nothing is left
 * and, once no outsider pushes, that nothing will come.
 */
struct pool {
	struct queue *queue;
	pool_work *work;
	pool_drop *drop;
	void *context;
	struct cancel *cancel;
	struct worker *workers;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t idle;
	size_t threads; /* that there may be */
	size_t started;
	size_t pending;
	bool failed;
	struct err first;
};

/* The pool whose worker this thread is. */
static _Thread_local const struct pool *own_pool;

static bool has_stopped(struct pool *p)
{
	bool failed;

	(void)pthread_mutex_lock(&p->lock);
	failed = p->failed;
	(void)pthread_mutex_unlock(&p->lock);
	return failed || cancel_is_set(p->cancel);
}

static void *worker_main(void *argument);

static enum err_code start_worker(struct pool *p, struct err *err)
{
	struct worker *worker = &p->workers[p->started];

	worker->pool = p;
	worker->index = p->started;
	errno = pthread_create(&worker->thread, NULL, worker_main, worker);
	if (errno != 0)
		return err_sys(err, "start a thread");
	p->started++;
	return ERR_OK;
}

/* The first thread is there from the start. Another one is started when those there are
 * have enough to do; if it cannot be, the work goes on without. */
static void begin_item(struct pool *p)
{
	(void)pthread_mutex_lock(&p->lock);
	if (p->pending >= p->started && p->started < p->threads &&
	    start_worker(p, NULL) != ERR_OK)
		p->threads = p->started;
	p->pending++;
	(void)pthread_mutex_unlock(&p->lock);
}

static void end_item(struct pool *p)
{
	(void)pthread_mutex_lock(&p->lock);
	if (--p->pending == 0)
		(void)pthread_cond_broadcast(&p->idle);
	(void)pthread_mutex_unlock(&p->lock);
}

static void fail(struct pool *p, enum err_code code, const struct err *err)
{
	(void)pthread_mutex_lock(&p->lock);
	if (!p->failed) {
		p->failed = true;
		p->first = *err;
		p->first.code = code;
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (p->cancel != NULL)
		cancel_set(p->cancel, 0);
	queue_close(p->queue);
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	struct pool *p = worker->pool;
	void *item;

	own_pool = p;
	while (queue_pop(p->queue, &item)) {
		struct err err = ERR_INIT;
		enum err_code code = ERR_OK;

		if (!has_stopped(p))
			code = p->work(item, worker->index, p->context, &err);
		else if (p->drop != NULL)
			p->drop(item, p->context);
		if (code != ERR_OK)
			fail(p, code, &err);
		end_item(p);
	}
	return NULL;
}

/* Ends the workers that run, and frees. The queue must be drained or the workers must
 * drain it. */
static void stop(struct pool *p)
{
	queue_close(p->queue);
	for (size_t i = 0; i < p->started; i++)
		(void)pthread_join(p->workers[i].thread, NULL);
	(void)pthread_cond_destroy(&p->idle);
	(void)pthread_mutex_destroy(&p->lock);
	queue_free(p->queue);
	mem_free(p->workers);
	mem_free(p);
}

enum err_code pool_new(struct pool **out, size_t threads, size_t queue_limit,
                       pool_work *work, pool_drop *drop, void *context,
                       struct cancel *cancel, struct err *err)
{
	struct pool *p = mem_new(sizeof(*p));
	enum err_code rc;

	if (p == NULL)
		return err_nomem(err);
	if (threads == 0)
		threads = os_processors();
	p->work = work;
	p->drop = drop;
	p->context = context;
	p->cancel = cancel;
	p->threads = threads;
	if (!mem_array(&p->workers, threads, sizeof(*p->workers))) {
		rc = err_nomem(err);
		goto fail;
	}
	rc = queue_new(&p->queue, queue_limit, err);
	if (rc != ERR_OK)
		goto fail;
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->idle, NULL);
	rc = start_worker(p, err);
	if (rc != ERR_OK) {
		stop(p);
		return rc;
	}
	*out = p;
	return ERR_OK;
fail:
	mem_free(p->workers);
	mem_free(p);
	return rc;
}

enum err_code pool_push(struct pool *p, void *item)
{
	bool inside = own_pool == p;
	bool taken;

	if (has_stopped(p))
		return ERR_CANCELLED;
	begin_item(p);
	taken = inside ? queue_push_now(p->queue, item) : queue_push(p->queue, item);
	if (taken)
		return ERR_OK;
	end_item(p);
	/* An open queue refuses only for want of memory. */
	return has_stopped(p) ? ERR_CANCELLED : ERR_NOMEM;
}

enum err_code pool_finish(struct pool *p, struct err *err)
{
	enum err_code rc = ERR_OK;

	(void)pthread_mutex_lock(&p->lock);
	while (p->pending > 0)
		(void)pthread_cond_wait(&p->idle, &p->lock);
	if (p->failed) {
		rc = p->first.code;
		if (err != NULL)
			*err = p->first;
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (rc == ERR_OK && cancel_is_set(p->cancel))
		rc = err_set(err, ERR_CANCELLED, "cancelled");
	stop(p);
	return rc;
}
