// SPDX-License-Identifier: Apache-2.0
#include "pack/run.h"

#include "base/mem.h"
#include "base/wire.h"
#include "os/mapped.h"
#include "pack/run_internal.h"

#include <stdatomic.h>

enum { ROWS_PER_BUCKET = 16, MAX_BUCKET_BITS = 30, LANES = 4 };

struct lb_run {
	struct os_mapped map;
	struct run_layout layout;
	/* A bit for each page whose check has been seen to hold. */
	_Atomic uint64_t *seen;
};

/* Finds bit rot and torn writes, not attackers: the folder is the user's own. */
uint64_t run_page_check(const unsigned char content[RUN_CONTENT], uint64_t number)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t lane[LANES] = { number, number ^ odd, ~number, odd };
	size_t i = 0;

	for (; i + LANES * 8 <= RUN_CONTENT; i += LANES * 8) {
		for (size_t j = 0; j < LANES; j++) {
			lane[j] = (lane[j] ^ run_load(content + i + 8 * j)) * odd;
			lane[j] ^= lane[j] >> 32;
		}
	}
	for (; i < RUN_CONTENT; i += 8) {
		lane[0] = (lane[0] ^ run_load(content + i)) * odd;
		lane[0] ^= lane[0] >> 32;
	}
	for (size_t j = 1; j < LANES; j++)
		lane[0] = ((lane[0] << 7 | lane[0] >> 57) ^ lane[j]) * odd;
	return lane[0] ^ lane[0] >> 29;
}

void run_layout_init(struct run_layout *l, const struct lb_run_size *most)
{
	uint64_t at = 1;

	l->bucket_bits = 0;
	while (l->bucket_bits < MAX_BUCKET_BITS &&
	       most->rows >> l->bucket_bits > ROWS_PER_BUCKET)
		l->bucket_bits++;
	l->count[RUN_SEGMENTS] = most->segments;
	l->count[RUN_PACKS] = most->packs;
	l->count[RUN_ROWS] = most->rows;
	l->count[RUN_BUCKETS] = (UINT64_C(1) << l->bucket_bits) + 1;
	l->count[RUN_FILTER] = most->rows * RUN_BITS_PER_ROW / (8 * RUN_BLOCK) + 1;
	for (int s = 0; s < RUN_SECTIONS; s++) {
		uint64_t n = run_per_page((enum run_section)s);

		l->page[s] = at;
		at += (l->count[s] + n - 1) / n;
	}
	l->pages = at;
}

static enum err_code damaged(struct err *err)
{
	return err_set(err, ERR_CORRUPT, "the cached index is damaged");
}

static bool page_ok(struct lb_run *r, uint64_t number)
{
	const unsigned char *page = r->map.ptr + number * RUN_PAGE;
	_Atomic uint64_t *word = &r->seen[number / 64];
	uint64_t bit = UINT64_C(1) << number % 64;

	if (atomic_load_explicit(word, memory_order_relaxed) & bit)
		return true;
	if (run_page_check(page, number) != run_load(page + RUN_CONTENT))
		return false;
	atomic_fetch_or_explicit(word, bit, memory_order_relaxed);
	return true;
}

/* The i-th element of a section; NULL if its page is damaged. */
static const unsigned char *element(struct lb_run *r, enum run_section s, uint64_t i)
{
	uint32_t n = run_per_page(s);
	uint64_t page = r->layout.page[s] + i / n;

	if (i >= r->layout.count[s] || !page_ok(r, page))
		return NULL;
	return r->map.ptr + page * RUN_PAGE + i % n * run_element(s);
}

/* The counts of the header, which describe a file of this size. */
static enum err_code read_header(struct lb_run *r, const struct lb_id *repo,
                                 struct err *err)
{
	struct lb_run_size most;
	uint64_t rows;
	uint64_t packs;
	uint64_t segments;
	struct wire w;
	struct lb_id id;

