// SPDX-License-Identifier: Apache-2.0
#include "repo/init.h"

#include "backend/backend.h"
#include "crypto/digest.h"
#include "os/clock.h"
#include "repo/doubled.h"
#include "repo/keys.h"
#include "repo/keyset.h"
#include "repo/record_seal.h"

#include <string.h>

#define GENESIS_KEY "log/00000000/00000000"

enum { OTHERS_MAX = 1000 }; /* that begin at the same time */

void lb_repo_plan_default(struct lb_repo_plan *p)
{
	*p = (struct lb_repo_plan){ .cost = LB_PWHASH_DEFAULT };
	lb_config_default(&p->config);
}

/*
 * Several may run at once, or begin where one was cut off, and `config` decides: of all
 * callers exactly one puts it. So nobody takes anything away before that but what is his
 * own. The winner then sees to it that the log begins with his GENESIS, and removes the
 * key slots that were there before his configuration, which nobody can have added to it.
 */

/* ---- what is there already ---- */

static enum err_code refuse_config(struct lb_backend *b, struct err *err)
{
	uint64_t size;
	enum err_code rc = lb_backend_size(b, "config", &size, err);

	if (rc == ERR_OK)
		return err_set(err, ERR_EXISTS, "%s: there is a repository already",
		               lb_backend_name(b));
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* A log that goes on, packs: somebody has stored something here. */
static enum err_code refuse_used(const char *key, uint64_t size, void *context,
                                 struct err *err)
{
	struct lb_backend *b = context;
	enum err_code rc;

	(void)size;
	if (strcmp(key, GENESIS_KEY) == 0)
		return ERR_OK;
	rc = refuse_config(b, err); /* it may have come meanwhile */
	if (rc != ERR_OK)
		return rc;
	return err_set(err, ERR_EXISTS,
	               "%s: there is a repository whose `config` is gone (it has %s); "
	               "`lifeboat repair config` takes it from a key slot",
	               lb_backend_name(b), key);
}

static enum err_code note_slot(const char *key, uint64_t size, void *context,
                               struct err *err)
{
	struct lb_ids *slots = context;
	struct lb_id id = { { 0 } };
	struct lb_id16 slot;

	(void)size;
	if (!lb_id16_parse(span_from(span_str(key), strlen("keys/")), &slot))
		return ERR_OK;
	memcpy(id.b, slot.b, sizeof(slot.b));
	return lb_ids_add(slots, &id) ? ERR_OK : err_nomem(err);
}

/* ERR_EXISTS, or the key slots that were left. */
static enum err_code look_around(struct lb_backend *b, struct lb_ids *left,
                                 struct err *err)
{
	static const char *const used[] = { "log", "packs", "index" };
	enum err_code rc = refuse_config(b, err);

	for (size_t i = 0; rc == ERR_OK && i < sizeof(used) / sizeof(*used); i++)
		rc = lb_backend_list(b, used[i], refuse_used, b, err);
	return rc == ERR_OK ? lb_backend_list(b, "keys", note_slot, left, err) : rc;
}

/* ---- GENESIS ---- */

static enum err_code make_genesis(struct buf *bytes, struct lb_keyset *keys,
                                  const struct lb_config *config,
                                  const struct lb_id16 *slot, const char *label,
                                  struct err *err)
{
	struct lb_keyring *ring = NULL;
	struct lb_sign_key sign;
	struct lb_record_sealer sealer = { .sign = &sign };
	struct lb_record_codec codec;
	struct lb_record r;
	enum err_code rc = lb_keyset_keyring(&ring, keys, config, err);

