// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_REPO_H
#define REPO_REPO_H

#include "repo/config.h"
#include "repo/slot.h"
#include "repo/state.h"

struct lb_backend;
struct lb_index;
struct lb_keyring;
struct lb_log;
struct lb_reader;

/*
 * An open repository: its store, what the key slot unlocked, the log as far as it was
 * read, and the index over the segments in force. One thread at a time, but for what
 * keyring, index and backend allow.
 */
struct lb_repo;

/*
 * Takes the backend, also on failure. ERR_NOT_FOUND: not a repository. ERR_AUTH: no key
 * slot that counts opens with this. ERR_UNSUPPORTED: features this program does not know.
 * `cache_dir` is the folder of all caches; NULL: private ones that go with the repository
 * object.
 */
enum err_code lb_repo_open(struct lb_repo **out, struct lb_backend *take_backend,
                           const struct lb_unlock *unlock, const char *cache_dir,
                           struct err *err) ERR_CHECKED;
/* What opening met and worked around. */
struct lb_repo_faults {
	bool config_lost; /* missing or damaged; a key slot's copy serves */
	struct err log;   /* not ERR_OK: it breaks there; the state is that before */
	struct err index; /* not ERR_OK: the first segment that cannot be read */
};
/* The same for check and repair: goes on where the configuration is lost or the log
 * breaks. */
enum err_code lb_repo_open_damaged(struct lb_repo **out, struct lb_backend *take_backend,
                                   const struct lb_unlock *unlock, const char *cache_dir,
                                   struct lb_repo_faults *faults,
                                   struct err *err) ERR_CHECKED;
void lb_repo_close(struct lb_repo *r);

/* Reads the log to its head and brings the index up to it. Segments that cannot be read
 * do not stop it: what they say is not known until they are rebuilt. */
enum err_code lb_repo_refresh(struct lb_repo *r, struct err *err) ERR_CHECKED;
/* Only the second half, for what an append has read meanwhile. */
enum err_code lb_repo_refresh_index(struct lb_repo *r, struct err *err) ERR_CHECKED;

/* A reader of the repository's chunks. Where a pack is gone it reads on in the log, since
 * a prune may have put the chunk elsewhere, and looks again; any thread may. That gives
 * rows of the index new numbers, so it is not for those who count by them. */
enum err_code lb_repo_reader(struct lb_reader **out, struct lb_repo *r,
                             struct err *err) ERR_CHECKED;

struct lb_backend *lb_repo_backend(struct lb_repo *r);
const struct lb_config *lb_repo_config(const struct lb_repo *r);
const struct lb_keyring *lb_repo_keyring(const struct lb_repo *r);
struct lb_log *lb_repo_log(struct lb_repo *r);
const struct lb_state *lb_repo_state(const struct lb_repo *r);
struct lb_index *lb_repo_index(struct lb_repo *r);
/* Segments in force that could not be read; their chunks count as not stored. */
size_t lb_repo_missing(const struct lb_repo *r);
const struct lb_keyset *lb_repo_keyset(const struct lb_repo *r);
/* The key slot that was opened. */
const struct lb_id16 *lb_repo_slot(const struct lb_repo *r);
/* This repository's own folder among the caches; NULL without one. */
const char *lb_repo_cache_dir(const struct lb_repo *r);

#endif
