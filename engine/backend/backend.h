// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include "base/buf.h"

#include <stdint.h>

/*
 * A store of whole objects by key ("packs/ab/abcd..", docs/format.md section 2). A key is
 * absent or holds one whole object, never a part of one. Any thread may call; calls may
 * block on the device. Errors name the object and say what mends them.
 *
 * Order of effects. What survives a loss of power is decided by two rules, so that no
 * caller needs to think of folders and fsync:
 *  1. lb_backend_put_new is durable when it returns ERR_OK, and before its object can be
 *     seen by anybody, every put that had returned before it began is durable.
 *  2. The same holds before an object disappears by lb_backend_delete.
 * So a record of the log never names a pack or segment that a crash could take away.
 * Everything else is made durable by lb_backend_sync at the latest.
 *
 * After any error but ERR_EXISTS and ERR_NOT_FOUND a writing call may have had its effect
 * or not.
 */
struct lb_backend;

enum { LB_BACKEND_KEY_MAX = 255 };

/* How put-if-absent is decided, as docs/format.md section 3 numbers it. */
enum lb_arbitration {
	LB_ARBITRATION_LINK = 1,
	LB_ARBITRATION_RENAME = 2,
	LB_ARBITRATION_IF_ABSENT = 3,
	LB_ARBITRATION_FIRST_VERSION = 4,
	LB_ARBITRATION_NONE = 5, /* nobody decides: one client at a time only */
};

/*
 * Stores a whole object given in pieces, under a name that is used once: a repeat with
 * the same bytes is fine. For packs, segments and lists.
 */
enum err_code lb_backend_put(struct lb_backend *b, const char *key,
                             const struct span *parts, size_t count,
                             struct err *err) ERR_CHECKED;
/*
 * Put-if-absent: of all callers racing for a key exactly one wins for ever. ERR_EXISTS
 * when another object is there; finding the very same bytes there is winning (the answer
 * to an earlier attempt was lost). Before acting on the winner's object, sync its folder.
 * For the log, key slots and the configuration.
 */
enum err_code lb_backend_put_new(struct lb_backend *b, const char *key,
                                 struct span content, struct err *err) ERR_CHECKED;
/* Stores or replaces, atomically. For session hints. */
enum err_code lb_backend_replace(struct lb_backend *b, const char *key,
                                 struct span content, struct err *err) ERR_CHECKED;

/* The whole object into `out` (cleared first, memory reused). ERR_NOT_FOUND; ERR_LIMIT
 * above `max` bytes. */
enum err_code lb_backend_get(struct lb_backend *b, const char *key, uint64_t max,
                             struct buf *out, struct err *err) ERR_CHECKED;
/* Exactly `len` bytes from `offset`. ERR_NOT_FOUND; ERR_CORRUPT if the object ends
 * before. */
enum err_code lb_backend_read(struct lb_backend *b, const char *key, uint64_t offset,
                              size_t len, unsigned char *out,
                              struct err *err) ERR_CHECKED;
enum err_code lb_backend_size(struct lb_backend *b, const char *key, uint64_t *size,
                              struct err *err) ERR_CHECKED;

/* Missing is fine. */
enum err_code lb_backend_delete(struct lb_backend *b, const char *key,
                                struct err *err) ERR_CHECKED;

/* One object of a list; a code other than ERR_OK ends the list and is returned. May call
 * the backend. */
typedef enum err_code lb_backend_visit(const char *key, uint64_t size, void *context,
                                       struct err *err);
/*
 * Every object below a folder ("packs", "log/00000000"), at any depth and in any order,
 * streamed. Objects that come or go meanwhile may be told or not; what is no object is
 * left out. A missing folder is an empty one.
 */
enum err_code lb_backend_list(struct lb_backend *b, const char *folder,
                              lb_backend_visit *visit, void *context,
                              struct err *err) ERR_CHECKED;

/* All earlier calls of this backend are durable. */
enum err_code lb_backend_sync(struct lb_backend *b, struct err *err) ERR_CHECKED;
/* What is visible in the folder is durable, whoever put it there: to be called before
 * acting on others' records. A missing folder is fine. */
enum err_code lb_backend_sync_folder(struct lb_backend *b, const char *folder,
                                     struct err *err) ERR_CHECKED;

/* Tries what put-if-absent can rest on here (for init). */
enum err_code lb_backend_probe(struct lb_backend *b, enum lb_arbitration *out,
                               struct err *err) ERR_CHECKED;
/* What the configuration says; call before other threads write. The default is the first
 * that the backend knows. ERR_UNSUPPORTED if it cannot. */
enum err_code lb_backend_arbitrate(struct lb_backend *b, enum lb_arbitration how,
                                   struct err *err) ERR_CHECKED;

/* Where it is, for messages; lives as long as the backend. */
const char *lb_backend_name(const struct lb_backend *b);
/* Puts that were not made durable yet are left to the system: lb_backend_sync says
 * whether they are. NULL is fine. */
void lb_backend_close(struct lb_backend *b);

/* 1 to 4 names of [0-9a-z._-], none starting with a dot, none of them "object", the first
 * not "tmp". Anything else is ERR_USAGE to all calls above. */
bool lb_backend_key_ok(const char *key);

/* For those who implement a backend: embed struct lb_backend as the first member. Keys
 * have been checked. */
struct lb_backend_ops {
	enum err_code (*put)(struct lb_backend *b, const char *key,
	                     const struct span *parts, size_t count, struct err *err);
	enum err_code (*put_new)(struct lb_backend *b, const char *key,
	                         struct span content, struct err *err);
	enum err_code (*replace)(struct lb_backend *b, const char *key,
	                         struct span content, struct err *err);
	enum err_code (*get)(struct lb_backend *b, const char *key, uint64_t max,
	                     struct buf *out, struct err *err);
	enum err_code (*read)(struct lb_backend *b, const char *key, uint64_t offset,
	                      size_t len, unsigned char *out, struct err *err);
	enum err_code (*size)(struct lb_backend *b, const char *key, uint64_t *size,
	                      struct err *err);
	enum err_code (*remove)(struct lb_backend *b, const char *key, struct err *err);
	enum err_code (*list)(struct lb_backend *b, const char *folder,
	                      lb_backend_visit *visit, void *context, struct err *err);
	enum err_code (*sync)(struct lb_backend *b, struct err *err);
	enum err_code (*sync_folder)(struct lb_backend *b, const char *folder,
	                             struct err *err);
	enum err_code (*probe)(struct lb_backend *b, enum lb_arbitration *out,
	                       struct err *err);
	enum err_code (*arbitrate)(struct lb_backend *b, enum lb_arbitration how,
	                           struct err *err);
	const char *(*name)(const struct lb_backend *b);
	void (*close)(struct lb_backend *b);
};

struct lb_backend {
	const struct lb_backend_ops *ops;
};

#endif
