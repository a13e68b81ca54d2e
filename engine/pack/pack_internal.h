// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_PACK_INTERNAL_H
#define PACK_PACK_INTERNAL_H

#include "crypto/seal.h"
#include "pack/format.h"

/* The layout of a pack (docs/format.md, section 5), for those who write and read it. */

struct lb_keyring;

enum {
	PACK_HEADER = 160,
	PACK_FRAME = 65536,
	PACK_FRAME_SEALED = PACK_FRAME + LB_TAG,
	PACK_FOOTER = 32,
	PACK_GROUP_BYTES = 16,
	PACK_CHUNK_BYTES = 40,
	PACK_TABLE_START = 8, /* the two counts */
	PACK_STORED = 0,      /* codecs */
	PACK_ZSTD = 1,
};

struct pack_header {
	enum lb_pack_kind kind;
	uint8_t suite;
	uint8_t key_mode;
	uint32_t epoch;
	unsigned char salt[32];
	unsigned char commit[32];
	unsigned char wrapped[80];
};

void pack_header_encode(const struct pack_header *h, unsigned char out[PACK_HEADER]);
enum err_code pack_header_decode(struct pack_header *h, struct span bytes,
                                 struct err *err) ERR_CHECKED;

struct pack_footer {
	uint32_t trailer; /* with its tag */
	uint32_t body;
	uint32_t frames;
};

/* `header` are the first bytes of the same pack, which the footer's check covers. */
enum err_code pack_footer_encode(const struct pack_footer *f,
                                 const unsigned char header[PACK_HEADER],
                                 unsigned char out[PACK_FOOTER],
                                 struct err *err) ERR_CHECKED;
/* The parts fit into limits and add up to `size`. */
enum err_code pack_footer_decode(struct pack_footer *f, struct span footer,
                                 struct span header, uint64_t size,
                                 struct err *err) ERR_CHECKED;

/* Stored bytes of a body of so many plain ones. */
uint64_t pack_body_sealed(uint64_t body);
uint64_t pack_table_bytes(size_t groups, size_t chunks);
void pack_table_encode(const struct lb_pack_table *t, unsigned char *out);
/* Everything that section 5 says of a table holds. */
enum err_code pack_table_decode(struct lb_pack_table *out, struct span plain,
                                enum lb_pack_kind kind, uint32_t body,
                                struct err *err) ERR_CHECKED;

/* Fills suite, key mode, epoch, salt, commitment and wrapped key of a new pack of this
 * client. */
enum err_code pack_key_make(const struct lb_keyring *k, struct pack_header *h,
                            struct lb_key *out, struct err *err) ERR_CHECKED;
/* The key that a header stands for, commitment checked. */
enum err_code pack_key_open(const struct lb_keyring *k, const struct pack_header *h,
                            struct lb_key *out, struct err *err) ERR_CHECKED;

/* What frames (slot = number) and trailer (slot = frames) are bound to. */
void pack_aad(struct lb_aad *aad, const struct lb_keyring *k, enum lb_sealed type,
              const unsigned char salt[32], uint64_t slot);

/* May a pack of this kind hold this type? */
bool pack_kind_holds(enum lb_pack_kind kind, uint8_t type);

#endif
