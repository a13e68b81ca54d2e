// SPDX-License-Identifier: Apache-2.0
#include "backend/faulty.h"

#include "backend/disk_internal.h"
#include "base/mem.h"
#include "base/num.h"

#include <pthread.h>
#include <string.h>

/* A writing request that has not been delivered yet. */
struct request {
	enum lb_operation_kind kind;
	char *key;
	char *content;
	size_t len;
};

struct faulty {
	struct lb_decorator base;
	lb_faulty_choose *choose;
	void *context;

	pthread_mutex_t lock; /* guards what follows */
	uint64_t operations;
	bool dead;
	struct request *pending;
	size_t pending_count;
	size_t pending_cap;
};

static bool can_wait(enum lb_operation_kind kind)
{
	return kind == LB_OP_PUT || kind == LB_OP_PUT_NEW || kind == LB_OP_REPLACE ||
	       kind == LB_OP_DELETE;
}

static void request_fini(struct request *r)
{
	mem_free(r->key);
	mem_free(r->content);
}

static bool request_copy(struct request *r, const struct lb_call *c)
{
	char *at;

	*r = (struct request){ .kind = c->kind, .key = mem_strdup(c->key) };
	for (size_t i = 0; i < c->count; i++)
		if (!num_add(r->len, c->parts[i].len, &r->len))
			return false;
	if (r->key == NULL || (r->content = mem_new(r->len)) == NULL)
		return false;
	at = r->content;
	for (size_t i = 0; i < c->count; i++) {
		if (c->parts[i].len > 0)
			memcpy(at, c->parts[i].ptr, c->parts[i].len);
		at += c->parts[i].len;
	}
	return true;
}

/* The caller holds the lock. */
static bool append(struct faulty *f, const struct request *r)
{
	if (!mem_grow(&f->pending, f->pending_count, &f->pending_cap,
	              sizeof(*f->pending)))
		return false;
	f->pending[f->pending_count++] = *r;
	return true;
}

static enum err_code hold(struct faulty *f, const struct lb_call *c, struct err *err)
{
	struct request r;
	bool held = request_copy(&r, c);

	(void)pthread_mutex_lock(&f->lock);
	held = held && append(f, &r);
	(void)pthread_mutex_unlock(&f->lock);
	if (held)
		return ERR_OK;
	request_fini(&r);
	return err_nomem(err);
}

struct stale {
	const struct lb_call *call;
	uint64_t number;
};

/* Half of the objects, another half in each list. */
static enum err_code visit_some(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	const struct stale *s = context;
	uint64_t dice = s->number;

	for (const char *at = key; *at != '\0'; at++)
		dice ^= lb_dice(&dice) + (unsigned char)*at;
	if (lb_dice(&dice) % 2 == 0)
		return ERR_OK;
	return s->call->visit(key, size, s->call->context, err);
}

static enum err_code perform_stale(struct faulty *f, const struct lb_call *c,
                                   uint64_t number, struct err *err)
{
	struct stale stale = { c, number };
	struct lb_call some = *c;

	if (c->kind == LB_OP_LIST) {
		some.visit = visit_some;
		some.context = &stale;
	}
	return lb_call_perform(f->base.inner, &some, err);
}

static enum err_code die(struct faulty *f, struct err *err)
{
	(void)pthread_mutex_lock(&f->lock);
	f->dead = true;
	(void)pthread_mutex_unlock(&f->lock);
	return err_set(err, ERR_CANCELLED, "the client is dead");
}

static enum err_code no_answer(const struct lb_call *c, struct err *err)
{
	return err_set(err, ERR_TIMEOUT, "%s: no answer from the store", c->key);
}

static enum err_code repeat(struct faulty *f, const struct lb_call *c, struct err *err)
{
	const enum err_code rc = can_wait(c->kind) ? hold(f, c, err) : ERR_OK;

	return rc != ERR_OK ? rc : lb_call_perform(f->base.inner, c, err);
}

static enum err_code delay(struct faulty *f, const struct lb_call *c, struct err *err)
{
	const enum err_code rc = can_wait(c->kind) ? hold(f, c, err) : ERR_OK;

	return rc != ERR_OK ? rc : no_answer(c, err);
}

static enum err_code meet(struct faulty *f, const struct lb_call *c, uint64_t number,
                          enum lb_fault fault, struct err *err)
{
	switch (fault) {
	case LB_FAULT_NONE:
		break;
	case LB_FAULT_FAIL:
		return err_set(err, ERR_IO, "%s: the store refused", c->key);
	case LB_FAULT_LOSE:
		(void)!lb_call_perform(f->base.inner, c, NULL); /* that is the fault */
		return no_answer(c, err);
	case LB_FAULT_DELAY:
		return delay(f, c, err);
	case LB_FAULT_REPEAT:
		return repeat(f, c, err);
	case LB_FAULT_STALE:
		return perform_stale(f, c, number, err);
	case LB_FAULT_DIE_AFTER:
		(void)!lb_call_perform(f->base.inner, c,
		                       NULL); /* nobody is left to hear it */
		return die(f, err);
	case LB_FAULT_DIE:
		return die(f, err);
	}
	return lb_call_perform(f->base.inner, c, err);
}

