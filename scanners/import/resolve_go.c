// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include <stdint.h>

/*
 * A package is a folder; its path is that of the module whose go.mod is nearest above,
 * and the folder below it. Tests in a package of their own (x_test) are a node of their
 * own. Of other modules in the tree only those count that a go.work which uses both, or a
 * replacement takes from there.
 */

struct module {
	struct span path;
	struct span folder;
	struct span work; /* the folder of the go.work that uses it; NULL ptr: none */
};

struct resolver {
	struct import_judge *j;
	struct map by_folder; /* modules */
	struct map works;     /* folder of a go.work, path: a module that it uses */
	struct map lines;     /* folder of a go.mod or go.work, kind, path: the fact */
	struct map packages; /* folder, with "_test" behind a line feed for tests: node */
	struct map folders;  /* of packages that can be imported */
	size_t longest;      /* bytes of a path that is in one of these */
	struct buf key;
	struct buf path;
};

/* What the go command does not look at. */
static bool is_left_out(struct span path)
{
	struct span part = import_base_name(path);

	if (span_starts(part, SPAN_LIT("_")) || span_starts(part, SPAN_LIT(".")))
		return true;
	path = import_folder(path);
	while (span_split(&path, '/', &part))
		if (span_eq_str(part, "testdata") || span_eq_str(part, "vendor") ||
		    span_starts(part, SPAN_LIT("_")) || span_starts(part, SPAN_LIT(".")))
			return true;
	return false;
}

static struct span line_key(struct resolver *r, struct span folder,
                            enum scan_import_kind kind, struct span module)
{
	buf_clear(&r->key);
	buf_put(&r->key, folder);
	buf_puts(&r->key, kind == SCAN_IMPORT_LOCAL ? "\nlocal\n" : "\nother\n");
	buf_put(&r->key, module);
	r->j->failed = r->j->failed || !buf_ok(&r->key);
	return buf_span(&r->key);
}

static void add_module(struct resolver *r, struct span folder, struct span path)
{
	struct module *m = arena_new(&r->j->memory, sizeof(*m));

	r->longest = path.len > r->longest ? path.len : r->longest;
	if (m == NULL || !map_set(&r->by_folder, folder, m))
		r->j->failed = true;
	else
		*m = (struct module){ .path = path, .folder = folder };
}

/* Facts are kept by address: those of a file do not move any more. */
struct line {
	const struct scan_fact *at;
};

static void add_line(struct resolver *r, struct span folder, const struct scan_fact *at)
{
	struct import_fact f = import_fact_of(at);
	struct line *l = arena_new(&r->j->memory, sizeof(*l));

	r->longest = f.target.len > r->longest ? f.target.len : r->longest;
	if (l == NULL || !map_set(&r->lines, line_key(r, folder, f.kind, f.target), l))
		r->j->failed = true;
	else
		l->at = at;
}

static void read_manifest(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];
	struct span folder = import_folder(s->path);

	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++) {
		struct import_fact f = import_fact_of(&s->facts[i]);

		if (f.kind == SCAN_IMPORT_NAME && f.target.len > 0)
			add_module(r, folder, f.target);
		if (f.kind == SCAN_IMPORT_OTHER || f.kind == SCAN_IMPORT_LOCAL)
			add_line(r, folder, &s->facts[i]);
	}
}

/* The module in a folder that is written as seen from another; or NULL. */
static struct module *module_at(struct resolver *r, struct span from, struct span written)
{
	struct module *m = NULL;

	if (import_join(&r->path, from, written))
		m = map_get(&r->by_folder, buf_span(&r->path));
	r->j->failed = r->j->failed || r->path.failed;
	return m;
}

static struct span work_key(struct resolver *r, struct span work, struct span path)
{
	buf_clear(&r->key);
	buf_put(&r->key, work);
	buf_putc(&r->key, '\n');
	buf_put(&r->key, path);
	r->j->failed = r->j->failed || !buf_ok(&r->key);
	return buf_span(&r->key);
}

/* Of several workspaces that use a module the nearest one counts. */
static void read_workspace(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];
	struct span folder = import_folder(s->path);

	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++) {
		struct import_fact f = import_fact_of(&s->facts[i]);
		struct module *m = NULL;

		if (f.kind == SCAN_IMPORT_ROOT)
			m = module_at(r, folder, f.target);
		if (m == NULL || (m->work.ptr != NULL && m->work.len > folder.len))
			continue;
		m->work = folder.ptr != NULL ? folder : SPAN_LIT("");
		if (!map_set(&r->works, work_key(r, m->work, m->path), m))
			r->j->failed = true;
	}
}

