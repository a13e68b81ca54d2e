// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_IDENT_H
#define CRYPTO_IDENT_H

#include "crypto/key.h"

#include <stdint.h>

/*
 * The id of a chunk: a keyed hash of its plaintext, with another key for each type, so
 * that bytes of a file can never pass for a tree (docs/format.md, section 4). A struct
 * lb_ident belongs to one thread.
 */

enum lb_ident_alg { LB_IDENT_HMAC_SHA256 = 1, LB_IDENT_BLAKE2B = 2 };

bool lb_ident_alg_known(uint64_t number);
/* HMAC where the processor has instructions for SHA-256. */
enum lb_ident_alg lb_ident_best(void);

enum lb_chunk_type { LB_CHUNK_DATA = 1, LB_CHUNK_TREE = 2, LB_CHUNK_MAP = 3 };

bool lb_chunk_type_known(uint64_t number);
/* "data", "tree", "map" */
const char *lb_chunk_type_name(enum lb_chunk_type type);

struct lb_ident;
enum err_code lb_ident_new(struct lb_ident **out, enum lb_ident_alg alg,
                           const struct lb_key *id_key, struct err *err) ERR_CHECKED;
void lb_ident_free(struct lb_ident *t);
enum err_code lb_ident_of(struct lb_ident *t, enum lb_chunk_type type, struct span plain,
                          struct lb_id *out, struct err *err) ERR_CHECKED;

bool lb_ident_has_lanes(const struct lb_ident *t);

struct lb_ident_job {
	enum lb_chunk_type type;
	struct span plain;
	struct lb_id id; /* out */
};

/* The same for several at once, which takes less time where two go side by side: where
 * lb_ident_has_lanes. */
enum err_code lb_ident_of_all(struct lb_ident *t, struct lb_ident_job *jobs, size_t count,
                              struct err *err) ERR_CHECKED;

#endif
