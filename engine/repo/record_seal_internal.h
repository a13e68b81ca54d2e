// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_RECORD_SEAL_INTERNAL_H
#define REPO_RECORD_SEAL_INTERNAL_H

#include "crypto/seal.h"
#include "repo/record_seal.h"

/* For the two files that know the bytes of a record: record_seal.c writes them,
 * record_open.c reads them. */

struct lb_writer;

/* Key modes of a private part. */
enum { RECORD_DERIVED = 0, RECORD_BOXED = 1 };

#define RECORD_DOMAIN "lifeboat record"

/* What the header says beside the record's own fields. */
struct record_header {
	enum lb_suite suite;
	uint8_t mode;
	uint32_t data_epoch;
	struct span shared_commit;
	struct span shared;
	struct span private_commit;
	struct span wrapped;
	struct span private_part;
	struct span body; /* everything before the signature */
	const unsigned char *signature;
};

/* What the keys of a record's parts are derived with. */
struct record_context {
	unsigned char b[2 * LB_ID16 + 8];
};

struct span record_context_of(struct record_context *c, const struct lb_record *r);
struct lb_aad record_aad(const struct lb_keyring *k, const struct lb_record *r,
                         enum lb_sealed type);
/* Appends so many bytes to `out` and gives them, NULL on running out of memory. */
unsigned char *record_extend(struct buf *out, size_t len);
/* Has the writer (NULL: unknown) the role for the type, and is it not removed? */
bool record_may_write(const struct lb_writer *w, uint8_t type);
/* See struct lb_record_codec. */
enum err_code record_decode(void *context, struct span bytes,
                            const struct lb_state *before, struct lb_record *r,
                            struct err *err) ERR_CHECKED;

#endif
