// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "command.h"

/* Commands of documents against the makefiles, packages and files of the project. */

struct commands {
	struct scan_tree *t;
	size_t rule;
	struct map names; /* of files, without their folders */
	struct map said;  /* by said_key */
	struct buf path;  /* in hand */
	struct buf key;
};

static char there;

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

static struct span folder_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? SPAN_EMPTY : span_sub(path, 0, slash);
}

static struct span join(struct commands *c, struct span folder, struct span name)
{
	buf_clear(&c->path);
	buf_put(&c->path, folder);
	if (folder.len > 0)
		buf_putc(&c->path, '/');
	buf_put(&c->path, name);
	return buf_span(&c->path);
}

static size_t find(struct commands *c, struct span folder, const char *name)
{
	return scan_tree_find(c->t, join(c, folder, span_str(name)));
}

static bool is_there(struct commands *c, struct span folder, struct span name)
{
	struct span path = join(c, folder, name);

	return scan_tree_find(c->t, path) < c->t->count ||
	       scan_tree_find_below(c->t, path) < c->t->count ||
	       scan_tree_is_there(c->t, path);
}

/* What a makefile or a package says. */
static struct span said_key(struct commands *c, size_t file, enum scan_doc_kind kind,
                            struct span text)
{
	buf_clear(&c->key);
	buf_printf(&c->key, "%zu %d ", file, (int)kind);
	if (kind != SCAN_DOC_OPEN)
		buf_put(&c->key, text);
	return buf_span(&c->key);
}

static bool says(struct commands *c, size_t file, enum scan_doc_kind kind,
                 struct span text)
{
	return map_has(&c->said, said_key(c, file, kind, text));
}

/* The names of all files, and what is said. False without memory. */
static bool gather(struct commands *c)
{
	for (size_t i = 0; i < c->t->count; i++) {
		const struct scan_seen *f = &c->t->files[i];

		if (!map_set(&c->names, name_of(f->path), &there))
			return false;
		for (size_t k = 0; k < f->count; k++)
			if (f->facts[k].kind == SCAN_FACT_DOCS &&
			    f->facts[k].flags >= SCAN_DOC_TARGET &&
			    !map_set(&c->said,
			             said_key(c, i, (enum scan_doc_kind)f->facts[k].flags,
			                      f->facts[k].text),
			             &there))
				return false;
	}
	return buf_ok(&c->key);
}

/* ---- each kind: may the command be there? ---- */

/* Something makes makefiles here, so the one that lies there is not all. */
static bool is_generated(struct commands *c, struct span folder)
{
	static const char *const makers[] = { "configure",
		                              "configure.ac",
		                              "configure.in",
		                              "CMakeLists.txt",
		                              "Makefile.in",
		                              "Makefile.am",
		                              "Makefile.PL",
		                              "meson.build",
		                              "GNUmakefile.in",
		                              "auto/configure",
		                              NULL };

	for (size_t i = 0; makers[i] != NULL; i++)
		if (find(c, folder, makers[i]) < c->t->count)
			return true;
	return false;
}

/* What make knows without being told: a file, or what it makes one of. */
static bool is_implicit(struct commands *c, struct span folder, struct span target)
{
	static const char *const ends[] = { "",   ".c", ".cc", ".cpp",
		                            ".o", ".s", ".sh", NULL };
	struct buf name = BUF_INIT;
	bool is = false;

	for (size_t i = 0; !is && ends[i] != NULL; i++) {
		buf_clear(&name);
		buf_put(&name, target);
		buf_puts(&name, ends[i]);
		is = is_there(c, folder, buf_span(&name));
	}
	if (!buf_ok(&name))
		c->t->rc = ERR_NOMEM;
	buf_fini(&name);
	return is;
}

/* In a folder: 1 it has the target, 0 it does not, -1 nobody knows. */
static int has_target(struct commands *c, struct span folder, struct span target)
{
	static const char *const files[] = { "GNUmakefile", "makefile", "Makefile",
		                             NULL };

	if (is_generated(c, folder))
		return -1;
	for (size_t i = 0; files[i] != NULL; i++) {
		size_t at = find(c, folder, files[i]);

		if (at == c->t->count)
			continue;
		if (says(c, at, SCAN_DOC_OPEN, SPAN_EMPTY))
			return -1;
		return says(c, at, SCAN_DOC_TARGET, target) ||
		       is_implicit(c, folder, target);
	}
	return -1;
}

