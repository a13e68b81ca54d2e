// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "lib/toml.h"
#include "lib/yaml.h"
#include "manifest_internal.h"

/* The readers of manifests, and which lock files go with them. */

static void wish(struct scan_wishes *w, const char *name)
{
	struct scan_wish *one =
		arena_push(&w->arena, &w->items, &w->count, &w->cap, sizeof *one);

	w->any = true;
	if (one != NULL)
		one->name = arena_str(&w->arena, name);
}

/* ---- JSON ---- */

/* A range of versions of the registry, not a folder, an address, a workspace, an alias.
 */
static bool is_range(const char *text)
{
	return text != NULL &&
	       span_find_byte(span_str(text), ':') == span_str(text).len &&
	       span_find_byte(span_str(text), '/') == span_str(text).len;
}

static void wish_members(struct scan_wishes *w, const struct json *list, bool slash)
{
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		struct span key = span_str(json_key(v));
		/* Composer's platform packages (php, ext-json) have no slash. */
		bool named = !slash || span_find_byte(key, '/') < key.len;

		if (named && is_range(json_string(v)))
			wish(w, json_key(v));
	}
}

static enum err_code read_json(struct scan_wishes *w, struct span text,
                               const char *const *lists, bool slash, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, "manifest", err);

	if (rc != ERR_OK)
		return rc;
	for (; *lists != NULL; lists++)
		wish_members(w, json_get(json_root(doc), *lists), slash);
	json_free(doc);
	return ERR_OK;
}

static enum err_code read_npm(struct scan_wishes *w, struct span text, struct err *err)
{
	static const char *const lists[] = { "dependencies", "devDependencies",
		                             "optionalDependencies", NULL };

	return read_json(w, text, lists, false, err);
}

static enum err_code read_composer(struct scan_wishes *w, struct span text,
                                   struct err *err)
{
	static const char *const lists[] = { "require", "require-dev", NULL };

	return read_json(w, text, lists, true, err);
}

/* ---- TOML ---- */

/* {name = "1.0"} or {name = {version = "1.0"}}; not from a folder or a repository. */
static void wish_table(struct scan_wishes *w, const struct toml_node *table,
                       const char *but)
{
	for (size_t i = 0; i < toml_count(table); i++) {
		const struct toml_node *v = toml_at(table, i);
		const char *name = toml_key_at(table, i);
		const char *package = toml_string(toml_get(v, "package"));

		if (str_eq(name, but) || toml_get(v, "path") != NULL ||
		    toml_get(v, "git") != NULL || toml_get(v, "workspace") != NULL)
			continue;
		wish(w, package != NULL ? package : name);
	}
}

/* "name[extra]>=1; marker": the name. */
static void wish_requirement(struct scan_wishes *w, const char *text)
{
	struct span all = span_str(text);
	char *name;
	size_t n = 0;

	while (n < all.len && span_find_byte(SPAN_LIT(" [<>=!~;(@"), all.ptr[n]) == 10)
		n++;
	name = arena_dup(&w->arena, span_sub(all, 0, n));
	if (name != NULL && n > 0)
		wish(w, name);
}

static enum err_code read_pyproject(struct scan_wishes *w, struct span text,
                                    struct err *err)
{
	struct toml_doc *doc = NULL;
	enum err_code rc = toml_parse(&doc, text, "manifest", err);
	const struct toml_node *list;
	const struct toml_node *poetry;

	if (rc != ERR_OK)
		return rc;
	list = toml_get(toml_get(toml_root(doc), "project"), "dependencies");
	for (size_t i = 0; i < toml_count(list); i++)
		wish_requirement(w, toml_string(toml_at(list, i)));
	poetry = toml_get(toml_get(toml_root(doc), "tool"), "poetry");
	wish_table(w, toml_get(poetry, "dependencies"), "python");
	toml_free(doc);
	return ERR_OK;
}

static enum err_code read_cargo(struct scan_wishes *w, struct span text, struct err *err)
{
	struct toml_doc *doc = NULL;
	enum err_code rc = toml_parse(&doc, text, "manifest", err);

	if (rc != ERR_OK)
		return rc;
	wish_table(w, toml_get(toml_root(doc), "dependencies"), NULL);
	wish_table(w, toml_get(toml_root(doc), "dev-dependencies"), NULL);
	wish_table(w, toml_get(toml_root(doc), "build-dependencies"), NULL);
	toml_free(doc);
	return ERR_OK;
}

