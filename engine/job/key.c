// SPDX-License-Identifier: Apache-2.0
#include "job/key_internal.h"

#include "base/mem.h"
#include "repo/keys.h"
#include "repo/log.h"

#include <string.h>

/* Without both of these in one key, nobody could ever give them out again. */
#define KEEP_ROLES (LB_ROLE_ADMIN | LB_ROLE_READ)

/* ---- add ---- */

static enum err_code may_administer(struct lb_repo *repo, struct err *err)
{
	/* Whether the key still counts is for the append to say: what was begun by one
	 * that does not any more is completed all the same. */
	if (lb_repo_keyset(repo)->roles & LB_ROLE_ADMIN)
		return lb_config_may_write(lb_repo_config(repo), err);
	return err_set(err, ERR_AUTH,
	               "this key may not change keys: it lacks the role \"admin\"");
}

/* It is in the store, and the secret opens it: a password that nobody could use again is
 * found before the old one goes. */
static enum err_code put_slot(struct lb_repo *repo, const struct lb_key_plan *plan,
                              const struct lb_keyset *keys, const struct lb_id16 *id,
                              struct err *err)
{
	const struct lb_config *config = lb_repo_config(repo);
	struct lb_backend *b = lb_repo_backend(repo);
	struct lb_slot_plan slot = { .kind = plan->unlock.kind,
		                     .id = *id,
		                     .suite = config->suite,
		                     .cost = plan->cost,
		                     .secret = plan->unlock.secret,
		                     .recipient = plan->recipient };
	struct buf content = BUF_INIT;
	struct lb_unlocked back = { .keys = NULL };
	enum err_code rc = lb_slot_create(&content, &slot, config, keys, err);

	if (rc == ERR_OK)
		rc = lb_slot_store(b, id, buf_span(&content), err);
	if (rc == ERR_OK && plan->unlock.kind != LB_SLOT_RECIPIENT)
		rc = lb_keys_unlock(&back, b, &plan->unlock, id, err);
	lb_keyset_free(back.keys);
	buf_fini(&content);
	return rc;
}

struct entry_change {
	struct lb_repo *repo;
	const struct lb_keyset *keys; /* to add */
	const struct lb_key_plan *plan;
	const struct lb_id16 *slot; /* to add, or to remove */
};

static enum err_code build_add(void *context, const struct lb_state *after,
                               struct lb_record *r, enum lb_build *what, struct err *err)
{
	const struct entry_change *c = context;

	(void)after;
	(void)err;
	r->type = LB_KEYS;
	r->has_key = true;
	lb_key_entry_init(&r->key, c->keys, c->slot, c->plan->label);
	*what = LB_BUILD_APPEND;
	return ERR_OK;
}

/* Is the entry in the log after all? An answer that was lost looks like a failure. */
static bool is_known(const struct lb_state *s, const struct lb_id16 *slot)
{
	size_t count;
	const struct lb_writer *w = lb_state_writers(s, &count);

	for (size_t i = 0; i < count; i++)
		if (lb_id16_eq(&w[i].key.slot, slot))
			return true;
	return false;
}

/* A failure to tidy up is shown by the list of keys. */
static void give_up_slot(struct lb_repo *repo, const struct lb_id16 *id, enum err_code rc)
{
	bool unknown = rc == ERR_IO || rc == ERR_TIMEOUT;

	if (unknown && (lb_log_head(lb_repo_log(repo), NULL) != ERR_OK ||
	                is_known(lb_repo_state(repo), id)))
		return;
	(void)!lb_slot_delete(lb_repo_backend(repo), id, NULL);
}

static enum err_code add(struct lb_repo *repo, const struct lb_key_plan *plan,
                         const struct lb_keyset *keys, struct lb_id16 *id,
                         struct err *err)
{
	struct entry_change c = { .repo = repo, .keys = keys, .plan = plan, .slot = id };
	uint64_t slot;
	enum err_code rc;

	lb_id16_random(id);
	rc = put_slot(repo, plan, keys, id, err);
	if (rc == ERR_OK)
		rc = lb_log_append(lb_repo_log(repo), build_add, &c, &slot, err);
	if (rc != ERR_OK)
		give_up_slot(repo, id, rc);
	return rc;
}

struct room {
	size_t slots;
	uint64_t work;
};

static enum err_code count_slot(const struct lb_id16 *id, const struct lb_slot *slot,
                                enum err_code rc, const struct err *fault, void *context,
                                struct err *err)
{
	struct room *r = context;

	(void)id;
	(void)rc;
	(void)fault;
	(void)err;
	r->slots++;
	r->work += slot ? lb_pwhash_work(&slot->cost) : 0;
	return ERR_OK;
}

/* What is added beyond what an opening looks at would open for nobody. */
static enum err_code find_room(struct lb_repo *repo, const struct lb_key_plan *plan,
                               struct err *err)
{
	struct room r = { 0, 0 };
	size_t more;
	enum err_code rc = lb_slots_each(lb_repo_backend(repo), LB_SLOTS_MAX, count_slot,
	                                 &r, &more, err);

	if (plan->unlock.kind == LB_SLOT_PASSWORD)
		r.work += lb_pwhash_work(&plan->cost);
	if (rc == ERR_OK && (r.slots >= LB_SLOTS_MAX || r.work > LB_PWHASH_WORK_MAX))
		rc = err_set(err, ERR_LIMIT,
		             "there are %zu keys already, and no room for one more: "
		             "remove some by `lifeboat key remove`",
		             r.slots + more);
	return rc;
}

