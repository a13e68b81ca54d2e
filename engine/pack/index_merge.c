// SPDX-License-Identifier: Apache-2.0
/* The merge of runs: a pure pass over sorted files that keeps what is in force. */
#include "base/mem.h"
#include "base/num.h"
#include "os/mapped.h"
#include "pack/index_build_internal.h"
#include "pack/keyring.h"

#include <string.h>

#define DROPPED UINT32_MAX

/* One run that goes into a merge, and how far it has been read. */
struct source {
	const struct index_slot *slot;
	uint32_t *segment_now; /* new positions, or DROPPED */
	uint32_t *pack_now;
	size_t next_pack;
	struct lb_run_pack pack;
	uint64_t next_row;
	struct lb_row row;
	bool more; /* pack or row holds the next one */
};

struct merge {
	struct lb_index *ix;
	struct source *sources;
	size_t count;
	struct lb_run_writer *w;
	uint32_t packs;
};

static void merge_fini(struct merge *m)
{
	for (size_t i = 0; m->sources && i < m->count; i++) {
		mem_free(m->sources[i].segment_now);
		mem_free(m->sources[i].pack_now);
	}
	mem_free(m->sources);
	lb_run_writer_free(m->w);
}

static enum err_code merge_init(struct merge *m, struct lb_index *ix, size_t from,
                                size_t to, struct err *err)
{
	*m = (struct merge){ .ix = ix, .count = to - from };
	m->sources = mem_new(m->count * sizeof(*m->sources));
	if (!m->sources)
		return err_nomem(err);
	for (size_t i = 0; i < m->count; i++) {
		struct source *s = &m->sources[i];
		const struct lb_run *run = ix->slots[from + i].run;

		s->slot = &ix->slots[from + i];
		s->segment_now =
			mem_new((lb_run_segments(run) + 1) * sizeof(*s->segment_now));
		s->pack_now = mem_new((lb_run_packs(run) + 1) * sizeof(*s->pack_now));
		if (!s->segment_now || !s->pack_now)
			return err_nomem(err);
	}
	return ERR_OK;
}

/* At most what all sources have. */
static enum err_code start_writer(struct merge *m, const char *path, struct err *err)
{
	struct lb_run_size size = { 0, 0, 0 };

	for (size_t i = 0; i < m->count; i++) {
		const struct lb_run *run = m->sources[i].slot->run;

		size.segments += lb_run_segments(run);
		size.packs += lb_run_packs(run);
		size.rows += lb_run_rows(run);
	}
	return lb_run_writer_new(&m->w, path, &m->ix->keys->repo, &size, err);
}

static enum err_code merge_segments(struct merge *m, struct err *err)
{
	uint32_t now = 0;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < m->count; i++) {
		struct source *s = &m->sources[i];
		size_t n = lb_run_segments(s->slot->run);

		for (size_t j = 0; rc == ERR_OK && j < n; j++) {
			s->segment_now[j] = s->slot->live[j] ? now++ : DROPPED;
			if (s->slot->live[j])
				rc = lb_run_writer_segment(m->w, &s->slot->segments[j],
				                           err);
		}
	}
	return rc;
}

/* The next pack of the source that stays. */
static enum err_code next_pack(struct source *s, struct err *err)
{
	size_t n = lb_run_packs(s->slot->run);

	for (s->more = false; !s->more && s->next_pack < n; s->next_pack++) {
		enum err_code rc = lb_run_pack(s->slot->run, s->next_pack, &s->pack, err);

		if (rc != ERR_OK)
			return rc;
		if (s->slot->own)
			s->more = !(s->slot->flags[s->next_pack] & INDEX_HIDDEN);
		else
			s->more = s->segment_now[s->pack.segment] != DROPPED;
		if (!s->more)
			s->pack_now[s->next_pack] = DROPPED;
	}
	return ERR_OK;
}

static int pack_cmp(const struct source *a, const struct source *b)
{
	int c = lb_id_cmp(&a->pack.name, &b->pack.name);
	uint32_t x;
	uint32_t y;

	if (c != 0 || a->slot->own)
		return c;
	x = a->segment_now[a->pack.segment];
	y = b->segment_now[b->pack.segment];
	return (x > y) - (x < y);
}

static int row_cmp(const struct source *a, const struct source *b)
{
	return memcmp(a->row.prefix, b->row.prefix, LB_PREFIX);
}

/* The source with the least next thing; NULL at the end. Sources are few. */
static struct source *least(const struct merge *m,
                            int (*cmp)(const struct source *, const struct source *))
{
	struct source *best = NULL;

	for (size_t i = 0; i < m->count; i++) {
		struct source *s = &m->sources[i];

		if (s->more && (!best || cmp(s, best) < 0))
			best = s;
	}
	return best;
}

static enum err_code merge_packs(struct merge *m, struct err *err)
{
	struct source *s;
	enum err_code rc;

	for (size_t i = 0; i < m->count; i++) {
		if ((rc = next_pack(&m->sources[i], err)) != ERR_OK)
			return rc;
	}
	while ((s = least(m, pack_cmp))) {
		struct lb_run_pack p = s->pack;

		p.segment = s->slot->own ? 0 : s->segment_now[p.segment];
		s->pack_now[s->next_pack - 1] = m->packs++;
		if ((rc = lb_run_writer_pack(m->w, &p, err)) != ERR_OK ||
		    (rc = next_pack(s, err)) != ERR_OK)
			return rc;
	}
	return ERR_OK;
}

