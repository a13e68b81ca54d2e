// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_REPO_FIXTURE_H
#define TESTS_REPO_FIXTURE_H

#include "backend/memory.h"
#include "repo/init.h"
#include "repo/keys.h"
#include "repo/repo.h"
#include "support/project.h"

/* Repositories on a disk in memory. Opening by a key file costs no time. */

/* xorshift: the same on every machine. The state is not 0. */
uint32_t fixture_dice(uint64_t *state, uint32_t sides);

/* By this secret of 32 bytes; fixture_unlock: by one that all share. */
struct lb_unlock fixture_unlock_by(const char *secret);
struct lb_unlock fixture_unlock(void);
/* Small packs and groups. */
void fixture_plan(struct lb_repo_plan *plan, const struct lb_unlock *unlock);
/* With an empty repository; fixture_disk: by fixture_plan and fixture_unlock. */
struct lb_memory *fixture_disk_of(struct lb_repo_plan *plan);
struct lb_memory *fixture_disk(void);
/* Whatever an earlier one knew is read anew. */
enum err_code fixture_try_open(struct lb_memory *disk, const struct lb_unlock *unlock,
                               struct lb_repo **out, struct err *err) ERR_CHECKED;
struct lb_repo *fixture_open_by(struct lb_memory *disk, const struct lb_unlock *unlock);
struct lb_repo *fixture_open(struct lb_memory *disk);
/* The disk as it is now, once more. */
struct lb_memory *fixture_copy(struct lb_memory *disk);

/* A file of random printable bytes. */
void fixture_write(uint64_t *state, const struct project *p, const char *name,
                   size_t size);
/* A snapshot of the project. */
struct lb_id16 fixture_back_up(struct lb_repo *repo, const struct project *p);
void fixture_forget(struct lb_repo *repo, const struct lb_id16 *id);
/* Reads every chunk of every snapshot and checks its id; gives the number of snapshots.
 * The ids, sorted, go into `needed` unless it is NULL. */
size_t fixture_read_all(struct lb_repo *repo, const char *when, struct lb_ids *needed);

#endif
