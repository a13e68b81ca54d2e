// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_COMPONENTS_H
#define GATE_COVERAGE_COMPONENTS_H

#include "collect/coverage/measure.h"
#include "scanners/owner.h"

/*
 * Which row of the table a file counts in: the first component of the policy that has it;
 * where the policy has none, its owners by CODEOWNERS. A component's own owner, or that
 * of all its files if they have the same, answers for it.
 */

struct gate_components {
	const struct gate_component *items; /* the policy's */
	size_t count;
	struct scan_owners owners; /* of a tree that is on disk */
	bool on_disk;
	bool has_owners;
	struct map by_owner; /* name of a row to its index, + 1 */
};

enum err_code gate_components_load(struct gate_components *c,
                                   const struct gate_policy *policy,
                                   const struct gate_cov_tree *tree,
                                   struct err *err) ERR_CHECKED;
void gate_components_fini(struct gate_components *c);

/* Sets the file's row, and makes that if it is the first. */
enum err_code gate_components_add(struct gate_components *c, struct gate_cov_measured *m,
                                  struct gate_cov_file_sum *f,
                                  struct err *err) ERR_CHECKED;

#endif
