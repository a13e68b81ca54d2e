// SPDX-License-Identifier: Apache-2.0
/* Unlocking: which slots are tried, in which order, and how much that may cost. */
#include "backend/backend.h"
#include "base/mem.h"
#include "repo/keys.h"

#include <stdlib.h>
#include <string.h>

/* Does this say that the object is not there, or not what it was? */
static bool lost(enum err_code rc)
{
	return rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_LIMIT;
}

/* A slot that costs something to try. */
struct candidate {
	struct lb_id16 id;
	uint64_t work;
};

/* An attempt on every slot. */
struct attempt {
	struct lb_backend *backend;
	const struct lb_unlock *how;
	const struct lb_id16 *only; /* NULL: any */
	const struct lb_id16 *skip;
	size_t skip_count;
	uint64_t *spent;
	struct span config; /* empty: lost */
	struct lb_unlocked *out;
	struct candidate *later;
	size_t later_count;
	size_t later_cap;
	size_t slots;
	size_t damaged;
	size_t tried;
	size_t untried;     /* too many, or too costly */
	struct err altered; /* the secret was right there */
	struct err memory;  /* a slot asks for more than there is */
};

static bool is_skipped(const struct attempt *a, const struct lb_id16 *id)
{
	for (size_t i = 0; i < a->skip_count; i++)
		if (lb_id16_eq(&a->skip[i], id))
			return true;
	return a->only != NULL && !lb_id16_eq(a->only, id);
}

static uint64_t work_of(const struct lb_slot *slot)
{
	return lb_pwhash_work(&slot->cost);
}

static enum err_code try_slot(struct attempt *a, const struct lb_slot *slot,
                              struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	a->tried++;
	*a->spent += work_of(slot);
	rc = lb_slot_open(&a->out->keys, slot, a->how, a->config, &why);
	if (rc == ERR_AUTH)
		return ERR_OK;
	if (rc == ERR_CORRUPT) {
		a->altered = why;
		return ERR_OK;
	}
	if (rc == ERR_NOMEM && work_of(slot) > 0) {
		a->memory = why;
		return ERR_OK;
	}
	if (rc != ERR_OK)
		return err_set(err, rc, "%s", why.msg);
	a->out->slot = slot->id;
	/* The slot was sealed with its copy, so this one is as authentic as the keys. */
	return lb_config_decode(&a->out->config, slot->config, err);
}

static enum err_code see_slot(const struct lb_id16 *id, const struct lb_slot *slot,
                              enum err_code rc, const struct err *fault, void *context,
                              struct err *err)
{
	struct attempt *a = context;

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
	if (work_of(slot) == 0)
		return try_slot(a, slot, err);
	if (!mem_grow(&a->later, a->later_count, &a->later_cap, sizeof *a->later))
		return err_nomem(err);
	a->later[a->later_count++] = (struct candidate){ *id, work_of(slot) };
	return ERR_OK;
}

static int compare_work(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;

	if (a->work != b->work)
		return a->work < b->work ? -1 : 1;
	return memcmp(&a->id, &b->id, sizeof a->id);
}

/* One that is not any more what it was when it was seen is passed over. */
static enum err_code try_candidate(struct attempt *a, const struct candidate *c,
                                   struct err *err)
{
	struct buf content = BUF_INIT;
	struct err fault = ERR_INIT;
	struct lb_slot slot;
	enum err_code rc = lb_slot_load(&slot, &content, a->backend, &c->id, &fault);

	if (rc == ERR_OK && slot.kind == a->how->kind && work_of(&slot) == c->work)
		rc = try_slot(a, &slot, err);
	else if (rc == ERR_OK || lost(rc) || rc == ERR_UNSUPPORTED)
		rc = ERR_OK;
	else
		rc = err_set(err, rc, "%s", fault.msg);
	buf_fini(&content);
	return rc;
}

/* Whoever can write to `keys` can put slots there that open for nobody and take minutes
 * to try. So the cheapest come first, and there is an end. */
static enum err_code try_candidates(struct attempt *a, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (a->later_count > 0)
		qsort(a->later, a->later_count, sizeof *a->later, compare_work);
	for (size_t i = 0; i < a->later_count && rc == ERR_OK; i++) {
		if (a->out->keys != NULL)
			break;
		if (*a->spent > LB_PWHASH_WORK_MAX - a->later[i].work) {
			a->untried += a->later_count - i;
			break;
		}
		rc = try_candidate(a, &a->later[i], err);
	}
	return rc;
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
	if (a->untried > 0)
		return err_set(
			err, ERR_LIMIT,
			"%s: none of the %zu key slots tried opens, and %zu more cost "
			"more than one opening may; remove from `keys` what is not "
			"yours",
			where, a->tried, a->untried);
	if (a->memory.code != ERR_OK)
		return err_set(err, a->memory.code, "%s: %s", where, a->memory.msg);
	if (a->tried == 0)
		return no_candidate(a, config_rc, where, err);
	return err_set(err, ERR_AUTH, "%s: wrong %s (key slots tried: %zu, damaged: %zu)",
	               where, lb_slot_kind_name(a->how->kind), a->tried, a->damaged);
}

static enum err_code unlock(struct attempt *a, struct err *err)
{
	struct lb_backend *b = a->backend;
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
	rc = lb_slots_each(b, LB_SLOTS_MAX, see_slot, a, &a->untried, err);
	if (rc == ERR_OK)
		rc = try_candidates(a, err);
	if (rc == ERR_OK && out->keys == NULL)
		rc = no_slot(a, config_rc, lb_backend_name(b), err);
	if (rc != ERR_OK) {
		lb_keyset_free(out->keys);
		out->keys = NULL;
	}
	mem_free(a->later);
	return rc;
}

enum err_code lb_keys_unlock(struct lb_unlocked *out, struct lb_backend *b,
                             const struct lb_unlock *how, const struct lb_id16 *only,
                             struct err *err)
{
	uint64_t spent = 0;
	struct attempt a = { .backend = b,
		             .how = how,
		             .only = only,
		             .spent = &spent,
		             .out = out,
		             .altered = ERR_INIT,
		             .memory = ERR_INIT };

	return unlock(&a, err);
}

enum err_code lb_keys_unlock_but(struct lb_unlocked *out, struct lb_backend *b,
                                 const struct lb_unlock *how, const struct lb_id16 *skip,
                                 size_t skip_count, uint64_t *spent, struct err *err)
{
	struct attempt a = { .backend = b,
		             .how = how,
		             .skip = skip,
		             .skip_count = skip_count,
		             .spent = spent,
		             .out = out,
		             .altered = ERR_INIT,
		             .memory = ERR_INIT };

	return unlock(&a, err);
}
