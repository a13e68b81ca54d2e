// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_SEGMENT_PUT_H
#define REPO_SEGMENT_PUT_H

#include "pack/segment.h"

struct lb_backend;
struct lb_ids;
struct lb_keyring;

/*
 * Seals the segment, stores it, adds its name to `names` and its bytes to `*size` (may be
 * NULL), and empties it. Nothing is done for one without packs. `backend` NULL: a dry
 * run, all but the storing. After an error the segment is as it was.
 */
enum err_code lb_segment_put(struct lb_segment *s, const struct lb_keyring *keys,
                             struct lb_backend *backend, struct lb_ids *names,
                             uint64_t *size, struct err *err) ERR_CHECKED;

#endif
