// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/tree.h"

#include "base/mem.h"
#include "base/str.h"
#include "os/fs.h"
#include "scanners/binary.h"
#include "scanners/code_lines.h"
#include "scanners/lexer.h"
#include "scanners/scope.h"
#include "scanners/tracked.h"
#include "scanners/walk.h"

#include <stdlib.h>
#include <string.h>

#define SOURCE_MAX (UINT64_C(16) << 20)

/* What one worker of the walk found. */
struct gathered {
	struct arena arena;
	struct gate_cov_source *items;
	size_t count;
	size_t cap;
};

struct listing {
	size_t strip; /* bytes of a path in front of what is below the root */
	struct gathered *workers;
	size_t worker_count;
};

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

/* ---- the walk ---- */

/* What is no source by its name need not be read. */
static bool is_no_source(struct span path, const struct os_stat *st, size_t worker,
                         void *context)
{
	struct span name = name_of(path);

	(void)st;
	(void)worker;
	(void)context;
	return span_find_byte(name, '.') < name.len &&
	       scan_language_of(name, SPAN_EMPTY) == NULL;
}

static enum err_code note_file(const struct scan_walk_file *f, size_t worker,
                               void *context, struct err *err)
{
	struct listing *l = context;
	struct gathered *g = &l->workers[worker];
	struct span path = span_from(f->path, l->strip);
	const struct scan_language *language = scan_language_of(name_of(path), f->data);
	struct gate_cov_source *s;

	if (language == NULL || (language->features & SCAN_NO_CODE) ||
	    scan_encoding_of(f->data) == SCAN_BINARY)
		return ERR_OK;
	s = arena_push(&g->arena, &g->items, &g->count, &g->cap, sizeof(*s));
	if (s != NULL)
		*s = (struct gate_cov_source){ .path = arena_dup(&g->arena, path),
			                       .language = language,
			                       .scope = scan_scope_of(path, f->data) };
	return arena_err(&g->arena, err);
}

/* A file that cannot be read is measured by what reports say of it alone. */
static enum err_code pass_over(const struct scan_skip *skip, size_t worker, void *context,
                               struct err *err)
{
	(void)skip;
	(void)worker;
	(void)context;
	(void)err;
	return ERR_OK;
}

static enum err_code walk(struct listing *l, const char *root, size_t jobs,
                          const struct cancel *cancel, struct err *err)
{
	struct scan_tracked tracked;
	struct scan_walk w = { .path = root,
		               .jobs = jobs,
		               .max_file = SOURCE_MAX,
		               .cancel = cancel,
		               .tracked = &tracked,
		               .known = is_no_source,
		               .file = note_file,
		               .skip = pass_over,
		               .context = l };
	enum err_code rc = scan_tracked_init(&tracked, root, err);

	if (rc != ERR_OK)
		return rc;
	rc = scan_walk_run(&w, err);
	scan_tracked_fini(&tracked);
	return rc;
}

/* ---- the tree ---- */

static int by_path(const void *a, const void *b)
{
	const struct gate_cov_source *x = a;
	const struct gate_cov_source *y = b;

	return strcmp(x->path, y->path);
}

static bool index_source(struct gate_cov_tree *t, struct gate_cov_source *s)
{
	struct span path = span_str(s->path);
	struct span name = name_of(path);

	s->same_name = map_get(&t->by_name, name);
	return map_set(&t->by_path, path, s) && map_set(&t->by_name, name, s);
}

enum err_code gate_cov_tree_index(struct gate_cov_tree *t, struct err *err)
{
	for (size_t i = 0; i < t->count; i++)
		if (!index_source(t, &t->sources[i]))
			return err_nomem(err);
	return ERR_OK;
}

static enum err_code join_workers(struct gate_cov_tree *t, struct listing *l,
                                  struct err *err)
{
	size_t count = 0;

	for (size_t i = 0; i < l->worker_count; i++)
		count += l->workers[i].count;
	t->sources = arena_array(&t->arena, count + 1, sizeof(*t->sources));
	if (t->sources == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < l->worker_count; i++) {
		struct gathered *g = &l->workers[i];

		if (g->count > 0)
			memcpy(t->sources + t->count, g->items,
			       g->count * sizeof(*g->items));
		t->count += g->count;
		arena_join(&t->arena, &g->arena);
	}
	if (count > 1)
		qsort(t->sources, count, sizeof(*t->sources), by_path);
	return gate_cov_tree_index(t, err);
}

static enum err_code list(struct gate_cov_tree *t, const char *root, size_t jobs,
                          const struct cancel *cancel, struct err *err)
{
	struct listing l = { .worker_count = scan_walk_jobs(jobs) };
	struct buf real = BUF_INIT;
	enum err_code rc = os_realpath(root, &real, err);

	if (rc == ERR_OK) {
		t->root = arena_str(&t->arena, buf_str(&real));
		l.strip = real.len == 1 ? 1 : real.len + 1;
		l.workers = arena_array(&t->arena, l.worker_count, sizeof(*l.workers));
		rc = arena_err(&t->arena, err);
	}
	for (size_t i = 0; rc == ERR_OK && i < l.worker_count; i++)
		arena_init(&l.workers[i].arena);
	if (rc == ERR_OK)
		rc = walk(&l, t->root, jobs, cancel, err);
	if (rc == ERR_OK)
		rc = join_workers(t, &l, err);
	for (size_t i = 0; l.workers != NULL && i < l.worker_count; i++)
		arena_fini(&l.workers[i].arena);
	buf_fini(&real);
	return rc;
}

