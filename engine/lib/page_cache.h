// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_PAGE_CACHE_H
#define LIB_PAGE_CACHE_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Rendered pages, few and for a short time, so that who asks twice is not answered by
 * doing the work twice. The key says all that a page was made of, so that another state
 * has another key. For one thread. PAGE_CACHE_LIFE bounds how long a change that the key
 * does not tell goes unseen.
 */

enum { PAGE_CACHE_PAGES = 16, PAGE_CACHE_BYTES = 64 * 1024 * 1024 };
#define PAGE_CACHE_LIFE_NS (UINT64_C(60) * 1000000000)

struct page_cache_slot {
	struct buf key;
	struct buf page;
	uint64_t made_ns;
	uint64_t used; /* by the cache's count of uses; 0: empty */
};

struct page_cache {
	struct page_cache_slot slots[PAGE_CACHE_PAGES];
	uint64_t uses;
	size_t bytes; /* of all pages */
};

/* Appends the page to `out`. */
bool page_cache_get(struct page_cache *c, struct span key, uint64_t now_ns,
                    struct buf *out);
/* Keeps a copy, in place of those that nobody asked for the longest; nothing where it is
 * too big or there is no memory. */
void page_cache_put(struct page_cache *c, struct span key, uint64_t now_ns,
                    struct span page);
void page_cache_fini(struct page_cache *c);

#endif