/* The part of a path in front of its last slash; false where there is none. */
static bool climb(struct span *path)
{
	size_t slash = span_rfind_byte(*path, '/');

	if (path->len == 0)
		return false;
	*path = span_sub(*path, 0, slash == path->len ? 0 : slash);
	return true;
}

/* The module that a folder is in, or NULL. */
static const struct module *module_of(const struct resolver *r, struct span folder)
{
	const struct module *m;

	do {
		m = map_get(&r->by_folder, folder);
	} while (m == NULL && climb(&folder));
	return m;
}

/* The module that a path means by a replacement in this folder's go.mod or go.work. */
static const struct module *replaced(struct resolver *r, struct span folder,
                                     struct span path)
{
	const struct line *l =
		map_get(&r->lines, line_key(r, folder, SCAN_IMPORT_LOCAL, path));

	return l != NULL ? module_at(r, folder, import_fact_of(l->at).name) : NULL;
}

/* The module that has the path for this one, or NULL. */
static const struct module *module_called(struct resolver *r, const struct module *own,
                                          struct span path)
{
	const struct module *m = NULL;

	if (span_eq(path, own->path))
		return own;
	if (own->work.ptr != NULL)
		m = map_get(&r->works, work_key(r, own->work, path));
	if (m == NULL && own->work.ptr != NULL)
		m = replaced(r, own->work, path);
	return m != NULL ? m : replaced(r, own->folder, path);
}

/* The module that an import path is in, or NULL; *path is cut to the module's. */
static const struct module *module_for(struct resolver *r, const struct module *own,
                                       struct span *path)
{
	const struct module *m = NULL;

	while ((path->len > r->longest || (m = module_called(r, own, *path)) == NULL) &&
	       climb(path))
		;
	return m;
}

/* Does the go.mod name a module that the import path is in, and that is none that this
 * one is in? */
static bool names_module(struct resolver *r, const struct module *m,
                         enum scan_import_kind kind, struct span path, size_t longer_than)
{
	while (path.len > longer_than) {
		if (path.len <= r->longest &&
		    map_has(&r->lines, line_key(r, m->folder, kind, path)))
			return true;
		climb(&path);
	}
	return false;
}

/* ---- nodes ---- */

static size_t package_node(struct resolver *r, const struct module *m, struct span folder,
                           bool outside)
{
	struct span rest = span_from(folder, m->folder.len);
	struct buf name = BUF_INIT;
	const size_t *known;
	size_t *node;

	buf_clear(&r->key);
	buf_put(&r->key, folder);
	buf_puts(&r->key, outside ? "\n_test" : "");
	known = map_get(&r->packages, buf_span(&r->key));
	if (known != NULL)
		return *known;
	node = arena_new(&r->j->memory, sizeof(*node));
	buf_put(&name, m->path);
	if (m->folder.len == 0 && rest.len > 0)
		buf_putc(&name, '/');
	buf_put(&name, rest);
	buf_puts(&name, outside ? "_test" : "");
	if (node == NULL || !buf_ok(&name) || !buf_ok(&r->key) ||
	    !map_set(&r->packages, buf_span(&r->key), node)) {
		r->j->failed = true;
	} else {
		char *copy = arena_dup(&r->j->memory, buf_span(&name));

		*node = IMPORT_NO_NODE;
		if (copy != NULL)
			*node = import_graph_node(&r->j->graph, span_of(copy, name.len));
		r->j->failed = r->j->failed || *node == IMPORT_NO_NODE;
	}
	buf_fini(&name);
	return node == NULL ? IMPORT_NO_NODE : *node;
}

/* ---- imports ---- */

/* Packages that a build step writes as a whole. */
static bool may_be_made(struct span path)
{
	/* seaworthy:allow hardcoded.test-value names of folders */
	static const char *const names[] = { "mock",  "mocks", "gen", "generated", "pb",
		                             "proto", "ent",   "api", "bindata" };
	struct span part;

	while (span_split(&path, '/', &part)) {
		if (span_ends(part, SPAN_LIT("pb")) ||
		    /* seaworthy:allow hardcoded.test-value a name of folders */
		    span_starts(part, SPAN_LIT("mock")))
			return true;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (span_eq_str(part, names[i]))
				return true;
	}
	return false;
}

