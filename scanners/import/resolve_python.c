// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include "python_names.h"

#include <string.h>

/*
 * A relative import starts from the file's folder. An absolute one is looked for in the
 * folder that holds the file's topmost package, then in the folders above it and their
 * src and lib, as far as the name is none of Python's own library.
 */

struct resolver {
	struct import_judge *j;
	size_t *roots; /* of each file: bytes of the folder that its name starts below,
	                * plus one; 0: not known */
	size_t *next;  /* from each file on: the next one of Python, or count */
	struct map places; /* folder + name: where the name is found */
	struct buf path;
};

/* A module or package that was found. */
struct module {
	bool found;
	size_t file;        /* tree->count: a package without __init__.py */
	struct span folder; /* of a package, in the arena; NULL ptr: a module */
};

static struct span keep(struct resolver *r, struct span s)
{
	char *copy = arena_dup(&r->j->memory, s);

	r->j->failed = r->j->failed || copy == NULL;
	return span_of(copy, copy == NULL ? 0 : s.len);
}

static bool is_package(struct resolver *r, struct span folder)
{
	return import_find_in(r->j, folder, SPAN_LIT("__init__"), ".py") <
	       r->j->tree->count;
}

static struct span join(struct resolver *r, struct span folder, struct span name)
{
	buf_clear(&r->path);
	buf_put(&r->path, folder);
	if (folder.len > 0 && name.len > 0)
		buf_putc(&r->path, '/');
	buf_put(&r->path, name);
	r->j->failed = r->j->failed || !buf_ok(&r->path);
	return buf_span(&r->path);
}

/* `name` inside of a folder. */
static struct module look(struct resolver *r, struct span folder, struct span name)
{
	struct module m = { .found = true, .file = r->j->tree->count };
	size_t none = r->j->tree->count;
	size_t module = import_find_in(r->j, folder, name, ".py");
	struct span path = join(r, folder, name);

	if (import_is_folder(r->j, path)) {
		m.file = import_find_in(r->j, path, SPAN_LIT("__init__"), ".py");
		if (m.file < none || module == none) {
			m.folder = keep(r, path);
			return m;
		}
	}
	m.file = module;
	m.found = module < none;
	return m;
}

/* The folder that holds the topmost package of a file. */
static struct span own_root(struct resolver *r, struct span path)
{
	struct span folder = import_folder(path);

	while (folder.len > 0 && is_package(r, folder))
		folder = import_folder(folder);
	return folder;
}

static bool holds_python(const struct resolver *r, struct span folder)
{
	size_t first = scan_tree_find_below(r->j->tree, folder);
	size_t end = first;

	/* Those below a folder follow one another: from one of Python to the next. */
	if (first < r->j->tree->count)
		end = r->next[first];
	return end < r->j->tree->count && folder.len < r->j->tree->files[end].path.len &&
	       r->j->tree->files[end].path.ptr[folder.len] == '/' &&
	       span_starts(r->j->tree->files[end].path, folder);
}

/* Does the folder hold a module or package of this name, which is more than a folder? */
static bool has_top(struct resolver *r, struct span folder, struct span name)
{
	struct module m = look(r, folder, name);

	return m.found && (m.file < r->j->tree->count || holds_python(r, m.folder));
}

/* Where an absolute name starts from; false if it is not of this tree. */
static bool find_place(struct resolver *r, struct span root, struct span name,
                       struct span *place)
{
	static const char *const below[] = { "", "src", "lib" };
	struct span folder = root;

	for (;;) {
		for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
			struct span at = keep(r, join(r, folder, span_str(below[i])));

			if (r->j->failed)
				return false;
			if (has_top(r, at, name)) {
				*place = at;
				return true;
			}
		}
		if (folder.len == 0)
			return false;
		folder = import_folder(folder);
	}
}

static bool find_place_cached(struct resolver *r, struct span root, struct span name,
                              struct span *place)
{
	struct buf key = BUF_INIT;
	struct span *known;
	bool found;

