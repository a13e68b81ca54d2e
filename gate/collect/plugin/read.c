// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/read.h"
#include "base/num.h"
#include "base/str.h"
#include "base/version.h"
#include "collect/plugin/plugin.h"
#include "lib/json.h"
#include "os/dir.h"
#include "policy/decimal.h"
#include "scanners/finding.h"

#include <string.h>

void gate_plugin_init(struct gate_plugin_answer *a)
{
	*a = (struct gate_plugin_answer){ .state = GATE_UNKNOWN, .findings = BUF_INIT };
	arena_init(&a->arena);
}

void gate_plugin_fini(struct gate_plugin_answer *a)
{
	for (size_t i = 0; i < a->artefact_count; i++)
		buf_fini(&a->artefacts[i].data);
	buf_fini(&a->findings);
	arena_fini(&a->arena);
	gate_plugin_init(a);
}

/* ---- asking ---- */

void gate_plugin_put_ask(struct buf *out, const struct gate_plugin_ask *ask,
                         const char *root, const char *scratch, uint64_t timeout_ms)
{
	const struct gate_check *k = ask->check;
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "hello");
	json_field_str(&w, "seaworthy", version_string());
	json_put_key(&w, "protocols");
	json_open(&w, '[');
	json_put_u64(&w, GATE_PLUGIN_PROTOCOL);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "check");
	json_field_str(&w, "id", k->id);
	json_field_str(&w, "title", k->title);
	json_put_key(&w, "settings");
	json_put_raw(&w, k->command_with != NULL ? k->command_with : "{}");
	json_field_str(&w, "root", root);
	json_field_str(&w, "scratch", scratch);
	json_field_str(&w, "base", ask->base);
	json_field_u64(&w, "timeout_ms", timeout_ms);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* ---- reading ---- */

/* One message. */
struct message {
	struct gate_plugin_answer *answer;
	struct shard_reader in;
};

typedef void read_message(struct message *m);

struct kind {
	const char *type;
	read_message *read;
	const char *keys[16]; /* those that it may have, beside `type` */
};

static void fail(struct message *m, const char *what)
{
	if (m->in.rc != ERR_OK)
		return;
	m->in.rc = arena_ok(m->in.arena) ? err_set(m->in.err, ERR_CORRUPT, "%s", what)
	                                 : err_nomem(m->in.err);
}

/* Text of bounded length; NULL where there is none. */
static const char *text_of(struct message *m, const char *key)
{
	const char *text = shard_read_optional(&m->in, key);
	struct span s = span_str(text != NULL ? text : "");
	size_t length = s.len < GATE_PLUGIN_TEXT_MAX ? s.len : GATE_PLUGIN_TEXT_MAX;

	/* in whole characters */
	while (length < s.len && length > 0 &&
	       ((unsigned char)s.ptr[length] & 0xC0) == 0x80)
		length--;
	return text != NULL ? arena_dup(&m->answer->arena, span_sub(s, 0, length)) : NULL;
}

static const char *needed_text(struct message *m, const char *key)
{
	const char *text = text_of(m, key);

	if (text == NULL || text[0] == '\0')
		shard_read_fault(&m->in, key, "text that is not empty");
	return text != NULL ? text : "";
}

static void read_hello(struct message *m)
{
	struct gate_plugin_answer *a = m->answer;

	if (a->name != NULL)
		fail(m, "a second hello");
	else if (shard_read_u64(&m->in, "protocol", UINT32_MAX) != GATE_PLUGIN_PROTOCOL)
		fail(m,
		     "it speaks another protocol: this version of seaworthy has 1 alone");
	a->name = needed_text(m, "name");
	a->version = needed_text(m, "version");
}

static void read_progress(struct message *m)
{
	m->answer->progress = needed_text(m, "text");
}

static bool find_severity(const char *name, enum scan_severity *out)
{
	static const enum scan_severity all[] = { SCAN_NOTE, SCAN_WARNING, SCAN_ERROR };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (str_eq(name, scan_severity_name(all[i]))) {
			*out = all[i];
			return true;
		}
	return false;
}

/* A file below a folder: no way out of it, by whatever spelling. */
static bool is_inner_path(const char *path)
{
	struct span rest = span_str(path);

	if (rest.len == 0 || rest.len > 4096 || rest.ptr[0] == '/')
		return false;
	for (size_t from = 0, i = 0; i <= rest.len; i++) {
		struct span part;

		if (i < rest.len && rest.ptr[i] != '/')
			continue;
		part = span_sub(rest, from, i - from);
		if (part.len == 0 || span_eq_str(part, ".") || span_eq_str(part, ".."))
			return false;
		from = i + 1;
	}
	return true;
}

static uint64_t optional_number(struct message *m, const char *key, uint64_t otherwise)
{
	const struct json *v = json_get(m->in.v, key);

	return v != NULL && json_type(v) != JSON_NULL
	               ? shard_read_u64(&m->in, key, UINT32_MAX)
	               : otherwise;
}

