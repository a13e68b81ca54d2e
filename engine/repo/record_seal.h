// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_RECORD_SEAL_H
#define REPO_RECORD_SEAL_H

#include "repo/record.h"

struct lb_config;
struct lb_keyring;
struct lb_next;
struct lb_sign_key;
struct lb_state;

/*
 * How records become bytes. The log is written against struct lb_record_codec; the real
 * one below seals, signs, opens and verifies (docs/format.md 8.1, 8.2).
 */
struct lb_record_codec {
	void *context;
	/* Appends the record's bytes to `out`. Slot, previous, nonce and the rest are
	 * set; the codec sets `writer`. ERR_LIMIT above LB_RECORD_MAX. */
	enum err_code (*encode)(void *context, struct lb_record *r, struct buf *out,
	                        struct err *err);
	/*
	 * Fills an initialised record, hash and is_void among it. `before` is the state
	 * that the log had up to there: it knows the keys and their roles. ERR_CORRUPT or
	 * ERR_AUTH: the log is broken at this record.
	 */
	enum err_code (*decode)(void *context, struct span bytes,
	                        const struct lb_state *before, struct lb_record *r,
	                        struct err *err);
	/* May this key write a record of the type after that state? Otherwise it would
	 * take its slot and mean nothing. ERR_AUTH; ERR_UNSUPPORTED as
	 * lb_config_may_write. NULL: no check. */
	enum err_code (*check_role)(void *context, const struct lb_state *before,
	                            uint8_t type, struct err *err);
	/* Sets writer and signature of a successor (8.6). */
	enum err_code (*sign_next)(void *context, struct lb_next *next, struct err *err);
	/* By the state at the end of its epoch. ERR_AUTH. */
	enum err_code (*check_next)(void *context, const struct lb_next *next,
	                            const struct lb_state *after, struct err *err);
};

/* Borrows everything; lives as long as the log that uses its codec. One thread. */
struct lb_record_sealer {
	const struct lb_keyring *keyring;
	const struct lb_sign_key *sign; /* NULL: reads only */
	bool has_genesis;
	struct lb_id genesis;           /* expected H(GENESIS), from the keyset */
	const struct lb_config *config; /* its hash is expected, its features are asked
	                                   for before writing; NULL: neither */
};

struct lb_record_codec lb_record_codec_of(struct lb_record_sealer *sealer);

#endif
