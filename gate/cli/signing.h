// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_SIGNING_H
#define GATE_SIGNING_H

#include "cli/cli.h"
#include "crypto/secret.h"
#include "crypto/signer.h"

struct gate_policy;

/* The password of a signing key: --password-file, --password-command, then the variables
 * SEAWORTHY_KEY_PASSWORD, .._FILE and .._COMMAND, then the terminal, `twice` for a new
 * one. No program that a run starts sees these variables. */
enum err_code signing_password(struct lb_secret *out, const struct program_call *call,
                               const char *key, bool twice, struct err *err) ERR_CHECKED;

/*
 * Opens the key of --sign, before anything is run that would have been for nothing.
 * Without that option the key that the policy names, if there is one of that name here;
 * else it is said, and `*out` is NULL.
 */
enum err_code signing_open(struct lb_signer **out, const struct program_call *call,
                           const struct gate_policy *policy, struct err *err) ERR_CHECKED;
/* The key of that name. `what` names it in messages. */
enum err_code signing_open_named(struct lb_signer **out, const struct program_call *call,
                                 const char *what, const char *name,
                                 struct err *err) ERR_CHECKED;

#endif
