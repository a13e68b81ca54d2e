// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MERKLE_H
#define GATE_MERKLE_H

#include "crypto/key.h"

/*
 * The Merkle tree hash of RFC 6962, section 2.1, over SHA-256: a leaf is H(0x00 ||
 * digest), a node H(0x01 || left || right), and no tree at all H(""). So no node passes
 * for a leaf, and two lists that differ have different roots.
 */

/* Of digests in the order that they have. */
enum err_code gate_merkle_root(const struct lb_id *digests, size_t count,
                               struct lb_id *out, struct err *err) ERR_CHECKED;
/* The same of a set: sorts them first, in place. */
enum err_code gate_merkle_set_root(struct lb_id *digests, size_t count, struct lb_id *out,
                                   struct err *err) ERR_CHECKED;

#endif
