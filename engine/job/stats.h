// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_STATS_H
#define JOB_STATS_H

#include "base/cancel.h"
#include "job/events.h"
#include "repo/repo.h"

/* What some snapshots hold, and what that costs in the store. */
struct lb_stats {
	uint64_t snapshots;
	uint64_t files;
	uint64_t folders;
	uint64_t others;
	uint64_t bytes_restored; /* sizes of all files of all these snapshots, as their
	                          * backups have counted them, like the three above */
	uint64_t bytes_unique;   /* plain bytes of the chunks, each once */
	uint64_t bytes_stored;   /* of these chunks as compressed in packs, each once */
	uint64_t chunks;
	uint64_t packs;      /* that hold them */
	uint64_t pack_bytes; /* all of these packs */
	uint64_t errors;     /* what could not be read: the figures are of the rest */
};

/* `ids` NULL: all live snapshots. A snapshot, folder or file that is damaged is told as
 * trouble and counted in `errors`; the rest goes on. */
enum err_code lb_stats_of(struct lb_repo *repo, const struct lb_id16 *ids, size_t count,
                          const struct lb_events *events, const struct cancel *cancel,
                          struct lb_stats *out, struct err *err) ERR_CHECKED;

#endif
