// SPDX-License-Identifier: Apache-2.0
#include "record/release.h"

#include "base/str.h"
#include "lib/json.h"

#include <string.h>

enum { FILES_MAX = 10000, SHA256_DIGITS = 64 };

void gate_release_write(const struct gate_artefact *files, size_t count, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_put_key(&w, "files");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&w, '{');
		json_field_u64(&w, "bytes", files[i].bytes);
		json_field_str(&w, "name", files[i].name);
		json_field_str(&w, "sha256", files[i].sha256);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_field_u64(&w, "schema_version", 1);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static bool read_file(struct gate_artefact *f, const struct json *v, struct arena *arena)
{
	const char *sha256 = json_string(json_get(v, "sha256"));
	const char *name = json_string(json_get(v, "name"));

	if (name == NULL || sha256 == NULL || strlen(sha256) != SHA256_DIGITS ||
	    strspn(sha256, "0123456789abcdef") != SHA256_DIGITS ||
	    !json_u64(json_get(v, "bytes"), &f->bytes))
		return false;
	f->name = arena_str(arena, name);
	f->sha256 = arena_str(arena, sha256);
	return true;
}

enum err_code gate_release_read(struct gate_artefact **files, size_t *count,
                                struct span text, struct arena *arena, struct err *err)
{
	struct json_doc *doc = NULL;
	struct gate_artefact *list = NULL;
	const struct json *all;
	uint64_t version = 0;
	size_t n = 0;
	enum err_code rc = json_parse(&doc, text, GATE_RELEASE, err);

	if (rc != ERR_OK)
		return rc;
	all = json_get(json_root(doc), "files");
	if (!json_u64(json_get(json_root(doc), "schema_version"), &version) ||
	    version != 1 || json_type(all) != JSON_ARRAY || json_count(all) > FILES_MAX)
		rc = err_set(err, ERR_CORRUPT, GATE_RELEASE ": it is no list of files");
	else
		list = arena_array(arena, json_count(all) + 1, sizeof *list);
	for (const struct json *v = json_first(all); list != NULL && v != NULL;
	     v = json_next(v), n++)
		if (!read_file(&list[n], v, arena)) {
			rc = err_set(err, ERR_CORRUPT,
			             GATE_RELEASE ": entry %zu is no file", n + 1);
			break;
		}
	json_free(doc);
	*files = list;
	*count = n;
	return rc == ERR_OK ? arena_err(arena, err) : rc;
}

size_t gate_release_of(const struct gate_recorded *r, const struct gate_artefact **files)
{
	*files = r->released;
	return gate_manifest_find(&r->stored, GATE_RELEASE) != NULL ? r->released_count
	                                                            : 0;
}
