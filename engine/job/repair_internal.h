// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_REPAIR_INTERNAL_H
#define JOB_REPAIR_INTERNAL_H

#include "job/check_internal.h"
#include "job/repair.h"
#include "repo/objects.h"
#include "repo/stored.h"

/* What all repairs begin and end with. */
struct repair_job {
	struct check_job j;
	struct lb_check_options check; /* of it */
	const struct lb_repair_options *o;
	struct lb_repair_result *result;
	struct lb_objects *objects;
	struct lb_putter *putter;
	struct lb_stored stored;
};

void repair_init(struct repair_job *r, struct lb_repo *repo,
                 const struct lb_repair_options *o, struct lb_repair_result *result);
void repair_fini(struct repair_job *r);
/* Tells of something mended and counts it. */
void repair_done(struct repair_job *r, const char *what, struct span object,
                 uint64_t bytes);
/* lb_right, unless the log is broken: then nobody knows whose rights they are, and the
 * first look at it says so. */
enum err_code repair_right(struct repair_job *r, uint32_t roles,
                           struct err *err) ERR_CHECKED;
/* For storing chunks; after a flush all of them are, in segments. */
enum err_code repair_open_objects(struct repair_job *r, struct err *err) ERR_CHECKED;
enum err_code repair_flush(struct repair_job *r, struct err *err) ERR_CHECKED;
/* The error of a repair that would take for lost what the index does not know. */
enum err_code repair_index_first(struct err *err);
/* Asks all packs, as `repair index` does, and fails with that error where the index tells
 * something else than they, or does not know one that has what seems lost: before
 * anything is taken for that. */
enum err_code repair_index_is_right(struct repair_job *r, struct err *err) ERR_CHECKED;
/* Lists packs and reads those asked for; bad ones are no copies for this process. Fails
 * where the index is wrong about one. */
enum err_code repair_look_at_packs(struct repair_job *r, struct err *err) ERR_CHECKED;

#endif
