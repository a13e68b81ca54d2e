// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_KNOWN_H
#define SCANNERS_SCAN_KNOWN_H

#include "scanners/outcome.h"
#include "scanners/scan_cache.h"

/*
 * Scanning only what is not known yet. A file is known by its state (size, times, inode)
 * or by the blob that git's index names for a file in this state and its bytes, together
 * with its path and with what results depend on otherwise: rules, options, the program.
 * Files that changed just now are not trusted, as git does not trust them either.
 */

struct os_stat;
struct scan_cache;
struct scan_tracked;

/* The states of some files, whoever saw which first: the sum of their keys. Two sets of
 * the same sum cannot be found by those who do not know the secret that makes the keys
 * (Bellare and Micciancio, "A New Paradigm for Collision-free Hashing", 1997). */
struct scan_known_states {
	uint64_t count;
	uint64_t sum[2]; /* the low half first; modulo 2^128 */
};

struct scan_known_worker {
	struct buf key;
	struct buf value;
	struct scan_known_states states; /* of the files that it has seen */
	bool unsettled;                  /* one of them could change without a trace */
};

struct scan_known {
	struct scan_cache *cache; /* NULL: nothing is kept */
	struct buf path;          /* of its file */
	const char *folder;
	const struct scan_selection *rules;
	struct scan_tracked *tracked;
	int64_t started_ns;
	struct scan_known_worker *workers;
	size_t worker_count;
};

/* A file or folder of the tree. */
struct scan_known_file {
	struct span path; /* absolute */
	struct scan_outcome_file of;
	const struct os_stat *st;
	struct span data; /* what was read of it */
};

/*
 * `project` is the folder that results of a file are relative to, as far as they are the
 * same wherever the scan begins. Without a folder for caches nothing is known. Fails
 * without memory only. The selection and `tracked` outlive it.
 */
enum err_code scan_known_open(struct scan_known *k, const struct scan_options *o,
                              struct span project, const struct scan_selection *rules,
                              struct scan_tracked *tracked, size_t workers,
                              struct err *err) ERR_CHECKED;
/* Keeps what is new. A folder that cannot be written costs time only. */
void scan_known_store(struct scan_known *k);
/* What was taken borrows from it until here. */
void scan_known_close(struct scan_known *k);

/* What is in a folder in this state (entries.h); ptr is NULL if nobody knows. */
struct span scan_known_entries(struct scan_known *k, size_t worker,
                               const struct scan_known_file *folder);
enum err_code scan_known_listed(struct scan_known *k, size_t worker,
                                const struct scan_known_file *folder, struct span entries,
                                struct err *err) ERR_CHECKED;

/* Is there anything to ask for? */
bool scan_known_any(const struct scan_known *k);
/* Puts what is known of the file into the sink; false if nothing is. */
bool scan_known_take(struct scan_known *k, size_t worker,
                     const struct scan_known_file *file, struct scan_sink *sink);
/*
 * The judgement of the tree that these files make, when all of them were taken or noted:
 * *key names it (`tree` is how it is looked at besides), and the value is what
 * scan_known_judged kept under this key; ptr is NULL if there is none. False if the state
 * of a file is not certain enough for that.
 */
bool scan_known_judgement(struct scan_known *k, struct span tree,
                          struct scan_cache_key *key, struct span *value);
enum err_code scan_known_judged(struct scan_known *k, const struct scan_cache_key *key,
                                struct span value, struct err *err) ERR_CHECKED;

/* Remembers what the pass found in the file since the mark. */
enum err_code scan_known_note(struct scan_known *k, size_t worker,
                              const struct scan_known_file *file,
                              const struct scan_pass *pass,
                              const struct scan_outcome_mark *since,
                              enum scan_scope scope, struct err *err) ERR_CHECKED;

#endif
