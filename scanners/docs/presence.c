// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "base/str.h"
#include "docs.h"
#include "lib/json.h"
#include "scanners/ops/ops.h"
#include "topic.h"

#include <string.h>

/*
 * Which documents a project has. A gist is a fact whose flags hold, above the kind, what
 * a document is about; it is noted of the project's own documents only. What lies where
 * and is called how says the rest.
 */

enum { HOLLOW = 1u << 8, PLACEHOLDER = 1u << 9, TOPICS_AT = 16, KIND = 0xFF };
enum { LIBRARY = 1u << 8, PROGRAM = 1u << 9 }; /* of SCAN_DOC_USE */

/* ---- which files are documents ---- */

static bool same(struct span s, const char *name)
{
	for (size_t i = 0; i < s.len; i++)
		if (name[i] == '\0' || ascii_lower(s.ptr[i]) != ascii_lower(name[i]))
			return false;
	return name[s.len] == '\0';
}

static bool is_in(struct span s, const char *const *names)
{
	for (; *names != NULL; names++)
		if (same(s, *names))
			return true;
	return false;
}

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

static bool is_at_top(struct span path)
{
	return span_find_byte(path, '/') == path.len;
}

/* Folders of documents, wherever they are, and those that are in the top folder only. */
static bool is_below_docs(struct span path)
{
	static const char *const any[] = { "doc", "docs",   "documentation",
		                           "man", "manual", NULL };
	static const char *const top[] = { ".changeset", ".github",       "book",
		                           "changelog",  "changelog.d",   "changelogs",
		                           "changes",    "guide",         "guides",
		                           "handbook",   "help",          "newsfragments",
		                           "releases",   "relnotes",      "runbooks",
		                           "website",    "wiki",          "www",
		                           "playbooks",  "release-notes", "releasenotes",
		                           NULL };
	struct span rest = path;
	bool first = true;

	while (!is_at_top(rest)) {
		struct span name = span_sub(rest, 0, span_find_byte(rest, '/'));

		if (is_in(name, any) || (first && is_in(name, top)))
			return true;
		rest = span_from(rest, name.len + 1);
		first = false;
	}
	return false;
}

bool scan_docs_is_own(struct span path, enum scan_scope scope)
{
	return scope != SCAN_TEST && scope != SCAN_VENDORED &&
	       (is_at_top(path) || is_below_docs(path));
}

static bool is_capital(struct span name)
{
	return name.len > 1 && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z';
}

/* The extension with its dot; of "curl.1.in" it is ".1". */
static struct span extension_of(struct span name)
{
	size_t dot;

	if (span_ends(name, SPAN_LIT(".in")))
		name.len -= 3;
	dot = span_rfind_byte(name, '.');
	return dot == name.len || dot == 0 ? SPAN_EMPTY : span_from(name, dot);
}

/* Does its name say that it is a text for people? */
static bool is_document(struct span path)
{
	static const char *const ends[] = {
		".md",   ".markdown", ".mdx",  ".rst", ".adoc", ".asciidoc", ".txt",
		".html", ".htm",      ".pdf",  ".tex", ".texi", ".texinfo",  ".org",
		".pod",  ".sgml",     ".epub", ".1",   ".2",    ".3",        ".4",
		".5",    ".6",        ".7",    ".8",   ".rdoc", ".xml",      NULL
	};
	struct span name = name_of(path);
	struct span extension = extension_of(name);

	if (extension.len == 0)
		return is_capital(name) ||
		       (name.len > 2 && name.ptr[0] >= '0' && name.ptr[0] <= '9');
	return is_in(extension, ends) && !same(name, "cmakelists.txt") &&
	       (!same(extension, ".xml") || is_below_docs(path));
}

static bool is_man_page(struct span path)
{
	struct span extension = extension_of(name_of(path));

	return extension.len == 2 && extension.ptr[1] >= '1' && extension.ptr[1] <= '8' &&
	       is_document(path);
}

static bool form_of(const struct scan_source *s, enum scan_doc_form *form)
{
	static const struct {
		const char *language;
		enum scan_doc_form form;
	} forms[] = { { "markdown", SCAN_DOC_MARKDOWN },
		      { "restructuredtext", SCAN_DOC_RST },
		      { "asciidoc", SCAN_DOC_ASCIIDOC } };
	struct span name = name_of(s->project);
	struct span extension = extension_of(name);

	for (size_t i = 0; s->language != NULL && i < sizeof(forms) / sizeof(forms[0]);
	     i++) {
		*form = forms[i].form;
		if (str_eq(s->language->name, forms[i].language))
			return true;
	}
	*form = SCAN_DOC_PLAIN;
	return is_capital(name) && (extension.len == 0 || same(extension, ".txt")) &&
	       is_document(s->project);
}

