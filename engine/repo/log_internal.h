// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_LOG_INTERNAL_H
#define REPO_LOG_INTERNAL_H

#include "repo/log.h"
#include "repo/next.h"
#include "repo/remember.h"

#include <stdio.h>

#define LOG_KEY_MAX 32

struct lb_log {
	struct lb_log_options options;
	struct lb_state *state;
	struct lb_id16 session;
	uint64_t start; /* LB_NO_SLOT before the first head */
	struct lb_remembered remembered;

	uint32_t epoch;
	uint32_t seq;         /* of the record to be read next */
	struct lb_ids hashes; /* of the epoch's records read so far */
	bool sealed;          /* the last of them is a SEAL */
	bool stale;           /* the state cannot be trusted: begin anew */
	bool unsettled;       /* others' records were read, maybe not durable yet */
};

void log_key(char key[LOG_KEY_MAX], uint32_t epoch, uint32_t seq);
void log_next_key(char key[LOG_KEY_MAX], uint32_t epoch);

/* The content of a doubled object; ERR_NOT_FOUND. */
enum err_code log_get(struct lb_log *log, const char *key, size_t max, struct buf *out,
                      struct err *err) ERR_CHECKED;
/* Doubled, by put-if-absent; tries again while the answer does not come. ERR_EXISTS. */
enum err_code log_put_new(struct lb_log *log, const char *key, struct span content,
                          struct err *err) ERR_CHECKED;
/* Decodes, checks and applies the record of the next slot. */
enum err_code log_take(struct lb_log *log, struct span bytes,
                       struct err *err) ERR_CHECKED;
/* The head that the state has is the one that must be there from now on. */
enum err_code log_remember(struct lb_log *log, struct err *err) ERR_CHECKED;
/* `*found` is false where an epoch has no successor. */
enum err_code log_get_next(struct lb_log *log, uint32_t epoch, struct lb_next *next,
                           bool *found, struct err *err) ERR_CHECKED;
/* The current epoch is sealed but has no successor: writes it. */
enum err_code log_put_next(struct lb_log *log, struct err *err) ERR_CHECKED;
#endif
