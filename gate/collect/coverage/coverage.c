// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/coverage.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* Points out of order that are gathered before they are sorted in. */
enum { TAIL_MIN = 1024 };

const char *const gate_cov_kind_names[GATE_COV_KINDS] = { "lines", "branches",
	                                                  "functions", "statements" };

/* ---- the set ---- */

enum err_code gate_coverage_new(struct gate_coverage **out, struct err *err)
{
	struct gate_coverage *c = mem_new(sizeof(*c));

	if (c == NULL)
		return err_nomem(err);
	arena_init(&c->arena);
	map_init(&c->by_path);
	*out = c;
	return ERR_OK;
}

void gate_coverage_free(struct gate_coverage *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->count; i++)
		for (int k = 0; k < GATE_COV_KINDS; k++)
			mem_free(c->files[i]->of[k].items);
	mem_free(c->files);
	map_fini(&c->by_path);
	arena_fini(&c->arena);
	mem_free(c);
}

static enum err_code add_file(struct gate_coverage *c, struct span path,
                              struct gate_cov_file **out, struct err *err)
{
	struct gate_cov_file *f;

	if (c->count == GATE_COV_FILES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d files", GATE_COV_FILES_MAX);
	if (!mem_grow(&c->files, c->count, &c->cap, sizeof(struct gate_cov_file *)))
		return err_nomem(err);
	f = arena_new(&c->arena, sizeof(*f));
	if (f == NULL || (f->path = arena_dup(&c->arena, path)) == NULL ||
	    !map_set(&c->by_path, path, f))
		return err_nomem(err);
	c->files[c->count++] = f;
	*out = f;
	return ERR_OK;
}

enum err_code gate_coverage_file(struct gate_coverage *c, struct span path,
                                 struct gate_cov_file **out, struct err *err)
{
	if (path.len == 0)
		return err_set(err, ERR_CORRUPT, "a file without a name");
	if (path.len > GATE_COV_PATH_MAX || memchr(path.ptr, '\0', path.len) != NULL)
		return err_set(err, ERR_LIMIT,
		               "the name of a file is longer than %d "
		               "bytes, or holds a NUL",
		               GATE_COV_PATH_MAX);
	*out = map_get(&c->by_path, path);
	if (*out == NULL)
		return add_file(c, path, out, err);
	for (int k = 0; k < GATE_COV_KINDS; k++)
		(*out)->of[k].cursor = 0;
	return ERR_OK;
}

/* ---- points ---- */

static uint64_t key_of(const struct gate_cov_point *p)
{
	return (uint64_t)p->line << 32 | p->id;
}

static void combine(struct gate_cov_point *into, uint32_t hits, bool most)
{
	if (most)
		into->hits = hits > into->hits ? hits : into->hits;
	else
		into->hits =
			hits > UINT32_MAX - into->hits ? UINT32_MAX : into->hits + hits;
}

static int by_key(const void *a, const void *b)
{
	uint64_t x = key_of(a);
	uint64_t y = key_of(b);

	return x < y ? -1 : x > y;
}

/* Joins neighbours of one key. */
static size_t join_equal(struct gate_cov_point *items, size_t count, bool most)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && key_of(&items[kept - 1]) == key_of(&items[i]))
			combine(&items[kept - 1], items[i].hits, most);
		else
			items[kept++] = items[i];
	}
	return kept;
}

static void settle_points(struct gate_coverage *c, struct gate_cov_points *p)
{
	size_t before = p->count;

	if (p->sorted == p->count)
		return;
	qsort(p->items, p->count, sizeof(*p->items), by_key);
	p->count = join_equal(p->items, p->count, p->most);
	p->sorted = p->count;
	p->cursor = 0;
	c->points -= before - p->count;
}

void gate_coverage_settle(struct gate_coverage *c)
{
	for (size_t i = 0; i < c->count; i++)
		for (int k = 0; k < GATE_COV_KINDS; k++)
			settle_points(c, &c->files[i]->of[k]);
}

