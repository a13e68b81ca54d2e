// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PLAN_ORDER_H
#define GATE_PLAN_ORDER_H

#include "collect/collect.h"
#include "collect/schedule.h"

struct gate_workspace;

/*
 * When the units of a plan run: what they wait for, what they occupy, how long they take
 * and who goes first, as the dispatcher sees it; and the order that comes of it, told
 * ahead.
 */

/* In the arena; the plan is borrowed. `jobs` is the number of processors. */
enum err_code gate_plan_schedule(struct gate_schedule **out, struct arena *arena,
                                 const struct gate_policy *policy,
                                 const struct gate_plan *plan, size_t jobs,
                                 struct gate_workspace *workspace,
                                 struct err *err) ERR_CHECKED;

/* The priority of a unit: the scan's is the highest, that of benchmarks the lowest. */
int64_t gate_unit_priority(const struct gate_policy *policy, const struct gate_unit *u);

/* Units (indexes) in the order in which they would start by the estimates, those that
 * are left out at the end. */
enum err_code gate_plan_order(size_t **out, struct arena *arena,
                              const struct gate_policy *policy,
                              const struct gate_plan *plan, size_t jobs,
                              struct gate_workspace *workspace,
                              struct err *err) ERR_CHECKED;

#endif
