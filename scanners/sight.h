// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SIGHT_H
#define SCANNERS_SIGHT_H

#include "base/err.h"
#include "base/map.h"
#include "scanners/scanner.h"

/*
 * What a scan of a tree looked at. Who misses a finding of an earlier one asks here
 * whether it is mended: only where its file was looked at, or is no more. Of a file that
 * is ignored by now, unreadable, too large or binary nothing is known.
 */

struct scan_rule;
struct scan_sink;

struct scan_sight_file {
	struct span path; /* below the scanned PATH */
	bool binary;
};

struct scan_sight {
	const char *top;               /* folder that paths are below; borrowed */
	struct scan_sight_file *files; /* owned; sorted when first asked */
	size_t count;
	bool sorted;
	struct span *ignored; /* owned; files, and folders with all that is below */
	size_t ignored_count;
	bool unused;     /* every entry of a baseline that fits nothing was told */
	struct map gaps; /* of scan_gap_add */
};

enum scan_sight_of {
	SCAN_SIGHT_NONE, /* the rule has not looked at it, or not at all of it */
	SCAN_SIGHT_SEEN,
	SCAN_SIGHT_GONE, /* there is no such file any more */
};

/* Of what these sinks saw and skipped; their paths are borrowed. */
enum err_code scan_sight_init(struct scan_sight *s, const char *top,
                              struct scan_sink *const *sinks, size_t count,
                              struct err *err) ERR_CHECKED;
void scan_sight_fini(struct scan_sight *s);

/* Would a finding of this rule, which ran, be told at this path? */
enum scan_sight_of scan_sight_of(struct scan_sight *s, struct span path,
                                 const struct scan_rule *rule);

/* Is there anything that it did not look at, but that an earlier one with these gaps did?
 * A rule that joins files may miss a finding for that. */
bool scan_sight_lost(const struct scan_sight *s, const struct map *gaps_then);

/* Notes what a scan could not say: of a file, or of all below a folder; of one rule, or
 * (NULL) of every one. False without memory. */
bool scan_gap_add(struct map *gaps, struct span path, const char *rule, bool folder);
bool scan_gap_has(const struct map *gaps, struct span path, const char *rule);

#endif