static void check_missing(struct resolver *r, const struct module *own, size_t file,
                          const struct scan_fact *at, struct span folder)
{
	static const char *const suffixes[] = { "", NULL };
	struct import_fact f = import_fact_of(at);

	if ((f.flags & SCAN_IMPORT_CONDITIONAL) != 0 || import_is_folder(r->j, folder) ||
	    names_module(r, own, SCAN_IMPORT_OTHER, f.target, own->path.len) ||
	    names_module(r, own, SCAN_IMPORT_LOCAL, f.target, own->path.len) ||
	    may_be_made(span_from(f.target, own->path.len)))
		return;
	import_missing(r->j, file, at, folder, suffixes);
}

static void resolve(struct resolver *r, const struct module *own, size_t file,
                    size_t from, const struct scan_fact *at)
{
	struct import_fact f = import_fact_of(at);
	struct span called = f.target;
	const struct module *m = module_for(r, own, &called);
	struct buf folder = BUF_INIT;

	if (m == NULL)
		return;
	if (import_join(&folder, m->folder, span_from(f.target, called.len)) &&
	    module_of(r, buf_span(&folder)) == m) {
		if (map_has(&r->folders, buf_span(&folder)))
			import_edge(r->j, from,
			            package_node(r, m, buf_span(&folder), false), file,
			            at, f.flags);
		else if (m == own)
			check_missing(r, own, file, at, buf_span(&folder));
	}
	r->j->failed = r->j->failed || !buf_ok(&folder);
	buf_fini(&folder);
}

/* The package clause of a file, or NULL: the file is in no package. */
static const struct scan_fact *clause_of(const struct scan_seen *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (import_fact_of(&s->facts[i]).kind == SCAN_IMPORT_PACKAGE)
			return &s->facts[i];
	return NULL;
}

static bool is_go(const struct resolver *r, size_t file)
{
	return r->j->families[file] == SCAN_IMPORT_GO &&
	       !is_left_out(r->j->tree->files[file].path);
}

static void resolve_file(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];
	const struct scan_fact *clause = clause_of(s);
	struct span folder = import_folder(s->path);
	const struct module *own = module_of(r, folder);
	struct import_fact f;
	size_t from;

	if (clause == NULL || own == NULL)
		return;
	f = import_fact_of(clause);
	from = package_node(r, own, folder,
	                    (f.flags & SCAN_IMPORT_TEST) != 0 &&
	                            span_ends(f.target, SPAN_LIT("_test")));
	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++)
		if (import_fact_of(&s->facts[i]).kind == SCAN_IMPORT_NEEDS)
			resolve(r, own, file, from, &s->facts[i]);
}

/* The manifests of this name, in the order of their paths. */
static void each_manifest(struct resolver *r, const char *name,
                          void (*read)(struct resolver *r, size_t file))
{
	size_t count;
	size_t first = import_named(r->j, span_str(name), SIZE_MAX, &count);

	for (size_t i = 0; i < count && import_goes_on(r->j); i++)
		read(r, r->j->index->by_name[first + i].file);
}

static void find_packages(struct resolver *r)
{
	struct import_judge *j = r->j;

	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (is_go(r, i) &&
		    !span_ends(j->tree->files[i].path, SPAN_LIT("_test.go")) &&
		    !map_set(&r->folders, import_folder(j->tree->files[i].path), j))
			j->failed = true;
}

void import_resolve_go(struct import_judge *j)
{
	struct resolver r = { .j = j };

	each_manifest(&r, "go.mod", read_manifest);
	each_manifest(&r, "go.work", read_manifest);
	each_manifest(&r, "go.work", read_workspace);
	if (r.by_folder.count > 0)
		find_packages(&r);
	for (size_t i = 0; i < j->tree->count && !j->failed && r.by_folder.count > 0; i++)
		if (is_go(&r, i))
			resolve_file(&r, i);
	map_fini(&r.packages);
	map_fini(&r.folders);
	map_fini(&r.by_folder);
	map_fini(&r.works);
	map_fini(&r.lines);
	buf_fini(&r.key);
	buf_fini(&r.path);
}
