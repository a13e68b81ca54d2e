// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_LOG_H
#define REPO_LOG_H

#include "repo/list.h"
#include "repo/record_seal.h"
#include "repo/state.h"

struct lb_backend;

/*
 * The write-once log (docs/format.md 8): reading on to its head, and appending. One log
 * object belongs to one session and one thread. Everything it borrows outlives it.
 */

struct lb_log;

struct lb_log_options {
	struct lb_backend *backend;
	struct lb_record_codec codec;
	struct lb_segment_source segments;
	struct lb_id repository;
	struct lb_list_store lists; /* lists that do not fit into records, checkpoints */
	const char *cache_dir;      /* of this repository; NULL: no head is remembered */
	/* Random bytes; NULL: the system's. */
	void (*random)(void *context, void *out, size_t len);
	/* Waits a little before the n-th new attempt; NULL: does not wait. */
	void (*pause)(void *context, unsigned attempt);
	void *context;
};

enum err_code lb_log_open(struct lb_log **out, const struct lb_log_options *options,
                          struct err *err) ERR_CHECKED;
void lb_log_close(struct lb_log *log);

/*
 * Reads on to the newest record. ERR_CORRUPT: the chain is broken, or a head that was
 * seen before is missing or another record stands there (rolled back, deleted, forked);
 * the state then holds what was read up to that point.
 */
enum err_code lb_log_head(struct lb_log *log, struct err *err) ERR_CHECKED;
/* As of the last lb_log_head or lb_log_append. */
const struct lb_state *lb_log_state(const struct lb_log *log);

/* What an append of such a record (enum lb_record_type) would be refused for, by the
 * state as it is: ERR_AUTH, the key lacks the role, is unknown or was removed;
 * ERR_UNSUPPORTED, the log or the configuration asks for what this program does not know.
 */
enum err_code lb_log_may_append(const struct lb_log *log, uint8_t type,
                                struct err *err) ERR_CHECKED;

/* What a build callback wants. */
enum lb_build {
	LB_BUILD_APPEND, /* the record is complete: try the next slot */
	LB_BUILD_AGAIN,  /* effects were made that take time: look at the head again first
	                  */
	LB_BUILD_GIVE_UP, /* nothing to say any more */
};

/* Fills an initialised record for the state `after`: type, lists, parts. Slot, chain,
 * session and nonce are the log's. Called anew after each lost slot. */
typedef enum err_code lb_log_build(void *context, const struct lb_state *after,
                                   struct lb_record *r, enum lb_build *what,
                                   struct err *err);
/*
 * Appends the record that `build` makes, at the first slot that is free. `*slot` is
 * LB_NO_SLOT when build gave up. ERR_AUTH: this key may not write such a record. ERR_IO
 * and the like after the request has left: whether the record is in the log is unknown; a
 * later lb_log_head shows it. On ERR_OK the state includes the record.
 */
enum err_code lb_log_append(struct lb_log *log, lb_log_build *build, void *context,
                            uint64_t *slot, struct err *err) ERR_CHECKED;

/* The records that were read are durable, whoever wrote them: before anything follows
 * from them that is no record. */
enum err_code lb_log_settle(struct lb_log *log, struct err *err) ERR_CHECKED;

/* Ends the current epoch: appends SEAL, bundles its records into a checkpoint, puts
 * `next`. Whoever finds an epoch sealed but not followed goes on from there. */
enum err_code lb_log_end_epoch(struct lb_log *log, struct err *err) ERR_CHECKED;
/* Deletes the records of an ended epoch, which its checkpoint holds. Repeatable.
 * ERR_USAGE if there is no checkpoint. */
enum err_code lb_log_trim(struct lb_log *log, uint32_t epoch,
                          struct err *err) ERR_CHECKED;

#endif
