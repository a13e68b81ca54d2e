// SPDX-License-Identifier: Apache-2.0
#include "pool.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/wire.h"

enum { SLOTS_FIRST = 1024 };
/* Strings that name offsets of 32 bits. */
#define POOL_MAX ((size_t)UINT32_MAX - 65536)

void osv_pool_init(struct osv_pool *p)
{
	*p = (struct osv_pool){ .bytes = BUF_INIT };
}

void osv_pool_fini(struct osv_pool *p)
{
	buf_fini(&p->bytes);
	mem_free(p->slots);
	*p = (struct osv_pool){ .bytes = BUF_INIT };
}

static struct span string_at(const struct osv_pool *p, uint32_t offset)
{
	struct wire w;

	wire_init(&w, span_from(buf_span(&p->bytes), offset));
	return wire_bytes(&w);
}

/* The slot that holds the string, or the free one where it belongs. */
static uint32_t *slot_of(const struct osv_pool *p, struct span s)
{
	size_t at = (size_t)map_hash(s) & (p->cap - 1);

	while (p->slots[at] != 0 && !span_eq(string_at(p, p->slots[at]), s))
		at = (at + 1) & (p->cap - 1);
	return &p->slots[at];
}

static bool grow(struct osv_pool *p)
{
	struct osv_pool bigger = *p;

	bigger.cap = p->cap == 0 ? SLOTS_FIRST : p->cap * 2;
	bigger.slots = mem_new(bigger.cap * sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < p->cap; i++)
		if (p->slots[i] != 0)
			*slot_of(&bigger, string_at(p, p->slots[i])) = p->slots[i];
	mem_free(p->slots);
	*p = bigger;
	return true;
}

enum err_code osv_pool_put(struct osv_pool *p, struct span s, uint32_t *offset,
                           struct err *err)
{
	uint32_t *slot;

	if (p->bytes.len == 0)
		wire_put_bytes(&p->bytes, SPAN_EMPTY);
	*offset = 0;
	if (s.len == 0)
		return buf_err(&p->bytes, err);
	if (p->count >= p->cap / 2 && !grow(p))
		return err_nomem(err);
	slot = slot_of(p, s);
	*offset = *slot;
	if (*slot != 0)
		return ERR_OK;
	if (s.len > POOL_MAX || p->bytes.len > POOL_MAX - s.len)
		return err_set(err, ERR_LIMIT,
		               "the advisories hold more than 4 GiB of text");
	*offset = (uint32_t)p->bytes.len;
	*slot = *offset;
	p->count++;
	wire_put_bytes(&p->bytes, s);
	return buf_err(&p->bytes, err);
}