static void read_finding(struct message *m)
{
	struct gate_plugin_answer *a = m->answer;
	struct scan_finding f = { .scope = SCAN_PRODUCTION,
		                  .language = "",
		                  .details = "{}" };
	const char *path = needed_text(m, "path");
	const char *match = text_of(m, "match");

	if (a->finding_count == GATE_PLUGIN_FINDINGS_MAX)
		fail(m, "more than 10000 findings");
	f.rule = needed_text(m, "rule");
	f.message = needed_text(m, "message");
	f.path = span_str(path);
	f.match = span_str(match != NULL ? match : "");
	f.line = optional_number(m, "line", 1);
	f.column = optional_number(m, "column", 1);
	f.end_line = optional_number(m, "end_line", f.line);
	f.end_column = optional_number(m, "end_column", f.column);
	if (!is_inner_path(path))
		shard_read_fault(&m->in, "path",
		                 "relative to the root, without . and ..");
	if (f.line == 0 || f.column == 0 || f.end_line < f.line)
		fail(m, "lines and columns count from 1");
	if (!find_severity(json_string(json_get(m->in.v, "severity")), &f.severity))
		shard_read_fault(&m->in, "severity", "note, warning or error");
	if (m->in.rc != ERR_OK)
		return;
	a->finding_count++;
	scan_finding_json(&a->findings, &f);
	buf_putc(&a->findings, '\n');
}

static void read_artefact(struct message *m)
{
	struct gate_plugin_answer *a = m->answer;
	const char *path = needed_text(m, "path");
	const char *name = text_of(m, "name");
	struct gate_plugin_artefact *one;

	if (a->artefact_count == GATE_PLUGIN_ARTEFACTS_MAX)
		fail(m, "more than 100 artefacts");
	if (!is_inner_path(path))
		shard_read_fault(&m->in, "path",
		                 "relative to the scratch folder, without . "
		                 "and ..");
	if (m->in.rc != ERR_OK)
		return;
	one = arena_push(&a->arena, &a->artefacts, &a->artefact_count, &a->artefact_cap,
	                 sizeof(*one));
	if (one != NULL)
		*one = (struct gate_plugin_artefact){ name != NULL ? name : path, path,
			                              BUF_INIT };
}

/* A number's own text, bounded; NULL where there is none. */
static const char *decimal_of(struct message *m, const char *key)
{
	const struct json *v = json_get(m->in.v, key);
	const char *text = json_number(v);

	if (v == NULL || json_type(v) == JSON_NULL)
		return NULL;
	if (text == NULL || strlen(text) > 60 || !num_is_decimal(span_str(text))) {
		shard_read_fault(&m->in, key, "a number, written without an exponent");
		return NULL;
	}
	return arena_str(&m->answer->arena, text);
}

static bool in_unit(const char *text)
{
	return gate_decimal_cmp(span_str(text), SPAN_LIT("0")) >= 0 &&
	       gate_decimal_cmp(span_str(text), SPAN_LIT("1")) <= 0;
}

static void read_values(struct message *m)
{
	struct gate_plugin_answer *a = m->answer;

	a->measured = decimal_of(m, "measured");
	a->low = decimal_of(m, "low");
	a->high = decimal_of(m, "high");
	if ((a->low == NULL) != (a->high == NULL))
		fail(m, "low and high belong together");
	else if (a->low != NULL &&
	         (!in_unit(a->low) || !in_unit(a->high) ||
	          gate_decimal_cmp(span_str(a->low), span_str(a->high)) > 0))
		fail(m, "low and high must be from 0 to 1, and low not above high");
	if ((a->state == GATE_UNKNOWN || a->state == GATE_ERROR) &&
	    (a->measured != NULL || a->low != NULL))
		fail(m, "what is unknown has no measured, low and high");
}

static void read_result(struct message *m)
{
	struct gate_plugin_answer *a = m->answer;

	if (!gate_state_find(json_string(json_get(m->in.v, "state")), &a->state) ||
	    a->state == GATE_NOT_APPLICABLE)
		shard_read_fault(&m->in, "state", "pass, warn, fail, unknown or error");
	a->has_result = true;
	a->message = needed_text(m, "message");
	a->unit = text_of(m, "unit");
	a->remedy = text_of(m, "remedy");
	read_values(m);
}

static const struct kind kinds[] = {
	{ "hello", read_hello, { "protocol", "name", "version" } },
	{ "progress", read_progress, { "text" } },
	{ "finding",
	  read_finding,
	  { "rule", "path", "line", "column", "end_line", "end_column", "severity",
	    "message", "match" } },
	{ "artefact", read_artefact, { "path", "name" } },
	{ "result",
	  read_result,
	  { "state", "measured", "unit", "low", "high", "message", "remedy" } },
};

static const struct kind *find_kind(const char *type)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (str_eq(kinds[i].type, type))
			return &kinds[i];
	return NULL;
}

