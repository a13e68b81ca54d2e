// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_FINDING_H
#define SCANNERS_FINDING_H

#include "base/arena.h"
#include "base/buf.h"
#include "scanners/fact.h"
#include "scanners/rule.h"

/* Findings as they are collected, ordered and written. */

/* Where one thread puts what it finds. Strings live in the arena. */
struct scan_sink {
	struct arena arena;
	struct scan_finding *findings; /* owned, not in the arena: it grows */
	size_t count;
	size_t cap;
	struct scan_skip *skips; /* owned */
	size_t skip_count;
	size_t skip_cap;
	struct scan_drop *drops; /* owned */
	size_t drop_count;
	size_t drop_cap;
	struct scan_seen *seen; /* owned; filled where rules of the tree run, or a
	                         * pass sees */
	size_t seen_count;
	size_t seen_cap;
	struct span *ignored; /* owned; paths, where files are noted */
	size_t ignored_count;
	size_t ignored_cap;
	struct scan_fact *facts; /* owned */
	size_t fact_count;
	size_t fact_cap;
	uint64_t files;
	uint64_t bytes;
	uint64_t (*allowed)[SCAN_SCOPES]; /* owned; per rule */
	uint64_t code_lines[SCAN_SCOPES];
	uint64_t scope_files[SCAN_SCOPES];
	uint64_t packages[SCAN_SCOPES];
};

void scan_sink_init(struct scan_sink *s);
void scan_sink_fini(struct scan_sink *s);
/* Counters for so many rules; false without memory. */
bool scan_sink_rules(struct scan_sink *s, size_t count);
/* Room for one more; NULL without memory. */
struct scan_finding *scan_sink_add(struct scan_sink *s);
/* Path and reason are copied. */
enum err_code scan_sink_skip(struct scan_sink *s, const struct scan_skip *skip,
                             struct err *err) ERR_CHECKED;

/* Path and reason are copied. */
enum err_code scan_sink_drop(struct scan_sink *s, const struct scan_drop *drop,
                             struct err *err) ERR_CHECKED;

/* A file or folder that an ignore file leaves out. The path is copied. */
enum err_code scan_sink_ignore(struct scan_sink *s, struct span path,
                               struct err *err) ERR_CHECKED;

/* A file was looked at; its facts follow. Paths are copied. */
enum err_code scan_sink_see(struct scan_sink *s, const struct scan_seen *seen,
                            struct err *err) ERR_CHECKED;
/* Room for one more fact of the file that was seen last; NULL without memory. */
struct scan_fact *scan_sink_fact(struct scan_sink *s);

/* Findings, skips, drops and what comments allow, behind those of `to`; `from` has none
 * of them any more, whatever the result. Both count the same rules. */
enum err_code scan_sink_join(struct scan_sink *to, struct scan_sink *from, size_t rules,
                             struct err *err) ERR_CHECKED;

/* By path, line, column, rule, and for equal ones by end and message: for qsort. */
int scan_finding_compare(const void *a, const void *b);
int scan_skip_compare(const void *a, const void *b);
int scan_drop_compare(const void *a, const void *b);

/*
 * Appends the finding as one JSON object without a line feed, keys in the order of the
 * public contract. A path that is not UTF-8 also gets "path_b64".
 */
void scan_finding_json(struct buf *out, const struct scan_finding *f);
/* "commit 0123456789, 2026-11-23, Ann" for people; or "refs/tags/v1". */
void scan_origin_put(struct buf *out, const struct scan_origin *o);
/* The same for a drop: "rule", "path", "line", "column", "reason". */
void scan_drop_json(struct buf *out, const struct scan_drop *d);

#endif
