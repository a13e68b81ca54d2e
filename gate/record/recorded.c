// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "os/walk.h"
#include "record/record_json.h"
#include "record/release.h"
#include "record/store.h"

#include <string.h>

#define MAX_POLICY (UINT64_C(64) << 20)
#define MAX_SMALL (UINT64_C(1) << 20) /* subject.json, run.json */
#define MAX_RECORD (UINT64_C(16) << 20)
#define MAX_SUITES (UINT64_C(64) << 20)
#define MAX_FINDINGS (UINT64_C(512) << 20)

/* The folder, open; and one buffer for every file in turn. */
struct loading {
	struct gate_recorded *r;
	struct os_dir dir;
	struct buf text;
};

static enum err_code load_policy(struct loading *l, struct err *err)
{
	struct err why = ERR_INIT;
	const char *path = arena_printf(&l->r->arena, "%s/policy.json", l->r->dir);
	enum err_code rc;

	if (path == NULL)
		return err_nomem(err);
	rc = os_dir_read(&l->dir, "policy.json", MAX_POLICY, &l->text, NULL, &why);
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_USAGE,
		               "%s: there is no policy.json, so this is no folder of "
		               "evidence",
		               l->r->dir);
	if (rc != ERR_OK)
		return err_set(err, rc, "%s: %s", l->r->dir, why.msg);
	rc = gate_policy_recorded(&l->r->policy, buf_span(&l->text), path, err);
	if (rc == ERR_OK)
		l->r->policy->path = path;
	return rc;
}

/* Reads and parses one file of the folder; faults name it as `shown`. */
static enum err_code load_json(struct loading *l, const struct os_dir *dir,
                               const char *name, const char *shown, uint64_t max,
                               struct json_doc **out, struct err *err)
{
	enum err_code rc = os_dir_read(dir, name, max, &l->text, NULL, err);

	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s", shown);
	return json_parse(out, buf_span(&l->text), shown, err);
}

static enum err_code load_subject(struct loading *l, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc;

	rc = load_json(l, &l->dir, "subject.json", "subject.json", MAX_SMALL, &doc, err);
	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, ERR_CORRUPT,
		             "there is no subject.json; without version control it holds "
		             "nulls");
	if (rc == ERR_OK &&
	    (rc = gate_subject_read(&l->r->evidence.subject, json_root(doc), &l->r->arena,
	                            err)) != ERR_OK)
		rc = err_wrap(err, rc, "subject.json");
	if (rc != ERR_OK)
		rc = err_wrap(err, rc == ERR_NOMEM ? rc : ERR_CORRUPT, "%s", l->r->dir);
	json_free(doc);
	return rc;
}

static enum err_code read_run(struct loading *l, const struct json *v, struct err *err)
{
	const char *started = json_string(json_get(v, "started"));
	const char *ended = json_string(json_get(v, "ended"));

	l->r->run = arena_str(&l->r->arena, json_string(json_get(v, "run")));
	if (started == NULL || !when_parse(span_str(started), &l->r->started_ms) ||
	    ended == NULL || !when_parse(span_str(ended), &l->r->ended_ms))
		return err_set(err, ERR_CORRUPT,
		               "\"started\" and \"ended\" must be times like "
		               "2026-11-22T10:00:00Z");
	l->r->selection = arena_str(&l->r->arena, json_string(json_get(v, "selection")));
	l->r->evidence.now_ms = l->r->ended_ms;
	l->r->evidence.has_ended = true;
	l->r->evidence.ended_ms = l->r->ended_ms;
	/* policy.json is the resolved policy; this is where it came from. */
	l->r->policy->path =
		arena_str(&l->r->arena, json_string(json_get(v, "policy_path")));
	l->r->policy->profile =
		arena_str(&l->r->arena, json_string(json_get(v, "policy_profile")));
	l->r->tool_version =
		arena_str(&l->r->arena, json_string(json_get(v, "tool_version")));
	l->r->manifest = arena_str(&l->r->arena, json_string(json_get(v, "manifest")));
	l->r->complete = true;
	return ERR_OK;
}

static enum err_code load_run(struct loading *l, struct err *err)
{
	struct json_doc *doc = NULL;
	char hex[DIGEST_HEX];
	enum err_code rc;

	rc = load_json(l, &l->dir, "run.json", "run.json", MAX_SMALL, &doc, err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc == ERR_OK && (rc = digest_hex(buf_span(&l->text), hex, err)) == ERR_OK)
		l->r->run_sha256 = arena_str(&l->r->arena, hex);
	if (rc == ERR_OK && (rc = read_run(l, json_root(doc), err)) != ERR_OK)
		rc = err_wrap(err, rc, "run.json");
	if (rc != ERR_OK)
		rc = err_wrap(err, rc, "%s", l->r->dir);
	json_free(doc);
	return rc;
}

