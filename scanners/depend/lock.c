// SPDX-License-Identifier: Apache-2.0
#include "lock.h"

#include "base/buf.h"
#include "lock_internal.h"

#include <string.h>

struct scan_need {
	size_t from; /* SCAN_LOCK_NONE: the project */
	size_t to;   /* known at the end; SCAN_LOCK_NONE: nothing has the key */
	struct span key;
	bool dev;
};

void scan_lock_init(struct scan_lock *l, struct span text)
{
	*l = (struct scan_lock){ .text = text, .line = 1 };
	arena_init(&l->arena);
	map_init(&l->keys);
}

void scan_lock_fini(struct scan_lock *l)
{
	map_fini(&l->keys);
	arena_fini(&l->arena);
	*l = (struct scan_lock){ .count = 0 };
}

/* ---- filling ---- */

size_t scan_lock_add(struct scan_lock *l, struct span name, struct span version)
{
	struct scan_dependency *d;

	if (l->count >= SCAN_LOCK_MAX)
		return SCAN_LOCK_NONE;
	d = arena_push(&l->arena, &l->items, &l->count, &l->cap, sizeof *d);
	if (d == NULL)
		return SCAN_LOCK_NONE;
	d->ecosystem = l->ecosystem;
	d->name = arena_dup(&l->arena, name);
	d->version = arena_dup(&l->arena, version);
	return arena_ok(&l->arena) ? l->count - 1 : SCAN_LOCK_NONE;
}

void scan_lock_key(struct scan_lock *l, size_t item, struct span key)
{
	size_t *index;

	if (item == SCAN_LOCK_NONE || map_has(&l->keys, key))
		return;
	index = arena_new(&l->arena, sizeof *index);
	if (index == NULL)
		return;
	*index = item;
	if (!map_set(&l->keys, key, index))
		l->arena.failed = true;
}

size_t scan_lock_find(const struct scan_lock *l, struct span key)
{
	const size_t *index = map_get(&l->keys, key);

	return index != NULL ? *index : SCAN_LOCK_NONE;
}

void scan_lock_need(struct scan_lock *l, size_t from, struct span key, bool dev)
{
	char *copy = arena_dup(&l->arena, key);
	struct scan_need *n =
		arena_push(&l->arena, &l->needs, &l->need_count, &l->need_cap, sizeof *n);

	if (n != NULL)
		*n = (struct scan_need){ .from = from,
			                 .to = SCAN_LOCK_NONE,
			                 .key = span_of(copy, copy != NULL ? key.len : 0),
			                 .dev = dev };
}

/* ---- places ---- */

static void set_place(struct scan_lock *l, size_t at, size_t len)
{
	if (l->count == 0)
		return;
	l->items[l->count - 1].at = at;
	l->items[l->count - 1].len = len;
}

/* Packages come in the order of the file, so all searches together are one pass. One that
 * fails would read on to the end: it is the last. */
void scan_lock_place(struct scan_lock *l, struct span needle)
{
	struct span rest = span_from(l->text, l->cursor);
	size_t found = l->lost ? rest.len : span_find(rest, needle);

	l->lost = l->lost || found == rest.len;
	if (!l->lost)
		set_place(l, l->cursor + found, needle.len);
	if (!l->lost)
		l->cursor += found + needle.len;
}

static char next_char(struct span text)
{
	text = span_trim(text);
	return text.len > 0 ? text.ptr[0] : '\0';
}

/* Is the JSON string that ends here the key of an object, or a value? */
static bool is_role(struct span behind, enum scan_lock_role role)
{
	struct span rest = span_trim(span_sub(behind, 0, 64));

	if (role == SCAN_LOCK_VALUE)
		return next_char(rest) != ':';
	return next_char(rest) == ':' && next_char(span_from(rest, 1)) == '{';
}

void scan_lock_place_json(struct scan_lock *l, const char *text, enum scan_lock_role role)
{
	struct buf needle = BUF_INIT;

	buf_printf(&needle, "\"%s\"", text);
	while (!l->lost && buf_ok(&needle)) {
		scan_lock_place(l, buf_span(&needle));
		if (is_role(span_from(l->text, l->cursor), role))
			break;
	}
	buf_fini(&needle);
}

void scan_lock_place_line(struct scan_lock *l, size_t line, struct span needle)
{
	struct span row;
	size_t found;

	if (line < l->line) {
		l->line = 1;
		l->cursor = 0;
	}
	while (l->line < line && l->cursor < l->text.len) {
		struct span rest = span_from(l->text, l->cursor);

		l->cursor += span_find_byte(rest, '\n') + 1;
		l->line++;
	}
	row = span_from(l->text, l->cursor);
	row = span_sub(row, 0, span_find_byte(row, '\n'));
	found = span_find(row, needle);
	if (found == row.len)
		set_place(l, l->cursor, row.len);
	else
		set_place(l, l->cursor + found, needle.len);
}

void scan_lock_place_at(struct scan_lock *l, struct span piece)
{
	set_place(l, (size_t)(piece.ptr - l->text.ptr), piece.len);
}

/* ---- from the project to each package ---- */

struct graph {
	struct scan_lock *l;
	size_t *first; /* needs of item i: by_from[first[i]] up to first[i + 1] */
	size_t *by_from;
	size_t *parent; /* SCAN_LOCK_NONE: asked for by the project */
	size_t *queue;
	bool *seen;
};