static enum err_code read_pipfile(struct scan_wishes *w, struct span text,
                                  struct err *err)
{
	struct toml_doc *doc = NULL;
	enum err_code rc = toml_parse(&doc, text, "manifest", err);

	if (rc != ERR_OK)
		return rc;
	wish_table(w, toml_get(toml_root(doc), "packages"), NULL);
	wish_table(w, toml_get(toml_root(doc), "dev-packages"), NULL);
	toml_free(doc);
	return ERR_OK;
}

/* ---- YAML ---- */

static void wish_map(struct scan_wishes *w, const struct yaml *map)
{
	for (size_t i = 0; i < yaml_count(map); i++)
		if (yaml_type(yaml_at(map, i)) != YAML_MAP &&
		    yaml_text(yaml_key_at(map, i)) != NULL)
			wish(w, yaml_text(yaml_key_at(map, i)));
}

static enum err_code read_pubspec(struct scan_wishes *w, struct span text,
                                  struct err *err)
{
	struct yaml_doc *doc = NULL;
	enum err_code rc = yaml_parse(&doc, text, "manifest", err);

	if (rc != ERR_OK)
		return rc;
	wish_map(w, yaml_get(yaml_root(doc), "dependencies"));
	wish_map(w, yaml_get(yaml_root(doc), "dev_dependencies"));
	yaml_free(doc);
	return ERR_OK;
}

/* ---- programs ---- */

/* Does a line begin with one of the words? */
static enum err_code look_for(struct scan_wishes *w, struct span text,
                              const char *const *words)
{
	struct span line;

	while (!w->any && span_line(&text, &line)) {
		struct span code = span_trim(line);

		for (size_t i = 0; words[i] != NULL; i++)
			w->any = w->any || span_starts(code, span_str(words[i]));
	}
	return ERR_OK;
}

static enum err_code read_gemfile(struct scan_wishes *w, struct span text,
                                  struct err *err)
{
	static const char *const words[] = { "gem ", "gem(", NULL };

	(void)err;
	return look_for(w, text, words);
}

static enum err_code read_mix(struct scan_wishes *w, struct span text, struct err *err)
{
	static const char *const words[] = { "{:", NULL };

	(void)err;
	return look_for(w, text, words);
}

static enum err_code read_go(struct scan_wishes *w, struct span text, struct err *err)
{
	static const char *const words[] = { "require ", NULL };

	(void)err;
	return look_for(w, text, words);
}

static enum err_code read_gradle(struct scan_wishes *w, struct span text, struct err *err)
{
	static const char *const words[] = { "api ",
		                             "api(",
		                             "compile ",
		                             "compile(",
		                             "compileOnly ",
		                             "compileOnly(",
		                             "implementation ",
		                             "implementation(",
		                             "runtimeOnly ",
		                             "runtimeOnly(",
		                             NULL };

	(void)err;
	return look_for(w, text, words);
}

static enum err_code read_setup(struct scan_wishes *w, struct span text, struct err *err)
{
	static const char *const words[] = { "install_requires", NULL };

	(void)err;
	return look_for(w, text, words);
}

#define PYTHON_LOCKS                                                                 \
	{                                                                            \
		"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile.lock", \
			"requirements.txt", "requirements.lock"                      \
	}

static const struct scan_manifest_kind kinds[] = {
	{ "Cargo.toml", read_cargo, { "Cargo.lock" } },
	{ "Gemfile", read_gemfile, { "Gemfile.lock" } },
	{ "Pipfile", read_pipfile, { "Pipfile.lock" } },
	{ "build.gradle", read_gradle, { "gradle.lockfile" } },
	{ "build.gradle.kts", read_gradle, { "gradle.lockfile" } },
	{ "composer.json", read_composer, { "composer.lock" } },
	{ "gems.rb", read_gemfile, { "gems.locked" } },
	{ "go.mod", read_go, { "go.sum" } },
	{ "mix.exs", read_mix, { "mix.lock" } },
	{ "package.json",
	  read_npm,
	  { "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
	    "bun.lock", "bun.lockb" } },
	{ "pubspec.yaml", read_pubspec, { "pubspec.lock" } },
	{ "pyproject.toml", read_pyproject, PYTHON_LOCKS },
	{ "setup.cfg", read_setup, PYTHON_LOCKS },
	{ "setup.py", read_setup, PYTHON_LOCKS },
};

const struct scan_manifest_kind *scan_manifest_kind_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash < path.len ? span_from(path, slash + 1) : path;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (span_eq_str(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}
