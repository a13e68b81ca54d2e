// SPDX-License-Identifier: Apache-2.0
#include "record/manifest.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/json.h"
#include "record/merkle.h"

#include <stdlib.h>
#include <string.h>

enum { SCHEMA_VERSION = 1, FILES_MAX = 1000000, NAME_MAX_BYTES = 512 };

bool gate_manifest_is_record(const char *name)
{
	return str_starts(name, "checks/");
}

/* ---- root ---- */

static enum err_code compute_root(const struct gate_manifest *m, char root[DIGEST_HEX],
                                  struct err *err)
{
	struct lb_id *digests = NULL;
	struct lb_id id;
	size_t count = 0;
	enum err_code rc;

	if (!mem_array(&digests, m->count + 1, sizeof *digests))
		return err_nomem(err);
	for (size_t i = 0; i < m->count; i++)
		if (gate_manifest_is_record(m->files[i].name) &&
		    lb_id_parse(span_str(m->files[i].sha256), &digests[count]))
			count++;
	rc = gate_merkle_set_root(digests, count, &id, err);
	if (rc == ERR_OK)
		lb_id_hex(&id, root);
	mem_free(digests);
	return rc;
}

/* ---- making ---- */

/* A file and when it was stored, counted. */
struct numbered {
	struct gate_stored file;
	size_t number;
};

static int by_name_newest_first(const void *a, const void *b)
{
	const struct numbered *x = a;
	const struct numbered *y = b;
	const int order = strcmp(x->file.name, y->file.name);

	return order != 0 ? order : (x->number < y->number) - (x->number > y->number);
}

enum err_code gate_manifest_make(struct gate_manifest *out,
                                 const struct gate_stored *files, size_t count,
                                 struct arena *arena, struct err *err)
{
	struct numbered *all = arena_array(arena, count + 1, sizeof *all);
	struct gate_stored *kept = arena_array(arena, count + 1, sizeof *kept);

	if (all == NULL || kept == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		all[i] = (struct numbered){ files[i], i };
	qsort(all, count, sizeof *all, by_name_newest_first);
	*out = (struct gate_manifest){ .files = kept };
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !str_eq(all[i].file.name, all[i - 1].file.name))
			kept[out->count++] = all[i].file;
	return compute_root(out, out->root, err);
}

void gate_manifest_write(const struct gate_manifest *m, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", SCHEMA_VERSION);
	json_field_str(&w, "root", m->root);
	json_put_key(&w, "files");
	json_open(&w, '[');
	for (size_t i = 0; i < m->count; i++) {
		json_open(&w, '{');
		json_field_str(&w, "name", m->files[i].name);
		json_field_str(&w, "sha256", m->files[i].sha256);
		json_field_u64(&w, "bytes", m->files[i].bytes);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* ---- reading ---- */

bool gate_manifest_name_ok(const char *name)
{
	const struct span s = span_str(name);
	const size_t slash = span_find_byte(s, '/');
	const struct span first = span_sub(s, 0, slash);
	const struct span second = span_from(s, slash + (slash < s.len));

	return s.len > 0 && s.len <= NAME_MAX_BYTES && first.len > 0 &&
	       first.ptr[0] != '.' && span_find_byte(second, '/') == second.len &&
	       (slash == s.len || (second.len > 0 && second.ptr[0] != '.'));
}

static enum err_code read_file(struct gate_stored *f, const struct json *v,
                               struct arena *arena, struct err *err)
{
	const char *name = json_string(json_get(v, "name"));
	const char *sha256 = json_string(json_get(v, "sha256"));
	struct lb_id id;

	if (name == NULL || !gate_manifest_name_ok(name) || sha256 == NULL ||
	    !lb_id_parse(span_str(sha256), &id) ||
	    !json_u64(json_get(v, "bytes"), &f->bytes))
		return err_set(err, ERR_CORRUPT,
		               "a file has a \"name\", a \"sha256\" and \"bytes\"");
	f->name = arena_str(arena, name);
	f->sha256 = arena_str(arena, sha256);
	return arena_err(arena, err);
}

static enum err_code read_files(struct gate_manifest *m, const struct json *list,
                                struct arena *arena, struct err *err)
{
	struct gate_stored *files;
	enum err_code rc = ERR_OK;

	if (json_type(list) != JSON_ARRAY || json_count(list) > FILES_MAX)
		return err_set(err, ERR_CORRUPT, "\"files\" must be a list");
	files = arena_array(arena, json_count(list) + 1, sizeof *files);
	if (files == NULL)
		return err_nomem(err);
	for (const struct json *v = json_first(list); v != NULL && rc == ERR_OK;
	     v = json_next(v), m->count++) {
		rc = read_file(&files[m->count], v, arena, err);
		if (rc == ERR_OK && m->count > 0 &&
		    strcmp(files[m->count - 1].name, files[m->count].name) >= 0)
			rc = err_set(err, ERR_CORRUPT, "the files are not by name");
	}
	m->files = files;
	return rc;
}

static enum err_code read_members(struct gate_manifest *m, const struct json *v,
                                  struct arena *arena, struct err *err)
{
	const char *root = json_string(json_get(v, "root"));
	uint64_t version;
	enum err_code rc;

	if (!json_u64(json_get(v, "schema_version"), &version) ||
	    version != SCHEMA_VERSION)
		return err_set(err, ERR_CORRUPT,
		               "it has a schema that this version does not know");
	if ((rc = read_files(m, json_get(v, "files"), arena, err)) != ERR_OK ||
	    (rc = compute_root(m, m->root, err)) != ERR_OK)
		return rc;
	if (root == NULL || !str_eq(root, m->root))
		return err_set(err, ERR_CORRUPT, "its root is not that of its records");
	return ERR_OK;
}

enum err_code gate_manifest_read(struct gate_manifest *out, struct span text,
                                 struct arena *arena, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, GATE_MANIFEST, err);

	*out = (struct gate_manifest){ .count = 0 };
	if (rc == ERR_OK &&
	    (rc = read_members(out, json_root(doc), arena, err)) != ERR_OK)
		rc = err_wrap(err, rc, GATE_MANIFEST);
	json_free(doc);
	return rc;
}

static int find_name(const void *key, const void *element)
{
	return strcmp(key, ((const struct gate_stored *)element)->name);
}

const struct gate_stored *gate_manifest_find(const struct gate_manifest *m,
                                             const char *name)
{
	if (m->count == 0)
		return NULL;
	return bsearch(name, m->files, m->count, sizeof *m->files, find_name);
}
