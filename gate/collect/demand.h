// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_DEMAND_H
#define GATE_DEMAND_H

#include "collect/collect.h"
#include "collect/schedule.h"

/*
 * What a unit of the plan occupies while it runs. From the policy's `resources`; what
 * that does not say is filled in:
 *
 *   cpu       all for builds, for commands that name SEAWORTHY_JOBS and for suites that
 *             detection found, since these use all that they are told of; else 1
 *   the tree  all of it for the scan, which is to see the project as it is
 *   a folder  that a suite shares: the copy of the project that it runs in, the folder of
 *             a tool that keeps state there (ctest, make, mvn ..), a glob of result files
 */

struct gate_demands {
	struct gate_demand *items;
	size_t count;
};

/* In the arena. `copy` names the copy of the project that the unit runs in, or is NULL.
 */
enum err_code gate_demands_of(struct arena *a, const struct gate_policy *p,
                              const struct gate_unit *u, size_t jobs, const char *copy,
                              struct gate_demands *out, struct err *err) ERR_CHECKED;

/* What there is: processors by --jobs, and the machine's memory. */
enum { GATE_CAPACITIES = 3 };
void gate_capacities(size_t jobs, struct gate_demand out[GATE_CAPACITIES]);

/* The processors that a suite asks for, or `jobs`: its SEAWORTHY_JOBS. */
size_t gate_demand_jobs(const struct gate_suite *s, size_t jobs);

#endif
