// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCAN_INTERNAL_H
#define SCANNERS_SCAN_INTERNAL_H

#include "scanners/depend/depend.h"
#include "scanners/patterns.h"
#include "scanners/reach.h"
#include "scanners/scan_known.h"
#include "scanners/sight.h"
#include "scanners/tracked.h"
#include "scanners/walk.h"

#include <pthread.h>
#include <stdatomic.h>

/* A scan at work, for the files that say what is scanned (scan.c) and what happens to one
 * file (scan_file.c). */

#define SCAN_MAX_FILE ((uint64_t)64 << 20)
#define SCAN_MAX_FINDINGS UINT64_C(1000000)

struct scan_worker {
	struct scan_pass pass;
	bool armed;
	struct buf decoded;      /* UTF-16 as UTF-8 */
	struct scan_reach reach; /* the pass borrows it */
};

struct scan {
	const struct scan_options *o;
	struct scan_selection rules;
	size_t left_rules;    /* that were turned off (scan_selection_alone) */
	pthread_mutex_t lock; /* of what is made when the first file has to be scanned */
	struct scan_patterns patterns;
	struct scan_engine *engine;
	struct scan_tracked tracked;
	struct scan_known known;
	struct scan_ignore *exclude;
	struct scan_advisories advisories;
	struct buf path;  /* real path of what is scanned */
	struct buf root;  /* real path of the project */
	struct buf below; /* the former from the latter on, with a slash behind */
	struct buf top;   /* the folder that findings' paths are below, with its slash */
	struct scan_sight sight; /* when all files are looked at */
	bool is_folder;
	bool whole;   /* all of the project is looked at */
	size_t strip; /* bytes of a path in front of what a finding names */
	size_t strip_root;
	struct scan_worker *workers;
	size_t worker_count;
	atomic_uint_fast64_t files;
	atomic_uint_fast64_t findings;
};

/* A file of known findings quotes them, and would be full of them: is this the one in
 * use, or has the text any other? */
bool scan_is_baseline(const struct scan *s, struct span path);
bool scan_is_baseline_text(struct span text);
/* Says of each finding whether it is known, and which entries fit none. */
enum err_code scan_compare(struct scan *s, struct scan_compared *out,
                           struct err *err) ERR_CHECKED;

/* Adds age, author and owner to the sorted findings; `arena` is the result's. */
enum err_code scan_describe(struct scan *s, struct scan_result *r, struct arena *arena,
                            struct err *err) ERR_CHECKED;

uint64_t scan_max_file(const struct scan *s);
/* A tree made of findings alone may not take all memory: what is left out is named. */
bool scan_has_too_many(const struct scan *s);
/* Makes what looks for patterns, if nobody has yet. Any thread. */
enum err_code scan_make_engine(struct scan *s, struct err *err) ERR_CHECKED;
/* A pass with the settings of this scan, without an engine. */
enum err_code scan_make_pass(struct scan *s, struct scan_pass *out,
                             struct err *err) ERR_CHECKED;
/* What the rules are told of a text at an absolute path in the project. */
struct scan_source scan_source_at(const struct scan *s, struct span path,
                                  struct span text);

/* One file that was read: of a walk, or of anything else that has a path and bytes. The
 * context of all of these is a struct scan. */
enum err_code scan_file_read(const struct scan_walk_file *f, size_t worker, void *context,
                             struct err *err) ERR_CHECKED;
/* One that an earlier scan knows: true if nothing of it has to be read. */
bool scan_file_known(struct span path, const struct os_stat *st, size_t worker,
                     void *context);
/* The same of what is in a folder. */
struct span scan_folder_known(struct span path, const struct os_stat *st, size_t worker,
                              void *context);
enum err_code scan_folder_listed(struct span path, const struct os_stat *st,
                                 struct span entries, size_t worker, void *context,
                                 struct err *err) ERR_CHECKED;
enum err_code scan_file_skip(const struct scan_skip *skip, size_t worker, void *context,
                             struct err *err) ERR_CHECKED;
enum err_code scan_file_ignored(struct span path, const char *why, size_t worker,
                                void *context, struct err *err) ERR_CHECKED;

#endif
