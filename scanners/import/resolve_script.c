// SPDX-License-Identifier: Apache-2.0
#include "judge_internal.h"

#include <string.h>

/*
 * Nodes are files. A relative specifier is looked for as bundlers and TypeScript do; a
 * bare one by the `paths` and `baseUrl` of the nearest tsconfig.json, the `imports` of
 * the nearest package.json, and the packages of the workspace. What none of them knows
 * is a package from outside, even where a file or folder has the same name.
 */

/* What may stand behind a specifier, the likeliest first. */
static const char *const endings[] = {
	"",           ".ts",         ".tsx",        ".d.ts",      ".js",
	".jsx",       ".mjs",        ".cjs",        ".mts",       ".cts",
	".json",      ".vue",        ".svelte",     ".node",      "/index.ts",
	"/index.tsx", "/index.js",   "/index.jsx",  "/index.mjs", "/index.cjs",
	"/index.vue", "/index.d.ts", "/index.json", NULL,
};

/* The ending of what is written, and of what is meant: the build turns one into the
 * other. */
static const struct {
	const char *written;
	const char *meant;
} rewritten[] = {
	{ ".js", ".ts" },     { ".js", ".tsx" },  { ".js", ".d.ts" },
	{ ".js", ".jsx" },    { ".jsx", ".tsx" }, { ".mjs", ".mts" },
	{ ".mjs", ".d.mts" }, { ".cjs", ".cts" }, { ".cjs", ".d.cts" },
};

struct resolver {
	struct import_judge *j;
	struct map configs;  /* folder: the tsconfig.json that holds there, plus one */
	struct map packages; /* name: package.json, by address in nodes */
	struct map types;    /* file, name: exported, and no more than a type */
	struct map bare;     /* config, package.json, specifier: file, by address */
	size_t steps;        /* lines of manifests that were looked at */
	bool cut;            /* a tsconfig.json was not followed to its end */
	bool workspace;
	struct buf path;
	struct buf other;
};

/* Each specifier is held against the lines of its manifests: of all together, no more
 * than this. */
enum { EXTENDS_DEPTH = 8, STEPS_MAX = 20000000, LOOK_STEPS = 100 };

/* ---- files ---- */

static size_t try_endings(struct resolver *r, struct span path)
{
	size_t none = r->j->tree->count;

	for (size_t i = 0; endings[i] != NULL; i++) {
		size_t file = import_find_in(r->j, SPAN_EMPTY, path, endings[i]);

		if (file < none && (i > 0 || path.len > 0))
			return file;
	}
	for (size_t i = 0; i < sizeof(rewritten) / sizeof(rewritten[0]); i++) {
		struct span written = span_str(rewritten[i].written);
		size_t file;

		if (!span_ends(path, written))
			continue;
		file = import_find_in(r->j, SPAN_EMPTY,
		                      span_sub(path, 0, path.len - written.len),
		                      rewritten[i].meant);
		if (file < none)
			return file;
	}
	return none;
}

/* The file's facts of a kind, one after the other. */
static bool next_fact(struct resolver *r, const struct scan_seen *s, size_t *at,
                      enum scan_import_kind kind, struct import_fact *f)
{
	while (*at < s->count && r->steps < STEPS_MAX) {
		const struct scan_fact *fact = &s->facts[(*at)++];

		r->steps++;
		*f = import_fact_of(fact);
		if (f->kind == kind)
			return true;
	}
	return false;
}

/* Where a package starts from under a subpath ("." or "./x"): its own word, or else
 * where sources usually are. */
static size_t package_entry(struct resolver *r, size_t manifest, struct span subpath)
{
	static const char *const usual[] = { "src/index", "index", "lib/index",
		                             "src/main" };
	const struct scan_seen *s = &r->j->tree->files[manifest];
	struct span folder = import_folder(s->path);
	size_t none = r->j->tree->count;
	size_t found = none;
	struct import_fact f;
	size_t at = 0;

	while (found == none && next_fact(r, s, &at, SCAN_IMPORT_ROOT, &f))
		if (span_eq(f.name, subpath) &&
		    import_join(&r->other, folder, f.target)) {
			r->steps += LOOK_STEPS;
			found = try_endings(r, buf_span(&r->other));
		}
	for (size_t i = 0; found == none && span_eq_str(subpath, ".") &&
	                   i < sizeof(usual) / sizeof(usual[0]);
	     i++)
		if (import_join(&r->other, folder, span_str(usual[i])))
			found = try_endings(r, buf_span(&r->other));
	if (found == none && subpath.len > 2 && import_join(&r->other, folder, subpath))
		found = try_endings(r, buf_span(&r->other));
	return found;
}

