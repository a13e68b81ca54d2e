// SPDX-License-Identifier: Apache-2.0
#include "record/record_json.h"

#include "base/num.h"
#include "base/str.h"
#include "base/when.h"

#define MAX_ID 200
#define MAX_LIST 100000 /* artefacts or fingerprints of one record */

static bool is_id_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool gate_record_id_ok(const char *id)
{
	struct span s = span_str(id);

	if (s.len == 0 || s.len > MAX_ID || str_eq(id, ".") || str_eq(id, ".."))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_id_byte(s.ptr[i]))
			return false;
	return true;
}

/* ---- writing ---- */

static void put_decimal(struct json_writer *w, const char *key, const char *text)
{
	if (text != NULL && num_is_json(span_str(text)))
		json_field_number(w, key, text);
	else
		json_field_str(w, key, text);
}

static void put_time(struct json_writer *w, const char *key, bool has, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, true, text);
	json_field_str(w, key, has ? text : NULL);
}

static void put_artefacts(struct json_writer *w, const struct gate_record *r)
{
	json_put_key(w, "artefacts");
	json_open(w, '[');
	for (size_t i = 0; i < r->artefact_count; i++) {
		json_open(w, '{');
		json_field_str(w, "sha256", r->artefacts[i].sha256);
		json_field_str(w, "name", r->artefacts[i].name);
		json_field_u64(w, "bytes", r->artefacts[i].bytes);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_fingerprints(struct json_writer *w, const struct gate_record *r)
{
	if (r->fingerprint_count == 0)
		return;
	json_put_key(w, "fingerprints");
	json_open(w, '[');
	for (size_t i = 0; i < r->fingerprint_count; i++)
		json_put_str(w, r->fingerprints[i]);
	json_close(w, ']');
}

static void put_areas(struct json_writer *w, const struct gate_record *r)
{
	if (r->area_count == 0)
		return;
	json_put_key(w, "areas");
	json_open(w, '[');
	for (size_t i = 0; i < r->area_count; i++) {
		const struct gate_area *a = &r->areas[i];

		json_open(w, '{');
		if (a->component != NULL)
			json_field_str(w, "component", a->component);
		else
			json_field_str(w, "owner", a->owner);
		put_decimal(w, "low", a->low);
		put_decimal(w, "high", a->high);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void gate_record_write(const struct gate_record *r, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_str(&w, "check", r->check);
	json_field_str(&w, "state", gate_state_name(r->state));
	put_decimal(&w, "measured", r->measured);
	json_field_str(&w, "unit", r->unit);
	put_decimal(&w, "low", r->low);
	put_decimal(&w, "high", r->high);
	put_artefacts(&w, r);
	json_put_key(&w, "producer");
	json_open(&w, '{');
	json_field_str(&w, "tool", r->producer_tool);
	json_field_str(&w, "version", r->producer_version);
	json_close(&w, '}');
	put_time(&w, "started", r->has_ended, r->started_ms);
	put_time(&w, "ended", r->has_ended, r->ended_ms);
	json_field_str(&w, "tree", r->tree);
	json_field_str(&w, "message", r->message);
	json_field_str(&w, "remedy", r->remedy);
	put_fingerprints(&w, r);
	put_areas(&w, r);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

void gate_subject_write(const struct gate_subject *s, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_str(&w, "path", s->path);
	json_field_str(&w, "commit", s->commit);
	json_field_str(&w, "tree", s->tree);
	if (s->branch != NULL)
		json_field_str(&w, "branch", s->branch);
	if (s->has_dirty)
		json_field_bool(&w, "dirty", s->dirty);
	else
		json_field_null(&w, "dirty");
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* ---- reading ---- */

/* One object being read. The first fault stays. */
struct reader {
	const struct json *v;
	struct arena *arena;
	struct err *err;
	enum err_code rc;
};

static void fault(struct reader *in, const char *key, const char *want)
{
	if (in->rc == ERR_OK)
		in->rc = err_set(in->err, ERR_CORRUPT, "\"%s\" must be %s", key, want);
}

static bool is_absent(const struct json *v)
{
	return v == NULL || json_type(v) == JSON_NULL;
}

static const char *read_string(struct reader *in, const char *key)
{
	const struct json *v = json_get(in->v, key);

	if (is_absent(v))
		return NULL;
	if (json_string(v) == NULL)
		fault(in, key, "a string or null");
	return arena_str(in->arena, json_string(v));
}

/* Numbers are read as the text they have; a string may carry one too. */
static const char *read_decimal(struct reader *in, const char *key)
{
	const struct json *v = json_get(in->v, key);
	const char *text;

	if (is_absent(v))
		return NULL;
	text = json_number(v) != NULL ? json_number(v) : json_string(v);
	if (text == NULL)
		fault(in, key, "a number or null");
	return arena_str(in->arena, text);
}

static bool read_time(struct reader *in, const char *key, int64_t *out)
{
	const struct json *v = json_get(in->v, key);

	if (is_absent(v))
		return false;
	if (json_string(v) == NULL || !when_parse(span_str(json_string(v)), out)) {
		fault(in, key, "a time like 2026-11-22T10:00:00Z or null");
		return false;
	}
	return true;
}

static bool is_sha256(const char *s)
{
	struct span text = span_str(s);

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return text.len == 64;
}

static size_t list_length(struct reader *in, const char *key)
{
	const struct json *v = json_get(in->v, key);

	if (is_absent(v))
		return 0;
	if (json_type(v) != JSON_ARRAY || json_count(v) > MAX_LIST) {
		fault(in, key, "a list of at most 100000");
		return 0;
	}
	return json_count(v);
}

static void read_artefacts(struct reader *in, struct gate_record *r)
{
	size_t count = list_length(in, "artefacts");
	struct gate_artefact *list = arena_array(in->arena, count, sizeof(*list));
	const struct json *v = json_first(json_get(in->v, "artefacts"));

	if (list == NULL || count == 0)
		return;
	for (size_t i = 0; i < count; i++, v = json_next(v)) {
		list[i].sha256 = arena_str(in->arena, json_string(json_get(v, "sha256")));
		list[i].name = arena_str(in->arena, json_string(json_get(v, "name")));
		if (list[i].sha256 == NULL || !is_sha256(list[i].sha256))
			fault(in, "artefacts",
			      "a list of objects with \"sha256\" in 64 hex digits");
		(void)json_u64(json_get(v, "bytes"), &list[i].bytes); /* else 0 */
	}
	r->artefacts = list;
	r->artefact_count = count;
}

static void read_fingerprints(struct reader *in, struct gate_record *r)
{
	size_t count = list_length(in, "fingerprints");
	const char **list = arena_array(in->arena, count, sizeof(*list));
	const struct json *v = json_first(json_get(in->v, "fingerprints"));

	if (list == NULL || count == 0)
		return;
	for (size_t i = 0; i < count; i++, v = json_next(v)) {
		list[i] = arena_str(in->arena, json_string(v));
		if (list[i] == NULL)
			fault(in, "fingerprints", "a list of strings");
	}
	r->fingerprints = list;
	r->fingerprint_count = count;
}

static void read_areas(struct reader *in, struct gate_record *r)
{
	size_t count = list_length(in, "areas");
	struct gate_area *list = arena_array(in->arena, count, sizeof(*list));
	struct reader one = { json_first(json_get(in->v, "areas")), in->arena, in->err,
		              ERR_OK };

	if (list == NULL || count == 0)
		return;
	for (size_t i = 0; i < count; i++, one.v = json_next(one.v)) {
		list[i].component = read_string(&one, "component");
		list[i].owner = read_string(&one, "owner");
		list[i].low = read_decimal(&one, "low");
		list[i].high = read_decimal(&one, "high");
	}
	if (one.rc != ERR_OK)
		in->rc = one.rc;
	r->areas = list;
	r->area_count = count;
}

static void read_producer(struct reader *in, struct gate_record *r)
{
	const struct json *v = json_get(in->v, "producer");

	r->producer_tool = arena_str(in->arena, json_string(json_get(v, "tool")));
	r->producer_version = arena_str(in->arena, json_string(json_get(v, "version")));
}

enum err_code gate_record_read(struct gate_record *r, const char *id,
                               const struct json *v, struct arena *arena, struct err *err)
{
	struct reader in = { v, arena, err, ERR_OK };
	const char *name;
	const char *state;

	if (json_type(v) != JSON_OBJECT)
		return err_set(err, ERR_CORRUPT, "a record must be an object");
	r->check = id;
	name = read_string(&in, "check");
	if (name != NULL && !str_eq(name, id))
		fault(&in, "check", "the id that the file is named by");
	state = read_string(&in, "state");
	if (state == NULL || !gate_state_find(state, &r->state))
		fault(&in, "state", "pass, warn, fail, unknown, error or n/a");
	r->measured = read_decimal(&in, "measured");
	r->unit = read_string(&in, "unit");
	r->low = read_decimal(&in, "low");
	r->high = read_decimal(&in, "high");
	read_artefacts(&in, r);
	read_fingerprints(&in, r);
	read_areas(&in, r);
	read_producer(&in, r);
	r->has_ended = read_time(&in, "ended", &r->ended_ms);
	if (!read_time(&in, "started", &r->started_ms))
		r->started_ms = r->ended_ms;
	r->tree = read_string(&in, "tree");
	r->message = read_string(&in, "message");
	r->remedy = read_string(&in, "remedy");
	return in.rc == ERR_OK ? arena_err(arena, err) : in.rc;
}

enum err_code gate_subject_read(struct gate_subject *s, const struct json *v,
                                struct arena *arena, struct err *err)
{
	struct reader in = { v, arena, err, ERR_OK };
	const struct json *dirty;

	if (json_type(v) == JSON_NULL)
		return ERR_OK; /* no version control, and nothing else to say */
	if (json_type(v) != JSON_OBJECT)
		return err_set(err, ERR_CORRUPT, "the subject must be an object");
	s->path = read_string(&in, "path");
	s->commit = read_string(&in, "commit");
	s->tree = read_string(&in, "tree");
	s->branch = read_string(&in, "branch");
	dirty = json_get(v, "dirty");
	s->has_dirty = !is_absent(dirty);
	if (s->has_dirty && !json_bool(dirty, &s->dirty))
		fault(&in, "dirty", "true, false or null");
	return in.rc == ERR_OK ? arena_err(arena, err) : in.rc;
}
