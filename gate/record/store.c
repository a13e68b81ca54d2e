// SPDX-License-Identifier: Apache-2.0
#include "record/store.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/version.h"
#include "base/when.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "os/dir.h"
#include "os/fs.h"
#include "os/random.h"
#include "record/leftover.h"
#include "record/manifest.h"
#include "record/record_json.h"

#define FILE_MODE 0644
#define DIR_MODE 0755
#define SETTLED_MS 60000

struct gate_store {
	struct arena arena;
	const char *home; /* ROOT/.seaworthy */
	const char *run;
	const char *dir;
	struct os_dir held;      /* the run's folder, locked while it is recorded */
	const char *policy_path; /* where the policy came from: policy.json cannot say */
	const char *policy_profile;
	const char *selection;     /* what it was asked to run; NULL: everything */
	struct gate_stored *files; /* what was stored, in turn */
	size_t file_count;
	size_t file_cap;
};

/* Sorts by time: 20261122T100000.250Z-1f2e3d4c. */
static const char *new_run_id(struct arena *arena, int64_t now_ms)
{
	char time[WHEN_TEXT];
	char hex[9];
	unsigned char noise[4];
	size_t n = 0;

	when_format(now_ms, true, time);
	for (size_t i = 0; time[i] != '\0'; i++)
		if (time[i] != '-' && time[i] != ':')
			time[n++] = time[i];
	time[n] = '\0';
	os_random(noise, sizeof(noise));
	str_hex(noise, sizeof(noise), hex);
	return arena_printf(arena, "%s-%s", time, hex);
}

bool gate_run_id_ok(const char *name)
{
	static const char shape[] = "00000000T000000.000Z-ffffffff";
	size_t i = 0;

	for (; shape[i] != '\0' && name[i] != '\0'; i++) {
		const bool digit = name[i] >= '0' && name[i] <= '9';
		const bool letter = name[i] >= 'a' && name[i] <= 'f';

		if (shape[i] == '0' || shape[i] == 'f') {
			if (!digit && !(letter && shape[i] == 'f'))
				return false;
		} else if (name[i] != shape[i]) {
			return false;
		}
	}
	return shape[i] == '\0' && name[i] == '\0';
}

/* Evidence is not source: the folder keeps itself out of version control. */
static enum err_code write_gitignore(struct gate_store *s, struct err *err)
{
	const char *path = arena_printf(&s->arena, "%s/.gitignore", s->home);

	if (path == NULL)
		return err_nomem(err);
	if (os_type_of(path) != OS_NONE)
		return ERR_OK;
	return os_write_atomic(path, SPAN_LIT("*\n"), FILE_MODE, err);
}

static enum err_code make_folders(struct gate_store *s, struct err *err)
{
	const char *checks = arena_printf(&s->arena, "%s/checks", s->dir);
	const char *artefacts = arena_printf(&s->arena, "%s/artefacts", s->dir);
	enum err_code rc = arena_err(&s->arena, err);

	if (rc == ERR_OK)
		rc = os_mkdirs(checks, DIR_MODE, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(artefacts, DIR_MODE, err);
	if (rc == ERR_OK)
		rc = write_gitignore(s, err);
	if (rc == ERR_OK)
		rc = os_dir_open(&s->held, NULL, s->dir, err);
	/* Where the file system has no locks, no run can be taken for dead either. */
	if (rc == ERR_OK)
		(void)!os_dir_lock(&s->held, NULL);
	return rc;
}

/* A run has its folder for a moment before it holds it: that moment is over for those of
 * a minute ago. */
static enum err_code remove_leftovers(struct gate_store *s, int64_t now_ms,
                                      struct err *err)
{
	const char *runs = arena_printf(&s->arena, "%s/runs", s->home);
	const char *before = new_run_id(&s->arena, now_ms - SETTLED_MS);
	enum err_code rc = arena_err(&s->arena, err);

	if (rc == ERR_OK)
		gate_leftover_remove(runs, before);
	return rc;
}

enum err_code gate_store_new(struct gate_store **out, const char *root, int64_t now_ms,
                             struct err *err)
{
	struct gate_store *s = mem_new(sizeof(*s));
	enum err_code rc;

