// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "lock_internal.h"

/* Lock files in JSON with a plain list of packages: Pipenv, Composer, NuGet, Conan. */

/* ---- Pipfile.lock ---- */

static void add_pipfile(struct scan_lock *l, const struct json *list, bool dev)
{
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		const char *version = json_string(json_get(v, "version"));
		size_t item;

		if (version == NULL || !str_starts(version, "==")) /* from a repository */
			continue;
		item = scan_lock_add(l, span_str(json_key(v)), span_str(version + 2));
		scan_lock_place_json(l, json_key(v), SCAN_LOCK_KEY);
		if (item == SCAN_LOCK_NONE)
			continue;
		l->items[item].dev = dev;
		/* Pipenv writes the index down for what the Pipfile names. */
		l->items[item].direct = json_get(v, "index") != NULL;
	}
}

enum err_code scan_lock_pipfile(struct scan_lock *l, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, l->text, name, err);

	if (rc != ERR_OK)
		return rc;
	add_pipfile(l, json_get(json_root(doc), "default"), false);
	add_pipfile(l, json_get(json_root(doc), "develop"), true);
	json_free(doc);
	return ERR_OK;
}

/* ---- composer.lock ---- */

/* Composer's own names for PHP and its extensions are no packages. */
static bool is_platform(const char *name)
{
	return span_find_byte(span_str(name), '/') == span_str(name).len;
}

static void add_composer(struct scan_lock *l, const struct json *list, bool dev)
{
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		const char *name = json_string(json_get(v, "name"));
		const char *version = json_string(json_get(v, "version"));
		size_t item;

		if (name == NULL || version == NULL)
			continue;
		item = scan_lock_add(l, span_str(name), span_str(version));
		scan_lock_key(l, item, span_str(name));
		scan_lock_place_json(l, name, SCAN_LOCK_VALUE);
		if (item != SCAN_LOCK_NONE)
			l->items[item].dev = dev;
		for (const struct json *n = json_first(json_get(v, "require"));
		     item != SCAN_LOCK_NONE && n != NULL; n = json_next(n))
			if (!is_platform(json_key(n)))
				scan_lock_need(l, item, span_str(json_key(n)), false);
	}
}

enum err_code scan_lock_composer(struct scan_lock *l, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, l->text, name, err);

	if (rc != ERR_OK)
		return rc;
	add_composer(l, json_get(json_root(doc), "packages"), false);
	add_composer(l, json_get(json_root(doc), "packages-dev"), true);
	json_free(doc);
	return ERR_OK;
}

/* ---- packages.lock.json ---- */

static void add_nuget(struct scan_lock *l, const struct json *v)
{
	const char *type = json_string(json_get(v, "type"));
	const char *version = json_string(json_get(v, "resolved"));
	size_t item;

	if (version == NULL) /* another project of the solution */
		return;
	/* The same package is listed for each target framework. */
	item = scan_lock_find(l, span_str(json_key(v)));
	if (item != SCAN_LOCK_NONE && str_eq(l->items[item].version, version))
		return;
	item = scan_lock_add(l, span_str(json_key(v)), span_str(version));
	scan_lock_key(l, item, span_str(json_key(v)));
	scan_lock_place_json(l, json_key(v), SCAN_LOCK_KEY);
	if (str_eq(type, "Direct"))
		scan_lock_need(l, SCAN_LOCK_NONE, span_str(json_key(v)), false);
	for (const struct json *n = json_first(json_get(v, "dependencies"));
	     item != SCAN_LOCK_NONE && n != NULL; n = json_next(n))
		scan_lock_need(l, item, span_str(json_key(n)), false);
}

enum err_code scan_lock_nuget(struct scan_lock *l, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, l->text, name, err);
	const struct json *frameworks;

	if (rc != ERR_OK)
		return rc;
	frameworks = json_first(json_get(json_root(doc), "dependencies"));
	for (; frameworks != NULL; frameworks = json_next(frameworks))
		for (const struct json *v = json_first(frameworks); v != NULL;
		     v = json_next(v))
			add_nuget(l, v);
	json_free(doc);
	return ERR_OK;
}

/* ---- conan.lock ---- */

/* "zlib/1.2.11@user/channel#revision%time" */
static void add_conan(struct scan_lock *l, const char *reference, bool dev)
{
	struct span text = span_str(reference);
	size_t slash;
	size_t item;

	text = span_sub(text, 0, span_find_byte(text, '%'));
	text = span_sub(text, 0, span_find_byte(text, '#'));
	text = span_sub(text, 0, span_find_byte(text, '@'));
	slash = span_find_byte(text, '/');
	if (slash == text.len)
		return;
	item = scan_lock_add(l, span_sub(text, 0, slash), span_from(text, slash + 1));
	scan_lock_place(l, text);
	if (item != SCAN_LOCK_NONE)
		l->items[item].dev = dev;
}

static void add_conan_list(struct scan_lock *l, const struct json *list, bool dev)
{
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		if (json_string(v) != NULL)
			add_conan(l, json_string(v), dev);
}

enum err_code scan_lock_conan(struct scan_lock *l, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, l->text, name, err);
	const struct json *nodes;

	if (rc != ERR_OK)
		return rc;
	add_conan_list(l, json_get(json_root(doc), "requires"), false);
	add_conan_list(l, json_get(json_root(doc), "build_requires"), true);
	add_conan_list(l, json_get(json_root(doc), "python_requires"), true);
	/* Conan 1 has a graph instead. */
	nodes = json_get(json_get(json_root(doc), "graph_lock"), "nodes");
	for (const struct json *v = json_first(nodes); v != NULL; v = json_next(v))
		if (json_string(json_get(v, "ref")) != NULL)
			add_conan(l, json_string(json_get(v, "ref")), false);
	json_free(doc);
	return ERR_OK;
}
