// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WAIVERS_H
#define GATE_WAIVERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "verdict/model.h"

/*
 * Signatures of waivers: `signature` in the policy is a text of ssh-keygen over what the
 * waiver says otherwise, as compact JSON with sorted keys.
 */

/* What is signed. */
void gate_waiver_statement(const struct gate_waiver *v, struct buf *out);
/* Who signed each waiver of the policy; an array as the policy's. */
enum err_code gate_waivers_read(const struct gate_waiver_signed **out,
                                const struct gate_policy *p, struct arena *arena,
                                struct err *err) ERR_CHECKED;

#endif