	buf_put(&key, root);
	buf_putc(&key, '\n');
	buf_put(&key, name);
	known = map_get(&r->places, buf_span(&key));
	if (known == NULL && (known = arena_new(&r->j->memory, sizeof(*known))) != NULL) {
		if (!find_place(r, root, name, known))
			*known = SPAN_EMPTY;
		else if (known->ptr == NULL)
			*known = SPAN_LIT("");
		if (!buf_ok(&key) || !map_set(&r->places, buf_span(&key), known))
			r->j->failed = true;
	}
	buf_fini(&key);
	found = known != NULL && known->ptr != NULL;
	if (found)
		*place = *known;
	r->j->failed = r->j->failed || known == NULL;
	return found;
}

/* ---- one import ---- */

struct statement {
	size_t file;
	const struct scan_fact *at;
	struct import_fact f;
	struct span missing; /* the part that is not there */
	struct span within;  /* and the package that it is not in */
};

static bool is_dynamic(const struct import_judge *j, size_t file)
{
	const struct scan_seen *s = &j->tree->files[file];

	/* It is what the reader says first. */
	return s->count > 0 && import_fact_of(&s->facts[0]).kind == SCAN_IMPORT_DYNAMIC;
}

/* What compilers and build tools put into packages. */
static bool may_be_made(struct span name)
{
	return span_starts(name, SPAN_LIT("_")) || span_ends(name, SPAN_LIT("_pb2")) ||
	       span_ends(name, SPAN_LIT("_pb2_grpc")) ||
	       span_find(name, SPAN_LIT("version")) < name.len ||
	       span_find(name, SPAN_LIT("generated")) < name.len;
}

static void check_missing(struct resolver *r, const struct statement *s)
{
	static const char *const suffixes[] = { ".py",  "",     ".pyi", ".pyx",
		                                ".pyd", ".so",  ".c",   ".cpp",
		                                ".rs",  ".pyc", NULL };
	struct import_judge *j = r->j;
	size_t package = import_find_in(j, s->within, SPAN_LIT("__init__"), ".py");
	struct span folder = import_folder(j->tree->files[s->file].path);

	/* Dots may lead out of the topmost package: nobody knows where to. */
	if (package == j->tree->count && !span_eq(s->within, folder))
		return;
	if (s->missing.len == 0 || may_be_made(s->missing) ||
	    (s->f.flags & (SCAN_IMPORT_OPTIONAL | SCAN_IMPORT_CONDITIONAL)) != 0 ||
	    (package < j->tree->count && is_dynamic(j, package)) ||
	    import_has_stem(j, s->missing))
		return;
	import_missing(j, s->file, s->at, join(r, s->within, s->missing), suffixes);
}

/* Follows a dotted name from a folder; notes where it ends in vain. */
static struct module follow(struct resolver *r, struct statement *s, struct span folder,
                            struct span dotted)
{
	struct module m = { .found = true, .folder = folder };
	struct span part;

	m.file = import_find_in(r->j, folder, SPAN_LIT("__init__"), ".py");
	while (m.found && span_split(&dotted, '.', &part)) {
		struct span within = m.folder;

		if (within.ptr == NULL)
			return (struct module){ .found = false };
		m = look(r, within, part);
		if (!m.found) {
			s->missing = part;
			s->within = within;
		}
	}
	return m;
}

/* Remembers from where a file outside of packages has its name. */
static void note_root(struct resolver *r, const struct module *m, struct span place)
{
	if (m->file < r->j->tree->count && r->roots[m->file] == 0)
		r->roots[m->file] = place.len + 1;
}

static void add_edge(struct resolver *r, const struct statement *s,
                     const struct module *m)
{
	struct import_judge *j = r->j;

	if (m->file < j->tree->count)
		import_edge(j, import_file_node(j, s->file, SPAN_EMPTY),
		            import_file_node(j, m->file, SPAN_EMPTY), s->file, s->at,
		            s->f.flags);
}

/* `from m import name`: a module of the package, or else something in it. */
static void add_named(struct resolver *r, const struct statement *s,
                      const struct module *m, struct span place)
{
	struct module inner = { .found = false };

	if (m->folder.ptr != NULL && s->f.name.len > 0 && !span_eq_str(s->f.name, "*"))
		inner = look(r, m->folder, s->f.name);
	if (inner.found && inner.file < r->j->tree->count) {
		note_root(r, &inner, place);
		add_edge(r, s, &inner);
	} else {
		add_edge(r, s, m);
	}
}

