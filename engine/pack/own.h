// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_OWN_H
#define PACK_OWN_H

#include "pack/segment.h"

/*
 * The part of the index that is still in memory: chunks that are being stored and rows of
 * packs that are in no run yet. A hash table by prefix; ids are keyed hashes, so their
 * own bytes will do. Bounded by its user, who writes it out as a run. One thread at a
 * time.
 */
struct lb_own {
	struct lb_row *slots;
	size_t cap;  /* a power of two */
	size_t used; /* slots that are not free */
	size_t rows; /* stored ones */
	struct lb_segment_pack *packs;
	size_t pack_count;
	size_t pack_cap;
};

/* What a slot's pack says beside a position in `packs`. */
#define LB_OWN_FREE UINT32_MAX
#define LB_OWN_GONE (UINT32_MAX - 1)
#define LB_OWN_CLAIMED (UINT32_MAX - 2)

enum err_code lb_own_new(struct lb_own **out, struct err *err) ERR_CHECKED;
void lb_own_free(struct lb_own *o);

/* The next row with this prefix, a claim or a stored one; *at is 0 at first. NULL at the
 * end. */
const struct lb_row *lb_own_next(const struct lb_own *o,
                                 const unsigned char prefix[LB_PREFIX], size_t *at);
/* Is there a claim of this chunk? */
bool lb_own_claimed(const struct lb_own *o, const unsigned char prefix[LB_PREFIX],
                    uint8_t type);
enum err_code lb_own_claim(struct lb_own *o, const unsigned char prefix[LB_PREFIX],
                           uint8_t type, struct err *err) ERR_CHECKED;
/* No claim is fine. */
void lb_own_release(struct lb_own *o, const unsigned char prefix[LB_PREFIX]);
/* The rows of a pack, in place of their claims. Nothing changes on failure. */
enum err_code lb_own_store(struct lb_own *o, const struct lb_pack_info *info,
                           struct err *err) ERR_CHECKED;
/* No claims, no rows, no packs. */
void lb_own_clear(struct lb_own *o);
/* Every claim of `from` as a claim here. */
enum err_code lb_own_take_claims(struct lb_own *o, const struct lb_own *from,
                                 struct err *err) ERR_CHECKED;
/* The stored rows, sorted; mem_free. */
enum err_code lb_own_sorted(const struct lb_own *o, struct lb_row **out,
                            struct err *err) ERR_CHECKED;

#endif