enum err_code gate_cov_tree_none(struct gate_cov_tree **out, struct err *err)
{
	struct gate_cov_tree *t = mem_new(sizeof(*t));

	if (t == NULL)
		return err_nomem(err);
	arena_init(&t->arena);
	map_init(&t->by_path);
	map_init(&t->by_name);
	*out = t;
	return ERR_OK;
}

enum err_code gate_cov_tree_load(struct gate_cov_tree **out, const char *root,
                                 size_t jobs, const struct cancel *cancel,
                                 struct err *err)
{
	struct gate_cov_tree *t = NULL;
	enum err_code rc = gate_cov_tree_none(&t, err);

	if (rc != ERR_OK)
		return rc;
	rc = list(t, root, jobs, cancel, err);
	if (rc == ERR_OK)
		*out = t;
	else
		gate_cov_tree_free(t);
	return rc;
}

void gate_cov_tree_free(struct gate_cov_tree *t)
{
	if (t == NULL)
		return;
	map_fini(&t->by_path);
	map_fini(&t->by_name);
	arena_fini(&t->arena);
	mem_free(t);
}

/* ---- finding ---- */

/* `tail` is the last names of `path`, or all of it. */
static bool ends_with_names(struct span path, struct span tail)
{
	return span_ends(path, tail) &&
	       (path.len == tail.len || path.ptr[path.len - tail.len - 1] == '/');
}

const struct gate_cov_source *gate_cov_tree_find(const struct gate_cov_tree *t,
                                                 struct span name, bool *several)
{
	const struct gate_cov_source *s = map_get(&t->by_path, name);
	const struct gate_cov_source *inside = NULL; /* its path is the end of the name */
	const struct gate_cov_source *around = NULL; /* the name is the end of its path */
	size_t fits = 0;

	*several = false;
	if (s != NULL)
		return s;
	for (s = map_get(&t->by_name, name_of(name)); s != NULL; s = s->same_name) {
		struct span path = span_str(s->path);

		if (ends_with_names(name, path)) {
			if (inside == NULL || path.len > strlen(inside->path))
				inside = s;
		} else if (ends_with_names(path, name)) {
			around = s;
			fits++;
		}
	}
	*several = inside == NULL && fits > 1;
	return inside != NULL || fits != 1 ? inside : around;
}

/* ---- code ---- */

static uint64_t count_code(const struct scan_language *language, struct span text,
                           struct buf *bits)
{
	struct scan_code_lines counter = { .bits = bits };
	struct scan_lexer lexer;
	struct scan_piece piece;

	scan_lexer_init(&lexer, language, text);
	while (scan_lexer_next(&lexer, &piece)) {
		bool code = piece.kind == SCAN_CODE || piece.kind == SCAN_STRING;
		bool prose = piece.language != NULL &&
		             (piece.language->features & SCAN_NO_CODE);

		scan_code_lines_add(&counter,
		                    span_sub(text, piece.start, piece.end - piece.start),
		                    code && !prose);
	}
	return counter.lines;
}

/* One bit a line, from line 1 on. */
static uint64_t count_new(const struct gate_cov_new *fresh, const struct buf *bits)
{
	uint64_t count = 0;

	for (size_t i = 0; i < fresh->count; i++) {
		size_t bit = fresh->lines[i] - 1;

		count += bit / 8 < bits->len && (bits->ptr[bit / 8] >> bit % 8 & 1);
	}
	return count;
}

void gate_cov_tree_code(const struct gate_cov_tree *t, const struct gate_cov_source *s,
                        struct buf *scratch, struct gate_cov_code *out)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;

	*out = s->code;
	if (t->root == NULL)
		return;
	buf_clear(scratch);
	buf_printf(&path, "%s/%s", t->root, s->path);
	if (os_read_file(buf_str(&path), SOURCE_MAX, &text, NULL) == ERR_OK)
		out->all = count_code(s->language, buf_span(&text), scratch);
	out->fresh = count_new(&s->fresh, scratch);
	buf_fini(&path);
	buf_fini(&text);
}

/* ---- languages ---- */

static int family_of(const struct scan_language *l)
{
	static const char *const families[][5] = {
		{ "c", "cpp", "objective-c", NULL },
		{ "javascript", "typescript", "vue", "svelte", NULL },
	};

	for (int f = 0; f < 2; f++)
		for (int i = 0; families[f][i] != NULL; i++)
			if (str_eq(l->name, families[f][i]))
				return f + 1;
	return 0;
}

bool gate_cov_same_family(const struct scan_language *a, const struct scan_language *b)
{
	return a == b || (family_of(a) > 0 && family_of(a) == family_of(b));
}

bool gate_cov_is_declaration(const struct gate_cov_source *s)
{
	static const char *const ends[] = { ".h",   ".hh",   ".hpp", ".hxx", ".inc",
		                            ".inl", ".d.ts", ".pyi", NULL };

	for (const char *const *e = ends; *e != NULL; e++)
		if (str_ends(s->path, *e))
			return true;
	return false;
}
