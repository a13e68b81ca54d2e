// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_COPY_H
#define JOB_COPY_H

#include "base/cancel.h"
#include "job/events.h"
#include "snapshot/select.h"

/*
 * Copies snapshots from one repository into another that has keys of its own. Every chunk
 * is read and checked against its id there, gets the id that it has here, and is stored
 * unless it is known; maps and trees are written anew around it. A copy remembers which
 * snapshot it was made from, so none is made twice, also by way of a third repository.
 * Prunes and backups may run in both meanwhile. Snapshots go one by one, oldest first:
 * what is interrupted loses at most the one in the making.
 */
struct lb_repo;

enum lb_copy_what {
	LB_COPY_DONE,
	LB_COPY_HAD,   /* it was there already */
	LB_COPY_WOULD, /* after a dry run */
	LB_COPY_LOST,  /* something of it cannot be read: it was not copied */
};

/* What became of a snapshot; borrowed for the call. */
struct lb_copied {
	enum lb_copy_what what;
	const struct lb_snapshot_ref *from;
	struct lb_id16 id;     /* of the copy; zeros if there is none */
	const struct err *err; /* of LB_COPY_LOST: what and where, else NULL */
};
typedef void lb_copy_tell(void *context, const struct lb_copied *c);

struct lb_copy_options {
	const struct lb_id16
		*ids; /* of the source; none: all that the filter lets through */
	size_t id_count;
	const struct lb_snapshot_filter *filter; /* NULL: all */
	int level;                               /* of compression */
	bool no_verify;   /* packs are not read back before they are stored */
	bool dry_run;     /* only tells what would be copied */
	size_t threads;   /* 0 = one a processor */
	uint64_t keep_ns; /* so long after the last time, what is stored is registered, so
	                     that a copy that is stopped goes on from there; 0 = a minute
	                   */
	lb_copy_tell *tell; /* once a snapshot, on the calling thread; may be NULL */
	void *context;
	const struct lb_events *events; /* progress only */
	const struct cancel *cancel;
};

struct lb_copy_result {
	size_t copied; /* or would be */
	size_t had;
	size_t lost;
	bool damaged;   /* some of the lost ones for damage, not for a failing system */
	uint64_t bytes; /* of the files in what was copied */
	uint64_t chunks_new;
	uint64_t bytes_new;
	uint64_t bytes_stored;
};

/*
 * ERR_OK also when snapshots were lost. ERR_USAGE: source and target are one repository,
 * or a named snapshot is of an unfinished backup; ERR_NOT_FOUND: a named one is not
 * there; ERR_AUTH: no right to read in both and to store in the target.
 */
enum err_code lb_copy(struct lb_repo *from, struct lb_repo *to,
                      const struct lb_copy_options *options,
                      struct lb_copy_result *result, struct err *err) ERR_CHECKED;

#endif
