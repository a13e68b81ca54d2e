// SPDX-License-Identifier: Apache-2.0
#include "policy/detect.h"

#include "base/str.h"
#include "os/walk.h"
#include "policy/detect_internal.h"
#include "policy/grammar.h"
#include "policy/language.h"

#include <stdlib.h>
#include <string.h>

/*
 * Walks the project breadth first, names in order, and asks the rules what each folder
 * is. A folder below one that a rule of a group took belongs to that one: what a root
 * manifest builds and tests is not counted again.
 */

enum {
	MANIFEST_DEPTH = 3,
	ENTRIES_MAX = 50000, /* names looked at */
	RUNS_MAX = 200,      /* suites and builds */
};

struct folder {
	const char *path; /* relative to the root */
	unsigned depth;
	unsigned taken; /* groups that a folder above took, as bits */
	bool manifests; /* may a manifest here be meant? */
};

struct search {
	struct gate_finder finder;
	struct arena arena; /* the queue and names */
	struct folder *queue;
	size_t count;
	size_t cap;
	size_t entries;
	const char **tags; /* of folders in which something was found */
	size_t tag_count;
	size_t tag_cap;
	size_t files_of[GATE_LANGUAGES];
};

/* In the order in which a group's rules are preferred. */
static const struct gate_rule *const rules[] = {
	&gate_rule_cmake,  &gate_rule_meson,  &gate_rule_autotools, &gate_rule_configure,
	&gate_rule_cargo,  &gate_rule_go,     &gate_rule_node,      &gate_rule_python,
	&gate_rule_maven,  &gate_rule_gradle, &gate_rule_php,       &gate_rule_ruby,
	&gate_rule_dotnet, &gate_rule_perl,   &gate_rule_make,      &gate_rule_bats,
};
enum { RULES = sizeof(rules) / sizeof(rules[0]) };

const char *gate_detect_kinds(void)
{
	return "CMake, Meson, configure scripts, Cargo, Go, Node.js, Python, Maven, "
	       "Gradle, PHP, Ruby, .NET, Perl, makefiles and Bats";
}

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, list[i]))
			return true;
	return false;
}

