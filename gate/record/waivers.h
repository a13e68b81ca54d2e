// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WAIVERS_H
#define GATE_WAIVERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "verdict/model.h"

/*
 * Signatures of waivers and of what checks have attested: `signature` in the policy is a
 * text of ssh-keygen over what the entry says otherwise, as compact JSON with sorted
 * keys.
 */

/* What is signed. */
void gate_waiver_statement(const struct gate_waiver *v, struct buf *out);
void gate_attestation_statement(const struct gate_check *c, struct buf *out);
/* Who signed each waiver of the policy; an array as the policy's. */
enum err_code gate_waivers_read(const struct gate_waiver_signed **out,
                                const struct gate_policy *p, struct arena *arena,
                                struct err *err) ERR_CHECKED;
/* Who signed what each check of the policy attests; an array as the policy's. */
enum err_code gate_attestations_read(const struct gate_waiver_signed **out,
                                     const struct gate_policy *p, struct arena *arena,
                                     struct err *err) ERR_CHECKED;

#endif
