// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include <string.h>

/*
 * Modules are found as the compiler does it: from the roots of crates by their mod
 * declarations, which are no dependencies. A path leads to the last module on it, and on
 * to where that has its name from by `pub use`.
 */

struct module {
	size_t file;
	size_t crate;       /* file of its root */
	struct span path;   /* "a::b"; empty: the root */
	struct span folder; /* where its modules are */
	bool old;           /* edition 2015: paths of `use` start from the root */
	bool known;
};

struct resolver {
	struct import_judge *j;
	struct module *modules; /* of each file */
	size_t *queue;          /* files whose modules are to be looked for */
	size_t queued;
	struct map paths;   /* crate, path: a module's file, by its address in modules */
	struct map crates;  /* name of a library: its root, the same */
	struct map exports; /* module, name: the fact that passes it on */
	size_t steps;       /* parts of paths that were looked at */
	bool cut;           /* a path of the file in hand was not followed to its end */
	struct buf key;
	struct buf path;
};

static struct span keep(struct resolver *r, struct span s)
{
	char *copy = arena_dup(&r->j->memory, s);

	r->j->failed = r->j->failed || copy == NULL;
	return span_of(copy, copy == NULL ? 0 : s.len);
}

static struct span key_of(struct resolver *r, size_t file, struct span text)
{
	buf_clear(&r->key);
	buf_printf(&r->key, "%zu\n", file);
	buf_put(&r->key, text);
	r->j->failed = r->j->failed || !buf_ok(&r->key);
	return buf_span(&r->key);
}

static bool take_segment(struct span *path, struct span *segment)
{
	size_t at = span_find(*path, SPAN_LIT("::"));

	if (path->len == 0)
		return false;
	*segment = span_sub(*path, 0, at);
	*path = span_from(*path, at + 2);
	return true;
}

/* ---- modules ---- */

static void add_module(struct resolver *r, size_t file, size_t crate, struct span path,
                       struct span folder)
{
	struct module *m = &r->modules[file];

	if (m->known || r->j->failed)
		return;
	*m = (struct module){ .file = file,
		              .crate = crate,
		              .path = keep(r, path),
		              .folder = keep(r, folder),
		              .old = file != crate && r->modules[crate].old,
		              .known = true };
	r->queue[r->queued++] = file;
	if (!r->j->failed && !map_set(&r->paths, key_of(r, crate, path), m))
		r->j->failed = true;
}

static void check_missing(struct resolver *r, size_t file, const struct scan_fact *at,
                          struct span path)
{
	static const char *const suffixes[] = { ".rs", "/mod.rs", NULL };
	struct import_fact f = import_fact_of(at);
	unsigned unsure = SCAN_IMPORT_CONDITIONAL | SCAN_IMPORT_TEST;

	if ((f.flags & unsure) == 0 && f.name.len == 0)
		import_missing(r->j, file, at, path, suffixes);
}

/* An inline module on the way to one with a file: what it holds is in the file of m. */
static void add_inline(struct resolver *r, const struct module *m, struct span path)
{
	struct module *inner;

	if (map_has(&r->paths, key_of(r, m->crate, path)))
		return;
	inner = arena_new(&r->j->memory, sizeof(*inner));
	if (inner == NULL) {
		r->j->failed = true;
		return;
	}
	*inner = *m;
	inner->path = keep(r, path);
	if (!map_set(&r->paths, key_of(r, m->crate, path), inner))
		r->j->failed = true;
}

/* The path and the place of `mod x;`, in whatever inline modules; the folder of those is
 * behind *folder bytes of the place. */
static void find_place(struct resolver *r, const struct module *m, struct span target,
                       struct buf *path, struct buf *place, size_t *folder)
{
	struct span segment;

	buf_put(path, m->path);
	buf_put(place, m->folder);
	while (take_segment(&target, &segment)) {
		buf_puts(path, path->len > 0 ? "::" : "");
		buf_put(path, segment);
		*folder = place->len;
		buf_puts(place, place->len > 0 ? "/" : "");
		buf_put(place, segment);
		if (target.len > 0 && buf_ok(path))
			add_inline(r, m, buf_span(path));
	}
	r->j->failed = r->j->failed || !buf_ok(path) || !buf_ok(place);
}

/* `#[path = ".."] mod x;` starts from the folder of the file, and inside of an inline
 * module from that one's. */