static bool graph_init(struct graph *g, struct scan_lock *l)
{
	struct arena *a = &l->arena;

	*g = (struct graph){ .l = l,
		             .first = arena_array(a, l->count + 2, sizeof *g->first),
		             .by_from = arena_array(a, l->need_count + 1,
		                                    sizeof *g->by_from),
		             .parent = arena_array(a, l->count + 1, sizeof *g->parent),
		             .queue = arena_array(a, l->count + 1, sizeof *g->queue),
		             .seen = arena_array(a, l->count + 1, sizeof *g->seen) };
	return arena_ok(a);
}

/* Which item each need asks for, and all needs by who asks. */
static void link_needs(struct graph *g)
{
	struct scan_lock *l = g->l;

	for (size_t i = 0; i < l->need_count; i++) {
		struct scan_need *n = &l->needs[i];

		n->to = scan_lock_find(l, n->key);
		if (n->from != SCAN_LOCK_NONE && n->to != SCAN_LOCK_NONE)
			g->first[n->from + 2]++;
	}
	for (size_t i = 2; i < l->count + 2; i++)
		g->first[i] += g->first[i - 1];
	for (size_t i = 0; i < l->need_count; i++) {
		struct scan_need *n = &l->needs[i];

		if (n->from != SCAN_LOCK_NONE && n->to != SCAN_LOCK_NONE)
			g->by_from[g->first[n->from + 1]++] = n->to;
	}
}

static size_t start(struct graph *g, size_t tail, size_t item)
{
	if (g->seen[item])
		return tail;
	g->seen[item] = true;
	g->parent[item] = SCAN_LOCK_NONE;
	g->queue[tail] = item;
	return tail + 1;
}

/* From what is in the queue to all that is needed for it, nearest first. */
static void spread(struct graph *g, size_t head, size_t tail)
{
	for (; head < tail; head++) {
		size_t from = g->queue[head];

		for (size_t i = g->first[from]; i < g->first[from + 1]; i++) {
			size_t to = g->by_from[i];

			if (g->seen[to])
				continue;
			g->seen[to] = true;
			g->parent[to] = from;
			g->queue[tail++] = to;
		}
	}
}

/* The roots of one kind, and what they need. False if the project asks for nothing. */
static bool walk(struct graph *g, bool dev)
{
	struct scan_lock *l = g->l;
	size_t tail = 0;
	bool any = false;

	for (size_t i = 0; i < l->need_count; i++) {
		const struct scan_need *n = &l->needs[i];

		if (n->from != SCAN_LOCK_NONE || n->dev != dev)
			continue;
		any = true;
		if (n->to == SCAN_LOCK_NONE)
			continue;
		l->items[n->to].direct = true;
		tail = start(g, tail, n->to);
	}
	spread(g, 0, tail);
	return any;
}

/* Where the project is not named, whatever nobody asks for is its own wish. */
static void walk_orphans(struct graph *g)
{
	struct scan_lock *l = g->l;
	size_t tail = 0;
	bool *asked = arena_array(&l->arena, l->count + 1, sizeof *asked);

	if (asked == NULL)
		return;
	for (size_t i = 0; i < l->need_count; i++)
		if (l->needs[i].to != SCAN_LOCK_NONE)
			asked[l->needs[i].to] = true;
	for (size_t i = 0; i < l->count; i++)
		if (!asked[i]) {
			l->items[i].direct = true;
			tail = start(g, tail, i);
		}
	spread(g, 0, tail);
}

static void set_path(struct graph *g, size_t item)
{
	struct scan_dependency *d = &g->l->items[item];
	size_t count = 1;
	size_t at = item;

	while (g->parent[at] != SCAN_LOCK_NONE && count < SCAN_PATH_MAX) {
		at = g->parent[at];
		count++;
	}
	d->path = arena_array(&g->l->arena, count, sizeof *d->path);
	if (d->path == NULL)
		return;
	d->path_count = count;
	for (at = item; count > 0; at = g->parent[at])
		d->path[--count] = g->l->items[at].name;
}

/* Only for development: what the project needs otherwise does not lead there. */
static void mark_dev(struct graph *g, const bool *needed)
{
	for (size_t i = 0; i < g->l->count; i++)
		if (g->seen[i] && !needed[i])
			g->l->items[i].dev = true;
}

enum err_code scan_lock_finish(struct scan_lock *l, struct err *err)
{
	struct graph g;
	bool *needed;
	bool any;

	if (!arena_ok(&l->arena) || !graph_init(&g, l))
		return err_nomem(err);
	needed = arena_array(&l->arena, l->count + 1, sizeof *needed);
	if (needed == NULL)
		return err_nomem(err);
	link_needs(&g);
	any = walk(&g, false);
	memcpy(needed, g.seen, l->count * sizeof *needed);
	if (walk(&g, true) || any)
		mark_dev(&g, needed);
	else if (l->need_count > 0)
		walk_orphans(&g);
	for (size_t i = 0; i < l->count; i++) {
		if (!g.seen[i])
			g.parent[i] = SCAN_LOCK_NONE;
		set_path(&g, i);
	}
	return arena_err(&l->arena, err);
}
