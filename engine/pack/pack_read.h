// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_PACK_READ_H
#define PACK_PACK_READ_H

#include "pack/format.h"

/*
 * Reading of packs (docs/format.md, section 5), in ranges of whole frames. Everything
 * that is not exactly as written is ERR_CORRUPT with a message that starts with "pack"
 * and its name. Read errors of the store keep their code (ERR_NOT_FOUND: the pack is
 * missing).
 */
struct lb_backend;
struct lb_keyring;

/* An open pack: what is needed to read any part of it. A value; wiped by its owner. */
struct lb_pack_head {
	struct lb_id name;
	uint64_t size;
	struct lb_key key;
	unsigned char salt[32];
	enum lb_pack_kind kind;
	uint8_t suite; /* enum lb_suite */
	uint32_t body; /* plain bytes, with the padding */
	uint32_t frames;
	uint32_t trailer; /* bytes as stored */
};

void lb_pack_head_wipe(struct lb_pack_head *h);

/* Cipher contexts and a buffer; one a thread. Both are borrowed. */
struct lb_pack_reader;
enum err_code lb_pack_reader_new(struct lb_pack_reader **out, struct lb_backend *backend,
                                 const struct lb_keyring *k, struct err *err) ERR_CHECKED;
/* Reads all packs from these bytes (borrowed) instead of the backend, which may be NULL
 * then. For packs in memory. */
enum err_code lb_pack_reader_new_bytes(struct lb_pack_reader **out, struct span bytes,
                                       const struct lb_keyring *k,
                                       struct err *err) ERR_CHECKED;
void lb_pack_reader_free(struct lb_pack_reader *r);

/* Header and footer; no look at the name's hash. `size` as the index knows it, 0 to ask
 * the backend. ERR_AUTH if the keyring cannot read. */
enum err_code lb_pack_head_load(struct lb_pack_reader *r, const struct lb_id *name,
                                uint64_t size, struct lb_pack_head *out,
                                struct err *err) ERR_CHECKED;
/* `len` bytes of the body from `offset`. */
enum err_code lb_pack_read(struct lb_pack_reader *r, const struct lb_pack_head *h,
                           uint32_t offset, uint32_t len, unsigned char *out,
                           struct err *err) ERR_CHECKED;
/* The table of groups and chunks; lb_pack_table_fini. */
enum err_code lb_pack_table_load(struct lb_pack_reader *r, const struct lb_pack_head *h,
                                 struct lb_pack_table *out, struct err *err) ERR_CHECKED;
/* Both of a pack of which only the name is known, to rebuild the index from; info->table
 * is the caller's. */
enum err_code lb_pack_info_load(struct lb_pack_reader *r, const struct lb_id *name,
                                struct lb_pack_info *info, struct err *err) ERR_CHECKED;

#endif
