// SPDX-License-Identifier: Apache-2.0
#ifndef BACKEND_MEMORY_H
#define BACKEND_MEMORY_H

#include "backend/backend.h"

/*
 * A folder in memory for tests: the code of the local backend on a disk that can lose its
 * power. The disk notes every step (create, write, fsync, link, rename, unlink, mkdir,
 * fsync of a folder) of all its backends, and rebuilds any state that a crash between two
 * of them could have left. Any thread may use its backends.
 */
struct lb_memory;

enum err_code lb_memory_new(struct lb_memory **out, struct err *err) ERR_CHECKED;
/* All backends of the disk must have been closed. NULL is fine. */
void lb_memory_free(struct lb_memory *disk);
/* One client of the disk; close it with lb_backend_close. */
enum err_code lb_memory_open(struct lb_backend **out, struct lb_memory *disk,
                             struct err *err) ERR_CHECKED;

/* Steps are noted from now on (not before the first call): the disk as it is counts as
 * durable. */
enum err_code lb_memory_record(struct lb_memory *disk, struct err *err) ERR_CHECKED;
/* How many steps were noted; so cuts are 0 (before all) to this number (after all). */
size_t lb_memory_cuts(const struct lb_memory *disk);
/* What step `n` did ("link tmp/1 log/00000000/00000002"), for messages. */
enum err_code lb_memory_step(const struct lb_memory *disk, size_t n, struct buf *out,
                             struct err *err) ERR_CHECKED;

/* Seeds with a meaning of their own; all others are dice. */
enum {
	LB_CRASH_LOSE = 0, /* nothing survives that was not synced */
	LB_CRASH_KEEP = 1, /* everything survives: the process died, not the machine */
};
/*
 * The disk as a crash after `cut` steps may have left it. What was not synced survives in
 * part, each name and each file on its own (so in any order), as the seed says. The new
 * disk notes nothing yet.
 */
enum err_code lb_memory_crash(struct lb_memory **out, const struct lb_memory *disk,
                              size_t cut, uint64_t seed, struct err *err) ERR_CHECKED;

/* The n-th step from now (1 = the next) fails with this errno; if `done`, after it had
 * its effect. 0 turns it off. */
void lb_memory_fail(struct lb_memory *disk, uint64_t n, int os_code, bool done);

#endif
