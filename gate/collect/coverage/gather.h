// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_GATHER_H
#define GATE_COVERAGE_GATHER_H

#include "collect/coverage/coverage.h"

/*
 * The coverage reports of one suite, read as soon as it is over: the next one may write
 * the same files. Files are named relative to the project's root where the report, the
 * suite's folder or the disk says which one is meant; else as the report spells them, for
 * the tree to tell (tree.h).
 */

struct gate_cov_gathered {
	struct gate_coverage *set; /* settled; NULL: no report could be read */
	size_t reports;
	size_t outside;    /* files that are there, but not of the project: left out */
	bool partial;      /* some report could not be read */
	char trouble[400]; /* why there is none, or which could not be read; "" */
	char note[300];    /* what is odd about them; "" */
};

void gate_cov_gathered_free(struct gate_cov_gathered *g);

struct gate_run;

/* Were all reports of the run read, or does its suite name none? */
bool gate_coverage_is_whole(const struct gate_run *run);
/* Sets what the run covered from a tracefile that was kept of it; beside it stays what is
 * known of the reports. */
enum err_code gate_coverage_restore(struct gate_run *run, struct span tracefile,
                                    struct err *err) ERR_CHECKED;

struct gate_job;
struct gate_results;

/* Replaces the run's `coverage`. Errors are those that end the whole run. */
enum err_code gate_coverage_gather(struct gate_job *j, struct gate_results *files,
                                   struct err *err) ERR_CHECKED;

#endif
