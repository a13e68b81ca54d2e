// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SHARDS_INTERNAL_H
#define GATE_SHARDS_INTERNAL_H

#include "collect/shard/shards.h"

/* Reads shard.json of the open folder; ERR_CORRUPT also for one whose fingerprint is not
 * that of its own plan, ERR_UNSUPPORTED for another schema. */
enum err_code shards_read_manifest(struct shards_folder *f, struct arena *arena,
                                   struct err *err) ERR_CHECKED;
/* The same of text. */
enum err_code shards_parse_manifest(struct shards_folder *f, struct span text,
                                    struct arena *arena, struct err *err) ERR_CHECKED;

#endif
