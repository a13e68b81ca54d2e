// SPDX-License-Identifier: Apache-2.0
#include "rollout/log.h"

#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "os/fs.h"

#include <stdio.h>
#include <string.h>

#define FOLDER ".seaworthy/rollout"
#define FILE_NAME "log.jsonl"
#define GENESIS "seaworthy-rollout-v1"

enum { LOG_MAX = 64 * 1024 * 1024, MODE = 0644, DIR_MODE = 0755 };

static const char *const names[GATE_ROLLOUT_EVENTS] = {
	"advance",     "advanced",        "advance failed", "rollback",
	"rolled back", "rollback failed", "finished",
};

const char *gate_rollout_event_name(enum gate_rollout_event e)
{
	return names[e];
}

/* ---- lines ---- */

static void put_line(const struct gate_rollout_log *l, const struct gate_rollout_entry *e,
                     struct buf *out)
{
	char when[WHEN_TEXT];
	struct json_writer w;

	when_format(e->time_ms, true, when);
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_u64(&w, "index", l->count);
	json_field_str(&w, "time", when);
	json_field_str(&w, "event", names[e->event]);
	json_field_str(&w, "stage", e->stage);
	json_field_str(&w, "commit", e->commit);
	json_field_str(&w, "run", e->run);
	json_field_str(&w, "plan", e->plan);
	json_field_str(&w, "evidence", e->evidence);
	json_field_str(&w, "why", e->why);
	if (e->exit_code < 0)
		json_field_null(&w, "exit");
	else
		json_field_u64(&w, "exit", (uint64_t)e->exit_code);
	json_field_str(&w, "previous", l->last);
	json_close(&w, '}');
}

static bool event_of(const char *name, enum gate_rollout_event *out)
{
	for (size_t i = 0; name != NULL && i < GATE_ROLLOUT_EVENTS; i++)
		if (str_eq(name, names[i])) {
			*out = (enum gate_rollout_event)i;
			return true;
		}
	return false;
}

static const char *text(struct arena *a, const struct json *v, const char *key)
{
	return arena_str(a, json_string(json_get(v, key)));
}

static bool read_entry(struct gate_rollout_log *l, const struct json *v,
                       struct gate_rollout_entry *e)
{
	const char *when = json_string(json_get(v, "time"));
	uint64_t exit_code;
	uint64_t index;

	e->stage = text(&l->arena, v, "stage");
	e->commit = text(&l->arena, v, "commit");
	e->run = text(&l->arena, v, "run");
	e->plan = text(&l->arena, v, "plan");
	e->evidence = text(&l->arena, v, "evidence");
	e->why = text(&l->arena, v, "why");
	e->exit_code = json_u64(json_get(v, "exit"), &exit_code) && exit_code <= 255
	                       ? (int)exit_code
	                       : -1;
	return e->stage != NULL && when != NULL &&
	       when_parse(span_str(when), &e->time_ms) &&
	       event_of(json_string(json_get(v, "event")), &e->event) &&
	       json_u64(json_get(v, "index"), &index) && index == l->count - 1 &&
	       str_eq(json_string(json_get(v, "previous")), l->last);
}

static enum err_code read_line(struct gate_rollout_log *l, struct span line,
                               struct err *err)
{
	struct gate_rollout_entry *e =
		arena_push(&l->arena, &l->entries, &l->count, &l->cap, sizeof(*e));
	struct json_doc *doc = NULL;
	enum err_code rc;

	if (e == NULL)
		return err_nomem(err);
	rc = json_parse(&doc, line, FILE_NAME, err);
	if (rc == ERR_OK && !read_entry(l, json_root(doc), e))
		rc = err_set(err, ERR_AUTH,
		             "not the line that was written behind the one before");
	if (rc == ERR_OK)
		rc = digest_hex(line, l->last, err);
	if (rc == ERR_CORRUPT || rc == ERR_AUTH)
		rc = err_wrap(err, ERR_AUTH, "%s/%s:%zu", FOLDER, FILE_NAME, l->count);
	json_free(doc);
	return rc == ERR_OK ? arena_err(&l->arena, err) : rc;
}

static enum err_code read_log(struct gate_rollout_log *l, struct span text,
                              struct err *err)
{
	enum err_code rc = digest_hex(span_str(GENESIS), l->last, err);
	struct span line;

	while (rc == ERR_OK && span_line(&text, &line))
		rc = read_line(l, line, err);
	return rc;
}

/* ---- the file ---- */

static enum err_code hold(struct gate_rollout_log *l, const char *folder, struct err *err)
{
	enum err_code rc = os_mkdirs(folder, DIR_MODE, err);

