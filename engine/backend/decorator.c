// SPDX-License-Identifier: Apache-2.0
#include "backend/decorator.h"

enum err_code lb_call_perform(struct lb_backend *b, const struct lb_call *c,
                              struct err *err)
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

uint64_t lb_call_sent(const struct lb_call *c)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < c->count; i++)
		bytes += c->parts[i].len;
	return bytes;
}

/* ---- calls as data ---- */

static enum err_code run(struct lb_backend *b, const struct lb_call *c, struct err *err)
{
	struct lb_decorator *d = (struct lb_decorator *)b;

	return d->run(d, c, err);
}

static enum err_code put(struct lb_backend *b, const char *key, const struct span *parts,
                         size_t count, struct err *err)
{
	const struct lb_call c = {
		.kind = LB_OP_PUT, .key = key, .parts = parts, .count = count
	};

	return run(b, &c, err);
}

static enum err_code put_new(struct lb_backend *b, const char *key, struct span content,
                             struct err *err)
{
	const struct lb_call c = {
		.kind = LB_OP_PUT_NEW, .key = key, .parts = &content, .count = 1
	};

	return run(b, &c, err);
}

static enum err_code replace(struct lb_backend *b, const char *key, struct span content,
                             struct err *err)
{
	const struct lb_call c = {
		.kind = LB_OP_REPLACE, .key = key, .parts = &content, .count = 1
	};

	return run(b, &c, err);
}

static enum err_code get(struct lb_backend *b, const char *key, uint64_t max,
                         struct buf *out, struct err *err)
{
	const struct lb_call c = {
		.kind = LB_OP_GET, .key = key, .at = max, .bytes = out
	};

	return run(b, &c, err);
}

static enum err_code read_range(struct lb_backend *b, const char *key, uint64_t offset,
                                size_t len, unsigned char *out, struct err *err)
{
	const struct lb_call c = {
		.kind = LB_OP_READ, .key = key, .at = offset, .len = len, .out = out
	};

	return run(b, &c, err);
}

static enum err_code size_of(struct lb_backend *b, const char *key, uint64_t *size,
                             struct err *err)
{
	const struct lb_call c = { .kind = LB_OP_SIZE, .key = key, .size = size };

	return run(b, &c, err);
}

static enum err_code remove_object(struct lb_backend *b, const char *key, struct err *err)
{
	const struct lb_call c = { .kind = LB_OP_DELETE, .key = key };

	return run(b, &c, err);
}

static enum err_code list(struct lb_backend *b, const char *folder,
                          lb_backend_visit *visit, void *context, struct err *err)
{
	const struct lb_call c = {
		.kind = LB_OP_LIST, .key = folder, .visit = visit, .context = context
	};

	return run(b, &c, err);
}

static enum err_code sync_all(struct lb_backend *b, struct err *err)
{
	const struct lb_call c = { .kind = LB_OP_SYNC, .key = "" };

	return run(b, &c, err);
}

static enum err_code sync_folder(struct lb_backend *b, const char *folder,
                                 struct err *err)
{
	const struct lb_call c = { .kind = LB_OP_SYNC_FOLDER, .key = folder };

	return run(b, &c, err);
}

/* ---- what goes straight through ---- */

static enum err_code probe(struct lb_backend *b, enum lb_arbitration *out,
                           struct err *err)
{
	return lb_backend_probe(((struct lb_decorator *)b)->inner, out, err);
}

static enum err_code arbitrate(struct lb_backend *b, enum lb_arbitration how,
                               struct err *err)
{
	return lb_backend_arbitrate(((struct lb_decorator *)b)->inner, how, err);
}

static const char *name(const struct lb_backend *b)
{
	return lb_backend_name(((const struct lb_decorator *)b)->inner);
}

static void close_it(struct lb_backend *b)
{
	struct lb_decorator *d = (struct lb_decorator *)b;

	d->close(d);
}

void lb_decorator_init(struct lb_decorator *d)
{
	static const struct lb_backend_ops ops = {
		.put = put,
		.put_new = put_new,
		.replace = replace,
		.get = get,
		.read = read_range,
		.size = size_of,
		.remove = remove_object,
		.list = list,
		.sync = sync_all,
		.sync_folder = sync_folder,
		.probe = probe,
		.arbitrate = arbitrate,
		.name = name,
		.close = close_it,
	};

	d->base.ops = &ops;
}
