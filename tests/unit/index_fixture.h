// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_INDEX_FIXTURE_H
#define TESTS_INDEX_FIXTURE_H

#include "backend/memory.h"
#include "pack/index.h"
#include "pack/segment.h"
#include "pack_fixture.h"

/* Segments and an index over them, for the tests of engine/pack/index. */

/* A store, a cache folder and keys. */
struct index_world {
	struct lb_memory *disk;
	struct lb_backend *store;
	struct lb_keyring *keys;
	struct buf cache;
};

struct index_world index_test_world_new(void);
void index_test_world_free(struct index_world *w);
struct lb_index *index_test_open_index(const struct index_world *w);
/* The id of test chunk `n`; nothing needs to have it as its hash here. */
struct lb_id index_test_chunk_id(uint64_t n);
struct lb_id index_test_pack_name(uint64_t n);
/* Pack `n` with the chunks [first, first + count), two to a group. */
struct lb_pack_info index_test_pack_info(uint64_t n, uint64_t first, size_t count);
/* Stores a segment of `packs` packs from number `pack` on, each of `each` chunks. */
struct lb_id index_test_put_segment(const struct index_world *w, uint64_t pack,
                                    size_t packs, uint64_t chunk, size_t each);
void index_test_update(struct lb_index *ix, const struct lb_id *add, size_t adds,
                       const struct lb_id *drop, size_t drops);
/* How many copies of the chunk there are, and how many of them usable. */
size_t index_test_copies(struct lb_index *ix, uint64_t chunk, size_t *usable);
void index_test_check_copies(struct lb_index *ix, uint64_t chunk, size_t want,
                             size_t usable);
enum lb_claim index_test_claim(struct lb_index *ix, uint64_t chunk);

#endif