/* ---- while a file is in hand ---- */

static void note(struct scan_pass *p, enum scan_doc_kind kind, unsigned flags)
{
	struct scan_piece at = { .end = span_find_byte(p->source->text, '\n') };

	scan_pass_fact(p, SCAN_FACT_DOCS, (unsigned)kind | flags, &at, SPAN_EMPTY);
}

static bool has(struct span s, const char *what)
{
	return span_find(s, span_str(what)) < s.len;
}

/* Are its functions for other programs? */
static void note_package(struct scan_pass *p)
{
	struct json_doc *doc = NULL;
	const struct json *root;
	bool is_private = false;
	enum err_code rc = json_parse(&doc, p->source->text, "package.json", NULL);

	if (rc == ERR_OK) {
		root = json_root(doc);
		if (!json_bool(json_get(root, "private"), &is_private))
			is_private = false;
		if (json_get(root, "bin") != NULL || is_private)
			note(p, SCAN_DOC_USE, PROGRAM);
		else if (json_get(root, "main") != NULL ||
		         json_get(root, "exports") != NULL ||
		         json_get(root, "module") != NULL ||
		         json_get(root, "types") != NULL)
			note(p, SCAN_DOC_USE, LIBRARY);
	} else if (rc == ERR_NOMEM) {
		p->rc = rc;
	}
	json_free(doc);
}

static void note_python(struct scan_pass *p)
{
	struct span text = p->source->text;

	if (has(text, "[project.scripts]") || has(text, "[tool.poetry.scripts]") ||
	    has(text, "[project.gui-scripts]") || has(text, "console_scripts"))
		note(p, SCAN_DOC_USE, PROGRAM);
	else if (has(text, "[project]") || has(text, "[tool.poetry]") ||
	         has(text, "[metadata]") || has(text, "setup("))
		note(p, SCAN_DOC_USE, LIBRARY);
}

static void note_use(struct scan_pass *p)
{
	static const char *const python[] = { "pyproject.toml", "setup.py", "setup.cfg",
		                              NULL };
	struct span path = p->source->project;
	struct span name = name_of(path);

	if (is_at_top(path) && same(name, "package.json"))
		note_package(p);
	else if (is_at_top(path) && is_in(name, python))
		note_python(p);
	else if (same(name, "conf.py") && is_below_docs(path) &&
	         (has(p->source->text, "autodoc") || has(p->source->text, "autoapi")))
		note(p, SCAN_DOC_GIST, (unsigned)SCAN_DOC_API << TOPICS_AT);
}

void scan_docs_gist(struct scan_pass *p)
{
	const struct scan_source *s = p->source;
	enum scan_doc_form form;
	struct scan_doc_gist gist;

	note_use(p);
	if (!scan_docs_is_own(s->project, s->scope) || !form_of(s, &form))
		return;
	gist = scan_doc_gist_of(s->text, form);
	if (gist.hollow || gist.topics != 0)
		note(p, SCAN_DOC_GIST,
		     (gist.hollow ? HOLLOW : 0) | (gist.placeholder ? PLACEHOLDER : 0) |
		             gist.topics << TOPICS_AT);
}

/* ---- the whole project ---- */

static const struct scan_fact *fact_of(const struct scan_seen *f, enum scan_doc_kind kind)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->facts[i].kind == SCAN_FACT_DOCS &&
		    (f->facts[i].flags & KIND) == (unsigned)kind)
			return &f->facts[i];
	return NULL;
}

bool scan_docs_is_hollow(const struct scan_seen *f)
{
	const struct scan_fact *gist = fact_of(f, SCAN_DOC_GIST);

	return f->bytes == 0 || (gist != NULL && (gist->flags & HOLLOW) != 0);
}

/* A text of a licence, and not a program that deals with licences. */
static bool is_licence(struct span path)
{
	static const char *const folders[] = { "licenses", "licences", "license", "legal",
		                               "doc",      "docs",     NULL };
	struct span name = name_of(path);
	struct span folder = span_sub(path, 0, span_find_byte(path, '/'));

	if (!is_at_top(path) && !is_in(folder, folders))
		return false;
	if (!is_at_top(path) && is_in(folder, folders) && folder.ptr[0] != 'd' &&
	    folder.ptr[0] != 'D')
		return is_document(path);
	return scan_doc_is_licence(name) && (is_document(path) || is_capital(name));
}

