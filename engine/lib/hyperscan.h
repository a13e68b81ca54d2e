// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_HYPERSCAN_H
#define LIB_HYPERSCAN_H

#include "base/buf.h"

/*
 * Many expressions in one pass, over Hyperscan; on processors it does not know, every
 * function says ERR_UNSUPPORTED. It tells which expression matches and where each match
 * ends, every end there is. A database is constant and shared by threads; each thread has
 * a lane of its own.
 */
struct hyper_db;
struct hyper_lane;

struct hyper_pattern {
	const char *pattern; /* an expression on bytes; NUL-terminated */
	unsigned id;         /* what a match says */
};

/* Is there an engine on this machine? */
bool hyper_works(void);
/* Appends what a database depends on besides the expressions: the library's version and
 * the kind of processor. */
void hyper_identity(struct buf *out);

/* ERR_UNSUPPORTED for an expression that it cannot do, with its index in *bad (count: it
 * is the set of them that it cannot do). */
enum err_code hyper_compile(struct hyper_db **out, const struct hyper_pattern *patterns,
                            size_t count, size_t *bad, struct err *err) ERR_CHECKED;
void hyper_free(struct hyper_db *db);

/* Bytes to keep; ERR_CORRUPT when what is loaded was not made for this library and
 * processor. The bytes must be what hyper_store gave: the caller checks their digest. */
enum err_code hyper_store(const struct hyper_db *db, struct buf *out,
                          struct err *err) ERR_CHECKED;
enum err_code hyper_load(struct hyper_db **out, struct span bytes,
                         struct err *err) ERR_CHECKED;

enum err_code hyper_lane_new(struct hyper_lane **out, const struct hyper_db *db,
                             struct err *err) ERR_CHECKED;
void hyper_lane_free(struct hyper_lane *lane);

/* Ends come in no order but rising for one id. */
typedef void hyper_match(unsigned id, size_t end, void *context);

/* Texts above 4 GiB are ERR_LIMIT. */
enum err_code hyper_scan(const struct hyper_db *db, struct hyper_lane *lane,
                         struct span text, hyper_match *match, void *context,
                         struct err *err) ERR_CHECKED;

#endif
