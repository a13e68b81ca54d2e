// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_PACK_WRITE_H
#define PACK_PACK_WRITE_H

#include "pack/format.h"

/*
 * A pack in the making (docs/format.md, section 5), in memory. The bytes lie where the
 * finished pack has them and are sealed and hashed there, frame by frame, while they are
 * in the cache. Memory is kept from pack to pack. One thread at a time.
 */
struct lb_keyring;
struct lb_pack_writer;

/* Keyring (borrowed) and kind hold for all packs of this writer. */
enum err_code lb_pack_writer_new(struct lb_pack_writer **out, const struct lb_keyring *k,
                                 enum lb_pack_kind kind, struct err *err) ERR_CHECKED;
void lb_pack_writer_free(struct lb_pack_writer *w);

struct lb_pack_group {
	struct span stored;            /* as compressed */
	uint32_t length;               /* plain */
	uint8_t codec;                 /* enum lb_codec */
	const struct lb_chunk *chunks; /* in the order of the plain bytes */
	size_t count;
};

/* Appends a copy. ERR_LIMIT when it does not fit (see lb_pack_writer_fits); the pack is
 * as before then. After any other error the writer must be reset. */
enum err_code lb_pack_writer_add(struct lb_pack_writer *w, const struct lb_pack_group *g,
                                 struct err *err) ERR_CHECKED;
/* Would a group of so many stored bytes and chunks still fit? */
bool lb_pack_writer_fits(const struct lb_pack_writer *w, size_t stored, size_t chunks);
/* Bytes of groups so far; 0 = empty. */
size_t lb_pack_writer_size(const struct lb_pack_writer *w);
/* And their chunks. */
size_t lb_pack_writer_chunks(const struct lb_pack_writer *w);

/*
 * Pads, seals the table, names the pack. `info` and `bytes` are borrowed until the next
 * add, reset or free; the next add begins another pack, with a key of its own. ERR_USAGE
 * if it is empty.
 */
enum err_code lb_pack_writer_finish(struct lb_pack_writer *w, struct lb_pack_info *info,
                                    struct span *bytes, struct err *err) ERR_CHECKED;
/* Forgets what was added. */
void lb_pack_writer_reset(struct lb_pack_writer *w);

/* The length that a body of `len` bytes is padded to. */
uint64_t lb_pack_padded(uint64_t len);

#endif
