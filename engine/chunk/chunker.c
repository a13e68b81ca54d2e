// SPDX-License-Identifier: Apache-2.0
#include "chunk/chunker.h"

#include "base/mem.h"
#include "chunk/gear.h"
#include "crypto/key.h"

#include <assert.h>

/* Steps of two by which a cut is less likely before the average than 1 / average, and
 * more likely after it. */
enum { NORMALISATION = 2, HASH_BITS = 64 };

struct lb_chunker {
	struct lb_chunk_params params;
	size_t seen;    /* no cut at or before this position of the chunk */
	uint64_t early; /* limit before the average */
	uint64_t late;  /* and from there on */
	uint64_t table[LB_GEAR_TABLE];
};

struct lb_chunk_params lb_chunk_params_default(void)
{
	return (struct lb_chunk_params){ LB_CHUNK_GEAR, 256u << 10, 1u << 20, 4u << 20 };
}

const char *lb_chunk_params_fault(const struct lb_chunk_params *p)
{
	if (p->algorithm != LB_CHUNK_GEAR && p->algorithm != LB_CHUNK_FIXED)
		return "unknown chunker algorithm";
	if (p->smallest < LB_CHUNK_MIN)
		return "smallest chunk below 4 KiB";
	if (p->largest > LB_CHUNK_MAX)
		return "largest chunk above 8 MiB";
	if (p->average < p->smallest || p->average > p->largest)
		return "average chunk not between the smallest and the largest";
	if ((p->average & (p->average - 1)) != 0)
		return "average chunk not a power of two";
	return NULL;
}

enum err_code lb_chunker_new(struct lb_chunker **out, const struct lb_chunk_params *p,
                             const struct lb_key *chunker_key, struct err *err)
{
	const char *fault = lb_chunk_params_fault(p);
	struct lb_chunker *c;
	unsigned bits = 0;

	if (fault != NULL)
		return err_set(err, ERR_USAGE, "%s", fault);
	c = mem_new(sizeof(*c));
	if (c == NULL)
		return err_nomem(err);
	while (p->average >> bits > 1)
		bits++;
	assert(bits > NORMALISATION && bits < HASH_BITS - NORMALISATION); /* no fault */
	c->params = *p;
	c->early = UINT64_C(1) << (HASH_BITS - bits - NORMALISATION);
	c->late = UINT64_C(1) << (HASH_BITS - bits + NORMALISATION);
	if (p->algorithm == LB_CHUNK_GEAR)
		lb_gear_table(c->table, chunker_key);
	*out = c;
	return ERR_OK;
}

void lb_chunker_free(struct lb_chunker *c)
{
	if (c == NULL)
		return;
	/* The table tells as much as the key. */
	lb_wipe(c, sizeof(*c));
	mem_free(c);
}

void lb_chunker_reset(struct lb_chunker *c)
{
	c->seen = 0;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* First cut by content in [from, to), or `to`. */
static size_t scan(const struct lb_chunker *c, const unsigned char *data, size_t from,
                   size_t to)
{
	const size_t average = c->params.average;
	const size_t turn = smaller(average, to);
	size_t cut;

	if (from < turn) {
		cut = lb_gear_scan(c->table, data, from, turn, c->early);
		if (cut < turn)
			return cut;
		from = turn;
	}
	return lb_gear_scan(c->table, data, from, to, c->late);
}

/* Position of the first cut in data, or 0. */
static size_t find_gear(struct lb_chunker *c, struct span data)
{
	const struct lb_chunk_params *p = &c->params;
	const size_t from = c->seen < p->smallest ? p->smallest : c->seen + 1;
	/* Position `len` is decided by the bytes before it, so it can be a cut. */
	const size_t to = smaller(data.len, p->largest - 1) + 1;
	size_t cut = to;

	if (from < to)
		cut = scan(c, (const unsigned char *)data.ptr, from, to);
	if (cut < to)
		return cut;
	if (data.len >= p->largest)
		return p->largest;
	c->seen = data.len;
	return 0;
}

static size_t find(struct lb_chunker *c, struct span data)
{
	if (c->params.algorithm == LB_CHUNK_FIXED)
		return data.len >= c->params.average ? c->params.average : 0;
	return find_gear(c, data);
}

size_t lb_chunker_next(struct lb_chunker *c, struct span data, bool last)
{
	size_t cut = find(c, data);

	if (cut == 0 && last)
		cut = data.len;
	if (cut > 0)
		c->seen = 0;
	return cut;
}