/* Not the project's own, or made by building it. */
static bool is_foreign(const char *name)
{
	static const char *const names[] = {
		"node_modules", "bower_components",
		"vendor",       "third_party",
		"third-party",  "build",
		"_build",       "dist",
		"target",       "out",
		"venv",         "__pycache__",
		"CMakeFiles",   "debian",
	};

	return name[0] == '.' || str_starts(name, "cmake-build-") ||
	       is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

/* Manifests below these are examples and test data, not parts of the project. */
static bool is_illustration(const char *name)
{
	static const char *const names[] = {
		"contrib",  "demo",      "demos",    "doc",      "docs",   "example",
		"examples", "fixture",   "fixtures", "fuzz",     "sample", "samples",
		"template", "templates", "test",     "testdata", "tests",
	};

	return is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

struct listing {
	struct search *search;
	const struct folder *folder;
	struct gate_strings names;
	const char **folders; /* names of folders below */
	size_t name_cap;
	size_t folder_count;
	size_t folder_cap;
};

static enum err_code list_entry(const struct os_entry *entry, void *context,
                                struct err *err)
{
	struct listing *l = context;
	struct search *s = l->search;
	const char *name;
	const char **slot;
	size_t language;

	if (++s->entries > ENTRIES_MAX)
		return err_set(err, ERR_LIMIT, "too many files");
	name = arena_str(&s->arena, entry->name);
	slot = arena_push(&s->arena, &l->names.items, &l->names.count, &l->name_cap,
	                  sizeof(*slot));
	if (name == NULL || slot == NULL)
		return err_nomem(err);
	*slot = name;
	language = entry->type == OS_FILE ? gate_language_of(name) : GATE_LANGUAGES;
	if (language < GATE_LANGUAGES)
		s->files_of[language]++;
	if (entry->type != OS_DIR || is_foreign(name))
		return ERR_OK;
	slot = arena_push(&s->arena, &l->folders, &l->folder_count, &l->folder_cap,
	                  sizeof(*slot));
	if (slot == NULL)
		return err_nomem(err);
	*slot = name;
	return ERR_OK;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* False for a folder that cannot be read. */
static enum err_code list_folder(struct search *s, struct listing *l, bool *readable,
                                 struct err *err)
{
	struct buf path = BUF_INIT;
	struct os_dir dir;
	enum err_code rc;

	os_join(&path, s->finder.root, l->folder->path);
	*readable = os_dir_open(&dir, NULL, buf_str(&path), NULL) == ERR_OK;
	buf_fini(&path);
	if (!*readable)
		return ERR_OK;
	rc = os_dir_each(&dir, list_entry, l, err);
	os_dir_close(&dir);
	if (rc != ERR_OK && rc != ERR_NOMEM)
		rc = ERR_OK; /* what was seen so far counts */
	if (l->names.count > 0)
		qsort(l->names.items, l->names.count, sizeof(*l->names.items), by_name);
	if (l->folder_count > 0)
		qsort(l->folders, l->folder_count, sizeof(*l->folders), by_name);
	return rc;
}

/* Of a group, the index of the first rule with tests, else of the first that builds. */
static size_t choose(const struct gate_finder *f, enum gate_group group)
{
	size_t builds = RULES;

	for (size_t i = 0; i < RULES; i++) {
		enum gate_look look;

		if (rules[i]->group != group)
			continue;
		look = rules[i]->look(f);
		if (look == GATE_LOOK_TESTS)
			return i;
		if (look == GATE_LOOK_BUILDS && builds == RULES)
			builds = i;
	}
	return builds;
}

/* Takes what a rule added last out of the lists again, into a place of its own. */
static struct gate_build *take_build(struct gate_detected *d, size_t count)
{
	struct gate_build *b = arena_array(&d->arena, 1, sizeof(*b));

	if (b == NULL || d->build_count == count)
		return NULL;
	*b = d->builds[--d->build_count];
	return b;
}

static struct gate_suite *take_suite(struct gate_detected *d, size_t count)
{
	struct gate_suite *s = arena_array(&d->arena, 1, sizeof(*s));

	if (s == NULL || d->suite_count == count)
		return NULL;
	*s = d->suites[--d->suite_count];
	return s;
}

static bool is_native(const struct gate_rule *rule)
{
	return rule->group == GATE_GROUP_NATIVE || rule->group == GATE_GROUP_MAKE;
}

/*
 * A folder may have several native build systems. Where the chosen one cannot even be
 * configured, the next that promises as much is used; one without a step for that is the
 * last, since nobody could tell its failure from the project's.
 */
static void add_others(struct gate_finder *f, size_t chosen, size_t builds, size_t suites)
{
	struct gate_detected *d = f->out;
	enum gate_look promised = rules[chosen]->look(f);
	struct gate_build *b = d->build_count > builds ? &d->builds[builds] : NULL;
	struct gate_suite *s = d->suite_count > suites ? &d->suites[suites] : NULL;
	bool configures = rules[chosen]->configures;

	for (size_t i = chosen + 1; i < RULES && b != NULL && configures; i++) {
		size_t build_count = d->build_count;
		size_t suite_count = d->suite_count;

		if (!is_native(rules[i]) || rules[i]->look(f) < promised)
			continue;
		rules[i]->add(f);
		configures = rules[i]->configures;
		b->otherwise = take_build(d, build_count);
		b = b->otherwise;
		if (s != NULL) {
			s->otherwise = take_suite(d, suite_count);
			s = s->otherwise;
		}
	}
}

static bool tag_is_taken(const struct search *s, const char *tag)
{
	for (size_t i = 0; i < s->tag_count; i++)
		if (str_eq(s->tags[i], tag))
			return true;
	return false;
}

/* The tail of ids in a folder: "-api", "-services-api", with a number if another folder
 * has the same. */
static const char *tag_of(struct search *s, const char *path)
{
	struct gate_detected *d = s->finder.out;
	char *tag;

	if (str_eq(path, "."))
		return "";
	tag = arena_printf(&s->finder.out->arena, "-%.64s", path);
	for (char *p = tag; p != NULL && *p != '\0'; p++) {
		bool keep = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		            (*p >= '0' && *p <= '9') || *p == '_' || *p == '.';

		*p = keep ? *p : '-';
	}
	for (int i = 2; tag != NULL && tag_is_taken(s, tag); i++)
		tag = arena_printf(&d->arena, "%.72s-%d", tag, i);
	return tag != NULL ? tag : "";
}

/* Out of memory only costs the uniqueness, and the arena tells. */
static void remember_tag(struct search *s, const char *tag)
{
	const char **slot;

	if (tag_is_taken(s, tag))
		return;
	slot = arena_push(&s->arena, &s->tags, &s->tag_count, &s->tag_cap, sizeof(*slot));
	if (slot != NULL)
		*slot = tag;
}

static void ask_rules(struct search *s, struct folder *folder)
{
	struct gate_finder *f = &s->finder;
	struct gate_detected *d = f->out;

	f->dir = arena_str(&d->arena, folder->path);
	f->tag = tag_of(s, folder->path);
	if (f->dir == NULL)
		return;
	for (int group = GATE_GROUP_NATIVE; group < GATE_GROUPS; group++) {
		size_t builds = d->build_count;
		size_t suites = d->suite_count;
		size_t chosen;

		if (folder->taken & (1U << group) || d->suite_count > RUNS_MAX ||
		    d->build_count > RUNS_MAX)
			continue;
		/* A plain makefile stands behind everything else. */
		if (group == GATE_GROUP_MAKE && folder->taken != 0)
			continue;
		chosen = choose(f, (enum gate_group)group);
		if (chosen == RULES)
			continue;
		rules[chosen]->add(f);
		add_others(f, chosen, builds, suites);
		folder->taken |= 1U << group;
		remember_tag(s, f->tag);
		if (group == GATE_GROUP_MAKE) /* what it builds is native */
			folder->taken |= 1U << GATE_GROUP_NATIVE;
	}
}

static enum err_code queue_folder(struct search *s, const struct folder *above,
                                  const char *name, struct err *err)
{
	struct folder *f;
	/* A nested Go module is never part of the one above it. */
	unsigned taken = above->taken & ~(1U << GATE_GROUP_GO);

	f = arena_push(&s->arena, &s->queue, &s->count, &s->cap, sizeof(*f));
	if (f == NULL)
		return err_nomem(err);
	f->path = above->depth == 0 ? name
	                            : arena_printf(&s->arena, "%s/%s", above->path, name);
	f->depth = above->depth + 1;
	f->taken = taken;
	f->manifests =
		above->manifests && f->depth <= MANIFEST_DEPTH && !is_illustration(name);
	return f->path != NULL ? ERR_OK : err_nomem(err);
}

/* A tree that a tool made, wherever it stands. */
static bool is_made(const struct gate_finder *f)
{
	static const char *const marks[] = { "CMakeCache.txt", "CACHEDIR.TAG",
		                             "pyvenv.cfg", "meson-private", NULL };

	return gate_find_first(f, marks) != NULL;
}

static enum err_code visit(struct search *s, size_t at, struct err *err)
{
	struct folder folder = s->queue[at]; /* the queue grows below */
	struct listing l = { .search = s, .folder = &folder };
	bool readable = false;
	enum err_code rc = list_folder(s, &l, &readable, err);

	if (rc != ERR_OK || !readable)
		return rc;
	s->finder.names = l.names;
	/* The root may have been built in place. */
	if (folder.depth > 0 && is_made(&s->finder))
		return ERR_OK;
	if (folder.manifests)
		ask_rules(s, &folder);
	for (size_t i = 0; rc == ERR_OK && i < l.folder_count; i++)
		rc = queue_folder(s, &folder, l.folders[i], err);
	return rc;
}

/* Languages by number of files, most first; ties in the table's order. */
static enum err_code put_languages(struct search *s, struct err *err)
{
	struct gate_detected *d = s->finder.out;
	size_t best;

	d->languages.items =
		arena_array(&d->arena, GATE_LANGUAGES, sizeof(*d->languages.items));
	if (d->languages.items == NULL)
		return err_nomem(err);
	for (;;) {
		best = 0;
		for (size_t i = 1; i < GATE_LANGUAGES; i++)
			if (s->files_of[i] > s->files_of[best])
				best = i;
		if (s->files_of[best] == 0)
			return ERR_OK;
		s->files_of[best] = 0;
		d->languages.items[d->languages.count++] = gate_language_names[best];
	}
}

enum err_code gate_detect(const char *root, struct gate_detected *out, struct err *err)
{
	struct search s;
	struct folder *first;
	enum err_code rc = ERR_OK;

	memset(out, 0, sizeof(*out));
	memset(&s, 0, sizeof(s));
	arena_init(&out->arena);
	arena_init(&s.arena);
	s.finder.out = out;
	s.finder.root = root;
	first = arena_push(&s.arena, &s.queue, &s.count, &s.cap, sizeof(*first));
	out->globs = gate_globs_new();
	if (first == NULL || out->globs == NULL)
		rc = err_nomem(err);
	else
		*first = (struct folder){ .path = ".", .manifests = true };
	for (size_t at = 0; rc == ERR_OK && at < s.count; at++)
		rc = s.entries > ENTRIES_MAX ? ERR_OK : visit(&s, at, err);
	if (rc == ERR_OK)
		rc = put_languages(&s, err);
	if (rc == ERR_OK)
		rc = arena_err(&out->arena, err);
	arena_fini(&s.arena);
	if (rc != ERR_OK)
		gate_detected_fini(out);
	return rc;
}

void gate_detected_fini(struct gate_detected *d)
{
	gate_globs_free(d->globs);
	arena_fini(&d->arena);
	memset(d, 0, sizeof(*d));
}
