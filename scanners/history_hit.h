// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_HISTORY_HIT_H
#define SCANNERS_HISTORY_HIT_H

#include "base/buf.h"
#include "lib/vcs_history.h"
#include "scanners/scanner.h"

/*
 * A finding of a history at one of its paths. A finding that stays while its file changes
 * is one finding in many blobs: it is told once, with the first commit that has it. What
 * tells findings apart is the rule, the path and the lines as they are, secrets included,
 * as a keyed hash that ends with the process. Of a blob with several paths it is told
 * once as well, where it counts most.
 */
struct scan_history_hit {
	size_t worker;
	size_t finding; /* index in the worker's sink */
	uint64_t hash;
	uint64_t place; /* the same of all that the blob has at other paths */
	size_t ordinal; /* of the blob at this path */
	uint32_t version;
	enum scan_scope scope;
	bool scanned; /* at this path: the finding is of it */
	bool told;
	const char *more; /* of one that is told: its other paths, in the details */
};

struct scan_history_hits {
	struct scan_history_hit *items; /* owned */
	size_t count;
	size_t cap;
	struct buf text; /* what is hashed */
};

void scan_history_hits_fini(struct scan_history_hits *h);
bool scan_history_hits_add(struct scan_history_hits *h,
                           const struct scan_history_hit *hit);

/* Of the same lines, whatever their path; of these at a path; of the same place in the
 * same blob. */
uint64_t scan_history_hash_lines(struct scan_history_hits *h,
                                 const struct scan_finding *f, struct span lines);
uint64_t scan_history_hash_at(struct scan_history_hits *h, uint64_t lines,
                              const char *path);
uint64_t scan_history_hash_place(struct scan_history_hits *h,
                                 const struct scan_finding *f,
                                 const struct vcs_version *v);

/* Marks what is told: of hits that are the same only those of the first blob (several in
 * one blob are several findings), and of these one path of each place. Hits of a place
 * stand side by side then. */
void scan_history_mark(struct scan_history_hit *hits, size_t count);
/* Keeps those that are told and scanned, in the order of the sinks. */
size_t scan_history_keep(struct scan_history_hit *hits, size_t count);
/* By place and hash: for those that are looked for. */
int scan_history_by_place(const void *a, const void *b);

#endif
