// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_CACHE_H
#define SCANNERS_SCAN_CACHE_H

#include "base/err.h"
#include "base/span.h"
#include "crypto/digest.h"

/*
 * What earlier scans found, by key: one file a project and set of rules. It is read as a
 * whole, checked by its hash, and replaced as a whole, so two scans at once do not
 * disturb one another. A file that is damaged, foreign or of other terms counts as empty;
 * it costs time only. The layout is in the .c file.
 */
struct scan_cache;

enum { SCAN_CACHE_KEY = 16 };

/* A hash over all that a result depends on besides the terms. */
struct scan_cache_key {
	unsigned char b[SCAN_CACHE_KEY];
};

/* More than that is not kept. */
#define SCAN_CACHE_MAX ((size_t)32 << 20)

/*
 * `terms` is what all results depend on: rules, options, version of the program. Fails
 * without memory only. `path` may be NULL: nothing is read.
 */
enum err_code scan_cache_open(struct scan_cache **out, const char *path,
                              const struct lb_id *terms, size_t workers,
                              struct err *err) ERR_CHECKED;
void scan_cache_free(struct scan_cache *c);

/* The key for `what`, in this file: another file gives it another one. */
struct scan_cache_key scan_cache_key_of(const struct scan_cache *c, struct span what);

bool scan_cache_is_empty(const struct scan_cache *c);
/* Borrowed until scan_cache_free; ptr is NULL if there is none. Any thread. */
struct span scan_cache_find(struct scan_cache *c, const struct scan_cache_key *key);
/* Keeps a value, which is copied, under each of the keys. One thread a worker. */
enum err_code scan_cache_note(struct scan_cache *c, size_t worker,
                              const struct scan_cache_key *keys, size_t count,
                              struct span value, struct err *err) ERR_CHECKED;
/* One more key of a value that scan_cache_find gave. */
enum err_code scan_cache_alias(struct scan_cache *c, size_t worker,
                               const struct scan_cache_key *key, struct span value,
                               struct err *err) ERR_CHECKED;

/* Was anything noted that the file does not have? */
bool scan_cache_has_news(const struct scan_cache *c);
/* Writes what is known now, into a folder that exists. What nobody asked for in many
 * rounds is left out. All workers have ended. */
enum err_code scan_cache_store(struct scan_cache *c, const char *path,
                               struct err *err) ERR_CHECKED;

#endif
