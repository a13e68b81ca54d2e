// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_PRUNE_H
#define JOB_PRUNE_H

#include "base/cancel.h"
#include "crypto/key.h"
#include "job/events.h"

#include <stdint.h>

/*
 * Frees what no snapshot needs, beside running backups and other prunes: packs without
 * any needed chunk go, wasteful and small ones are rewritten, small index segments become
 * one. A prune that dies anywhere leaves all data readable, and the next one goes on.
 */
struct lb_repo;

struct lb_prune_options {
	/* What may stay unused, in 1/1000 of what stays, or (not `relative`) in bytes. */
	bool relative;
	uint64_t max_unused;
	uint64_t max_repack; /* bytes that may be rewritten; UINT64_MAX: any */
	uint64_t stop_ns;    /* by os_ticks_ns: no pack is begun later; 0: never */
	bool dry_run;
	/* Only for a dry run: snapshots that will have been forgotten by then. */
	const struct lb_id16 *without;
	size_t without_count;
	const struct lb_events *events;
	const struct cancel *cancel;
};

struct lb_prune_figures {
	uint64_t packs;
	uint64_t bytes;
	uint64_t unused; /* of these */
};

struct lb_pruned {
	/* Of registered packs. After a dry run: what would be. */
	struct lb_prune_figures before;
	struct lb_prune_figures after;
	uint64_t stray_packs; /* that no record registered: of dead sessions */
	uint64_t stray_bytes;
	uint64_t removed; /* packs, strays and rewritten ones among them */
	uint64_t repacked;
	uint64_t copied;   /* bytes of chunks written anew */
	uint64_t merged;   /* index segments replaced or dropped */
	uint64_t finished; /* prunes of others that had died */
	uint64_t refused;  /* packs that the store does not let go yet */
	uint64_t spared;   /* packs that came into use again meanwhile */
	bool stopped;      /* by max_repack or the time: more than max_unused is left */
};

/*
 * A snapshot that cannot be read as a whole ends it before anything is condemned.
 * ERR_LOCKED: other prunes were quicker each time; nothing is lost. ERR_AUTH without the
 * rights.
 */
enum err_code lb_prune(struct lb_repo *repo, const struct lb_prune_options *options,
                       struct lb_pruned *out, struct err *err) ERR_CHECKED;

#endif
