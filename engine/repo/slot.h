// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_SLOT_H
#define REPO_SLOT_H

#include "base/buf.h"
#include "crypto/box.h"
#include "crypto/pwhash.h"
#include "repo/keyset.h"

/*
 * Key slots: a keyset sealed under what somebody knows or has (docs/format.md, section
 * 4). These functions see the content of `keys/<slot id>`, without the doubling.
 */

enum { LB_SLOT_MAX = 65536, LB_KEY_FILE_MIN = 32, LB_KEY_FILE_MAX = 1 << 20 };

enum lb_slot_kind {
	LB_SLOT_PASSWORD = 1,
	LB_SLOT_KEY_FILE = 2,
	LB_SLOT_RECOVERY = 3,
	LB_SLOT_RECIPIENT = 4,
};

/* "password", "key file", "recovery code", "recipient" */
const char *lb_slot_kind_name(enum lb_slot_kind kind);

/* A slot as it stands in the store; spans borrow its bytes. */
struct lb_slot {
	enum lb_slot_kind kind;
	struct lb_id repo;
	struct lb_id16 id;
	struct lb_pwhash_cost cost; /* 0, 0 unless it is a password's */
	struct lb_key salt;
	enum lb_suite suite;
	unsigned char wrapped[LB_BOXED];
	struct span config; /* the content of the configuration */
	unsigned char commit[LB_KEY];
	struct span header; /* the bytes before `commit` */
	struct span sealed;
};

/* Everything is checked that needs no secret. ERR_CORRUPT, ERR_UNSUPPORTED. */
enum err_code lb_slot_parse(struct lb_slot *out, struct span content,
                            struct err *err) ERR_CHECKED;

/* What opens a slot. */
struct lb_unlock {
	enum lb_slot_kind kind;
	/* The password, the contents of the key file, or the LB_RECOVERY bytes of the
	 * code. */
	struct span secret;
	/* The recipient's X25519 secret key. */
	const struct lb_key *recipient;
};

/*
 * Opens it. `config` is the content of the configuration as the store has it; empty if it
 * is lost, the slot's own copy serves then.
 *
 * ERR_AUTH: this secret is not the slot's. ERR_CORRUPT: it is, and the slot or the
 * configuration was altered; the message says which, and the mend.
 */
enum err_code lb_slot_open(struct lb_keyset **out, const struct lb_slot *slot,
                           const struct lb_unlock *how, struct span config,
                           struct err *err) ERR_CHECKED;

/* What a new slot is made of. */
struct lb_slot_plan {
	enum lb_slot_kind kind;
	struct lb_id16 id;
	enum lb_suite suite;
	struct lb_pwhash_cost cost;        /* of a password */
	struct span secret;                /* as above */
	const struct lb_public *recipient; /* X25519 */
};

/* Appends the slot's content. ERR_USAGE for an empty password, a key file that is too
 * short, a cost out of bounds. */
enum err_code lb_slot_create(struct buf *out, const struct lb_slot_plan *plan,
                             const struct lb_config *config, const struct lb_keyset *keys,
                             struct err *err) ERR_CHECKED;

#endif