	if (rc != ERR_OK)
		return rc;
	lb_record_init(&r, LB_GENESIS);
	lb_sign_derive(&sign, &keys->seed);
	sealer.keyring = ring;
	codec = lb_record_codec_of(&sealer);
	r.slot = 0;
	r.start = 0;
	lb_id16_random(&r.session);
	lb_id16_random(&r.nonce);
	r.has_config = true;
	r.config = config->hash;
	r.has_key = true;
	lb_key_entry_init(&r.key, keys, slot, label);
	rc = codec.encode(codec.context, &r, bytes, err);
	if (rc == ERR_OK)
		rc = lb_hash(buf_span(bytes), &keys->genesis, err);
	lb_sign_wipe(&sign);
	lb_record_fini(&r);
	lb_keyring_free(ring);
	return rc;
}

/* ---- all of it ---- */

static enum err_code put_slot(struct lb_backend *b, const struct lb_repo_plan *plan,
                              const struct lb_keyset *keys, const struct lb_id16 *id,
                              struct err *err)
{
	struct lb_slot_plan slot = { .kind = plan->unlock.kind,
		                     .id = *id,
		                     .suite = plan->config.suite,
		                     .cost = plan->cost,
		                     .secret = plan->unlock.secret };
	struct buf content = BUF_INIT;
	enum err_code rc = lb_slot_create(&content, &slot, &plan->config, keys, err);

	if (rc == ERR_OK)
		rc = lb_slot_store(b, id, buf_span(&content), err);
	buf_fini(&content);
	return rc;
}

static enum err_code put_genesis(struct lb_backend *b, struct span record,
                                 struct err *err)
{
	struct buf object = BUF_INIT;
	enum err_code rc = lb_doubled_put(&object, record, err);

	if (rc == ERR_OK)
		rc = lb_backend_put_new(b, GENESIS_KEY, buf_span(&object), err);
	buf_fini(&object);
	return rc;
}

/* After the one that has put `config` nobody begins any more, but those that had begun
 * may still put theirs, once each: also where another's has just been taken away. */
static enum err_code own_genesis(struct lb_backend *b, struct span record,
                                 struct err *err)
{
	enum err_code rc = put_genesis(b, record, err);

	for (size_t i = 0; i < OTHERS_MAX && rc == ERR_EXISTS; i++) {
		rc = lb_backend_delete(b, GENESIS_KEY, err);
		if (rc == ERR_OK)
			rc = put_genesis(b, record, err);
	}
	return rc;
}

static void remove_slots(struct lb_backend *b, const struct lb_ids *left)
{
	for (size_t i = 0; i < left->count; i++) {
		struct lb_id16 slot;

		memcpy(slot.b, left->ids[i].b, sizeof(slot.b));
		(void)!lb_slot_delete(b, &slot, NULL); /* `lifeboat key list` shows it */
	}
}

static enum err_code put_all(struct lb_backend *b, const struct lb_repo_plan *plan,
                             struct lb_keyset *keys, const struct lb_ids *left,
                             struct err *err)
{
	struct buf genesis = BUF_INIT;
	struct lb_id16 slot;
	enum err_code rc;

	lb_id16_random(&slot);
	rc = make_genesis(&genesis, keys, &plan->config, &slot, plan->label, err);
	if (rc == ERR_OK)
		rc = put_slot(b, plan, keys, &slot, err);
	if (rc == ERR_OK) {
		rc = put_genesis(b, buf_span(&genesis), err);
		if (rc == ERR_OK || rc == ERR_EXISTS)
			rc = lb_config_store(b, &plan->config, err);
		if (rc == ERR_EXISTS)
			(void)!lb_slot_delete(b, &slot, NULL);
	}
	if (rc == ERR_OK)
		rc = own_genesis(b, buf_span(&genesis), err);
	if (rc == ERR_OK)
		remove_slots(b, left);
	buf_fini(&genesis);
	return rc;
}

enum err_code lb_repo_init(struct lb_backend *b, struct lb_repo_plan *plan,
                           struct err *err)
{
	struct lb_keyset *keys = NULL;
	struct lb_ids left = { 0 };
	enum err_code rc = lb_crypto_init(err);

	if (rc == ERR_OK)
		rc = look_around(b, &left, err);
	if (rc == ERR_OK)
		rc = lb_backend_probe(b, &plan->config.arbitration, err);
	if (rc == ERR_OK)
		rc = lb_backend_arbitrate(b, plan->config.arbitration, err);
	plan->config.created = os_now_ms() * 1000000;
	if (rc == ERR_OK)
		rc = lb_config_encode(&plan->config, err);
	if (rc == ERR_OK)
		rc = lb_keyset_generate(&keys, err);
	if (rc == ERR_OK)
		rc = put_all(b, plan, keys, &left, err);
	lb_keyset_free(keys);
	lb_ids_fini(&left);
	return rc;
}
