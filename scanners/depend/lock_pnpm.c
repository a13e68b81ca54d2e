// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/yaml.h"
#include "lock_internal.h"

/*
 * pnpm-lock.yaml. A package's key is its name and version, in version 5 "/a/1.2.3_peer",
 * in 6 "/a@1.2.3(peer)", in 9 "a@1.2.3". What it needs stands beside it, in 9 in a list
 * of its own (snapshots), as name and version; the project's own requirements are at the
 * top, or in `importers`, one a workspace.
 */

/* Cuts what stands behind the version: "(peer)", and "_peer" of version 5. */
static struct span without_peers(struct span s, bool old)
{
	s = span_sub(s, 0, span_find_byte(s, '('));
	return old ? span_sub(s, 0, span_find_byte(s, '_')) : s;
}

struct pnpm {
	struct scan_lock *l;
	bool old; /* version 5 */
};

/* Name and version of a key; false for what is no package of a registry. */
static bool split_key(const struct pnpm *p, struct span key, struct span *name,
                      struct span *version)
{
	size_t at;

	if (key.len > 0 && key.ptr[0] == '/')
		key = span_from(key, 1);
	if (p->old) {
		/* The name may have an underscore, the version has none of its own. */
		at = span_find_byte(key, '/');
		if (key.len > 0 && key.ptr[0] == '@')
			at += 1 + span_find_byte(span_from(key, at + 1), '/');
	} else {
		key = without_peers(key, false);
		at = span_rfind_byte(key, '@');
	}
	if (at == 0 || at >= key.len)
		return false;
	*name = span_sub(key, 0, at);
	*version = without_peers(span_from(key, at + 1), p->old);
	return version->len > 0 && version->ptr[0] >= '0' && version->ptr[0] <= '9';
}

/* Every item is found as "name@version". */
static void put_key(struct buf *key, struct span name, struct span version)
{
	buf_clear(key);
	buf_put(key, name);
	buf_putc(key, '@');
	buf_put(key, version);
}

/* What name and version of a requirement mean: an alias is a whole key. */
static void need(const struct pnpm *p, size_t from, const char *name, const char *version,
                 bool dev)
{
	struct buf key = BUF_INIT;
	struct span real_name;
	struct span real_version;

	put_key(&key, span_str(name), without_peers(span_str(version), p->old));
	if (scan_lock_find(p->l, buf_span(&key)) == SCAN_LOCK_NONE &&
	    split_key(p, span_str(version), &real_name, &real_version))
		put_key(&key, real_name, real_version);
	scan_lock_need(p->l, from, buf_span(&key), dev);
	buf_fini(&key);
}

/* {a: 1.2.3}, and {a: {specifier: ^1.0.0, version: 1.2.3}} of importers. */
static void needs(const struct pnpm *p, size_t from, const struct yaml *list, bool dev)
{
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *v = yaml_at(list, i);
		const char *name = yaml_text(yaml_key_at(list, i));
		const char *version = yaml_type(v) == YAML_MAP
		                              ? yaml_text(yaml_get(v, "version"))
		                              : yaml_text(v);

		if (name != NULL && version != NULL)
			need(p, from, name, version, dev);
	}
}

static void importer(const struct pnpm *p, const struct yaml *v)
{
	needs(p, SCAN_LOCK_NONE, yaml_get(v, "dependencies"), false);
	needs(p, SCAN_LOCK_NONE, yaml_get(v, "optionalDependencies"), false);
	needs(p, SCAN_LOCK_NONE, yaml_get(v, "devDependencies"), true);
}

static void add_packages(const struct pnpm *p, const struct yaml *list)
{
	struct buf key = BUF_INIT;

	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *k = yaml_key_at(list, i);
		struct span name;
		struct span version;
		size_t item;

		if (!split_key(p, span_str(yaml_text(k)), &name, &version))
			continue;
		put_key(&key, name, version);
		if (scan_lock_find(p->l, buf_span(&key)) != SCAN_LOCK_NONE)
			continue;
		item = scan_lock_add(p->l, name, version);
		scan_lock_key(p->l, item, buf_span(&key));
		scan_lock_place_line(p->l, yaml_line(k), name);
		if (item != SCAN_LOCK_NONE)
			(void)yaml_bool(yaml_get(yaml_at(list, i), "dev"),
			                &p->l->items[item].dev);
	}
	buf_fini(&key);
}

static void add_needs(const struct pnpm *p, const struct yaml *list)
{
	struct buf key = BUF_INIT;

	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *v = yaml_at(list, i);
		struct span name;
		struct span version;
		size_t item;

		if (!split_key(p, span_str(yaml_text(yaml_key_at(list, i))), &name,
		               &version))
			continue;
		put_key(&key, name, version);
		item = scan_lock_find(p->l, buf_span(&key));
		if (item == SCAN_LOCK_NONE)
			continue;
		needs(p, item, yaml_get(v, "dependencies"), false);
		needs(p, item, yaml_get(v, "optionalDependencies"), false);
	}
	buf_fini(&key);
}

enum err_code scan_lock_pnpm(struct scan_lock *l, const char *name, struct err *err)
{
	struct yaml_doc *doc = NULL;
	enum err_code rc = yaml_parse(&doc, l->text, name, err);
	struct pnpm p = { .l = l };
	const struct yaml *root;
	const struct yaml *importers;
	const char *version;

	if (rc != ERR_OK)
		return rc;
	root = yaml_root(doc);
	version = yaml_text(yaml_get(root, "lockfileVersion"));
	importers = yaml_get(root, "importers");
	if (version == NULL) {
		yaml_free(doc);
		return err_set(err, ERR_CORRUPT, "%s: no \"lockfileVersion\"", name);
	}
	p.old = str_starts(version, "5");
	add_packages(&p, yaml_get(root, "packages"));
	add_needs(&p, yaml_get(root, "packages"));
	add_needs(&p, yaml_get(root, "snapshots"));
	importer(&p, root);
	for (size_t i = 0; i < yaml_count(importers); i++)
		importer(&p, yaml_at(importers, i));
	yaml_free(doc);
	return ERR_OK;
}
