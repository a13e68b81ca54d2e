// SPDX-License-Identifier: Apache-2.0
#include "record/archive_internal.h"

#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "os/dir.h"
#include "os/fs.h"
#include "record/archive_key.h"
#include "record/history_index.h"

#include <string.h>

#define EMBEDDED ".seaworthy/evidence"
#define BESIDE ".seaworthy/evidence.secret"
#define UNUSED_PERMILLE 100
enum { PROJECT_MAX = 200 };

_Static_assert((int)ERR_NOT_FOUND == LIFEBOAT_NOT_FOUND &&
                       (int)ERR_UNSUPPORTED == LIFEBOAT_UNSUPPORTED,
               "codes are the library's");

enum err_code archive_err(int code, const struct lifeboat_error *from, struct err *err)
{
	if (code == LIFEBOAT_OK)
		return ERR_OK;
	err_set(err, (enum err_code)code, "%s", from->message);
	if (err != NULL)
		err->os_code = from->os_code;
	return (enum err_code)code;
}

/* ---- opening ---- */

static int watch(void *context, const struct lifeboat_progress *progress)
{
	(void)progress;
	return cancel_is_set(context);
}

/* Tags have no commas and no control characters. */
static const char *project_tag(struct arena *arena, const char *root)
{
	const struct span whole = span_str(root);
	const size_t slash = span_rfind_byte(whole, '/');
	struct span name = slash < whole.len ? span_from(whole, slash + 1) : whole;
	char *tag;

	tag = arena_printf(arena, ARCHIVE_PROJECT "%.*s", PROJECT_MAX,
	                   name.len > 0 ? name.ptr : "root");
	for (char *p = tag; p != NULL && *p != '\0'; p++)
		if (*p == ',' || (unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '_';
	return tag;
}

/* Projects have names in common, and so have folders on different machines; what the
 * rules do not keep of one is no business of the other. */
static enum err_code id_tag(struct arena *arena, const char *root, const char **out,
                            struct err *err)
{
	const struct gate_history_query query = { .limit = 1 };
	struct gate_history_rows rows;
	struct buf real = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc = gate_history_list(&rows, root, &query, err);

	*out = NULL;
	if (rc == ERR_OK && rows.state.chain.repository[0] != '\0')
		*out = arena_printf(arena, ARCHIVE_ID "%s", rows.state.chain.repository);
	else if (rc == ERR_OK && (rc = os_realpath(root, &real, err)) == ERR_OK &&
	         (rc = digest_hex(buf_span(&real), hex, err)) == ERR_OK)
		*out = arena_printf(arena, ARCHIVE_ID "%s", hex);
	gate_history_rows_fini(&rows);
	buf_fini(&real);
	return rc;
}

/* What comes behind the colon may hold a password. */
enum err_code gate_archive_check_place(const char *repository, struct err *err)
{
	const struct span kind =
		repository != NULL ? str_address(repository) : SPAN_EMPTY;

	if (kind.len == 0)
		return ERR_OK;
	return err_set(
		err, ERR_USAGE,
		"the evidence repository begins with \"%.*s:\", as an address "
		"does; only folders of this machine are supported yet (a folder of "
		"that name is ./%.*s:..)",
		(int)kind.len, kind.ptr, (int)kind.len, kind.ptr);
}

/* Below the project's root unless it says where it is. */
static const char *place_of(struct arena *arena, const struct gate_archive_at *at)
{
	const char *repository = at->repository != NULL ? at->repository : EMBEDDED;
	struct span path = span_str(repository);

	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	if (repository[0] == '/')
		return arena_dup(arena, path);
	return arena_printf(arena, "%s/%.*s", at->root, (int)path.len, path.ptr);
}

/* Others that start at the same time see all of it or nothing. */
static enum err_code move_there(const char *from, const char *folder, const char *name,
                                bool *made, struct err *err)
{
	const char *last = from + span_rfind_byte(span_str(from), '/') + 1;
	struct os_dir d = { -1 };
	enum err_code rc = os_dir_open(&d, NULL, folder, err);

	if (rc == ERR_OK)
		rc = os_dir_rename(&d, last, &d, name, err);
	*made = rc == ERR_OK;
	if (rc == ERR_EXISTS) /* another run was quicker */
		rc = os_remove_tree(from, err);
	else if (rc == ERR_OK)
		rc = os_dir_sync(&d, err);
	os_dir_close(&d);
	return rc;
}

static enum err_code make_repository(const char *path, const struct lifeboat_key *key,
                                     bool *made, struct err *err)
{
	const size_t slash = span_rfind_byte(span_str(path), '/');
	struct buf folder = BUF_INIT;
	struct buf fresh = BUF_INIT;
	struct lifeboat_error e;
	enum err_code rc;

	buf_put(&folder, span_sub(span_str(path), 0, slash));
	rc = buf_err(&folder, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&folder), 0755, err);
	if (rc == ERR_OK)
		rc = os_mkdtemp(buf_str(&folder), "evidence-", &fresh, err);
	if (rc == ERR_OK) {
		rc = archive_err(lifeboat_init(buf_str(&fresh), key, "seaworthy", &e), &e,
		                 err);
		if (rc == ERR_OK)
			rc = move_there(buf_str(&fresh), buf_str(&folder),
			                path + slash + 1, made, err);
		else
			(void)!os_remove_tree(buf_str(&fresh), NULL); /* told above */
	}
	buf_fini(&folder);
	buf_fini(&fresh);
	return rc;
}

static enum err_code open_with(struct gate_archive *a, const struct lb_secret *secret,
                               bool make, bool *made, struct err *err)
{
	const struct lifeboat_key key = { .kind = LIFEBOAT_KEY_FILE,
		                          .bytes = secret->ptr,
		                          .length = secret->len };
	struct lifeboat_error e;
	int code = lifeboat_open(&a->repository, a->name, &key, NULL, &e);
	enum err_code rc;

	if (code == LIFEBOAT_NOT_FOUND && make) {
		if ((rc = make_repository(a->name, &key, made, err)) != ERR_OK)
			return rc;
		code = lifeboat_open(&a->repository, a->name, &key, NULL, &e);
	}
	if (code != LIFEBOAT_AUTH)
		return archive_err(code, &e, err);
	return err_set(
		err, ERR_AUTH,
		"no key opens it: its key is evidence.secret among the keys of the "
		"user who made it; name that in SEAWORTHY_EVIDENCE_KEY_FILE");
}

static enum err_code open_at(struct gate_archive *a, const struct gate_archive_at *at,
                             bool make, bool *made, struct err *err)
{
	struct lb_secret secret = LB_SECRET_INIT;
	const char *embedded = arena_printf(&a->arena, "%s/" EMBEDDED, at->root);
	const char *beside = arena_printf(&a->arena, "%s/" BESIDE, at->root);
	enum err_code rc = gate_archive_check_place(at->repository, err);

	if (rc != ERR_OK)
		return rc;
	a->name = place_of(&a->arena, at);
	a->project = project_tag(&a->arena, at->root);
	rc = id_tag(&a->arena, at->root, &a->id, err);
	if (rc == ERR_OK)
		rc = arena_err(&a->arena, err);
	if (rc == ERR_OK && !make && os_type_of(a->name) == OS_NONE)
		rc = err_set(err, ERR_NOT_FOUND, "there is no evidence repository yet");
	/* A new key opens no repository that is there. */
	if (rc == ERR_OK)
		rc = gate_archive_key(&secret, str_eq(a->name, embedded) ? beside : NULL,
		                      make && os_type_of(a->name) == OS_NONE, at->cancel,
		                      err);
	if (rc == ERR_OK)
		rc = open_with(a, &secret, make, made, err);
	lb_secret_free(&secret);
	return rc == ERR_OK ? rc
	                    : err_wrap(err, rc, "%s", a->name != NULL ? a->name : "");
}

enum err_code gate_archive_open(struct gate_archive **out,
                                const struct gate_archive_at *at, bool make, bool *made,
                                struct err *err)
{
	struct gate_archive *a = mem_new(sizeof *a);
	enum err_code rc = a != NULL ? lb_crypto_init(err) : err_nomem(err);

	*out = NULL;
	*made = false;
	if (rc == ERR_OK) {
		arena_init(&a->arena);
		a->cancel = at->cancel;
		a->events = (struct lifeboat_events){
			.context = (void *)(uintptr_t)at->cancel, .progress = watch
		};
		rc = open_at(a, at, make, made, err);
	}
	if (rc == ERR_OK)
		*out = a;
	else
		gate_archive_close(a);
	return rc;
}

void gate_archive_close(struct gate_archive *a)
{
	if (a == NULL)
		return;
	lifeboat_close(a->repository);
	arena_fini(&a->arena);
	mem_free(a);
}

const char *gate_archive_name(const struct gate_archive *a)
{
	return a->name;
}

/* ---- storing ---- */

/* What went wrong with the first file. */
struct trouble {
	const struct cancel *cancel;
	char first[160];
};

static void note_trouble(void *context, const char *path, size_t path_length,
                         const struct lifeboat_error *error)
{
	struct trouble *t = context;
	struct buf shown = BUF_INIT;

	if (t->first[0] != '\0')
		return;
	str_display(&shown, span_of(path, path_length));
	buf_printf(&shown, ": %s", error->message);
	buf_truncate(&shown,
	             shown.len < sizeof t->first ? shown.len : sizeof t->first - 1);
	memcpy(t->first, buf_str(&shown), shown.len);
	buf_fini(&shown);
}

static int watch_storing(void *context, const struct lifeboat_progress *progress)
{
	(void)progress;
	return cancel_is_set(((struct trouble *)context)->cancel);
}

enum { TAGS = 6 };

/* "conditional-go" */
static const char *decision_tag(struct arena *arena, const char *decision)
{
	char *tag = arena_printf(arena, ARCHIVE_DECISION "%s", decision);

	for (char *p = tag; p != NULL && *p != '\0'; p++)
		*p = *p == ' ' ? '-' : *p;
	return tag;
}

static size_t fill_tags(struct arena *arena, const struct gate_archive *a,
                        const struct gate_recorded *r, const char *decision,
                        const char *tags[TAGS])
{
	const char *commit = r->evidence.subject.commit;
	size_t n = 0;

	tags[n++] = ARCHIVE_TAG;
	tags[n++] = a->id;
	tags[n++] = a->project;
	tags[n++] = arena_printf(arena, ARCHIVE_RUN "%s", r->run);
	tags[n++] = decision_tag(arena, decision);
	if (commit != NULL)
		tags[n++] = arena_printf(arena, ARCHIVE_COMMIT "%s", commit);
	return n;
}

enum err_code gate_archive_put(struct gate_archive *a, const struct gate_recorded *r,
                               const char *decision, struct err *err)
{
	struct trouble trouble = { .cancel = a->cancel };
	const struct lifeboat_events events = { .context = &trouble,
		                                .progress = watch_storing,
		                                .trouble = note_trouble };
	const char *tags[TAGS];
	struct arena arena = ARENA_INIT;
	struct lifeboat_backup_options o = { .paths = &r->dir,
		                             .path_count = 1,
		                             .tags = tags,
		                             .description = decision,
		                             .read_all = 1,
		                             .events = &events };
	struct lifeboat_backup_result stored;
	struct lifeboat_error e;
	enum err_code rc;

	if (r->run == NULL)
		return err_set(err, ERR_USAGE, "%s: not a complete run", r->dir);
	o.tag_count = fill_tags(&arena, a, r, decision, tags);
	rc = arena_err(&arena, err);
	if (rc == ERR_OK)
		rc = archive_err(lifeboat_backup(a->repository, &o, &stored, &e), &e,
		                 err);
	if (rc == ERR_OK && stored.errors > 0)
		rc = err_set(err, ERR_IO, "%s", trouble.first);
	arena_fini(&arena);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", a->name);
}

/* ---- forgetting ---- */

static enum err_code prune(struct gate_archive *a, unsigned seconds,
                           struct gate_archive_cut *out, struct err *err)
{
	const struct lifeboat_prune_options o = { .max_unused = UNUSED_PERMILLE,
		                                  .seconds = seconds,
		                                  .events = &a->events };
	struct lifeboat_prune_result pruned;
	struct lifeboat_error e;
	enum err_code rc =
		archive_err(lifeboat_prune(a->repository, &o, &pruned, &e), &e, err);

	/* Another's prune does the work. */
	if (rc == ERR_LOCKED)
		return ERR_OK;
	if (rc == ERR_OK && pruned.bytes_after < pruned.bytes_before)
		out->freed = pruned.bytes_before - pruned.bytes_after;
	return rc;
}

static enum err_code forget(struct gate_archive *a,
                            const struct lifeboat_forget_options *o, unsigned seconds,
                            struct gate_archive_cut *out, struct err *err)
{
	struct lifeboat_forget_result gone;
	struct lifeboat_error e;
	enum err_code rc =
		archive_err(lifeboat_forget(a->repository, o, &gone, &e), &e, err);

	*out = (struct gate_archive_cut){ .removed = 0 };
	if (rc == ERR_OK) {
		out->removed = gone.removed;
		out->kept = gone.kept;
	}
	if (rc == ERR_OK && gone.removed > 0 && !o->dry_run)
		rc = prune(a, seconds, out, err);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", a->name);
}

enum err_code gate_archive_keep(struct gate_archive *a,
                                const struct gate_archive_rules *r, bool dry_run,
                                unsigned seconds, struct gate_archive_cut *out,
                                struct err *err)
{
	struct lifeboat_forget_options o = { .keep_within = r->within,
		                             .keep_last = r->last,
		                             .keep_hourly = r->hourly,
		                             .keep_daily = r->daily,
		                             .keep_weekly = r->weekly,
		                             .keep_monthly = r->monthly,
		                             .keep_yearly = r->yearly,
		                             .dry_run = dry_run };
	struct arena arena = ARENA_INIT;
	enum err_code rc;

	o.tags = arena_printf(&arena, ARCHIVE_TAG ",%s", a->id);
	rc = arena_err(&arena, err);
	if (rc == ERR_OK)
		rc = forget(a, &o, seconds, out, err);
	arena_fini(&arena);
	return rc;
}

enum err_code gate_archive_forget(struct gate_archive *a, const struct gate_archived *one,
                                  struct gate_archive_cut *out, struct err *err)
{
	const struct lifeboat_forget_options o = { .snapshots = &one->snapshot,
		                                   .snapshot_count = 1 };

	return forget(a, &o, 0, out, err);
}
