// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_CHECK_H
#define JOB_CHECK_H

#include "base/cancel.h"
#include "job/check_findings.h"
#include "job/events.h"
#include "repo/repo.h"

/*
 * Looks at a repository as it stands in its store. Always: configuration, key slots, the
 * whole log, segments, lists, which packs are there and their sizes, the trees and maps
 * of every live snapshot and that every chunk they name is stored. On request every byte
 * of packs, too, and whether the index tells of them what they do. Changes nothing but
 * the memory of what was verified when, which is in the cache folder.
 */
enum lb_check_data {
	LB_CHECK_STRUCTURE,
	LB_CHECK_ALL,
	LB_CHECK_PART,    /* the packs of part `part` of `of`, always the same ones */
	LB_CHECK_PERCENT, /* so many bytes, those first whose verification is oldest */
};

struct lb_check_options {
	enum lb_check_data data;
	uint64_t part; /* 1 .. of */
	uint64_t of;
	double percent; /* above 0, to 100 */
	size_t threads; /* 0 = one a processor */
	const struct lb_repo_faults *faults;
	const struct lb_events *events;
	const struct cancel *cancel;
};

struct lb_check_result {
	struct lb_findings findings; /* lb_check_result_fini, also after an error */
	uint64_t snapshots;
	uint64_t files;
	uint64_t packs;
	uint64_t packs_read; /* by this run */
	uint64_t bytes_read;
	/* The restorability score: of all bytes in packs, those that were verified by
	 * this machine (and found good), now or earlier. */
	uint64_t bytes_total;
	uint64_t bytes_verified;
	int64_t oldest_s; /* the oldest of these verifications; 0: none */
};

/* ERR_OK whatever was found: see findings.total. */
enum err_code lb_check_run(struct lb_repo *repo, const struct lb_check_options *options,
                           struct lb_check_result *result, struct err *err) ERR_CHECKED;
void lb_check_result_fini(struct lb_check_result *result);

#endif
