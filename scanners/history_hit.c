// SPDX-License-Identifier: Apache-2.0
#include "history_hit.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/wire.h"
#include "scope.h"

#include <stdlib.h>

void scan_history_hits_fini(struct scan_history_hits *h)
{
	mem_free(h->items);
	buf_fini(&h->text);
}

bool scan_history_hits_add(struct scan_history_hits *h,
                           const struct scan_history_hit *hit)
{
	if (!mem_grow(&h->items, h->count, &h->cap, sizeof(*h->items)))
		return false;
	h->items[h->count++] = *hit;
	return true;
}

/* ---- telling findings apart ---- */

uint64_t scan_history_hash_lines(struct scan_history_hits *h,
                                 const struct scan_finding *f, struct span lines)
{
	buf_clear(&h->text);
	buf_puts(&h->text, f->rule);
	buf_putc(&h->text, '\0');
	buf_put(&h->text, span_trim(lines));
	return map_hash(buf_span(&h->text));
}

uint64_t scan_history_hash_at(struct scan_history_hits *h, uint64_t lines,
                              const char *path)
{
	buf_clear(&h->text);
	wire_put_u64(&h->text, lines);
	buf_puts(&h->text, path);
	return map_hash(buf_span(&h->text));
}

uint64_t scan_history_hash_place(struct scan_history_hits *h,
                                 const struct scan_finding *f,
                                 const struct vcs_version *v)
{
	buf_clear(&h->text);
	wire_put_raw(&h->text, v->id, VCS_ID);
	wire_put_u64(&h->text, f->line);
	wire_put_u64(&h->text, f->column);
	buf_puts(&h->text, f->rule);
	return map_hash(buf_span(&h->text));
}

/* ---- telling each once ---- */

static int by_hash(const void *a, const void *b)
{
	const struct scan_history_hit *x = a;
	const struct scan_history_hit *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->ordinal != y->ordinal)
		return x->ordinal < y->ordinal ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

/* The path that says most of a place comes first. */
static int by_weight(const void *a, const void *b)
{
	const struct scan_history_hit *x = a;
	const struct scan_history_hit *y = b;
	int order = scan_scope_weight(y->scope) - scan_scope_weight(x->scope);

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (order == 0)
		order = (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
	return order != 0 ? order : by_hash(a, b);
}

static int by_finding(const void *a, const void *b)
{
	const struct scan_history_hit *x = a;
	const struct scan_history_hit *y = b;

	if (x->worker != y->worker)
		return x->worker < y->worker ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

void scan_history_mark(struct scan_history_hit *hits, size_t count)
{
	size_t ordinal = 0;

	if (count > 0)
		qsort(hits, count, sizeof(*hits), by_hash);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || hits[i].hash != hits[i - 1].hash)
			ordinal = hits[i].ordinal;
		hits[i].told = hits[i].ordinal == ordinal;
	}
	if (count > 0)
		qsort(hits, count, sizeof(*hits), by_weight);
	for (size_t i = 0, first = 0; i < count; i++) {
		if (i == 0 || hits[i].place != hits[i - 1].place)
			first = count;
		if (hits[i].told && first < i)
			hits[i].told = false;
		else if (hits[i].told)
			first = i;
	}
}

size_t scan_history_keep(struct scan_history_hit *hits, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (hits[i].told && hits[i].scanned)
			hits[kept++] = hits[i];
	if (kept > 0)
		qsort(hits, kept, sizeof(*hits), by_finding);
	return kept;
}

int scan_history_by_place(const void *a, const void *b)
{
	const struct scan_history_hit *x = a;
	const struct scan_history_hit *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}
