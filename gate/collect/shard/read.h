// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHARD_READ_H
#define GATE_SHARD_READ_H

#include "base/arena.h"
#include "lib/json.h"

/* Milliseconds since 1970, up to the year 9999: the sum of as many as there may be shards
 * fits. */
#define SHARD_TIME_MAX INT64_C(253402300799999)

/* Members of an object that another machine wrote. The first fault stays in `rc`, as
 * ERR_CORRUPT; after it everything reads as empty. */
struct shard_reader {
	const struct json *v;
	struct arena *arena; /* takes strings */
	struct err *err;
	enum err_code rc;
};

void shard_read_fault(struct shard_reader *in, const char *key, const char *want);

/* Never NULL. */
const char *shard_read_str(struct shard_reader *in, const char *key);
/* NULL for null and for what is not there. */
const char *shard_read_optional(struct shard_reader *in, const char *key);
/* 64 lower-case hexadecimal digits. */
const char *shard_read_sha256(struct shard_reader *in, const char *key);
const char *shard_read_optional_sha256(struct shard_reader *in, const char *key);
uint64_t shard_read_u64(struct shard_reader *in, const char *key, uint64_t max);
int64_t shard_read_i64(struct shard_reader *in, const char *key, int64_t min,
                       int64_t max);
bool shard_read_bool(struct shard_reader *in, const char *key);

#endif
