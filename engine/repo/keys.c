// SPDX-License-Identifier: Apache-2.0
#include "repo/keys.h"

#include "backend/backend.h"
#include "repo/doubled.h"

#include <string.h>

static const char config_key[] = "config";
static const char folder[] = "keys";

void lb_slot_store_key(const struct lb_id16 *id, char out[LB_SLOT_KEY])
{
	memcpy(out, "keys/", 5);
	lb_id16_hex(id, out + 5);
}

/* Puts an object that is written once. */
static enum err_code store(struct lb_backend *b, const char *key, struct span content,
                           struct err *err)
{
	struct buf object = BUF_INIT;
	enum err_code rc;

	if ((rc = lb_doubled_put(&object, content, err)) == ERR_OK)
		rc = lb_backend_put_new(b, key, buf_span(&object), err);
	buf_fini(&object);
	return rc;
}

/* The content of a doubled object, borrowed from `object`. */
static enum err_code load(struct lb_backend *b, const char *key, size_t max,
                          struct buf *object, struct span *content, struct err *err)
{
	enum err_code rc;

	rc = lb_backend_get(b, key, lb_doubled_max(max), object, err);
	if (rc != ERR_OK)
		return rc;
	if ((rc = lb_doubled_get(buf_span(object), max, content, err)) != ERR_OK)
		return err_wrap(err, rc, "%s: %s", lb_backend_name(b), key);
	return ERR_OK;
}

enum err_code lb_config_store(struct lb_backend *b, const struct lb_config *config,
                              struct err *err)
{
	enum err_code rc = store(b, config_key, lb_config_content(config), err);

	if (rc == ERR_EXISTS)
		return err_set(err, rc, "%s: there is a repository already",
		               lb_backend_name(b));
	return rc;
}

enum err_code lb_config_load(struct lb_config *out, struct lb_backend *b, struct err *err)
{
	struct buf object = BUF_INIT;
	struct span content;
	enum err_code rc;

	rc = load(b, config_key, LB_CONFIG_MAX, &object, &content, err);
	if (rc == ERR_OK && (rc = lb_config_decode(out, content, err)) != ERR_OK)
		rc = err_wrap(err, rc, "%s", lb_backend_name(b));
	buf_fini(&object);
	return rc;
}

enum err_code lb_slot_store(struct lb_backend *b, const struct lb_id16 *id,
                            struct span content, struct err *err)
{
	char key[LB_SLOT_KEY];

	lb_slot_store_key(id, key);
	return store(b, key, content, err);
}

enum err_code lb_slot_load(struct lb_slot *out, struct buf *content, struct lb_backend *b,
                           const struct lb_id16 *id, struct err *err)
{
	char key[LB_SLOT_KEY];
	struct span inner;
	enum err_code rc;

	lb_slot_store_key(id, key);
	if ((rc = load(b, key, LB_SLOT_MAX, content, &inner, err)) != ERR_OK)
		return rc;
	if ((rc = lb_slot_parse(out, inner, err)) != ERR_OK)
		return err_wrap(err, rc, "%s: %s", lb_backend_name(b), key);
	if (!lb_id16_eq(&out->id, id))
		return err_set(err, ERR_CORRUPT, "%s: %s: this is another slot's content",
		               lb_backend_name(b), key);
	return ERR_OK;
}

enum err_code lb_slot_delete(struct lb_backend *b, const struct lb_id16 *id,
                             struct err *err)
{
	char key[LB_SLOT_KEY];

	lb_slot_store_key(id, key);
	return lb_backend_delete(b, key, err);
}

struct walk {
	struct lb_backend *backend;
	lb_slot_visit *visit;
	void *context;
};

static enum err_code walk_one(const char *key, uint64_t size, void *context,
                              struct err *err)
{
	const struct walk *w = context;
	struct buf content = BUF_INIT;
	struct err fault = ERR_INIT;
	struct lb_id16 id;
	struct lb_slot s;
	enum err_code rc;

	(void)size;
	/* What has no slot's name is none. */
	if (!lb_id16_parse(span_from(span_str(key), sizeof(folder)), &id))
		return ERR_OK;
	rc = lb_slot_load(&s, &content, w->backend, &id, &fault);
	if (rc == ERR_NOMEM)
		rc = err_nomem(err);
	else if (rc == ERR_NOT_FOUND)
		rc = ERR_OK; /* removed since it was listed */
	else
		rc = w->visit(&id, rc == ERR_OK ? &s : NULL, rc, &fault, w->context, err);
	buf_fini(&content);
	return rc;
}

enum err_code lb_slots_each(struct lb_backend *b, lb_slot_visit *visit, void *context,
                            struct err *err)
{
	struct walk w = { b, visit, context };

	return lb_backend_list(b, folder, walk_one, &w, err);
}

/* Does this say that the object is not there, or not what it was? */
static bool lost(enum err_code rc)
{
	return rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_LIMIT;
}

