// SPDX-License-Identifier: Apache-2.0
#include "lib/toml.h"

#include "base/str.h"
#include "lock_internal.h"

/* Lock files in TOML, each a list [[package]] of name and version: Cargo, Poetry, PDM and
 * uv. */

typedef void read_package(struct scan_lock *l, const struct toml_node *package);

static enum err_code read_packages(struct scan_lock *l, const char *name,
                                   read_package *add, read_package *link, struct err *err)
{
	struct toml_doc *doc = NULL;
	enum err_code rc = toml_parse(&doc, l->text, name, err);
	const struct toml_node *list;

	if (rc != ERR_OK)
		return rc;
	list = toml_get(toml_root(doc), "package");
	for (size_t i = 0; i < toml_count(list); i++)
		add(l, toml_at(list, i));
	for (size_t i = 0; i < toml_count(list); i++)
		link(l, toml_at(list, i));
	toml_free(doc);
	return ERR_OK;
}

static void place(struct scan_lock *l, const struct toml_node *package)
{
	const struct toml_node *name = toml_get(package, "name");

	scan_lock_place_line(l, toml_line(name), span_str(toml_string(name)));
}

/* ---- Cargo.lock ---- */

static void put_cargo_key(struct buf *key, const char *name, const char *version)
{
	buf_clear(key);
	buf_printf(key, "%s %s", name, version);
}

/* Members of the workspace have no source: what they need is what the project needs. */
static void add_crate(struct scan_lock *l, const struct toml_node *v)
{
	const char *name = toml_string(toml_get(v, "name"));
	const char *version = toml_string(toml_get(v, "version"));
	struct buf key = BUF_INIT;
	size_t item;

	if (name == NULL || version == NULL || toml_get(v, "source") == NULL)
		return;
	item = scan_lock_add(l, span_str(name), span_str(version));
	place(l, v);
	put_cargo_key(&key, name, version);
	scan_lock_key(l, item, buf_span(&key));
	scan_lock_key(l, item, span_str(name));
	buf_fini(&key);
}

/* A need is "name", "name version" or "name version (source)". */
static void link_crate(struct scan_lock *l, const struct toml_node *v)
{
	const char *name = toml_string(toml_get(v, "name"));
	const char *version = toml_string(toml_get(v, "version"));
	const struct toml_node *needs = toml_get(v, "dependencies");
	size_t from = SCAN_LOCK_NONE;
	struct buf key = BUF_INIT;

	if (name != NULL && version != NULL && toml_get(v, "source") != NULL) {
		put_cargo_key(&key, name, version);
		from = scan_lock_find(l, buf_span(&key));
	}
	for (size_t i = 0; i < toml_count(needs); i++) {
		struct span need = span_str(toml_string(toml_at(needs, i)));

		need = span_sub(need, 0, span_find(need, SPAN_LIT(" (")));
		if (need.len > 0)
			scan_lock_need(l, from, need, false);
	}
	buf_fini(&key);
}

enum err_code scan_lock_cargo(struct scan_lock *l, const char *name, struct err *err)
{
	return read_packages(l, name, add_crate, link_crate, err);
}

/* ---- poetry.lock, pdm.lock, uv.lock ---- */

/* The name as PyPI compares names, without extras: "Foo[x]>=1" is "foo". */
static void put_python_key(struct buf *key, struct span name)
{
	char last = '-';

	buf_clear(key);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool run = c == '-' || c == '_' || c == '.';

		if (!run && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z'))
			return;
		if (run && last == '-')
			continue;
		last = run ? '-' : c;
		buf_putc(key, c >= 'A' && c <= 'Z' ? (char)(c + 32) : last);
	}
}

/* uv writes the project itself down, from a folder ("virtual", "editable"). */
static bool is_own(const struct toml_node *v)
{
	const struct toml_node *source = toml_get(v, "source");

	return toml_get(source, "virtual") != NULL ||
	       toml_get(source, "editable") != NULL ||
	       toml_get(source, "directory") != NULL || toml_get(source, "path") != NULL;
}

static bool has(const struct toml_node *list, const char *word)
{
	for (size_t i = 0; i < toml_count(list); i++)
		if (str_eq(toml_string(toml_at(list, i)), word))
			return true;
	return false;
}

/* Poetry 1 says category = "dev", Poetry 2 and PDM the groups that ask for it. */
static bool is_dev(const struct toml_node *v)
{
	const struct toml_node *groups = toml_get(v, "groups");

	if (str_eq(toml_string(toml_get(v, "category")), "dev"))
		return true;
	return toml_count(groups) > 0 && !has(groups, "main") && !has(groups, "default");
}

static void add_python(struct scan_lock *l, const struct toml_node *v)
{
	const char *name = toml_string(toml_get(v, "name"));
	const char *version = toml_string(toml_get(v, "version"));
	struct buf key = BUF_INIT;
	size_t item;

	if (name == NULL || version == NULL || is_own(v))
		return;
	item = scan_lock_add(l, span_str(name), span_str(version));
	place(l, v);
	put_python_key(&key, span_str(name));
	scan_lock_key(l, item, buf_span(&key));
	buf_fini(&key);
	if (item != SCAN_LOCK_NONE)
		l->items[item].dev = is_dev(v);
}

/* A table by name (Poetry), a list of texts (PDM) or of {name = ..} (uv). */
static void link_python_list(struct scan_lock *l, size_t from,
                             const struct toml_node *needs, bool dev)
{
	struct buf key = BUF_INIT;

	for (size_t i = 0; i < toml_count(needs); i++) {
		const struct toml_node *need = toml_at(needs, i);
		const char *text = toml_key_at(needs, i);

		if (text == NULL)
			text = toml_string(need);
		if (text == NULL)
			text = toml_string(toml_get(need, "name"));
		put_python_key(&key, span_str(text));
		if (key.len > 0)
			scan_lock_need(l, from, buf_span(&key), dev);
	}
	buf_fini(&key);
}

static void link_python(struct scan_lock *l, const struct toml_node *v)
{
	const char *name = toml_string(toml_get(v, "name"));
	const struct toml_node *groups = toml_get(v, "dev-dependencies");
	struct buf key = BUF_INIT;
	size_t from = SCAN_LOCK_NONE;

	put_python_key(&key, span_str(name));
	if (!is_own(v))
		from = scan_lock_find(l, buf_span(&key));
	buf_fini(&key);
	if (from == SCAN_LOCK_NONE && !is_own(v))
		return;
	link_python_list(l, from, toml_get(v, "dependencies"), false);
	if (from != SCAN_LOCK_NONE)
		return;
	for (size_t i = 0; i < toml_count(groups); i++)
		link_python_list(l, from, toml_at(groups, i), true);
	groups = toml_get(v, "optional-dependencies");
	for (size_t i = 0; i < toml_count(groups); i++)
		link_python_list(l, from, toml_at(groups, i), false);
}

enum err_code scan_lock_python(struct scan_lock *l, const char *name, struct err *err)
{
	return read_packages(l, name, add_python, link_python, err);
}
