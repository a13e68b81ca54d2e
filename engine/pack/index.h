// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_INDEX_H
#define PACK_INDEX_H

#include "pack/format.h"

/*
 * Which chunks are stored, and where: the segments in force and the packs of this
 * session. The rows lie in sorted files of the cache folder that are mapped, never read
 * whole, so memory stays small however many there are. The folder is only a copy: missing
 * or damaged files are made anew from the segments. Several processes may share it.
 *
 * Any thread may find, claim and store at any time. Update, flush and set_usable wait for
 * each other. A call that walks (each, each_pack) sees the index as it was when it began.
 */
struct lb_backend;
struct lb_index;
struct lb_keyring;

/* `cache_dir` is created if need be; NULL: a private folder that goes with the index.
 * Nothing is in force yet. Keyring and backend are borrowed. */
enum err_code lb_index_open(struct lb_index **out, const char *cache_dir,
                            const struct lb_keyring *k, struct lb_backend *backend,
                            struct err *err) ERR_CHECKED;
void lb_index_free(struct lb_index *ix);

/*
 * Segments that came into force and that were dropped, all at once: the state's first
 * list after opening, then what changed. A segment that cannot be read does not stop the
 * others: its error is returned at the end, and lb_index_missing counts it; the next
 * update tries again if it names the segment.
 */
struct lb_index_change {
	const struct lb_id *add;
	size_t add_count;
	const struct lb_id *drop;
	size_t drop_count;
};
enum err_code lb_index_update(struct lb_index *ix, const struct lb_index_change *change,
                              struct err *err) ERR_CHECKED;
size_t lb_index_missing(const struct lb_index *ix);

/* Condemned and dead packs are no copies: claims do not see them, finds give them last.
 * Holds for packs that come later, too. */
enum err_code lb_index_set_usable(struct lb_index *ix, const struct lb_id *pack,
                                  bool usable, struct err *err) ERR_CHECKED;

/* Copies of the chunk, usable ones first: at most `max`, how many in *count (0: unknown).
 */
enum err_code lb_index_find(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                            struct lb_place *out, size_t max, size_t *count,
                            struct err *err) ERR_CHECKED;

enum lb_claim {
	LB_KNOWN,   /* a usable pack has it, or somebody else of this session stores it */
	LB_CLAIMED, /* the caller must store it (or release it) */
};
enum err_code lb_index_claim(struct lb_index *ix, const struct lb_id *id, uint8_t type,
                             enum lb_claim *out, struct err *err) ERR_CHECKED;
/* Gives up a claim. */
void lb_index_release(struct lb_index *ix, const struct lb_id *id);
/* A pack that is stored and not in force yet: of this session, or found without a
 * segment. Its chunks are known from now on. */
enum err_code lb_index_store(struct lb_index *ix, const struct lb_pack_info *info,
                             struct err *err) ERR_CHECKED;

/* The session is over: its claims end, and packs that no segment in force names are not
 * known any more. As with lb_index_update, no thread stores meanwhile. */
void lb_index_end_session(struct lb_index *ix);

/*
 * For prune and check, which keep a bit a row: rows have the numbers 0 .. lb_index_rows -
 * 1 (lb_place.row) until the next update, store or claim. Call flush first, so that packs
 * of this session have numbers too.
 */
enum err_code lb_index_flush(struct lb_index *ix, struct err *err) ERR_CHECKED;
uint64_t lb_index_rows(struct lb_index *ix);

/* One row, ascending by prefix (the first 16 bytes of the id); copies follow each other.
 * A code other than ERR_OK ends the walk and is returned. No calls to the index but find.
 */
typedef enum err_code lb_index_visit(const unsigned char prefix[16],
                                     const struct lb_place *place, void *context,
                                     struct err *err);
enum err_code lb_index_each(struct lb_index *ix, lb_index_visit *visit, void *context,
                            struct err *err) ERR_CHECKED;

struct lb_index_pack {
	struct lb_id name;
	uint64_t size;
	uint32_t chunks;
	enum lb_pack_kind kind;
	bool usable;
};
/* Every pack once, ascending by name. */
typedef enum err_code lb_index_visit_pack(const struct lb_index_pack *pack, void *context,
                                          struct err *err);
enum err_code lb_index_each_pack(struct lb_index *ix, lb_index_visit_pack *visit,
                                 void *context, struct err *err) ERR_CHECKED;

#endif
