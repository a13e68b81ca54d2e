// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_NEXT_H
#define REPO_NEXT_H

#include "repo/record.h"

/* The successor of an epoch (docs/format.md 8.6): which records the epoch consists of,
 * its SEAL last, and the checkpoint that holds them all. */

#define LB_NEXT_MAX (16U << 20)

struct lb_next {
	struct lb_id repository;
	uint32_t epoch;
	struct lb_id checkpoint; /* zeros: none, the records stay */
	struct lb_id *hashes;
	uint32_t count;
	struct lb_id16 writer;
	unsigned char signature[LB_SIGNATURE];
};

void lb_next_init(struct lb_next *n);
void lb_next_fini(struct lb_next *n);
/* Everything before the signature, which is what is signed. */
void lb_next_put_signed(const struct lb_next *n, struct buf *out);
void lb_next_put(const struct lb_next *n, struct buf *out);
/* Fills an initialised one. ERR_CORRUPT. Whether the signature is right is another
 * question: its key may be known only after the epoch's records were read. */
enum err_code lb_next_get(struct lb_next *n, struct span bytes,
                          struct err *err) ERR_CHECKED;

#endif
