// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "collect/shard/part.h"
#include "collect/shard/read.h"
#include "collect/shard/shards_internal.h"

enum { MANIFEST_MAX = 256 << 20, LIST_MAX = 1000000 };

/* One element of a list; faults say which. */
struct element {
	struct shard_reader in;
	struct shard_reader *whole;
	const char *list;
	size_t number;
};

static void finish(struct element *e)
{
	if (e->in.rc == ERR_OK || e->whole->rc != ERR_OK)
		return;
	e->whole->rc = err_wrap(e->whole->err, e->in.rc, "\"%s\", entry %zu", e->list,
	                        e->number);
}

static const struct json *list_of(struct shard_reader *in, const char *key, size_t *count)
{
	const struct json *list = json_get(in->v, key);

	*count = json_count(list);
	if (list == NULL || json_type(list) != JSON_ARRAY || *count > LIST_MAX) {
		shard_read_fault(in, key, "a list");
		*count = 0;
	}
	return list;
}

static void read_needs(struct shard_reader *in, struct gate_strings *out)
{
	size_t count;
	const struct json *v = json_first(list_of(in, "needs", &count));

	out->items = arena_array(in->arena, count + 1, sizeof(*out->items));
	for (; out->items != NULL && v != NULL; v = json_next(v)) {
		out->items[out->count] = arena_str(in->arena, json_string(v));
		if (out->items[out->count] == NULL) {
			shard_read_fault(in, "needs", "a list of ids");
			return;
		}
		out->count++;
	}
}

static void read_suite(struct shard_reader *in, struct shards_unit *u)
{
	if (!gate_format_find(shard_read_str(in, "format"), &u->format))
		shard_read_fault(in, "format", "a format of suites");
	u->folder = shard_read_str(in, "dir");
	u->covers = shard_read_bool(in, "covers");
}

static void read_unit(struct shard_reader *in, struct shards_unit *u, uint32_t total)
{
	u->id = shard_read_str(in, "id");
	u->command = shard_read_str(in, "command");
	if (!gate_unit_kind_find(shard_read_str(in, "kind"), &u->kind))
		shard_read_fault(in, "kind", "a kind of unit");
	read_needs(in, &u->needs);
	u->weight_ms = shard_read_u64(in, "weight_ms", UINT64_MAX);
	u->shard = (uint32_t)shard_read_u64(in, "shard", total);
	u->everywhere = shard_read_bool(in, "everywhere");
	if (in->rc == ERR_OK && u->kind == GATE_UNIT_SUITE)
		read_suite(in, u);
	else if (in->rc == ERR_OK && u->kind == GATE_UNIT_BUILD)
		u->folder = shard_read_str(in, "dir");
	u->state = shard_read_optional_sha256(in, "state");
}

/* "suite:a" of a suite, "scan" alone of the scan: by it the merge finds what the policy
 * says of the unit. */
static bool is_named(const struct shards_unit *u)
{
	const char *kind = gate_unit_kind_name(u->kind);
	size_t length = span_str(kind).len;

	return str_starts(u->id, kind) &&
	       (u->id[length] == '\0' ||
	        (u->id[length] == ':' && u->id[length + 1] != '\0'));
}

static enum err_code check_units(const struct shards_folder *f, struct err *err)
{
	struct map seen;
	enum err_code rc = ERR_OK;

	map_init(&seen);
	for (size_t i = 0; i < f->unit_count && rc == ERR_OK; i++) {
		struct span id = span_str(f->units[i].id);

		if (!is_named(&f->units[i]))
			rc = err_set(err, ERR_CORRUPT, "no %s is called %.80s",
			             gate_unit_kind_name(f->units[i].kind),
			             f->units[i].id);
		else if (map_get(&seen, id) != NULL)
			rc = err_set(err, ERR_CORRUPT, "%.80s is there twice",
			             f->units[i].id);
		else if (!map_set(&seen, id, &f->units[i]))
			rc = err_nomem(err);
	}
	map_fini(&seen);
	return rc;
}

static void read_units(struct shard_reader *in, struct shards_folder *f)
{
	const struct json *list = list_of(in, "units", &f->unit_count);
	size_t i = 0;

	f->units = arena_array(in->arena, f->unit_count + 1, sizeof(*f->units));
	for (const struct json *v = json_first(list);
	     f->units != NULL && i < f->unit_count; v = json_next(v), i++) {
		struct element e = { *in, in, "units", i + 1 };

		e.in.v = v;
		read_unit(&e.in, &f->units[i], f->shard.total);
		finish(&e);
	}
}

