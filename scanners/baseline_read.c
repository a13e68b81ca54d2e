// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "baseline.h"
#include "lib/vcs_staged.h"
#include "lib/yaml.h"
#include "os/fs.h"

#include <stddef.h>
#include <string.h>

/* Reads a baseline. Whoever merges two of them by hand gets told what is wrong where. */

enum { ID_BYTES = 16 };

struct reader {
	struct scan_baseline *b;
	const struct yaml_doc *doc;
	struct span text;
	size_t at; /* where `line` begins */
	uint64_t line;
	size_t above; /* where the comments in front of it do */
};

struct text_field {
	const char *key;
	size_t offset;
	bool needed;
};

static const struct text_field fields[] = {
	{ "path", offsetof(struct scan_entry, path), true },
	{ "rule", offsetof(struct scan_entry, rule), true },
	{ "id", offsetof(struct scan_entry, id), true },
	{ "what", offsetof(struct scan_entry, what), false },
	{ "reason", offsetof(struct scan_entry, reason), false },
	{ "owner", offsetof(struct scan_entry, owner), false },
	{ "expires", offsetof(struct scan_entry, expires), false },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const char **text_at(struct scan_entry *e, const struct text_field *f)
{
	return (const char **)(void *)((char *)e + f->offset);
}

static enum err_code unknown_key(struct reader *r, const struct yaml *key,
                                 const char *there, struct err *err)
{
	const char *text = yaml_text(key);

	return yaml_error(err, r->doc, key, "no key '%.40s' here; there are %s",
	                  text != NULL ? text : "?", there);
}

static enum err_code check_keys(struct reader *r, const struct yaml *map,
                                const char *const *keys, size_t count, const char *there,
                                struct err *err)
{
	for (size_t i = 0; i < yaml_count(map); i++) {
		const struct yaml *key = yaml_key_at(map, i);
		bool known = false;

		for (size_t k = 0; k < count && !known; k++)
			known = str_eq(yaml_text(key), keys[k]);
		if (!known)
			return unknown_key(r, key, there, err);
	}
	return ERR_OK;
}

static enum err_code read_texts(struct reader *r, const struct yaml *n,
                                struct scan_entry *e, struct err *err)
{
	for (size_t i = 0; i < FIELDS; i++) {
		const struct yaml *v = yaml_get(n, fields[i].key);

		*text_at(e, &fields[i]) = "";
		if (v == NULL && fields[i].needed)
			return yaml_error(err, r->doc, n,
			                  "the entry has no %s; take the "
			                  "line out and run `seaworthy baseline update`",
			                  fields[i].key);
		if (v == NULL)
			continue;
		if (yaml_type(v) == YAML_LIST || yaml_type(v) == YAML_MAP ||
		    yaml_text(v) == NULL)
			return yaml_error(err, r->doc, v, "%s: a text is wanted",
			                  fields[i].key);
		*text_at(e, &fields[i]) = yaml_text(v);
	}
	return ERR_OK;
}

static bool is_same(const struct scan_entry *a, const struct scan_entry *b)
{
	return str_eq(a->path, b->path) && str_eq(a->rule, b->rule) &&
	       str_eq(a->reason, b->reason) && str_eq(a->owner, b->owner) &&
	       str_eq(a->expires, b->expires);
}

/* A merge that takes the lines of both sides may leave two of one finding. */
static enum err_code add(struct reader *r, const struct yaml *n,
                         const struct scan_entry *e, struct err *err)
{
	const struct scan_entry *old = map_get(&r->b->by_id, span_str(e->id));

	if (old == NULL)
		return scan_baseline_add(r->b, e) ? ERR_OK : err_nomem(err);
	if (is_same(old, e))
		return ERR_OK;
	return yaml_error(err, r->doc, n,
	                  "line %llu says something else of this finding; keep one of "
	                  "them",
	                  (unsigned long long)old->line);
}

/* Moves on to a line, and finds the comments right in front of it, which belong to what
 * is there. */
static struct span read_above(struct reader *r, uint64_t line)
{
	if (line <= r->line)
		return SPAN_EMPTY; /* behind another entry */
	while (r->line < line && r->at < r->text.len) {
		struct span rest = span_from(r->text, r->at);
		struct span one = span_sub(rest, 0, span_find_byte(rest, '\n'));

		r->at += one.len + (one.len < rest.len);
		if (!span_starts(span_trim(one), SPAN_LIT("#")))
			r->above = r->at;
		r->line++;
	}
	return span_sub(r->text, r->above, r->at - r->above);
}

static enum err_code read_entry(struct reader *r, const struct yaml *n, struct err *err)
{
	static const char *const keys[FIELDS] = { "path",   "rule",  "id",     "what",
		                                  "reason", "owner", "expires" };
	unsigned char id[ID_BYTES];
	struct scan_entry e = { .line = yaml_line(n) };
	enum err_code rc;

	e.above = read_above(r, e.line);
	if (yaml_type(n) != YAML_MAP)
		return yaml_error(err, r->doc, n,
		                  "an entry is {path, rule, id} and what is said of it");
	rc = check_keys(r, n, keys, FIELDS,
	                "path, rule, id, what, reason, owner, expires", err);
	if (rc == ERR_OK)
		rc = read_texts(r, n, &e, err);
	if (rc != ERR_OK)
		return rc;
	if (!str_unhex(span_str(e.id), id, ID_BYTES))
		return yaml_error(err, r->doc, yaml_get(n, "id"),
		                  "id: 32 small hexadecimal digits are wanted, the "
		                  "fingerprint of a finding");
	if (e.expires[0] != '\0' && !scan_is_date(e.expires))
		return yaml_error(err, r->doc, yaml_get(n, "expires"),
		                  "expires: write a day as \"2027-01-31\"");
	return add(r, n, &e, err);
}

static enum err_code read_salt(struct reader *r, const struct yaml *root, struct err *err)
{
	const struct yaml *n = yaml_get(root, "salt");
	unsigned char salt[SCAN_SALT_BYTES];

	if (n == NULL || yaml_text(n) == NULL ||
	    !str_unhex(span_str(yaml_text(n)), salt, sizeof(salt)))
		return yaml_error(
			err, r->doc, n != NULL ? n : root,
			"salt: 64 small hexadecimal digits are wanted; take one "
			"side's after a merge, or make the file anew");
	memcpy(r->b->salt, yaml_text(n), sizeof(r->b->salt));
	return ERR_OK;
}

static enum err_code read_all(struct reader *r, const struct yaml *root, struct err *err)
{
	static const char *const keys[] = { "version", "salt", "findings" };
	const struct yaml *version = yaml_get(root, "version");
	const struct yaml *list = yaml_get(root, "findings");
	enum err_code rc;

	if (yaml_type(root) != YAML_MAP || version == NULL)
		return yaml_error(err, r->doc, root,
		                  "no baseline: `version: 1` is wanted; `seaworthy "
		                  "baseline create` makes one");
	if (!str_eq(yaml_text(version), "1"))
		return yaml_error(err, r->doc, version,
		                  "version 1 is all that this program reads");
	rc = check_keys(r, root, keys, 3, "version, salt, findings", err);
	if (rc == ERR_OK)
		rc = read_salt(r, root, err);
	if (rc == ERR_OK && list != NULL && yaml_type(list) != YAML_LIST &&
	    yaml_type(list) != YAML_NULL)
		rc = yaml_error(err, r->doc, list, "findings: a list is wanted");
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(list); i++)
		rc = read_entry(r, yaml_at(list, i), err);
	return rc;
}

