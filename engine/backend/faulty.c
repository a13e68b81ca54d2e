// SPDX-License-Identifier: Apache-2.0
#include "backend/faulty.h"

#include "backend/disk_internal.h"
#include "base/mem.h"
#include "base/num.h"

#include <pthread.h>
#include <string.h>

/* A call of a backend as data; which members count depends on the kind. */
struct call {
	enum lb_operation_kind kind;
	const char *key;
	const struct span *parts;
	size_t count;
	uint64_t at; /* offset, or the most bytes to get */
	size_t len;
	unsigned char *out;
	struct buf *bytes;
	uint64_t *size;
	lb_backend_visit *visit;
	void *context;
};

/* A writing request that has not been delivered yet. */
struct request {
	enum lb_operation_kind kind;
	char *key;
	char *content;
	size_t len;
};

struct faulty {
	struct lb_backend base;
	struct lb_backend *inner;
	lb_faulty_choose *choose;
	void *context;

	pthread_mutex_t lock; /* guards what follows */
	uint64_t operations;
	bool dead;
	struct request *pending;
	size_t pending_count;
	size_t pending_cap;
};

static enum err_code perform(struct lb_backend *b, const struct call *c, struct err *err)
{
	switch (c->kind) {
	case LB_OP_PUT:
		return lb_backend_put(b, c->key, c->parts, c->count, err);
	case LB_OP_PUT_NEW:
		return lb_backend_put_new(b, c->key, c->parts[0], err);
	case LB_OP_REPLACE:
		return lb_backend_replace(b, c->key, c->parts[0], err);
	case LB_OP_GET:
		return lb_backend_get(b, c->key, c->at, c->bytes, err);
	case LB_OP_READ:
		return lb_backend_read(b, c->key, c->at, c->len, c->out, err);
	case LB_OP_SIZE:
		return lb_backend_size(b, c->key, c->size, err);
	case LB_OP_DELETE:
		return lb_backend_delete(b, c->key, err);
	case LB_OP_LIST:
		return lb_backend_list(b, c->key, c->visit, c->context, err);
	case LB_OP_SYNC:
		return lb_backend_sync(b, err);
	case LB_OP_SYNC_FOLDER:
		return lb_backend_sync_folder(b, c->key, err);
	}
	return err_set(err, ERR_USAGE, "no operation of this kind");
}

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

static bool request_copy(struct request *r, const struct call *c)
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

static enum err_code hold(struct faulty *f, const struct call *c, struct err *err)
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
	const struct call *call;
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

static enum err_code perform_stale(struct faulty *f, const struct call *c,
                                   uint64_t number, struct err *err)
{
	struct stale stale = { c, number };
	struct call some = *c;

	if (c->kind == LB_OP_LIST) {
		some.visit = visit_some;
		some.context = &stale;
	}
	return perform(f->inner, &some, err);
}

static enum err_code die(struct faulty *f, struct err *err)
{
	(void)pthread_mutex_lock(&f->lock);
	f->dead = true;
	(void)pthread_mutex_unlock(&f->lock);
	return err_set(err, ERR_CANCELLED, "the client is dead");
}

static enum err_code no_answer(const struct call *c, struct err *err)
{
	return err_set(err, ERR_TIMEOUT, "%s: no answer from the store", c->key);
}

static enum err_code repeat(struct faulty *f, const struct call *c, struct err *err)
{
	const enum err_code rc = can_wait(c->kind) ? hold(f, c, err) : ERR_OK;

	return rc != ERR_OK ? rc : perform(f->inner, c, err);
}

static enum err_code delay(struct faulty *f, const struct call *c, struct err *err)
{
	const enum err_code rc = can_wait(c->kind) ? hold(f, c, err) : ERR_OK;

	return rc != ERR_OK ? rc : no_answer(c, err);
}

static enum err_code meet(struct faulty *f, const struct call *c, uint64_t number,
                          enum lb_fault fault, struct err *err)
{
	switch (fault) {
	case LB_FAULT_NONE:
		break;
	case LB_FAULT_FAIL:
		return err_set(err, ERR_IO, "%s: the store refused", c->key);
	case LB_FAULT_LOSE:
		(void)perform(f->inner, c, NULL); /* that is the fault */
		return no_answer(c, err);
	case LB_FAULT_DELAY:
		return delay(f, c, err);
	case LB_FAULT_REPEAT:
		return repeat(f, c, err);
	case LB_FAULT_STALE:
		return perform_stale(f, c, number, err);
	case LB_FAULT_DIE_AFTER:
		(void)perform(f->inner, c, NULL); /* nobody is left to hear it */
		return die(f, err);
	case LB_FAULT_DIE:
		return die(f, err);
	}
	return perform(f->inner, c, err);
}

