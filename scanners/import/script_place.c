// SPDX-License-Identifier: Apache-2.0
#include "script_place.h"

#include <string.h>

/*
 * A relative specifier is looked for as bundlers and TypeScript do; a bare one by the
 * `paths` and `baseUrl` of the nearest tsconfig.json, the `imports` of the nearest
 * package.json, and the packages of the workspace. What none of them knows is a package
 * from outside, even where a file or folder has the same name.
 */

/* What may stand behind a specifier, the likeliest first. */
const char *const import_script_endings[] = {
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

/* Each specifier is held against the lines of its manifests: of all together, no more
 * than this. A step is a line, or so many bytes of a long one; to look for a file is as
 * much as some lines, and its name is put together for every ending. */
enum { EXTENDS_DEPTH = 8, STEPS_MAX = 20000000, STEP_BYTES = 64, LOOK_STEPS = 100 };

/* ---- files ---- */

static size_t try_endings(struct import_places *r, struct span path)
{
	size_t none = r->j->tree->count;

	for (size_t i = 0; import_script_endings[i] != NULL; i++) {
		size_t file =
			import_find_in(r->j, SPAN_EMPTY, path, import_script_endings[i]);

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
static bool next_fact(struct import_places *r, const struct scan_seen *s, size_t *at,
                      enum scan_import_kind kind, struct import_fact *f)
{
	while (*at < s->count && r->steps < STEPS_MAX) {
		const struct scan_fact *fact = &s->facts[(*at)++];

		r->steps += 1 + fact->text.len / STEP_BYTES;
		*f = import_fact_of(fact);
		if (f->kind == kind)
			return true;
	}
	return false;
}

/* ---- specifiers with a star ---- */

/* What the star stands for (empty where there is none), or false. */
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

/* What a pattern means by it. */
static void put_star(struct buf *out, struct span pattern, struct span star)
{
	size_t at = span_find_byte(pattern, '*');

	buf_put(out, span_sub(pattern, 0, at));
	if (at < pattern.len) {
		buf_put(out, star);
		buf_put(out, span_from(pattern, at + 1));
	}
}

/* ---- packages ---- */

/* Where a package starts from under a subpath ("." or "./x"): its own word, or else
 * where sources usually are. */
static size_t package_entry(struct import_places *r, size_t manifest, struct span subpath)
{
	static const char *const usual[] = { "src/index", "index", "lib/index",
		                             "src/main" };
	const struct scan_seen *s = &r->j->tree->files[manifest];
	struct span folder = import_folder(s->path);
	size_t none = r->j->tree->count;
	size_t found = none;
	struct buf target = BUF_INIT;
	struct import_fact f;
	struct span star;
	size_t at = 0;

	while (found == none && next_fact(r, s, &at, SCAN_IMPORT_ROOT, &f))
		if (match_star(f.name, subpath, &star)) {
			r->steps += LOOK_STEPS + f.target.len + star.len;
			buf_clear(&target);
			put_star(&target, f.target, star);
			if (import_join(&r->other, folder, buf_span(&target)))
				found = try_endings(r, buf_span(&r->other));
		}
	r->j->failed = r->j->failed || !buf_ok(&target);
	buf_fini(&target);
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
size_t import_place_at(struct import_places *r, struct span path)
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

static size_t resolve_star(struct import_places *r, struct span folder,
                           struct span pattern, struct span star)
{
	struct buf rest = BUF_INIT;
	size_t found = r->j->tree->count;

	put_star(&rest, pattern, star);
	r->j->failed = r->j->failed || !buf_ok(&rest);
	if (buf_ok(&rest) && import_join(&r->path, folder, buf_span(&rest)))
		found = import_place_at(r, buf_span(&r->path));
	buf_fini(&rest);
	return found;
}

/* By the maps of one manifest; the longest pattern that fits counts, its targets in
 * order. *fits: one did. */
static size_t resolve_mapped(struct import_places *r, size_t manifest, struct span folder,
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
			r->steps += LOOK_STEPS + f.name.len + star.len;
			found = resolve_star(r, folder, f.name, star);
		}
	return found;
}

/* ---- tsconfig.json ---- */

/* The nearest one above a folder, or count. */
static size_t config_of(struct import_places *r, struct span folder)
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

static size_t config_cached(struct import_places *r, struct span folder)
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
static size_t extended(struct import_places *r, size_t config)
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
static size_t resolve_config(struct import_places *r, size_t config, struct span spec,
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

static size_t package_above(struct import_places *r, struct span folder)
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

bool import_script_is_vendored(struct span path)
{
	return span_starts(path, SPAN_LIT("node_modules/")) ||
	       span_find(path, SPAN_LIT("/node_modules/")) < path.len;
}

static void add_package(struct import_places *r, size_t file)
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
static size_t resolve_package(struct import_places *r, size_t own, struct span spec)
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

/* ---- specifiers ---- */

static size_t resolve_by(struct import_places *r, size_t config, size_t own,
                         struct span spec)
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
size_t import_place_named(struct import_places *r, struct span folder, struct span spec)
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

void import_places_note(struct import_places *r, size_t file)
{
	struct span path = r->j->tree->files[file].path;
	struct span name = import_base_name(path);

	if (span_eq_str(name, "package.json") && !import_script_is_vendored(path))
		add_package(r, file);
	if (span_eq_str(name, "pnpm-workspace.yaml") || span_eq_str(name, "lerna.json"))
		r->workspace = true;
}

bool import_places_are_worn(const struct import_places *r)
{
	return r->steps >= STEPS_MAX;
}

void import_places_fini(struct import_places *r)
{
	map_fini(&r->configs);
	map_fini(&r->packages);
	map_fini(&r->bare);
	buf_fini(&r->path);
	buf_fini(&r->other);
}
