// SPDX-License-Identifier: Apache-2.0
#include "lib/page_cache.h"

static void drop(struct page_cache *c, struct page_cache_slot *s)
{
	c->bytes -= s->page.len;
	buf_fini(&s->key);
	buf_fini(&s->page);
	*s = (struct page_cache_slot){ .key = BUF_INIT, .page = BUF_INIT };
}

/* Those that are too old go on the way. */
bool page_cache_get(struct page_cache *c, struct span key, uint64_t now_ns,
                    struct buf *out)
{
	for (size_t i = 0; i < PAGE_CACHE_PAGES; i++) {
		struct page_cache_slot *s = &c->slots[i];

		if (s->used > 0 && now_ns - s->made_ns >= PAGE_CACHE_LIFE_NS)
			drop(c, s);
		if (s->used > 0 && span_eq(buf_span(&s->key), key)) {
			s->used = ++c->uses;
			buf_put(out, buf_span(&s->page));
			return true;
		}
	}
	return false;
}

static struct page_cache_slot *oldest(struct page_cache *c)
{
	struct page_cache_slot *s = &c->slots[0];

	for (size_t i = 1; i < PAGE_CACHE_PAGES; i++)
		if (c->slots[i].used > 0 && (s->used == 0 || c->slots[i].used < s->used))
			s = &c->slots[i];
	return s;
}

/* An empty slot, with room for so many bytes in all. */
static struct page_cache_slot *make_room(struct page_cache *c, size_t bytes)
{
	while (c->bytes > PAGE_CACHE_BYTES - bytes)
		drop(c, oldest(c));
	for (size_t i = 0; i < PAGE_CACHE_PAGES; i++)
		if (c->slots[i].used == 0)
			return &c->slots[i];
	drop(c, oldest(c));
	return make_room(c, bytes);
}

void page_cache_put(struct page_cache *c, struct span key, uint64_t now_ns,
                    struct span page)
{
	struct page_cache_slot *s;

	if (page.len > PAGE_CACHE_BYTES)
		return;
	s = make_room(c, page.len);
	buf_put(&s->key, key);
	buf_put(&s->page, page);
	s->made_ns = now_ns;
	s->used = ++c->uses;
	if (buf_ok(&s->key) && buf_ok(&s->page))
		c->bytes += page.len;
	else { /* counted only when whole */
		buf_clear(&s->page);
		drop(c, s);
	}
}

void page_cache_fini(struct page_cache *c)
{
	for (size_t i = 0; i < PAGE_CACHE_PAGES; i++)
		drop(c, &c->slots[i]);
}
