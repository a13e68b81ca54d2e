// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_RESTORE_H
#define JOB_RESTORE_H

#include "base/cancel.h"
#include "job/events.h"
#include "os/meta.h"
#include "snapshot/filter.h"
#include "snapshot/snapshot.h"

/*
 * Writes the files of a snapshot below a folder. An absolute source /a/b lands at
 * TARGET/a/b; with a path, the contents of that folder land in TARGET itself, and a file
 * as TARGET/name.
 *
 * What is there already is looked at, not trusted: of a file that stays in its place only
 * the blocks that differ are written, so a restore that was stopped goes on where it was
 * when it is started again. New files get their name when they are complete. No link
 * below the target is ever followed. Bytes that cannot be read from the repository are
 * never made up: such a file is left out, or what is readable of it is kept beside its
 * name with ".damaged" behind it. What had the name stays, unless its blocks had been
 * changed before the loss was met.
 */
struct lb_repo;

/* What to do where the target has something else under the name. Folders always merge. */
enum lb_conflict {
	LB_CONFLICT_OVERWRITE,
	LB_CONFLICT_SKIP,
	LB_CONFLICT_IF_NEWER,  /* overwrite if the snapshot's is newer, else skip */
	LB_CONFLICT_KEEP_BOTH, /* the restored one gets ".restored" behind its name */
	LB_CONFLICT_PROMPT,    /* ask */
};

/* Any of the first four: what to do with this one. ERR_CANCELLED ends the restore. Runs
 * on the thread that called lb_restore. */
typedef enum err_code lb_restore_ask(void *context, struct span path,
                                     const struct os_meta *there, struct os_time wanted,
                                     enum lb_conflict *answer, struct err *err);

struct lb_restore_options {
	const struct lb_snapshot *snapshot;
	struct span path; /* in the snapshot; empty: all of it */
	const char *target;
	const struct lb_filter
		*filter; /* NULL: everything; judges the snapshot's paths */
	enum lb_conflict conflict;
	lb_restore_ask *ask; /* for LB_CONFLICT_PROMPT */
	void *ask_context;
	/* Removes what the snapshot does not have, but only inside folders that were
	 * backed up as a whole and without loss, on the file system of the target, and
	 * not what the filter leaves out. ERR_USAGE with a partial snapshot. */
	bool delete_extra;
	bool dry_run;
	bool no_verify;      /* do not read back what was written */
	bool owners_by_name; /* users and groups by name where this machine knows it */
	size_t threads;      /* 0 = one a processor */
	const struct lb_events *events;
	const struct cancel *cancel;
};

struct lb_restore_result {
	uint64_t files; /* that are as in the snapshot now (would be, in a dry run) */
	uint64_t folders;
	uint64_t others;
	uint64_t bytes;      /* sizes of those files */
	uint64_t written;    /* bytes that had to be written */
	uint64_t unchanged;  /* files whose content was there already */
	uint64_t skipped;    /* left alone because of a conflict */
	uint64_t deleted;    /* names removed by delete_extra */
	uint64_t incomplete; /* restored as they are, but not whole when backed up */
	uint64_t errors;     /* each told as trouble */
};

/*
 * ERR_OK with result->errors above 0: everything else was restored. ERR_NOT_FOUND: the
 * path is not in the snapshot. ERR_LIMIT: the target's disk has no room for it (found
 * before anything is written). What stops the whole job otherwise is about the target or
 * the repository as such: no room left, no memory, cancelled.
 */
enum err_code lb_restore(struct lb_repo *repo, const struct lb_restore_options *options,
                         struct lb_restore_result *result, struct err *err) ERR_CHECKED;

#endif