static enum err_code run(struct lb_decorator *d, const struct lb_call *c, struct err *err)
{
	struct faulty *f = (struct faulty *)d;
	struct lb_operation op = { .kind = c->kind, .key = c->key };
	bool dead;

	(void)pthread_mutex_lock(&f->lock);
	dead = f->dead;
	if (!dead)
		op.number = ++f->operations;
	(void)pthread_mutex_unlock(&f->lock);
	if (dead)
		return die(f, err);
	if (f->choose == NULL)
		return lb_call_perform(f->base.inner, c, err);
	return meet(f, c, op.number, f->choose(&op, f->context), err);
}

static void faulty_close(struct lb_decorator *d)
{
	struct faulty *f = (struct faulty *)d;

	for (size_t i = 0; i < f->pending_count; i++)
		request_fini(&f->pending[i]);
	mem_free(f->pending);
	(void)pthread_mutex_destroy(&f->lock);
	mem_free(f);
}

enum err_code lb_faulty_new(struct lb_backend **out, struct lb_backend *inner,
                            lb_faulty_choose *choose, void *context, struct err *err)
{
	struct faulty *f = mem_new(sizeof(*f));

	if (f == NULL)
		return err_nomem(err);
	if (pthread_mutex_init(&f->lock, NULL) != 0) {
		mem_free(f);
		return err_nomem(err);
	}
	lb_decorator_init(&f->base);
	f->base.inner = inner;
	f->base.run = run;
	f->base.close = faulty_close;
	f->choose = choose;
	f->context = context;
	*out = &f->base.base;
	return ERR_OK;
}

uint64_t lb_faulty_operations(struct lb_backend *faulty)
{
	struct faulty *f = (struct faulty *)faulty;
	uint64_t n;

	(void)pthread_mutex_lock(&f->lock);
	n = f->operations;
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}

bool lb_faulty_dead(struct lb_backend *faulty)
{
	struct faulty *f = (struct faulty *)faulty;
	bool dead;

	(void)pthread_mutex_lock(&f->lock);
	dead = f->dead;
	(void)pthread_mutex_unlock(&f->lock);
	return dead;
}

size_t lb_faulty_pending(struct lb_backend *faulty)
{
	struct faulty *f = (struct faulty *)faulty;
	size_t n;

	(void)pthread_mutex_lock(&f->lock);
	n = f->pending_count;
	(void)pthread_mutex_unlock(&f->lock);
	return n;
}

static bool take(struct faulty *f, size_t i, struct request *out)
{
	bool found;

	(void)pthread_mutex_lock(&f->lock);
	found = i < f->pending_count;
	if (found) {
		*out = f->pending[i];
		f->pending_count--;
		memmove(&f->pending[i], &f->pending[i + 1],
		        (f->pending_count - i) * sizeof(*f->pending));
	}
	(void)pthread_mutex_unlock(&f->lock);
	return found;
}

bool lb_faulty_deliver(struct lb_backend *faulty, size_t i, bool again)
{
	struct faulty *f = (struct faulty *)faulty;
	struct request r;
	bool kept = false;

	if (!take(f, i, &r))
		return false;
	const struct span content = span_of(r.content, r.len);
	const struct lb_call c = {
		.kind = r.kind, .key = r.key, .parts = &content, .count = 1
	};

	(void)!lb_call_perform(f->base.inner, &c, NULL); /* nobody waits for the answer */
	if (again) {
		(void)pthread_mutex_lock(&f->lock);
		kept = append(f, &r);
		(void)pthread_mutex_unlock(&f->lock);
	}
	if (!kept)
		request_fini(&r);
	return true;
}

enum lb_fault lb_faulty_choose_nth(const struct lb_operation *op, void *context)
{
	const struct lb_faulty_nth *nth = context;

	return op->number == nth->n ? nth->fault : LB_FAULT_NONE;
}

enum lb_fault lb_faulty_choose_dice(const struct lb_operation *op, void *context)
{
	struct lb_faulty_dice *d = context;
	uint64_t left = lb_dice(&d->state) % 1024;

	(void)op;
	for (int fault = LB_FAULT_NONE + 1; fault <= LB_FAULT_DIE_AFTER; fault++) {
		if (left < d->chances[fault])
			return (enum lb_fault)fault;
		left -= d->chances[fault];
	}
	return LB_FAULT_NONE;
}
