// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MERGE_INTERNAL_H
#define GATE_MERGE_INTERNAL_H

#include "collect/collect_internal.h"
#include "collect/shard/shards.h"

/* merge.c leads and takes checks; merge_units.c makes one unit of what shards have of
 * it. */
struct merge {
	struct gate_collection c;               /* as if all had run here */
	struct gate_collector_context *context; /* the collection's */
	struct shards *shards;
	bool **here; /* of each shard, also a missing one: a flag a unit, it runs there */
	struct buf text; /* of one file at a time */
};

/* Fills in plan and units. */
enum err_code merge_units(struct merge *m, struct err *err) ERR_CHECKED;

/* A unit of which every shard ran a part (merge_parts.c). */
enum err_code merge_parts(struct merge *m, size_t unit, struct err *err) ERR_CHECKED;

/* What one shard has of a unit. `out` has an initialized run. */
enum err_code merge_read_state(struct merge *m, const struct shards_folder *f,
                               const struct shards_unit *u, struct gate_unit_state *out,
                               struct err *err) ERR_CHECKED;

enum err_code merge_copy_artefacts(struct merge *m, const struct shards_folder *f,
                                   const struct gate_artefact *list, size_t count,
                                   struct err *err) ERR_CHECKED;

/* Stores that the check is unknown, and why. */
enum err_code merge_say(struct merge *m, size_t check, struct err *err, const char *fmt,
                        ...) __attribute__((format(printf, 4, 5))) ERR_CHECKED;

#endif
