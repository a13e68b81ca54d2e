// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_READER_H
#define PACK_READER_H

#include "base/buf.h"
#include "pack/format.h"

/*
 * Chunks by id, for everyone who reads. Keeps the keys of packs and the plain groups that
 * were used last. What it returns has been checked against the id. One a thread; index,
 * backend and keyring are borrowed.
 */
struct lb_backend;
struct lb_index;
struct lb_keyring;
struct lb_reader;

enum err_code lb_reader_new(struct lb_reader **out, struct lb_index *ix,
                            struct lb_backend *backend, const struct lb_keyring *k,
                            struct err *err) ERR_CHECKED;
void lb_reader_free(struct lb_reader *r);

/*
 * The chunk into `out` (cleared first, memory reused). A copy in another pack stands in
 * for a damaged or missing one. ERR_NOT_FOUND if the index knows no copy; otherwise the
 * error of the best copy, which names its pack.
 */
enum err_code lb_reader_get(struct lb_reader *r, const struct lb_id *id, uint8_t type,
                            struct buf *out, struct err *err) ERR_CHECKED;
/* The same, borrowed until the next call: no copy is made. */
enum err_code lb_reader_borrow(struct lb_reader *r, const struct lb_id *id, uint8_t type,
                               struct span *out, struct err *err) ERR_CHECKED;

/* What will be asked for after the chunk that is asked for next: they can be checked side
 * by side, which takes less time. A hint: nothing is told of it. */
void lb_reader_expect(struct lb_reader *r, const struct lb_id *id, uint8_t type);

/* A copy that could not be read although another one stood in for it, or none did. Runs
 * on the thread that reads. */
typedef void lb_reader_damage(const struct lb_id *pack, const struct err *err,
                              void *context);
void lb_reader_on_damage(struct lb_reader *r, lb_reader_damage *tell, void *context);

/* Asked where a pack, or the chunk, is not there any more: does the index know more than
 * at `*seen` (which moves on; 0 at first)? Then the chunk is looked for again. Runs on
 * the thread that reads. */
typedef bool lb_reader_look(void *context, uint64_t *seen);
void lb_reader_on_gone(struct lb_reader *r, lb_reader_look *look, void *context);

#endif