static enum err_code next_row(struct source *s, struct err *err)
{
	uint64_t n = lb_run_rows(s->slot->run);

	for (s->more = false; !s->more && s->next_row < n; s->next_row++) {
		enum err_code rc = lb_run_row(s->slot->run, s->next_row, &s->row, err);

		if (rc != ERR_OK)
			return rc;
		s->row.pack = s->pack_now[s->row.pack];
		s->more = s->row.pack != DROPPED;
	}
	return ERR_OK;
}

static enum err_code merge_rows(struct merge *m, struct err *err)
{
	struct source *s;
	enum err_code rc;

	for (size_t i = 0; i < m->count; i++) {
		if ((rc = next_row(&m->sources[i], err)) != ERR_OK)
			return rc;
	}
	while ((s = least(m, row_cmp))) {
		if ((rc = lb_run_writer_row(m->w, &s->row, err)) != ERR_OK ||
		    (rc = next_row(s, err)) != ERR_OK)
			return rc;
	}
	return lb_run_writer_finish(m->w, err);
}

/* Slots [from, to), all own or none, become one run of what is in force; also a single
 * one. */
static enum err_code merge_slots(struct lb_index *ix, size_t from, size_t to,
                                 struct err *err)
{
	bool own = ix->slots[from].own;
	struct index_slot slot = { 0 };
	struct buf path = BUF_INIT;
	struct merge m;
	enum err_code rc;

	if ((rc = merge_init(&m, ix, from, to, err)) != ERR_OK ||
	    (rc = index_new_path(ix, &path, err)) != ERR_OK)
		goto out;
	if ((rc = start_writer(&m, buf_str(&path), err)) != ERR_OK ||
	    (rc = merge_segments(&m, err)) != ERR_OK ||
	    (rc = merge_packs(&m, err)) != ERR_OK ||
	    (rc = merge_rows(&m, err)) != ERR_OK) {
		rc = index_wrap(ix, rc, err);
		goto out;
	}
	if ((rc = index_adopt(ix, buf_str(&path), own, &slot, err)) == ERR_OK)
		rc = index_replace(ix, from, to, &slot, err);
out:
	index_slot_fini(&slot);
	merge_fini(&m);
	buf_fini(&path);
	return rc;
}

/* Of the slots [from, to) the first that is at most twice as long as the shorter ones
 * behind it together; `to` if there is none. */
static size_t first_to_merge(const struct lb_index *ix, size_t from, size_t to)
{
	size_t found = to;
	uint64_t sum = 0;

	for (size_t i = to; i-- > from;) {
		uint64_t rows = lb_run_rows(ix->slots[i].run);

		if (i + 1 < to && rows <= 2 * sum && rows + sum <= UINT32_MAX)
			found = i;
		sum += rows;
	}
	return found;
}

/* Damaged runs, which nobody merges, then own ones, then those of segments. */
static int kind_of(const struct index_slot *s)
{
	return s->bad ? 0 : s->own ? 1 : 2;
}

static bool comes_before(const struct index_slot *a, const struct index_slot *b)
{
	if (kind_of(a) != kind_of(b))
		return kind_of(a) < kind_of(b);
	return lb_run_rows(a->run) > lb_run_rows(b->run);
}

/* By kind, then length; the slots of the kind are [*from, *to). */
static void order_slots(struct lb_index *ix, int kind, size_t *from, size_t *to)
{
	index_write(ix);
	for (size_t i = 1; i < ix->count; i++) {
		struct index_slot s = ix->slots[i];
		size_t j = i;

		for (; j > 0 && comes_before(&s, &ix->slots[j - 1]); j--)
			ix->slots[j] = ix->slots[j - 1];
		ix->slots[j] = s;
	}
	index_number(ix);
	index_unlock(ix);
	for (*from = 0; *from < ix->count && kind_of(&ix->slots[*from]) < kind;)
		(*from)++;
	for (*to = *from; *to < ix->count && kind_of(&ix->slots[*to]) == kind;)
		(*to)++;
}

/* Most of its segments were dropped. */
static bool is_mostly_dead(const struct index_slot *s)
{
	size_t n = lb_run_segments(s->run);
	size_t live = 0;

	for (size_t i = 0; i < n; i++)
		live += s->live[i];
	return live < n - live;
}

enum err_code index_settle(struct lb_index *ix, struct err *err)
{
	for (int kind = 1; kind <= 2; kind++) {
		size_t from;
		size_t to;
		size_t at;
		enum err_code rc;

		order_slots(ix, kind, &from, &to);
		at = first_to_merge(ix, from, to);
		if (at < to && (rc = merge_slots(ix, at, to, err)) != ERR_OK)
			return rc;
	}
	for (size_t i = 0; i < ix->count; i++) {
		enum err_code rc;

		if (!ix->slots[i].bad && is_mostly_dead(&ix->slots[i]) &&
		    (rc = merge_slots(ix, i, i + 1, err)) != ERR_OK)
			return rc;
	}
	return ERR_OK;
}
