// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_KEY_H
#define JOB_KEY_H

#include "repo/repo.h"

/*
 * The keys of a repository: who may open it, and do what in it. A key is a slot (a file
 * that a secret opens) and an entry in the log (its name and roles); it counts while it
 * has both. Slots come before their entries and go after them, so that whatever is
 * interrupted leaves all other keys as they were. One thread.
 */

enum lb_key_standing {
	LB_KEY_GOOD,
	LB_KEY_UNFINISHED, /* a slot that the log does not know */
	LB_KEY_LEFT_OVER,  /* a slot whose entry was removed */
	LB_KEY_NO_SLOT,    /* an entry whose slot is not there */
	LB_KEY_DAMAGED,    /* an entry whose slot cannot be read */
};

struct lb_key_info {
	struct lb_id16 slot;
	enum lb_key_standing standing;
	enum lb_slot_kind kind; /* 0 where the slot is not there or damaged */
	uint32_t roles;         /* enum lb_role; 0 if the log does not know it */
	int64_t time;           /* ns */
	char label[256];
	bool has_slot;
	bool current; /* this one opened the repository */
};

/* "good", "unfinished", "left over", "without slot", "damaged" */
const char *lb_key_standing_name(enum lb_key_standing standing);

/* In the order in which they were added, then slots that the log does not know. The
 * caller frees the array with mem_free. */
enum err_code lb_keys_list(struct lb_repo *repo, struct lb_key_info **out, size_t *count,
                           struct err *err) ERR_CHECKED;
/* The one that the first digits of its id name (at least 4), or its whole label.
 * ERR_NOT_FOUND; ERR_USAGE for several. */
enum err_code lb_keys_find(const struct lb_key_info *keys, size_t count, struct span text,
                           size_t *index, struct err *err) ERR_CHECKED;

struct lb_key_plan {
	struct lb_unlock unlock;           /* kind and secret; */
	const struct lb_public *recipient; /* of a recipient instead of the secret */
	struct lb_pwhash_cost cost;        /* of a password */
	const char *label;
	uint32_t roles;
};

/* ERR_AUTH: the key in use may not administer, or would have to give what it does not
 * have. After any error the new key does not count, unless the message says that this is
 * not known. */
enum err_code lb_key_add(struct lb_repo *repo, const struct lb_key_plan *plan,
                         struct lb_id16 *id, struct err *err) ERR_CHECKED;
/* Would lb_key_add refuse such roles? As of now; changes nothing. Good to know before
 * anybody is asked for a secret. */
enum err_code lb_key_may_add(struct lb_repo *repo, uint32_t roles,
                             struct err *err) ERR_CHECKED;
/* ERR_USAGE for the last key that can administer and read: without it the repository
 * would be closed for ever. Repeating an interrupted removal completes it. */
enum err_code lb_key_remove(struct lb_repo *repo, const struct lb_id16 *id,
                            struct err *err) ERR_CHECKED;
/* Would lb_key_remove refuse? As of now; changes nothing. */
enum err_code lb_key_may_remove(struct lb_repo *repo, const struct lb_id16 *id,
                                struct err *err) ERR_CHECKED;
/* Puts another in the place of the key in use: adds it, and then removes the old one. */
enum err_code lb_key_replace(struct lb_repo *repo, struct lb_key_plan *plan,
                             struct lb_id16 *id, struct err *err) ERR_CHECKED;

#endif
