// SPDX-License-Identifier: Apache-2.0
#include "backend/throttle.h"

#include "backend/decorator.h"
#include "backend/patience_internal.h"
#include "base/mem.h"

#include <pthread.h>

#define NS_SECOND UINT64_C(1000000000)
/* What an idle line has saved up: small requests after a pause need no waiting. */
#define SAVED_NS (NS_SECOND / 4)

/*
 * A token bucket, told as a time: the line is busy with what it was given until then. A
 * bucket that is full is a line that has been free for SAVED_NS.
 */
struct line {
	uint64_t rate; /* bytes a second; 0 = no limit */
	uint64_t busy_until;
};

struct throttle {
	struct lb_decorator base;
	const struct cancel *cancel;
	struct lb_patience patience;
	pthread_mutex_t lock; /* guards what follows */
	struct line up;
	struct line down;
};

/* Both products fit: rates are at most LB_RATE_MAX, and a remainder is below its rate. */
static uint64_t duration(uint64_t bytes, uint64_t rate)
{
	const uint64_t seconds = bytes / rate;

	if (seconds > UINT32_MAX)
		return UINT32_MAX * NS_SECOND;
	return seconds * NS_SECOND + bytes % rate * NS_SECOND / rate;
}

/* Gives the line the bytes, after what others gave it before, and waits until it is done
 * with them. */
static void pay(struct throttle *t, struct line *line, uint64_t bytes)
{
	uint64_t now;
	uint64_t until;

	if (line->rate == 0 || bytes == 0)
		return;
	now = t->patience.ticks_ns();
	(void)pthread_mutex_lock(&t->lock);
	if (line->busy_until + SAVED_NS < now)
		line->busy_until = now - SAVED_NS;
	line->busy_until += duration(bytes, line->rate);
	until = line->busy_until;
	(void)pthread_mutex_unlock(&t->lock);
	if (until > now)
		t->patience.wait_until(until, t->cancel);
}

static enum err_code run(struct lb_decorator *d, const struct lb_call *c, struct err *err)
{
	struct throttle *t = (struct throttle *)d;
	enum err_code rc;

	pay(t, &t->up, lb_call_sent(c));
	if (c->kind == LB_OP_READ)
		pay(t, &t->down, c->len);
	rc = lb_call_perform(d->inner, c, err);
	if (rc == ERR_OK && c->kind == LB_OP_GET)
		pay(t, &t->down, c->bytes->len);
	return rc;
}

static void close_it(struct lb_decorator *d)
{
	struct throttle *t = (struct throttle *)d;

	lb_backend_close(d->inner);
	(void)pthread_mutex_destroy(&t->lock);
	mem_free(t);
}

enum err_code lb_throttle_new(struct lb_backend **out, struct lb_backend *take_inner,
                              struct lb_rates rates, const struct cancel *cancel,
                              struct err *err)
{
	struct throttle *t = mem_new(sizeof(*t));

	if (t == NULL || pthread_mutex_init(&t->lock, NULL) != 0) {
		mem_free(t);
		lb_backend_close(take_inner);
		return err_nomem(err);
	}
	lb_decorator_init(&t->base);
	t->base.inner = take_inner;
	t->base.run = run;
	t->base.close = close_it;
	t->cancel = cancel;
	t->patience = LB_PATIENCE;
	t->up.rate = rates.upload;
	t->down.rate = rates.download;
	*out = &t->base.base;
	return ERR_OK;
}

void lb_throttle_set_patience(struct lb_backend *throttle, struct lb_patience patience)
{
	((struct throttle *)throttle)->patience = patience;
}
