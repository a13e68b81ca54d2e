// SPDX-License-Identifier: Apache-2.0
/* The store of the schedules: an array of objects, in the order of their making, so that
 * every run of a seed lists the same. */
#include "base/mem.h"
#include "schedule/sim.h"

#include <string.h>

struct object {
	char *key;
	struct buf bytes;
};

struct store {
	struct lb_backend backend;
	struct object *objects;
	size_t count;
	size_t room;
};

static struct store *of(struct lb_backend *b)
{
	return (struct store *)(void *)b;
}

static struct object *find(struct lb_backend *b, const char *key)
{
	struct store *s = of(b);

	for (size_t i = 0; i < s->count; i++) {
		if (strcmp(s->objects[i].key, key) == 0)
			return &s->objects[i];
	}
	return NULL;
}

const struct buf *store_peek(struct lb_backend *store, const char *key)
{
	struct object *o = find(store, key);

	return o ? &o->bytes : NULL;
}

static enum err_code put(struct lb_backend *b, const char *key, const struct span *parts,
                         size_t count, struct err *err)
{
	struct object *o = find(b, key);
	struct store *s = of(b);

	if (!o) {
		if (!mem_grow(&s->objects, s->count, &s->room, sizeof(*s->objects)))
			return err_nomem(err);
		o = &s->objects[s->count];
		o->key = mem_strdup(key);
		buf_init(&o->bytes);
		if (!o->key)
			return err_nomem(err);
		s->count++;
	}
	buf_clear(&o->bytes);
	for (size_t i = 0; i < count; i++)
		buf_put(&o->bytes, parts[i]);
	return buf_err(&o->bytes, err);
}

static enum err_code replace(struct lb_backend *b, const char *key, struct span content,
                             struct err *err)
{
	return put(b, key, &content, 1, err);
}

static enum err_code put_new(struct lb_backend *b, const char *key, struct span content,
                             struct err *err)
{
	struct object *o = find(b, key);

	if (o && !LB_MUTATED(LB_M_OVERWRITE))
		return span_eq(buf_span(&o->bytes), content) ? ERR_OK : ERR_EXISTS;
	return put(b, key, &content, 1, err);
}

static enum err_code get(struct lb_backend *b, const char *key, uint64_t max,
                         struct buf *out, struct err *err)
{
	struct object *o = find(b, key);

	if (!o)
		return err_set(err, ERR_NOT_FOUND, "%s: not there", key);
	if (o->bytes.len > max)
		return err_set(err, ERR_LIMIT, "%s: too large", key);
	buf_clear(out);
	buf_put(out, buf_span(&o->bytes));
	return buf_err(out, err);
}

static enum err_code size_of(struct lb_backend *b, const char *key, uint64_t *size,
                             struct err *err)
{
	struct object *o = find(b, key);

	if (!o)
		return err_set(err, ERR_NOT_FOUND, "%s: not there", key);
	*size = o->bytes.len;
	return ERR_OK;
}

static enum err_code read_at(struct lb_backend *b, const char *key, uint64_t offset,
                             size_t len, unsigned char *out, struct err *err)
{
	struct object *o = find(b, key);

	if (!o)
		return err_set(err, ERR_NOT_FOUND, "%s: not there", key);
	if (offset > o->bytes.len || len > o->bytes.len - offset)
		return err_set(err, ERR_CORRUPT, "%s: too short", key);
	memcpy(out, o->bytes.ptr + offset, len);
	return ERR_OK;
}

static void drop(struct object *o)
{
	mem_free(o->key);
	buf_fini(&o->bytes);
}

static enum err_code remove_object(struct lb_backend *b, const char *key, struct err *err)
{
	struct object *o = find(b, key);
	struct store *s = of(b);
	size_t at;

	(void)err;
	if (!o)
		return ERR_OK;
	at = (size_t)(o - s->objects);
	drop(o);
	memmove(o, o + 1, (s->count - at - 1) * sizeof(*o));
	s->count--;
	return ERR_OK;
}

static enum err_code list(struct lb_backend *b, const char *folder,
                          lb_backend_visit *visit, void *context, struct err *err)
{
	struct store *s = of(b);
	size_t len = strlen(folder);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < s->count && rc == ERR_OK; i++) {
		const char *key = s->objects[i].key;

		if (strncmp(key, folder, len) == 0 && key[len] == '/')
			rc = visit(key, s->objects[i].bytes.len, context, err);
	}
	return rc;
}

static enum err_code sync_all(struct lb_backend *b, struct err *err)
{
	(void)b;
	(void)err;
	return ERR_OK;
}

static enum err_code sync_folder(struct lb_backend *b, const char *folder,
                                 struct err *err)
{
	(void)folder;
	return sync_all(b, err);
}

static enum err_code probe(struct lb_backend *b, enum lb_arbitration *out,
                           struct err *err)
{
	*out = LB_ARBITRATION_LINK;
	return sync_all(b, err);
}

static enum err_code arbitrate(struct lb_backend *b, enum lb_arbitration how,
                               struct err *err)
{
	(void)how;
	return sync_all(b, err);
}

static const char *name(const struct lb_backend *b)
{
	(void)b;
	return "schedule";
}

static void close_store(struct lb_backend *b)
{
	struct store *s = of(b);

	for (size_t i = 0; i < s->count; i++)
		drop(&s->objects[i]);
	mem_free(s->objects);
	mem_free(s);
}

struct lb_backend *store_new(void)
{
	static const struct lb_backend_ops ops = {
		.put = put,
		.put_new = put_new,
		.replace = replace,
		.get = get,
		.read = read_at,
		.size = size_of,
		.remove = remove_object,
		.list = list,
		.sync = sync_all,
		.sync_folder = sync_folder,
		.probe = probe,
		.arbitrate = arbitrate,
		.name = name,
		.close = close_store,
	};
	struct store *s = mem_new(sizeof(*s));

	if (!s)
		return NULL;
	s->backend.ops = &ops;
	return &s->backend;
}