enum err_code scan_baseline_parse(struct scan_baseline **out, struct span text,
                                  const char *name, struct err *err)
{
	struct scan_baseline *b = scan_baseline_new(name);
	struct yaml_doc *doc = NULL;
	enum err_code rc;

	*out = NULL;
	if (b == NULL)
		return err_nomem(err);
	rc = yaml_parse(&doc, text, name, err);
	if (rc == ERR_OK) {
		struct reader r = { .b = b, .doc = doc, .text = text, .line = 1 };

		rc = read_all(&r, yaml_root(doc), err);
	}
	yaml_free(doc);
	if (rc == ERR_OK)
		*out = b;
	else
		scan_baseline_free(b);
	return rc;
}

static enum err_code load_file(struct scan_baseline **out, const char *path,
                               const char *name, struct vcs_staged *staged,
                               struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf real = BUF_INIT;
	enum err_code rc =
		vcs_staged_read(staged, path, SCAN_BASELINE_MAX_BYTES, &text, err);

	if (rc != ERR_OK)
		rc = err_wrap(err, rc, "read the baseline");
	if (rc == ERR_OK)
		rc = scan_baseline_parse(out, buf_span(&text), name, err);
	if (rc == ERR_OK)
		rc = vcs_staged_identity(staged, path, &real, err);
	if (rc == ERR_OK) {
		(*out)->real = arena_str(&(*out)->arena, buf_str(&real));
		rc = arena_err(&(*out)->arena, err);
	}
	if (rc != ERR_OK) {
		scan_baseline_free(*out);
		*out = NULL;
	}
	buf_fini(&text);
	buf_fini(&real);
	return rc;
}

/* Whatever is wrong with the file is for who calls to mend. */
static enum err_code as_usage(enum err_code rc, struct err *err)
{
	if (rc != ERR_CORRUPT && rc != ERR_LIMIT && rc != ERR_NOT_FOUND)
		return rc;
	if (err != NULL)
		err->code = ERR_USAGE;
	return ERR_USAGE;
}

enum err_code scan_baseline_load(struct scan_baseline **out, const char *root,
                                 const char *file, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	*out = NULL;
	if (file != NULL)
		return as_usage(load_file(out, file, file, NULL, err), err);
	os_join(&path, root, SCAN_BASELINE_FILE);
	if (!buf_ok(&path))
		rc = err_nomem(err);
	else if (os_type_of(buf_str(&path)) != OS_NONE)
		rc = as_usage(
			load_file(out, buf_str(&path), SCAN_BASELINE_FILE, NULL, err),
			err);
	buf_fini(&path);
	return rc;
}

enum err_code scan_baseline_load_staged(struct scan_baseline **out, const char *root,
                                        struct vcs_staged *staged, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	*out = NULL;
	os_join(&path, root, SCAN_BASELINE_FILE);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = load_file(out, buf_str(&path), SCAN_BASELINE_FILE, staged, err);
	buf_fini(&path);
	return rc == ERR_NOT_FOUND ? ERR_OK : as_usage(rc, err);
}
