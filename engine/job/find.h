// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_FIND_H
#define JOB_FIND_H

#include "base/cancel.h"
#include "job/events.h"
#include "snapshot/entry.h"
#include "snapshot/glob.h"
#include "snapshot/select.h"

/*
 * Looks for entries in many snapshots. A folder that several snapshots share, and that
 * had nothing in it the first time, is not read again. One thread.
 */
struct lb_repo;

struct lb_find_options {
	struct lb_glob *const *globs; /* any of them; at least one */
	size_t glob_count;
	enum lb_entry_type type; /* 0 = any */
	bool has_newer;          /* changed at that time or after */
	int64_t newer_ns;
	bool has_older; /* changed before that time */
	int64_t older_ns;
	bool sized; /* files only, of min_size to max_size bytes */
	uint64_t min_size;
	uint64_t max_size;
	const struct lb_events *events; /* of these, only trouble */
	const struct cancel *cancel;
};

/* The path has no slash in front. All is borrowed until it returns. */
typedef enum err_code lb_find_hit(void *context, const struct lb_snapshot_ref *in,
                                  struct span path, const struct lb_entry *entry,
                                  struct err *err);

/* What cannot be read is told as trouble and counted in `*damaged`; the rest goes on. */
enum err_code lb_find(struct lb_repo *repo, const struct lb_snapshot_ref *refs,
                      size_t count, const struct lb_find_options *options,
                      lb_find_hit *hit, void *context, uint64_t *damaged,
                      struct err *err) ERR_CHECKED;

#endif
