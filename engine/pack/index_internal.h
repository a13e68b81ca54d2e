// SPDX-License-Identifier: Apache-2.0
#ifndef PACK_INDEX_INTERNAL_H
#define PACK_INDEX_INTERNAL_H

#include "base/buf.h"
#include "base/map.h"
#include "pack/index.h"
#include "pack/own.h"
#include "pack/run.h"

#include <pthread.h>

/*
 * The index, for the files that make it up: index.c (life, updates), index_find.c (the
 * questions of many threads), index_build.c (runs from segments, from memory, from other
 * runs) and index_walk.c.
 *
 * Locks, taken in this order:
 *   change  whoever changes the set of runs: one at a time, for as long as it takes
 *   lock    readers while they look; writers only to exchange pointers and flags
 *   table   what is inside `active`
 */

/* A run in use. */
struct index_slot {
	struct lb_run *run;
	char *path;             /* NULL: has no name any more (own rows) */
	struct lb_id *segments; /* copied, so that a damaged run can be made anew */
	bool *live;             /* by segment: in force */
	unsigned char *flags;   /* by pack */
	uint64_t base;          /* number of its first row */
	bool own;               /* packs of this session: no segments */
	bool bad;               /* damaged, about to be replaced */
};

enum { INDEX_BARRED = 1, INDEX_HIDDEN = 2 }; /* condemned or dead; now in a segment */

struct lb_index {
	const struct lb_keyring *keys;
	struct lb_backend *backend;
	struct buf dir;
	bool private_dir;
	pthread_mutex_t change;
	pthread_rwlock_t lock;
	pthread_mutex_t table;
	struct index_slot *slots; /* index_settle orders them */
	size_t count;
	size_t cap;
	struct lb_own *active;
	struct lb_own *frozen; /* being written out, or NULL */
	struct map barred;     /* names of condemned and dead packs */
	struct lb_id *missing; /* segments that could not be read */
	size_t missing_count;
	size_t missing_cap;
};

void index_lock_change(struct lb_index *ix);
/* False if this thread has it already (a walk is on). */
bool index_try_change(struct lb_index *ix);
void index_unlock_change(struct lb_index *ix);
void index_read(struct lb_index *ix);
void index_write(struct lb_index *ix);
void index_unlock(struct lb_index *ix);
void index_lock_table(struct lb_index *ix);
void index_unlock_table(struct lb_index *ix);

/* "cached index in DIR: cause" */
enum err_code index_wrap(const struct lb_index *ix, enum err_code rc, struct err *err);
bool index_barred(const struct lb_index *ix, const struct lb_id *pack);
void index_slot_fini(struct index_slot *s);
/* Adds the run that is open at slot->run, all its segments in force or none; on failure
 * the slot stays the caller's. */
enum err_code index_install(struct lb_index *ix, struct index_slot *slot, bool live,
                            struct err *err) ERR_CHECKED;
/* Numbers the rows of all runs; with `lock` held for writing. */
void index_number(struct lb_index *ix);
/* One run for all of the slots [from, to), which end; flags and segments as
 * index_install(.., true). On failure the slot stays the caller's. */
enum err_code index_replace(struct lb_index *ix, size_t from, size_t to,
                            struct index_slot *slot, struct err *err) ERR_CHECKED;
/* Takes a slot out and ends it; its file goes too. */
void index_remove(struct lb_index *ix, size_t i);

/* The place that a row of the run tells; *there is false if it is not in force. */
enum err_code index_place(const struct index_slot *s, uint64_t i, struct lb_row *row,
                          struct lb_place *out, bool *there, struct err *err) ERR_CHECKED;

/* With `change` held. Loads the segments and makes runs of them, in force. The first
 * error is returned at the end; what could not be read is noted as missing. */
enum err_code index_load_segments(struct lb_index *ix, const struct lb_id *names,
                                  size_t count, struct err *err) ERR_CHECKED;
/* Merges runs until each is more than twice as long as all shorter ones together. */
enum err_code index_settle(struct lb_index *ix, struct err *err) ERR_CHECKED;
/* Writes what is in memory as a run. */
enum err_code index_flush(struct lb_index *ix, struct err *err) ERR_CHECKED;
/* Drops the damaged run and makes it anew from its segments. */
enum err_code index_heal(struct lb_index *ix, const struct lb_run *bad,
                         struct err *err) ERR_CHECKED;
/* Reads every page of every run; heals what is damaged. */
enum err_code index_check_runs(struct lb_index *ix, struct err *err) ERR_CHECKED;
/* Opens what earlier sessions left in the folder, nothing of it in force. */
enum err_code index_open_cache(struct lb_index *ix, struct err *err) ERR_CHECKED;

#endif