/* An attempt on every slot. */
struct attempt {
	const struct lb_unlock *how;
	const struct lb_id16 *only; /* NULL: any */
	const struct lb_id16 *skip;
	size_t skip_count;
	struct span config; /* empty: lost */
	struct lb_unlocked *out;
	size_t slots;
	size_t damaged;
	size_t tried;
	struct err altered; /* the secret was right there */
};

static bool is_skipped(const struct attempt *a, const struct lb_id16 *id)
{
	for (size_t i = 0; i < a->skip_count; i++)
		if (lb_id16_eq(&a->skip[i], id))
			return true;
	return a->only != NULL && !lb_id16_eq(a->only, id);
}

static enum err_code try_slot(const struct lb_id16 *id, const struct lb_slot *slot,
                              enum err_code rc, const struct err *fault, void *context,
                              struct err *err)
{
	struct attempt *a = context;
	struct err why = ERR_INIT;

	a->slots++;
	if (a->out->keys != NULL || is_skipped(a, id))
		return ERR_OK;
	if (slot == NULL) {
		a->damaged++;
		if (lost(rc) || rc == ERR_UNSUPPORTED)
			return ERR_OK;
		return err_set(err, rc, "%s", fault->msg);
	}
	if (slot->kind != a->how->kind)
		return ERR_OK;
	a->tried++;
	rc = lb_slot_open(&a->out->keys, slot, a->how, a->config, &why);
	if (rc == ERR_AUTH)
		return ERR_OK;
	if (rc == ERR_CORRUPT) {
		a->altered = why;
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return err_set(err, rc, "%s", why.msg);
	a->out->slot = *id;
	/* The slot was sealed with its copy, so this one is as authentic as the keys. */
	return lb_config_decode(&a->out->config, slot->config, err);
}

/* Nothing to try: `config_rc` says what became of the configuration. */
static enum err_code no_candidate(const struct attempt *a, enum err_code config_rc,
                                  const char *where, struct err *err)
{
	const char *kind = lb_slot_kind_name(a->how->kind);
	char id[LB_ID16_HEX];

	if (a->slots == 0 && config_rc == ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "%s: there is no repository", where);
	if (a->slots == 0)
		return err_set(err, ERR_CORRUPT,
		               "%s: no key slot is left in `keys`, and nothing opens "
		               "without one; put back a copy",
		               where);
	if (a->damaged > 0)
		return err_set(
			err, ERR_CORRUPT,
			"%s: %zu of %zu key slots are damaged, and no other is for "
			"this %s",
			where, a->damaged, a->slots, kind);
	if (a->only == NULL)
		return err_set(err, ERR_AUTH, "%s: no key slot is for a %s", where, kind);
	lb_id16_hex(a->only, id);
	return err_set(err, ERR_AUTH, "%s: there is no key slot %s for a %s", where, id,
	               kind);
}

/* Why no slot has opened. */
static enum err_code no_slot(const struct attempt *a, enum err_code config_rc,
                             const char *where, struct err *err)
{
	if (a->altered.code != ERR_OK)
		return err_set(err, a->altered.code, "%s: %s", where, a->altered.msg);
	if (a->tried == 0)
		return no_candidate(a, config_rc, where, err);
	return err_set(err, ERR_AUTH, "%s: wrong %s (key slots tried: %zu, damaged: %zu)",
	               where, lb_slot_kind_name(a->how->kind), a->tried, a->damaged);
}

static enum err_code unlock(struct attempt *a, struct lb_backend *b, struct err *err)
{
	struct lb_unlocked *out = a->out;
	struct lb_config stored = { 0 };
	enum err_code config_rc;
	enum err_code rc;

	*out = (struct lb_unlocked){ 0 };
	config_rc = lb_config_load(&stored, b, err);
	if (config_rc == ERR_OK)
		a->config = lb_config_content(&stored);
	else if (!lost(config_rc))
		return config_rc;
	out->config_lost = config_rc != ERR_OK;
	rc = lb_slots_each(b, try_slot, a, err);
	if (rc == ERR_OK && out->keys == NULL)
		rc = no_slot(a, config_rc, lb_backend_name(b), err);
	if (rc != ERR_OK) {
		lb_keyset_free(out->keys);
		out->keys = NULL;
	}
	return rc;
}

enum err_code lb_keys_unlock(struct lb_unlocked *out, struct lb_backend *b,
                             const struct lb_unlock *how, const struct lb_id16 *only,
                             struct err *err)
{
	struct attempt a = { .how = how, .only = only, .out = out, .altered = ERR_INIT };

	return unlock(&a, b, err);
}

enum err_code lb_keys_unlock_but(struct lb_unlocked *out, struct lb_backend *b,
                                 const struct lb_unlock *how, const struct lb_id16 *skip,
                                 size_t skip_count, struct err *err)
{
	struct attempt a = { .how = how,
		             .skip = skip,
		             .skip_count = skip_count,
		             .out = out,
		             .altered = ERR_INIT };

	return unlock(&a, b, err);
}
