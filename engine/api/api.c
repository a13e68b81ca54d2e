// SPDX-License-Identifier: Apache-2.0
/* Errors, events and repositories of the public library. */
#include "api/api_internal.h"
#include "backend/store.h"
#include "base/mem.h"
#include "base/version.h"
#include "repo/init.h"
#include "repo/recipient.h"
#include "repo/recovery.h"

#include <string.h>

_Static_assert((int)ERR_UNSUPPORTED == LIFEBOAT_UNSUPPORTED, "codes are the engine's");

const char *lifeboat_code_name(int code)
{
	if (code == LIFEBOAT_OK)
		return "ok";
	if (code < LIFEBOAT_OK || code > LIFEBOAT_UNSUPPORTED)
		return "unknown";
	return err_name((enum err_code)code);
}

const char *lifeboat_version(void)
{
	return version_string();
}

int api_end(enum err_code rc, const struct err *err, struct lifeboat_error *out)
{
	if (out && rc == ERR_OK) {
		*out = (struct lifeboat_error){ .code = LIFEBOAT_OK };
	} else if (out) {
		out->code = (int)rc;
		out->os_code = err->os_code;
		memcpy(out->message, err->msg, sizeof out->message);
	}
	return (int)rc;
}

_Static_assert(sizeof((struct lifeboat_error *)0)->message ==
                       sizeof((struct err *)0)->msg,
               "texts of errors are copied whole");

/* ---- events ---- */

struct lifeboat_cancel *lifeboat_cancel_new(void)
{
	struct lifeboat_cancel *c = mem_new(sizeof *c);

	if (c)
		cancel_init(&c->token);
	return c;
}

void lifeboat_cancel_set(struct lifeboat_cancel *cancel)
{
	cancel_set(&cancel->token, 0);
}

void lifeboat_cancel_free(struct lifeboat_cancel *cancel)
{
	mem_free(cancel);
}

static void on_progress(void *context, const struct lb_progress *p)
{
	struct api_events *e = context;
	struct lifeboat_progress out = { .files = p->files_done,
		                         .bytes = p->bytes_done,
		                         .files_total = p->files_total,
		                         .bytes_total = p->bytes_total,
		                         .errors = p->errors,
		                         .current = p->current.ptr,
		                         .current_length = p->current.len };

	if (e->caller->progress(e->caller->context, &out) != 0)
		cancel_set(e->cancel, 0);
}

static void on_trouble(void *context, struct span path, const struct err *err)
{
	struct api_events *e = context;
	struct lifeboat_error out;

	(void)api_end(err->code, err, &out);
	e->caller->trouble(e->caller->context, path.ptr, path.len, &out);
}

void api_events_init(struct api_events *e, const struct lifeboat_events *caller,
                     struct lifeboat_cancel *cancel)
{
	*e = (struct api_events){ .caller = caller };
	cancel_init(&e->own);
	e->cancel = cancel ? &cancel->token : &e->own;
	e->engine.context = e;
	if (caller && caller->progress)
		e->engine.progress = on_progress;
	if (caller && caller->trouble)
		e->engine.trouble = on_trouble;
}

/* ---- repositories ---- */

/* Room for a secret that comes as text; the caller wipes it. */
struct parsed {
	unsigned char code[LB_RECOVERY];
	struct lb_key private;
};

static enum err_code unlock_of(const struct lifeboat_key *key, struct parsed *room,
                               struct lb_unlock *out, struct err *err)
{
	struct span secret = span_of(key->bytes, key->length);

	switch (key->kind) {
	case LIFEBOAT_KEY_PASSWORD:
		*out = (struct lb_unlock){ .kind = LB_SLOT_PASSWORD, .secret = secret };
		return ERR_OK;
	case LIFEBOAT_KEY_FILE:
		*out = (struct lb_unlock){ .kind = LB_SLOT_KEY_FILE, .secret = secret };
		return ERR_OK;
	case LIFEBOAT_KEY_RECOVERY:
		*out = (struct lb_unlock){ .kind = LB_SLOT_RECOVERY,
			                   .secret = span_of((const char *)room->code,
			                                     LB_RECOVERY) };
		return lb_recovery_parse(secret, room->code, err);
	case LIFEBOAT_KEY_PRIVATE:
		*out = (struct lb_unlock){ .kind = LB_SLOT_RECIPIENT,
			                   .recipient = &room->private };
		return lb_recipient_secret_parse(secret, &room->private, err);
	default:
		return err_set(err, ERR_USAGE, "a key of the unknown kind %d", key->kind);
	}
}

static const struct lb_store_options plain = { .rates = { 0, 0 } };

static enum err_code init(const char *path, const struct lb_unlock *unlock,
                          const char *label, struct err *err)
{
	struct lb_repo_plan plan;
	struct lb_backend *backend = NULL;
	enum err_code rc = lb_store_create(&backend, path, &plain, err);

	lb_repo_plan_default(&plan);
	plan.unlock = *unlock;
	plan.label = label ? label : "";
	if (rc == ERR_OK)
		rc = lb_repo_init(backend, &plan, err);
	lb_backend_close(backend);
	return rc;
}

int lifeboat_init(const char *path, const struct lifeboat_key *key, const char *label,
                  struct lifeboat_error *error)
{
	struct parsed room;
	struct lb_unlock unlock;
	struct err err = ERR_INIT;
	enum err_code rc = unlock_of(key, &room, &unlock, &err);

	if (rc == ERR_OK && unlock.kind == LB_SLOT_RECIPIENT)
		rc = err_set(&err, ERR_USAGE, "the first key has a secret of its own");
	if (rc == ERR_OK)
		rc = init(path, &unlock, label, &err);
	lb_wipe(&room, sizeof room);
	return api_end(rc, &err, error);
}

static enum err_code open_at(struct lb_repo **out, const char *path,
                             const struct lb_unlock *unlock, const char *cache_folder,
                             struct err *err)
{
	struct lb_backend *backend = NULL;
	enum err_code rc = lb_store_open(&backend, path, &plain, err);

	return rc == ERR_OK ? lb_repo_open(out, backend, unlock, cache_folder, err) : rc;
}

int lifeboat_open(struct lifeboat_repository **out, const char *path,
                  const struct lifeboat_key *key, const char *cache_folder,
                  struct lifeboat_error *error)
{
	struct lifeboat_repository *r = mem_new(sizeof *r);
	struct parsed room;
	struct lb_unlock unlock;
	struct err err = ERR_INIT;
	enum err_code rc = r ? unlock_of(key, &room, &unlock, &err) : err_nomem(&err);

	*out = NULL;
	if (rc == ERR_OK)
		rc = open_at(&r->repo, path, &unlock, cache_folder, &err);
	lb_wipe(&room, sizeof room);
	if (rc == ERR_OK)
		*out = r;
	else
		mem_free(r);
	return api_end(rc, &err, error);
}

void lifeboat_close(struct lifeboat_repository *repository)
{
	if (!repository)
		return;
	lb_repo_close(repository->repo);
	mem_free(repository);
}
