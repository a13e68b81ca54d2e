// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include <string.h>

/*
 * A package is what the files say that they are in. Those of one project are one node,
 * wherever its sources lie. An import means the class of its own project, else the only
 * one of that name in the tree; a class without a file of its own means its package, if
 * the project alone has that.
 */

struct place {
	size_t node;     /* of the package */
	size_t projects; /* that have it, where it stands for all of them */
	bool class;
};

struct resolver {
	struct import_judge *j;
	struct map own;    /* project, line feed, package or class */
	struct map global; /* package or class */
	struct buf key;
	bool made; /* sources may be made: by generators, from other languages */
};

/* The project's folder: the path without the package's folders and what is between. */
static struct span project_of(struct span path, struct span package)
{
	struct span folder = import_folder(path);
	struct span rest = folder;
	size_t at;

	while (package.len > 0) {
		size_t dot = span_rfind_byte(package, '.');
		struct span last =
			dot == package.len ? package : span_from(package, dot + 1);

		if (!span_eq(import_base_name(rest), last))
			return folder;
		rest = import_folder(rest);
		package = span_sub(package, 0, dot == package.len ? 0 : dot);
	}
	if (span_starts(rest, SPAN_LIT("src/")) || span_eq_str(rest, "src"))
		return SPAN_EMPTY;
	at = span_find(rest, SPAN_LIT("/src/"));
	if (at < rest.len)
		return span_sub(rest, 0, at);
	return span_ends(rest, SPAN_LIT("/src")) ? span_sub(rest, 0, rest.len - 4) : rest;
}

static struct span package_of(const struct scan_seen *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct import_fact f = import_fact_of(&s->facts[i]);

		if (f.kind == SCAN_IMPORT_PACKAGE)
			return f.target;
	}
	return SPAN_EMPTY;
}

static struct place *find_own(struct resolver *r, struct span project, struct span name)
{
	buf_clear(&r->key);
	buf_put(&r->key, project);
	buf_putc(&r->key, '\n');
	buf_put(&r->key, name);
	r->j->failed = r->j->failed || !buf_ok(&r->key);
	return map_get(&r->own, buf_span(&r->key));
}

/* Notes a package, or a class with the node of its package. */
static void add_place(struct resolver *r, struct span project, struct span name,
                      size_t node)
{
	bool class = node != IMPORT_NO_NODE;
	struct place *p;
	struct place *all;

	if (find_own(r, project, name) != NULL || r->j->failed)
		return;
	p = arena_new(&r->j->memory, sizeof(*p));
	if (p == NULL || !map_set(&r->own, buf_span(&r->key), p)) {
		r->j->failed = true;
		return;
	}
	if (node == IMPORT_NO_NODE)
		node = import_graph_node(&r->j->graph, name);
	*p = (struct place){ node, 1, class };
	all = map_get(&r->global, name);
	if (all == NULL && ((all = arena_new(&r->j->memory, sizeof(*all))) == NULL ||
	                    !map_set(&r->global, name, all)))
		r->j->failed = true;
	if (all != NULL)
		*all = (struct place){ node, all->projects + 1, class };
	r->j->failed = r->j->failed || node == IMPORT_NO_NODE;
}

/* The package of a file, and the class that has its name. */
static void add_file(struct resolver *r, struct span path, struct span package)
{
	struct span project = project_of(path, package);
	struct buf name = BUF_INIT;
	const struct place *p;

	add_place(r, project, package, IMPORT_NO_NODE);
	p = find_own(r, project, package);
	buf_put(&name, package);
	buf_putc(&name, '.');
	buf_put(&name, import_stem(path));
	if (p == NULL || !buf_ok(&name))
		r->j->failed = true;
	else
		add_place(r, project, buf_span(&name), p->node);
	buf_fini(&name);
}

/* Of its own project, else the only one; or NULL. */
static const struct place *find_place(struct resolver *r, struct span project,
                                      struct span name)
{
	const struct place *p = find_own(r, project, name);

	if (p != NULL)
		return p;
	p = map_get(&r->global, name);
	return p != NULL && p->projects == 1 ? p : NULL;
}

/* Is it a package that only one project has? */
static bool is_only(const struct resolver *r, struct span package)
{
	const struct place *p = map_get(&r->global, package);

	return p != NULL && p->projects == 1 && !p->class;
}

static bool is_capital(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Names that annotation processors and other generators give. */
static bool may_be_made(struct span name)
{
	static const char *const starts[] = { "AutoValue", "Dagger", "Hilt", "Immutable",
		                              "Generated" };
	static const char *const ends[] = { "Grpc",   "Proto",   "Binding", "Parser",
		                            "Lexer",  "Visitor", "Impl",    "Builder",
		                            "Config", "Factory", "Mapper",  "Messages",
		                            "Version" };

	if (name.len < 2 || (name.ptr[0] == 'Q' && is_capital(name.ptr[1])) ||
	    span_find_byte(name, '_') < name.len || span_find_byte(name, '$') < name.len)
		return true;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (span_starts(name, span_str(starts[i])))
			return true;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(name, span_str(ends[i])))
			return true;
	return false;
}