enum err_code lb_key_may_add(struct lb_repo *repo, uint32_t roles, struct err *err)
{
	struct lb_keyset *keys = NULL;
	enum err_code rc = may_administer(repo, err);

	if (rc == ERR_OK)
		rc = lb_log_may_append(lb_repo_log(repo), LB_KEYS, err);
	if (rc == ERR_OK)
		rc = lb_keyset_grant(&keys, lb_repo_keyset(repo), roles, err);
	lb_keyset_free(keys);
	return rc;
}

enum err_code lb_key_add(struct lb_repo *repo, const struct lb_key_plan *plan,
                         struct lb_id16 *id, struct err *err)
{
	struct lb_keyset *keys = NULL;
	enum err_code rc = may_administer(repo, err);

	if (rc == ERR_OK)
		rc = lb_keyset_grant(&keys, lb_repo_keyset(repo), plan->roles, err);
	if (rc == ERR_OK)
		rc = find_room(repo, plan, err);
	if (rc == ERR_OK)
		rc = add(repo, plan, keys, id, err);
	lb_keyset_free(keys);
	return rc;
}

/* ---- remove ---- */

/* Would a key be left that can do everything for others? Its slot counts only as far as
 * it can be read; whether anybody knows its secret cannot be told. */
static enum err_code check_left(struct key_listing *l, const struct lb_id16 *id,
                                struct err *err)
{
	const struct lb_key_info *k = key_listing_find(l, id);

	if (!k || k->standing != LB_KEY_GOOD || (k->roles & KEEP_ROLES) != KEEP_ROLES)
		return ERR_OK;
	for (size_t i = 0; i < l->count; i++)
		if (&l->items[i] != k && l->items[i].standing == LB_KEY_GOOD &&
		    (l->items[i].roles & KEEP_ROLES) == KEEP_ROLES)
			return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "it is the last key that can read and administer: add another "
	               "one first");
}

static enum err_code build_remove(void *context, const struct lb_state *after,
                                  struct lb_record *r, enum lb_build *what,
                                  struct err *err)
{
	const struct entry_change *c = context;
	struct key_listing l;
	const struct lb_key_info *k;
	enum err_code rc = key_listing_load(c->repo, after, &l, err);

	if (rc == ERR_OK)
		rc = check_left(&l, c->slot, err);
	if (rc == ERR_OK) {
		k = key_listing_find(&l, c->slot);
		*what = k && k->standing != LB_KEY_UNFINISHED &&
		                        k->standing != LB_KEY_LEFT_OVER
		                ? LB_BUILD_APPEND
		                : LB_BUILD_GIVE_UP; /* only the slot is there */
		r->type = LB_KEYS;
		r->has_key_removed = true;
		r->key_removed = *c->slot;
	}
	mem_free(l.items);
	return rc;
}

enum err_code lb_key_remove(struct lb_repo *repo, const struct lb_id16 *id,
                            struct err *err)
{
	struct entry_change c = { .repo = repo, .slot = id };
	uint64_t slot;
	enum err_code rc = may_administer(repo, err);

	if (rc == ERR_OK)
		rc = lb_log_append(lb_repo_log(repo), build_remove, &c, &slot, err);
	if (rc != ERR_OK)
		return rc;
	rc = lb_slot_delete(lb_repo_backend(repo), id, err);
	if (rc == ERR_OK)
		return ERR_OK;
	return err_wrap(err, rc,
	                "the key does not count any more, but its slot is still there; "
	                "remove it again");
}

enum err_code lb_key_may_remove(struct lb_repo *repo, const struct lb_id16 *id,
                                struct err *err)
{
	struct key_listing l = { .items = NULL };
	enum err_code rc = may_administer(repo, err);

	if (rc == ERR_OK)
		rc = key_listing_load(repo, lb_repo_state(repo), &l, err);
	if (rc == ERR_OK)
		rc = check_left(&l, id, err);
	mem_free(l.items);
	return rc;
}

/* ---- replace ---- */

static const struct lb_writer *own_entry(struct lb_repo *repo)
{
	size_t count;
	const struct lb_writer *w = lb_state_writers(lb_repo_state(repo), &count);

	for (size_t i = 0; i < count; i++)
		if (lb_id16_eq(&w[i].key.slot, lb_repo_slot(repo)))
			return &w[i];
	return NULL;
}

enum err_code lb_key_replace(struct lb_repo *repo, struct lb_key_plan *plan,
                             struct lb_id16 *id, struct err *err)
{
	const struct lb_writer *own = own_entry(repo);
	char label[sizeof own->key.label] = "";
	enum err_code rc;

	plan->roles = lb_repo_keyset(repo)->roles;
	if (!plan->label && own) {
		/* the state moves as the log grows */
		memcpy(label, own->key.label, sizeof label);
		plan->label = label;
	}
	rc = lb_key_add(repo, plan, id, err);
	if (plan->label == label)
		plan->label = NULL;
	if (rc != ERR_OK)
		return rc;
	rc = lb_key_remove(repo, lb_repo_slot(repo), err);
	if (rc == ERR_OK)
		return ERR_OK;
	return err_wrap(err, rc,
	                "the new key opens the repository, and so does the old one");
}