static int has_script(struct commands *c, struct span folder, struct span script)
{
	size_t at = find(c, folder, "package.json");

	if (at == c->t->count || says(c, at, SCAN_DOC_OPEN, SPAN_EMPTY))
		return -1;
	return says(c, at, SCAN_DOC_SCRIPT, script);
}

/* As of a file that is named: only what names a folder of the project can be missed in
 * it, or, of the top folder, what a document there names; and what is nowhere. */
static int has_file(struct commands *c, struct span folder, struct span path)
{
	struct span top;

	if (span_starts(path, SPAN_LIT("./")))
		path = span_from(path, 2);
	top = span_sub(path, 0, span_find_byte(path, '/'));
	if (map_has(&c->names, name_of(path)) || is_there(c, folder, path))
		return 1;
	if (top.len < path.len && scan_tree_find_below(c->t, top) == c->t->count)
		return -1;
	return top.len == path.len && folder.len > 0 ? -1 : 0;
}

typedef int has(struct commands *c, struct span folder, struct span what);

static const struct {
	enum scan_doc_kind kind;
	has *has;
	const char *what;
} kinds[] = {
	{ SCAN_DOC_MAKE, has_target, "the makefile has no such target: " },
	{ SCAN_DOC_NPM, has_script, "package.json has no such script: " },
	{ SCAN_DOC_RUN, has_file, "no such script: " },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* ---- all documents ---- */

/* What tells of the past names what is gone. */
static bool is_of_the_past(struct span path)
{
	static const char *const names[] = { "change", "news",   "history", "release",
		                             "upgrad", "migrat", "archive", NULL };

	for (size_t i = 0; names[i] != NULL; i++)
		if (span_find_caseless(path, span_str(names[i])) < path.len)
			return true;
	return false;
}

static void check(struct commands *c, size_t file, const struct scan_fact *at,
                  size_t kind)
{
	struct span folder = folder_of(c->t->files[file].path);
	int own = kinds[kind].has(c, folder, at->text);
	int top = folder.len > 0 ? kinds[kind].has(c, SPAN_EMPTY, at->text) : own;
	struct buf message = BUF_INIT;

	/* The reader is in the folder of the document, or in the top one. */
	if (own > 0 || top > 0 || top < 0)
		return;
	buf_puts(&message, kinds[kind].what);
	buf_put(&message, at->text);
	if (buf_ok(&message))
		scan_tree_report(c->t,
		                 &(struct scan_tree_report){ .file = file,
		                                             .at = at,
		                                             .rule = c->rule,
		                                             .message = buf_str(&message),
		                                             .identity = at->text });
	else
		c->t->rc = ERR_NOMEM;
	buf_fini(&message);
}

static void check_file(struct commands *c, size_t file)
{
	const struct scan_seen *f = &c->t->files[file];

	if (!scan_docs_is_own(f->project, f->scope) || is_of_the_past(f->path))
		return;
	for (size_t i = 0; i < f->count && scan_tree_goes_on(c->t); i++)
		for (size_t k = 0; k < KINDS; k++)
			if (f->facts[i].kind == SCAN_FACT_DOCS &&
			    f->facts[i].flags == (unsigned)kinds[k].kind)
				check(c, file, &f->facts[i], k);
}

void scan_docs_commands(struct scan_tree *t)
{
	struct commands c = { .t = t, .path = BUF_INIT, .key = BUF_INIT };

	c.rule = scan_rule_find(t->rules->rules, t->rules->count, "docs.missing-command");
	if (!t->whole || c.rule == t->rules->count || !t->rules->on[c.rule])
		return;
	map_init(&c.names);
	map_init(&c.said);
	if (!gather(&c))
		t->rc = ERR_NOMEM;
	for (size_t i = 0; i < t->count && scan_tree_goes_on(t); i++)
		check_file(&c, i);
	if (!buf_ok(&c.path) || !buf_ok(&c.key))
		t->rc = ERR_NOMEM;
	map_fini(&c.names);
	map_fini(&c.said);
	buf_fini(&c.path);
	buf_fini(&c.key);
}
