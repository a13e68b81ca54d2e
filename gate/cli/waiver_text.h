// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_WAIVER_TEXT_H
#define GATE_WAIVER_TEXT_H

#include "base/buf.h"
#include "policy/policy.h"

/*
 * Changes the `waivers` of a policy's text and no other byte of it, so that its comments
 * stay. ERR_USAGE for a list that is not written one entry below the other.
 */

/* Appends the text with another entry. */
enum err_code waiver_text_add(struct span policy, const struct gate_waiver *v,
                              struct buf *out, struct err *err) ERR_CHECKED;
/* Appends it without entry `index` of `count`, and without the key behind the last. */
enum err_code waiver_text_remove(struct span policy, size_t index, size_t count,
                                 struct buf *out, struct err *err) ERR_CHECKED;

#endif
