// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_PWHASH_H
#define CRYPTO_PWHASH_H

#include "crypto/key.h"

#include <stdint.h>

/* Argon2id 1.3, one lane: a password to a key, at a cost that is chosen. */

#define LB_PWHASH_SALT 16
#define LB_PWHASH_PASSES_MAX 64
#define LB_PWHASH_MEMORY_MIN 8       /* KiB */
#define LB_PWHASH_MEMORY_MAX 4194304 /* KiB: 4 GiB */
/* KiB gone over, of one derivation and of all that one opening of a repository tries:
 * half a minute. */
#define LB_PWHASH_WORK_MAX 67108864u

struct lb_pwhash_cost {
	uint32_t passes;
	uint32_t memory_kib;
};

/* What new key slots cost: 64 MiB and 3 passes, some 0.1 s. */
#define LB_PWHASH_DEFAULT ((struct lb_pwhash_cost){ 3, 65536 })

/* Memory times passes, in KiB. */
uint64_t lb_pwhash_work(const struct lb_pwhash_cost *cost);
bool lb_pwhash_cost_valid(const struct lb_pwhash_cost *cost);
/* ERR_LIMIT for a cost out of bounds, ERR_NOMEM when the memory is not to be had. */
enum err_code lb_pwhash(struct lb_key *out, struct span password,
                        const unsigned char salt[LB_PWHASH_SALT],
                        const struct lb_pwhash_cost *cost, struct err *err) ERR_CHECKED;

/* Keyed BLAKE2b-256 of secrets that need no stretching: key = salt, of the content. */
void lb_filehash(struct lb_key *out, const struct lb_key *salt, struct span content);

#endif