/* A path from the top: a file, or a folder with a package.json of its own. */
static size_t resolve_path(struct resolver *r, struct span path)
{
	size_t found = try_endings(r, path);
	size_t manifest;

	if (found < r->j->tree->count)
		return found;
	manifest = import_find_in(r->j, path, SPAN_LIT("package"), ".json");
	if (path.len == 0)
		manifest = import_find(r->j, SPAN_LIT("package.json"));
	return manifest < r->j->tree->count ? package_entry(r, manifest, SPAN_LIT("."))
	                                    : manifest;
}

/* ---- specifiers with a star ---- */

/* What the star stands for, or false. */
static bool match_star(struct span pattern, struct span text, struct span *star)
{
	size_t at = span_find_byte(pattern, '*');
	struct span behind = span_from(pattern, at + 1);

	*star = SPAN_EMPTY;
	if (at == pattern.len)
		return span_eq(pattern, text);
	if (text.len < pattern.len - 1 || !span_starts(text, span_sub(pattern, 0, at)) ||
	    !span_ends(text, behind))
		return false;
	*star = span_sub(text, at, text.len - (pattern.len - 1));
	return true;
}

static size_t resolve_star(struct resolver *r, struct span folder, struct span pattern,
                           struct span star)
{
	size_t at = span_find_byte(pattern, '*');
	struct buf rest = BUF_INIT;
	size_t found = r->j->tree->count;

	buf_put(&rest, span_sub(pattern, 0, at));
	if (at < pattern.len) {
		buf_put(&rest, star);
		buf_put(&rest, span_from(pattern, at + 1));
	}
	r->j->failed = r->j->failed || !buf_ok(&rest);
	if (buf_ok(&rest) && import_join(&r->path, folder, buf_span(&rest)))
		found = resolve_path(r, buf_span(&r->path));
	buf_fini(&rest);
	return found;
}

/* By the maps of one manifest; the longest pattern that fits counts, its targets in
 * order. *fits: one did. */
static size_t resolve_mapped(struct resolver *r, size_t manifest, struct span folder,
                             struct span spec, bool *fits)
{
	const struct scan_seen *s = &r->j->tree->files[manifest];
	size_t none = r->j->tree->count;
	size_t found = none;
	size_t longest = 0;
	struct import_fact f;
	struct span star;
	size_t at = 0;

	while (next_fact(r, s, &at, SCAN_IMPORT_MAP, &f))
		if (match_star(f.target, spec, &star) && f.target.len > longest)
			longest = f.target.len;
	*fits = longest > 0;
	for (at = 0; *fits && found == none && next_fact(r, s, &at, SCAN_IMPORT_MAP, &f);)
		if (f.target.len == longest && match_star(f.target, spec, &star)) {
			r->steps += LOOK_STEPS;
			found = resolve_star(r, folder, f.name, star);
		}
	return found;
}

/* ---- tsconfig.json ---- */

/* The nearest one above a folder, or count. */
static size_t config_of(struct resolver *r, struct span folder)
{
	static const char *const names[] = { "tsconfig.json", "jsconfig.json",
		                             "tsconfig.base.json" };
	size_t none = r->j->tree->count;

	for (;;) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			size_t file = folder.len == 0
			                      ? import_find(r->j, span_str(names[i]))
			                      : import_find_in(r->j, folder,
			                                       span_str(names[i]), "");

			if (file < none)
				return file;
		}
		if (folder.len == 0)
			return none;
		folder = import_folder(folder);
	}
}