static void declare_at(struct resolver *r, const struct module *m,
                       const struct import_fact *f, struct span path, struct span folder)
{
	struct import_judge *j = r->j;
	bool in_file = span_find(f->target, SPAN_LIT("::")) == f->target.len;
	size_t file;

	if (!import_join(&r->path,
	                 in_file ? import_folder(j->tree->files[m->file].path) : folder,
	                 f->name))
		return;
	file = import_find(j, buf_span(&r->path));
	if (file < j->tree->count)
		add_module(r, file, m->crate, path, import_folder(buf_span(&r->path)));
}

/* `mod x;` in a module: x.rs or x/mod.rs, or where its attribute says. */
static void declare(struct resolver *r, const struct module *m,
                    const struct scan_fact *at)
{
	struct import_judge *j = r->j;
	struct import_fact f = import_fact_of(at);
	struct buf path = BUF_INIT;
	struct buf place = BUF_INIT;
	size_t none = j->tree->count;
	size_t folder = 0;
	size_t file;

	find_place(r, m, f.target, &path, &place, &folder);
	if (!j->failed && f.name.len > 0) {
		declare_at(r, m, &f, buf_span(&path),
		           span_sub(buf_span(&place), 0, folder));
	} else if (!j->failed) {
		file = import_find_in(j, SPAN_EMPTY, buf_span(&place), ".rs");
		if (file == none)
			file = import_find_in(j, SPAN_EMPTY, buf_span(&place), "/mod.rs");
		if (file < none)
			add_module(r, file, m->crate, buf_span(&path), buf_span(&place));
		else
			check_missing(r, m->file, at, buf_span(&place));
	}
	buf_fini(&path);
	buf_fini(&place);
}

/* Is the manifest nearest to the root one of the first edition? */
static bool is_old(struct resolver *r, size_t root)
{
	struct span folder = import_folder(r->j->tree->files[root].path);
	size_t none = r->j->tree->count;
	size_t file;

	for (;;) {
		file = folder.len == 0
		               ? import_find(r->j, SPAN_LIT("Cargo.toml"))
		               : import_find_in(r->j, folder, SPAN_LIT("Cargo"), ".toml");
		if (file < none || folder.len == 0)
			break;
		folder = import_folder(folder);
	}
	for (size_t i = 0; file < none && i < r->j->tree->files[file].count; i++)
		if (import_fact_of(&r->j->tree->files[file].facts[i]).kind ==
		    SCAN_IMPORT_OLD)
			return true;
	return false;
}

static void add_root(struct resolver *r, size_t file)
{
	if (file == r->j->tree->count || r->j->families[file] != SCAN_IMPORT_RUST ||
	    r->modules[file].known)
		return;
	add_module(r, file, file, SPAN_EMPTY,
	           import_folder(r->j->tree->files[file].path));
	r->modules[file].old = is_old(r, file);
}

/* The modules of all roots that were added, and theirs in turn. */
static void follow(struct resolver *r)
{
	for (size_t at = 0; at < r->queued && !r->j->failed; at++) {
		size_t file = r->queue[at];
		const struct scan_seen *s = &r->j->tree->files[file];
		struct module m = r->modules[file];

		for (size_t i = 0; i < s->count && import_goes_on(r->j); i++)
			if (import_fact_of(&s->facts[i]).kind == SCAN_IMPORT_MODULE)
				declare(r, &m, &s->facts[i]);
	}
	r->queued = 0;
}

/* ---- crates ---- */

/* A library by its name as paths have it. */
static void name_crate(struct resolver *r, struct span name, size_t root)
{
	struct buf plain = BUF_INIT;

	buf_put(&plain, name);
	for (size_t i = 0; i < plain.len; i++)
		plain.ptr[i] = plain.ptr[i] == '-' ? '_' : plain.ptr[i];
	if (!buf_ok(&plain) || !map_set(&r->crates, buf_span(&plain), &r->modules[root]))
		r->j->failed = true;
	buf_fini(&plain);
}

