// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_PACK_FIXTURE_H
#define TESTS_PACK_FIXTURE_H

#include "base/buf.h"
#include "pack/keyring.h"
#include "pack/pack_write.h"

/* Keys, chunks and packs for the tests of engine/pack. */

/* The same one for the same seed. It can read unless `write_only`. */
struct lb_keyring *pack_test_keys(unsigned seed, enum lb_suite suite, bool write_only);

/* Numbers that look random and are the same each time. */
uint64_t pack_test_random(uint64_t *state);
void pack_test_fill(uint64_t seed, void *out, size_t len);
/* The plaintext of test chunk `n`, appended; its id (under the keyring) and length. */
void pack_test_chunk(const struct lb_keyring *k, uint64_t n, size_t len, uint8_t type,
                     struct buf *plain, struct lb_chunk *out);

/* A finished pack of `groups` stored groups of three chunks each, the first of number
 * `first`; both belong to the writer. */
void pack_test_pack(struct lb_pack_writer *w, const struct lb_keyring *k, uint64_t first,
                    size_t groups, size_t chunk_len, uint8_t type,
                    struct lb_pack_info *info, struct span *bytes);

#endif