/* What cannot be read is the gate's own failure, not a missing record. */
static void broken_record(struct loading *l, struct gate_record *r, const char *id,
                          const char *why)
{
	memset(r, 0, sizeof(*r));
	r->check = id;
	r->state = GATE_ERROR;
	r->unreadable = true;
	r->message = arena_str(&l->r->arena, why);
	r->remedy = arena_printf(&l->r->arena,
	                         "run the check again: seaworthy run --only %s", id);
}

static enum err_code read_record(struct loading *l, const struct os_dir *checks,
                                 const char *id, struct gate_record *r, struct err *err)
{
	struct json_doc *doc = NULL;
	const char *shown = arena_printf(&l->r->arena, "checks/%s.json", id);
	enum err_code rc;

	if (shown == NULL)
		return err_nomem(err);
	if (!gate_record_id_ok(id))
		return err_set(err, ERR_CORRUPT, "the check's id cannot be a file name");
	rc = load_json(l, checks, shown + strlen("checks/"), shown, MAX_RECORD, &doc,
	               err);
	if (rc == ERR_OK &&
	    (rc = gate_record_read(r, id, json_root(doc), &l->r->arena, err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", shown);
	json_free(doc);
	return rc;
}

static enum err_code load_records(struct loading *l, struct err *err)
{
	const struct gate_policy *p = l->r->policy;
	struct gate_record *records;
	struct os_dir checks = { -1 };
	struct err why = ERR_INIT;
	size_t count = 0;
	enum err_code rc;

	records = arena_array(&l->r->arena, p->check_count, sizeof(*records));
	if (records == NULL)
		return err_nomem(err);
	rc = os_dir_open(&checks, &l->dir, "checks", err);
	if (rc == ERR_NOT_FOUND)
		return ERR_OK; /* no evidence at all: every check is unknown */
	if (rc != ERR_OK)
		return err_wrap(err, rc, "%s", l->r->dir);
	for (size_t i = 0; i < p->check_count; i++) {
		struct gate_record *r = &records[count];

		rc = read_record(l, &checks, p->checks[i].id, r, &why);
		if (rc != ERR_OK && rc != ERR_NOT_FOUND)
			broken_record(l, r, p->checks[i].id, why.msg);
		count += rc != ERR_NOT_FOUND;
	}
	os_dir_close(&checks);
	l->r->records = records;
	l->r->evidence.records = records;
	l->r->evidence.record_count = count;
	return arena_err(&l->r->arena, err);
}

/* A file that may be missing, as it is. */
static enum err_code load_extra(struct loading *l, const char *name, uint64_t max,
                                struct buf *out, struct err *err)
{
	enum err_code rc = os_dir_read(&l->dir, name, max, out, NULL, err);

	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", l->r->dir);
}

/* What is released; most runs have none. */
static enum err_code load_release(struct loading *l, struct err *err)
{
	struct gate_artefact *files = NULL;
	enum err_code rc =
		os_dir_read(&l->dir, GATE_RELEASE, MAX_SMALL * 8, &l->text, NULL, err);

	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc == ERR_OK)
		rc = gate_release_read(&files, &l->r->released_count, buf_span(&l->text),
		                       &l->r->arena, err);
	l->r->released = files;
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", l->r->dir);
}

static enum err_code load_all(struct loading *l, struct err *err)
{
	enum err_code rc;

	if ((rc = load_policy(l, err)) != ERR_OK ||
	    (rc = load_subject(l, err)) != ERR_OK || (rc = load_run(l, err)) != ERR_OK ||
	    (rc = load_records(l, err)) != ERR_OK ||
	    (rc = load_release(l, err)) != ERR_OK ||
	    (rc = load_extra(l, "suites.json", MAX_SUITES, &l->r->suites, err)) != ERR_OK)
		return rc;
	return load_extra(l, "findings.jsonl", MAX_FINDINGS, &l->r->findings, err);
}

enum err_code gate_recorded_load(struct gate_recorded *out, const char *dir,
                                 struct err *err)
{
	struct loading l = { out, { -1 }, BUF_INIT };
	enum err_code rc;

	memset(out, 0, sizeof(*out));
	arena_init(&out->arena);
	out->damages.arena = &out->arena;
	out->dir = arena_str(&out->arena, dir);
	rc = arena_err(&out->arena, err);
	if (rc == ERR_OK && (rc = os_dir_open(&l.dir, NULL, dir, err)) != ERR_OK)
		rc = err_wrap(err, rc == ERR_NOT_FOUND ? ERR_USAGE : rc, "evidence");
	if (rc == ERR_OK)
		rc = load_all(&l, err);
	os_dir_close(&l.dir);
	buf_fini(&l.text);
	if (rc != ERR_OK)
		gate_recorded_fini(out);
	return rc;
}

void gate_recorded_fini(struct gate_recorded *r)
{
	gate_policy_free(r->policy);
	r->policy = NULL;
	buf_fini(&r->suites);
	buf_fini(&r->findings);
	arena_fini(&r->arena);
}
