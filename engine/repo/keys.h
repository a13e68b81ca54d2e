// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_KEYS_H
#define REPO_KEYS_H

#include "repo/config.h"
#include "repo/slot.h"

/*
 * The configuration and the key slots as objects of the store (docs/format.md, section
 * 2), and how a repository is unlocked. Any thread.
 */

struct lb_backend;

/* "keys/" and 32 digits. */
enum { LB_SLOT_KEY = 5 + LB_ID16_HEX };
void lb_slot_store_key(const struct lb_id16 *id, char out[LB_SLOT_KEY]);

/* ERR_EXISTS: there is a repository already. */
enum err_code lb_config_store(struct lb_backend *b, const struct lb_config *config,
                              struct err *err) ERR_CHECKED;
/* ERR_NOT_FOUND; ERR_CORRUPT where both copies are damaged. Not yet authentic: see
 * lb_keys_unlock. */
enum err_code lb_config_load(struct lb_config *out, struct lb_backend *b,
                             struct err *err) ERR_CHECKED;

/* `content` comes from lb_slot_create. */
enum err_code lb_slot_store(struct lb_backend *b, const struct lb_id16 *id,
                            struct span content, struct err *err) ERR_CHECKED;
/* The content into `content` (cleared first), which `out` borrows. ERR_CORRUPT also for a
 * slot that stands under another one's name. */
enum err_code lb_slot_load(struct lb_slot *out, struct buf *content, struct lb_backend *b,
                           const struct lb_id16 *id, struct err *err) ERR_CHECKED;
/* Missing is fine. That the key's owner may not write any more is for the log to say. */
enum err_code lb_slot_delete(struct lb_backend *b, const struct lb_id16 *id,
                             struct err *err) ERR_CHECKED;

/* One key slot; `rc` and `fault` say what is wrong with it, `slot` is NULL then. A result
 * other than ERR_OK ends the walk and is returned. Of `max` slots; how many more there
 * are goes into `*surplus`. */
typedef enum err_code lb_slot_visit(const struct lb_id16 *id, const struct lb_slot *slot,
                                    enum err_code rc, const struct err *fault,
                                    void *context, struct err *err);
enum err_code lb_slots_each(struct lb_backend *b, size_t max, lb_slot_visit *visit,
                            void *context, size_t *surplus, struct err *err) ERR_CHECKED;

/* Slots that one opening looks at. */
enum { LB_SLOTS_MAX = 1024 };

struct lb_unlocked {
	struct lb_keyset *keys; /* the caller frees it */
	struct lb_id16 slot;
	struct lb_config config; /* authentic */
	/* `config` is missing or damaged, and this is the slot's copy: lb_config_store
	 * mends it once the damaged one is deleted. */
	bool config_lost;
};

/*
 * Tries `how` on every key slot of its kind, or on `only` if that is not NULL: on those
 * that cost least first, and not beyond LB_SLOTS_MAX slots or LB_PWHASH_WORK_MAX.
 *
 * ERR_NOT_FOUND: there is no repository here. ERR_AUTH: no slot opens with this; the
 * message says how many were tried. ERR_CORRUPT: the secret is right, and slot or
 * configuration were altered. ERR_LIMIT: none of those tried opens, and there are more.
 */
enum err_code lb_keys_unlock(struct lb_unlocked *out, struct lb_backend *b,
                             const struct lb_unlock *how, const struct lb_id16 *only,
                             struct err *err) ERR_CHECKED;
/* The same on all slots but these, which are known to be of no use. `*spent` is the work
 * of all attempts of one opening, and 0 at first. */
enum err_code lb_keys_unlock_but(struct lb_unlocked *out, struct lb_backend *b,
                                 const struct lb_unlock *how, const struct lb_id16 *skip,
                                 size_t skip_count, uint64_t *spent,
                                 struct err *err) ERR_CHECKED;

#endif