	wire_init(&w, span_of((const char *)r->map.ptr, RUN_CONTENT));
	wire_magic(&w, "LBRUN\0\0", 8);
	if (wire_u32(&w) != RUN_VERSION)
		wire_fail(&w);
	wire_copy(&w, id.b, LB_ID);
	most.segments = (size_t)wire_u64(&w);
	most.packs = (size_t)wire_u64(&w);
	most.rows = wire_u64(&w);
	segments = wire_u64(&w);
	packs = wire_u64(&w);
	rows = wire_u64(&w);
	if (!wire_ok(&w) || !lb_id_eq(&id, repo) || most.segments > UINT32_MAX ||
	    most.packs > UINT32_MAX || most.rows > UINT32_MAX ||
	    segments > most.segments || packs > most.packs || rows > most.rows ||
	    run_page_check(r->map.ptr, 0) != run_load(r->map.ptr + RUN_CONTENT))
		return damaged(err);
	run_layout_init(&r->layout, &most);
	if (r->layout.pages * RUN_PAGE != r->map.len)
		return damaged(err);
	r->layout.count[RUN_SEGMENTS] = segments;
	r->layout.count[RUN_PACKS] = packs;
	r->layout.count[RUN_ROWS] = rows;
	return ERR_OK;
}

enum err_code lb_run_open(struct lb_run **out, const char *path, const struct lb_id *repo,
                          struct err *err)
{
	struct lb_run *r = mem_new(sizeof(*r));
	size_t filter;
	enum err_code rc;

	if (!r)
		return err_nomem(err);
	if ((rc = os_map(&r->map, path, err)) != ERR_OK)
		goto out;
	if (r->map.len < RUN_PAGE || r->map.len % RUN_PAGE != 0) {
		rc = damaged(err);
		goto out;
	}
	if ((rc = read_header(r, repo, err)) != ERR_OK)
		goto out;
	r->seen = mem_new((size_t)(r->layout.pages / 64 + 1) * sizeof(*r->seen));
	if (!r->seen) {
		rc = err_nomem(err);
		goto out;
	}
	/* Nearly every question ends at the filter. */
	filter = (size_t)r->layout.page[RUN_FILTER] * RUN_PAGE;
	os_map_soon(&r->map, filter, r->map.len - filter);
	*out = r;
	r = NULL;
out:
	lb_run_free(r);
	return rc;
}

void lb_run_free(struct lb_run *r)
{
	if (!r)
		return;
	os_unmap(&r->map);
	mem_free(r->seen);
	mem_free(r);
}

size_t lb_run_segments(const struct lb_run *r)
{
	return (size_t)r->layout.count[RUN_SEGMENTS];
}

size_t lb_run_packs(const struct lb_run *r)
{
	return (size_t)r->layout.count[RUN_PACKS];
}

uint64_t lb_run_rows(const struct lb_run *r)
{
	return r->layout.count[RUN_ROWS];
}

enum err_code lb_run_segment(struct lb_run *r, size_t i, struct lb_id *out,
                             struct err *err)
{
	const unsigned char *at = element(r, RUN_SEGMENTS, i);

	if (!at)
		return damaged(err);
	memcpy(out->b, at, LB_ID);
	return ERR_OK;
}

enum err_code lb_run_pack(struct lb_run *r, size_t i, struct lb_run_pack *out,
                          struct err *err)
{
	const unsigned char *at = element(r, RUN_PACKS, i);

	if (!at)
		return damaged(err);
	memcpy(out->name.b, at, LB_ID);
	out->size = wire_load_u64(at + 32);
	out->kind = wire_load_u32(at + 40);
	out->chunks = wire_load_u32(at + 44);
	out->segment = wire_load_u32(at + 48);
	/* A run of own rows has no segments; its packs say 0. */
	return out->segment == 0 || out->segment < r->layout.count[RUN_SEGMENTS]
	               ? ERR_OK
	               : damaged(err);
}

enum err_code lb_run_row(struct lb_run *r, uint64_t i, struct lb_row *out,
                         struct err *err)
{
	const unsigned char *at = element(r, RUN_ROWS, i);

	if (!at)
		return damaged(err);
	lb_row_decode(at, out);
	return out->pack < r->layout.count[RUN_PACKS] ? ERR_OK : damaged(err);
}

