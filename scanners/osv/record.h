// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_OSV_RECORD_H
#define SCANNERS_OSV_RECORD_H

#include "base/arena.h"
#include "scanners/version/version.h"

#include <stdint.h>

/*
 * One advisory in the Open Source Vulnerability format, with its event lists already
 * turned into intervals of comparable keys. All memory is the arena's.
 */

/* How bad, in words; the numbers are in the index file. */
enum scan_osv_severity {
	SCAN_OSV_UNKNOWN,
	SCAN_OSV_NONE,
	SCAN_OSV_LOW,
	SCAN_OSV_MEDIUM,
	SCAN_OSV_HIGH,
	SCAN_OSV_CRITICAL,
};
#define SCAN_OSV_SEVERITIES 6

const char *scan_osv_severity_name(enum scan_osv_severity s);

enum scan_osv_end {
	SCAN_OSV_OPEN,    /* all later versions */
	SCAN_OSV_FIXED,   /* up to the version that mends it */
	SCAN_OSV_LAST,    /* up to and with this version */
	SCAN_OSV_LIMITED, /* up to this version, behind which nothing is said */
	SCAN_OSV_UNREAD,  /* no interval: a range that could not be read, of which it is
	                   * not known which versions are in it */
};

struct scan_osv_interval {
	enum scan_order order;
	struct span from; /* key; empty: from the first version on */
	struct span to;   /* key */
	enum scan_osv_end end;
	const char *to_text; /* the version that `to` is the key of */
};

struct scan_osv_version {
	struct span key; /* empty where the order does not have it */
	const char *text;
};

struct scan_osv_affected {
	const char *ecosystem;
	const char *name;
	struct scan_osv_interval *intervals;
	size_t interval_count;
	struct scan_osv_version *versions; /* listed ones outside all intervals */
	size_t version_count;
};

struct scan_osv_record {
	const char *id;
	const char *summary; /* "" without one */
	int64_t modified_ms;
	bool withdrawn;
	enum scan_osv_severity severity;
	const char **aliases;
	size_t alias_count;
	struct scan_osv_affected *affected;
	size_t affected_count;
	size_t bad_ranges; /* ranges with a version that their order does not have */
};

/* Is a version, as key of this order, in the interval? */
bool scan_osv_within(const struct scan_osv_interval *i, enum scan_order order,
                     struct span key);

/* `name` stands in messages. ERR_CORRUPT for what is no such record. */
enum err_code scan_osv_record_parse(struct scan_osv_record *out, struct arena *arena,
                                    struct span text, const char *name,
                                    struct err *err) ERR_CHECKED;

#endif