	if (s == NULL)
		return err_nomem(err);
	arena_init(&s->arena);
	s->run = new_run_id(&s->arena, now_ms);
	s->home = arena_printf(&s->arena, "%s/.seaworthy", root);
	s->dir = arena_printf(&s->arena, "%s/runs/%s", s->home, s->run);
	s->held.fd = -1;
	rc = remove_leftovers(s, now_ms, err);
	if (rc == ERR_OK)
		rc = make_folders(s, err);
	if (rc == ERR_OK) {
		*out = s;
		s = NULL;
	}
	gate_store_free(s);
	return rc;
}

const char *gate_store_dir(const struct gate_store *s)
{
	return s->dir;
}

typedef enum err_code write_way(const char *path, struct span data, uint32_t mode,
                                struct err *err);

static enum err_code write_by(write_way *way, const char *dir, const char *name,
                              struct span data, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, dir, name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = way(buf_str(&path), data, FILE_MODE, err);
	buf_fini(&path);
	return rc;
}

static enum err_code write_file(const char *dir, const char *name, struct span data,
                                struct err *err)
{
	return write_by(os_write_atomic, dir, name, data, err);
}

static enum err_code sync_below(const struct gate_store *s, const char *name,
                                struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, s->dir, name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_sync(buf_str(&path), err);
	buf_fini(&path);
	return rc;
}

/* The run's own name, and the folder of all runs, which the first run makes. */
static enum err_code sync_names(const struct gate_store *s, struct err *err)
{
	struct buf runs = BUF_INIT;
	enum err_code rc;

	buf_put(&runs,
	        span_sub(span_str(s->dir), 0, span_rfind_byte(span_str(s->dir), '/')));
	if ((rc = buf_err(&runs, err)) == ERR_OK &&
	    (rc = os_sync_parent(s->dir, err)) == ERR_OK)
		rc = os_sync_parent(buf_str(&runs), err);
	buf_fini(&runs);
	return rc;
}

/* A run without run.json is removed by the next one, so nothing of it has to be durable
 * before that: waiting for the disk once is many times quicker than for every file. */
static enum err_code sync_all(const struct gate_store *s, struct err *err)
{
	static const char *const folders[] = { "artefacts", "checks", "." };
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < s->file_count && rc == ERR_OK; i++)
		rc = sync_below(s, s->files[i].name, err);
	for (size_t i = 0; i < 3 && rc == ERR_OK; i++)
		rc = sync_below(s, folders[i], err);
	return rc == ERR_OK ? sync_names(s, err) : rc;
}

/* Notes what the file is before anyone else can touch it. */
static enum err_code note(struct gate_store *s, const char *name, struct span data,
                          struct err *err)
{
	char hex[DIGEST_HEX];
	enum err_code rc = digest_hex(data, hex, err);
	struct gate_stored *f;

	if (rc != ERR_OK)
		return rc;
	f = arena_push(&s->arena, &s->files, &s->file_count, &s->file_cap, sizeof *f);
	if (f != NULL)
		*f = (struct gate_stored){ arena_str(&s->arena, name),
			                   arena_str(&s->arena, hex), data.len };
	return arena_err(&s->arena, err);
}

enum err_code gate_store_file(struct gate_store *s, const char *name, struct span data,
                              struct err *err)
{
	const enum err_code rc = note(s, name, data, err);

	return rc == ERR_OK ? write_by(os_write_later, s->dir, name, data, err) : rc;
}

/* Stores what was put into `text`, and releases it. */
static enum err_code store_text(struct gate_store *s, const char *name, struct buf *text,
                                struct err *err)
{
	enum err_code rc = buf_err(text, err);

	if (rc == ERR_OK)
		rc = gate_store_file(s, name, buf_span(text), err);
	buf_fini(text);
	return rc;
}

enum err_code gate_store_policy(struct gate_store *s, const struct gate_policy *p,
                                struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = gate_policy_json(p, &text, err);

	s->policy_path = arena_str(&s->arena, p->path);
	s->policy_profile = arena_str(&s->arena, p->profile);
	if (rc == ERR_OK)
		return store_text(s, "policy.json", &text, err);
	buf_fini(&text);
	return rc;
}

enum err_code gate_store_subject(struct gate_store *s, const struct gate_subject *subject,
                                 struct err *err)
{
	struct buf text = BUF_INIT;

	gate_subject_write(subject, &text);
	return store_text(s, "subject.json", &text, err);
}

enum err_code gate_store_artefact(struct gate_store *s, const char *name,
                                  struct span data, struct gate_artefact *out,
                                  struct err *err)
{
	char hex[DIGEST_HEX];
	const char *path;
	enum err_code rc = digest_hex(data, hex, err);

