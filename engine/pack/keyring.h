// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_KEYRING_H
#define PACK_KEYRING_H

#include "crypto/ident.h"
#include "crypto/seal.h"
#include "crypto/sign.h"

/*
 * The keys that packs, objects and records are sealed with, and the choices that go with
 * them: all that the layers below the repository know of keys. repo/keyset.h makes it
 * from an unlocked key slot. In guarded memory; any thread may read it while nobody adds
 * an epoch.
 */

#define LB_EPOCHS_MAX 1024

struct lb_epoch_key {
	uint32_t number;
	struct lb_key key;
};

/* Data keys, ascending by number. */
struct lb_epochs {
	size_t count;
	struct lb_epoch_key items[LB_EPOCHS_MAX];
};

/* NULL if there is no such epoch. */
const struct lb_key *lb_epochs_find(const struct lb_epochs *e, uint32_t number);
/* The newest, which new packs use; NULL if there is none. */
const struct lb_epoch_key *lb_epochs_last(const struct lb_epochs *e);
/* Any order; adding the same again is fine. ERR_EXISTS for another key under a known
 * number, ERR_LIMIT. */
enum err_code lb_epochs_add(struct lb_epochs *e, uint32_t number,
                            const struct lb_key *key, struct err *err) ERR_CHECKED;

struct lb_keyring {
	struct lb_id repo;
	enum lb_suite suite; /* of new objects */
	enum lb_ident_alg ident;
	struct lb_key id_key;
	struct lb_key chunker_key;
	struct lb_key dedup_key;
	struct lb_public public; /* X25519 */
	bool can_read;           /* without: no secret key and no epochs */
	struct lb_key secret;    /* X25519 */
	struct lb_epochs epochs;
};

/* Empty. */
enum err_code lb_keyring_new(struct lb_keyring **out, struct err *err) ERR_CHECKED;
void lb_keyring_free(struct lb_keyring *k);

#endif
