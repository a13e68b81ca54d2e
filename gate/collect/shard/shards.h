// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHARDS_H
#define GATE_SHARDS_H

#include "collect/collect.h"
#include "collect/shard/shard.h"
#include "os/walk.h"

/*
 * The folders of shards that are to be joined, as they were found: all from one run, each
 * once. Nothing in them is trusted: what is read of them has the SHA-256 that their
 * shard.json says, or is an error.
 */

struct shards_unit {
	const char *id;
	enum gate_unit_kind kind;
	const char *command;
	struct gate_strings needs;
	uint64_t weight_ms;
	uint32_t shard; /* as in struct gate_part_unit */
	bool everywhere;
	/* Of a suite or build, which may have been detected on that machine alone: */
	const char *folder; /* "." where it runs in the root */
	/* Of a suite alone: */
	enum gate_format format;
	bool covers;       /* it names reports of coverage */
	const char *state; /* hash of what became of it here, or NULL */
};

struct shards_named {
	const char *name;   /* of a check or a file */
	const char *sha256; /* of the file; NULL: there is none */
	bool settled;
};

struct shards_folder {
	const char *path;
	struct gate_shard shard;
	const char *tool_version;
	const char *fingerprint;
	const char *policy; /* digest */
	const char *policy_path;
	const char *policy_profile;
	const char *tree;
	const char *sources; /* hash of what there is to be covered, or NULL */
	const char *owners;  /* hash of CODEOWNERS, or NULL */
	int64_t started_ms;
	int64_t ended_ms;
	struct shards_unit *units; /* of the whole plan */
	size_t unit_count;
	struct shards_named *checks;
	size_t check_count;
	struct shards_named *files;
	size_t file_count;
};

struct shards {
	struct arena arena;
	struct shards_folder *folders; /* by index; those that are missing have no path */
	uint32_t total;
	uint32_t missing;
	const struct shards_folder *first; /* of those that are there */
	int64_t started_ms; /* of the first to start, and of the last to end */
	int64_t ended_ms;
	struct gate_policy *policy;
	struct gate_subject subject; /* dirty where one of them was */
};

/*
 * Each of `dirs` is the folder of a shard's run, or one with such folders right below it.
 * ERR_USAGE for what cannot be joined: no shard, another run (different fingerprints or
 * versions), one twice, one missing unless `allow_missing`. ERR_CORRUPT for what is
 * damaged.
 */
enum err_code shards_open(struct shards *out, const char *const *dirs, size_t count,
                          bool allow_missing, struct err *err) ERR_CHECKED;
void shards_close(struct shards *s);

/* Reads DIR/below/name (`below` may be NULL); ERR_CORRUPT unless it has this hash. */
enum err_code shards_read(const struct shards_folder *f, const char *below,
                          const char *name, const char *sha256, struct buf *out,
                          struct err *err) ERR_CHECKED;

/* The entry of that name, or NULL. */
const struct shards_named *shards_find(const struct shards_named *list, size_t count,
                                       const char *name);

#endif
