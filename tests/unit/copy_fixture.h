// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_COPY_FIXTURE_H
#define TESTS_COPY_FIXTURE_H

#include "backend/memory.h"
#include "job/copy.h"
#include "job/snapshots.h"
#include "repo/repo.h"

/* Two repositories in memory, with keys of their own. Failures end the test case. */

extern const char copy_source_key[];
extern const char copy_target_key[];

/* A disk with an empty repository, of small packs and chunks. */
struct lb_memory *copy_disk(const char *key);
struct lb_repo *copy_open(struct lb_memory *disk, const char *key);
/* A source with three snapshots that have files in common; `large`: one needs a map. */
struct lb_memory *copy_filled(bool large);
struct lb_snapshots copy_snapshots(struct lb_repo *repo);
/* NULL: everything, on one thread. */
struct lb_copy_result copy_everything(struct lb_repo *from, struct lb_repo *to,
                                      const struct lb_copy_options *options);
/* `count` snapshots of the source were copied, each once, and are all that they were. */
void copy_check(struct lb_repo *from, struct lb_repo *to, size_t count, const char *when);

#endif
