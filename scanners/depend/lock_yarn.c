// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/yaml.h"
#include "lock_internal.h"

/*
 * yarn.lock. Yarn 1 writes lines of its own: at the left margin what was asked for
 * ("a@^1.0.0", a@^1.1.0:), indented by two what it became (version "1.1.3") and by four
 * below `dependencies:` what that needs. Later versions (Berry) write YAML. In both, a
 * package is found by name and requirement, "b@^2.0.0".
 */

/* ---- Yarn 1 ---- */

static struct span unquote(struct span s)
{
	s = span_trim(s);
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return span_sub(s, 1, s.len - 2);
	return s;
}

/* "@scope/name@^1.0.0" or "name@npm:other@^1.0.0": the name. */
static struct span name_of(struct span key)
{
	size_t skip = key.len > 0 && key.ptr[0] == '@' ? 1 : 0;

	return span_sub(key, 0, skip + span_find_byte(span_from(key, skip), '@'));
}

/* The name in an alias, "b@npm:a@1": what was installed is a. */
static struct span real_name(struct span key)
{
	size_t alias = span_find(key, SPAN_LIT("@npm:"));
	struct span behind = span_from(key, alias + 5);
	size_t skip = behind.len > 0 && behind.ptr[0] == '@' ? 1 : 0;

	if (alias < key.len &&
	    span_find_byte(span_from(behind, skip), '@') < behind.len - skip)
		return name_of(behind);
	return name_of(key);
}

struct classic {
	struct scan_lock *l;
	struct span keys; /* of the entry in hand */
	size_t item;
	bool needs; /* below dependencies: */
};

static void add_keys(struct classic *c)
{
	struct span rest = c->keys;
	struct span key;

	while (span_split(&rest, ',', &key))
		scan_lock_key(c->l, c->item, unquote(key));
}

static void add_need(struct classic *c, struct span entry)
{
	size_t blank = span_find_byte(entry, ' ');
	struct buf key = BUF_INIT;

	buf_put(&key, unquote(span_sub(entry, 0, blank)));
	buf_putc(&key, '@');
	buf_put(&key, unquote(span_from(entry, blank + 1)));
	scan_lock_need(c->l, c->item, buf_span(&key), false);
	buf_fini(&key);
}

static void classic_line(struct classic *c, struct span line)
{
	struct span entry = span_trim(line);

	if (entry.len == 0 || entry.ptr[0] == '#')
		return;
	if (line.ptr[0] != ' ') {
		c->keys = span_sub(entry, 0, entry.len - 1);
		c->item = SCAN_LOCK_NONE;
		c->needs = false;
	} else if (span_starts(line, SPAN_LIT("    "))) {
		if (c->needs && c->item != SCAN_LOCK_NONE)
			add_need(c, entry);
	} else if (span_starts(entry, SPAN_LIT("version "))) {
		struct span first =
			unquote(span_sub(c->keys, 0, span_find_byte(c->keys, ',')));

		c->item = scan_lock_add(c->l, real_name(first),
		                        unquote(span_from(entry, 8)));
		add_keys(c);
		if (first.len > 0)
			scan_lock_place_at(c->l, first);
	} else {
		c->needs = span_eq_str(entry, "dependencies:") ||
		           span_eq_str(entry, "optionalDependencies:");
	}
}

static void read_classic(struct scan_lock *l)
{
	struct classic c = { .l = l, .item = SCAN_LOCK_NONE };
	struct span rest = l->text;
	struct span line;

	while (span_line(&rest, &line))
		classic_line(&c, line);
}

/* ---- Berry ---- */

static void berry_needs(struct scan_lock *l, size_t item, const struct yaml *list)
{
	for (size_t i = 0; i < yaml_count(list); i++) {
		const char *name = yaml_text(yaml_key_at(list, i));
		const char *range = yaml_text(yaml_at(list, i));
		struct buf key = BUF_INIT;

		if (name == NULL || range == NULL)
			continue;
		buf_printf(&key, "%s@%s%s", name,
		           span_find_byte(span_str(range), ':') == span_str(range).len
		                   ? "npm:"
		                   : "",
		           range);
		scan_lock_need(l, item, buf_span(&key), false);
		buf_fini(&key);
	}
}

static void berry_entry(struct scan_lock *l, const struct yaml *key, const struct yaml *v)
{
	const char *version = yaml_text(yaml_get(v, "version"));
	const char *resolution = yaml_text(yaml_get(v, "resolution"));
	struct span rest = span_str(yaml_text(key));
	struct span one;
	size_t item = SCAN_LOCK_NONE;

	if (resolution == NULL || version == NULL)
		return;
	/* A workspace is the project's own: its requirements are the roots. */
	if (span_find(span_str(resolution), SPAN_LIT("@npm:")) <
	    span_str(resolution).len) {
		item = scan_lock_add(l, name_of(span_str(resolution)), span_str(version));
		scan_lock_place_line(l, yaml_line(key), name_of(span_str(resolution)));
		if (item == SCAN_LOCK_NONE)
			return;
		while (span_split(&rest, ',', &one))
			scan_lock_key(l, item, span_trim(one));
	} else if (span_find(span_str(resolution), SPAN_LIT("@workspace:")) ==
	           span_str(resolution).len) {
		return;
	}
	berry_needs(l, item, yaml_get(v, "dependencies"));
}

static enum err_code read_berry(struct scan_lock *l, const char *name, struct err *err)
{
	struct yaml_doc *doc = NULL;
	enum err_code rc = yaml_parse(&doc, l->text, name, err);
	const struct yaml *root;

	if (rc != ERR_OK)
		return rc;
	root = yaml_root(doc);
	for (size_t i = 0; i < yaml_count(root); i++)
		if (yaml_text(yaml_key_at(root, i)) != NULL &&
		    yaml_type(yaml_at(root, i)) == YAML_MAP)
			berry_entry(l, yaml_key_at(root, i), yaml_at(root, i));
	yaml_free(doc);
	return ERR_OK;
}

enum err_code scan_lock_yarn(struct scan_lock *l, const char *name, struct err *err)
{
	if (span_find(l->text, SPAN_LIT("__metadata:")) < l->text.len)
		return read_berry(l, name, err);
	read_classic(l);
	return ERR_OK;
}
