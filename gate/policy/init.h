// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_INIT_H
#define GATE_INIT_H

#include "policy/detect.h"

/*
 * Writes the text of a first `seaworthy.yml`: it extends `profile`, lists what was
 * detected, and says in comments what can be changed. It parses. ERR_USAGE, with a
 * did-you-mean, for a profile that does not exist.
 */
enum err_code gate_policy_init(const struct gate_detected *d, const char *profile,
                               struct buf *out, struct err *err) ERR_CHECKED;

#endif