static enum err_code run(struct lb_backend *b, const struct call *c, struct err *err)
{
	struct faulty *f = (struct faulty *)b;
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
		return perform(f->inner, c, err);
	return meet(f, c, op.number, f->choose(&op, f->context), err);
}

static enum err_code faulty_put(struct lb_backend *b, const char *key,
                                const struct span *parts, size_t count, struct err *err)
{
	const struct call c = {
		.kind = LB_OP_PUT, .key = key, .parts = parts, .count = count
	};

	return run(b, &c, err);
}

static enum err_code faulty_put_new(struct lb_backend *b, const char *key,
                                    struct span content, struct err *err)
{
	const struct call c = {
		.kind = LB_OP_PUT_NEW, .key = key, .parts = &content, .count = 1
	};

	return run(b, &c, err);
}

static enum err_code faulty_replace(struct lb_backend *b, const char *key,
                                    struct span content, struct err *err)
{
	const struct call c = {
		.kind = LB_OP_REPLACE, .key = key, .parts = &content, .count = 1
	};

	return run(b, &c, err);
}

static enum err_code faulty_get(struct lb_backend *b, const char *key, uint64_t max,
                                struct buf *out, struct err *err)
{
	const struct call c = { .kind = LB_OP_GET, .key = key, .at = max, .bytes = out };

	return run(b, &c, err);
}

static enum err_code faulty_read(struct lb_backend *b, const char *key, uint64_t offset,
                                 size_t len, unsigned char *out, struct err *err)
{
	const struct call c = {
		.kind = LB_OP_READ, .key = key, .at = offset, .len = len, .out = out
	};

	return run(b, &c, err);
}

static enum err_code faulty_size(struct lb_backend *b, const char *key, uint64_t *size,
                                 struct err *err)
{
	const struct call c = { .kind = LB_OP_SIZE, .key = key, .size = size };

	return run(b, &c, err);
}

static enum err_code faulty_remove(struct lb_backend *b, const char *key, struct err *err)
{
	const struct call c = { .kind = LB_OP_DELETE, .key = key };

	return run(b, &c, err);
}

static enum err_code faulty_list(struct lb_backend *b, const char *folder,
                                 lb_backend_visit *visit, void *context, struct err *err)
{
	const struct call c = {
		.kind = LB_OP_LIST, .key = folder, .visit = visit, .context = context
	};

	return run(b, &c, err);
}

static enum err_code faulty_sync(struct lb_backend *b, struct err *err)
{
	const struct call c = { .kind = LB_OP_SYNC, .key = "" };

	return run(b, &c, err);
}

static enum err_code faulty_sync_folder(struct lb_backend *b, const char *folder,
                                        struct err *err)
{
	const struct call c = { .kind = LB_OP_SYNC_FOLDER, .key = folder };

	return run(b, &c, err);
}

static enum err_code faulty_probe(struct lb_backend *b, enum lb_arbitration *out,
                                  struct err *err)
{
	return lb_backend_probe(((struct faulty *)b)->inner, out, err);
}

static enum err_code faulty_arbitrate(struct lb_backend *b, enum lb_arbitration how,
                                      struct err *err)
{
	return lb_backend_arbitrate(((struct faulty *)b)->inner, how, err);
}

static const char *faulty_name(const struct lb_backend *b)
{
	return lb_backend_name(((const struct faulty *)b)->inner);
}

static void faulty_close(struct lb_backend *b)
{
	struct faulty *f = (struct faulty *)b;

	for (size_t i = 0; i < f->pending_count; i++)
		request_fini(&f->pending[i]);
	mem_free(f->pending);
	(void)pthread_mutex_destroy(&f->lock);
	mem_free(f);
}

static const struct lb_backend_ops ops = {
	.put = faulty_put,
	.put_new = faulty_put_new,
	.replace = faulty_replace,
	.get = faulty_get,
	.read = faulty_read,
	.size = faulty_size,
	.remove = faulty_remove,
	.list = faulty_list,
	.sync = faulty_sync,
	.sync_folder = faulty_sync_folder,
	.probe = faulty_probe,
	.arbitrate = faulty_arbitrate,
	.name = faulty_name,
	.close = faulty_close,
};

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
	f->base.ops = &ops;
	f->inner = inner;
	f->choose = choose;
	f->context = context;
	*out = &f->base;
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
	const struct call c = {
		.kind = r.kind, .key = r.key, .parts = &content, .count = 1
	};

	(void)perform(f->inner, &c, NULL); /* nobody waits for the answer */
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
