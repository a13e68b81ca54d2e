// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DEPEND_LOCK_H
#define SCANNERS_DEPEND_LOCK_H

#include "base/arena.h"
#include "base/map.h"

#include <stdint.h>

/*
 * What lock files say: which packages, of which version, because of which other package.
 * One reader a format (lock_kinds.c has the table) fills a scan_lock through the
 * functions below, in one pass and in any order; scan_lock_finish then follows the
 * requirements from the project to each package. All text is the lock's own.
 */

struct scan_dependency {
	const char *ecosystem; /* as OSV names it */
	const char *name;
	const char *version; /* "" where none is fixed */
	size_t at;           /* where the file speaks of it */
	size_t len;
	bool direct; /* the project itself asks for it */
	bool dev;    /* only for developing the project */
	bool loose;  /* the file leaves the version open */
	bool own;    /* from a folder of the project itself: no version, none needed */
	const char **path; /* names from the project's own requirement to this one */
	size_t path_count;
};

struct scan_lock {
	struct arena arena;
	struct span text;      /* of the file */
	const char *ecosystem; /* of what is added next */
	struct scan_dependency *items;
	size_t count;
	size_t cap;
	struct scan_need *needs; /* requirements, by key */
	size_t need_count;
	size_t need_cap;
	struct map keys; /* to the item's index, in the arena */
	size_t cursor;   /* where the search for the next place starts */
	size_t line;     /* of the cursor, from 1, while places go by lines */
	bool lost;       /* a place was not found: no more searching */
};

/* More packages are no lock file. */
enum { SCAN_LOCK_MAX = 200000, SCAN_PATH_MAX = 32 };
#define SCAN_LOCK_NONE SIZE_MAX

void scan_lock_init(struct scan_lock *l, struct span text);
void scan_lock_fini(struct scan_lock *l);

/* ---- for readers ---- */

/* Adds a package; SCAN_LOCK_NONE without memory or above the limit. */
size_t scan_lock_add(struct scan_lock *l, struct span name, struct span version);
/* The key by which others ask for it; the first item of a key stays. */
void scan_lock_key(struct scan_lock *l, size_t item, struct span key);
/* The item of a key, or SCAN_LOCK_NONE. */
size_t scan_lock_find(const struct scan_lock *l, struct span key);
/* `from` asks for a key; SCAN_LOCK_NONE: the project does. */
void scan_lock_need(struct scan_lock *l, size_t from, struct span key, bool dev);
/* The last added item stands where this text is found next. */
void scan_lock_place(struct scan_lock *l, struct span needle);
/* The same, for a string of JSON: as the key of an object, or as a value. */
enum scan_lock_role { SCAN_LOCK_KEY, SCAN_LOCK_VALUE };
void scan_lock_place_json(struct scan_lock *l, const char *text,
                          enum scan_lock_role role);
/* The same, in the line of this number. */
void scan_lock_place_line(struct scan_lock *l, size_t line, struct span needle);
/* The same, with a piece of the text itself. */
void scan_lock_place_at(struct scan_lock *l, struct span piece);

/* ---- for whoever reads a lock file ---- */

struct scan_lock_kind;
/* The format of a file by its name and the folders above it, or NULL. */
const struct scan_lock_kind *scan_lock_kind_of(struct span path);
/* Reads it whole. ERR_CORRUPT for what is not of this format, ERR_LIMIT. */
enum err_code scan_lock_read(struct scan_lock *out, const struct scan_lock_kind *kind,
                             struct span text, const char *name,
                             struct err *err) ERR_CHECKED;

/* What readers are: they fill *out; memory is checked by the caller. */
typedef enum err_code scan_lock_reader(struct scan_lock *out, const char *name,
                                       struct err *err);

#endif
