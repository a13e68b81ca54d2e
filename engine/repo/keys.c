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
	size_t left; /* to look at */
	size_t surplus;
};

static enum err_code walk_one(const char *key, uint64_t size, void *context,
                              struct err *err)
{
	struct walk *w = context;
	struct buf content = BUF_INIT;
	struct err fault = ERR_INIT;
	struct lb_id16 id;
	struct lb_slot s;
	enum err_code rc;

	(void)size;
	/* What has no slot's name is none. */
	if (!lb_id16_parse(span_from(span_str(key), sizeof(folder)), &id))
		return ERR_OK;
	if (w->left == 0) {
		w->surplus++;
		return ERR_OK;
	}
	w->left--;
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

enum err_code lb_slots_each(struct lb_backend *b, size_t max, lb_slot_visit *visit,
                            void *context, size_t *surplus, struct err *err)
{
	struct walk w = { b, visit, context, max, 0 };
	enum err_code rc = lb_backend_list(b, folder, walk_one, &w, err);

	*surplus = w.surplus;
	return rc;
}
