// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_REPAIR_H
#define JOB_REPAIR_H

#include "job/check.h"

/*
 * Mends what check has found (docs/decisions/012-repair.md). Nothing is invented: what
 * cannot be read stays lost and is told. Each repair may be interrupted and run again.
 */
struct lb_repair_options {
	bool dry_run;
	bool read_data; /* packs, snapshots: look at every byte first */
	size_t threads;
	const struct lb_repo_faults *faults;
	/* action: each thing that is mended */
	const struct lb_events *events;
	const struct cancel *cancel;
};

struct lb_repair_result {
	struct lb_check_result check; /* what was found on the way; lb_repair_fini */
	uint64_t mended; /* objects written anew, segments, packs or snapshots replaced */
	uint64_t lost;   /* chunks of packs, or files and folders, that stay damaged */
};

/* Configuration, key slots and records of which a copy is damaged or lost. */
enum err_code lb_repair_config(struct lb_repo *repo, const struct lb_repair_options *o,
                               struct lb_repair_result *result,
                               struct err *err) ERR_CHECKED;
/* Segments that cannot be read or tell something else than their packs, from the trailers
 * of the packs. */
enum err_code lb_repair_index(struct lb_repo *repo, const struct lb_repair_options *o,
                              struct lb_repair_result *result,
                              struct err *err) ERR_CHECKED;
/* Stores again what can be read of broken packs, and condemns them: no backup leans on
 * them any more. */
enum err_code lb_repair_packs(struct lb_repo *repo, const struct lb_repair_options *o,
                              struct lb_repair_result *result,
                              struct err *err) ERR_CHECKED;
/* Replaces snapshots that have lost something by ones in which the files concerned are
 * marked as incomplete and end before the first byte that is lost. */
enum err_code lb_repair_snapshots(struct lb_repo *repo, const struct lb_repair_options *o,
                                  struct lb_repair_result *result,
                                  struct err *err) ERR_CHECKED;
void lb_repair_fini(struct lb_repair_result *result);

#endif
