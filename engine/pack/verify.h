// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_VERIFY_H
#define PACK_VERIFY_H

#include "pack/format.h"

/*
 * A whole pack, looked at down to the ids of its chunks: before it is published, and by
 * `check --read-data`. One thread.
 */
struct lb_keyring;
struct lb_pack_verifier;

enum err_code lb_pack_verifier_new(struct lb_pack_verifier **out,
                                   const struct lb_keyring *k,
                                   struct err *err) ERR_CHECKED;
void lb_pack_verifier_free(struct lb_pack_verifier *v);

/*
 * Name, header, every frame, the padding, the table, and every chunk by its id.
 * ERR_CORRUPT names the pack and what is wrong. With `info` (may be NULL), which the
 * writer of these bytes gave, the table must be that one, and the name is not made again.
 * A keyring that cannot read (write-only clients) checks what it can: name and footer.
 */
enum err_code lb_pack_verify(struct lb_pack_verifier *v, const struct lb_id *name,
                             struct span bytes, const struct lb_pack_info *info,
                             struct err *err) ERR_CHECKED;

#endif