static size_t config_cached(struct resolver *r, struct span folder)
{
	const size_t *known = map_get(&r->configs, folder);
	size_t *file;

	if (known != NULL)
		return *known;
	file = arena_new(&r->j->memory, sizeof(*file));
	if (file == NULL || !map_set(&r->configs, folder, file)) {
		r->j->failed = true;
		return r->j->tree->count;
	}
	*file = config_of(r, folder);
	return *file;
}

/* The one that a config goes on from, or count. */
static size_t extended(struct resolver *r, size_t config)
{
	const struct scan_seen *s = &r->j->tree->files[config];
	struct import_fact f;
	size_t none = r->j->tree->count;
	size_t at = 0;
	size_t found;

	if (!next_fact(r, s, &at, SCAN_IMPORT_EXTENDS, &f) ||
	    !span_starts(f.target, SPAN_LIT(".")) ||
	    !import_join(&r->path, import_folder(s->path), f.target))
		return none;
	found = import_find(r->j, buf_span(&r->path));
	if (found == none) {
		buf_puts(&r->path, ".json");
		found = import_find(r->j, buf_span(&r->path));
	}
	return found;
}

/* `paths` start from baseUrl, or from the config; the first config that has them counts,
 * and so does the first with a baseUrl. */
static size_t resolve_config(struct resolver *r, size_t config, struct span spec,
                             bool *fits)
{
	size_t none = r->j->tree->count;
	size_t found = none;
	struct buf base = BUF_INIT;

	*fits = false;
	for (int i = 0; config < none && found == none && !*fits; i++) {
		const struct scan_seen *s = &r->j->tree->files[config];
		struct import_fact f;
		size_t at = 0;
		bool based = next_fact(r, s, &at, SCAN_IMPORT_BASE, &f);

		r->cut = r->cut || i == EXTENDS_DEPTH;
		if (r->cut)
			break;
		if (!import_join(&base, import_folder(s->path),
		                 based ? f.target : SPAN_EMPTY))
			break;
		found = resolve_mapped(r, config, buf_span(&base), spec, fits);
		if (found == none && based)
			found = resolve_star(r, buf_span(&base), spec, SPAN_EMPTY);
		config = extended(r, config);
	}
	r->j->failed = r->j->failed || base.failed;
	buf_fini(&base);
	return found;
}

/* ---- package.json ---- */

static size_t package_above(struct resolver *r, struct span folder)
{
	size_t none = r->j->tree->count;

	for (;;) {
		size_t file = folder.len == 0
		                      ? import_find(r->j, SPAN_LIT("package.json"))
		                      : import_find_in(r->j, folder,
		                                       SPAN_LIT("package.json"), "");

		if (file < none || folder.len == 0)
			return file;
		folder = import_folder(folder);
	}
}

/* "name" or "@scope/name" of "name/sub/path". */
static struct span package_name(struct span spec)
{
	size_t end = span_find_byte(spec, '/');

	if (span_starts(spec, SPAN_LIT("@")) && end < spec.len)
		end += 1 + span_find_byte(span_from(spec, end + 1), '/');
	return span_sub(spec, 0, end);
}

static bool is_vendored(struct span path)
{
	return span_starts(path, SPAN_LIT("node_modules/")) ||
	       span_find(path, SPAN_LIT("/node_modules/")) < path.len;
}

static void add_package(struct resolver *r, size_t file)
{
	const struct scan_seen *s = &r->j->tree->files[file];
	struct import_fact f;
	size_t at = 0;

	if (next_fact(r, s, &at, SCAN_IMPORT_LOCAL, &f))
		r->workspace = true;
	at = 0;
	/* Of two with one name none is meant for sure: the address of count. */
	if (next_fact(r, s, &at, SCAN_IMPORT_NAME, &f) && f.target.len > 0 &&
	    !map_set(&r->packages, f.target,
	             r->j->nodes + (map_has(&r->packages, f.target) ? r->j->tree->count
	                                                            : file)))
		r->j->failed = true;
}