static void resolve_relative(struct resolver *r, struct statement *s, size_t level)
{
	struct span folder = import_folder(r->j->tree->files[s->file].path);
	struct module m;

	for (size_t i = 1; i < level; i++) {
		if (folder.len == 0)
			return;
		folder = import_folder(folder);
	}
	if (folder.ptr == NULL)
		folder = SPAN_LIT("");
	m = follow(r, s, folder, span_from(s->f.target, level));
	if (m.found)
		add_named(r, s, &m, SPAN_EMPTY);
	else
		check_missing(r, s);
}

static void resolve_absolute(struct resolver *r, struct statement *s)
{
	struct span path = r->j->tree->files[s->file].path;
	struct span root = own_root(r, path);
	struct span top = span_sub(s->f.target, 0, span_find_byte(s->f.target, '.'));
	struct span place;
	struct module m;
	bool own;

	m = look(r, root, top);
	own = m.folder.ptr != NULL && m.file < r->j->tree->count &&
	      span_starts(path, m.folder) && path.len > m.folder.len &&
	      path.ptr[m.folder.len] == '/';
	if ((import_python_has(top) && !own) || !find_place_cached(r, root, top, &place))
		return;
	m = follow(r, s, place, s->f.target);
	if (m.found) {
		note_root(r, &m, place);
		add_named(r, s, &m, place);
	} else if (own) {
		check_missing(r, s);
	}
}

static void resolve_file(struct resolver *r, size_t file)
{
	const struct scan_seen *seen = &r->j->tree->files[file];

	for (size_t i = 0; i < seen->count && import_goes_on(r->j); i++) {
		struct statement s = { .file = file,
			               .at = &seen->facts[i],
			               .f = import_fact_of(&seen->facts[i]) };
		size_t level = 0;

		if (s.f.kind != SCAN_IMPORT_NEEDS)
			continue;
		while (level < s.f.target.len && s.f.target.ptr[level] == '.')
			level++;
		if (level > 0)
			resolve_relative(r, &s, level);
		else
			resolve_absolute(r, &s);
	}
}

/* ---- names ---- */

static struct span root_of(struct resolver *r, size_t file)
{
	struct span path = r->j->tree->files[file].path;

	if (is_package(r, import_folder(path)))
		return own_root(r, path);
	if (r->roots[file] > 0)
		return span_sub(path, 0, r->roots[file] - 1);
	return span_starts(path, SPAN_LIT("src/")) ? span_sub(path, 0, 3) : SPAN_EMPTY;
}

static void name_node(struct resolver *r, size_t file)
{
	struct span path = r->j->tree->files[file].path;
	struct span root = root_of(r, file);
	struct span name = span_from(path, root.len + (root.len > 0 ? 1 : 0));
	char *copy;

	name = span_sub(name, 0,
	                name.len - import_base_name(name).len + import_stem(name).len);
	if (span_ends(name, SPAN_LIT("/__init__")))
		name = span_sub(name, 0, name.len - 9);
	copy = arena_dup(&r->j->memory, name);
	if (copy == NULL) {
		r->j->failed = true;
		return;
	}
	for (size_t i = 0; i < name.len; i++)
		copy[i] = copy[i] == '/' ? '.' : copy[i];
	r->j->graph.names[r->j->nodes[file]] = span_of(copy, name.len);
}

static void find_next(struct resolver *r)
{
	size_t count = r->j->tree->count;

	r->next[count] = count;
	for (size_t i = count; i > 0; i--)
		r->next[i - 1] =
			r->j->families[i - 1] == SCAN_IMPORT_PYTHON ? i - 1 : r->next[i];
}

void import_resolve_python(struct import_judge *j)
{
	struct resolver r = { .j = j, .places = MAP_INIT, .path = BUF_INIT };

	r.roots = arena_array(&j->memory, j->tree->count, sizeof(*r.roots));
	r.next = arena_array(&j->memory, j->tree->count + 1, sizeof(*r.next));
	j->failed = j->failed || r.roots == NULL || r.next == NULL;
	if (!j->failed)
		find_next(&r);
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (j->families[i] == SCAN_IMPORT_PYTHON &&
		    !span_ends(j->tree->files[i].path, SPAN_LIT(".pyi")))
			resolve_file(&r, i);
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (j->nodes[i] != IMPORT_NO_NODE)
			name_node(&r, i);
	map_fini(&r.places);
	buf_fini(&r.path);
}
