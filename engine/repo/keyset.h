// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_KEYSET_H
#define REPO_KEYSET_H

#include "crypto/secret.h"
#include "pack/keyring.h"

/*
 * What a key slot holds: the keys of the repository as far as the slot's roles allow, and
 * the seed of the slot's own keys (docs/format.md, section 4). In guarded memory.
 */

struct lb_config;
struct lb_key_entry;

#define LB_KEYSET_MAX 40960 /* bytes, encoded */

struct lb_keyset {
	uint32_t roles;       /* enum lb_role, added up */
	struct lb_key seed;   /* of the slot's signing key and box key */
	struct lb_id genesis; /* H(GENESIS record) */
	struct lb_key id_key;
	struct lb_key chunker_key;
	struct lb_key dedup_key;
	struct lb_public repo_public; /* X25519 */
	struct lb_key repo_secret;    /* with the role read; else zeros */
	struct lb_epochs epochs;      /* with the role read; else none */
};

/* The first data epoch of a repository. */
#define LB_EPOCH_FIRST 1

/* All keys of a new repository, all roles. The caller sets `genesis`. */
enum err_code lb_keyset_generate(struct lb_keyset **out, struct err *err) ERR_CHECKED;
/* For another slot: a new seed, and of the keys those that go with `roles`. ERR_AUTH
 * where `from` itself may not read and the roles ask for it. */
enum err_code lb_keyset_grant(struct lb_keyset **out, const struct lb_keyset *from,
                              uint32_t roles, struct err *err) ERR_CHECKED;
void lb_keyset_free(struct lb_keyset *k);

/* The encoded form, in guarded memory. */
enum err_code lb_keyset_encode(const struct lb_keyset *k, struct lb_secret *out,
                               struct err *err) ERR_CHECKED;
/* ERR_CORRUPT names what is wrong. */
enum err_code lb_keyset_decode(struct lb_keyset **out, struct span bytes,
                               struct err *err) ERR_CHECKED;

/* The same keys as the layers below want them. */
enum err_code lb_keyset_keyring(struct lb_keyring **out, const struct lb_keyset *k,
                                const struct lb_config *config,
                                struct err *err) ERR_CHECKED;

/* What the log says of the key, as of now. The label is cut to what fits. */
void lb_key_entry_init(struct lb_key_entry *e, const struct lb_keyset *keys,
                       const struct lb_id16 *slot, const char *label);

#endif