/* What makes pages of comments, or is a description for programs. */
static bool is_api_config(struct span path)
{
	static const char *const names[] = {
		"doxyfile",    "doxyfile.in",  "doxygen.conf",
		"doxygen.cfg", "typedoc.json", "jsdoc.json",
		".jsdoc.json", ".yardopts",    "jsdoc.conf.json",
		".jazzy.yaml", "docfx.json",   "dartdoc_options.yaml",
		NULL
	};
	static const char *const ends[] = { ".doxy", ".doxyfile", ".docurium", ".proto",
		                            NULL };
	static const char *const data[] = { ".yml", ".yaml", ".json", NULL };
	struct span name = name_of(path);
	struct span extension = extension_of(name);

	return is_in(name, names) || is_in(extension, ends) ||
	       (is_in(extension, data) && (span_starts(name, SPAN_LIT("openapi")) ||
	                                   span_starts(name, SPAN_LIT("swagger"))));
}

/* What a page of a manual is about. */
static unsigned man_topics(struct span path)
{
	switch (extension_of(name_of(path)).ptr[1]) {
	case '1':
	case '6':
		return SCAN_DOC_MANUAL;
	case '5':
	case '8':
		return SCAN_DOC_MANUAL | SCAN_DOC_ADMIN;
	default:
		return SCAN_DOC_MANUAL | SCAN_DOC_API;
	}
}

static struct span without_extension(struct span path)
{
	return span_sub(path, 0, path.len - extension_of(name_of(path)).len);
}

static unsigned topics_of(const struct scan_seen *f)
{
	const struct scan_fact *gist = fact_of(f, SCAN_DOC_GIST);
	unsigned topics = gist != NULL ? gist->flags >> TOPICS_AT : 0;

	if (f->scope == SCAN_TEST || f->scope == SCAN_VENDORED || scan_docs_is_hollow(f))
		return 0;
	if (is_licence(f->project))
		topics |= SCAN_DOC_LICENCE;
	if (is_api_config(f->project))
		topics |= SCAN_DOC_API;
	if (is_man_page(f->project))
		topics |= man_topics(f->project);
	if (scan_docs_is_own(f->project, f->scope) && is_document(f->project))
		topics |= scan_doc_name_topics(without_extension(f->project));
	return topics;
}

/* ---- what declares a project ---- */

/* What declares a project, as it is usually written. */
static const char *const manifests[] = { "package.json",
	                                 "pyproject.toml",
	                                 "setup.py",
	                                 "setup.cfg",
	                                 "go.mod",
	                                 "Cargo.toml",
	                                 "CMakeLists.txt",
	                                 "configure.ac",
	                                 "configure.in",
	                                 "configure",
	                                 "Makefile",
	                                 "makefile",
	                                 "GNUmakefile",
	                                 "Makefile.in",
	                                 "Makefile.am",
	                                 "GNUmakefile.in",
	                                 "meson.build",
	                                 "pom.xml",
	                                 "build.gradle",
	                                 "build.gradle.kts",
	                                 "Gemfile",
	                                 "composer.json",
	                                 "mix.exs",
	                                 "pubspec.yaml",
	                                 "Package.swift",
	                                 "dune-project",
	                                 "stack.yaml",
	                                 "rebar.config",
	                                 "deno.json",
	                                 "build.sbt",
	                                 "project.clj",
	                                 "SConstruct",
	                                 "MODULE.bazel",
	                                 "Makefile.PL",
	                                 "Build.PL",
	                                 "dist.ini",
	                                 "build.zig",
	                                 "docker-compose.yml",
	                                 "docker-compose.yaml",
	                                 "compose.yaml",
	                                 "compose.yml",
	                                 "Dockerfile",
	                                 "Chart.yaml",
	                                 "Procfile",
	                                 "seaworthy.yml",
	                                 NULL };

static bool is_manifest(struct span name)
{
	static const char *const ends[] = { ".gemspec", ".sln", ".csproj", ".cabal",
		                            NULL };

	return is_in(name, manifests) || is_in(extension_of(name), ends);
}

size_t scan_docs_home(const struct scan_tree *t)
{
	size_t readme = t->count;
	size_t manifest = t->count;

	for (size_t i = 0; t->whole && i < t->count; i++) {
		struct span path = t->files[i].path;

		if (!is_at_top(path))
			continue;
		if (same(without_extension(path), "readme") && readme == t->count)
			readme = i;
		if (manifest == t->count && is_manifest(path))
			manifest = i;
	}
	return manifest == t->count || readme == t->count ? manifest : readme;
}

static bool is_interface(struct span path)
{
	return (span_starts(path, SPAN_LIT("include/")) &&
	        (span_ends(path, SPAN_LIT(".h")) || span_ends(path, SPAN_LIT(".hpp")))) ||
	       (is_at_top(path) && span_ends(path, SPAN_LIT(".gemspec")));
}

/* Is there something that other programs call, which no tool shows by itself (as those of
 * Go and Rust do)? */
