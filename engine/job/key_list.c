// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "job/key_internal.h"
#include "repo/keys.h"
#include "snapshot/select.h"

#include <string.h>

const char *lb_key_standing_name(enum lb_key_standing standing)
{
	static const char *const names[] = {
		[LB_KEY_GOOD] = "good",           [LB_KEY_UNFINISHED] = "unfinished",
		[LB_KEY_LEFT_OVER] = "left over", [LB_KEY_NO_SLOT] = "without slot",
		[LB_KEY_DAMAGED] = "damaged",
	};

	return names[standing];
}

struct lb_key_info *key_listing_find(struct key_listing *l, const struct lb_id16 *slot)
{
	for (size_t i = 0; i < l->count; i++)
		if (lb_id16_eq(&l->items[i].slot, slot))
			return &l->items[i];
	return NULL;
}

static struct lb_key_info *push(struct key_listing *l, const struct lb_id16 *slot)
{
	struct lb_key_info *k;

	if (!mem_grow(&l->items, l->count, &l->cap, sizeof *l->items))
		return NULL;
	k = &l->items[l->count++];
	*k = (struct lb_key_info){ .slot = *slot,
		                   .current = lb_id16_eq(slot, lb_repo_slot(l->repo)) };
	return k;
}

/* What the log says; the slots have not been seen yet. */
static enum err_code list_entries(struct key_listing *l, struct err *err)
{
	size_t count;
	const struct lb_writer *w = lb_state_writers(l->state, &count);

	for (size_t i = 0; i < count; i++) {
		struct lb_key_info *k = key_listing_find(l, &w[i].key.slot);

		if (!k)
			k = push(l, &w[i].key.slot);
		if (!k)
			return err_nomem(err);
		k->standing =
			w[i].removed == LB_NO_SLOT ? LB_KEY_NO_SLOT : LB_KEY_LEFT_OVER;
		k->roles = w[i].key.roles;
		k->time = w[i].key.time;
		memcpy(k->label, w[i].key.label, sizeof k->label);
	}
	return ERR_OK;
}

static enum err_code see_slot(const struct lb_id16 *id, const struct lb_slot *slot,
                              enum err_code rc, const struct err *fault, void *context,
                              struct err *err)
{
	struct key_listing *l = context;
	struct lb_key_info *k = key_listing_find(l, id);

	if (!slot && rc != ERR_CORRUPT && rc != ERR_LIMIT && rc != ERR_UNSUPPORTED)
		return err_set(err, rc, "%s", fault->msg);
	if (!k) {
		k = push(l, id);
		if (!k)
			return err_nomem(err);
		k->standing = LB_KEY_UNFINISHED;
	} else if (k->standing == LB_KEY_NO_SLOT) {
		k->standing = slot ? LB_KEY_GOOD : LB_KEY_DAMAGED;
	}
	k->has_slot = true;
	k->kind = slot ? slot->kind : (enum lb_slot_kind)0;
	return ERR_OK;
}

/* Removed keys whose slots are gone as well are history. */
static void drop_gone(struct key_listing *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].standing != LB_KEY_LEFT_OVER || l->items[i].has_slot)
			l->items[kept++] = l->items[i];
	l->count = kept;
}

enum err_code key_listing_load(struct lb_repo *repo, const struct lb_state *state,
                               struct key_listing *l, struct err *err)
{
	size_t none;
	enum err_code rc;

	*l = (struct key_listing){ .repo = repo, .state = state };
	rc = list_entries(l, err);
	if (rc == ERR_OK)
		rc = lb_slots_each(lb_repo_backend(repo), SIZE_MAX, see_slot, l, &none,
		                   err);
	if (rc == ERR_OK)
		drop_gone(l);
	return rc;
}

enum err_code lb_keys_list(struct lb_repo *repo, struct lb_key_info **out, size_t *count,
                           struct err *err)
{
	struct key_listing l;
	enum err_code rc = key_listing_load(repo, lb_repo_state(repo), &l, err);

	if (rc != ERR_OK) {
		mem_free(l.items);
		return rc;
	}
	*out = l.items;
	*count = l.count;
	return ERR_OK;
}

static bool names(const struct lb_key_info *k, struct span text)
{
	char hex[LB_ID16_HEX];

	lb_id16_hex(&k->slot, hex);
	return span_eq_str(text, k->label) ||
	       (text.len >= LB_SELECT_DIGITS_MIN && span_starts(span_str(hex), text));
}

enum err_code lb_keys_find(const struct lb_key_info *keys, size_t count, struct span text,
                           size_t *index, struct err *err)
{
	struct buf shown = BUF_INIT;
	size_t matches = 0;
	enum err_code rc = ERR_OK;

	str_display_cut(&shown, text, 80);
	for (size_t i = 0; i < count; i++)
		if (names(&keys[i], text)) {
			*index = i;
			matches++;
		}
	if (matches == 0)
		rc = err_set(err, ERR_NOT_FOUND,
		             "no key has the label or the first digits \"%s\"; "
		             "`lifeboat key list` shows all",
		             buf_str(&shown));
	else if (matches > 1)
		rc = err_set(err, ERR_USAGE, "%zu keys go by \"%s\": give more digits",
		             matches, buf_str(&shown));
	buf_fini(&shown);
	return rc;
}
