// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"
#include "lock_internal.h"

#include "base/str.h"

/*
 * package-lock.json and npm-shrinkwrap.json. Versions 2 and 3 list packages by the folder
 * that they are unpacked to ("node_modules/a/node_modules/b"; "" is the project, other
 * folders are its workspaces), version 1 nests them. A package finds another in the
 * node_modules of its own folder or of one above.
 */

#define MODULES "node_modules/"
enum { DEPTH_MAX = 100, LEVELS_MAX = 64 };

static const char *const wanted[] = { "dependencies", "optionalDependencies",
	                              "peerDependencies", "devDependencies" };
enum { DEV = 3, WANTED = 4 };

/* The name that a folder of node_modules stands for. */
static struct span name_of(struct span path)
{
	struct span modules = SPAN_LIT(MODULES);
	size_t at;

	while ((at = span_find(path, modules)) < path.len)
		path = span_from(path, at + modules.len);
	return path;
}

static bool is_package(struct span path)
{
	return span_find(path, SPAN_LIT(MODULES)) < path.len;
}

/* ---- versions 2 and 3 ---- */

/* The folder above the last node_modules: "a/" of "a/node_modules/b". */
static struct span parent_of(struct span folder)
{
	struct span name = name_of(folder);

	if (name.len == folder.len)
		return SPAN_EMPTY;
	return span_sub(folder, 0, folder.len - name.len - (sizeof MODULES - 1));
}

/* The key of the package that `name` means below the folder. */
static bool resolve(const struct scan_lock *l, struct span folder, const char *name,
                    struct buf *key)
{
	for (int level = 0; level < LEVELS_MAX; level++) {
		buf_clear(key);
		buf_put(key, folder);
		if (folder.len > 0 && folder.ptr[folder.len - 1] != '/')
			buf_putc(key, '/');
		buf_puts(key, MODULES);
		buf_puts(key, name);
		if (scan_lock_find(l, buf_span(key)) != SCAN_LOCK_NONE)
			return true;
		if (folder.len == 0)
			return false;
		folder = is_package(folder) ? parent_of(folder) : SPAN_EMPTY;
		if (folder.len > 0 && folder.ptr[folder.len - 1] == '/')
			folder = span_sub(folder, 0, folder.len - 1);
	}
	return false;
}

static void add_needs(struct scan_lock *l, const struct json *package, struct span folder)
{
	size_t from = scan_lock_find(l, folder);
	struct buf key = BUF_INIT;

	for (int i = 0; i < WANTED; i++) {
		const struct json *list = json_get(package, wanted[i]);

		if (from != SCAN_LOCK_NONE && i == DEV)
			continue; /* npm does not install those of packages */
		for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
			if (resolve(l, folder, json_key(v), &key))
				scan_lock_need(l, from, buf_span(&key), i == DEV);
	}
	buf_fini(&key);
}

static void add_package(struct scan_lock *l, const struct json *v)
{
	struct span folder = span_str(json_key(v));
	const char *version = json_string(json_get(v, "version"));
	const char *name = json_string(json_get(v, "name")); /* of an alias */
	bool link = false;
	size_t item;

	(void)json_bool(json_get(v, "link"), &link);
	if (!is_package(folder) || version == NULL || link)
		return;
	item = scan_lock_add(l, name != NULL ? span_str(name) : name_of(folder),
	                     span_str(version));
	scan_lock_key(l, item, folder);
	scan_lock_place_json(l, json_key(v), SCAN_LOCK_KEY);
	if (item != SCAN_LOCK_NONE)
		(void)json_bool(json_get(v, "dev"), &l->items[item].dev);
}

static void read_packages(struct scan_lock *l, const struct json *packages)
{
	for (const struct json *v = json_first(packages); v != NULL; v = json_next(v))
		add_package(l, v);
	for (const struct json *v = json_first(packages); v != NULL; v = json_next(v))
		add_needs(l, v, span_str(json_key(v)));
}

/* ---- version 1 ---- */

static void read_nested(struct scan_lock *l, const struct json *list, struct buf *folder,
                        int depth)
{
	size_t len = folder->len;

	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		const char *version = json_string(json_get(v, "version"));
		size_t item;

		buf_printf(folder, "%s" MODULES "%s", len > 0 ? "/" : "", json_key(v));
		if (version != NULL) {
			item = scan_lock_add(l, span_str(json_key(v)), span_str(version));
			scan_lock_key(l, item, buf_span(folder));
			scan_lock_place_json(l, json_key(v), SCAN_LOCK_KEY);
			if (item != SCAN_LOCK_NONE)
				(void)json_bool(json_get(v, "dev"), &l->items[item].dev);
		}
		if (depth < DEPTH_MAX)
			read_nested(l, json_get(v, "dependencies"), folder, depth + 1);
		if (buf_ok(folder))
			buf_truncate(folder, len);
	}
}

static void nested_needs(struct scan_lock *l, const struct json *list, struct buf *folder,
                         int depth)
{
	size_t len = folder->len;
	struct buf key = BUF_INIT;

	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		size_t from;

		buf_printf(folder, "%s" MODULES "%s", len > 0 ? "/" : "", json_key(v));
		from = scan_lock_find(l, buf_span(folder));
		for (const struct json *n = json_first(json_get(v, "requires"));
		     n != NULL; n = json_next(n))
			if (from != SCAN_LOCK_NONE &&
			    resolve(l, buf_span(folder), json_key(n), &key))
				scan_lock_need(l, from, buf_span(&key), false);
		if (depth < DEPTH_MAX)
			nested_needs(l, json_get(v, "dependencies"), folder, depth + 1);
		if (buf_ok(folder))
			buf_truncate(folder, len);
	}
	buf_fini(&key);
}

enum err_code scan_lock_npm(struct scan_lock *l, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	struct buf folder = BUF_INIT;
	const struct json *root;
	enum err_code rc = json_parse(&doc, l->text, name, err);

	if (rc != ERR_OK)
		return rc;
	root = json_root(doc);
	if (json_get(root, "packages") != NULL) {
		read_packages(l, json_get(root, "packages"));
	} else if (json_get(root, "dependencies") != NULL) {
		read_nested(l, json_get(root, "dependencies"), &folder, 0);
		nested_needs(l, json_get(root, "dependencies"), &folder, 0);
	} else if (json_get(root, "lockfileVersion") == NULL) {
		rc = err_set(err, ERR_CORRUPT,
		             "%s: no npm lock file: it has neither "
		             "\"packages\" nor \"dependencies\"",
		             name);
	}
	buf_fini(&folder);
	json_free(doc);
	return rc;
}
