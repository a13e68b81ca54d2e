// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ATTESTING_H
#define GATE_ATTESTING_H

#include "cli/cli.h"

/*
 * `sign --attest CHECK`: what the policy of the project has a role attest, signed by one
 * of those whom it names for that role. Prints the two lines that go into the policy.
 */
enum err_code attesting_sign(const struct program_call *call, struct buf *out,
                             struct err *err) ERR_CHECKED;

#endif
