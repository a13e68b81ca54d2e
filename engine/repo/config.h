// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_CONFIG_H
#define REPO_CONFIG_H

#include "backend/backend.h" /* enum lb_arbitration */
#include "chunk/chunker.h"
#include "crypto/ident.h"
#include "crypto/seal.h"

/*
 * The configuration of a repository: what all clients must agree on, written once
 * (docs/format.md, section 3). A plain value that owns nothing. Whoever unlocks a key
 * slot knows that it is authentic: its hash goes into the derivation of the slot's key.
 */

enum { LB_CONFIG_MAX = 4096, LB_ZONE_MAX = 255 };

/* Sizes aimed at. The upper bounds leave room for one chunk more. */
#define LB_PACK_SIZE_MIN (64U << 10)
#define LB_PACK_SIZE_MAX (128U << 20)
#define LB_GROUP_SIZE_MIN (4U << 10)
#define LB_GROUP_SIZE_MAX (8U << 20)

struct lb_config {
	uint64_t features_read;  /* bits that a reader must know */
	uint64_t features_write; /* bits that a writer must know */
	struct lb_id repo;
	enum lb_arbitration arbitration;
	char zone[LB_ZONE_MAX + 1]; /* UTF-8, "" for none */
	int64_t created;            /* ns since 1970 */
	enum lb_ident_alg ident;
	enum lb_suite suite; /* of new objects */
	struct lb_chunk_params chunker;
	uint32_t pack_size;
	uint32_t group_size;
	/* The content as it stands in the store, with fields that this program does not
	 * know, and its hash. */
	unsigned char content[LB_CONFIG_MAX];
	size_t content_len;
	struct lb_id hash;
};

/* A random id, what suits this machine, sizes for a local store; the caller sets what it
 * wants otherwise and then seals the choice with lb_config_encode. */
void lb_config_default(struct lb_config *c);
/* What is wrong with the values, as static text; NULL if nothing is. */
const char *lb_config_fault(const struct lb_config *c);
/* Makes content and hash from the values. ERR_USAGE names the fault. */
enum err_code lb_config_encode(struct lb_config *c, struct err *err) ERR_CHECKED;
/* ERR_CORRUPT; ERR_UNSUPPORTED for another format version or features that reading
 * needs. */
enum err_code lb_config_decode(struct lb_config *c, struct span content,
                               struct err *err) ERR_CHECKED;
/* ERR_UNSUPPORTED where the repository has features that writing needs and this program
 * does not know: it may be read. */
enum err_code lb_config_may_write(const struct lb_config *c, struct err *err) ERR_CHECKED;
struct span lb_config_content(const struct lb_config *c);

#endif