/* A package of the workspace, or the file's own by its name. */
static size_t resolve_package(struct resolver *r, size_t own, struct span spec)
{
	struct span name = package_name(spec);
	const size_t *known = map_get(&r->packages, name);
	size_t none = r->j->tree->count;
	struct buf subpath = BUF_INIT;
	size_t manifest;
	size_t found = none;

	if (known == NULL)
		return none;
	manifest = (size_t)(known - r->j->nodes);
	if (manifest == none || (!r->workspace && manifest != own))
		return none;
	buf_putc(&subpath, '.');
	buf_put(&subpath, span_from(spec, name.len));
	if (buf_ok(&subpath))
		found = package_entry(r, manifest, buf_span(&subpath));
	r->j->failed = r->j->failed || !buf_ok(&subpath);
	buf_fini(&subpath);
	return found;
}

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
	import_missing(r->j, file, at, path, endings);
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

static size_t resolve_by(struct resolver *r, size_t config, size_t own, struct span spec)
{
	size_t none = r->j->tree->count;
	size_t found = none;
	bool fits = false;

	if (config < none)
		found = resolve_config(r, config, spec, &fits);
	if (found == none && own < none && span_starts(spec, SPAN_LIT("#")))
		return resolve_mapped(r, own, import_folder(r->j->tree->files[own].path),
		                      spec, &fits);
	return found == none ? resolve_package(r, own, spec) : found;
}

/* The same specifiers are everywhere: what one means to a config is found out once. */
static size_t resolve_bare(struct resolver *r, struct span folder, struct span spec)
{
	size_t config = config_cached(r, folder);
	size_t own = package_above(r, folder);
	struct buf key = BUF_INIT;
	const size_t *known;
	size_t found;

	buf_printf(&key, "%zu %zu ", config, own);
	buf_put(&key, spec);
	known = map_get(&r->bare, buf_span(&key));
	found = known != NULL ? (size_t)(known - r->j->nodes)
	                      : resolve_by(r, config, own, spec);
	if (!buf_ok(&key) || (known == NULL && !r->cut &&
	                      !map_set(&r->bare, buf_span(&key), r->j->nodes + found)))
		r->j->failed = true;
	buf_fini(&key);
	return found;
}

static struct span type_key(struct resolver *r, size_t file, struct span name)
{
	buf_clear(&r->other);
	buf_printf(&r->other, "%zu\n", file);
	buf_put(&r->other, name);
	r->j->failed = r->j->failed || !buf_ok(&r->other);
	return buf_span(&r->other);
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
		to = resolve_bare(r, folder, spec);
	} else if (import_join(&path, folder, spec)) {
		to = resolve_path(r, buf_span(&path));
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

	r->cut = false;
	for (size_t i = 0; i < s->count && import_goes_on(r->j); i++)
		if (import_fact_of(&s->facts[i]).kind == SCAN_IMPORT_NEEDS)
			resolve(r, file, &s->facts[i]);
	if (r->cut)
		import_skip(r->j, file,
		            "not fully scanned: a tsconfig.json that goes on from too "
		            "many others");
	/* What it says of the files from here on is not the whole truth. */
	if (r->steps >= STEPS_MAX && s->count > 0)
		import_skip(r->j, file,
		            "not fully scanned: too many imports for so many places in "
		            "manifests");
}

void import_resolve_script(struct import_judge *j)
{
	struct resolver r = { .j = j };

	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++) {
		struct span path = j->tree->files[i].path;

		if (span_eq_str(import_base_name(path), "package.json") &&
		    !is_vendored(path))
			add_package(&r, i);
		if (span_eq_str(import_base_name(path), "pnpm-workspace.yaml") ||
		    span_eq_str(import_base_name(path), "lerna.json"))
			r.workspace = true;
		if (j->families[i] == SCAN_IMPORT_SCRIPT)
			note_types(&r, i);
	}
	for (size_t i = 0; i < j->tree->count && import_goes_on(j); i++)
		if (j->families[i] == SCAN_IMPORT_SCRIPT &&
		    !is_vendored(j->tree->files[i].path))
			resolve_file(&r, i);
	map_fini(&r.configs);
	map_fini(&r.packages);
	map_fini(&r.types);
	map_fini(&r.bare);
	buf_fini(&r.path);
	buf_fini(&r.other);
}
