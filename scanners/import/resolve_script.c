// SPDX-License-Identifier: Apache-2.0
#include "script_place.h"

#include <string.h>

/* Nodes are files; script_place.c knows which of them a specifier means. */

struct resolver {
	struct import_judge *j;
	struct import_places places;
	struct map types; /* file, name: exported, and no more than a type */
	struct buf key;
};

/* ---- imports ---- */

/* Build output that is not checked in, as a rule. */
static bool may_be_made(struct span path)
{
	static const char *const names[] = {
		"dist",  "build",        "out",    "lib",      "es",  "esm",
		"cjs",   "generated",    "gen",    "coverage", "pkg", "__generated__",
		"types", "node_modules", "target", "output"
	};
	struct span part;

	if (span_find(path, SPAN_LIT("generated")) < path.len)
		return true;
	while (span_split(&path, '/', &part)) {
		if (span_starts(part, SPAN_LIT(".")) && part.len > 2)
			return true;
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (span_eq_str(part, names[i]))
				return true;
	}
	return false;
}

/* Loaders, and what a template leaves open. */
static bool holds_any(struct span text, const char *bytes)
{
	for (; *bytes != '\0'; bytes++)
		if (span_find_byte(text, *bytes) < text.len)
			return true;
	return false;
}

static void check_missing(struct resolver *r, size_t file, const struct scan_fact *at,
                          const struct import_fact *f, struct span path)
{
	bool runs_always = (f->flags & SCAN_IMPORT_DEFERRED) == 0;

	if (!runs_always || (f->flags & SCAN_IMPORT_OPTIONAL) != 0 ||
	    may_be_made(f->target) || import_is_folder(r->j, path) ||
	    holds_any(f->target, "!{<$*"))
		return;
	import_missing(r->j, file, at, path, import_script_endings);
}

/* "./x?raw" asks a bundler for a form of ./x. */
static struct span without_query(struct span spec)
{
	size_t end = span_find_byte(spec, '?');

	return span_sub(spec, 0, end);
}

static bool is_relative(struct span spec)
{
	return span_eq_str(spec, ".") || span_eq_str(spec, "..") ||
	       span_starts(spec, SPAN_LIT("./")) || span_starts(spec, SPAN_LIT("../"));
}

static struct span type_key(struct resolver *r, size_t file, struct span name)
{
	buf_clear(&r->key);
	buf_printf(&r->key, "%zu\n", file);
	buf_put(&r->key, name);
	r->j->failed = r->j->failed || !buf_ok(&r->key);
	return buf_span(&r->key);
}

static void note_types(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];
	struct import_fact f;
	struct span name;

	for (size_t i = 0; i < s->count; i++) {
		f = import_fact_of(&s->facts[i]);
		while (f.kind == SCAN_IMPORT_TYPES && span_split(&f.target, ',', &name))
			if (!map_set(&r->types, type_key(r, file, name), r))
				r->j->failed = true;
	}
}

/* Names of types alone are gone when the program runs, even where the import does not
 * say so. */
static bool are_types(struct resolver *r, size_t file, struct span names)
{
	struct span name;

	if (names.len == 0)
		return false;
	while (span_split(&names, ',', &name))
		if (!map_has(&r->types, type_key(r, file, name)))
			return false;
	return true;
}

/* A file that declares what is written elsewhere holds nothing but types. */
static bool is_declaration(struct span path)
{
	return span_ends(path, SPAN_LIT(".d.ts")) ||
	       span_ends(path, SPAN_LIT(".d.mts")) || span_ends(path, SPAN_LIT(".d.cts"));
}

static void resolve(struct resolver *r, size_t file, const struct scan_fact *at)
{
	struct import_judge *j = r->j;
	struct span folder = import_folder(j->tree->files[file].path);
	struct import_fact f = import_fact_of(at);
	struct span spec = without_query(f.target);
	struct buf path = BUF_INIT;
	size_t to = j->tree->count;

	if (!is_relative(spec)) {
		to = import_place_named(&r->places, folder, spec);
	} else if (import_join(&path, folder, spec)) {
		to = import_place_at(&r->places, buf_span(&path));
		if (to == j->tree->count)
			check_missing(r, file, at, &f, buf_span(&path));
	}
	if (is_declaration(j->tree->files[file].path) ||
	    (to < j->tree->count && are_types(r, to, f.name)))
		f.flags |= SCAN_IMPORT_TYPE;
	if (to < j->tree->count && j->families[to] == SCAN_IMPORT_SCRIPT)
		import_edge(j, import_file_node(j, file, j->tree->files[file].path),
		            import_file_node(j, to, j->tree->files[to].path), file, at,
		            f.flags);
	j->failed = j->failed || path.failed;
	buf_fini(&path);
}

static void resolve_file(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];

	r->places.cut = false;
	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++)
		if (import_fact_of(&s->facts[i]).kind == SCAN_IMPORT_NEEDS)
			resolve(r, file, &s->facts[i]);
	if (r->places.cut)
		import_skip(r->j, file,
		            "not fully scanned: a tsconfig.json that goes on from too "
		            "many others");
	/* What it says of the files from here on is not the whole truth. */
	if (import_places_are_worn(&r->places) && s->count > 0)
		import_skip(r->j, file,
		            "not fully scanned: too many imports for so many places in "
		            "manifests");
}

void import_resolve_script(struct import_judge *j)
{
	struct resolver r = { .j = j, .places = { .j = j } };

	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++) {
		import_places_note(&r.places, i);
		if (j->families[i] == SCAN_IMPORT_SCRIPT)
			note_types(&r, i);
	}
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (j->families[i] == SCAN_IMPORT_SCRIPT &&
		    !import_script_is_vendored(j->tree->files[i].path))
			resolve_file(&r, i);
	import_places_fini(&r.places);
	map_fini(&r.types);
	buf_fini(&r.key);
}