struct statement {
	size_t file;
	const struct scan_fact *at;
	struct import_fact f;
	struct span project;
	struct span package; /* of the file */
};

/* How many of the first parts two packages share. */
static size_t shared_parts(struct span a, struct span b)
{
	struct span x;
	struct span y;
	size_t shared = 0;

	while (span_split(&a, '.', &x) && span_split(&b, '.', &y) && span_eq(x, y))
		shared++;
	return shared;
}

/* A project may add classes to a package of a library ("javax.inject"): that it has all
 * of it is sure only where the package is called as its own are. */
static bool is_its_own(struct span package, struct span own)
{
	size_t parts = shared_parts(package, package);
	size_t others = shared_parts(own, own);

	if (parts == 1) /* no library is called so */
		return true;
	parts = parts < others ? parts : others;
	return shared_parts(package, own) >= (parts > 2 ? 2U : 1U);
}

/* A public class has a file of its name. */
static void check_missing(struct resolver *r, const struct statement *s,
                          struct span package, struct span name)
{
	static const char *const suffixes[] = { ".java", NULL };
	struct buf path = BUF_INIT;

	name = span_sub(name, 0, span_find_byte(name, '.'));
	if (r->made || span_eq(package, s->package) || may_be_made(name) ||
	    !is_its_own(package, s->package) || import_has_stem(r->j, name))
		return;
	buf_put(&path, s->project);
	buf_puts(&path, s->project.len > 0 ? "/" : "");
	buf_put(&path, package);
	for (size_t i = s->project.len; i < path.len; i++)
		path.ptr[i] = path.ptr[i] == '.' ? '/' : path.ptr[i];
	buf_putc(&path, '/');
	buf_put(&path, name);
	r->j->failed = r->j->failed || !buf_ok(&path);
	if (buf_ok(&path))
		import_missing(r->j, s->file, s->at, buf_span(&path), suffixes);
	buf_fini(&path);
}

/* "a.b" of "a.b.C.d", with * or a class behind it, which is called as classes are or has
 * a file: what that leads to. True: it led somewhere. */
static bool resolve_front(struct resolver *r, const struct statement *s, size_t from,
                          struct span front, bool capital)
{
	struct span behind = span_from(s->f.target, front.len + 1);
	struct span class =
		span_sub(s->f.target, 0, front.len + 1 + span_find_byte(behind, '.'));
	bool all = span_eq_str(behind, "*");
	const struct place *p = all ? NULL : find_place(r, s->project, class);
	bool missing = false;

	if (p != NULL && !p->class)
		p = NULL;
	if (p == NULL && (capital || all) && is_only(r, front)) {
		missing = !all;
		p = all ? find_place(r, s->project, front)
		        : find_own(r, s->project, front);
	}
	if (p == NULL)
		return false;
	import_edge(r->j, from, p->node, s->file, s->at, s->f.flags);
	if (missing)
		check_missing(r, s, front, behind);
	return true;
}

static void resolve(struct resolver *r, const struct statement *s, size_t from)
{
	struct span front = s->f.target;
	size_t dot;

	while ((dot = span_rfind_byte(front, '.')) < front.len) {
		char behind = dot + 1 < s->f.target.len ? s->f.target.ptr[dot + 1] : ' ';

		front = span_sub(front, 0, dot);
		if (resolve_front(r, s, from, front, is_capital(behind)))
			return;
	}
}

static void resolve_file(struct resolver *r, size_t file)
{
	const struct scan_seen *seen = &r->j->tree->files[file];
	struct statement s = { .file = file, .package = package_of(seen) };
	const struct place *own;

	if (s.package.len == 0)
		return;
	s.project = project_of(seen->path, s.package);
	own = find_own(r, s.project, s.package);
	for (size_t i = 0; i < seen->count && own != NULL && import_goes_on(r->j); i++) {
		s.at = &seen->facts[i];
		s.f = import_fact_of(s.at);
		if (s.f.kind == SCAN_IMPORT_NEEDS)
			resolve(r, &s, own->node);
	}
}

static bool makes_sources(struct span path)
{
	static const char *const ends[] = { ".proto", ".g4",    ".thrift", ".avsc",
		                            ".avdl",  ".xsd",   ".wsdl",   ".jj",
		                            ".kt",    ".scala", ".groovy", ".g",
		                            ".aidl",  ".javacc" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(path, span_str(ends[i])))
			return true;
	return false;
}

void import_resolve_java(struct import_judge *j)
{
	struct resolver r = { .j = j, .own = MAP_INIT, .global = MAP_INIT };

	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++) {
		struct span path = j->tree->files[i].path;
		struct span package = SPAN_EMPTY;

		r.made = r.made || makes_sources(path);
		if (j->families[i] == SCAN_IMPORT_JAVA)
			package = package_of(&j->tree->files[i]);
		if (package.len > 0)
			add_file(&r, path, package);
	}
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (j->families[i] == SCAN_IMPORT_JAVA)
			resolve_file(&r, i);
	map_fini(&r.own);
	map_fini(&r.global);
	buf_fini(&r.key);
}