/* Are all bits of this prefix set? */
static bool filter_has(const unsigned char *block, const unsigned char prefix[LB_PREFIX])
{
	uint64_t bits = run_load(prefix + 8);

	for (int i = 0; i < RUN_PROBES; i++, bits >>= 9) {
		if (!(block[(bits & 511) >> 3] & 1u << (bits & 7)))
			return false;
	}
	return true;
}

static enum err_code bucket_of(struct lb_run *r, uint64_t high, uint64_t *low,
                               uint64_t *end, struct err *err)
{
	uint64_t b = run_bucket(high, r->layout.bucket_bits);
	const unsigned char *from = element(r, RUN_BUCKETS, b);
	const unsigned char *to = element(r, RUN_BUCKETS, b + 1);

	if (!from || !to)
		return damaged(err);
	*low = wire_load_u32(from);
	*end = wire_load_u32(to);
	if (*low > *end || *end > r->layout.count[RUN_ROWS])
		return damaged(err);
	return ERR_OK;
}

enum err_code lb_run_find(struct lb_run *r, const unsigned char prefix[LB_PREFIX],
                          uint64_t *first, size_t *count, struct err *err)
{
	uint64_t high = run_high(prefix);
	const unsigned char *at;
	uint64_t low = 0;
	uint64_t end = 0;
	uint64_t stop;
	enum err_code rc;

	*count = 0;
	at = element(r, RUN_FILTER, run_block(high, r->layout.count[RUN_FILTER]));
	if (!at)
		return damaged(err);
	if (!filter_has(at, prefix))
		return ERR_OK;
	if ((rc = bucket_of(r, high, &low, &end, err)) != ERR_OK)
		return rc;
	for (stop = end; low < stop;) {
		uint64_t mid = low + (stop - low) / 2;

		if (!(at = element(r, RUN_ROWS, mid)))
			return damaged(err);
		if (memcmp(at, prefix, LB_PREFIX) < 0)
			low = mid + 1;
		else
			stop = mid;
	}
	*first = low;
	for (; low < end; low++, (*count)++) {
		if (!(at = element(r, RUN_ROWS, low)))
			return damaged(err);
		if (memcmp(at, prefix, LB_PREFIX) != 0)
			break;
	}
	return ERR_OK;
}

enum err_code lb_run_check(struct lb_run *r, struct err *err)
{
	/* Sections may have been planned for more than came; those pages were not
	 * written. */
	for (int s = 0; s < RUN_SECTIONS; s++) {
		uint64_t n = run_per_page((enum run_section)s);
		uint64_t pages = (r->layout.count[s] + n - 1) / n;

		for (uint64_t i = 0; i < pages; i++) {
			if (!page_ok(r, r->layout.page[s] + i))
				return damaged(err);
		}
	}
	return ERR_OK;
}

void lb_run_prefetch(const struct lb_run *r, const unsigned char prefix[LB_PREFIX])
{
	uint64_t i = run_block(run_high(prefix), r->layout.count[RUN_FILTER]);
	uint32_t n = run_per_page(RUN_FILTER);

	__builtin_prefetch(r->map.ptr + (r->layout.page[RUN_FILTER] + i / n) * RUN_PAGE +
	                   i % n * RUN_BLOCK);
}

enum err_code lb_run_find_pack(struct lb_run *r, const struct lb_id *name, size_t *first,
                               size_t *count, struct err *err)
{
	size_t low = 0;
	size_t end = lb_run_packs(r);
	size_t stop = end;
	const unsigned char *at;

	*count = 0;
	while (low < stop) {
		size_t mid = low + (stop - low) / 2;

		if (!(at = element(r, RUN_PACKS, mid)))
			return damaged(err);
		if (memcmp(at, name->b, LB_ID) < 0)
			low = mid + 1;
		else
			stop = mid;
	}
	*first = low;
	for (; low < end; low++, (*count)++) {
		if (!(at = element(r, RUN_PACKS, low)))
			return damaged(err);
		if (memcmp(at, name->b, LB_ID) != 0)
			break;
	}
	return ERR_OK;
}
