// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_INDEX_H
#define SCANNERS_OSV_INDEX_H

#include "record.h"

/*
 * Looking packages up in an index of advisories (format.h), which stays mapped while it
 * is open. Whatever the file holds, nothing outside of it is read. Any number of threads
 * may look up. All text is borrowed from the mapping.
 */

struct scan_osv;

struct scan_osv_info {
	int64_t created_ms;
	int64_t newest_ms; /* the latest `modified`, of tomorrow at most: how old it is */
	uint32_t records;  /* withdrawn ones included */
	uint32_t withdrawn;
	uint32_t rejected;   /* files of the dump that could not be read */
	uint32_t doubled;    /* copies of records that were there already */
	uint32_t bad_ranges; /* with a version that its ecosystem does not have */
	uint64_t packages;
	uint64_t bytes;
};

/* What an advisory says of a version. */
struct scan_osv_hit {
	uint32_t record;
	struct span id;
	struct span summary;
	enum scan_osv_severity severity;
	struct span fixed; /* the version that mends it, or empty */
};

struct scan_osv_hits {
	struct scan_osv_hit *items; /* owned; sorted by id */
	size_t count;
	size_t cap;
	bool unordered; /* the version is none of this ecosystem: ranges were not asked */
	size_t open; /* advisories for the package that may be hits or not: of a version
	              * or a range that cannot be compared */
};
#define SCAN_OSV_HITS_INIT           \
	{                            \
		NULL, 0, 0, false, 0 \
	}
void scan_osv_hits_fini(struct scan_osv_hits *h);

/* Where osv.dev publishes dumps: below it, ECOSYSTEM/all.zip. For people: no program asks
 * there. */
/* seaworthy:allow hardcoded.url help names it */
#define SCAN_OSV_DUMPS "https://osv-vulnerabilities.storage.googleapis.com"

/* $XDG_DATA_HOME/seaworthy/osv.db, or below ~/.local/share. ERR_NOT_FOUND without any
 * of both variables. */
enum err_code scan_osv_default_path(struct buf *out, struct err *err) ERR_CHECKED;

/* ERR_NOT_FOUND without such a file, ERR_UNSUPPORTED for a later format, ERR_CORRUPT. */
enum err_code scan_osv_open(struct scan_osv **out, const char *path,
                            struct err *err) ERR_CHECKED;
/* Bytes in memory, which stay the caller's. */
enum err_code scan_osv_borrow(struct scan_osv **out, struct span bytes, const char *name,
                              struct err *err) ERR_CHECKED;
void scan_osv_close(struct scan_osv *db);
struct scan_osv_info scan_osv_info(const struct scan_osv *db);
/* Reads all of it and compares with its checksum; the answer is kept. ERR_CORRUPT. */
enum err_code scan_osv_verify(struct scan_osv *db, struct err *err) ERR_CHECKED;

/* Replaces *hits by the advisories that affect this version. */
enum err_code scan_osv_find(const struct scan_osv *db, struct span ecosystem,
                            struct span name, struct span version,
                            struct scan_osv_hits *hits, struct err *err) ERR_CHECKED;
/* The i-th other id of a record, empty behind the last. */
struct span scan_osv_alias(const struct scan_osv *db, uint32_t record, size_t i);
/* The i-th ecosystem, without suffix, and how many of its packages have advisories; false
 * behind the last. */
bool scan_osv_ecosystem(const struct scan_osv *db, size_t i, struct span *name,
                        uint32_t *packages);
/* Is there any advisory for the ecosystem, whatever its suffix? */
bool scan_osv_has_ecosystem(const struct scan_osv *db, struct span ecosystem);

#endif
