// SPDX-License-Identifier: Apache-2.0
#ifndef CHUNK_CHUNKER_H
#define CHUNK_CHUNKER_H

#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/*
 * Where files are cut (docs/format.md, section 11). The caller keeps the bytes since the
 * last cut in one piece and shows them; the chunker says where the next cut is. Where the
 * cuts fall depends on the bytes, the parameters and the key alone, never on how much was
 * shown at a time. Every thread has its own.
 */
struct lb_key;
struct lb_chunker;

enum lb_chunk_algorithm { LB_CHUNK_GEAR = 1, LB_CHUNK_FIXED = 2 };

#define LB_CHUNK_MIN (4u << 10)
#define LB_CHUNK_MAX (8u << 20)

struct lb_chunk_params {
	uint8_t algorithm; /* enum lb_chunk_algorithm */
	uint32_t smallest;
	uint32_t average;
	uint32_t largest;
};

/* Gear, 256 KiB, 1 MiB, 4 MiB. */
struct lb_chunk_params lb_chunk_params_default(void);
/* What is wrong with them, as static text; NULL if a chunker takes them. */
const char *lb_chunk_params_fault(const struct lb_chunk_params *p);

/* `chunker_key` is the repository's (fixed cuts do not use it). ERR_USAGE for parameters
 * with a fault. */
enum err_code lb_chunker_new(struct lb_chunker **out, const struct lb_chunk_params *p,
                             const struct lb_key *chunker_key,
                             struct err *err) ERR_CHECKED;
void lb_chunker_free(struct lb_chunker *c);

/* Forgets what was shown: the start of another file. */
void lb_chunker_reset(struct lb_chunker *c);

/*
 * The length of the next chunk of `data`, which are the bytes since the last cut; they
 * begin with what was shown before. 0 = more is needed to tell. With `last` nothing
 * follows `data`, and only empty data give 0. After a cut the chunker stands at the start
 * of the next chunk.
 */
size_t lb_chunker_next(struct lb_chunker *c, struct span data, bool last);

#endif
