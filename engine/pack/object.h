// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_OBJECT_H
#define PACK_OBJECT_H

#include "base/buf.h"
#include "crypto/key.h"

#include <stdint.h>

/*
 * Whole sealed objects (docs/format.md, section 6): index segments, lists, session hints.
 * Any thread.
 */
struct lb_keyring;

/* The types that have this form, as the associated data numbers them. */
enum lb_object_type {
	LB_OBJECT_SEGMENT = 4,
	LB_OBJECT_LIST = 5,
	LB_OBJECT_SESSION = 8,
};

/*
 * Compresses (where that helps) and seals `plain` into `out` (cleared first). `name` may
 * be NULL; it is the hash of the result, and another one each time.
 */
enum err_code lb_object_seal(const struct lb_keyring *k, enum lb_object_type type,
                             struct span plain, struct buf *out, struct lb_id *name,
                             struct err *err) ERR_CHECKED;
/*
 * Into `out` (cleared first). ERR_CORRUPT for anything that is not a whole object of this
 * type and repository, ERR_LIMIT above `max` plain bytes. If `name` is not NULL the bytes
 * must have that hash. Messages start with the name, if there is one.
 */
enum err_code lb_object_open(const struct lb_keyring *k, enum lb_object_type type,
                             const struct lb_id *name, struct span sealed, uint64_t max,
                             struct buf *out, struct err *err) ERR_CHECKED;
/* The most bytes that a plaintext of `max` can be when sealed. */
uint64_t lb_object_sealed_max(uint64_t max);

#endif
