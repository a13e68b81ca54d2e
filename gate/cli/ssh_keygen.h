// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SSH_KEYGEN_H
#define GATE_SSH_KEYGEN_H

#include "base/buf.h"
#include "base/cancel.h"

/*
 * Signs by `ssh-keygen -Y sign -n seaworthy -f KEY`, which knows agents, pass phrases and
 * hardware. `key` is a private key, or a public one whose other half is in the agent.
 * ERR_USAGE, with what it said, where it does not sign.
 */
enum err_code ssh_keygen_sign(struct buf *out, const char *key, struct span message,
                              const struct cancel *cancel, struct err *err) ERR_CHECKED;

#endif
