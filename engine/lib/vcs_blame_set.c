// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "vcs_blame_internal.h"

#include <stdlib.h>
#include <string.h>

/* Sets of files by commit, and the heap that gives the newest. */

static struct span key_of(const git_oid *id)
{
	return span_of((const char *)id->id, sizeof(id->id));
}

void blame_set_free(struct blame_set *s)
{
	if (s != NULL)
		mem_free(s->files);
	mem_free(s);
}

struct blame_file *blame_file_new(struct blame *b, const char *path, const git_oid *blob,
                                  const struct blame_line *lines, size_t count)
{
	struct blame_file *f = arena_new(&b->arena, sizeof(*f));

	if (f != NULL)
		f->lines = arena_array(&b->arena, count, sizeof(*f->lines));
	if (f == NULL || f->lines == NULL) {
		b->nomem = true;
		return NULL;
	}
	f->path = path;
	f->blob = *blob;
	f->count = count;
	memcpy(f->lines, lines, count * sizeof(*lines));
	return f;
}

/* ---- the heap ---- */

static void sift_up(struct blame *b, size_t at)
{
	struct blame_set *s = b->heap[at];

	while (at > 0 && b->heap[(at - 1) / 2]->time < s->time) {
		b->heap[at] = b->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	b->heap[at] = s;
}

static void sift_down(struct blame *b)
{
	struct blame_set *s = b->heap[0];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < b->heap_count &&
		    b->heap[child + 1]->time > b->heap[child]->time)
			child++;
		if (child >= b->heap_count || b->heap[child]->time <= s->time)
			break;
		b->heap[at] = b->heap[child];
		at = child;
	}
	b->heap[at] = s;
}

static bool push(struct blame *b, struct blame_set *s)
{
	if (!mem_grow(&b->heap, b->heap_count, &b->heap_cap,
	              sizeof(struct blame_set *)) ||
	    !map_set(&b->sets, key_of(&s->commit), s)) {
		b->nomem = true;
		return false;
	}
	b->heap[b->heap_count++] = s;
	sift_up(b, b->heap_count - 1);
	return true;
}

/* ---- order within a set ---- */

static int compare_files(const void *a, const void *b)
{
	const struct blame_file *x = *(struct blame_file *const *)a;
	const struct blame_file *y = *(struct blame_file *const *)b;

	return strcmp(x->path, y->path);
}

static int compare_lines(const void *a, const void *b)
{
	const struct blame_line *x = a;
	const struct blame_line *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return (x->asked > y->asked) - (x->asked < y->asked);
}

/* A file of a commit is the same, whichever way it was reached. */
static void join(struct blame *b, struct blame_file *f, const struct blame_file *more)
{
	struct blame_line *all =
		arena_array(&b->arena, f->count + more->count, sizeof(*all));

	if (all == NULL) {
		b->nomem = true;
		return;
	}
	memcpy(all, f->lines, f->count * sizeof(*all));
	memcpy(all + f->count, more->lines, more->count * sizeof(*all));
	f->lines = all;
	f->count += more->count;
	qsort(all, f->count, sizeof(*all), compare_lines);
}

static void put_in_order(struct blame *b, struct blame_set *s)
{
	size_t kept = 0;

	if (s->sorted || s->count == 0)
		return;
	qsort(s->files, s->count, sizeof(struct blame_file *), compare_files);
	for (size_t i = 1; i < s->count; i++) {
		if (strcmp(s->files[kept]->path, s->files[i]->path) == 0)
			join(b, s->files[kept], s->files[i]);
		else
			s->files[++kept] = s->files[i];
	}
	s->count = kept + 1;
	s->sorted = true;
}

struct blame_set *blame_take(struct blame *b)
{
	struct blame_set *s;

	if (b->heap_count == 0)
		return NULL;
	s = b->heap[0];
	b->heap[0] = b->heap[--b->heap_count];
	if (b->heap_count > 0)
		sift_down(b);
	(void)map_remove(&b->sets, key_of(&s->commit));
	put_in_order(b, s);
	return s;
}

/* ---- handing on ---- */

static void append(struct blame *b, struct blame_set *s, struct blame_file *f)
{
	if (!mem_grow(&s->files, s->count, &s->cap, sizeof(struct blame_file *))) {
		b->nomem = true;
		return;
	}
	s->files[s->count++] = f;
	s->sorted = false;
}

void blame_give(struct blame *b, const git_oid *commit, int64_t time,
                struct blame_file *file)
{
	struct blame_set *s = map_get(&b->sets, key_of(commit));

	if (file == NULL)
		return;
	if (s == NULL) {
		s = mem_new(sizeof(*s));
		if (s == NULL) {
			b->nomem = true;
			return;
		}
		s->commit = *commit;
		s->time = time;
		if (!push(b, s)) {
			blame_set_free(s);
			return;
		}
	}
	append(b, s, file);
}

void blame_move(struct blame *b, struct blame_set *s, const git_oid *commit, int64_t time)
{
	struct blame_set *there = map_get(&b->sets, key_of(commit));

	if (there == NULL && s->count > 0) {
		s->commit = *commit;
		s->time = time;
		if (push(b, s))
			return;
	}
	for (size_t i = 0; there != NULL && i < s->count; i++)
		append(b, there, s->files[i]);
	blame_set_free(s);
}
