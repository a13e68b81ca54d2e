// SPDX-License-Identifier: Apache-2.0
#ifndef REPO_MUTATE_INTERNAL_H
#define REPO_MUTATE_INTERNAL_H

/*
 * Faults that the seeded schedules must find: each removes one step of the protocol.
 * Only the schedules' own build of this folder defines LB_MUTATIONS; in all others
 * LB_MUTATED is a constant false and nothing of this is left.
 */
enum lb_mutation {
	LB_MUTATION_NONE,
	LB_M_OVERWRITE, /* by the simulated store */
	LB_M_NO_RECHECK,
	LB_M_NO_PARDON,
	LB_M_LIVE_AT_MARK,
	LB_M_TRUST_CONDEMNED,
	LB_M_DELETE_FIRST,
	LB_M_NAME_REUSE, /* by the simulated clients and the fold */
	LB_M_NO_HELP,
	LB_M_LEASE_FOREVER, /* by the simulated pruner */
	LB_M_SWEEP_TWICE,
	LB_T_NO_POST,
	LB_T_PRED,
	LB_T_TRIM_FIRST,
	LB_MUTATIONS_COUNT,
};

#ifdef LB_MUTATIONS
extern enum lb_mutation lb_mutation;
#define LB_MUTATED(which) (lb_mutation == (which))
#else
#define LB_MUTATED(which) ((void)(which), 0)
#endif

#endif
