// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/*
 * Keys and ids, and how keys are derived from keys (docs/format.md, section 1). Plain
 * values: who holds a key wipes it (lb_key_wipe) or keeps it in guarded memory
 * (crypto/secret.h). Any thread.
 */

#define LB_KEY 32
struct lb_key {
	unsigned char b[LB_KEY];
};

/* A name in the store, a hash, the id of a chunk, of a repository. */
#define LB_ID 32
#define LB_ID_HEX (2 * LB_ID + 1)
struct lb_id {
	unsigned char b[LB_ID];
};

/* The id of a key slot, session, snapshot, nonce, writer. */
#define LB_ID16 16
#define LB_ID16_HEX (2 * LB_ID16 + 1)
struct lb_id16 {
	unsigned char b[LB_ID16];
};

/* Call it before anything else of this folder, as often as you like. */
enum err_code lb_crypto_init(struct err *err) ERR_CHECKED;

/* BLAKE2b-256, keyed, of "lifeboat" || u8 length of label || label || context. `out` may
 * be `key`. The label has at most 255 bytes. */
void lb_kdf(struct lb_key *out, const struct lb_key *key, const char *label,
            struct span context);
/* KDF(key, "commit", ""): stands beside what the key seals, since the tag alone does not
 * say which key it was. */
void lb_commit(unsigned char out[LB_KEY], const struct lb_key *key);
/* The first `count` little-endian numbers of BLAKE2b-512, keyed, of label || u32 i, for i
 * from 0 on; `count` is a multiple of 8. */
void lb_keystream(uint64_t *out, size_t count, const struct lb_key *key,
                  const char *label);
void lb_key_random(struct lb_key *out);
void lb_key_wipe(struct lb_key *key);
/* In constant time. */
bool lb_key_eq(const struct lb_key *a, const struct lb_key *b);

/* Zeros that no compiler leaves out. */
void lb_wipe(void *p, size_t len);
/* In constant time. */
bool lb_equal(const void *a, const void *b, size_t len);

bool lb_id_eq(const struct lb_id *a, const struct lb_id *b);
int lb_id_cmp(const struct lb_id *a, const struct lb_id *b);
bool lb_id_is_zero(const struct lb_id *id);
void lb_id_random(struct lb_id *out);
struct span lb_id_span(const struct lb_id *id);
void lb_id_hex(const struct lb_id *id, char out[LB_ID_HEX]);
/* Exactly 64 lower-case digits, else false and `out` untouched. */
bool lb_id_parse(struct span hex, struct lb_id *out);

bool lb_id16_eq(const struct lb_id16 *a, const struct lb_id16 *b);
int lb_id16_cmp(const struct lb_id16 *a, const struct lb_id16 *b);
bool lb_id16_is_zero(const struct lb_id16 *id);
void lb_id16_random(struct lb_id16 *out);
struct span lb_id16_span(const struct lb_id16 *id);
void lb_id16_hex(const struct lb_id16 *id, char out[LB_ID16_HEX]);
/* Exactly 32 lower-case digits, else false and `out` untouched. */
bool lb_id16_parse(struct span hex, struct lb_id16 *out);

#endif