static bool is_library(const struct scan_tree *t)
{
	bool library = false;

	for (size_t i = 0; i < t->count; i++) {
		const struct scan_seen *f = &t->files[i];
		const struct scan_fact *use = fact_of(f, SCAN_DOC_USE);

		if (use != NULL && (use->flags & PROGRAM) != 0)
			return false;
		library = library || use != NULL || is_interface(f->project);
	}
	return library;
}

/* ---- findings ---- */

struct missing {
	const char *id;
	unsigned topic;
	bool (*applies)(const struct scan_tree *t);
	const char *message;
	const char *moot; /* what is said where it does not apply */
};

static const struct missing all[] = {
	{ "docs.admin-missing", SCAN_DOC_ADMIN, scan_ops_has_service,
	  "a service, and no text for those who run it", "there is no service" },
	{ "docs.api-missing", SCAN_DOC_API, is_library,
	  "no reference of what the library offers",
	  "there is no library but of languages whose tools show what it offers" },
	{ "docs.changelog-missing", SCAN_DOC_CHANGELOG, NULL, "no list of changes",
	  NULL },
	{ "docs.install-missing", SCAN_DOC_INSTALL, NULL,
	  "no text says how it is built or installed", NULL },
	{ "docs.licence-missing", SCAN_DOC_LICENCE, NULL, "no text of a licence", NULL },
	{ "docs.manual-missing", SCAN_DOC_MANUAL, NULL, "no text says how it is used",
	  NULL },
	{ "docs.security-missing", SCAN_DOC_SECURITY, NULL,
	  "no text says how a weakness is reported", NULL },
};

static bool runs(const struct scan_tree *t, const char *id, size_t *rule)
{
	*rule = scan_rule_find(t->rules->rules, t->rules->count, id);
	return *rule < t->rules->count && t->rules->on[*rule];
}

static void report(struct scan_tree *t, size_t file, size_t rule, const char *message)
{
	scan_tree_report(t, &(struct scan_tree_report){
				    .file = file,
				    .rule = rule,
				    .message = message,
				    .identity = span_str(t->rules->rules[rule].id),
			    });
}

/* A manifest that is there and was not scanned: a link, or ignored; NULL: none. */
static const char *unseen_manifest(struct scan_tree *t)
{
	for (size_t i = 0; manifests[i] != NULL; i++)
		if (scan_tree_is_there(t, span_str(manifests[i])))
			return manifests[i];
	return NULL;
}

/* Nothing was looked for, so nothing is known. */
static void skip_missing(struct scan_tree *t)
{
	const char *name = t->whole ? unseen_manifest(t) : NULL;
	size_t rule;

	for (size_t i = 0; name != NULL && i < sizeof(all) / sizeof(all[0]); i++) {
		struct scan_skip skip = { .path = span_str(name),
			                  .reason = "declares a project, and is not "
			                            "scanned",
			                  .lack = SCAN_OPEN,
			                  .rule = all[i].id };

		if (runs(t, all[i].id, &rule) && t->rc == ERR_OK)
			t->rc = scan_sink_skip(t->sink, &skip, NULL);
	}
}

static void report_missing(struct scan_tree *t)
{
	size_t home = scan_docs_home(t);
	unsigned topics = 0;
	size_t rule;

	if (home == t->count) {
		skip_missing(t);
		return;
	}
	for (size_t i = 0; i < t->count; i++)
		topics |= topics_of(&t->files[i]);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!runs(t, all[i].id, &rule))
			continue;
		if (all[i].applies != NULL && !all[i].applies(t)) {
			/* A text that nobody needs earns nothing. */
			if (t->whole)
				scan_tree_moot(t, rule, all[i].moot);
		} else if ((topics & all[i].topic) == 0) {
			report(t, home, rule, all[i].message);
		}
	}
}

/* Forms that somebody fills in later. */
static bool is_form(struct span path)
{
	return str_glob("**/*{TEMPLATE,template,_snippets,_includes,partials}*", path) ||
	       str_glob("**/*{TEMPLATE,template,_snippets,_includes,partials}*/**", path);
}

static void report_hollow(struct scan_tree *t, size_t file, size_t rule)
{
	const struct scan_seen *f = &t->files[file];
	const struct scan_fact *gist = fact_of(f, SCAN_DOC_GIST);

	if (gist == NULL || (gist->flags & HOLLOW) == 0 || is_form(f->project) ||
	    scan_ops_is_runbook(f->project)) /* ops.runbook-empty */
		return;
	report(t, file, rule,
	       f->bytes == 0                      ? "the document is empty"
	       : (gist->flags & PLACEHOLDER) != 0 ? "nothing but a placeholder"
	                                          : "nothing but headings");
}

void scan_docs_presence(struct scan_tree *t)
{
	size_t rule;

	if (runs(t, "docs.empty", &rule))
		for (size_t i = 0; i < t->count && scan_tree_goes_on(t); i++)
			report_hollow(t, i, rule);
	report_missing(t);
}
