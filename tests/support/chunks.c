// SPDX-License-Identifier: Apache-2.0
#include "support/chunks.h"

#include "base/mem.h"

#include <string.h>

struct stored {
	char *bytes;
	size_t len;
};

void chunks_init(struct chunks *c)
{
	memset(c, 0, sizeof(*c));
	map_init(&c->by_id);
}

static void stored_free(struct stored *s)
{
	if (s != NULL)
		mem_free(s->bytes);
	mem_free(s);
}

void chunks_fini(struct chunks *c)
{
	struct span key;
	void *value;
	size_t at = 0;

	while (map_next(&c->by_id, &at, &key, &value))
		stored_free(value);
	map_fini(&c->by_id);
}

enum err_code chunks_put(enum lb_chunk_type type, struct span bytes, struct lb_id *id,
                         void *context, struct err *err)
{
	struct chunks *c = context;
	const struct lb_key key = chunks_key((unsigned char)type);
	struct lb_key hash;
	struct stored *s;

	lb_kdf(&hash, &key, "chunk", bytes);
	memcpy(id->b, hash.b, LB_ID);
	c->puts++;
	if (bytes.len > c->largest)
		c->largest = bytes.len;
	if (c->forget || map_has(&c->by_id, lb_id_span(id)))
		return ERR_OK;
	s = mem_new(sizeof(*s));
	if (s == NULL)
		return err_nomem(err);
	s->bytes = mem_dup(bytes);
	s->len = bytes.len;
	if (s->bytes == NULL || !map_set(&c->by_id, lb_id_span(id), s)) {
		stored_free(s);
		return err_nomem(err);
	}
	return ERR_OK;
}

enum err_code chunks_get(const struct lb_id *id, enum lb_chunk_type type, struct buf *out,
                         void *context, struct err *err)
{
	struct chunks *c = context;
	const struct stored *s = map_get(&c->by_id, lb_id_span(id));

	(void)type;
	c->gets++;
	buf_clear(out);
	if (s == NULL)
		return err_set(err, ERR_NOT_FOUND, "no such chunk");
	buf_put(out, span_of(s->bytes, s->len));
	return buf_err(out, err);
}

struct lb_tree_source chunks_source(struct chunks *c)
{
	return (struct lb_tree_source){ chunks_get, c };
}

struct lb_id chunks_add(struct chunks *c, struct span bytes)
{
	struct lb_id id = { { 0 } };

	(void)chunks_put(LB_CHUNK_TREE, bytes, &id, c, NULL);
	return id;
}

void chunks_drop(struct chunks *c, const struct lb_id *id)
{
	stored_free(map_get(&c->by_id, lb_id_span(id)));
	(void)map_remove(&c->by_id, lb_id_span(id));
}

struct lb_key chunks_key(unsigned char byte)
{
	struct lb_key key;

	memset(key.b, byte, sizeof(key.b));
	return key;
}

struct lb_entry chunks_entry(enum lb_entry_type type, const char *name)
{
	struct lb_entry e = { .name = span_str(name), .type = type, .perm = 0644 };

	e.mtime_s = 1700000000;
	if (type == LB_ENTRY_LINK)
		e.target = SPAN_LIT("target");
	if (type == LB_ENTRY_FOLDER)
		memset(e.subtree.b, 7, LB_ID);
	return e;
}