	if (rc == ERR_OK)
		rc = os_dir_open(&l->dir, NULL, folder, err);
	l->open = rc == ERR_OK;
	if (rc == ERR_OK)
		rc = os_dir_lock(&l->dir, err);
	if (rc == ERR_LOCKED)
		err_wrap(err, rc, "another rollout command is at work (%s)", FOLDER);
	return rc;
}

enum err_code gate_rollout_log_open(struct gate_rollout_log *l, const char *root,
                                    bool lock, struct err *err)
{
	struct buf folder = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf content = BUF_INIT;
	enum err_code rc;

	memset(l, 0, sizeof(*l));
	arena_init(&l->arena);
	os_join(&folder, root, FOLDER);
	os_join(&path, buf_str(&folder), FILE_NAME);
	rc = buf_err(&path, err);
	if (rc == ERR_OK && lock)
		rc = hold(l, buf_str(&folder), err);
	if (rc == ERR_OK) {
		rc = os_read_file(buf_str(&path), LOG_MAX, &content, err);
		if (rc == ERR_NOT_FOUND)
			rc = ERR_OK;
	}
	if (rc == ERR_OK)
		rc = read_log(l, buf_span(&content), err);
	buf_fini(&content);
	buf_fini(&path);
	buf_fini(&folder);
	return rc;
}

void gate_rollout_log_close(struct gate_rollout_log *l)
{
	if (l->open)
		os_dir_close(&l->dir);
	l->open = false;
	arena_fini(&l->arena);
}

static enum err_code append(const char *path, struct span line, struct err *err)
{
	struct buf content = BUF_INIT;
	enum err_code rc = os_read_file(path, LOG_MAX, &content, err);

	if (rc == ERR_OK || rc == ERR_NOT_FOUND) {
		buf_put(&content, line);
		buf_putc(&content, '\n');
		rc = buf_err(&content, err);
		if (rc == ERR_OK)
			rc = os_write_atomic(path, buf_span(&content), MODE, err);
	}
	buf_fini(&content);
	return rc;
}

enum err_code gate_rollout_log_add(struct gate_rollout_log *l, const char *root,
                                   const struct gate_rollout_entry *e, struct err *err)
{
	struct buf folder = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf line = BUF_INIT;
	enum err_code rc;

	os_join(&folder, root, FOLDER);
	os_join(&path, buf_str(&folder), FILE_NAME);
	put_line(l, e, &line);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = buf_err(&line, err);
	if (rc == ERR_OK)
		rc = append(buf_str(&path), buf_span(&line), err);
	if (rc == ERR_OK)
		rc = read_line(l, buf_span(&line), err);
	buf_fini(&line);
	buf_fini(&path);
	buf_fini(&folder);
	return rc;
}

enum err_code gate_rollout_log_keep(struct gate_rollout_log *l, struct span text,
                                    char hex[DIGEST_HEX], struct err *err)
{
	char name[DIGEST_HEX + sizeof(".jsonl")];
	enum err_code rc = digest_hex(text, hex, err);

	if (rc != ERR_OK)
		return rc;
	(void)snprintf(name, sizeof(name), "%s.jsonl", hex);
	rc = os_dir_write_new(&l->dir, name, &text, 1, MODE, err);
	if (rc == ERR_EXISTS)
		return ERR_OK;
	return rc == ERR_OK ? os_dir_sync(&l->dir, err) : rc;
}

enum err_code gate_rollout_log_kept(const char *root, const char *hex, struct buf *out,
                                    struct err *err)
{
	struct buf path = BUF_INIT;
	char found[DIGEST_HEX];
	enum err_code rc;

	buf_printf(&path, "%s/%s/%s.jsonl", root, FOLDER, hex);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&path), LOG_MAX, out, err);
	if (rc == ERR_NOT_FOUND)
		rc = err_wrap(err, ERR_AUTH, "what the rollout goes by is gone");
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(out), found, err);
	if (rc == ERR_OK && !str_eq(found, hex))
		rc = err_set(err, ERR_AUTH, "%s: not what was kept", buf_str(&path));
	buf_fini(&path);
	return rc;
}

enum err_code gate_rollout_log_set_aside(const char *root, struct err *err)
{
	struct buf folder = BUF_INIT;
	struct os_dir dir;
	enum err_code rc;

	os_join(&folder, root, FOLDER);
	rc = buf_err(&folder, err);
	if (rc == ERR_OK)
		rc = os_dir_open(&dir, NULL, buf_str(&folder), err);
	if (rc == ERR_OK) {
		rc = os_dir_lock(&dir, err);
		if (rc == ERR_OK)
			rc = os_dir_rename(&dir, FILE_NAME, &dir, FILE_NAME ".damaged",
			                   err);
		if (rc == ERR_OK)
			rc = os_dir_sync(&dir, err);
		os_dir_close(&dir);
	}
	buf_fini(&folder);
	return rc;
}
