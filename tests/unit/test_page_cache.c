/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/page_cache.h"

#include "support/check.h"

TestSuite(page_cache, .timeout = 20);

static bool has(struct page_cache *c, const char *key, uint64_t now_ns,
                const char *wanted)
{
	struct buf out = BUF_INIT;
	const bool found = page_cache_get(c, span_str(key), now_ns, &out);

	if (found && wanted != NULL)
		check_str_eq(buf_str(&out), wanted, "%s", key);
	buf_fini(&out);
	return found;
}

static void put(struct page_cache *c, const char *key, uint64_t now_ns, const char *page)
{
	page_cache_put(c, span_str(key), now_ns, span_str(page));
}

Test(page_cache, gives_what_was_put_and_not_for_long)
{
	struct page_cache c = { .uses = 0 };

	check_true(!has(&c, "a", 5, NULL), "empty");
	put(&c, "a", 5, "one");
	put(&c, "b", 6, "two");
	check_true(has(&c, "a", 7, "one") && has(&c, "b", 7, "two"), "both");
	check_true(!has(&c, "", 7, NULL), "another key");
	check_true(has(&c, "a", 4 + PAGE_CACHE_LIFE_NS, "one"), "still");
	check_true(!has(&c, "a", 5 + PAGE_CACHE_LIFE_NS, NULL), "too old");
	check_size_eq(c.bytes, 3, "what is left");
	page_cache_fini(&c);
	check_size_eq(c.bytes, 0, "nothing");
}

Test(page_cache, keeps_few_pages_those_asked_for_last)
{
	struct page_cache c = { .uses = 0 };
	char key[2] = "a";

	for (int i = 0; i < PAGE_CACHE_PAGES; i++, key[0]++)
		put(&c, key, 0, "x");
	check_true(has(&c, "a", 0, "x"), "the first");
	put(&c, "new", 0, "y");
	check_true(has(&c, "a", 0, "x"), "was asked for");
	check_true(!has(&c, "b", 0, NULL), "went");
	check_true(has(&c, "c", 0, "x") && has(&c, "new", 0, "y"), "stay");
	check_size_eq(c.bytes, PAGE_CACHE_PAGES, "bytes");
	page_cache_fini(&c);
}

Test(page_cache, keeps_few_bytes)
{
	struct page_cache c = { .uses = 0 };
	struct buf big = BUF_INIT;

	put(&c, "small", 0, "x");
	buf_fill(&big, 'x', PAGE_CACHE_BYTES);
	page_cache_put(&c, SPAN_LIT("big"), 0, buf_span(&big));
	check_true(has(&c, "big", 0, NULL) && !has(&c, "small", 0, NULL), "one or all");
	check_size_eq(c.bytes, PAGE_CACHE_BYTES, "full");
	buf_putc(&big, 'x');
	page_cache_put(&c, SPAN_LIT("bigger"), 0, buf_span(&big));
	check_true(has(&c, "big", 0, NULL) && !has(&c, "bigger", 0, NULL), "too big");
	buf_fini(&big);
	page_cache_fini(&c);
}