static void read_named(struct shard_reader *in, const char *key, const char *name,
                       bool settled, struct shards_named **out, size_t *count)
{
	const struct json *list = list_of(in, key, count);
	size_t i = 0;

	*out = arena_array(in->arena, *count + 1, sizeof(**out));
	for (const struct json *v = json_first(list); *out != NULL && i < *count;
	     v = json_next(v), i++) {
		struct element e = { *in, in, key, i + 1 };

		e.in.v = v;
		(*out)[i].name = shard_read_str(&e.in, name);
		(*out)[i].sha256 = shard_read_optional_sha256(&e.in, "sha256");
		(*out)[i].settled = settled && shard_read_bool(&e.in, "settled");
		finish(&e);
	}
}

static void read_head(struct shard_reader *in, struct shards_folder *f)
{
	f->tool_version = shard_read_str(in, "tool_version");
	f->fingerprint = shard_read_sha256(in, "fingerprint");
	f->shard.total = (uint32_t)shard_read_u64(in, "total", GATE_SHARDS_MAX);
	f->shard.index = (uint32_t)shard_read_u64(in, "index", f->shard.total);
	if (f->shard.index == 0)
		shard_read_fault(in, "index", "from 1 to the total");
	if (!gate_shard_mode_find(shard_read_str(in, "mode"), &f->shard.mode))
		shard_read_fault(in, "mode", GATE_SHARD_MODES);
	f->policy = shard_read_sha256(in, "policy");
	f->policy_path = shard_read_optional(in, "policy_path");
	f->policy_profile = shard_read_optional(in, "policy_profile");
	f->tree = shard_read_optional(in, "tree");
	f->sources = shard_read_optional_sha256(in, "sources");
	f->owners = shard_read_optional_sha256(in, "owners");
	f->started_ms = shard_read_i64(in, "started_ms", 0, SHARD_TIME_MAX);
	f->ended_ms = shard_read_i64(in, "ended_ms", f->started_ms, SHARD_TIME_MAX);
}

/* What is compared with other shards has to be what this one did. */
static enum err_code check_fingerprint(const struct shards_folder *f, struct arena *arena,
                                       struct err *err)
{
	const char **ids = arena_array(arena, f->unit_count + 1, sizeof(*ids));
	uint64_t *weights = arena_array(arena, f->unit_count + 1, sizeof(*weights));
	char hex[DIGEST_HEX];
	enum err_code rc;

	if (ids == NULL || weights == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < f->unit_count; i++) {
		ids[i] = f->units[i].id;
		weights[i] = f->units[i].weight_ms;
	}
	rc = gate_part_fingerprint(&f->shard, f->policy, f->tree, ids, weights,
	                           f->unit_count, hex, err);
	if (rc == ERR_OK && !str_eq(hex, f->fingerprint))
		rc = err_set(err, ERR_CORRUPT, "the fingerprint is not that of the plan");
	return rc;
}

enum err_code shards_parse_manifest(struct shards_folder *f, struct span text,
                                    struct arena *arena, struct err *err)
{
	struct json_doc *doc = NULL;
	struct shard_reader in = { .arena = arena, .err = err };
	uint64_t version = 0;
	enum err_code rc = json_parse(&doc, text, "shard.json", err);

	if (rc != ERR_OK)
		return rc;
	in.v = json_root(doc);
	if (!json_u64(json_get(in.v, "schema_version"), &version) ||
	    version != SHARDS_SCHEMA) {
		rc = err_set(err, ERR_UNSUPPORTED,
		             "shard.json has a schema that this version does not know");
		goto out;
	}
	read_head(&in, f);
	read_units(&in, f);
	read_named(&in, "checks", "id", true, &f->checks, &f->check_count);
	read_named(&in, "files", "name", false, &f->files, &f->file_count);
	rc = in.rc == ERR_OK ? arena_err(arena, err) : in.rc;
	if (rc == ERR_OK)
		rc = check_units(f, err);
	if (rc == ERR_OK)
		rc = check_fingerprint(f, arena, err);
out:
	json_free(doc);
	return rc;
}

enum err_code shards_read_manifest(struct shards_folder *f, struct arena *arena,
                                   struct err *err)
{
	struct buf text = BUF_INIT;
	struct os_dir dir = { -1 };
	enum err_code rc = os_dir_open(&dir, NULL, f->path, err);

	if (rc != ERR_OK)
		goto out;
	rc = os_dir_read(&dir, "shard.json", MANIFEST_MAX, &text, NULL, err);
	if (rc != ERR_OK && rc != ERR_NOMEM)
		rc = ERR_CORRUPT;
	else if (rc == ERR_OK)
		rc = shards_parse_manifest(f, buf_span(&text), arena, err);
out:
	os_dir_close(&dir);
	buf_fini(&text);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", f->path);
}