static void read_manifest(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];
	struct span folder = import_folder(s->path);
	size_t none = r->j->tree->count;
	size_t library = import_find_in(r->j, folder, SPAN_LIT("src/lib"), ".rs");
	struct span name = SPAN_EMPTY;

	for (size_t i = 0; i < s->count; i++) {
		struct import_fact f = import_fact_of(&s->facts[i]);
		size_t root;

		if (f.kind == SCAN_IMPORT_NAME)
			name = f.name.len > 0 ? f.name : f.target;
		if (f.kind != SCAN_IMPORT_ROOT ||
		    !import_join(&r->path, folder, f.target))
			continue;
		root = import_find(r->j, buf_span(&r->path));
		if (span_eq_str(f.name, "lib"))
			library = root;
		add_root(r, root);
	}
	add_root(r, library);
	if (library < none && name.len > 0 && r->modules[library].known)
		name_crate(r, name, library);
	follow(r);
}

/* Is it where cargo looks for programs, tests and examples by itself? */
static bool is_target(struct import_judge *j, struct span path)
{
	static const char *const names[] = { "bin", "tests", "examples", "benches" };
	struct span name = import_base_name(path);
	struct span folder = import_folder(path);

	if (span_eq_str(name, "lib.rs") || span_eq_str(name, "main.rs") ||
	    span_eq_str(name, "build.rs"))
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span above = import_folder(folder);

		if (!span_eq_str(import_base_name(folder), names[i]))
			continue;
		if (i == 0)
			above = import_folder(above);
		if (import_find_in(j, above, SPAN_LIT("Cargo"), ".toml") <
		            j->tree->count ||
		    (above.len == 0 &&
		     import_find(j, SPAN_LIT("Cargo.toml")) < j->tree->count))
			return true;
	}
	return false;
}

static void find_modules(struct resolver *r)
{
	struct import_judge *j = r->j;

	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (span_eq_str(import_base_name(j->tree->files[i].path), "Cargo.toml"))
			read_manifest(r, i);
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++) {
		if (j->families[i] != SCAN_IMPORT_RUST ||
		    !is_target(j, j->tree->files[i].path))
			continue;
		add_root(r, i);
		follow(r);
	}
}

/* ---- paths ---- */

/* Names may be passed on in a circle, which is an error; all paths together take no more
 * steps than this. */
enum { HOPS_MAX = 64, STEPS_MAX = 20000000 };

/* Facts are kept by address: the list of a file does not move any more. */
struct export
{
	const struct scan_fact *at;
};

static void note_exports(struct resolver *r, const struct module *m)
{
	const struct scan_seen *s = &r->j->tree->files[m->file];

	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++) {
		struct import_fact f = import_fact_of(&s->facts[i]);
		struct span rest = f.target;
		struct span last = SPAN_EMPTY;
		struct export *e;

		if (f.kind != SCAN_IMPORT_NEEDS || (f.flags & SCAN_IMPORT_EXPORTS) == 0)
			continue;
		while (take_segment(&rest, &last))
			;
		/* Nobody knows which name came with a star. */
		if (span_eq_str(last, "*"))
			continue;
		last = f.name.len > 0 ? f.name : last;
		e = arena_new(&r->j->memory, sizeof(*e));
		if (e == NULL || !map_set(&r->exports, key_of(r, m->file, last), e))
			r->j->failed = true;
		else
			e->at = &s->facts[i];
	}
}

/* The module inside of another, or NULL. */
static const struct module *inside(struct resolver *r, const struct module *m,
                                   struct span name)
{
	buf_clear(&r->path);
	buf_put(&r->path, m->path);
	buf_puts(&r->path, m->path.len > 0 ? "::" : "");
	buf_put(&r->path, name);
	if (!buf_ok(&r->path)) {
		r->j->failed = true;
		return NULL;
	}
	return map_get(&r->paths, key_of(r, m->crate, buf_span(&r->path)));
}

static const struct module *outside(struct resolver *r, const struct module *m)
{
	struct span path = m->path;
	size_t at = path.len;

	while (at > 1 && !(path.ptr[at - 1] == ':' && path.ptr[at - 2] == ':'))
		at--;
	if (path.len == 0)
		return NULL;
	return map_get(&r->paths,
	               key_of(r, m->crate, span_sub(path, 0, at > 1 ? at - 2 : 0)));
}

/* Of what is no word of the language: a module, or a library of the tree. */
static const struct module *named(struct resolver *r, const struct module *m,
                                  struct span segment, struct span rest,
                                  struct span *path)
{
	if (m != NULL && inside(r, m, segment) != NULL)
		return m;
	*path = rest;
	return map_get(&r->crates, segment);
}

