// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_BACKUP_H
#define JOB_BACKUP_H

#include "base/cancel.h"
#include "job/events.h"
#include "snapshot/filter.h"
#include "snapshot/snapshot.h"

/*
 * Stores source paths as a new snapshot. The walk runs on the calling thread; files that
 * changed are read, cut, hashed, compressed and sealed by one worker a processor, each
 * carrying a file through the whole chain; one more thread writes packs.
 */
struct lb_repo;

/*
 * Content that comes as a stream: it becomes the one file of the snapshot, whose path the
 * options name ("/NAME"). `feed` hands all of it to `take`, in pieces of any size, on the
 * calling thread; its error ends the backup, and no snapshot is made.
 */
typedef enum err_code lb_backup_take(void *taker, struct span bytes, struct err *err);

struct lb_backup_stream {
	enum err_code (*feed)(void *context, lb_backup_take *take, void *taker,
	                      struct err *err);
	void *context;
};

struct lb_backup_options {
	const struct lb_backup_stream *stream; /* NULL: the paths are read */
	const char *const *paths;
	size_t path_count;
	const struct lb_filter *filter; /* NULL: everything */
	bool one_file_system;
	const char *host; /* of the snapshot; NULL: this machine's name */
	const struct span *tags;
	size_t tag_count;
	struct span description;
	const struct span *excludes; /* the filter's patterns, to be recorded */
	size_t exclude_count;
	const struct lb_id16 *parent; /* NULL: chosen by host and paths */
	bool no_parent;               /* read everything again */
	int level;                    /* of compression */
	bool no_verify;               /* packs are not read back before they are stored */
	bool dry_run;
	bool forecast;  /* count ahead what there is, where no parent tells: for progress
	                 */
	size_t threads; /* 0 = one a processor */
	const struct lb_events *events;
	const struct cancel *cancel;
};

struct lb_backup_result {
	struct lb_id16 snapshot; /* zeros after a dry run */
	bool has_parent;
	struct lb_id16 parent;
	struct lb_snapshot_figures figures;
	uint64_t unchanged; /* files taken over without reading */
	uint64_t changing;  /* files that changed while they were read */
	int64_t start_ns;
	int64_t end_ns;
};

/*
 * ERR_OK with result->figures.errors above 0: the snapshot is there, but some files are
 * missing or damaged in it; each was told as trouble. ERR_NOT_FOUND if no source exists.
 * ERR_LOCKED: a prune took what was stored of a stream, which cannot be read again.
 */
enum err_code lb_backup(struct lb_repo *repo, const struct lb_backup_options *options,
                        struct lb_backup_result *result, struct err *err) ERR_CHECKED;

#endif