	if (rc != ERR_OK)
		return rc;
	out->sha256 = arena_str(&s->arena, hex);
	out->name = arena_str(&s->arena, name);
	out->bytes = data.len;
	path = arena_printf(&s->arena, "artefacts/%s", hex);
	rc = arena_err(&s->arena, err);
	if (rc == ERR_OK)
		rc = gate_store_file(s, path, data, err);
	return rc;
}

enum err_code gate_store_get(const struct gate_store *s, const char *sha256,
                             struct buf *out, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	buf_printf(&path, "%s/artefacts/%s", s->dir, sha256);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&path), UINT64_MAX, out, err);
	buf_fini(&path);
	return rc;
}

enum err_code gate_store_record(struct gate_store *s, const struct gate_record *r,
                                struct err *err)
{
	struct buf name = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (!gate_record_id_ok(r->check))
		return err_set(
			err, ERR_USAGE,
			"the check id \"%.80s\" cannot be a file name: use letters, "
			"digits, dots, dashes and underscores",
			r->check);
	buf_printf(&name, "checks/%s.json", r->check);
	rc = buf_err(&name, err);
	if (rc == ERR_OK) {
		gate_record_write(r, &text);
		rc = store_text(s, buf_str(&name), &text, err);
	}
	buf_fini(&name);
	return rc;
}

/* Writes what was put into `text`, and releases it. */
static enum err_code write_text(const char *dir, const char *name, struct buf *text,
                                struct err *err)
{
	enum err_code rc = buf_err(text, err);

	if (rc == ERR_OK)
		rc = write_file(dir, name, buf_span(text), err);
	buf_fini(text);
	return rc;
}

/* manifest.json; `digest` is of its bytes. */
static enum err_code write_manifest(struct gate_store *s, char digest[DIGEST_HEX],
                                    struct err *err)
{
	struct gate_manifest m;
	struct buf text = BUF_INIT;
	enum err_code rc =
		gate_manifest_make(&m, s->files, s->file_count, &s->arena, err);

	if (rc == ERR_OK) {
		gate_manifest_write(&m, &text);
		rc = buf_err(&text, err);
	}
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), digest, err);
	if (rc == ERR_OK)
		rc = write_file(s->dir, GATE_MANIFEST, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

enum err_code gate_store_select(struct gate_store *s, struct span selection,
                                struct err *err)
{
	s->selection = selection.len > 0 ? arena_dup(&s->arena, selection) : NULL;
	return arena_err(&s->arena, err);
}

enum err_code gate_store_complete(struct gate_store *s, int64_t started_ms,
                                  int64_t ended_ms, struct err *err)
{
	char started[WHEN_TEXT];
	char ended[WHEN_TEXT];
	char manifest[DIGEST_HEX];
	struct buf text = BUF_INIT;
	struct json_writer w;
	enum err_code rc = sync_all(s, err);

	if (rc == ERR_OK)
		rc = write_manifest(s, manifest, err);
	if (rc != ERR_OK)
		return rc;
	when_format(started_ms, true, started);
	when_format(ended_ms, true, ended);
	json_writer_init(&w, &text, 2);
	json_open(&w, '{');
	json_field_str(&w, "run", s->run);
	json_field_str(&w, "started", started);
	json_field_str(&w, "ended", ended);
	json_field_str(&w, "policy_path", s->policy_path);
	json_field_str(&w, "policy_profile", s->policy_profile);
	if (s->selection != NULL)
		json_field_str(&w, "selection", s->selection);
	json_field_str(&w, "tool_version", version_string());
	json_field_str(&w, "manifest", manifest);
	json_close(&w, '}');
	buf_putc(&text, '\n');
	return write_text(s->dir, "run.json", &text, err);
}

enum err_code gate_store_commit(struct gate_store *s, int64_t started_ms,
                                int64_t ended_ms, struct err *err)
{
	struct buf last = BUF_INIT;
	enum err_code rc = gate_store_complete(s, started_ms, ended_ms, err);

	if (rc != ERR_OK || s->selection != NULL)
		return rc;
	buf_printf(&last, "%s\n", s->run);
	return write_text(s->home, "last", &last, err);
}

void gate_store_free(struct gate_store *s)
{
	if (s == NULL)
		return;
	os_dir_close(&s->held);
	arena_fini(&s->arena);
	mem_free(s);
}
