// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_HISTORY_VERIFY_H
#define GATE_HISTORY_VERIFY_H

#include "record/anchor.h"

/*
 * Verifies the history of a project from its log alone: that its chain holds, that each
 * entry says its place in it, who signed it, and that it has what was anchored. The index
 * is not asked.
 */

struct gate_history_trust {
	const struct lb_verifier *keys;
	size_t count;
	/* Each entry must be signed by one of the keys; else signatures of others, and */
	bool only_these;
	bool unsigned_too; /* entries that nobody signed are counted only. */
	const char *ref;   /* of anchors */
	/* The repository has other histories that are anchored, and this one need not be;
	 * else such anchors, and none of this one, are those of a history that was
	 * replaced or taken away: broken at 0. */
	bool other_anchors;
	const char *find; /* SHA-256 of an assessment to look for, or NULL */
};

struct gate_history_verified {
	struct gate_history_state state; /* broken where a signature is wrong as well */
	uint64_t known;                  /* entries signed by one of the keys */
	uint64_t unknown;                /* signed, but by none of them */
	uint64_t unsigned_count;
	uint64_t anchored; /* entries that the furthest anchor vouches for */
	uint64_t others;   /* anchors of other histories */
	uint64_t found; /* entries up to the first with trust->find; 0: there is none */
};

enum err_code gate_history_verify(struct gate_history_verified *out, const char *root,
                                  const struct gate_history_trust *trust,
                                  struct err *err) ERR_CHECKED;

/* Does the history of the project at `root` have this assessment where an anchor vouches
 * for it? Not of a broken one; no history is no error. */
enum err_code gate_history_has_anchored(const char *root, const char *ref,
                                        const char *assessment, bool *has,
                                        struct err *err) ERR_CHECKED;

#endif