/* The first in the sorted part that is not before the key. */
static size_t lower_bound(const struct gate_cov_points *p, uint64_t key)
{
	size_t from = 0;
	size_t to = p->sorted;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (key_of(&p->items[middle]) < key)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* Most reports name the points of a file in order, again and again: then the cursor
 * stands at the very one. */
static struct gate_cov_point *find(struct gate_cov_points *p, uint64_t key)
{
	size_t at = p->cursor;

	if (at >= p->sorted || key_of(&p->items[at]) != key)
		at = lower_bound(p, key);
	if (at == p->sorted || key_of(&p->items[at]) != key)
		return NULL;
	p->cursor = at + 1;
	return &p->items[at];
}

static enum err_code push(struct gate_coverage *c, struct gate_cov_points *p,
                          const struct gate_cov_point *point, struct err *err)
{
	bool rising = p->sorted == p->count &&
	              (p->count == 0 || key_of(&p->items[p->count - 1]) < key_of(point));

	if (!rising && p->count - p->sorted >= TAIL_MIN + p->sorted / 2)
		settle_points(c, p);
	if (c->points == GATE_COV_POINTS_MAX)
		return err_set(err, ERR_LIMIT,
		               "more than %llu lines, branches and functions",
		               (unsigned long long)GATE_COV_POINTS_MAX);
	if (!mem_grow(&p->items, p->count, &p->cap, sizeof(*p->items)))
		return err_nomem(err);
	p->items[p->count++] = *point;
	c->points++;
	if (rising)
		p->sorted = p->cursor = p->count;
	return ERR_OK;
}

enum err_code gate_coverage_add(struct gate_coverage *c, struct gate_cov_file *f,
                                enum gate_cov_kind kind,
                                const struct gate_cov_point *point,
                                enum gate_cov_merge how, struct err *err)
{
	struct gate_cov_points *p = &f->of[kind];
	struct gate_cov_point *known;

	if (point->line > GATE_COV_LINE_MAX)
		return err_set(err, ERR_LIMIT, "line %lu: no file has more than %d lines",
		               (unsigned long)point->line, GATE_COV_LINE_MAX);
	if (point->line == 0 && kind != GATE_COV_FUNCTIONS)
		return err_set(err, ERR_CORRUPT, "there is no line 0");
	c->names[kind] = true;
	p->most = how == GATE_COV_MOST;
	known = find(p, key_of(point));
	if (known == NULL)
		return push(c, p, point, err);
	combine(known, point->hits, p->most);
	return ERR_OK;
}

enum err_code gate_coverage_add_branches(struct gate_coverage *c, struct gate_cov_file *f,
                                         uint32_t line, uint32_t taken, uint32_t total,
                                         struct err *err)
{
	enum { TOTAL_MAX = 100000 };
	enum err_code rc = ERR_OK;

	if (total > TOTAL_MAX || taken > total)
		return err_set(err, ERR_CORRUPT, "line %lu: %lu of %lu branches",
		               (unsigned long)line, (unsigned long)taken,
		               (unsigned long)total);
	for (uint32_t i = 0; i < total && rc == ERR_OK; i++) {
		struct gate_cov_point p = { line, i, i < taken, 1 };

		rc = gate_coverage_add(c, f, GATE_COV_BRANCHES, &p, GATE_COV_SUM, err);
	}
	return rc;
}

void gate_coverage_clear(struct gate_coverage *c, struct gate_cov_file *f)
{
	for (int k = 0; k < GATE_COV_KINDS; k++) {
		c->points -= f->of[k].count;
		mem_free(f->of[k].items);
		f->of[k] = (struct gate_cov_points){ .items = NULL };
	}
}

enum err_code gate_coverage_join(struct gate_coverage *c, struct gate_cov_file *to,
                                 const struct gate_cov_file *from, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (int k = 0; k < GATE_COV_KINDS; k++)
		for (size_t i = 0; i < from->of[k].count && rc == ERR_OK; i++)
			rc = gate_coverage_add(c, to, (enum gate_cov_kind)k,
			                       &from->of[k].items[i], GATE_COV_SUM, err);
	return rc;
}

enum err_code gate_coverage_union(struct gate_coverage *to,
                                  const struct gate_coverage *from, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (int k = 0; k < GATE_COV_KINDS; k++)
		to->names[k] = to->names[k] || from->names[k];
	for (size_t i = 0; i < from->count && rc == ERR_OK; i++) {
		struct gate_cov_file *f = NULL;

		rc = gate_coverage_file(to, span_str(from->files[i]->path), &f, err);
		if (rc == ERR_OK)
			rc = gate_coverage_join(to, f, from->files[i], err);
	}
	return rc;
}

void gate_coverage_count(const struct gate_cov_file *f, enum gate_cov_kind kind,
                         struct gate_cov_sum *sum)
{
	const struct gate_cov_points *p = &f->of[kind];

	for (size_t i = 0; i < p->count; i++) {
		sum->total += p->items[i].weight;
		sum->hit += p->items[i].hits > 0 ? p->items[i].weight : 0;
	}
}

uint32_t gate_coverage_id(struct span name)
{
	uint32_t h = 2166136261U; /* FNV-1a */

	for (size_t i = 0; i < name.len; i++)
		h = (h ^ (unsigned char)name.ptr[i]) * 16777619U;
	return h;
}
