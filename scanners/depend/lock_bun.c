// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"
#include "lock_internal.h"

/*
 * bun.lock: JSON but for commas behind the last element. `workspaces` has what the
 * project asks for; `packages` has for each path ("a", "a/b": the b that a sees) a list
 * that begins with "name@version" and has an object with what the package needs.
 */

/* The same text with a blank for each comma in front of a closing bracket, so that places
 * stay. */
static void without_last_commas(struct span text, struct buf *out)
{
	size_t comma = SIZE_MAX;
	bool quoted = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		buf_putc(out, c);
		if (quoted && c == '\\' && i + 1 < text.len) {
			buf_putc(out, text.ptr[++i]);
		} else if (c == '"') {
			quoted = !quoted;
			comma = SIZE_MAX;
		} else if (!quoted && c == ',') {
			comma = i;
		} else if (!quoted && (c == '}' || c == ']')) {
			if (comma != SIZE_MAX && buf_ok(out))
				out->ptr[comma] = ' ';
			comma = SIZE_MAX;
		} else if (!quoted && c != ' ' && c != '\t' && c != '\n' && c != '\r') {
			comma = SIZE_MAX;
		}
	}
}

/* The object in a package's list. */
static const struct json *details_of(const struct json *package)
{
	for (const struct json *v = json_first(package); v != NULL; v = json_next(v))
		if (json_type(v) == JSON_OBJECT)
			return v;
	return NULL;
}

static void add_package(struct scan_lock *l, const struct json *v)
{
	struct span id = span_str(json_string(json_first(v)));
	size_t at = span_rfind_byte(id, '@');
	struct span version = span_from(id, at + 1);
	size_t item;

	if (at == 0 || at == id.len || version.len == 0 || version.ptr[0] < '0' ||
	    version.ptr[0] > '9')
		return; /* a workspace, a folder, a repository */
	item = scan_lock_add(l, span_sub(id, 0, at), version);
	scan_lock_key(l, item, span_str(json_key(v)));
	scan_lock_place(l, id);
}

/* What `name` means to the package at this path: the nearest. */
static void need(struct scan_lock *l, size_t from, struct span path, const char *name,
                 bool dev)
{
	struct buf key = BUF_INIT;

	buf_printf(&key, "%.*s/%s", (int)path.len, path.ptr != NULL ? path.ptr : "",
	           name);
	if (path.len > 0 && scan_lock_find(l, buf_span(&key)) != SCAN_LOCK_NONE)
		scan_lock_need(l, from, buf_span(&key), dev);
	else
		scan_lock_need(l, from, span_str(name), dev);
	buf_fini(&key);
}

static void needs(struct scan_lock *l, size_t from, struct span path,
                  const struct json *list, bool dev)
{
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		need(l, from, path, json_key(v), dev);
}

static void read_root(struct scan_lock *l, const struct json *root)
{
	const struct json *packages = json_get(root, "packages");

	for (const struct json *v = json_first(packages); v != NULL; v = json_next(v))
		add_package(l, v);
	for (const struct json *v = json_first(packages); v != NULL; v = json_next(v)) {
		size_t from = scan_lock_find(l, span_str(json_key(v)));

		if (from != SCAN_LOCK_NONE)
			needs(l, from, span_str(json_key(v)),
			      json_get(details_of(v), "dependencies"), false);
	}
	for (const struct json *w = json_first(json_get(root, "workspaces")); w != NULL;
	     w = json_next(w)) {
		needs(l, SCAN_LOCK_NONE, SPAN_EMPTY, json_get(w, "dependencies"), false);
		needs(l, SCAN_LOCK_NONE, SPAN_EMPTY, json_get(w, "optionalDependencies"),
		      false);
		needs(l, SCAN_LOCK_NONE, SPAN_EMPTY, json_get(w, "devDependencies"),
		      true);
	}
}

enum err_code scan_lock_bun(struct scan_lock *l, const char *name, struct err *err)
{
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc;

	without_last_commas(l->text, &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&text), name, err);
	if (rc == ERR_OK)
		read_root(l, json_root(doc));
	json_free(doc);
	buf_fini(&text);
	return rc;
}