/* A key that is misspelt would be lost silently. */
static void check_keys(struct message *m, const struct kind *k)
{
	for (const struct json *v = json_first(m->in.v); v != NULL; v = json_next(v)) {
		bool known = str_eq(json_key(v), "type");

		for (size_t i = 0; k->keys[i] != NULL && !known; i++)
			known = str_eq(json_key(v), k->keys[i]);
		if (!known && m->in.rc == ERR_OK)
			m->in.rc = err_set(m->in.err, ERR_CORRUPT,
			                   "a %s has no key \"%.40s\"", k->type,
			                   json_key(v));
	}
}

static enum err_code read_line(struct gate_plugin_answer *a, struct span line,
                               struct err *err)
{
	struct json_doc *doc = NULL;
	struct message m = { a, { .arena = &a->arena, .err = err } };
	const struct kind *k;
	enum err_code rc = json_parse(&doc, line, "output", NULL);

	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		return err_set(
			err, ERR_CORRUPT,
			"is no JSON; what is for people belongs on standard error");
	m.in.v = json_root(doc);
	k = find_kind(json_string(json_get(m.in.v, "type")));
	if (k == NULL)
		fail(&m,
		     "has no \"type\" of protocol 1: hello, progress, finding, artefact "
		     "or result");
	else if (a->has_result)
		fail(&m, "comes after the result, which is the last");
	else if (a->name == NULL && k->read != read_hello)
		fail(&m, "comes before hello");
	if (m.in.rc == ERR_OK)
		check_keys(&m, k);
	if (m.in.rc == ERR_OK)
		k->read(&m);
	json_free(doc);
	return m.in.rc;
}

enum err_code gate_plugin_read(struct gate_plugin_answer *a, struct span text,
                               struct err *err)
{
	struct span line;
	size_t number = 0;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && span_line(&text, &line)) {
		if (++number > GATE_PLUGIN_LINES_MAX)
			return err_set(err, ERR_CORRUPT,
			               "its answer has more than %d lines",
			               GATE_PLUGIN_LINES_MAX);
		if (line.len > GATE_PLUGIN_LINE_MAX)
			return err_set(err, ERR_CORRUPT, "line %zu is longer than 1 MiB",
			               number);
		if (span_trim(line).len > 0 && (rc = read_line(a, line, err)) != ERR_OK)
			err_wrap(err, rc, "line %zu of its answer", number);
	}
	if (rc != ERR_OK)
		return rc;
	if ((rc = arena_err(&a->arena, err)) != ERR_OK ||
	    (rc = buf_err(&a->findings, err)) != ERR_OK)
		return rc;
	if (a->name == NULL)
		return err_set(err, ERR_CORRUPT, "it gave no answer: not even hello");
	if (!a->has_result)
		return err_set(err, ERR_CORRUPT, "it gave no result%s%s",
		               a->progress != NULL ? "; the last it told was: " : "",
		               a->progress != NULL ? a->progress : "");
	return ERR_OK;
}

/* ---- files ---- */

/* Folder by folder, following no link. */
static enum err_code read_inner(const struct os_dir *top, const char *path, uint64_t max,
                                struct buf *out, struct err *err)
{
	struct os_dir at = { -1 };
	struct span rest = span_str(path);
	char name[256];
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK) {
		size_t slash = span_find_byte(rest, '/');
		struct os_dir next = { -1 };

		if (slash >= sizeof(name)) {
			rc = err_set(err, ERR_LIMIT, "a name is too long");
			break;
		}
		memcpy(name, rest.ptr, slash);
		name[slash] = '\0';
		if (slash == rest.len) {
			rc = os_dir_read(at.fd >= 0 ? &at : top, name, max, out, NULL,
			                 err);
			break;
		}
		rc = os_dir_open(&next, at.fd >= 0 ? &at : top, name, err);
		os_dir_close(&at);
		at = next;
		rest = span_from(rest, slash + 1);
	}
	os_dir_close(&at);
	return rc;
}

enum err_code gate_plugin_fetch(struct gate_plugin_answer *a, const char *scratch,
                                struct err *err)
{
	uint64_t room = GATE_PLUGIN_ARTEFACT_BYTES;
	struct os_dir top = { -1 };
	enum err_code rc = ERR_OK;

	if (a->artefact_count > 0)
		rc = os_dir_open(&top, NULL, scratch, err);
	for (size_t i = 0; i < a->artefact_count && rc == ERR_OK; i++) {
		struct gate_plugin_artefact *one = &a->artefacts[i];

		rc = read_inner(&top, one->path, room, &one->data, err);
		if (rc == ERR_OK)
			room -= one->data.len;
		else if (rc != ERR_NOMEM)
			rc = err_wrap(err, ERR_CORRUPT, "the artefact %.200s", one->path);
	}
	os_dir_close(&top);
	return rc;
}