/* Where a path starts; it is stepped behind what says so. NULL: elsewhere. */
static const struct module *start_of(struct resolver *r, const struct module *m,
                                     struct span *path)
{
	struct span rest = *path;
	struct span segment;

	if (!take_segment(&rest, &segment))
		return NULL;
	/* "::a" */
	if (span_eq_str(segment, "$")) {
		*path = rest;
		return take_segment(&rest, &segment)
		               ? named(r, m->old ? &r->modules[m->crate] : NULL, segment,
		                       rest, path)
		               : NULL;
	}
	if (span_eq_str(segment, "crate")) {
		*path = rest;
		return &r->modules[m->crate];
	}
	if (span_eq_str(segment, "self")) {
		*path = rest;
		return m;
	}
	if (!span_eq_str(segment, "super"))
		return named(r, m->old ? &r->modules[m->crate] : m, segment, rest, path);
	while (m != NULL && span_eq_str(segment, "super")) {
		*path = rest;
		m = outside(r, m);
		if (!take_segment(&rest, &segment))
			break;
	}
	return m;
}

/* The module that a path leads to from another, or NULL. */
static const struct module *lead(struct resolver *r, const struct module *from,
                                 struct span path)
{
	for (int hop = 0; hop < HOPS_MAX && r->steps < STEPS_MAX; hop++) {
		const struct module *m = start_of(r, from, &path);
		const struct export *e = NULL;
		struct span segment;

		while (m != NULL && take_segment(&path, &segment)) {
			const struct module *next = inside(r, m, segment);

			r->steps++;
			if (next == NULL) {
				e = map_get(&r->exports, key_of(r, m->file, segment));
				break;
			}
			m = next;
		}
		if (m == NULL || e == NULL || m == from)
			return m;
		from = m;
		path = import_fact_of(e->at).target;
		if (start_of(r, from, &(struct span){ path.ptr, path.len }) == NULL)
			return m; /* from elsewhere: it is the one that passes it on */
	}
	r->cut = true;
	return from;
}

static bool is_within(const struct module *outer, const struct module *m)
{
	return outer->crate == m->crate && span_starts(m->path, outer->path) &&
	       (outer->path.len == 0 || m->path.len == outer->path.len ||
	        m->path.ptr[outer->path.len] == ':');
}

/* An inline module is part of its file. */
static size_t node_of(struct resolver *r, size_t file)
{
	struct span path = r->modules[file].path;

	buf_clear(&r->path);
	buf_puts(&r->path, path.len > 0 ? "crate::" : "crate");
	buf_put(&r->path, path);
	r->j->failed = r->j->failed || !buf_ok(&r->path);
	return import_file_node(r->j, file, buf_span(&r->path));
}

static void resolve_module(struct resolver *r, const struct module *m)
{
	const struct scan_seen *s = &r->j->tree->files[m->file];

	r->cut = false;
	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++) {
		struct import_fact f = import_fact_of(&s->facts[i]);
		const struct module *to = NULL;

		if (f.kind == SCAN_IMPORT_NEEDS)
			to = lead(r, m, f.target);
		if (to == NULL)
			continue;
		if (is_within(to, m) || is_within(m, to))
			f.flags |= SCAN_IMPORT_WITHIN;
		import_edge(r->j, node_of(r, m->file), node_of(r, to->file), m->file,
		            &s->facts[i], f.flags);
	}
	if (r->cut)
		import_skip(r->j, m->file,
		            "not fully scanned: names that are passed on too often");
}

void import_resolve_rust(struct import_judge *j)
{
	struct resolver r = { .j = j };

	r.modules = arena_array(&j->memory, j->tree->count, sizeof(*r.modules));
	r.queue = arena_array(&j->memory, j->tree->count, sizeof(*r.queue));
	j->failed = j->failed || r.modules == NULL || r.queue == NULL;
	if (!j->failed)
		find_modules(&r);
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (r.modules[i].known)
			note_exports(&r, &r.modules[i]);
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (r.modules[i].known)
			resolve_module(&r, &r.modules[i]);
	map_fini(&r.paths);
	map_fini(&r.crates);
	map_fini(&r.exports);
	buf_fini(&r.key);
	buf_fini(&r.path);
}
